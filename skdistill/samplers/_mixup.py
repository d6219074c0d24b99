"""Mixup: synthetic rows between two real ones."""

import numpy as np

from skdistill.samplers._base import Sampler


class Mixup(Sampler):
    """Rows between two random real rows.

    A row [1]_ is the share λ of the first real row and the share 1 - λ of the second, where λ has
    a Beta(`alpha`, `alpha`) distribution. Numbers are interpolated and, where the column holds
    integers, rounded. Any other value is that of the first row with probability λ, else that of
    the second; so is a number where one of the two is missing.

    Parameters
    ----------
    alpha : float, default=0.4
        The smaller, the nearer rows are to real ones.

    References
    ----------
    .. [1] Zhang, Cisse, Dauphin, Lopez-Paz, "mixup: Beyond Empirical Risk Minimization",
       ICLR 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, _ = load_iris(return_X_y=True)
    >>> Mixup().fit(X, random_state=0).draw(5, random_state=0).shape
    (5, 4)
    """

    def __init__(self, *, alpha: float = 0.4) -> None:
        self.alpha = alpha

    def _choose(self, n_rows, rng):
        first, second = self._base_rows(n_rows, rng), self._base_rows(n_rows, rng)
        share = rng.beta(self.alpha, self.alpha, n_rows)
        sources, numbers = [], {}
        for j in range(self._X.shape[1]):
            sources.append(np.where(rng.random(n_rows) < share, first, second))
            if j in self._numbers:
                x = self._numbers[j].values
                mixed = self._numbers[j].admit(share * x[first] + (1 - share) * x[second])
                numbers[j] = np.where(np.isnan(mixed), x[sources[j]], mixed)
        return sources, numbers
