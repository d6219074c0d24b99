"""The extension that losses and students share: what it refuses, and that it never crashes."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.dlpack import to_dlpack

from skdistill._plumbing.extension import instruction_sets, kernels

pytestmark = pytest.mark.skipif(kernels is None, reason="the extension was not built")

FUZZ = Path(__file__).with_name("fuzz_extension.py")
N, K = 11, 3


def test_an_unknown_instruction_set_is_refused():
    assert instruction_sets()[-1] == "portable"
    with pytest.raises(ValueError, match="this processor cannot run 'mmx'"):
        kernels.use("mmx")


def losses():
    """Good arguments of `fill`, by name."""
    rng = np.random.default_rng(0)
    z, p = rng.random((2, N, K), dtype=np.float32)
    return {
        "logits": z,
        "targets": p,
        "labels": np.arange(N) % (K + 1) - 1,
        "numbers": None,
        "weight": rng.random(N, dtype=np.float32),
        "gradient": np.empty((N, K), np.float32),
        "losses": np.empty(N, np.float32),
        "total": np.empty((), np.float32),
        **{"kind": 0, "temperature": 2.0, "alpha": 0.5, "beta": 0.5, "scale": 1.0, "threads": 1},
    }


def read_only(array):
    array.flags.writeable = False
    return array


def not_aligned(array):
    return np.frombuffer(b"\0" + array.tobytes(), array.dtype, offset=1)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"weight": np.ones(N)},
            TypeError,
            r"weight must be float32 .* got float64 of shape \(11",
        ),
        ({"weight": [1.0] * N}, TypeError, "weight must be an array, got <class 'list'>"),
        (
            {"weight": np.ones(N - 1, np.float32)},
            ValueError,
            r"weight must be .* of shape \(11,\)",
        ),
        ({"weight": np.ones((N, 1), np.float32)}, ValueError, "weight must be"),
        ({"weight": np.ones(N, ">f4")}, TypeError, "weight must be"),
        ({"weight": np.ones(N, "i4")}, TypeError, "weight must be float32 .* got int32"),
        ({"weight": np.ones(2 * N, np.float32)[::2]}, ValueError, "got .* in steps of 8"),
        ({"weight": not_aligned(np.ones(N, np.float32))}, ValueError, "weight must be"),
        ({"weight": to_dlpack(torch.ones(N).double())}, TypeError, "weight must be .* float64"),
        ({"weight": to_dlpack(torch.ones(N).bfloat16())}, TypeError, "weight must be"),
        ({"weight": to_dlpack(torch.ones(2 * N)[::2])}, ValueError, "got .* in steps of 8"),
        ({"targets": np.ones((K, N), np.float32).T}, ValueError, "targets must be"),
        ({"logits": None}, TypeError, "logits must be an array, got <class 'NoneType'>"),
        ({"logits": np.empty((N, 0), np.float32)}, ValueError, "must be .* got float32"),
        ({"gradient": read_only(np.ones((N, K), np.float32))}, ValueError, "writable .*read-only"),
        ({"labels": np.full(N, K)}, ValueError, r"labels\[0\] is 3, but must be from -1 to 2"),
        ({"labels": np.full(N, -2)}, ValueError, r"labels\[0\] is -2, but must be from -1"),
        ({"labels": np.zeros(N, np.uint64)}, TypeError, "labels must be int64 .* got uint64"),
        ({"kind": 8}, ValueError, "kind must be an integer from 0 to 7, got 8"),
        ({"kind": 2**80}, ValueError, "kind must be an integer from 0 to 7"),
        ({"kind": 4}, ValueError, "The loss takes no labels"),
        ({"numbers": np.zeros((N, K), np.float32)}, ValueError, "The loss takes no numbers"),
        ({"numbers": np.zeros(N, np.float32)}, ValueError, "numbers must be"),
        ({"kind": 0.0}, TypeError, "kind must be an integer, got <class 'float'>"),
        ({"temperature": 0.0}, ValueError, "temperature must be from"),
        ({"alpha": float("nan")}, ValueError, "alpha must be from 0 to 1, got nan"),
        ({"beta": "x"}, TypeError, "beta must be a number, got <class 'str'>"),
        ({"threads": -1}, ValueError, "threads must be an integer from 1"),
    ],
)
def test_an_argument_is_refused_by_name(change, error, message):
    assert kernels.fill(*losses().values()) is None
    with pytest.raises(error, match=message):
        kernels.fill(*{**losses(), **change}.values())


@pytest.mark.parametrize("name", ["fill", "fill_bins", "activate", "train", "prepare", "forward"])
def test_a_wrong_number_of_arguments_is_refused(name):
    for arguments in ((), (-1,), (1, 2, 3), (None,) * 40):
        with pytest.raises((TypeError, ValueError), match=r"missing|must (be|come)"):
            getattr(kernels, name)(*arguments)
    with pytest.raises(TypeError, match="The argument threads is missing"):
        kernels.fill(*[*losses().values()][:-1])
    with pytest.raises(TypeError, match="1 arguments too many"):
        kernels.fill(*losses().values(), 0)


def run(code, *arguments):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


THREADS = """
import hashlib, os, sys
import numpy as np
for name in sys.argv[1:]:
    __import__(name)
from skdistill._plumbing.extension import kernels
x = np.linspace(-5, 5, 600_000, dtype=np.float32)
out, slope, before = np.empty_like(x), np.empty_like(x), len(os.listdir("/proc/self/task"))
kernels.activate(1, x, out, slope, 0.2, 7, 4)
print("torch" in sys.modules, len(os.listdir("/proc/self/task")) - before, kernels.has_threads())
print(hashlib.md5(out.tobytes() + slope.tobytes()).hexdigest())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is one thread")
def test_threads_do_not_depend_on_who_imported_what():
    imports = [(), ("skdistill.runtime",), ("torch",), ("skdistill.students",)]
    imports += [("skdistill.losses",), ("skdistill._plumbing.extension", "torch")]
    said, answers = zip(*(run(THREADS, *names).splitlines() for names in imports), strict=True)
    assert said == ("False 0 False",) * 2 + ("True 3 True",) * 4
    assert len(set(answers)) == 1


FORKED = """
import os, signal, torch
from skdistill.losses import distillation_loss
torch.set_num_threads(2)
arguments = torch.zeros(40_000, 10), torch.full((40_000, 10), 0.1)
expected = distillation_loss(*arguments)
if child := os.fork():
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
else:
    signal.alarm(20)  # ends a process that waits for ever
    os._exit(int(distillation_loss(*arguments).item() != expected.item()))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process is forked here")
def test_a_forked_process_does_not_wait_for_its_parents_threads():
    assert run(FORKED) == "0\n"


@pytest.mark.parametrize("n_examples", [40, pytest.param(5000, marks=pytest.mark.slow)])
def test_no_arguments_end_the_process(n_examples):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, FUZZ, str(n_examples)], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "done\n"
