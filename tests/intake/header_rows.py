"""Header rows as shops export them, and tables below them whose values behave like real ones.

A column is written `name=kind`. A kind that is a role says that the column must be found for it (`role:kind` where
its values are of another kind); any other kind is a distraction. Values come from one small shop, so that identifiers
repeat, dates vary and totals add up.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from engine.intake.vocabulary import ROLES


class Line(NamedTuple):
    number: int
    customer: int
    order: int
    product: int
    quantity: int
    day: int
    total: float


NAMES = ("Anna Berg", "Luis Ortega", "Eva Nowak", "Jean Petit", "Ivan Petrov", "Mia Rossi", "Tom Lee", "Zoe Hall")
CITIES = ("Berlin", "Lyon", "Madrid", "Torino", "Porto", "Utrecht", "Lublin", "Kazan")
GOODS = ("Blue mug", "Red scarf", "Oak table", "Desk lamp", "Wool hat", "Tea pot", "Photo frame", "Garden chair")
GROUPS = ("Kitchen", "Clothing", "Furniture", "Light", "Clothing", "Kitchen", "Decoration", "Furniture")
PRICES = (4.5, 12.95, 149.0, 39.9, 15.25, 22.0, 8.75, 64.5)


def shop(orders: int = 40) -> list[Line]:
    """Return the lines of a shop: 15 customers, orders of one to four different products."""
    dice = random.Random(7)
    lines: list[Line] = []
    for order in range(orders):
        customer, day = dice.randrange(15), dice.randrange(300)
        items = [(product, dice.choice((1, 1, 2, 3))) for product in dice.sample(range(8), dice.randint(1, 4))]
        total = sum(PRICES[product] * quantity for product, quantity in items)
        lines += [Line(len(lines) + at, customer, order, *item, day, total) for at, item in enumerate(items)]
    return lines


def _day(number: int, year: int = 2021) -> str:
    return f"{year}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"


KINDS: dict[str, Callable[[Line], str]] = {
    "customer": lambda line: f"{line.customer + 10_000}",
    "order": lambda line: f"{line.order + 500_000}",
    "product": lambda line: f"P-{line.product + 100}",
    "product_name": lambda line: GOODS[line.product],
    "category": lambda line: GROUPS[line.product],
    "date": lambda line: f"{_day(line.day)} 10:{line.order % 60:02}:00",
    "quantity": lambda line: f"{line.quantity}",
    "price": lambda line: f"{PRICES[line.product]:.2f}",
    "amount": lambda line: f"{PRICES[line.product] * line.quantity:.2f}",
    "currency": lambda line: ("EUR", "USD")[line.customer % 2],
    "status": lambda line: ("paid", "paid", "paid", "refunded")[line.order % 4],
    "country": lambda line: ("DE", "FR", "Poland")[line.customer % 3],
    "converted_amount": lambda line: f"{PRICES[line.product] * line.quantity * 1.1:.2f}",
    "email": lambda line: f"c{line.customer}@example.com",
    "person": lambda line: NAMES[line.customer % 8],
    "first": lambda line: NAMES[line.customer % 8].split()[0],
    "city": lambda line: CITIES[line.customer % 8],
    "street": lambda line: f"Main street {line.customer}",
    "zip": lambda line: f"{10_115 + line.customer * 37}",
    "phone": lambda line: f"+49 30 {900_000 + line.customer * 77}",
    "birth": lambda line: _day(line.customer * 19, 1960 + line.customer),
    "later": lambda line: f"{_day(line.day + 2)} 09:00:00",
    "joined": lambda line: _day(line.customer * 7, 2019),
    "row": lambda line: f"{line.number + 1}",
    "position": lambda line: f"{line.number % 3 + 1}",
    "discount": lambda line: ("0.00", "0.00", "1.50")[line.number % 3],
    "tax": lambda line: f"{PRICES[line.product] * line.quantity * 0.19:.2f}",
    "shipping": lambda line: ("4.90", "0.00")[line.order % 2],
    "order_total": lambda line: f"{line.total:.2f}",
    "listed": lambda line: f"{PRICES[line.product] * 1.2:.2f}",
    "weight": lambda line: f"{line.product * 0.25 + 0.1:.2f}",
    "profit": lambda line: f"{PRICES[line.product] * 0.3 - 1:.2f}",
    "gender": lambda line: "mf"[line.customer % 2],
    "age": lambda line: f"{20 + line.customer}",
    "segment": lambda line: ("Consumer", "Corporate")[line.customer % 2],
    "payment": lambda line: ("card", "invoice", "paypal")[line.order % 3],
    "shop": lambda line: f"{line.order % 4 + 1}",
    "text": lambda line: ("", "call before", "gift")[line.order % 3],
    "flag": lambda line: ("true", "false")[line.order % 2],
    "percent": lambda line: ("19", "7")[line.product % 2],
    "empty": lambda _: "",
}


def parts(row: str) -> list[tuple[str, str]]:
    """Split a header row into names and kinds."""
    return [(name.strip(), kind.strip()) for name, _, kind in (part.rpartition("=") for part in row.split("|"))]


def table(row: str) -> dict[str, list[str | None]]:
    """Return the columns of a table below a header row."""
    lines = shop()
    return {name: [KINDS[kind.rpartition(":")[2]](line) or None for line in lines] for name, kind in parts(row)}


def expected(row: str) -> dict[str, str]:
    """Return the column that must be found for each role."""
    roles = {kind.partition(":")[0]: name for name, kind in parts(row)}
    return {role: name for role, name in roles.items() if role in ROLES}
