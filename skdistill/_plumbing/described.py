"""Frozen dataclasses that are their description; what else they hold is prepared from it."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Described:
    """Base of a frozen dataclass whose `__post_init__` prepares the fields not given to it.

    Pickles and copies hold the given fields alone, and prepare the others again.
    """

    def __post_init__(self) -> None:
        """Check the fields and prepare the others."""

    def given(self) -> dict[str, Any]:
        """Return the fields that describe it."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.init}

    def lock(self) -> None:
        """Make its arrays read-only."""
        for name, value in self.given().items():
            if isinstance(value, np.ndarray):
                locked = value.view()
                locked.flags.writeable = False
                self._prepare(**{name: locked})

    def __getstate__(self) -> dict[str, Any]:
        return self.given()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._prepare(**state)
        self.__post_init__()

    def _prepare(self, **values):
        for name, value in values.items():
            object.__setattr__(self, name, value)
