from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.segments.names import WORDS, Trait, name_segments

_share = st.floats(0, 1)
_trait = st.builds(
    Trait,
    feature=st.sampled_from([*WORDS, "spend_share: Garden", "spend_share: Toys"]),
    effect=st.floats(-3, 3),
    median=st.one_of(st.none(), st.floats(0, 100)),
    overall_median=st.one_of(st.none(), st.floats(0, 100)),
    above=_share,
    below=_share,
    once=_share,
)


def _trait_of(feature: str, effect: float, share: float = 0.9, once: float = 0.0) -> Trait:
    """A trait that holds of a share of the segment's customers."""
    above, below = (share, 1 - share) if effect > 0 else (1 - share, share)
    return Trait(feature, effect, 1.0, 2.0, above, below, once)


@given(st.lists(st.lists(_trait, max_size=8, unique_by=lambda trait: trait.feature), min_size=1, max_size=10))
def test_every_segment_has_a_name_of_its_own(traits: list[list[Trait]]) -> None:
    names = name_segments(traits)

    assert len(names) == len(traits)
    assert len(set(names)) == len(names)
    assert all(name and name[0] == name[0].upper() for name in names)


def test_the_strongest_traits_make_the_name() -> None:
    frequent = [_trait_of("orders", 1.4), _trait_of("recency_days", -1.0), _trait_of("price", 0.5)]
    lapsed = [_trait_of("orders", -0.8, once=0.9), _trait_of("recency_days", 1.2)]

    assert name_segments([frequent, lapsed]) == ["Active frequent buyers", "Lapsed one-time buyers"]


def test_a_favourite_category_is_the_noun() -> None:
    assert name_segments([[_trait_of("spend_share: Garden", 2.0), _trait_of("aov", 1.0)]]) == ["Big-ticket Garden fans"]


@pytest.mark.parametrize(
    "trait", [_trait_of("price", 1.0, share=0.6), _trait_of("price", 0.3), _trait_of("price", -2.0, share=0.5)]
)
def test_a_word_that_is_weak_or_not_true_of_most_customers_is_not_used(trait: Trait) -> None:
    assert name_segments([[trait]]) == ["Average buyers"]


def test_one_time_is_said_only_where_nearly_all_bought_once() -> None:
    assert name_segments([[_trait_of("orders", -1.0, once=0.64)]]) == ["Occasional buyers"]
    assert name_segments([[_trait_of("orders", -1.0, once=0.85)]]) == ["One-time buyers"]


def test_equal_names_grow_until_they_differ() -> None:
    common = [_trait_of("orders", 1.4), _trait_of("recency_days", -1.2)]

    names = name_segments([[*common, _trait_of("price", 0.9)], [*common, _trait_of("price", -0.9)]])

    assert names == ["Active frequent premium buyers", "Active frequent low-price buyers"]


def test_segments_that_nothing_tells_apart_are_numbered() -> None:
    assert name_segments([[], []]) == ["Average buyers", "Average buyers 2"]


def test_new_is_not_said_of_customers_who_have_been_silent() -> None:
    once = [_trait_of("orders", -1.0, once=0.9), _trait_of("tenure_days", -1.0), _trait_of("recency_days", 0.3)]

    assert name_segments([once]) == ["One-time buyers"]
    assert name_segments([[*once[:2], _trait_of("recency_days", -0.3)]]) == ["New one-time buyers"]
