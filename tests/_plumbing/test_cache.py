"""Results are computed once and never half-written."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skdistill._plumbing.cache import Cache, fingerprint


def stored(folder):
    return sorted((folder / "skdistill").glob("*.joblib"))


def test_a_result_is_computed_once(tmp_path):
    cache = Cache(tmp_path, "teacher")
    calls = []
    for _ in range(2):
        result = cache.get("fold 0", lambda: calls.append(1) or np.arange(3))
        np.testing.assert_array_equal(result, [0, 1, 2])
    assert len(calls) == 1
    cache.get("fold 1", lambda: calls.append(1))
    Cache(tmp_path, "another teacher").get("fold 0", lambda: calls.append(1))
    assert len(calls) == 3


def test_parallel_jobs_compute_once(tmp_path):
    code = f"""
        import time
        from skdistill._plumbing.cache import Cache
        def compute():
            open({str(tmp_path / "calls")!r}, "a").write("x")
            time.sleep(1)
            return 1
        assert Cache({str(tmp_path)!r}, "t").get("part", compute) == 1
    """
    jobs = [subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)]) for _ in range(3)]
    assert [job.wait(60) for job in jobs] == [0, 0, 0]
    assert (tmp_path / "calls").read_text() == "x"


def test_a_damaged_result_is_made_again(tmp_path):
    cache = Cache(tmp_path, "t")
    cache.get("part", lambda: np.arange(1000.0))
    (path,) = stored(tmp_path)
    for damaged in (b"", b"garbage", path.read_bytes()[:200]):
        path.write_bytes(damaged)
        np.testing.assert_array_equal(cache.get("part", lambda: np.arange(5)), np.arange(5))
        assert stored(tmp_path) == [path]


def test_a_failed_computation_leaves_nothing(tmp_path):
    def fail():
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        Cache(tmp_path, "t").get("part", fail)
    assert stored(tmp_path) == []
    assert Cache(tmp_path, "t").get("part", lambda: 3) == 3


def test_jobs_and_verbosity_do_not_change_the_key_but_parameters_do():
    forest = RandomForestClassifier(n_jobs=1, random_state=0)
    assert fingerprint(forest) == fingerprint(RandomForestClassifier(n_jobs=2, random_state=0))
    assert fingerprint(forest) != fingerprint(RandomForestClassifier(50, random_state=0))
    fitted, refitted = (
        FrozenEstimator(GaussianNB().fit(X, [0, 1])) for X in ([[0], [1]], [[0], [2]])
    )
    assert fingerprint(fitted) != fingerprint(refitted)
    nested, other = (make_pipeline(RandomForestClassifier(n_jobs=j)) for j in (1, 2))
    assert fingerprint(nested) == fingerprint(other)


def test_a_teacher_with_a_lambda_is_refused_clearly(tmp_path):
    teacher = make_pipeline(FunctionTransformer(lambda X: X), RandomForestClassifier())
    with pytest.raises(ValueError, match="Replace lambdas by named functions"):
        Cache(tmp_path, teacher)


def test_a_folder_is_cleared_of_all_results_whatever_they_depend_on(tmp_path):
    cache = Cache(tmp_path)
    assert cache.is_empty()
    Cache(tmp_path, "a teacher").get("part", lambda: 1)
    assert not cache.is_empty()
    cache.clear()
    assert cache.is_empty()
    assert cache.get("part", lambda: 2) == 2
