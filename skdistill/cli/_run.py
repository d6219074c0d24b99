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
from skdistill.cli._parameters import as_typed, flag

FILES = ("table", "teacher_file", "unlabeled")
LIBRARIES = ("joblib", "numpy", "pandas", "sklearn", "torch")
MANIFEST = "manifest.json"


def options_of_run(options):
    """Name the options that change the student."""
    parameters = [name for name in options.parameters if name != "n_jobs"]
    return ["target", "data", "test_size", "teacher", *parameters]


def describe(options):
    """Return the manifest: the options, the files by content, and the versions."""
    given = {name: getattr(options, name) for name in options_of_run(options)}
    files = {
        name: {"path": str(path.absolute()), "sha256": _content(path)}
        for name in FILES
        if (path := getattr(options, name)) is not None
    }
    versions = {n: str(import_module(n).__version__) for n in LIBRARIES if find_spec(n)}
    versions |= {"skdistill": __version__, "python": sys.version.split()[0]}
    manifest = {"options": given, "files": files, "versions": versions}
    return json.loads(json.dumps(manifest))  # as it is read again


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
        setattr(options, name, tuple(value) if isinstance(value, list) else value)
    paths = {name: Path(file["path"]) for name, file in manifest["files"].items()}
    for name in FILES:
        setattr(options, name, paths.get(name))


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
    cache : Cache
        Where finished work is kept: the estimator's, by its `memory`, and the stages after.

    Raises
    ------
    InputError
        If the folder holds a run and neither is wanted, or that run had another manifest.
    """
    from skdistill._plumbing.cache import Cache

    folder.mkdir(mode=0o700, exist_ok=True)
    cache = Cache(folder)
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
            _begin(folder, manifest, cache)
        try:
            yield cache
        except BaseException:
            if cache.is_empty():
                remove(folder)
            else:
                note(f"Finished work is kept in {folder}: pass --resume to go on with it.")
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


def _begin(folder, manifest, cache):
    (folder / MANIFEST).unlink(missing_ok=True)  # first, so that half a run is none
    cache.clear()
    with whole_file(folder / MANIFEST) as temporary:
        temporary.write_text(json.dumps(manifest, indent=2), encoding="utf-8")


def _check_same(old, new, folder):
    """Raise with the first thing that is not as it was."""
    ways = f"Run it as before, or pass --force without --resume to remove {folder} and begin anew."
    for name, value in new["options"].items():
        before = old["options"].get(name)
        if before != value:
            raise InputError(
                f"The run in {folder} was begun with {flag(name)} {as_typed(before)}, not "
                f"{as_typed(value)}. {ways}"
            )
    for name in FILES:
        before, now = (manifest["files"].get(name, {}) for manifest in (old, new))
        if before.get("sha256") != now.get("sha256"):
            what = "the table" if name == "table" else flag(name)
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
