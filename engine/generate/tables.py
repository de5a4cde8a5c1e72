"""What is drawn often, prepared once: the personas' calendars, hours, tastes and prices as arrays to look up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from engine.generate.personas import PERSONAS, Persona
from engine.generate.words import CATEGORIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.generate.catalogue import Catalogue

FIRST_DAY = date(2023, 1, 1)
HISTORY_DAYS = 731
"""Days from FIRST_DAY on: the years 2023 and 2024."""
TICKETS = 1 << 16
"""Tickets in the urn of a persona: one 16-bit draw picks a product by its probability."""
_MINUTES = 24 * 60
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Tables:
    """Lookup tables; the first axis is the persona, in the order of PERSONAS."""

    clock: NDArray[np.float64]
    """Business time at the start of each day (and at the end of the last): runs from 0 to 1, faster in busy seasons."""
    minutes: NDArray[np.int32]
    """Minutes of the day, each as often as it is likely: a 16-bit draw picks one."""
    urn: NDArray[np.uint16]
    """Products, each on as many of the TICKETS as it is popular."""
    cents: NDArray[np.int32]
    """Price of each product for the persona."""


def build_tables(catalogue: Catalogue) -> Tables:
    """Prepare the lookup tables of all personas."""
    return Tables(
        clock=np.stack([_clock(persona) for persona in PERSONAS]),
        minutes=np.stack([_minutes(persona) for persona in PERSONAS]).astype(np.int32),
        urn=np.stack([_urn(persona, catalogue) for persona in PERSONAS]).astype(np.uint16),
        cents=np.stack([np.rint(catalogue.price * persona.price_level * 100) for persona in PERSONAS]).astype(np.int32),
    )


def column(name: str) -> NDArray[np.float64]:
    """Return one number of every persona, in the order of PERSONAS."""
    return np.array([getattr(persona, name) for persona in PERSONAS], dtype=np.float64)


def _clock(persona: Persona) -> NDArray[np.float64]:
    """Accumulate the weights of the days: a customer orders evenly in business time, so seasonally by the calendar."""
    days = [FIRST_DAY + timedelta(days=offset) for offset in range(HISTORY_DAYS)]
    weights = [persona.months[day.month - 1] * (persona.weekend if day.weekday() >= _SATURDAY else 1.0) for day in days]
    elapsed = np.concatenate([[0.0], np.cumsum(weights)])
    return np.asarray(elapsed / elapsed[-1])


def _minutes(persona: Persona) -> NDArray[np.intp]:
    """Weigh the minutes of the day by a bell around the peak hour that wraps at midnight, over a low floor."""
    hours = np.arange(_MINUTES) / 60.0
    distance = np.abs(hours - persona.peak_hour)
    distance = np.minimum(distance, 24.0 - distance)
    return _tickets(np.exp(-0.5 * (distance / persona.hour_spread) ** 2) + 0.01)


def _urn(persona: Persona, catalogue: Catalogue) -> NDArray[np.intp]:
    """Weigh products by the persona's taste, their popularity, and the pull of their price within the category."""
    taste = np.array([persona.taste.get(category.name, 1.0) for category in CATEGORIES])
    median = np.array([category.price for category in CATEGORIES])
    relative_price = catalogue.price / median[catalogue.category]
    weights = catalogue.popularity * relative_price**persona.price_pull
    of_category = np.bincount(catalogue.category, weights=weights)
    return _tickets(taste[catalogue.category] * weights / of_category[catalogue.category])


def _tickets(weights: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return TICKETS positions, each position as often as its weight asks."""
    edges = np.cumsum(weights) / weights.sum()
    return np.searchsorted(edges, (np.arange(TICKETS) + 0.5) / TICKETS)
