"""MUNGE: synthetic rows from pairs of nearest neighbours."""

import numpy as np

from skdistill.samplers._base import Sampler
from skdistill.samplers._neighbours import Embedding, nearest_neighbours


class Munge(Sampler):
    """Rows that take some of their values from their nearest neighbour.

    Each value is exchanged [1]_ with probability `swap_probability`. A category takes the
    neighbour's level. A number x with neighbour x' becomes a draw from a normal distribution
    around x' with standard deviation ``|x - x'| / local_variance``, kept within the column's
    range and, where the column holds integers, rounded. A missing value counts as a category.

    Above 50,000 rows neighbours are approximate: those that faiss finds, if it is installed
    (``pip install "skdistill[large]"``), else the nearest of 20,000 random rows.

    Parameters
    ----------
    swap_probability : float, default=0.5
        Probability p that a value is exchanged.
    local_variance : float, default=1.0
        Parameter s: the larger, the closer numbers stay to the neighbour's.

    References
    ----------
    .. [1] Bucila, Caruana, Niculescu-Mizil, "Model Compression", 2006, Section 2.3.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, _ = load_iris(return_X_y=True)
    >>> Munge().fit(X, random_state=0).draw(5, random_state=0).shape
    (5, 4)
    """

    def __init__(self, *, swap_probability: float = 0.5, local_variance: float = 1.0) -> None:
        self.swap_probability = swap_probability
        self.local_variance = local_variance

    def _learn(self, rows, reader, rng):
        self._neighbour = nearest_neighbours(rows, Embedding(rows, reader, rng), rng)

    def _choose(self, n_rows, rng):
        row = self._base_rows(n_rows, rng)
        other = self._neighbour[row]
        sources, numbers = [], {}
        for j in range(self._X.shape[1]):
            swap = rng.random(n_rows) < self.swap_probability
            sources.append(np.where(swap, other, row))
            if j in self._numbers:
                x = self._numbers[j].values
                width = np.nan_to_num(np.abs(x[row] - x[other])) * swap / self.local_variance
                noisy = x[sources[j]] + width * rng.standard_normal(n_rows)
                numbers[j] = self._numbers[j].admit(noisy)
        return sources, numbers
