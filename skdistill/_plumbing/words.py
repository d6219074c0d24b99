"""Figures as people read them."""

import math


def size(n_bytes: float) -> str:
    """Return a size in words, such as "12.3 kB"."""
    if math.isnan(n_bytes):
        return "unknown"
    return f"{n_bytes / 1e6:,.2f} MB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:.1f} kB"


def duration(seconds: float) -> str:
    """Return a time in words, such as "1.2 ms"."""
    if math.isnan(seconds):
        return "unknown"
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"
