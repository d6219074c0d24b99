"""The default student, by the answers of AutoGluon's teacher to rows held out; see run.py.

It needs what AutoGluon's own script left for the same split.
"""

import numpy as np
from common import OUT_OF_FOLD, Models, Split, arguments, cpu_seconds

from skdistill import DistilledClassifier


def main():
    options = arguments()
    path = options.output.parent / "autogluon" / OUT_OF_FOLD
    if not path.exists():
        raise SystemExit(f"There is no {path}: run the peer autogluon on this split first.")
    split = Split(options.split)
    start = cpu_seconds()
    clf = DistilledClassifier(random_state=split.seed)
    clf.fit(split.X_train, split.y_train, soft_targets=np.load(path))
    seconds = cpu_seconds() - start
    file = options.output / "student.safetensors"
    clf.student_.save(file)
    models = Models(options.output, split)
    models.add("same teacher", clf.student_.predict_proba, file, seconds=seconds)


if __name__ == "__main__":
    main()
