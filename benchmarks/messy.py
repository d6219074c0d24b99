"""What stray tokens in a CSV file cost: the command on a clean file, and on a messy one.

    python -m benchmarks.messy

In the messy file 2 % of the cells of each column of numbers, picked at random, are words such as
"?" or blanks, among the held-out rows, too. The ratio is that of the students' log losses on the
same held-out rows. Beside it stands that on these rows as they were: it has the cost of what was
learned alone, the other also that of what the held-out rows do not tell any more.
"""

import contextlib
import io
import tempfile
from pathlib import Path

import numpy as np
from sklearn.metrics import log_loss

from benchmarks.datasets import split
from benchmarks.shared import geometric_mean
from skdistill import load
from skdistill.cli import main as command
from skdistill.cli._files import Reading
from skdistill.cli._tables import open_rows

SETS, SEEDS, N_ROWS = ("bank_marketing", "electricity", "magic"), 4, 6_000
TOKENS, SHARE = ("?", "n/a", "-", " ", "unknown", "#REF!"), 0.02


def spoiled(frame, rng):
    """Return a frame with words in some cells of its numbers."""
    frame = frame.copy()
    for name in frame.select_dtypes("number"):
        words = rng.choice(TOKENS, len(frame))
        frame[name] = frame[name].astype(object).mask(rng.random(len(frame)) < SHARE, words)
    return frame


def answers(student, path):
    """Return a student's probabilities of the rows of a file."""
    with open_rows(path, student.reader.names, student.reader.kinds, Reading()) as rows:
        return np.concatenate([student.predict_proba(frame) for _, frame, _ in rows.chunks()])


def student_of(train, folder, seed):
    words = ["compress", train, "--target", "y", "--teacher", "boosting", "--force"]
    words += ["--output", folder / "s.safetensors", "--random-state", seed, "--test-size", ".05"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        assert command(list(map(str, words))) == 0
    return load(folder / "s.safetensors")


def main():
    ratios: dict = {"messy rows": [], "clean rows": []}
    for name in SETS:
        for seed in range(SEEDS):
            X, X_test, y, y_test = split(name, seed, N_ROWS)
            rng, losses = np.random.default_rng(seed), {}
            with tempfile.TemporaryDirectory() as created:
                folder = Path(created)
                spoiled(X_test, rng).to_csv(folder / "messy rows.csv", index=False)
                X_test.to_csv(folder / "clean rows.csv", index=False)
                for kind, table in {"clean": X, "messy": spoiled(X, rng)}.items():
                    table.assign(y=y).to_csv(folder / "train.csv", index=False)
                    student = student_of(folder / "train.csv", folder, seed)
                    for rows in ratios:
                        with contextlib.redirect_stderr(io.StringIO()):
                            proba = answers(student, folder / f"{rows}.csv")
                        labels = student.classes_.astype(str).tolist()
                        losses[kind, rows] = log_loss(y_test, proba, labels=labels)
            of_clean = losses["clean", "clean rows"]
            for rows, found in ratios.items():
                found.append(losses["messy", rows] / of_clean)
            told = ", ".join(f"on {rows} {found[-1]:.3f}" for rows, found in ratios.items())
            print(f"{name}, seed {seed}: clean {of_clean:.4f}; messy/clean {told}", flush=True)
    for rows, found in ratios.items():
        mean, error = geometric_mean(found)
        print(f"messy/clean on {rows}: {mean:.3f} ± {mean * error:.3f}")


if __name__ == "__main__":
    main()
