"""Files that appear whole or not at all."""

import os
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex


@contextmanager
def whole_file(path):
    """Give an empty temporary file beside `path`, which takes its place unless there is an error.

    It is readable as the umask says. Raises FileNotFoundError where the folder does not exist.
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
