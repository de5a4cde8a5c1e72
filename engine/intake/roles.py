"""Which column of a file plays which role, and why: from layouts known by sight, from names, and from values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import ColumnError
from engine.intake import evidence
from engine.intake.candidates import Candidate, Values, candidates, held_against_each_other
from engine.intake.headerless import MOST_BY_VALUES, has_no_names, roles_by_values
from engine.intake.layouts import Layout, detect_layout
from engine.intake.vocabulary import ROLES, is_other, name_score, names_currency, names_price, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from engine.intake.dialect import Dialect

OPTIONS = {role: "--" + role.replace("_", "-") for role in ROLES}
"""The command line's option that names the column of a role."""

CLOSE = 0.06
"""Difference of scores up to which two candidates are nearly equal."""
BARE_IDENTIFIERS = ("id", "identifier", "no", "number", "nr", "code", "name", "person", "key", "uid")
"""Names that may be those of customers, where values say so."""
ADDED_TO_LAYOUT = ("product_name", "category", "currency", "status", "country")
"""Roles that are looked for also where a layout is known and does not name them: they cannot change what it means."""


@dataclass(frozen=True, slots=True)
class Role:
    """A column that plays a role, the reason, and the column that came second."""

    role: str
    column: str
    reason: str
    runner_up: str | None = None
    close: bool = False
    """Whether the runner-up fits nearly as well, so that the user should look."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns by role: customer, date, and an amount or a price always, the others where the file has them."""

    found: tuple[Role, ...]
    layout: Layout | None = None
    """The export's layout, where it is known by sight."""
    order_total: bool = False
    """Whether the amount is the order's total and stands on each of its lines, so that it counts once an order."""

    def column(self, role: str) -> str | None:
        """Return the column of a role, or None where no column plays it."""
        return next((each.column for each in self.found if each.role == role), None)


def detect_roles(frame: pl.DataFrame, dialect: Dialect, given: dict[str, str], where: str) -> Roles:
    """Assign columns to roles: those `given` by the user first, then those of a known layout, then by names and values.

    Raises
    ------
    ColumnError
        If a given column does not exist, or no column fits a role that the analysis needs.
    """
    columns = list(dialect.columns)
    for role, column in given.items():
        if column not in columns:
            raise ColumnError.from_unknown_column(where, OPTIONS[role], column, columns)
    layout = detect_layout(columns)
    sure = [Role(role, column, "named by you") for role, column in given.items()]
    values = Values(frame)
    if layout is not None:
        sure += [
            each for each in _by_layout(values, layout) if each.role not in given and each.column not in given.values()
        ]
        wanted: Iterable[str] = [role for role in ADDED_TO_LAYOUT if role not in layout.roles]
    else:
        wanted = ROLES
    if layout is None and has_no_names(columns):
        taken = [(each.role, each.column) for each in sure]
        found = sure + [Role(role, column, why, second) for role, column, why, second in roles_by_values(frame, taken)]
    else:
        found = _by_names(values, columns, sure, set(wanted) - {each.role for each in sure})
    if layout is None:
        first = columns[:MOST_BY_VALUES]
        found += _date_by_values(frame, first, found)
        found += _customer_by_values(values, first, found)
        found += _money_by_values(values, first, found)
    found = _one_money(values, found, given)
    _require(found, where, columns, layout)
    ordered = tuple(sorted(found, key=lambda each: ROLES.index(each.role)))
    return Roles(ordered, layout, layout is None and _is_order_total(values, found))


def _by_layout(values: Values, layout: Layout) -> list[Role]:
    """Take the columns that the layout names; of several that can play a role, one that is filled."""
    found = []
    for role, column in layout.roles.items():
        others = layout.others.get(role, ())
        fuller = [other for other in others if values.facts(other).present > 2 * values.facts(column).present]
        able = [*fuller[:1], column, *(other for other in others if other not in fuller[:1])]
        blank = f", where {column} is mostly blank" if fuller else ""
        second = able[1] if len(able) > 1 else None
        found.append(Role(role, able[0], f"known from the layout of {layout.name}{blank}", second))
    return found


def _by_names(values: Values, columns: list[str], sure: list[Role], wanted: set[str]) -> list[Role]:
    """Settle the wanted roles by names, once alone, and again with what customers and orders tell of the others."""
    rated = list(candidates(values, columns, [role for role in ROLES if role in wanted]))
    first = {**_settled(rated, sure), **{each.role: each.column for each in sure}}
    held = held_against_each_other(values, rated, first)
    settled = _settled(held, sure)
    used = {*settled.values(), *(each.column for each in sure)}
    return sure + [_role(values, role, column, held, used) for role, column in settled.items()]


def _settled(rated: list[Candidate], sure: list[Role]) -> dict[str, str]:
    """Settle the surest pair first, so that no role takes the column that another one fits better."""
    settled: dict[str, str] = {}
    taken, playing = {each.column for each in sure}, {each.role for each in sure}
    for each in sorted(rated, key=lambda each: (-each.score, ROLES.index(each.role))):
        if each.role not in settled and each.role not in playing and each.column not in taken:
            settled[each.role] = each.column
            taken.add(each.column)
    if "converted_amount" in settled and not {"amount", "price"} & (settled.keys() | playing):
        # An amount in another currency that stands alone is the amount.
        settled["amount"] = settled.pop("converted_amount")
    if {"amount", "currency"} <= settled.keys() and "converted_amount" not in settled.keys() | playing:
        beside = [each.column for each in rated if each.role == "amount" and each.column not in taken]
        beside = [column for column in beside if names_currency(column) and not names_currency(settled["amount"])]
        settled.update({"converted_amount": beside[0]} if beside else {})
    return settled


