"""Students of several members, each with scores of its own."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from skdistill.layers import AverageOfMembers, Layer


@dataclass(frozen=True)
class Members:
    """How the scores of members, which have the members first, become a student's."""

    join: Callable[[Tensor], Tensor]
    layer: type[Layer]  # that does so in a student


def log_mean(scores):
    """Return the logarithm of members' mean probability; their scores have the members first."""
    return scores.log_softmax(dim=2).logsumexp(dim=0) - math.log(len(scores))


def mean(scores):
    """Return members' mean scores."""
    return scores.mean(dim=0)


AVERAGED = Members(mean, AverageOfMembers)


def of_members(answers, scores):
    """Repeat the answers to a batch where every member of a student has scores of its own."""
    times = len(scores) // len(answers["labels"])
    if times == 1:
        return answers
    return {
        name: values.repeat(times, *(1 for _ in values.shape[1:]))
        for name, values in answers.items()
    }
