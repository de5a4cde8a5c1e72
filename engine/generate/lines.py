"""The lines of a block's orders and returns: product, quantity and price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.generate.tables import TICKETS, column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.generate.customers import Customers
    from engine.generate.orders import Orders
    from engine.generate.tables import Tables

LINE = np.dtype(
    [
        ("seconds", np.uint32),
        ("customer", np.uint32),
        ("order", np.uint32),
        ("product", np.uint16),
        ("quantity", np.int32),
        ("cents", np.int32),
        ("guest", np.bool_),
    ]
)
"""One line as it waits on disk: `seconds` since the start of the history, `customer` of all, `order` of its block."""

MOST_UNITS = 1_000_000
_FAVOURITES = 6
"""Favourite products of a customer."""
_MIX = 0x9E3779B1
"""Knuth's multiplicative hash (The Art of Computer Programming 3, 6.4): 2^32 over the golden ratio, made prime."""


def draw_lines(customers: Customers, orders: Orders, tables: Tables, rng: np.random.Generator) -> NDArray[Any]:
    """Draw one record of dtype LINE per line: first all that were bought, then all that were sent back.

    The lines of an order are neighbours in both parts.
    """
    order = np.repeat(np.arange(orders.lines.size), orders.lines)
    customer = orders.customer[order]
    persona = customers.persona[customer]
    product = _products(customers.number[customer], persona, tables, rng)
    bought = np.empty(order.size, dtype=LINE)
    bought["seconds"] = orders.seconds[order]
    bought["customer"] = customers.number[customer]
    bought["order"] = order
    bought["product"] = product
    bought["quantity"] = _quantities(customers.account[customer], persona, rng)
    bought["cents"] = tables.cents[persona, product] * orders.percent[order] // 100
    bought["guest"] = orders.guest[order]
    starts = np.cumsum(orders.lines) - orders.lines
    sent_back = np.arange(order.size) - starts[order] < orders.returned[order]
    returns = bought[sent_back]
    returns["seconds"] = orders.returned_at[order[sent_back]]
    returns["order"] += orders.lines.size
    returns["quantity"] *= -1
    return np.concatenate([bought, returns])


def _products(
    customer: NDArray[np.uint32], persona: NDArray[np.intp], tables: Tables, rng: np.random.Generator
) -> NDArray[np.uint16]:
    """Draw a ticket from the persona's urn for each line, or one of the few that the customer always holds."""
    ticket = rng.integers(TICKETS, size=customer.size, dtype=np.uint16)
    favourite = rng.integers(_FAVOURITES, size=customer.size, dtype=np.uint8)
    held = ((customer * np.uint32(_FAVOURITES) + favourite) * np.uint32(_MIX)) >> np.uint32(16)
    repeats = rng.random(customer.size, dtype=np.float32) < column("favourites")[persona]
    return np.asarray(tables.urn[persona, np.where(repeats, held, ticket)])


def _quantities(account: NDArray[np.float64], persona: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.int32]:
    """Draw lognormal quantities of at least 1 around the persona's median times the size of the account."""
    spread = np.exp(column("units_sigma")[persona] * rng.standard_normal(account.size))
    units = np.rint(column("units")[persona] * account * spread)
    return np.clip(units, 1, MOST_UNITS).astype(np.int32)
