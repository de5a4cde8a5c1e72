"""Which column of a file plays which role, and why: from names, then held against values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import polars as pl

from engine.errors import ColumnError
from engine.intake.dates import detect_format
from engine.intake.numbers import micros
from engine.intake.vocabulary import NAMES, name_score

if TYPE_CHECKING:
    from engine.intake.dialect import Dialect

OPTIONS = {role: "--" + role.replace("_", "-") for role in NAMES}
"""The command line's option that names the column of a role."""

NUMERIC_ROLES = ("quantity", "price", "amount")
READABLE = 0.5
"""Least share of the sample's values that must read as a date or a number for the role to be believed."""


@dataclass(frozen=True, slots=True)
class Role:
    """A column that plays a role, the reason, and the column that came second."""

    role: str
    column: str
    reason: str
    runner_up: str | None = None


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns by role: customer, date, and an amount or a price always, the others where the file has them."""

    found: tuple[Role, ...]

    def column(self, role: str) -> str | None:
        """Return the column of a role, or None where no column plays it."""
        return next((each.column for each in self.found if each.role == role), None)

    def without(self, role: str) -> Self:
        """Return the roles less one."""
        return replace(self, found=tuple(each for each in self.found if each.role != role))


def detect_roles(frame: pl.DataFrame, dialect: Dialect, given: dict[str, str], where: str) -> Roles:
    """Assign columns to roles: those `given` by the user first, then the best match of name and values.

    Raises
    ------
    ColumnError
        If a given column does not exist, or no column fits a role that the analysis needs.
    """
    columns = list(dialect.columns)
    for role, column in given.items():
        if column not in columns:
            raise ColumnError.from_unknown_column(where, OPTIONS[role], column, columns)
    found = [Role(role, column, "named by you") for role, column in given.items()]
    # Who names a unit price wants it used: a total that the file has too would overrule it.
    unwanted = {"amount"} if "price" in given and "amount" not in given else set()
    rated = [pair for pair in _rate(frame, columns) if pair[0] not in unwanted]
    free = set(columns) - set(given.values())
    # The surest pair is settled first, so that no role takes the column that another one fits better.
    for role, column, score in sorted(
        rated, key=lambda pair: (-pair[2], list(NAMES).index(pair[0]), columns.index(pair[1]))
    ):
        if column in free and all(role != each.role for each in found):
            free.remove(column)
            others = [
                other
                for of_role, other, _ in rated
                if of_role == role and other != column and other not in given.values()
            ]
            found.append(
                Role(role, column, "its name" if score > 0.5 else "words of its name", next(iter(others), None))
            )
    found += _date_by_values(frame, columns, free, found)
    _require(found, where, columns)
    return Roles(tuple(sorted(found, key=lambda each: list(NAMES).index(each.role))))


def _rate(frame: pl.DataFrame, columns: list[str]) -> list[tuple[str, str, float]]:
    """Rate every pair of role and column whose name fits and whose values do not speak against it."""
    pairs = ((role, column, name_score(role, column)) for role in NAMES for column in columns)
    return [pair for pair in pairs if pair[2] > 0 and _fits(frame[pair[1]], pair[0])]


def _fits(values: pl.Series, role: str) -> bool:
    if role == "date":
        date_format = detect_format(values)
        return date_format is not None and date_format.share >= READABLE
    present = values.drop_nulls()
    if role in NUMERIC_ROLES:
        return (
            not present.is_empty()
            and present.to_frame("value").select(micros(pl.col("value")).is_not_null().mean()).item() >= READABLE
        )
    return True


def _date_by_values(frame: pl.DataFrame, columns: list[str], free: set[str], found: list[Role]) -> list[Role]:
    """Find the one free column that reads as dates, where no name told."""
    if any(each.role == "date" for each in found):
        return []
    dated = [column for column in columns if column in free and _reads_as_dates(frame[column])]
    return [Role("date", dated[0], "the only column that holds dates")] if len(dated) == 1 else []


def _reads_as_dates(values: pl.Series) -> bool:
    date_format = detect_format(values)
    # Eight digits alone may as well be a number of an order.
    return date_format is not None and date_format.share >= 0.95 and date_format.format != "%Y%m%d"


def _require(found: list[Role], where: str, columns: list[str]) -> None:
    roles = {each.role for each in found}
    missing = {role: OPTIONS[role] for role in ("customer", "date") if role not in roles}
    if not roles & {"amount", "price"}:
        missing["amount (or unit price)"] = f"{OPTIONS['amount']} or {OPTIONS['price']}"
    if missing:
        raise ColumnError.from_missing_roles(where, missing, columns)
