"""How an export that is known by sight is written down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """A layout as data: columns that must be there, and candidates for each role, the best first."""

    name: str
    telling: str
    """Names parted by commas, any spelling: all of them must be in the file."""
    roles: dict[str, str]
    """Names parted by commas by role: the first that is in the file plays it."""
    carry_down: str = ""
    keep_only: tuple[str, tuple[str, ...]] | None = None
    notes: str = ""
