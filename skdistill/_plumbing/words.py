"""Figures as people read them."""

import math
from collections.abc import Iterable

LEAST, MOST = 1e-3, 1e3  # that have four decimals


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


def in_figures(values: Iterable[float]) -> list[str]:
    """Return numbers with equally many decimals: four, but for the large and the tiny."""
    values = [float(value) for value in values]
    most = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    digits = 3 - math.floor(math.log10(most)) if most > 0 else 4  # of four figures in all
    decimals = 4 if LEAST <= most < MOST else max(0, digits)
    return [f"{value:,.{decimals}f}" for value in values]
