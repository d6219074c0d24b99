"""The state around a fit that it must not depend on: torch's, NumPy's, and OpenMP's after a fork.

What is changed here is the calling thread's alone, and given back. Of what only the whole process
can have, torch's random numbers and default dtype, nothing here makes use: it is set for code of
the user's alone, and its random numbers are for one fit at a time.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import ContextDecorator, ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

CPU = torch.device("cpu")
AUTOCAST = ("cpu", "cuda", "mps", "xpu")  # devices with a mode of mixed precision
TAMED = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}  # NumPy's own

_started_in = os.getpid()
_thread = threading.local()


@contextmanager
def plain_torch() -> Iterator[None]:
    """Let torch keep gradients, make tensors on the CPU by default, and not mix precisions."""
    leave_parents_threads()
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        if torch.get_default_device() != CPU:
            stack.enter_context(CPU)
        for kind in AUTOCAST:
            if torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind):
                stack.enter_context(torch.autocast(kind, enabled=False))
        yield


@contextmanager
def plain_process() -> Iterator[None]:
    """Let a whole fit, its teacher's included, work where OpenMP and NumPy would not let it.

    NumPy warns at most where it was told to raise: libraries count on that.
    """
    leave_parents_threads()
    theirs = np.geterr().items()
    ours: Any = {kind: TAMED[kind] for kind, how in theirs if how in ("raise", "call")}
    with np.errstate(**ours):
        yield


def leave_parents_threads():
    """Let OpenMP work on one thread where this process was forked.

    The thread that forked would wait forever for the others, which its parent has kept.
    """
    pid = os.getpid()
    if pid != _started_in and getattr(_thread, "pid", None) != pid:
        torch.set_num_threads(1)
        threadpool_limits(1, "openmp")
        _thread.pid = pid


@contextmanager
def one_thread():
    """Let OpenMP, and so torch, work on the calling thread alone, whatever other threads do."""
    torch.get_num_threads()  # a thread's first call sets the number
    with threadpool_limits(1, "openmp"):
        yield


@contextmanager
def torch_to_itself(seed, device):
    """Give code of the user's torch's random state, seeded; other fits with such code wait."""
    with _alone, torch.random.fork_rng(devices=_cuda_devices(device)), float32_by_default():
        torch.manual_seed(seed)
        yield


def float32_by_default() -> "_DefaultDtype":
    """Let code of the user's make float32 tensors; the last to leave gives the dtype back."""
    return _default_dtype


class _DefaultDtype(ContextDecorator):
    def __init__(self):
        self.lock = threading.Lock()
        self._n_inside = 0

    def __enter__(self):
        with self.lock:
            if self._n_inside == 0:
                self._theirs = torch.get_default_dtype()
                torch.set_default_dtype(torch.float32)
            self._n_inside += 1

    def __exit__(self, *_):
        with self.lock:
            self._n_inside -= 1
            if self._n_inside == 0:
                torch.set_default_dtype(self._theirs)


def _cuda_devices(device):
    """Return the devices whose random state seeding changes."""
    used = device.startswith("cuda") or torch.cuda.is_initialized()
    return list(range(torch.cuda.device_count())) if used else []


def _renew_locks():
    global _alone
    _alone, _default_dtype.lock = threading.RLock(), threading.Lock()


_alone, _default_dtype = threading.RLock(), _DefaultDtype()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)  # a parent's thread may hold the old ones
