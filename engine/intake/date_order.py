"""Whether the day or the month comes first, decided by all dates of a column together.

In the order of their weight:

1. a date with a part over 12 proves the order of all dates that look like it;
2. dates that look otherwise take the order of those that are proved: a spreadsheet rewrites the dates that it can read
   and leaves the others, so that the rewritten ones have no part over 12, but keep their order;
3. where none is proved, the order that leaves the lines sorted, that keeps the dates within the span of those of other
   formats, or that puts them all into one month is assumed, else the day first; the other order is named as the rival.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from engine.intake.date_families import Family, Reading
from engine.intake.date_formats import order
from engine.units import DAY_US

MINORITY = 0.01
"""Least share of the deciding dates that must prove the other order for it to be read too, and not be left out."""

NOTHING, SOMETHING = 0.01, 0.05
"""Share of dates against an order up to which nothing speaks against it, and from which something does."""

FEW_STEPS = 5
"""Least changes of date from line to line that tell whether the lines are sorted."""

FEW_DAYS = 4
"""Least days of one month that speak for it."""

MANY_DAYS = 12
"""Distinct dates that cannot all have a day up to 12 by chance."""

MANY_YEARS = 8
"""Years that dates with a year of two digits hardly span."""


@dataclass(frozen=True)
class _Orders:
    """The two formats of a family that differ in the order of day and month, and the dates that prove each."""

    family: Family
    formats: dict[str, str]
    proof: dict[str, int]

    @property
    def proved(self) -> str:
        """The order that more dates prove; empty where none proves any."""
        day, month = self.proof["dm"], self.proof["md"]
        return "" if day == month == 0 else "dm" if day >= month else "md"

    @property
    def example(self) -> str:
        """The first text of the family."""
        return str(self.family.lines[0])

    @property
    def only_proofs(self) -> bool:
        """Whether every date of the family has a part over 12."""
        return sum(self.proof.values()) == self.family.reads(tuple(self.formats.values()))

    def differ(self) -> bool:
        """Whether the two orders make different dates of any text."""
        day, month = (self.family.unique[self.formats[each]] for each in ("dm", "md"))
        return bool((day != month).any())


def settle(families: list[Family]) -> tuple[list[Reading], str | None, str]:
    """Choose the formats of each family; return them with a rival of the formats, if any, and a note."""
    ordered = [each for each in map(_orders, families) if each is not None]
    undoubted = [Reading(each, (_preferred(each),)) for each in families if _orders(each) is None]
    proved = [each for each in ordered if each.proved]
    open_ = [each for each in ordered if not each.proved]
    if not proved:
        return _assume(open_, undoubted)
    surest = max(proved, key=lambda each: max(each.proof.values()))
    readings = [_by_proof(each) for each in proved]
    notes = _disagreements(readings)
    rival = None
    for orders in open_:
        chosen = _kept_order(orders, surest.proved, [*readings, *undoubted])
        readings.append(Reading(orders.family, (orders.formats[chosen],)))
        if orders.differ():
            notes.append(_borrowed(orders, surest) if chosen == surest.proved else _contrary(orders, chosen))
            contested = chosen != surest.proved or any(each.proof[_other(chosen)] for each in proved)
            rival = rival or (orders.formats[_other(chosen)] if contested else None)
    kept, swapped = _swapped_back(undoubted, proved)
    return readings + kept, rival, " ".join(notes + swapped)


def _orders(family: Family) -> _Orders | None:
    """Return the formats of a family between which the order decides; None where another format fits it better."""
    formats = {order(each): each for each in reversed(family.formats) if order(each)}
    if len(formats) < 2 or not order(_preferred(family)):
        return None
    day, month = pl.col(formats["dm"]).is_null(), pl.col(formats["md"]).is_null()
    proof = family.unique.select(dm=(~day & month).sum(), md=(day & ~month).sum()).row(0, named=True)
    return _Orders(family, formats, proof)


def _preferred(family: Family) -> str:
    """Return the format that reads the most; of two-digit years the one with fewer years.

    Where the year stands first, taking the last part for it makes a year of every day of the month.
    """
    year = next((each for each in family.formats if each.startswith("%y")), family.best)
    if family.counts[year] < family.read:
        return family.best
    years = {each: family.unique[each].dt.year().n_unique() for each in family.formats}
    others = [years[each] for each in family.formats if each != year and family.counts[each] == family.read]
    return year if all(number >= MANY_YEARS and years[year] * 2 < number for number in others) else family.best


def _by_proof(orders: _Orders) -> Reading:
    """Read a family by the order that more of its dates prove, then by the other one if enough prove that."""
    first, second = orders.proved, _other(orders.proved)
    both = orders.proof[second] > MINORITY * sum(orders.proof.values())
    return Reading(orders.family, tuple(orders.formats[each] for each in ((first, second) if both else (first,))))


def _disagreements(readings: list[Reading]) -> list[str]:
    formats = {order(each): each for reading in reversed(readings) for each in reversed(reading.formats)}
    if len(formats) < 2:
        return []
    note = (
        f"Some dates can only be read as {formats['dm']}, others only as {formats['md']}: "
        "a spreadsheet may have swapped day and month of some that fit both."
    )
    return [note]


def _borrowed(orders: _Orders, surest: _Orders) -> str:
    date_format, proof = surest.formats[surest.proved], surest.proof[surest.proved]
    return (
        f"Dates such as {orders.example!r} have no part over 12 that tells day from month; they are read as "
        f"{orders.formats[surest.proved]}, because {proof:,} dates of the column prove {date_format}: a spreadsheet "
        "rewrites only the dates that it can read, and keeps their order."
    )


def _kept_order(orders: _Orders, proved: str, readings: list[Reading]) -> str:
    """Return the proved order of other dates, unless only the other one leaves the lines of the file sorted."""
    others = [each.family.table.select("line", pl.coalesce(*each.formats).alias("date")) for each in readings]
    disorder = {}
    for each, date_format in orders.formats.items():
        own = orders.family.table.select("line", pl.col(date_format).alias("date"))
        disorder[each] = _disorder(pl.concat([own, *others]).sort("line")["date"])
    return _other(proved) if _speaks(disorder, _other(proved)) else proved


def _contrary(orders: _Orders, chosen: str) -> str:
    return (
        f"Dates such as {orders.example!r} are read as {orders.formats[chosen]}, because the lines are then sorted by "
        "date, although other dates of the column have day and month the other way round."
    )


def _assume(open_: list[_Orders], undoubted: list[Reading]) -> tuple[list[Reading], str | None, str]:
    """Choose the order where no date proves one: all families take the one with the most dates speaks for."""
    if not open_:
        return undoubted, None, ""
    largest = max(open_, key=lambda each: each.family.read)
    chosen, why = _likely(largest, undoubted)
    readings = [Reading(each.family, (each.formats[chosen],)) for each in open_]
    if not any(each.differ() for each in open_):
        return readings + undoubted, None, ""
    note = f"No date tells day from month; {largest.formats[chosen]} was assumed, {why}."
    return readings + undoubted, largest.formats[_other(chosen)], note


def _likely(orders: _Orders, undoubted: list[Reading]) -> tuple[str, str]:
    """Return the order that speaks for itself without proof, and why."""
    disorder = {each: _disorder(orders.family.table[name]) for each, name in orders.formats.items()}
    for evidence, why in (
        (disorder, "because the lines are then sorted by date"),
        (_outside(orders, undoubted), "because the dates then lie within the time of the others"),
        (_scattered(orders), "because the dates then all fall into one month"),
    ):
        for each in ("dm", "md"):
            if _speaks(evidence, each):
                return each, why
    return "dm", "because most countries write the day first"


def _speaks(against: dict[str, float], order_: str) -> bool:
    """Whether next to nothing speaks against an order, and something against the other."""
    return against[order_] <= NOTHING and against[_other(order_)] >= SOMETHING


def _disorder(moments: pl.Series) -> float:
    """Return the share of changes of date, from line to line, against the direction of the most."""
    steps = moments.drop_nulls().to_physical().diff().drop_nulls()
    back, forth = int((steps < 0).sum()), int((steps > 0).sum())
    # A few changes tell nothing, for the order or against it.
    return min(back, forth) / (back + forth) if back + forth >= FEW_STEPS else (NOTHING + SOMETHING) / 2


def _outside(orders: _Orders, undoubted: list[Reading]) -> dict[str, float]:
    """Return the share of dates outside the time of those whose format leaves no doubt."""
    if not undoubted:
        return dict.fromkeys(orders.formats, 0.0)
    first = min(each.family.first for each in undoubted)
    last = max(each.family.last for each in undoubted) + DAY_US
    inside = {
        each: orders.family.moments(date_format).is_between(first, last) for each, date_format in orders.formats.items()
    }
    return {each: 1 - float(found.sum()) / len(found) for each, found in inside.items()}


def _scattered(orders: _Orders) -> dict[str, float]:
    """Return 0 where all dates fall into one month, on several days of it, else 1.

    The month is not January: so would be the first days of several months, the other way round.
    """
    found = {}
    for each, date_format in orders.formats.items():
        days = orders.family.unique.select(
            months=pl.col(date_format).dt.truncate("1mo").n_unique(),
            days=pl.col(date_format).dt.day().n_unique(),
        ).row(0)
        month = orders.family.unique[date_format].dt.month()
        found[each] = 0.0 if days[0] == 1 and days[1] >= FEW_DAYS and month[0] != 1 else 1.0
    return found


def _swapped_back(undoubted: list[Reading], proved: list[_Orders]) -> tuple[list[Reading], list[str]]:
    """Read dates with the year first as year, day, month where a spreadsheet swapped them.

    It has where it left every other date alone that has a part over 12 and rewrote every date without one, with the
    other of the two parts as the month.
    """
    whole = {each.family.best: each for each in undoubted if _swapped(each.family.best) in each.family.formats}
    if any(not each.only_proofs for each in proved) or any(
        each.family.counts[_swapped(best)] < each.family.read for best, each in whole.items()
    ):
        return undoubted, []
    kept, notes = [], []
    for each in undoubted:
        family = each.family
        if family.best not in whole or family.unique[family.best].dt.date().n_unique() < MANY_DAYS:
            kept.append(each)
            continue
        kept.append(Reading(family, (_swapped(family.best),)))
        notes.append(
            f"Dates such as {family.lines[0]!r} are read as {_swapped(family.best)}: none has a day over 12, and all "
            "others have, so that a spreadsheet took the one for the other."
        )
    return kept, notes


def _swapped(date_format: str) -> str:
    return date_format.replace("%m", "%0").replace("%d", "%m").replace("%0", "%d")


def _other(each: str) -> str:
    return "md" if each == "dm" else "dm"
