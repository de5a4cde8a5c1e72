from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from fractions import Fraction
from math import exp, log, sqrt
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.features.orders import gaps
from engine.insights import repeat
from engine.insights.merge import merge
from engine.insights.repeat import (
    ALL,
    CURVE_DAYS,
    HORIZONS,
    REPEAT_CURVE,
    REPEAT_RATES,
    finish_curve,
    finish_repeat,
    first_purchases,
    repeat_sums,
)
from engine.insights.wanted import Wanted
from engine.schema import CODE
from tests.insights.builders import AS_OF, NAMES, ORDERS, SEGMENTS, START, Order, cut, firsts_of, frame, with_segments

Seen = tuple[int, int, bool]
"""Segment, whole days, came back on that day (else followed until it)."""

DAY = timedelta(days=1)
Z = 1.959963984540054
SUMS = dict.fromkeys(("segment", "days", "came_back", "censored"), pl.Int64)

_days = st.one_of(st.integers(0, 40), st.sampled_from([29, 30, 59, 60, 179, 180, 364, 365, 366, 900]))
SEEN = st.lists(st.tuples(st.integers(1, 3), _days, st.booleans()), min_size=1, max_size=40)

TOLD = {*range(45), *(day + more for day in (59, 179, 364) for more in range(4))}
"""Days around which a curve of these can change."""

LEUKAEMIA = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
"""Weeks of remission under 6-MP, ended and censored (Freireich et al. 1963; Kalbfleisch & Prentice 2002, table 1.2)."""


def tally(seen: list[Seen]) -> pl.DataFrame:
    """Count customers as `repeat_sums` does."""
    counted: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for segment, days, back in seen:
        counted[segment, days][not back] += 1
    return pl.DataFrame([(*key, *counts) for key, counts in counted.items()], schema=SUMS, orient="row")


def estimate(seen: list[Seen], horizon: int) -> tuple[float | None, float | None, float | None]:
    """Return the share who came back within a horizon and its interval, customer by customer and in fractions."""
    left, greenwood = Fraction(1), Fraction(0)
    for day in range(horizon):
        risk = sum(days >= day for _, days, _ in seen)
        back = sum(days == day and came for _, days, came in seen)
        if not back:
            continue
        left *= Fraction(risk - back, risk)
        if risk == back:
            return 1.0, None, None
        greenwood += Fraction(back, risk * (risk - back))
    if not any(days >= horizon for _, days, _ in seen):
        return None, None, None
    if left == 1:
        return 0.0, None, None
    scale = Z * sqrt(greenwood) / log(left)
    return float(1 - left), 1 - float(left) ** exp(scale), 1 - float(left) ** exp(-scale)


@settings(deadline=None, max_examples=100)
@given(SEEN)
def test_rates_equal_an_estimate_customer_by_customer(seen: list[Seen]) -> None:
    table = finish_repeat(tally(seen), NAMES)

    groups: list[tuple[int | None, str]] = [(None, ALL), *NAMES.iter_rows()]
    expected = []
    for segment, name in groups:
        own = [each for each in seen if segment is None or each[0] == segment]
        for horizon in HORIZONS if own else ():
            lost = sum(days < horizon and not back for _, days, back in own)
            came = sum(days < horizon and back for _, days, back in own)
            expected.append((segment, name, horizon, len(own), len(own) - lost, came, *estimate(own, horizon)))
    assert_frame_equal(table, pl.DataFrame(expected, schema=REPEAT_RATES, orient="row"), rel_tol=1e-9, abs_tol=1e-12)


@settings(deadline=None, max_examples=60)
@given(SEEN)
def test_the_curve_is_the_estimate_of_every_day(seen: list[Seen]) -> None:
    table = finish_curve(tally(seen), NAMES)

    for segment in (None, *NAMES["segment"]):
        own = [each for each in seen if segment is None or each[0] == segment]
        points = dict(table.filter(pl.col("segment").eq_missing(segment)).select("day", "rate").iter_rows())
        if not own:
            assert points == {}
            continue
        share, ended = 0.0, False
        for day in range(CURVE_DAYS + 1):
            share = points.get(day, share)
            if day not in TOLD:
                continue
            known = None if ended else estimate(own, day)[0]
            assert (None if day > max(points) else share) == (None if known is None else pytest.approx(known))
            ended = ended or known in {None, 1.0}
        changes = [day for day, before in zip(list(points)[1:], points.values(), strict=False) if points[day] > before]
        assert list(points) == sorted({0, *changes, max(points)})


