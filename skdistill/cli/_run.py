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

from skdistill import __version__
from skdistill._plumbing.files import whole_file
from skdistill.cli._console import InputError, note
from skdistill.cli._parameters import as_typed, flag

FILES = ("table", "teacher_file", "unlabeled")
READING = ("separator", "decimal", "encoding", "missing", "dates")
LIBRARIES = ("joblib", "numpy", "pandas", "sklearn", "torch")
MANIFEST = "manifest.json"


def options_of_run(options):
    """Name the options that change the student."""
    parameters = [name for name in options.parameters if name != "n_jobs"]
    return ["target", "data", "drop", *READING, "task", "test_size", "teacher", *parameters]


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
    path = folder / MANIFEST
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise InputError(
            f"{path} is damaged ({error}): remove {folder}, and begin anew."
        ) from error


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

    With `resume`, one of the same manifest is gone on with; with `force` alone, it is removed.
    Given is the cache of finished work: the estimator's, by its `memory`, and the stages after.
    A folder without finished work goes when something is raised.
    """
    from skdistill._plumbing.cache import Cache

    folder.mkdir(mode=0o700, exist_ok=True)
    cache = Cache(folder)
    with _alone(folder):
        old = read_manifest(folder)
        if old is not None and resume:
            if change := next(_changes(old, manifest), None):
                raise InputError(
                    f"The run in {folder} was begun with {change} Run it as before, or pass "
                    f"--force without --resume to remove {folder} and begin anew."
                )
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


def _alone(folder):
    """Return a context in which no other process works in the folder."""
    from filelock import FileLock, Timeout

    try:
        return FileLock(folder / "lock").acquire(timeout=0)
    except Timeout:
        raise InputError(f"Another process works in {folder}: wait for it, or end it.") from None


def _begin(folder, manifest, cache):
    (folder / MANIFEST).unlink(missing_ok=True)  # first, so that half a run is none
    cache.clear()
    with whole_file(folder / MANIFEST) as temporary:
        temporary.write_text(json.dumps(manifest, indent=2), encoding="utf-8")


def _changes(old, new):
    """Say of each thing that is not as it was how it was, and how it is."""
    for name, now in new["options"].items():
        before = old["options"].get(name, now)  # an older command did not know it
        if before != now:
            yield f"{flag(name)} {as_typed(before)}, not {as_typed(now)}."
    for name in FILES:
        before, now = (manifest["files"].get(name, {}) for manifest in (old, new))
        if before.get("sha256") != now.get("sha256"):
            what = "the table" if name == "table" else flag(name)
            yield f"other content of {what}: {before.get('path')} then, {now.get('path')} now."
    for name, now in new["versions"].items():
        if (before := old["versions"].get(name)) != now:
            yield f"{name} {before}, here is {now}: its student would be another."


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
