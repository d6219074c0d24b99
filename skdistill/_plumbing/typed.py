"""scikit-learn's base classes, with the types that it does not ship.

To a type checker a base without types is anything, and so is every misspelt attribute of what
derives from it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar

from numpy.typing import ArrayLike

Method = TypeVar("Method", bound=Callable[..., Any])

if TYPE_CHECKING:

    class BaseEstimator:
        """`sklearn.base.BaseEstimator`."""

        def get_params(self, deep: bool = True) -> dict[str, Any]: ...
        def set_params(self, **params: Any) -> Self: ...
        def set_fit_request(self, **requested: bool | str | None) -> Self: ...
        def _validate_params(self) -> None: ...
        def __sklearn_tags__(self) -> Any: ...

    class ClassifierMixin:
        """`sklearn.base.ClassifierMixin`."""

        def score(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float: ...
        def set_score_request(self, **requested: bool | str | None) -> Self: ...

    class MetaEstimatorMixin:
        """`sklearn.base.MetaEstimatorMixin`."""

    class CallbackSupport:
        """`sklearn.callback.CallbackSupportMixin`."""

        def set_callbacks(self, *callbacks: Any) -> Self: ...

    def with_callbacks(method: Method) -> Method: ...

else:
    from sklearn.base import BaseEstimator as BaseEstimator
    from sklearn.base import ClassifierMixin as ClassifierMixin
    from sklearn.base import MetaEstimatorMixin as MetaEstimatorMixin

    try:
        from sklearn.callback import CallbackSupportMixin as CallbackSupport
        from sklearn.callback import with_callbacks
    except ImportError:

        class CallbackSupport:
            """Nothing: this scikit-learn has no callbacks."""

        def with_callbacks(method):
            """Return the method as it is."""
            return method
