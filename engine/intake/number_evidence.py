"""Whether the point or the comma is the decimal mark of a column of numbers, and what parts their thousands.

A number that can be read in one way only decides, by the majority of such numbers: `1.234,5`, `1,234,567`, `0,125`,
`12,5`, `1234.567`. Where every number is like `1.234` or `1,234`, with three digits after its only mark:

- a comma parts thousands, unless numbers of four digits stand without it beside;
- a point is the decimal mark, unless as many whole numbers stand beside, all below 1000: decimals have not always three
  digits or none, and whole numbers of one column do not end at 999.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

SPACES = " \u00a0\u2009\u202f"
"""Blanks that part thousands: of usual width, unbreakable, thin, and unbreakable and narrow."""

APOSTROPHES = "'\u2019"

SEVERAL = 3
"""Least distinct numbers with three digits after the mark that tell something by what stands beside them."""

_OTHER: dict[str, Literal[".", ","]] = {".": ",", ",": "."}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The decimal mark, the characters that part thousands, and what a person should know of a guess."""

    decimal: Literal[".", ","]
    thousands: str
    note: str = ""


def weigh(numbers: pl.Series) -> Evidence:
    """Decide from distinct numbers without sign, currency and other dress."""
    proof = {mark: _count(numbers, _proves_decimal(mark), _proves_thousands(_OTHER[mark])) for mark in _OTHER}
    decimal, note = _proved(proof) if any(proof.values()) else _guessed(numbers)
    other = _OTHER[decimal]
    # Beside a decimal comma, a point can part thousands only, also where the sample has none.
    seen: list[str] = [other] if decimal == "," or _count(numbers, rf"[0-9][{other}][0-9]{{3}}") else []
    seen += [marks for marks in (SPACES, APOSTROPHES) if _count(numbers, rf"[0-9][{marks}][0-9]{{3}}")]
    return Evidence(decimal, "".join(seen), note)


def _proved(proof: dict[str, int]) -> tuple[Literal[".", ","], str]:
    decimal: Literal[".", ","] = "," if proof[","] > proof["."] else "."
    against = proof[_OTHER[decimal]]
    name = {".": "point", ",": "comma"}[decimal]
    note = f"{against:,} of {sum(proof.values()):,} numbers speak against the decimal {name}." if against else ""
    return decimal, note


def _guessed(numbers: pl.Series) -> tuple[Literal[".", ","], str]:
    """Guess from numbers like `1.234` and whole numbers."""
    points, commas = (_count(numbers, rf"^[0-9]{{1,3}}[{mark}][0-9]{{3}}$") for mark in _OTHER)
    small, large = _count(numbers, r"^[0-9]{1,3}$"), _count(numbers, r"^[0-9]{4,}$")
    if points and not commas:
        if points >= SEVERAL and small >= points and not large:
            return ",", "Numbers such as 1.234 are read as thousands: whole numbers beside them are all below 1000."
        return ".", "Numbers such as 1.234 are read with a decimal point: nothing in the column tells otherwise."
    if commas and not points:
        if commas >= SEVERAL and large:
            return ",", "Numbers such as 1,234 are read with a decimal comma: others of four digits have no comma."
        return ".", "Numbers such as 1,234 are read as thousands: nothing in the column tells otherwise."
    return ".", ""


def _proves_decimal(mark: str) -> str:
    """Match a number that has the mark as its decimal one: not three digits after it, or too many or a zero before."""
    groups = f"{SPACES}{APOSTROPHES}{_OTHER[mark]}"
    few_after = rf"^[0-9{groups}]*[{mark}](?:[0-9]{{0,2}}|[0-9]{{4,}})$"
    before = rf"^(?:[0-9]{{4,}}|0*)[{mark}][0-9]*$"
    return rf"{few_after}|{before}|[0-9][{groups}][0-9]{{3}}[{mark}]"


def _proves_thousands(mark: str) -> str:
    """Match a number that has the mark more than once; the other mark after it proves itself."""
    return rf"^[0-9]{{1,3}}(?:[{mark}][0-9]{{2,3}})+[{mark}][0-9]{{3}}$"


def _count(numbers: pl.Series, *patterns: str) -> int:
    return int(numbers.str.contains("|".join(patterns)).sum())