@settings(deadline=None, max_examples=60)
@given(SEEN)
def test_the_interval_holds_the_rate_and_stays_between_none_and_all(seen: list[Seen]) -> None:
    table = finish_repeat(tally(seen), NAMES)

    known = table.drop_nulls("low")
    assert known.filter(~((pl.col("low") < pl.col("rate")) & (pl.col("rate") < pl.col("high")))).is_empty()
    assert known.filter((pl.col("low") <= 0) | (pl.col("high") >= 1)).is_empty()
    assert table["low"].is_null().to_list() == table["high"].is_null().to_list()
    assert table.filter((pl.col("rate") > 0) & (pl.col("rate") < 1))["low"].null_count() == 0


@settings(deadline=None, max_examples=60)
@given(SEEN.filter(lambda seen: all(back or days >= CURVE_DAYS for _, days, back in seen)))
def test_where_everyone_is_followed_the_rate_is_the_plain_share(seen: list[Seen]) -> None:
    table = finish_repeat(tally(seen), NAMES)

    share = table.select(pl.col("came_back") / pl.col("customers")).to_series()
    assert table["rate"].to_list() == pytest.approx(share.to_list())
    assert table["followed"].to_list() == table["customers"].to_list()


@settings(deadline=None, max_examples=30)
@given(SEEN, st.randoms(use_true_random=False))
def test_the_order_of_the_sums_changes_nothing(seen: list[Seen], dice: Random) -> None:
    sums = tally(seen)
    shuffled = sums.sample(fraction=1, shuffle=True, seed=dice.randrange(1_000))
    names = NAMES.reverse()

    assert_frame_equal(finish_repeat(sums, NAMES), finish_repeat(shuffled, names), check_exact=True)
    assert_frame_equal(finish_curve(sums, NAMES), finish_curve(shuffled, names), check_exact=True)


def test_remission_of_leukaemia_equals_the_published_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    # Share still in remission, and its interval by log(-log), at the weeks on which it changes.
    published = {
        6: (0.857, 0.620, 0.952),
        7: (0.807, 0.563, 0.923),
        10: (0.753, 0.503, 0.889),
        13: (0.690, 0.432, 0.849),
        16: (0.627, 0.368, 0.805),
        22: (0.538, 0.268, 0.747),
        23: (0.448, 0.188, 0.680),
    }
    ended, censored = LEUKAEMIA
    sums = tally([(1, week, True) for week in ended] + [(1, week, False) for week in censored])
    monkeypatch.setattr(repeat, "HORIZONS", tuple(week + 1 for week in published))

    rates = finish_repeat(sums, NAMES).filter(pl.col("segment") == 1)
    curve = finish_curve(sums, NAMES).filter(pl.col("segment") == 1)

    left = [tuple(round(1 - share, 3) for share in row) for row in rates.select("rate", "high", "low").iter_rows()]
    assert left == list(published.values())
    assert [(day - 1, round(1 - rate, 3)) for day, rate in curve.select("day", "rate").rows()[1:-1]] == [
        (week, share) for week, (share, _, _) in published.items()
    ]
    assert curve["day"][-1] == 35


def sums_of(orders: list[Order], segments: dict[str, int], newly: datetime, among: str = "abc") -> pl.DataFrame:
    """Count the customers of two shards."""
    parts = []
    for part in cut(orders, among):
        table = frame(part)
        firsts = with_segments(first_purchases(table, gaps(table)), table, segments)
        parts.append(repeat_sums(firsts, AS_OF, newly).collect(engine="streaming"))
    return merge(parts, "segment", "days")


def seconds_of(orders: list[Order]) -> dict[str, timedelta]:
    """Return the time from the first to the second purchase of each customer who has one, in plain Python."""
    times = {who: sorted(order.at for order in orders if order.bought and order.customer == who) for who in "abcdefg"}
    return {who: moments[1] - moments[0] for who, moments in times.items() if len(moments) > 1}


