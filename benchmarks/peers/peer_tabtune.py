"""TabTune's distilled net and boosting, by the student's own teacher; see run.py.

TabTune's in-context teachers fetch weights, so that it is handed ours, as its own interface for
fitted teachers allows. It would ask a fitted teacher about the rows that it has learnt; its own
teachers it asks in five folds, and `HeldOutTeacher` has been asked so. It drops categories, so
that it is handed them one-hot; that encoding counts neither as bytes nor as time.
`TabDistiller.fit` imports TabTune's pipeline, and with it gigabytes of in-context models, which
no code path here uses: an empty module stands in for it.
"""

import sys
from types import ModuleType

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import OneHotEncoder

from benchmarks.models import categories, make_teacher
from benchmarks.peers.common import Models, Split, arguments, cpu_seconds

PIPELINE = "tabtune.TabularPipeline.pipeline"


class HeldOutTeacher:
    """A teacher that answers the training rows, from folds that did not see them."""

    model_name, tuning_strategy = "forest and boosting", "finetuned"

    def __init__(self, X, y, seed):
        model = make_teacher(300)
        of_steps = {name: seed for name in model.get_params() if name.endswith("__random_state")}
        self.model = self  # TabTune looks for classes_ there
        self.classes_ = np.unique(y)
        model.set_params(**of_steps)
        self.held_out = cross_val_predict(model, X, y, cv=5, method="predict_proba")

    def predict_proba(self, X):
        if len(X) != len(self.held_out):
            raise ValueError("This teacher has answers to the training rows only.")
        return self.held_out


def import_distiller():
    """Return `TabDistiller`, without TabTune's in-context models."""
    package = PIPELINE.rpartition(".")[0]
    sys.modules |= {package: ModuleType(package), PIPELINE: ModuleType(PIPELINE)}
    sys.modules[PIPELINE].TabularPipeline = None
    from tabtune.distillation import TabDistiller

    return TabDistiller


def main():
    options = arguments()
    split = Split(options.split)
    distiller = import_distiller()
    start = cpu_seconds()
    teacher = HeldOutTeacher(split.X_train, split.y_train, split.seed)
    teacher_seconds = cpu_seconds() - start
    one_hot = OneHotEncoder(handle_unknown="ignore", min_frequency=10, sparse_output=False)
    encoder = make_column_transformer((one_hot, categories), remainder="passthrough")
    encoder.set_output(transform="pandas")
    split.X_train = encoder.fit_transform(split.X_train)
    split.X_test = encoder.transform(split.X_test)
    models = Models(options.output, split)
    for student in ("mlp", "lgbm"):
        start = cpu_seconds()
        try:
            model = distiller([teacher], student=student, random_state=split.seed)
            model.fit(split.X_train, split.y_train)
        except Exception as error:
            models.fail(f"tabtune {student}", error)
            continue
        seconds = teacher_seconds + cpu_seconds() - start
        path = options.output / f"{student}.joblib"
        model.save(path)
        models.add(
            f"tabtune {student}",
            model.predict_proba,
            path,
            seconds=seconds,
            teacher_seconds=teacher_seconds,
        )


if __name__ == "__main__":
    main()
