"""The customers of a block: who they are, when they come and how much they buy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.generate.personas import PERSONAS
from engine.generate.tables import HISTORY_DAYS, column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.generate.plan import Block

_BASKET_SHAPE = 8.0
"""Shape of the Gamma that spreads the lines per order over the customers of a persona."""
_SURPLUS = 1.02
"""Lines are drawn a little in excess of the block's, as cutting orders is truer to life than padding baskets."""


@dataclass(frozen=True, slots=True)
class Customers:
    """One element per customer of a block."""

    number: NDArray[np.uint32]
    """Position among all customers of the export."""
    persona: NDArray[np.intp]
    """Position in PERSONAS."""
    start: NDArray[np.float64]
    """Business time of the first order."""
    life: NDArray[np.float64]
    """Business time from the first order until the customer is lost or the history ends."""
    repeats: NDArray[np.float64]
    """Expected orders after the first."""
    lines: NDArray[np.float64]
    """Expected lines per order."""
    account: NDArray[np.float64]
    """Size of the account: factor on every quantity. Lognormal, so a few are very large."""


def draw_customers(block: Block, rng: np.random.Generator) -> Customers:
    """Draw the block's customers, with a pace at which they need about the block's lines."""
    shares = column("share")
    persona = rng.choice(len(PERSONAS), size=block.customers, p=shares / shares.sum())
    start = rng.random(block.customers) * column("latest_start")[persona]
    life_shape = column("life_shape")[persona]
    life = rng.standard_gamma(life_shape) / life_shape * column("life_days")[persona] / HISTORY_DAYS
    life = np.minimum(life, 1.0 - start)
    pace_shape = column("pace_shape")[persona]
    pace = rng.standard_gamma(pace_shape) / pace_shape
    repeats = life * HISTORY_DAYS / column("gap_days")[persona] * pace
    basket = rng.standard_gamma(_BASKET_SHAPE, block.customers) / _BASKET_SHAPE
    lines = 1.0 + (column("lines")[persona] - 1.0) * basket
    return Customers(
        number=np.arange(block.first_customer, block.first_customer + block.customers, dtype=np.uint32),
        persona=persona,
        start=start,
        life=life,
        repeats=repeats * _pace_for(block.rows, repeats, lines * (1.0 + column("return_rate")[persona])),
        lines=lines,
        account=np.exp(column("account_sigma")[persona] * rng.standard_normal(block.customers)),
    )


def _pace_for(rows: int, repeats: NDArray[np.float64], lines: NDArray[np.float64]) -> float:
    """Solve sum((1 + pace * repeats) * lines) = rows * surplus for the pace; 0 where first orders are too many."""
    needed = rows * _SURPLUS - float(lines.sum())
    return max(0.0, needed / float((repeats * lines).sum()))
