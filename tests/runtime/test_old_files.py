"""Student files of every format so far stay readable, and answer as they did.

``tests/fixtures/students`` holds files as `write` made them under the format in their name, and
the rows and probabilities beside them. They are never written again: a new format adds its own.
Up to format 2 they say `classes` where newer ones have `outputs`.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skdistill import DistilledClassifier, load
from skdistill.runtime import format_of
from skdistill.runtime._files import FORMATS

FOLDER = Path(__file__).parents[1] / "fixtures" / "students"
FILES = sorted(FOLDER.glob("*.safetensors"))
KINDS = {
    "mlp": {"hidden_layer_sizes": (8,), "activation": "silu", "num_embedding": "ple", "n_bins": 4},
    "tabm": {"student": "tabm", "n_members": 3, "hidden_layer_sizes": (8,), "n_bins": 4},
}


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
        student = clf.fit(frame, y).student_
        student.save(folder / f"{name}.safetensors")
        answers = {"rows": rows, "proba": student.predict_proba(rows).tolist()}
        text = json.dumps(answers, ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def test_there_is_a_file_of_every_format():
    assert {format_of(path) for path in FILES} == set(FORMATS)
    assert all(path.name.startswith(f"format-{format_of(path)}-") for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_old_file_answers_as_it_did(path):
    answers = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    student = load(path)
    got = student.predict_proba(answers["rows"])
    np.testing.assert_allclose(got, answers["proba"], rtol=0, atol=1e-6)
    alone = [student.predict_proba(row)[0] for row in answers["rows"]]
    np.testing.assert_array_equal(alone, got)
