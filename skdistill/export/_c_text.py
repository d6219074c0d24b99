"""Values and names as C text."""

import re

import numpy as np

C_TYPES = {"float32": "float", "float64": "double", "int8": "int8_t"}  # all others are int
LINE = 96  # columns


def number(value):
    """Return a float32 literal that is read back as the same float."""
    return f"{np.float32(value)!s}f"


def string(text):
    """Return a literal of UTF-8 bytes, what C could misread escaped; NUL is a ValueError."""
    if "\0" in text:
        raise ValueError(
            f"{text!r} holds the character NUL, which ends a string in C. Rename it before fit."
        )
    return f'"{"".join(map(_letter, text.encode("utf-8", "surrogatepass")))}"'


def array(name, values):
    """Define a static array of values, row by row; an empty one, which C lacks, gets a 0."""
    if not np.isfinite(values).all():
        raise ValueError(
            f"The student's {name.lstrip('@')} holds NaN or infinity, so it answers no row: "
            "fit it again, with a smaller lr."
        )
    write = number if values.dtype == np.float32 else str
    texts = list(map(write, values.ravel().tolist())) or ["0"]
    kind = C_TYPES.get(values.dtype.name, "int")
    return f"static const {kind} {name}[{len(texts)}] = {{\n{_lines(texts)}\n}};\n"


def strings(name, texts, remarks=None):
    """Define a static array of strings, each with a remark if there are any."""
    remarks = [f" /* {remark} */" for remark in remarks] if remarks else [""] * len(texts)
    lines = [f"    {string(t)},{remark}\n" for t, remark in zip(texts, remarks, strict=True)]
    return f"static const char *const {name}[{len(texts)}] = {{\n{''.join(lines)}}};\n"


def with_prefix(text, name):
    """Put a student's name in the place of `@`: in capitals before a capital."""
    return re.sub("@(?=[A-Z])", f"{name.upper()}_", text).replace("@", f"{name}_")


def _letter(byte):
    plain = 32 <= byte < 127 and chr(byte) not in '"\\?@'  # ? begins trigraphs
    return chr(byte) if plain else f"\\{byte:03o}"


def _lines(texts):
    per_line = max(1, LINE // (max(map(len, texts)) + 2))
    rows = (texts[i : i + per_line] for i in range(0, len(texts), per_line))
    return ",\n".join(f"    {', '.join(row)}" for row in rows)
