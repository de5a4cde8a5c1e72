from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.segments.names import WORDS, Trait, name_segments

_trait = st.builds(
    Trait,
    feature=st.sampled_from([*WORDS, "spend_share: Garden", "spend_share: Toys"]),
    effect=st.floats(-3, 3),
    median=st.one_of(st.none(), st.floats(0, 100)),
    overall_median=st.one_of(st.none(), st.floats(0, 100)),
)


@given(st.lists(st.lists(_trait, max_size=8, unique_by=lambda trait: trait.feature), min_size=1, max_size=10))
def test_every_segment_has_a_name_of_its_own(traits: list[list[Trait]]) -> None:
    names = name_segments(traits)

    assert len(names) == len(traits)
    assert len(set(names)) == len(names)
    assert all(name and name[0] == name[0].upper() for name in names)


def test_the_strongest_traits_make_the_name() -> None:
    frequent = [Trait("orders", 1.4, 9, 2), Trait("recency_days", -1.0, 5, 40), Trait("price", 0.5, 12, 10)]
    lapsed = [Trait("orders", -0.8, 1, 2), Trait("recency_days", 1.2, 200, 40)]

    assert name_segments([frequent, lapsed]) == ["Active frequent buyers", "Lapsed one-time buyers"]


def test_a_favourite_category_is_the_noun() -> None:
    assert name_segments([[Trait("spend_share: Garden", 2.0, 0.6, 0.1), Trait("aov", 1.0, 90, 30)]]) == [
        "Big-ticket Garden fans"
    ]


def test_a_word_that_the_medians_deny_is_not_used() -> None:
    assert name_segments([[Trait("price", 1.0, 10, 10), Trait("aov", -1.0, 50, 30)]]) == ["Average buyers"]


def test_equal_names_grow_until_they_differ() -> None:
    common = [Trait("orders", 1.4, 9, 2), Trait("recency_days", -1.2, 5, 40)]

    names = name_segments([[*common, Trait("price", 0.9, 20, 10)], [*common, Trait("price", -0.9, 5, 10)]])

    assert names == ["Active frequent premium buyers", "Active frequent low-price buyers"]


def test_segments_that_nothing_tells_apart_are_numbered() -> None:
    assert name_segments([[], []]) == ["Average buyers", "Average buyers 2"]
