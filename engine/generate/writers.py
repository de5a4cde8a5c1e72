"""The lines and labels as CSV text, appended piece by piece to open files."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import polars as pl

from engine.generate.orders import DAY_SECONDS
from engine.generate.personas import PERSONAS
from engine.generate.tables import FIRST_DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.generate.catalogue import Catalogue
    from engine.generate.customers import Customers

FIRST_CUSTOMER_ID = 10_000_001
FIRST_ORDER_ID = 1_000_000_001
_CHANGING = ("seconds", "customer", "order")
"""Fields of a line that tell its order from the one before."""


class LineWriter:
    """Writes lines in the order of time, numbering orders as they come; counts them on the way."""

    def __init__(self, file: IO[bytes], catalogue: Catalogue) -> None:
        self._file = file
        self._products = catalogue.products
        self._orders = 0
        self.rows = 0
        self.first: date | None = None
        self.last: date | None = None

    def write(self, lines: NDArray[Any]) -> None:
        """Append lines of dtype LINE, all later than those before; the lines of an order must be neighbours."""
        if not lines.size:
            return
        changes = np.logical_or.reduce([np.diff(lines[field]) != 0 for field in _CHANGING])
        numbers = self._orders + np.concatenate([[0], np.cumsum(changes)])
        frame = self._frame(lines, numbers)
        frame.write_csv(
            self._file,
            include_header=self.rows == 0,
            datetime_format="%Y-%m-%d %H:%M:%S",
            float_precision=2,
        )
        self._orders = int(numbers[-1]) + 1
        self.rows += lines.size
        self.first = self.first or _day(lines["seconds"][0])
        self.last = _day(lines["seconds"][-1])

    def _frame(self, lines: NDArray[Any], numbers: NDArray[np.int64]) -> pl.DataFrame:
        """Return the lines with the columns of the export."""
        start = np.datetime64(datetime.combine(FIRST_DAY, time.min), "us")
        numeric = pl.DataFrame(
            {
                "order_id": FIRST_ORDER_ID + numbers,
                "customer_id": FIRST_CUSTOMER_ID + lines["customer"].astype(np.int64),
                "guest": lines["guest"],
                "ordered_at": start + lines["seconds"].astype("timedelta64[s]"),
                "product": lines["product"],
                "quantity": lines["quantity"],
                "unit_price": lines["cents"] / 100,
            }
        )
        signed_in = pl.when(~pl.col("guest")).then("customer_id")
        known = numeric.select("order_id", signed_in, "ordered_at")
        bought = self._products[numeric["product"]]
        return pl.concat([known, bought, numeric.select("quantity", "unit_price")], how="horizontal")


class LabelWriter:
    """Writes the planted segment of every customer."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._names = pl.Series([persona.name for persona in PERSONAS])
        self._started = False

    def write(self, customers: Customers) -> None:
        """Append one row per customer of a block."""
        frame = pl.DataFrame(
            {
                "customer_id": FIRST_CUSTOMER_ID + customers.number.astype(np.int64),
                "segment": self._names.gather(customers.persona),
            }
        )
        frame.write_csv(self._file, include_header=not self._started)
        self._started = True


def _day(seconds: np.uint32) -> date:
    """Return the calendar day of a moment in the history."""
    return FIRST_DAY + timedelta(days=int(seconds) // DAY_SECONDS)