def _role(values: Values, role: str, column: str, rated: list[Candidate], used: set[str]) -> Role:
    """Say why a column plays a role, which one came second, and how close."""
    money = {"amount", "converted_amount"} if role in {"amount", "converted_amount"} else {role}
    won = next(each for each in rated if each.role in money and each.column == column)
    others = [each for each in rated if each.role == role and each.column not in used]
    second = max(others, key=lambda each: each.score, default=None)
    close = (
        second is not None
        and won.score - second.score < CLOSE
        and not evidence.same_information(values.frame, column, second.column)
    )
    return Role(role, column, won.reason, second.column if second else None, close)


def _date_by_values(frame: pl.DataFrame, columns: list[str], found: list[Role]) -> list[Role]:
    """Find the one free column that reads as dates, where no name told."""
    taken = {each.column for each in found}
    customer = next((each.column for each in found if each.role == "customer"), None)
    if any(each.role == "date" for each in found):
        return []
    dated = [column for column in columns if column not in taken and evidence.reads_as_dates(frame[column])]
    telling = [column for column in dated if not is_other("date", column)] or dated
    if len(telling) > 1 and customer:
        shares = {column: evidence.constant_within(frame, customer, column) for column in telling}
        telling = [column for column, share in shares.items() if share is not None and share < 0.5] or telling
    if len(telling) != 1:
        return []
    only = "the only column that holds dates" if len(dated) == 1 else "the only column that holds dates of orders"
    return [Role("date", telling[0], only, next((each for each in dated if each != telling[0]), None))]


def _customer_by_values(values: Values, columns: list[str], found: list[Role]) -> list[Role]:
    """Find the one free column of identifiers that says no more than that, and comes back on several dates."""
    by_role = {each.role: each.column for each in found}
    if "customer" in by_role or "date" not in by_role:
        return []
    returning = [
        column
        for column in columns
        if column not in by_role.values()
        and normalise(column) in BARE_IDENTIFIERS
        and not values.facts(column).decimal
        and (evidence.constant_within(values.frame, column, by_role["date"]) or 1.0) < 0.95
    ]
    return [Role("customer", returning[0], "its values come back on several dates")] if len(returning) == 1 else []


def _money_by_values(values: Values, columns: list[str], found: list[Role]) -> list[Role]:
    """Find the one free column of decimal numbers, where no name told the money."""
    by_role = {each.role: each.column for each in found}
    if {"amount", "price"} & by_role.keys():
        return []
    free = [column for column in columns if column not in by_role.values()]
    decimal = [column for column in free if _is_money(column, values)]
    if len(decimal) != 1:
        return []
    role = "price" if names_price(decimal[0]) else "amount"
    if {"quantity", "product"} <= by_role.keys() and evidence.is_unit_price(
        values.frame, decimal[0], by_role["quantity"], by_role["product"]
    ):
        role = "price"
    return [Role(role, decimal[0], "the only column of decimal numbers")]


def _is_money(column: str, values: Values) -> bool:
    facts = values.facts(column)
    return (
        facts.numeric >= 0.95
        and facts.whole < 0.7
        and not facts.constant
        and "%" not in column
        and not any(is_other(role, column) for role in ("amount", "date", "customer"))
        and name_score("quantity", column) == 0
    )


def _one_money(values: Values, found: list[Role], given: dict[str, str]) -> list[Role]:
    """Drop an order's total that stands on each of its lines, where prices are there to tell the lines' amounts."""
    if "price" in given and "amount" not in given:
        return [each for each in found if each.role != "amount"]  # the user's word against a guess
    by_role = {each.role: each.column for each in found}
    if not {"amount", "price", "order"} <= by_role.keys() or "amount" in given or not _is_order_total(values, found):
        return found
    return [
        Role(
            each.role, each.column, f"{each.reason}; {by_role['amount']} is the total of the order on each of its lines"
        )
        if each.role == "price"
        else each
        for each in found
        if each.role != "amount"
    ]


def _is_order_total(values: Values, found: list[Role]) -> bool:
    """Whether the amount is the same on all lines of an order, of the orders with several products."""
    by_role = {each.role: each.column for each in found}
    if not {"amount", "order"} <= by_role.keys():
        return False
    frame, amount = values.frame, by_role["amount"]
    item = by_role.get("product") or by_role.get("product_name") or by_role.get("price")
    agreed = evidence.constant_within(frame, by_role["order"], amount, by=item)
    return agreed is not None and agreed >= 0.95 and not values.facts(amount).constant


def _require(found: list[Role], where: str, columns: list[str], layout: Layout | None) -> None:
    roles = {each.role for each in found}
    missing = {role: OPTIONS[role] for role in ("customer", "date") if role not in roles}
    if not roles & {"amount", "price"}:
        missing["amount (or unit price)"] = f"{OPTIONS['amount']} or {OPTIONS['price']}"
    if missing:
        error = ColumnError.from_missing_roles(where, missing, columns)
        known = f"\nIt looks like {layout.name}. {layout.notes}".rstrip() if layout else ""
        raise ColumnError(error.what, hint=error.hint + known)
