"""Roles in a file without a header, where only the values tell: dates, decimal numbers, and identifiers that repeat."""

from __future__ import annotations

import re
from itertools import permutations
from typing import TYPE_CHECKING

from engine.intake import evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from engine.intake.evidence import Facts

_NUMBERED = re.compile(r"column_\d+")

Found = tuple[str, str, str, str | None]
"""A role, its column, the reason, and the column that came second."""
MOST_BY_VALUES = 60
"""Columns whose values are looked at where no name tells: each takes some milliseconds."""
FEW = 6
"""Columns of numbers among which a product of two others is looked for."""


def has_no_names(columns: Sequence[str]) -> bool:
    """Whether the columns are numbered because the file does not name them."""
    return all(_NUMBERED.fullmatch(column) for column in columns)


def roles_by_values(frame: pl.DataFrame, taken: list[tuple[str, str]]) -> list[Found]:
    """Find date, money, quantity, order, customer and product by their values alone, and none where it is not clear.

    `taken` are the roles and columns that are settled already.
    """
    settled = dict(taken)
    free = [column for column in frame.columns[:MOST_BY_VALUES] if column not in settled.values()]
    facts = {column: evidence.facts(frame[column]) for column in free}
    free = [column for column in free if facts[column].present and not facts[column].constant]
    found: list[Found] = []
    if "date" not in settled:
        found += _date(frame, free, facts)
    found += _money(frame, _left(free, found), facts, settled)
    date = {**settled, **{role: column for role, column, *_ in found}}.get("date")
    if date is not None:
        found += _identifiers(frame, _left(free, found), facts, date)
    kept = [each for each in found if each[0] not in settled]
    return _price_instead_of_amount(frame, kept)


def _left(free: list[str], found: list[Found]) -> list[str]:
    return [column for column in free if column not in {each[1] for each in found}]


def _date(frame: pl.DataFrame, free: list[str], facts: dict[str, Facts]) -> list[Found]:
    """Find the column of dates, also dates of digits only, which must then be the only ones."""
    sure = [column for column in free if evidence.reads_as_dates(frame[column])]
    digits = [column for column in free if facts[column].length == 8 and evidence.dated_share(frame[column]) == 1.0]
    dated = sure or digits
    return [("date", dated[0], "the only column that holds dates", None)] if len(dated) == 1 else []


def _money(frame: pl.DataFrame, free: list[str], facts: dict[str, Facts], settled: dict[str, str]) -> list[Found]:
    """Find amount, price and quantity among the numbers."""
    money = [column for column in free if facts[column].decimal]
    whole = [column for column in free if facts[column].numeric >= 0.95 and not facts[column].decimal]
    small = [column for column in whole if facts[column].middle <= 20 and not facts[column].unique]
    # Among very many columns of numbers one is the product of two others by chance, and to try all takes minutes.
    for amount, price in permutations(money[:FEW], 2):
        for quantity in small[:FEW]:
            if evidence.is_product(frame, amount, quantity, price):
                product = "each the product of two others"
                roles = {"quantity": quantity, "price": price, "amount": amount}
                return [(role, column, product, None) for role, column in roles.items()]
    found: list[Found] = []
    if len(money) == 1:
        found.append(("amount", money[0], "the only column of decimal numbers", None))
        if len(small) == 1:
            found.append(("quantity", small[0], "the only column of small whole numbers", None))
    elif not money and len(whole) == 2 and "customer" not in settled:
        # Two columns of whole numbers: customers are many, amounts are the same again and again.
        amount, other = sorted(whole, key=lambda column: facts[column].distinct)
        found.append(("amount", amount, "the column of numbers with the fewest different values", other))
    elif not money and len(whole) == 1 and "customer" in settled:
        found.append(("amount", whole[0], "the only column of numbers", None))
    return found


def _identifiers(frame: pl.DataFrame, free: list[str], facts: dict[str, Facts], date: str) -> list[Found]:
    """Find customers and orders: an order has one date, a customer several; an order has one customer."""
    named = [column for column in free if not facts[column].decimal and facts[column].length <= 64]
    if len(named) == 1:
        return [("customer", named[0], "the only column left that repeats", None)]
    dates = {column: evidence.constant_within(frame, column, date) for column in named}
    orders = [column for column, share in dates.items() if share is not None and share >= 0.95]
    order = max(orders, key=lambda column: facts[column].distinct, default=None)
    found: list[Found] = [("order", order, "all its lines have one date", None)] if order else []
    returning = [column for column in named if (dates[column] or 1.0) < 0.95 and column != order]
    if order:
        of_order = {column: evidence.constant_within(frame, order, column) for column in returning}
        customers = [column for column, share in of_order.items() if share is not None and share >= 0.95]
        customers.sort(key=lambda column: -facts[column].distinct)
    else:
        customers = sorted(returning, key=lambda column: -_adjacent(frame[column]))
    if customers:
        found.append(
            ("customer", customers[0], "its values come back on several dates", next(iter(customers[1:]), None))
        )
    others = [
        column
        for column in returning
        if customers and column not in customers and not evidence.same_information(frame, column, customers[0])
    ]
    if others:
        found.append(("product", others[0], "its values come back in many orders", None))
    return found


def _adjacent(values: pl.Series) -> float:
    """Return the share of lines with the value of the line before: the lines of a customer often stand together."""
    return float((values == values.shift(1)).mean() or 0.0)  # type: ignore[arg-type]


def _price_instead_of_amount(frame: pl.DataFrame, found: list[Found]) -> list[Found]:
    """Take the money for the price of one, where it does not grow with the quantity."""
    columns = {role: column for role, column, *_ in found}
    if "price" in columns or not {"amount", "quantity", "product"} <= columns.keys():
        return found
    if not evidence.is_unit_price(frame, columns["amount"], columns["quantity"], columns["product"]):
        return found
    return [("price" if role == "amount" else role, column, why, second) for role, column, why, second in found]
