"""Who is still a customer: the chance by BG/NBD, by purchases and silence (Fader, Hardie & Lee 2005)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from engine.forecast.buying import Buying
    from engine.forecast.inputs import Inputs

STEPS = (7, 14, 30, 60, 90, 180, 365)
ROWS = 10
"""Steps of silence that are shown, at most."""
MOST_PURCHASES = 10
HARDLY = 0.001
"""Customers lost per repeat purchase below which all are as good as alive."""
SCHEMA: dict[str, pl.DataType] = {
    "frequency": pl.Int64(),
    "silent_days": pl.Int64(),
    "until_days": pl.Int64(),
    "p_alive": pl.Float64(),
    "customers": pl.Int64(),
}


def alive_matrix(buying: Buying | None, inputs: Inputs) -> pl.DataFrame:
    """Tabulate the chance to be active of customers who first bought as early as anybody.

    One row per `frequency` (days with a repeat purchase, from 1 on) and `silent_days` (days since the last purchase, at
    even steps): p_alive, and the number of customers who stand there now, whatever their age: those with that frequency
    who have been silent from silent_days to before until_days. Empty where there is no BG/NBD model, or
    where by it hardly anybody is ever lost.
    """
    if buying is None or not len(inputs) or buying.days.a < HARDLY * (buying.days.a + buying.days.b):
        return pl.DataFrame(schema=SCHEMA)
    age = float(inputs.age.max())
    step = next((each for each in STEPS if age < each * ROWS), STEPS[-1])
    silent = inputs.age - inputs.recency
    rows = [start for start in range(0, step * ROWS, step) if start <= age]
    columns = range(1, int(min(inputs.frequency.max(), MOST_PURCHASES)) + 1)
    cells = [(frequency, start) for frequency in columns for start in rows]
    if not cells:
        return pl.DataFrame(schema=SCHEMA)
    frequency, start = (np.array(each, dtype=np.float64) for each in zip(*cells, strict=True))
    chance = buying.days.alive(frequency, age - start, np.full_like(start, age))
    here = [
        int(((inputs.frequency == number) & (silent >= begin) & (silent < begin + step)).sum())
        for number, begin in cells
    ]
    return pl.DataFrame(
        {
            "frequency": frequency.astype(np.int64),
            "silent_days": start.astype(np.int64),
            "until_days": start.astype(np.int64) + step,
            "p_alive": chance,
            "customers": here,
        },
        schema=SCHEMA,
    )
