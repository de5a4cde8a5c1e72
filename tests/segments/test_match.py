"""Segments of two models are matched where they are the same, and only there."""

from __future__ import annotations

import json
import math
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ModelError
from engine.segments.lineup import line_up
from engine.segments.match import SAME, Point, assign, kept_names, match_segments
from engine.segments.matrix import TASTE_WEIGHT, Feature
from engine.segments.model import Model
from tests.segments.builders import model

POINTS = st.lists(st.tuples(*[st.integers(-6, 6).map(float)] * 2), min_size=1, max_size=5, unique=True)
A, B = Feature("aov", "Order value", "money", "log"), Feature("orders", "Orders", "orders", "log")


def same(before: list[Point], after: list[Point], one: int, other: int) -> bool:
    """Whether a pair is the same segment, from the words of the rule."""
    rivals = [math.dist(before[one], point) for place, point in enumerate(after) if place != other]
    rivals += [math.dist(after[other], point) for place, point in enumerate(before) if place != one]
    return math.dist(before[one], after[other]) < SAME * min(rivals, default=math.inf)


def best(before: list[Point], after: list[Point]) -> tuple[int, float]:
    """Try all ways to pair two sets of points: the most pairs that are the same, then the smallest sum."""
    few, many = sorted((before, after), key=len)
    found = []
    for chosen in permutations(range(len(many)), len(few)):
        kept = [math.dist(few[one], many[other]) for one, other in enumerate(chosen) if same(few, many, one, other)]
        found.append((-len(kept), sum(kept)))
    return min(found)


@settings(deadline=None)
@given(POINTS, POINTS)
def test_no_way_to_pair_them_is_better(before: list[Point], after: list[Point]) -> None:
    pairs = assign(before, after)

    count, total = best(before, after)
    assert len(pairs) == -count
    assert sum(pair.distance for pair in pairs) == pytest.approx(total)
    assert len({pair.earlier for pair in pairs}) == len({pair.later for pair in pairs}) == len(pairs)


@given(POINTS)
def test_a_model_matches_itself_segment_by_segment(points: list[Point]) -> None:
    first = model(points)

    match = match_segments(first, Model.from_dict(json.loads(json.dumps(first.to_dict()))))

    assert [(pair.earlier, pair.later, pair.distance) for pair in match.pairs] == [
        (each, each, 0.0) for each in range(1, first.k + 1)
    ]
    assert (match.gone, match.new, match.unshared) == ((), (), ())


def test_equal_centroids_match_by_their_place_in_the_same_model() -> None:
    twins = model([(1.0,), (1.0,), (4.0,)])

    assert [(pair.earlier, pair.later) for pair in match_segments(twins, twins).pairs] == [(1, 1), (2, 2), (3, 3)]


def test_the_order_of_the_segments_does_not_matter() -> None:
    earlier, later = model([(0, 0), (4, 0), (0, 4)]), model([(0, 4.2), (0.1, 0), (4, 0.3)])

    assert [(pair.earlier, pair.later) for pair in match_segments(earlier, later).pairs] == [(1, 2), (2, 3), (3, 1)]


@pytest.mark.parametrize(("share", "kept"), [(0.5, ()), (0.61, ()), (0.64, (1,)), (0.9, (1,))])
def test_what_two_segments_merge_into_keeps_the_name_of_most_of_it(share: float, kept: tuple[int, ...]) -> None:
    earlier, later = model([(-1,), (1,), (40,)]), model([(1 - 2 * share,), (40,)])

    match = match_segments(earlier, later)

    assert tuple(pair.earlier for pair in match.pairs if pair.later == 1) == kept
    assert [pair.earlier for pair in match.pairs if pair.later == 2] == [3]


def test_the_room_of_a_pair_is_a_share_of_the_way_to_the_next_candidate() -> None:
    match = match_segments(model([(0,), (10,)]), model([(1,), (14,)]))

    assert [each for pair in match.pairs for each in (pair.distance, pair.room)] == pytest.approx([1.0, 5.4, 4.0, 5.4])


def test_features_are_found_by_name_and_those_of_one_model_left_out() -> None:
    other = Feature("price", "Price", "money", "log")
    earlier = model([(0, 5), (3, 1)], features=(A, B))
    later = model([(1, 99, 3), (5, -99, 0)], features=(B, other, A))

    match = match_segments(earlier, later)

    assert [(pair.earlier, pair.later, pair.distance) for pair in match.pairs] == [(1, 2, 0.0), (2, 1, 0.0)]
    assert (match.features, match.unshared) == (("aov", "orders"), ("price",))


def test_tastes_weigh_alike_whatever_the_number_of_categories() -> None:
    def tastes(names: str) -> tuple[Feature, ...]:
        weight = (TASTE_WEIGHT / len(names)) ** 0.5
        return tuple(Feature(each, each, "share", "spend_share", weight) for each in names)

    # Standard deviations times the weights of three and of two categories; the first pair lies half a one apart.
    three, two = (TASTE_WEIGHT / 3) ** 0.5, (TASTE_WEIGHT / 2) ** 0.5
    earlier = model([[three, 0, 0], [0, 2 * three, 1]], features=tastes("gtx"))
    later = model([[1.5 * two, 0], [0, 2 * two]], features=tastes("gt"))

    match = match_segments(earlier, later)

    assert [(pair.earlier, pair.later) for pair in match.pairs] == [(1, 1), (2, 2)]
    assert [pair.distance for pair in match.pairs] == pytest.approx([0.5 * two, 0.0])


@pytest.mark.parametrize("later", [(B,), (Feature("aov", "Order value", "money", "share"),)])
def test_models_without_a_common_feature_are_refused(later: tuple[Feature, ...]) -> None:
    with pytest.raises(ModelError, match="no feature in common"):
        match_segments(model([(1,)], features=(A,)), model([(1,)], features=later))


def test_matched_segments_keep_their_names_and_new_ones_take_none_that_was_used() -> None:
    earlier = model([(0, 0), (6, 0), (0, 6)], names=("Loyal", "Lapsed", "New"))
    later = model([(0, 6.1), (9, 9), (0.2, 0), (-30, -30)], names=("Fresh", "Lapsed", "Loyal", "New"))

    assert kept_names(earlier, later) == ("New", "Lapsed 2", "Loyal", "New 2")


@given(POINTS, POINTS, st.data())
def test_names_stay_unique(before: list[Point], after: list[Point], data: st.DataObject) -> None:
    words = [
        data.draw(st.lists(st.sampled_from(["a", "b", "a 2", "c", "d", "e"]), min_size=n, max_size=n, unique=True))
        for n in (len(before), len(after))
    ]
    earlier, later = model(before, names=words[0]), model(after, names=words[1])

    names = kept_names(earlier, later)

    assert len(set(names)) == len(names) == later.k
    match = match_segments(earlier, later)
    assert all(names[pair.later - 1] == words[0][pair.earlier - 1] for pair in match.pairs)


def test_segments_are_numbered_on_from_the_earlier_model() -> None:
    earlier, later = model([(0, 0), (6, 0)], names=("a", "b")), model([(9, 9), (0.2, 0)], names=("c", "d"))

    found = line_up(earlier, later, match_segments(earlier, later))

    assert [(each.number, each.name, each.earlier, each.later, each.name_later, each.status) for each in found] == [
        (1, "a", 1, 2, "d", "kept"),
        (2, "b", 2, None, None, "gone"),
        (3, "c", None, 1, "c", "new"),
    ]
