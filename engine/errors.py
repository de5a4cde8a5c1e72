"""The one family of errors that a user of the engine meets.

Each error says what is wrong, where, and what to do about it. The command line turns them into exit code 1;
a program that calls the library catches `EngineError`.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


MOST_WORDS = 200
"""Characters of a foreign error that are passed on."""

MOST_NAMES, MOST_LETTERS = 40, 60
"""Columns of a file that a message names, and letters of each."""


class EngineError(Exception):
    """Something about the data or the run that the user can mend.

    `what` is the finding, `hint` the next step to take; `str(error)` joins both.
    """

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}\n{self.hint}" if self.hint else self.what


class SourceError(EngineError):
    """An input file that cannot be read as a table of text."""

    @classmethod
    def missing(cls, path: Path) -> Self:
        """No file at `path`; suggests a file of nearly the same name beside it."""
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(path)):
            return cls(
                f"{path}: is no file of this machine.",
                hint="Spark reads what an object store holds: --engine spark. Or copy the file here.",
            )
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        return cls(f"{path}: no such file.", hint=did_you_mean(path.name, beside) or "Check the path and its spelling.")


class ColumnError(EngineError):
    """A role that no column of the file can play, or a column that is not there."""

    @classmethod
    def from_missing_roles(cls, where: str, roles: dict[str, str], columns: Iterable[str]) -> Self:
        """Needed roles without a column: `roles` maps each to the option that names its column."""
        seen = listed(columns)
        wanted = " and no ".join(roles)
        options = " ".join(f"{option} COLUMN" for option in roles.values())
        return cls(
            f"{where}: found no {wanted} column.",
            hint=f"Columns seen: {seen}.\nName the right one yourself: {options}",
        )

    @classmethod
    def from_unknown_column(cls, where: str, option: str, column: str, columns: list[str]) -> Self:
        """A column that the user named and that the file does not have."""
        hint = f"Columns seen: {listed(columns)}."
        return cls(
            f"{where}: {option} names a column {column!r} that is not there.",
            hint=f"{did_you_mean(column, columns)} {hint}".strip(),
        )


class NoDataError(EngineError):
    """A file whose lines leave nothing to analyse."""


class OutputError(EngineError):
    """An output folder that cannot be written without losing something."""


class ResourceError(EngineError):
    """Memory or disk space that the machine lacks, or that the run may not use."""


class ModelError(EngineError):
    """A saved model that cannot be used."""


class SparkError(EngineError):
    """A Spark cluster that cannot be reached, cannot do the work, or is gone."""


class RunError(EngineError):
    """The folder of an earlier run that is missing, damaged or something else."""


def brief(error: BaseException) -> str:
    r"""Return the first line of an error, cut: some quote whole files.

    >>> brief(ValueError("no number\nin 20,000 lines of data"))
    'no number'
    """
    first = str(error).strip().split("\n", 1)[0]
    return first if len(first) <= MOST_WORDS else f"{first[:MOST_WORDS]}…"


def listed(names: Iterable[str]) -> str:
    """Name columns as a file has them: the first forty, each cut where it is long.

    >>> listed(f"x{number}" for number in range(100))[-20:]
    'x38, x39 and 60 more'
    """
    every = [name if len(name) <= MOST_LETTERS else f"{name[:MOST_LETTERS]}…" for name in names]
    more = f" and {len(every) - MOST_NAMES:,} more" if len(every) > MOST_NAMES else ""
    return ", ".join(every[:MOST_NAMES]) + more


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint naming the nearest of `known`, or an empty string.

    >>> did_you_mean("custmer", ["customer", "date"])
    "Did you mean 'customer'?"
    """
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"Did you mean {near[0]!r}?" if near else ""
