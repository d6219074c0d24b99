"""Files that appear whole or not at all."""

import os
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex


@contextmanager
def whole_file(path):
    """Give a temporary file beside `path`, which takes its place unless something is raised.

    Parameters
    ----------
    path : str or path-like
        Where the file is.

    Yields
    ------
    temporary : Path
        An empty file, readable as the umask says.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"Cannot save {path}: the folder {path.parent} does not exist.")
    temporary = path.with_name(f".{path.name}.{token_hex(8)}")
    temporary.touch(exist_ok=False)
    try:
        yield temporary
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
