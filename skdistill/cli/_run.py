"""The folder of a run: what is finished stays there, so that a killed run can go on."""

import hashlib
import json
import os
import shutil
import sys
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock, Timeout

from skdistill import __version__
from skdistill._plumbing.files import whole_file
from skdistill.cli._console import InputError, note

OPTIONS = (
    *("target", "data", "test_size", "teacher", "hidden_layer_sizes", "alpha", "temperature"),
    *("transfer", "device", "random_state"),
)  # those that change the student
FILES = ("table", "teacher_file", "unlabeled")
LIBRARIES = ("joblib", "numpy", "pandas", "sklearn", "torch")
MANIFEST = "manifest.json"


class Run:
    """Stages of the work, each stored once it is finished.

    Teacher work is stored fit by fit, by the estimator's own `memory`.

    Parameters
    ----------
    folder : Path
    manifest : dict
        What all stages depend on.
    """

    def __init__(self, folder, manifest):
        from skdistill._plumbing.cache import Cache

        self.folder = folder
        self._cache = Cache(folder, json.dumps(manifest, sort_keys=True))

    def stage(self, name, compute):
        """Return the stored result of a stage, or the stored outcome of ``compute()``."""
        return self._cache.get(name, compute)

    def has_work(self):
        """Whether anything is finished."""
        return any((self.folder / "skdistill").glob("*.joblib"))


def run_folder(output):
    """Return the folder of the run that writes `output`."""
    return output.with_name(f"{output.name}.run")


def describe(options):
    """Return the manifest: the options, the files by content, and the versions."""
    given = {name: getattr(options, name) for name in OPTIONS}
    given["hidden_layer_sizes"] = list(options.hidden_layer_sizes)
    paths = {name: getattr(options, name) for name in FILES}
    files = {
        name: {"path": str(path.absolute()), "sha256": _content(path)}
        for name, path in paths.items()
        if path is not None
    }
    versions = {n: str(import_module(n).__version__) for n in LIBRARIES if find_spec(n)}
    versions |= {"skdistill": __version__, "python": sys.version.split()[0]}
    return {"options": given, "files": files, "versions": versions}


def read_manifest(folder):
    """Return the manifest of a run; None if it was killed before it began."""
    try:
        return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def restore_options(options, folder):
    """Give `options` the values that the run in `folder` was begun with."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError(
            f"{folder} is no folder of a run: it has no {MANIFEST}. Make one with "
            "skdistill compress --keep-run."
        )
    for name, value in manifest["options"].items():
        setattr(options, name, value)
    options.hidden_layer_sizes = tuple(options.hidden_layer_sizes)
    for name in FILES:
        file = manifest["files"].get(name)
        setattr(options, name, None if file is None else Path(file["path"]))


@contextmanager
def open_run(folder, manifest, *, resume, force=False):
    """Open a run that nobody else works on, and make its folder if there is none.

    A folder without finished work goes when something is raised.

    Parameters
    ----------
    folder : Path
    manifest : dict
        Of `describe`.
    resume : bool
        Go on with a run that is there.
    force : bool
        Otherwise, remove it.

    Yields
    ------
    run : Run

    Raises
    ------
    InputError
        If the folder holds a run and neither is wanted, or that run had another manifest.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    with _alone(folder):
        old = read_manifest(folder)
        if old is not None and resume:
            _check_same(old, manifest, folder)
            note(f"Going on with the run in {folder}.")
        elif old is not None and not force:
            raise InputError(
                f"{folder} holds a run that did not finish: pass --resume to go on with it, or "
                "--force to remove it and begin anew."
            )
        else:
            _begin(folder, manifest)
        run = Run(folder, manifest)
        try:
            yield run
        except BaseException:
            if run.has_work():
                note(f"Finished work is kept in {folder}: pass --resume to go on with it.")
            else:
                remove(folder)
            raise


def remove(folder):
    """Remove the folder of a run; killed meanwhile, it leaves nothing that looks like a run."""
    rest = folder.with_name(f".{folder.name}.removed")
    shutil.rmtree(rest, ignore_errors=True)
    os.rename(folder, rest)
    shutil.rmtree(rest)


@contextmanager
def _alone(folder):
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(f"Another process works in {folder}: wait for it, or end it.") from None
    try:
        yield
    finally:
        lock.release()


def _begin(folder, manifest):
    (folder / MANIFEST).unlink(missing_ok=True)  # first, so that half a run is none
    shutil.rmtree(folder / "skdistill", ignore_errors=True)
    with whole_file(folder / MANIFEST) as temporary:
        temporary.write_text(json.dumps(manifest, indent=2), encoding="utf-8")


def _check_same(old, new, folder):
    """Raise with the first thing that is not as it was."""
    ways = f"Run it as before, or pass --force without --resume to remove {folder} and begin anew."
    for name, value in new["options"].items():
        before = old["options"].get(name)
        if before != value:
            flag = f"--{name.replace('_', '-')}"
            raise InputError(
                f"The run in {folder} was begun with {flag} {_shown(before)}, not "
                f"{_shown(value)}. {ways}"
            )
    for name in FILES:
        before, now = (manifest["files"].get(name, {}) for manifest in (old, new))
        if before.get("sha256") != now.get("sha256"):
            what = "the table" if name == "table" else f"--{name.replace('_', '-')}"
            raise InputError(
                f"The run in {folder} was begun with other content of {what}: "
                f"{before.get('path')} then, {now.get('path')} now. {ways}"
            )
    for name, value in new["versions"].items():
        if old["versions"].get(name) != value:
            raise InputError(
                f"The run in {folder} was begun with {name} {old['versions'].get(name)}, here is "
                f"{value}: its student would be another. {ways}"
            )


def _shown(value):
    return ",".join(map(str, value)) if isinstance(value, list) else value


def _content(path):
    """Return the SHA-256 of a file, or of the files in a folder and below."""
    sha = hashlib.sha256()
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder.")
    for file in [path] if path.is_file() else sorted(path.rglob("*")):
        if file.is_file():
            with open(file, "rb") as stream:
                content = hashlib.file_digest(stream, "sha256").digest()
            sha.update(f"{file.relative_to(path)}\n".encode() + content)
    return sha.hexdigest()