@settings(deadline=None, max_examples=60)
@given(ORDERS, st.sampled_from(["in-memory", "streaming"]))
def test_first_purchases_equal_a_search_by_hand(orders: list[Order], engine: str) -> None:
    table = frame(orders)
    customers = table.select(pl.col("customer_id").to_physical().alias(CODE), "customer_id").unique()

    found = first_purchases(table, gaps(table))

    assert found.collect_schema() == {CODE: pl.UInt32, "first": pl.Datetime("us"), "gap": pl.Int64}
    named = found.join(customers, on=CODE, how="left").select(pl.col("customer_id").cast(pl.String), "first", "gap")
    again = {who: gap // timedelta.resolution for who, gap in seconds_of(orders).items()}
    assert sorted(named.collect(engine=engine).rows()) == sorted(  # type: ignore[call-overload]
        (who, first, again.get(who)) for who, first in firsts_of(orders).items()
    )


@settings(deadline=None, max_examples=60)
@given(ORDERS, SEGMENTS, st.sampled_from([START, datetime(2023, 12, 1), datetime(2024, 2, 29)]))
def test_sums_equal_a_count_by_hand(orders: list[Order], segments: dict[str, int], newly: datetime) -> None:
    again = seconds_of(orders)
    expected: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for who, first in firsts_of(orders).items():
        if first >= newly:
            gap = again.get(who)
            expected[segments[who], (AS_OF - first if gap is None else gap) // DAY][gap is None] += 1

    sums = sums_of(orders, segments, newly)

    assert sums.schema == SUMS
    assert sums.rows() == [(*key, *counts) for key, counts in sorted(expected.items())]
    assert_frame_equal(sums, sums_of(orders[::-1], segments, newly, "aceg"), check_exact=True)


@pytest.mark.parametrize(
    ("gap", "came_back"),
    [
        pytest.param(timedelta(0), 1, id="two orders at the same moment"),
        pytest.param(30 * DAY - timedelta.resolution, 1, id="just before the thirtieth day ends"),
        pytest.param(30 * DAY, 0, id="as it ends"),
    ],
)
def test_within_thirty_days_is_before_the_end_of_the_thirtieth(gap: timedelta, came_back: int) -> None:
    first = datetime(2024, 1, 5, 13, 30)

    sums = sums_of([Order("a", first), Order("a", first + gap)], {"a": 1}, first)

    assert finish_repeat(sums, NAMES).row(0, named=True)["came_back"] == came_back


@pytest.mark.parametrize(
    ("followed", "rate"),
    [pytest.param(30, 0.0, id="thirty days"), pytest.param(29, None, id="less than thirty")],
)
def test_one_customer_who_has_not_come_back_says_as_much_as_it_was_followed(followed: int, rate: float | None) -> None:
    sums = tally([(1, followed, False)])

    assert finish_repeat(sums, NAMES).filter(pl.col("horizon_days") == 30)["rate"].to_list() == [rate, rate]
    assert finish_curve(sums, NAMES).select("segment", "day", "rate").rows() == [
        (None, 0, 0.0),
        (None, followed, 0.0),
        (1, 0, 0.0),
        (1, followed, 0.0),
    ]


def test_where_everyone_came_back_the_rate_is_one_for_ever_after() -> None:
    sums = tally([(1, 3, True), (1, 40, True)])

    rates, curve = finish_repeat(sums, NAMES), finish_curve(sums, NAMES)

    assert rates.filter(pl.col("segment") == 1)["rate"].to_list() == [0.5, 1.0, 1.0, 1.0, 1.0]
    assert curve.filter(pl.col("segment") == 1).select("day", "rate").rows() == [(0, 0.0), (4, 0.5), (41, 1.0)]


def test_a_curve_reaches_as_far_as_anyone_is_followed_and_not_beyond_a_year() -> None:
    sums = tally([(1, 10, True), (1, 800, False), (2, 10, True), (2, 200, False)])

    last = finish_curve(sums, NAMES).group_by("segment").agg(pl.col("day").max(), pl.col("rate").last())

    assert sorted(last.drop_nulls("segment").rows()) == [(1, 365, 0.5), (2, 200, 0.5)]


def test_who_comes_back_on_the_day_on_which_another_is_lost_sight_of_is_one_of_two() -> None:
    assert finish_repeat(tally([(1, 5, True), (1, 5, False), (1, 90, False)]), NAMES)["rate"][0] == pytest.approx(1 / 3)


def test_without_new_customers_there_is_no_row() -> None:
    nobody = sums_of([], {}, START)

    assert_frame_equal(finish_repeat(nobody, NAMES), pl.DataFrame(schema=REPEAT_RATES))
    assert_frame_equal(finish_curve(nobody, NAMES), pl.DataFrame(schema=REPEAT_CURVE))


def test_a_segment_without_new_customers_has_no_row_and_all_customers_are_everyone() -> None:
    table = finish_repeat(tally([(2, 3, True), (3, 400, False)]), NAMES)

    assert table["segment"].unique(maintain_order=True).to_list() == [None, 2, 3]
    assert table["segment_name"].unique(maintain_order=True).to_list() == [ALL, "Same"]
    assert table["customers"].to_list() == [2] * 5 + [1] * 10


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        pytest.param(datetime(2024, 1, 15), datetime(2024, 6, 1), datetime(2024, 2, 1), id="second month"),
        pytest.param(datetime(2024, 1, 1), datetime(2024, 6, 1), datetime(2024, 2, 1), id="from the first moment on"),
        pytest.param(datetime(2023, 12, 31, 23), datetime(2024, 1, 2), datetime(2024, 1, 1), id="over the new year"),
        pytest.param(datetime(2024, 2, 29), datetime(2024, 3, 5), datetime(2024, 3, 1), id="leap day"),
        pytest.param(datetime(2024, 1, 15), datetime(2024, 1, 31, 23), datetime(2024, 1, 1), id="one month to its end"),
        pytest.param(datetime(2024, 1, 15), datetime(2024, 1, 16), datetime(2024, 1, 1), id="one day"),
    ],
)
def test_new_customers_begin_with_the_second_month(first: datetime, last: datetime, expected: datetime) -> None:
    # However long after the last line they are looked at.
    assert Wanted(frozenset(), first, last, last + timedelta(days=400)).newly == expected


