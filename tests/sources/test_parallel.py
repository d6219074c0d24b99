"""A function over many items: in order, few at a time, and what happens when a worker dies."""

import os
import signal
import threading
import time

import joblib
import pytest

from skdistill.sources import parallel_map
from skdistill.sources._parallel import ITEMS_PER_JOB


def double(item):
    return 2 * item


def die(item):
    os.kill(os.getpid(), signal.SIGKILL)


def no_more_threads_than(n):
    """Whether threads that were told to end do so soon."""
    deadline = time.monotonic() + 5
    while threading.active_count() > n and time.monotonic() < deadline:
        time.sleep(0.01)
    return threading.active_count() <= n


class Counted:
    """Items that say how many were taken, and by which threads."""

    def __init__(self, n):
        self.n, self.taken, self.threads = n, 0, set()

    def __iter__(self):
        for i in range(self.n):
            self.taken += 1
            self.threads.add(threading.get_ident())
            yield i


@pytest.mark.parametrize("n", [0, 1, 8, 9, 50])
@pytest.mark.parametrize("n_jobs", [None, 1, 2])
def test_results_come_in_order(n, n_jobs):
    assert list(parallel_map(double, range(n), n_jobs=n_jobs)) == [2 * i for i in range(n)]


def test_processes_give_the_same():
    with joblib.parallel_config("loky"):
        assert list(parallel_map(double, range(20), n_jobs=2)) == [2 * i for i in range(20)]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_few_items_are_taken_before_their_results_are(n_jobs):
    items = Counted(100)
    for done, _ in enumerate(parallel_map(double, items, n_jobs=n_jobs)):
        assert items.taken - done <= ITEMS_PER_JOB * n_jobs
    assert items.taken == 100
    assert items.threads == {threading.get_ident()}


def test_attributes_of_the_function_are_its_own():
    class Function:
        function = config = None

        def __init__(self):
            self.function = self.config = "mine"

        def __call__(self, item):
            return self.function

    assert list(parallel_map(Function(), [1], n_jobs=2)) == ["mine"]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_leaving_early_leaves_nothing_running(n_jobs):
    started = []

    def slow(item):
        started.append(item)
        time.sleep(0.02)

    before = threading.active_count()
    results = parallel_map(slow, range(100), n_jobs=n_jobs)
    next(results)
    results.close()
    assert no_more_threads_than(before)
    assert len(started) < 10


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 8, 9])
def test_an_error_of_the_items_comes_after_the_results_before_it(n, n_jobs):
    def items():
        yield from range(n)
        raise ValueError("mine")

    results = parallel_map(double, items(), n_jobs=n_jobs)
    assert [next(results) for _ in range(n)] == [2 * i for i in range(n)]
    with pytest.raises(ValueError, match="mine"):
        next(results)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("error", [KeyError("mine"), KeyboardInterrupt()])
def test_an_error_of_the_items_goes_up_as_it_is(n_jobs, error):
    def items():
        yield from range(3)
        raise error

    before = threading.active_count()
    with pytest.raises(type(error)) as caught:
        list(parallel_map(double, items(), n_jobs=n_jobs))
    assert caught.value is error
    assert no_more_threads_than(before)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_of_the_function_goes_up_as_it_is(n_jobs):
    with pytest.raises(ZeroDivisionError):
        list(parallel_map(lambda item: 1 // (item - 5), range(20), n_jobs=n_jobs))


def test_a_worker_that_dies():
    with (
        joblib.parallel_config("loky"),
        pytest.raises(RuntimeError, match=r"A worker process died .* fewer n_jobs"),
    ):
        list(parallel_map(die, range(4), n_jobs=2))
