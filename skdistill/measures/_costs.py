"""What a model costs: bytes on disk, seconds to load and to answer."""

import io
import pickle
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skdistill.runtime import Student, load
from skdistill.tables import take_rows

MAX_SECONDS = 2.0  # spent on the latency of one model
MIN_CALLS, MAX_CALLS = 20, 1000
MIN_BATCHES, BATCH_ROWS = 5, 1000
ANSWERS = ("predict_proba", "decision_function", "predict")  # the first that a model has
UNPICKLABLE = pickle.PicklingError, AttributeError, TypeError


@dataclass(frozen=True)
class Costs:
    """What one model costs on this machine.

    Parameters
    ----------
    n_bytes : int or float
        Size of the saved model: a student's file, any other's pickle. NaN where it cannot be
        pickled.
    load_seconds : float
        Seconds to read it from a file that is in the system's cache. NaN as `n_bytes`.
    row_p50, row_p99 : float
        Median and 99th percentile of the seconds to answer a single row.
    batch_p50, batch_p99 : float
        The same for a batch of at most 1,000 held-out rows.
    """

    n_bytes: float
    load_seconds: float
    row_p50: float
    row_p99: float
    batch_p50: float
    batch_p99: float


UNKNOWN = Costs(*[np.nan] * 6)  # of what is no model


def measure_costs(model: Any, X: Any) -> Costs:
    """Measure what a model costs.

    Parameters
    ----------
    model : fitted model or Student
        What to measure.
    X : table of shape (n_samples, n_features)
        Rows to answer.

    Returns
    -------
    costs : Costs
    """
    try:
        stored: tuple[float, float] = serialized_bytes(model), load_seconds(model)
    except UNPICKLABLE:
        stored = np.nan, np.nan
    batch = take_rows(X, np.arange(min(X.shape[0], BATCH_ROWS)))
    row = np.quantile(_row_seconds(model, X), (0.5, 0.99))
    of_batch = np.quantile(_seconds(model, [batch], MIN_BATCHES), (0.5, 0.99))
    return Costs(*stored, *map(float, (*row, *of_batch)))


def one_row_latency(model: Any, X: Any) -> float:
    """Return the median seconds of `predict_proba`, or of `predict` without it, for a single row.

    Up to a thousand calls, at least twenty, within about two seconds, after a warm-up; rows are
    cut out of `X` beforehand.

    Parameters
    ----------
    model : fitted model
        What to measure.
    X : table of shape (n_samples, n_features)
        Held-out rows.

    Returns
    -------
    seconds : float
        The median.
    """
    return float(np.median(_row_seconds(model, X)))


def serialized_bytes(model: Any) -> int:
    """Return the size of a model on disk: a student's file, any other's pickle.

    Parameters
    ----------
    model : fitted model or Student
        What to measure.

    Returns
    -------
    n_bytes : int
        Of the file.
    """
    if isinstance(model, Student):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "student.safetensors"
            model.save(path)
            return path.stat().st_size
    counter = _Counter()
    pickle.dump(model, counter, protocol=5)
    return counter.n_bytes


def load_seconds(model: Any) -> float:
    """Return the seconds to read a model from a file that is in the system's cache.

    Parameters
    ----------
    model : fitted model or Student
        What to measure.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "saved"
        if isinstance(model, Student):
            model.save(path)
            start = time.perf_counter()
            load(path)
            return time.perf_counter() - start
        with open(path, "wb") as file:
            pickle.dump(model, file, protocol=5)
        start = time.perf_counter()
        with open(path, "rb") as file:
            pickle.load(file)
        return time.perf_counter() - start


def _row_seconds(model, X):
    rows = [take_rows(X, np.array([i])) for i in range(min(X.shape[0], MIN_CALLS))]
    return _seconds(model, rows, MIN_CALLS)


def _seconds(model, tables, min_calls):
    """Return the seconds of each call, on the tables in turn, after a warm-up."""
    answer = next(getattr(model, name) for name in ANSWERS if hasattr(model, name))
    for table in tables[:3]:
        answer(table)
    times: list[float] = []
    stop = time.perf_counter() + MAX_SECONDS
    while len(times) < min_calls or (len(times) < MAX_CALLS and time.perf_counter() < stop):
        table = tables[len(times) % len(tables)]
        start = time.perf_counter()
        answer(table)
        times.append(time.perf_counter() - start)
    return times


class _Counter(io.RawIOBase):
    """Counts what is written and forgets it."""

    n_bytes = 0

    def write(self, data):
        size = memoryview(data).nbytes
        self.n_bytes += size
        return size
