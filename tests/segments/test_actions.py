from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.segments.actions import advise
from engine.segments.names import WORDS, Trait


def _slipping() -> list[Trait]:
    return [
        Trait("orders", 1.2, 12.0, 2.0),
        Trait("recency_days", 0.0, 90.0, 80.0),
        Trait("gap_mean_days", -1, 9.0, 40.0),
    ]


def _traits(once: float = 0.0, **effects: float) -> list[Trait]:
    return [Trait(feature, effect, 5.0, 1.0, once=once) for feature, effect in effects.items()] or [
        Trait("orders", 0.0, 1.0, 1.0, once=once)
    ]


@pytest.mark.parametrize(
    ("traits", "shares", "words"),
    [
        (_traits(orders=1.5, recency_days=-1.0), (0.1, 0.4), "Keep them"),
        (_slipping(), (0.1, 0.4), "far beyond their rhythm"),
        (_traits(orders=1.5, recency_days=-1.0), (0.4, 0.3), "raise the order"),
        (_traits(orders=0.5, recency_days=1.0), (0.1, 0.3), "Win them back"),
        (_traits(orders=-0.5, recency_days=1.0), (0.3, 0.1), "One win-back offer"),
        (_traits(once=0.9, orders=-1.0, recency_days=-0.5), (0.3, 0.1), "Win the second order"),
        (_traits(once=0.9, orders=-1.0, recency_days=0.9), (0.3, 0.1), "One inexpensive reminder"),
        (_traits(aov=1.0), (0.2, 0.3), "next large order"),
        (_traits(active_days=0.6), (0.2, 0.2), "usual time between orders"),
        (_traits(tenure_days=-1.0), (0.2, 0.1), "habit"),
        (_traits(return_rate=1.5, orders=1.0), (0.2, 0.3), "comes back"),
        (_traits(), (0.2, 0.2), "like the average"),
    ],
)
def test_advice_follows_from_what_the_customers_are_like(
    traits: list[Trait], shares: tuple[float, float], words: str
) -> None:
    assert words in advise(traits, *shares)


@given(
    st.lists(
        st.builds(
            Trait, st.sampled_from(list(WORDS)), st.floats(-3, 3), st.just(1.0), st.just(1.0), once=st.floats(0, 1)
        ),
        max_size=8,
    ),
    st.floats(0, 1),
    st.floats(-1, 1),
)
def test_there_is_always_one_sentence(traits: list[Trait], customers: float, revenue: float) -> None:
    said = advise(traits, customers, revenue)

    assert said.endswith(".")
    assert said.count(". ") == 0
