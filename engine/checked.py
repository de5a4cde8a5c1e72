"""Values of a JSON file, each checked as it is taken: what is wrong is told with its place in the file."""

from __future__ import annotations

import errno
import math
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NoReturn

from engine.errors import ModelError, brief

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NEW_MODEL = "Take the file as `analyze` wrote it, or run `analyze` again to make a new model."
MOST_BYTES = 256_000_000
"""Bytes of a file of ours at most, be it a model, a summary or a configuration."""
ROUNDED = 1e-6
"""How far shares may be from adding up to 1."""


def read_small(path: Path) -> bytes:
    """Read a file that is never large, so that nothing endless is read in its place.

    Raises
    ------
    OSError
        If it is no regular file, is larger than `MOST_BYTES`, or cannot be read.
    """
    if not path.is_file() and path.exists():
        raise OSError(errno.EINVAL, "no regular file")
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OSError(errno.EFBIG, f"larger than {MOST_BYTES:,} bytes")
    return content


class Checked:
    """A value of a JSON file and its place there.

    Raises
    ------
    ModelError
        From all its methods, where the value is not what is asked for.

    >>> Checked({"names": ["a", "b"]})["names"].list()[1].text()
    'b'
    """

    def __init__(self, value: Any, place: str = "") -> None:
        self._value = value
        self.place = place
        """Where the value stands, as `features[2].scale`; empty for the file as a whole."""

    def __getitem__(self, key: str) -> Checked:
        if not isinstance(self._value, dict):
            self.fail("is no object with names and values")
        if key not in self._value:
            self.fail(f"has no {key!r}")
        return Checked(self._value[key], f"{self.place}.{key}" if self.place else key)

    def fail(self, finding: str) -> NoReturn:
        """Refuse the value: `finding` says what is wrong with it."""
        raise ModelError(f"The model is damaged: {self.place or 'the file'} {finding}.", hint=NEW_MODEL)

    def list(self, length: int | None = None, of: str = "values") -> Sequence[Checked]:
        """Return the values of a list, which must have `length` of them where that is given."""
        if not isinstance(self._value, list):
            self.fail(f"is {self._told()}, not a list")
        if length is not None and len(self._value) != length:
            self.fail(f"has {len(self._value)} {of} where {length} belong")
        return [Checked(value, f"{self.place}[{number}]") for number, value in enumerate(self._value)]

    def number(self, least: float = -math.inf, most: float = math.inf) -> float:
        """Return a finite number between two bounds, these included; true and false are none."""
        if isinstance(self._value, bool) or not isinstance(self._value, int | float):
            self.fail(f"is {self._told()}, not a number")
        try:
            number = float(self._value)
        except OverflowError:
            self.fail("is too large a number")
        if not math.isfinite(number):
            self.fail(f"is {number}, not a finite number")
        if number < least or number > most:
            bounds = f"at least {least:g}" if most == math.inf else f"between {least:g} and {most:g}"
            self.fail(f"is {number:g}, and must be {bounds}")
        return number

    def positive(self) -> float:
        """Return a finite number above zero."""
        number = self.number()
        if number <= 0:
            self.fail(f"is {number:g}, and must be above 0")
        return number

    def whole(self, least: int = 0) -> int:
        """Return a whole number that Polars can hold."""
        if isinstance(self._value, bool) or not isinstance(self._value, int) or not least <= self._value < 2**63:
            self.fail(f"is {self._told()}, not a whole number from {least}")
        return self._value

    def text(self, *, empty: bool = True) -> str:
        """Return a text, which may be empty only where that is allowed."""
        if not isinstance(self._value, str):
            self.fail(f"is {self._told()}, not a text")
        try:
            self._value.encode()
        except UnicodeEncodeError:
            self.fail("holds a character that is none")
        if not empty and not self._value.strip():
            self.fail("is empty")
        return self._value

    def texts(self) -> tuple[str, ...]:
        """Return a list of texts, none of them empty, no two alike."""
        found = tuple(each.text(empty=False) for each in self.list())
        if len(set(found)) < len(found):
            self.fail("names the same twice")
        return found

    def moment(self) -> datetime:
        """Return a time without a time zone, written in ISO 8601."""
        text = self.text()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"is {self._told()}, not a time")
        if moment.tzinfo is not None:
            self.fail("has a time zone, and times are UTC without one")
        return moment

    def ascending(self, *, strictly: bool = False) -> tuple[float, ...]:
        """Return a list of numbers, none below the one before it; with `strictly` each above it."""
        found = tuple(each.number() for each in self.list())
        if any(b < a or (strictly and b == a) for a, b in pairwise(found)):
            self.fail("is not in ascending order")
        return found

    def shares(self, length: int) -> tuple[float, ...]:
        """Return a list of shares between 0 and 1 that add up to 1."""
        found = tuple(each.number(0.0, 1.0) for each in self.list(length, "shares"))
        if abs(math.fsum(found) - 1.0) > ROUNDED:
            self.fail(f"adds up to {math.fsum(found):g}, not to 1")
        return found

    def _told(self) -> str:
        if isinstance(self._value, dict | list):
            return "an object" if isinstance(self._value, dict) else "a list"
        return "null" if self._value is None else brief(ValueError(ascii(self._value)))
