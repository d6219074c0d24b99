"""Weights and groups on their way to the teacher and the splitter."""

from numbers import Integral

from sklearn import get_config
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing

from skdistill.exceptions import warn
from skdistill.teachers._default import takes_weights


def route(estimator, data, given):
    """Return what the teacher's fit and the splitter get beside rows and labels.

    `data` has the rows of positive weight, the teacher's; `given` all rows, the splitter's.
    """
    weight = {"sample_weight": data.weight} if data.weighted else {}
    split = {} if given.groups is None else {"groups": given.groups}
    if estimator.teacher is None or data.soft_targets is not None:
        return weight, split
    if get_config()["enable_metadata_routing"]:
        routed = process_routing(estimator, "fit", **weight, **split)
        is_number = isinstance(estimator.cv, Integral)
        return routed.teacher.fit, split if is_number else routed.splitter.split
    if weight and not takes_weights(estimator.teacher):
        warn(
            f"The fit of {type(estimator.teacher).__name__} takes no sample_weight: the teacher "
            "is fitted without, the student with weights. To route weights inside a teacher, "
            "enable metadata routing."
        )
        return {}, split
    return weight, split


def make_router(estimator):
    """Return what scikit-learn asks for by `get_metadata_routing`."""
    router = MetadataRouter(owner=estimator).add_self_request(estimator)
    splits = MethodMapping().add(caller="fit", callee="split")
    router.add(splitter=estimator.cv, method_mapping=splits)
    if estimator.teacher is not None:
        fits = MethodMapping().add(caller="fit", callee="fit")
        router.add(teacher=estimator.teacher, method_mapping=fits)
    return router
