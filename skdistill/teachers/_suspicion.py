"""Whether a frozen teacher was fitted on the rows that it is asked about, told by its answers.

A teacher knows rows by heart where it is right far more often than its answers are sure, and more
often than about the same rows once these are mixed with their nearest neighbours.
"""

from dataclasses import dataclass, replace

import numpy as np

from skdistill.exceptions import warn
from skdistill.samplers import Embedding, nearest_neighbours
from skdistill.tables import is_sparse, replace_columns, take_rows
from skdistill.teachers._adapt import has_frozen

PERFECT = 0.999  # accuracy that is suspicious,
COLD = 0.3  # and temperature: forests that did not see the rows have .25 at times,
COLDEST = 0.15  # but not this, which has to do where rows cannot be mixed
MORE = 2  # times as many errors once rows are mixed, where a teacher knows them by heart,
ERRORS = 4  # and so many more, which are two standard errors,
SHARE = 0.02  # and so many rows: honest teachers of easy tables err on some of the mixed ones
MIXED_ROWS = 2_000  # at most
SWAPPED = 0.5  # share of a row's values that are its neighbour's once it is mixed


@dataclass(frozen=True)
class Signs:
    """What gives away a teacher that saw the rows."""

    share_right: float  # of the rows
    temperature: float  # by which its answers would be calibrated
    errors: tuple[int, int] | None = None  # on some rows as they are, and mixed if they can be,
    n_mixed: int = MIXED_ROWS  # and how many these are

    @property
    def suspicious(self):
        """Whether mixed rows are worth a question."""
        return self.share_right >= PERFECT or self.temperature < COLD

    @property
    def tell(self):
        """Whether the teacher knows the rows by heart, as far as one can tell."""
        if self.errors is None:
            return self.share_right >= PERFECT or self.temperature < COLDEST
        plain, mixed = self.errors
        enough = max(ERRORS, SHARE * self.n_mixed)
        return self.suspicious and mixed >= max(plain + enough, MORE * plain)


def doubt(sides, data, rows, reader, random_state):
    """Return the Sides, marked and warned about if a teacher fitted before saw the rows."""
    final = sides[0]
    if final.scores is None or not has_frozen(final.teacher):
        return sides
    signs = _signs(final, data, rows, reader, random_state)
    if not signs.tell:
        return sides
    warn(_reasons(signs))
    return [replace(side, seen=True) for side in sides]


def _signs(side, data, rows, reader, random_state):
    wrong, temperature = data.task.signs(side.scores, data.labels, data.weight)
    signs = Signs(1 - wrong.mean(), temperature)
    if not signs.suspicious or is_sparse(rows):
        return signs
    rng = np.random.default_rng(random_state)
    some = np.sort(rng.permutation(len(wrong))[:MIXED_ROWS])
    mixed = _mixed(take_rows(data.X, some), rows[some], reader, rng)
    scores = data.task.ask(side.teacher, mixed)
    wrong_mixed, _ = data.task.signs(scores, data.labels[some], data.weight[some])
    errors = int(wrong[some].sum()), int(wrong_mixed.sum())
    return replace(signs, errors=errors, n_mixed=len(some))


def _mixed(X, rows, reader, rng):
    """Return the rows with some of their values from their nearest neighbours."""
    own = np.arange(len(rows))
    neighbour = nearest_neighbours(rows, Embedding(rows, reader, rng), rng)
    swaps = rng.random(rows.shape[::-1]) < SWAPPED
    return replace_columns(X, [np.where(swap, neighbour, own) for swap in swaps], {})


def _reasons(signs):
    mixed = ""
    if signs.errors is not None:
        plain, of_mixed = signs.errors
        mixed = f" ({plain} errors become {of_mixed} once rows are mixed with their neighbours),"
    cold = ""
    if signs.temperature < COLD:
        cold = f" (a calibration by them would have temperature {signs.temperature:.2g})"
    return (
        f"The frozen teacher is right on {signs.share_right:.1%} of the rows{mixed} as if it had "
        f"seen them{cold}. Soft targets of rows that it was trained on teach little more than the "
        "labels, and choices by held-out loss are misled; the answers are not calibrated. Pass "
        "rows that it did not see, or the teacher without FrozenEstimator."
    )
