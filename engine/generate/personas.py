"""The planted segments: six ways to be a customer, as data."""

from __future__ import annotations

from dataclasses import dataclass

_EVEN = (1.0,) * 12
_SUMMER_DIP = (1.0, 1.0, 1.1, 1.0, 1.0, 0.9, 0.7, 0.7, 1.1, 1.1, 1.1, 0.8)
_SALES = (1.5, 1.0, 0.9, 0.9, 1.0, 1.2, 1.3, 0.9, 0.9, 0.9, 1.5, 1.0)
_CHRISTMAS = (0.02, 0.02, 0.02, 0.02, 0.03, 0.02, 0.02, 0.02, 0.03, 0.10, 3.0, 5.0)


@dataclass(frozen=True, slots=True)
class Persona:
    """One planted segment: what its customers have in common, and how much they differ among themselves."""

    name: str
    share: float
    """Share of all customers."""
    gap_days: float
    """Mean days between orders while a customer is active, averaged over the year."""
    regularity: float
    """Shape of the Gamma distributed gaps: 1 is a Poisson process, higher is nearer to a fixed rhythm."""
    pace_shape: float
    """Shape of the Gamma that spreads the pace over customers: order counts are Poisson-Gamma; higher is more alike."""
    lines: float
    """Mean lines per order."""
    units: float
    """Median quantity of one line."""
    units_sigma: float
    """Spread of the quantity within a customer: standard deviation of its logarithm."""
    account_sigma: float
    """Spread of the quantity between customers: standard deviation of its logarithm."""
    price_level: float
    """What the customer pays, as a share of the list price."""
    price_pull: float
    """Exponent of a product's price in its popularity: below zero seeks the cheap, above zero the dear."""
    taste: dict[str, float]
    """Weight by category; a category that is not named has weight 1."""
    favourites: float
    """Share of lines that repeat one of the customer's few favourite products."""
    latest_start: float
    """Newest start, as a share of the history: starts are uniform before it."""
    life_days: float
    """Mean days that a customer stays active; less when the history ends before."""
    life_shape: float
    """Shape of the Gamma distributed life: 1 loses many early, higher is more alike."""
    return_rate: float
    """Share of bought lines that are sent back."""
    months: tuple[float, ...]
    """Weight of each month, January first."""
    weekend: float
    """Weight of a Saturday or Sunday against a working day."""
    peak_hour: float
    """Hour of the day with most orders."""
    hour_spread: float
    """Standard deviation of the hour."""


PERSONAS = (
    Persona(
        name="one-time visitors",
        share=0.3,
        gap_days=600.0,
        regularity=1.0,
        pace_shape=2.0,
        lines=1.5,
        units=1.0,
        units_sigma=0.2,
        account_sigma=0.1,
        price_level=1.0,
        price_pull=0.0,
        taste={"Electronics": 150.0, "Garden": 6.0},
        favourites=0.0,
        latest_start=0.97,
        life_days=25.0,
        life_shape=1.0,
        return_rate=0.02,
        months=_EVEN,
        weekend=0.3,
        peak_hour=19.0,
        hour_spread=4.0,
    ),
    Persona(
        name="bargain hunters",
        share=0.22,
        gap_days=50.0,
        regularity=0.8,
        pace_shape=4.0,
        lines=2.6,
        units=1.2,
        units_sigma=0.5,
        account_sigma=0.2,
        price_level=0.72,
        price_pull=-0.8,
        taste={"Bargain Corner": 45.0, "Beauty": 30.0},
        favourites=0.1,
        latest_start=0.75,
        life_days=340.0,
        life_shape=3.0,
        return_rate=0.02,
        months=_SALES,
        weekend=0.7,
        peak_hour=21.0,
        hour_spread=3.0,
    ),
    Persona(
        name="christmas gifters",
        share=0.18,
        gap_days=180.0,
        regularity=1.0,
        pace_shape=6.0,
        lines=4.0,
        units=1.2,
        units_sigma=0.4,
        account_sigma=0.3,
        price_level=1.0,
        price_pull=0.1,
        taste={"Toys": 40.0, "Gifts": 55.0},
        favourites=0.0,
        latest_start=0.3,
        life_days=640.0,
        life_shape=6.0,
        return_rate=0.04,
        months=_CHRISTMAS,
        weekend=1.0,
        peak_hour=20.0,
        hour_spread=3.0,
    ),
    Persona(
        name="weekend try-and-return shoppers",
        share=0.15,
        gap_days=60.0,
        regularity=1.2,
        pace_shape=5.0,
        lines=2.8,
        units=1.0,
        units_sigma=0.2,
        account_sigma=0.1,
        price_level=0.95,
        price_pull=0.2,
        taste={"Fashion": 60.0, "Shoes": 40.0},
        favourites=0.0,
        latest_start=0.65,
        life_days=480.0,
        life_shape=4.0,
        return_rate=0.35,
        months=_SUMMER_DIP,
        weekend=6.0,
        peak_hour=15.0,
        hour_spread=3.0,
    ),
    Persona(
        name="weekly regulars",
        share=0.09,
        gap_days=7.5,
        regularity=6.0,
        pace_shape=8.0,
        lines=1.9,
        units=1.6,
        units_sigma=0.6,
        account_sigma=0.3,
        price_level=1.0,
        price_pull=0.0,
        taste={"Pantry": 50.0, "Household": 35.0},
        favourites=0.5,
        latest_start=0.7,
        life_days=300.0,
        life_shape=4.0,
        return_rate=0.01,
        months=_EVEN,
        weekend=0.9,
        peak_hour=18.0,
        hour_spread=2.5,
    ),
    Persona(
        name="wholesale accounts",
        share=0.06,
        gap_days=65.0,
        regularity=3.0,
        pace_shape=2.5,
        lines=8.0,
        units=4.0,
        units_sigma=0.7,
        account_sigma=0.8,
        price_level=0.75,
        price_pull=-0.2,
        taste={"Workshop": 40.0, "Office": 45.0},
        favourites=0.3,
        latest_start=0.55,
        life_days=520.0,
        life_shape=5.0,
        return_rate=0.02,
        months=_SUMMER_DIP,
        weekend=0.06,
        peak_hour=10.5,
        hour_spread=2.0,
    ),
)
"""The planted segments, largest first; shares add up to 1."""
