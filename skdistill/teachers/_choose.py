"""Which way of getting answers a fit takes."""

from skdistill._plumbing.frozen import is_frozen
from skdistill.teachers._answers import Answers
from skdistill.teachers._cross_fitted import CrossFitted
from skdistill.teachers._given import Given
from skdistill.teachers._labels_only import LabelsOnly
from skdistill.teachers._out_of_bag import OutOfBag
from skdistill.teachers._unseen import Unseen


def choose_answers(params, data):
    """Return how real rows get answers."""
    if data.soft_targets is not None:
        return Given(params, data)
    way: type[Answers] = CrossFitted
    if isinstance(params.cv, str):
        way = OutOfBag
    elif is_frozen(params.teacher):
        way = Unseen
    answers = way(params, data)
    return LabelsOnly(answers) if params.alpha == 0 else answers
