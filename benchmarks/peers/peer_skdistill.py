"""The default student, its teacher, and scikit-learn's models of its size; see run.py."""

import pickle
import warnings

from sklearn.exceptions import ConvergenceWarning

from benchmarks.models import Timed, make_mlp, make_teacher
from benchmarks.peers.common import Models, Split, arguments, cpu_seconds
from skdistill import DistilledClassifier
from skdistill.measures import fit_boosting


def pickled(model, path):
    path.write_bytes(pickle.dumps(model))
    return path


def main():
    options = arguments()
    warnings.simplefilter("ignore", ConvergenceWarning)
    split = Split(options.split)
    models, X, y, seed = Models(options.output, split), split.X_train, split.y_train, split.seed

    start = cpu_seconds()
    clf = DistilledClassifier(Timed(make_teacher(300).steps), random_state=seed).fit(X, y)
    seconds, teacher_seconds = cpu_seconds() - start, Timed.total()
    file = options.output / "student.safetensors"
    clf.student_.save(file)
    models.add(
        "skdistill",
        clf.student_.predict_proba,
        file,
        seconds=seconds,
        teacher_seconds=teacher_seconds,
    )
    teacher = clf.teacher_
    saved = pickled(teacher, options.output / "teacher.pickle")
    models.add("teacher", teacher.predict_proba, saved, seconds=teacher_seconds)
    saved.unlink()  # forests are large

    start = cpu_seconds()
    mlp = make_mlp(seed).fit(X, y)
    seconds = cpu_seconds() - start
    models.add(
        "mlp", mlp.predict_proba, pickled(mlp, options.output / "mlp.pickle"), seconds=seconds
    )
    start = cpu_seconds()
    boosting = fit_boosting(file.stat().st_size, X, y, task=clf.task_, random_state=seed)
    seconds = cpu_seconds() - start
    saved = pickled(boosting, options.output / "boosting.pickle")
    models.add("boosting", boosting.predict_proba, saved, seconds=seconds)


if __name__ == "__main__":
    main()
