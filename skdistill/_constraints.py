"""What each parameter of the estimators may be."""

from numbers import Integral, Real

from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from skdistill.losses import KINDS, LEAST_TEMPERATURE, MOST_TEMPERATURE, POINTS
from skdistill.samplers import SAMPLERS
from skdistill.students import STUDENTS

SHARED: dict = {
    "teacher": [HasMethods("fit"), None],
    "cv": ["cv_object", StrOptions({"oob"})],
    "alpha": [Interval(Real, 0, 1, closed="both"), StrOptions({"auto"})],
    "transfer": [StrOptions({"auto", *SAMPLERS}), HasMethods(["fit", "draw"]), None],
    "n_synthetic": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    "student": [StrOptions(set(STUDENTS)), callable],
    "hidden_layer_sizes": [Interval(Integral, 1, None, closed="left"), list, tuple],
    "activation": [StrOptions({"relu", "silu", "tanh"})],
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "num_embedding": [StrOptions({"ple", "periodic", "none"})],
    "n_bins": [Interval(Integral, 2, None, closed="left")],
    "min_rows_per_level": [Interval(Integral, 1, None, closed="left")],
    "n_members": [Interval(Integral, 1, None, closed="left")],
    "generations": [Interval(Integral, 0, None, closed="left")],
    "assistant_layer_sizes": [Interval(Integral, 1, None, closed="left"), list, tuple, None],
    "max_epochs": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    "batch_size": [Interval(Integral, 1, None, closed="left")],
    "lr": [Interval(Real, 0, None, closed="neither")],
    "weight_decay": [Interval(Real, 0, None, closed="left")],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 0.5, closed="right")],
    "patience": [Interval(Integral, 1, None, closed="left")],
    "callbacks": [list, None],
    "net_params": [dict, None],
    "device": [str],
    "memory": [str, HasMethods("__fspath__"), HasMethods("cache"), None],
    "n_jobs": [Integral, None],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}
OF_CLASSIFIER: dict = {
    **SHARED,
    "calibration": [StrOptions({"temperature", "sigmoid", "isotonic"}), None],
    "temperature": [Interval(Real, LEAST_TEMPERATURE, MOST_TEMPERATURE, closed="both")],
    "loss": [StrOptions(set(KINDS)), callable],
}
OF_REGRESSOR: dict = {
    **SHARED,
    "quantiles": [tuple, None],
    "calibration": [StrOptions({"linear"}), None],
    "link": [StrOptions({"identity", "log"})],
    "loss": [StrOptions({"auto", *POINTS}), callable],
}
