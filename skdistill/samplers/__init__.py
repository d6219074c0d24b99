"""Synthetic rows for the transfer set.

A sampler is fitted on a table and draws rows of the same form::

    sampler.fit(X, sample_weight=None, random_state=None)   → self
    sampler.draw(n_rows, random_state=None)                 → table like X
"""

from skdistill.samplers._munge import Munge

SAMPLERS = {"munge": Munge}

__all__ = ["SAMPLERS", "Munge"]