def days_of(path: Path, customer: int, day: int) -> list[Order]:
    """Read a file of CDNOW: one order per customer and day."""
    rows = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    days = {(row[customer], row[day]) for row in rows if row and row[0].isdigit()}
    return [Order(who, datetime.fromisoformat(at)) for who, at in sorted(days)]


@pytest.mark.real_data
def test_cdnow_comes_back_as_often_as_a_plain_count_says(real_data: Path) -> None:
    orders = days_of(real_data / "cdnow_master.txt", 0, 1)
    as_of = datetime(1998, 7, 1)
    newly = Wanted(frozenset(), datetime(1997, 1, 1), datetime(1998, 6, 30), as_of).newly
    days: dict[str, list[int]] = defaultdict(list)
    for order in orders:
        days[order.customer].append(order.at.toordinal())
    new = [sorted(each) for each in days.values() if min(each) >= newly.toordinal()]
    expected = [sum(len(each) > 1 and each[1] - each[0] < horizon for each in new) for horizon in HORIZONS]
    table = frame(orders)
    firsts = first_purchases(table, gaps(table)).with_columns(segment=pl.lit(1, pl.Int64))

    rates = finish_repeat(repeat_sums(firsts, as_of, newly).collect(), NAMES).filter(pl.col("segment").is_null())

    # Everyone joined by March 1997: nobody is lost sight of within a year.
    assert newly == datetime(1997, 2, 1)
    assert rates["customers"].to_list() == rates["followed"].to_list() == [len(new)] * len(HORIZONS)
    assert rates["came_back"].to_list() == expected
    assert rates["rate"].to_list() == pytest.approx([count / len(new) for count in expected])


@pytest.mark.real_data
def test_the_sample_of_cdnow_has_the_published_number_of_customers_without_a_repeat(real_data: Path) -> None:
    until = datetime(1997, 10, 1)
    orders = [order for order in days_of(real_data / "cdnow_sample.txt", 1, 2) if order.at < until]
    table = frame(orders)
    firsts = first_purchases(table, gaps(table)).with_columns(segment=pl.lit(1, pl.Int64))

    sums = repeat_sums(firsts, until, datetime(1997, 1, 1)).collect()

    assert (sums["came_back"].sum(), sums["censored"].sum()) == (2_357 - 1_411, 1_411)
