"""DistilledClassifier: a compact student that answers like a large teacher."""

import os
from collections.abc import Callable
from typing import Any, ClassVar, Literal, Self

import joblib
import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from skdistill._constraints import OF_CLASSIFIER
from skdistill._distilled import BaseDistilled
from skdistill._plumbing.seeds import RandomState
from skdistill._plumbing.typed import ClassifierMixin
from skdistill.losses import KindName
from skdistill.runtime import ClassifierStudent, MultilabelStudent
from skdistill.samplers import AnySampler, SamplerName
from skdistill.tables import Table
from skdistill.tasks import Multiclass, Multilabel, Task


class DistilledClassifier(ClassifierMixin, BaseDistilled):
    """Distil any classifier into a compact neural net, of classes or of several labels a row.

    `fit` asks the teacher about rows that it did not see, calibrates these answers, and trains
    a small net, the student, on them and on the labels [1]_ [2]_. All predictions come from the
    student alone.

    Parameters
    ----------
    teacher : classifier or None, default=None
        Any scikit-learn classifier that has `predict_proba` or `decision_function` once it is
        fitted; it is cloned.
        ``FrozenEstimator(teacher)`` is used as it is, also inside a pipeline, vote or search
        that is fitted: its answers to all rows count as held-out, so pass rows that it was not
        fitted on. None stands for gradient boosting that takes
        strings, categories and missing values, and for a random forest when `X` is sparse.
    cv : int, splitter, iterable or "oob", default=5
        How the teacher's held-out answers are made: number of stratified folds (grouped when
        `groups` is passed), a scikit-learn splitter, an iterable of (train, test) rows, or
        "oob" for the out-of-bag answers of a teacher with ``oob_score=True``. Where `cv` is a
        number and no `groups` are passed, rows that repeat one another stay together.
    calibration : {"temperature", "sigmoid", "isotonic"} or None, default="temperature"
        How the teacher's answers are calibrated against the labels.
    temperature : float, default=1.0
        Distillation temperature T: the higher, the softer the targets. Not the calibration's.
    alpha : float or "auto", default="auto"
        Weight of the soft loss against the hard one on labelled rows, in [0, 1]; other rows have
        the soft loss alone, at that weight. 0 trains on labels alone. "auto" lets held-out loss
        decide.
    loss : {"kl", "logit_mse", "reverse_kl", "jsd", "dkd", "dist"} or callable, default="kl"
        What is minimised: a kind of `skdistill.losses.distillation_loss`, or a function with the
        signature of that one, such as ``partial(distillation_loss, kind="dkd", beta=4)``.
    transfer : sampler, str or None, default="auto"
        Where synthetic rows come from: "munge", "conditional", "copula", "mixup", "bootstrap", a
        sampler of `skdistill.samplers` or one of your own. "auto" lets held-out loss decide
        which source is used, if any.
    n_synthetic : int or "auto", default="auto"
        Number of synthetic rows. "auto" lets held-out loss choose between 24 and 72 for each row,
        at most 200,000, and whether real rows weigh four times as much as synthetic ones; where
        there is no race, 24 of equal weight.
    student : {"linear", "mlp", "tabm"} or callable, default="mlp"
        Architecture of the student: "linear" ignores `hidden_layer_sizes`; "tabm" is an ensemble
        of `n_members` that share most weights. A class of torch modules, or a function, is
        called with the number of encoded columns and of classes, and returns a module that gives
        scores; such a student runs in torch.
    hidden_layer_sizes : int, list or tuple of int, default=(128, 128)
        Width of each hidden layer; a number alone is one layer's.
    activation : {"relu", "silu", "tanh"}, default="silu"
        Activation of the hidden layers.
    dropout : float, default=0.1
        Share of hidden units dropped in training.
    num_embedding : {"ple", "periodic", "none"}, default="ple"
        Encoding of numbers beside their scaled value: "ple" is piecewise-linear over quantiles or,
        if better, boosting's splits; "periodic" has cosines of trained frequencies.
    n_bins : int, default=64
        Most bins, or cosines, for a column; wide tables get fewer.
    min_rows_per_level : int, default=10
        Levels of a category in fewer rows never enter a student by name: they share codes by
        their hash where they recur, else they are read as one.
    n_members : int, default=16
        Members of a "tabm" student; `student_.shrink` drops some after fit.
    generations : int, default=0
        Most students that each teach the next one, before the last [3]_. It ends where the
        held-out loss no longer falls.
    assistant_layer_sizes : int, list or tuple of int, or None, default=None
        Hidden layers of the students that teach, multilayer perceptrons [4]_; None: they are
        like the last.
    max_epochs : int or "auto", default="auto"
        Most epochs. "auto" depends on the number of rows.
    batch_size : int, default=256
        Most rows in a batch; small tables get smaller ones.
    lr : float, default=0.004
        Highest learning rate; it rises shortly and then falls along a cosine.
    weight_decay : float, default=1e-4
        Weight decay of AdamW.
    early_stopping : bool, default=True
        Whether held-out rows decide how long to train. False trains `max_epochs` on all rows,
        without choice of `alpha` and `transfer` ("auto" is then .5 and None) or recalibration.
    validation_fraction : float, default=0.2
        Share of held-out rows where there are no folds: frozen and out-of-bag teachers,
        `soft_targets`. Otherwise the first fold's test rows are held out.
    patience : int, default=12
        Epochs without a lower held-out loss before training stops.
    callbacks : list of skorch callbacks or None, default=None
        Handed to skorch for every training; an LRScheduler replaces our schedule. In the final
        training, on all rows, `valid_loss` is of rows that are trained on, for callbacks only.
    net_params : dict or None, default=None
        Further arguments of `skorch.NeuralNet`, such as `optimizer`; they win over ours.
    device : str, default="cpu"
        Where torch trains: "cpu", "cuda", "mps" or "auto". `net_` is on the CPU after fit.
    memory : str, path-like, joblib.Memory or None, default=None
        Folder in which teacher work is kept, so that it is done once for all students of a
        search, and so that a fit that broke off goes on. Needs an integer `random_state`.
    n_jobs : int or None, default=None
        Teachers fitted at once, and chunks of rows answered at once (by threads, unless a
        `joblib.parallel_config` says otherwise).
    random_state : int, RandomState instance or None, default=None
        Seed of all that is random, also of every ``random_state=None`` inside the teacher. None
        follows ``np.random.seed``.
    verbose : int, default=0
        1 prints the losses of every epoch, and how many rows the teacher has answered.

    Attributes
    ----------
    student_ : skdistill.ClassifierStudent or skdistill.MultilabelStudent
        The deployable classifier: arrays only.
    teacher_ : classifier
        The teacher fitted on all rows; not with `soft_targets`.
    calibrator_ : calibrator or None
        Turns the teacher's log-probabilities into calibrated probabilities by `calibrate`.
    net_ : skorch.NeuralNet
        The trained net. It answers; its optimizer and iterators are not those of the training.
    task_ : skdistill.tasks.Task
        What is predicted.
    classes_ : ndarray of shape (n_classes,), or list of them
        Class labels; of several labels a row, 0 and 1 for each.
    n_features_in_ : int
        Number of columns in fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names in fit; only when all were strings.
    fitted_on_ : skdistill.flow.FittedOn
        By which `fidelity_report` knows the rows of the fit again: their marks, at most half a
        megabyte, and whether `groups` and `sample_weight` were passed.
    n_iter_ : int
        Epochs of the final training.
    history_ : list of dict
        Losses by epoch of the race's winner, on training and held-out rows; of the final
        training where nothing was held out. "train_loss" is what is minimised, "valid_loss" the
        log loss of held-out rows, "seen_loss" that of as many training rows.
    transfer_summary_ : dict
        Rows by origin (as `n_real`); the `source` of synthetic rows, the `reason` of its choice,
        `alpha`, `generations`, the weight of a real row where others have 1 (`real_weight`); and
        `trials`: what the race tried, each with its held-out log loss and, as `realism_auc`, how
        well a classifier tells its rows from real ones (.5: not at all).

    References
    ----------
    .. [1] Bucila, Caruana, Niculescu-Mizil, "Model Compression", KDD 2006.
    .. [2] Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", 2015.
    .. [3] Furlanello et al., "Born-Again Neural Networks", ICML 2018.
    .. [4] Mirzadeh et al., "Improved Knowledge Distillation via Teacher Assistant", AAAI 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from skdistill import DistilledClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = DistilledClassifier(RandomForestClassifier(), random_state=0).fit(X, y)
    >>> bool(clf.score(X, y) > 0.9)
    True
    """

    _parameter_constraints: ClassVar[dict] = OF_CLASSIFIER

    student_: ClassifierStudent | MultilabelStudent
    classes_: Any

    def __init__(
        self,
        teacher: Any = None,
        *,
        cv: Any = 5,
        calibration: Literal["temperature", "sigmoid", "isotonic"] | None = "temperature",
        temperature: float = 1.0,
        alpha: float | Literal["auto"] = "auto",
        loss: KindName | Callable[..., Tensor] = "kl",
        transfer: SamplerName | Literal["auto"] | AnySampler | None = "auto",
        n_synthetic: int | Literal["auto"] = "auto",
        student: Literal["linear", "mlp", "tabm"] | Callable[[int, int], nn.Module] = "mlp",
        hidden_layer_sizes: int | list[int] | tuple[int, ...] = (128, 128),
        activation: Literal["relu", "silu", "tanh"] = "silu",
        dropout: float = 0.1,
        num_embedding: Literal["ple", "periodic", "none"] = "ple",
        n_bins: int = 64,
        min_rows_per_level: int = 10,
        n_members: int = 16,
        generations: int = 0,
        assistant_layer_sizes: int | list[int] | tuple[int, ...] | None = None,
        max_epochs: int | Literal["auto"] = "auto",
        batch_size: int = 256,
        lr: float = 4e-3,
        weight_decay: float = 1e-4,
        early_stopping: bool = True,
        validation_fraction: float = 0.2,
        patience: int = 12,
        callbacks: list[Any] | None = None,
        net_params: dict[str, Any] | None = None,
        device: str = "cpu",
        memory: str | os.PathLike[str] | joblib.Memory | None = None,
        n_jobs: int | None = None,
        random_state: RandomState = None,
        verbose: int = 0,
    ) -> None:
        self.teacher = teacher
        self.cv = cv
        self.calibration = calibration
        self.temperature = temperature
        self.alpha = alpha
        self.loss = loss
        self.transfer = transfer
        self.n_synthetic = n_synthetic
        self.student = student
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.num_embedding = num_embedding
        self.n_bins = n_bins
        self.min_rows_per_level = min_rows_per_level
        self.n_members = n_members
        self.generations = generations
        self.assistant_layer_sizes = assistant_layer_sizes
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.weight_decay = weight_decay
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.callbacks = callbacks
        self.net_params = net_params
        self.device = device
        self.memory = memory
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def fit(
        self,
        X: Table,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        X_unlabeled: Any = None,
        soft_targets: Table | None = None,
    ) -> Self:
        """Fit the teacher, then the student.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            Array, sparse matrix, pandas or polars frame. The teacher gets it as it is; the
            student reads strings and categories, dates, and missing values.
        y : array of shape (n_samples,) or (n_samples, n_labels)
            Class labels: strings, integers or booleans. Or several labels a row: 1 where a row
            has a label and 0 where not; NaN where that is not known, which needs a frozen teacher
            or soft targets.
        sample_weight : array of shape (n_samples,) or None
            Weight of each row for teacher and student. Rows of weight 0 are left out.
        groups : array of shape (n_samples,) or None
            Rows of one group stay together in all folds.
        X_unlabeled : table, path, iterable of tables, Dask dataframe or array, or None
            Further rows, without labels, for the teacher to answer and the student to learn. A
            path leads to a Parquet file or a folder of them. All are read once, chunk by chunk,
            and may be larger than memory.
        soft_targets : array or frame of shape (n_samples, n_classes or n_labels), or None
            Probabilities to learn instead of a teacher's, columns in sorted order of the
            classes, or named by them; of several labels, in the order of y. They are used as
            given, and no teacher is fitted. Whoever made them should have learned from other
            rows: held-out loss is too low where they know its labels.

        Returns
        -------
        self : DistilledClassifier
            Fitted.

        Raises
        ------
        ValueError, TypeError
            If data, weights, parameters or the teacher are unusable; the message says which and
            why. An error of the teacher's own has a note that says so.
        FileNotFoundError, ImportError
            If `X_unlabeled` is a path that leads nowhere, or pyarrow is not installed.
        OSError
            If the disk for temporary files is full.
        RuntimeError
            If a worker process died and its work could not be repeated.
        KeyboardInterrupt
            When interrupted: there is no student then.
        """
        self._distil(X, y, sample_weight, groups, X_unlabeled, soft_targets)
        self.classes_ = self.task_.classes
        return self

    def _task_of(self, y: Any) -> type[Task]:
        shape = y.shape if hasattr(y, "shape") else np.asarray(y).shape
        return Multilabel if len(shape) == 2 and shape[1] > 1 else Multiclass

    def predict_proba(self, X: Table) -> NDArray[np.float64]:
        """Probability of each class, or of each label, by the student.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            With the columns of fit, in the same order. It may also be one row or a list of rows,
            each a dict or a list.

        Returns
        -------
        proba : float64 array of shape (n_samples, n_classes or n_labels)
            Columns in the order of `classes_`.
        """
        student, X = self._checked(X)
        return student.predict_proba(X)

    def predict_log_proba(self, X: Table) -> NDArray[np.float64]:
        """Logarithm of `predict_proba`, in nats.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `predict_proba`.

        Returns
        -------
        log_proba : float64 array of shape (n_samples, n_classes or n_labels)
            Columns in the order of `classes_`.
        """
        student, X = self._checked(X)
        return student.predict_log_proba(X)

    def predict(self, X: Table) -> NDArray[Any]:
        """Most probable class, or labels, of each row, by the student.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `predict_proba`.

        Returns
        -------
        labels : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Of the kind that `fit` was given.
        """
        student, X = self._checked(X)
        return student.predict(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
