"""Synthetic rows for the transfer set.

A sampler is fitted on a table and draws rows of the same form::

    sampler.fit(X, sample_weight=None, random_state=None)   → self
    sampler.draw(n_rows, random_state=None)                 → table like X
"""

from typing import Literal, TypeAlias

from skdistill.samplers._base import AnySampler as AnySampler
from skdistill.samplers._base import Sampler
from skdistill.samplers._base import dense_table as dense_table
from skdistill.samplers._bootstrap import Bootstrap
from skdistill.samplers._conditional import Conditional
from skdistill.samplers._copula import GaussianCopula
from skdistill.samplers._mixup import Mixup
from skdistill.samplers._munge import Munge
from skdistill.samplers._neighbours import Embedding as Embedding
from skdistill.samplers._neighbours import nearest_neighbours as nearest_neighbours
from skdistill.samplers._realism import two_sample_auc

SamplerName: TypeAlias = Literal["munge", "conditional", "copula", "mixup", "bootstrap"]

SAMPLERS: dict[str, type[Sampler]] = {
    "munge": Munge,
    "conditional": Conditional,
    "copula": GaussianCopula,
    "mixup": Mixup,
    "bootstrap": Bootstrap,
}


__all__ = [
    "SAMPLERS",
    "Bootstrap",
    "Conditional",
    "GaussianCopula",
    "Mixup",
    "Munge",
    "two_sample_auc",
]
