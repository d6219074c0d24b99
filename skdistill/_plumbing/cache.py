"""Results kept in a folder, computed once even by parallel jobs."""

import pickle
import shutil
import sys
from pathlib import Path

import joblib
import sklearn
from filelock import FileLock

from skdistill._plumbing.digest import digest
from skdistill._plumbing.files import whole_file
from skdistill._version import __version__
from skdistill.exceptions import warn


class Cache:
    """A folder of results, each computed under a lock of its own.

    They lie in a subfolder of `memory` that only the user may read; all depend on `parts`.
    """

    def __init__(self, memory, *parts):
        location = memory.location if isinstance(memory, joblib.Memory) else memory
        self._folder = Path(location) / "skdistill"
        self._base = fingerprint(parts)

    def get(self, parts, compute):
        """Return the stored result for `parts`, or the stored outcome of ``compute()``."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{fingerprint((self._base, parts))}.joblib"
        with FileLock(f"{path}.lock"):
            try:
                return joblib.load(path)
            except FileNotFoundError:
                pass
            except Exception:  # damaged bytes can raise anything while they are unpickled
                path.unlink()  # damaged: make it again
            result = compute()
            with whole_file(path) as temporary:
                joblib.dump(result, temporary)
        return result

    def is_empty(self):
        """Whether no result is kept, whatever it depends on."""
        return not any(self._folder.glob("*.joblib"))

    def clear(self):
        """Remove all results, whatever they depend on."""
        shutil.rmtree(self._folder, ignore_errors=True)


def open_cache(memory, random_state, *parts):
    """Return the `Cache` that `memory` stands for; None without one, or without a seed."""
    if memory is None or (isinstance(memory, joblib.Memory) and memory.location is None):
        return None
    if random_state is None:
        warn(
            "memory= needs an integer random_state: without one, teachers differ from fit to fit "
            "and nothing is kept."
        )
        return None
    return Cache(memory, *parts)


def fingerprint(value):
    """Hash a value by its content, estimators by class and parameters."""
    try:
        versions = f"{sys.version} {sklearn.__version__} {__version__}"
        return joblib.hash(f"{versions} {digest(value)}")
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ValueError(
            f"memory= needs a teacher and data that can be pickled, but: {error}. "
            "Replace lambdas by named functions, or use memory=None."
        ) from error
