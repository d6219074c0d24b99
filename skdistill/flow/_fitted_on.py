"""What a fit remembers of its rows: enough to know them again, and not the rows."""

from dataclasses import dataclass

import numpy as np

from skdistill.tables import row_marks

MOST_MARKS = 2**16  # half a megabyte; of more rows, those with the lowest marks are known again


@dataclass(frozen=True, eq=False)
class FittedOn:
    """Marks of the rows of a fit, as the student reads them, and what came with them.

    Rows are the same in an array, a pandas and a polars frame, in any order. Those of weight 0
    are none of the fit's.

    Parameters
    ----------
    n_rows : int
        Rows of positive weight.
    total : int
        Sum of their marks, modulo 2 ** 64.
    lowest : uint64 array of shape (n_marks,)
        The marks, sorted, each once; the lowest where they are many.
    repeats : float
        Share of the rows that are equal to another one.
    grouped, weighted : bool
        Whether `groups`, `sample_weight` were passed.
    of_nobody : float64 array of shape (n_outputs,)
        The answer of who knows the labels and no column.
    """

    n_rows: int
    total: int
    lowest: np.ndarray
    repeats: float
    grouped: bool
    weighted: bool
    of_nobody: np.ndarray

    def __post_init__(self):
        if self.lowest.dtype != np.uint64 or not (self.lowest[1:] > self.lowest[:-1]).all():
            raise ValueError("Marks of rows must be uint64, distinct and sorted.")
        if self.of_nobody.dtype != np.float64 or self.of_nobody.ndim != 1:
            raise ValueError("The answer of nobody must be a float64 array of one dimension.")

    def has_all_of(self, rows):
        """Whether `rows`, as the student reads them, are those of the fit, in any order."""
        return rows.shape[0] == self.n_rows and _total(row_marks(rows)) == self.total

    def known(self, rows):
        """Return which of those `rows` that can be told were in the fit, as a bool array."""
        marks = row_marks(rows)
        if len(self.lowest) == MOST_MARKS:
            marks = marks[marks <= self.lowest[-1]]
        return np.isin(marks, self.lowest)


def note_rows(rows, data):
    """Return what a fit remembers of `rows`, the student's reading of the Samples `data`."""
    marks = row_marks(rows)
    found, count = np.unique(marks, return_counts=True)
    return FittedOn(
        n_rows=len(marks),
        total=_total(marks),
        lowest=found[:MOST_MARKS],
        repeats=float(count[count > 1].sum() / len(marks)),
        grouped=data.groups is not None,
        weighted=data.weighted,
        of_nobody=data.task.answer_of_nobody(data.labels, data.weight),
    )


def _total(marks):
    return int(np.add.reduce(marks, dtype=np.uint64))
