"""Student files of every format so far stay readable, and answer as they did.

``tests/fixtures/students`` holds files as `write` made them under the format in their name, and
the rows and answers beside them. They are never written again: a new format adds its own.
Up to format 2 they say `classes` where newer ones have `outputs`; format 4 is of numbers.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skdistill import DistilledClassifier, RegressorStudent, load
from skdistill.layers import Affine, AverageOfMembers, Exponential, MeanOfMembers, Numbers
from skdistill.runtime import format_of
from skdistill.runtime._files import FORMATS

FOLDER = Path(__file__).parents[1] / "fixtures" / "students"
FILES = sorted(FOLDER.glob("*.safetensors"))
KINDS = {
    "mlp": {"hidden_layer_sizes": (8,), "activation": "silu", "num_embedding": "ple", "n_bins": 4},
    "tabm": {"student": "tabm", "n_members": 3, "hidden_layer_sizes": (8,), "n_bins": 4},
}
HEADS = {
    "mlp": Exponential(np.array([1.0, 0.5, 0.1]), np.log([1e9, 1.0, 3.0])),
    "tabm": Affine(np.array([1.0, 0.5, 20.0]), np.array([1e9, 0.0, -3.0])),
}


def of_numbers(student, head):
    """Return a student that makes numbers of another one's scores."""
    joins = {MeanOfMembers: AverageOfMembers()}
    layers = [joins.get(type(layer), layer) for layer in student.layers[:-1]]
    return RegressorStudent(student.reader, (*layers, head), Numbers(3, False))


def write(folder=FOLDER):
    """Write files of the newest format: numbers, offsets, categories, dates, missing values."""
    rng, n = np.random.default_rng(0), 240
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=n).round(3),
            "n": rng.integers(0, 50, n).astype(float),
            "town": rng.choice(["Oslo", "Rome", "São Paulo"], n),
            "code": rng.choice([f"c{i}" for i in range(12)], n),
            "day": pd.Timestamp("2021-05-01") + pd.to_timedelta(rng.integers(0, 99, n), "D"),
            "second": 1_700_000_000.0 + rng.integers(0, 3600, n),
            "shop": rng.choice([f"s{i}" for i in range(40)], n),
        }
    )
    y = np.where(frame.town == "Rome", "yes", np.where(frame.x > 0, "no", "perhaps"))
    frame = frame.mask(rng.random(frame.shape) < 0.1)
    rows = json.loads(frame.head(8).to_json(orient="records", date_format="iso", date_unit="s"))
    rows[0] = {**dict.fromkeys(rows[0]), "town": "Atlantis"}
    for row in rows:
        row["day"] = row["day"] and row["day"][:10]
    for kind, params in KINDS.items():
        name = f"format-{FORMATS[-1]}-{kind}"
        clf = DistilledClassifier(alpha=0, transfer=None, max_epochs=5, random_state=0, **params)
        student = of_numbers(clf.fit(frame, y).student_, HEADS[kind])
        student.save(folder / f"{name}.safetensors")
        answers = {"rows": rows, "answers": student.answers(rows).tolist()}
        text = json.dumps(answers, ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def test_there_is_a_file_of_every_format():
    assert {format_of(path) for path in FILES} == set(FORMATS)
    assert all(path.name.startswith(f"format-{format_of(path)}-") for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_old_file_answers_as_it_did(path):
    answers = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    student = load(path)
    got = student.answers(answers["rows"])
    said = np.array(answers["answers"] if "answers" in answers else answers["proba"])
    assert (np.abs(got - said) <= 1e-6 * student.layers[-1].spread(said)).all()
    alone = [student.answers(row)[0] for row in answers["rows"]]
    np.testing.assert_array_equal(alone, got)
