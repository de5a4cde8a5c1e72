"""The index of months and weekdays, held against the definition worked out by hand and against planted seasons."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.insights.seasons import SEASONALITY, finish_seasons, finish_weekdays, why_no_seasons

SEASON = (80, 70, 90, 100, 100, 110, 90, 80, 100, 110, 130, 140)
"""Index of the months of a made-up shop: 100 on average."""


def _months(orders: list[int], start: date = date(2020, 1, 1), *, incomplete: int = 0) -> pl.DataFrame:
    """Return months as `insights.months.finish_months` does; the last ones may be incomplete."""
    numbers = range(start.year * 12 + start.month - 1, start.year * 12 + start.month - 1 + len(orders))
    return pl.DataFrame(
        {
            "month": [date(number // 12, number % 12 + 1, 1) for number in numbers],
            "orders": orders,
            "revenue": [10.0 * count for count in orders],
            "complete": [place < len(orders) - incomplete for place in range(len(orders))],
        },
        schema={"month": pl.Date, "orders": pl.Int64, "revenue": pl.Float64, "complete": pl.Boolean},
    )


def _decomposed(orders: list[int], start: int) -> dict[int, list[Fraction]] | None:
    """Work out the ratios by the letter: a moving average over 12 months, then over two of these, then the ratio."""
    of_year = [Fraction(sum(orders[at : at + 12]), 12) for at in range(len(orders) - 11)]
    centred = [(one + other) / 2 for one, other in pairwise(of_year)]
    ratios: dict[int, list[Fraction]] = defaultdict(list)
    for at, trend in enumerate(centred):
        if trend:
            ratios[(start - 1 + at + 6) % 12 + 1].append(orders[at + 6] / trend)
    medians = [median(each) for each in ratios.values()]
    return ratios if len(medians) == 12 and any(medians) else None


_orders = st.one_of(
    st.lists(st.integers(0, 300), max_size=60),
    st.lists(st.integers(0, 300), min_size=24, max_size=60),
    st.lists(st.sampled_from([0] * 9 + [5]), min_size=24, max_size=40),
)


@settings(max_examples=150, deadline=None)
@given(orders=_orders, start=st.integers(1, 12), incomplete=st.integers(0, 1))
def test_seasons_equal_the_decomposition_by_hand(orders: list[int], start: int, incomplete: int) -> None:
    months = _months(orders, date(2021, start, 1), incomplete=incomplete)
    complete = orders[: len(orders) - incomplete]
    ratios = _decomposed(complete, start) if len(complete) >= 24 else None

    found = finish_seasons(months)

    assert found.schema == SEASONALITY
    assert (why_no_seasons(months) is None) is (ratios is not None)
    if ratios is None:
        assert found.is_empty()
        return
    scale = 1200 / sum(median(each) for each in ratios.values())
    assert found["number"].to_list() == list(range(1, 13))
    assert found["scale"].unique().to_list() == ["month"]
    for row in found.iter_rows(named=True):
        held = ratios[row["number"]]
        assert row["index"] == pytest.approx(float(median(held) * scale))
        assert row["years"] == len(held)
        if len(held) == 1:
            assert (row["low"], row["high"]) == (None, None)
        else:
            assert row["low"] == pytest.approx(float(min(held) * scale))
            assert row["high"] == pytest.approx(float(max(held) * scale))
    assert found["index"].sum() == pytest.approx(1200)


@pytest.mark.parametrize("years", [2, 3, 5])
@pytest.mark.parametrize("start", [1, 4, 12])
def test_a_season_without_a_trend_is_recovered_exactly(years: int, start: int) -> None:
    orders = [SEASON[(start - 1 + at) % 12] for at in range(12 * years)]

    found = finish_seasons(_months(orders, date(2020, start, 1)))

    assert found["index"].to_list() == pytest.approx(SEASON, rel=1e-12)
    assert found["name"].to_list()[::11] == ["January", "December"]
    assert found["years"].to_list() == [years - 1] * 12


@pytest.mark.parametrize("growth", [-10, 10, 30])
def test_a_season_on_a_linear_trend_is_recovered_within_two_points(growth: int) -> None:
    orders = [(1_000 + growth * at) * SEASON[at % 12] for at in range(48)]
    by_mean = [sum(orders[at::12]) / sum(orders) * 1200 for at in range(12)]

    found = finish_seasons(_months(orders))["index"].to_list()

    assert found == pytest.approx(SEASON, abs=2)
    # Shares of all orders take the trend for a season.
    assert max(abs(mean - true) for mean, true in zip(by_mean, SEASON, strict=True)) > 4


def test_one_odd_year_out_of_five_changes_the_index_little_and_shows_in_the_bounds() -> None:
    orders = [100 * index for index in SEASON] * 5
    orders[12 * 2 + 4] *= 3  # May of the third year

    found = finish_seasons(_months(orders)).row(4, named=True)

    assert found["index"] == pytest.approx(100, abs=2)
    assert found["high"] > 200


def test_seasons_do_not_depend_on_the_order_of_the_months_and_a_missing_month_counts_as_zero() -> None:
    orders = [100 * index for index in SEASON] * 3
    orders[7] = orders[20] = 0
    months = _months(orders)

    expected = finish_seasons(months)

    assert_frame_equal(finish_seasons(months.reverse()), expected)
    assert_frame_equal(finish_seasons(months.filter(pl.col("orders") > 0)), expected)


@pytest.mark.parametrize(
    ("complete", "reason"),
    [
        pytest.param(0, "The data holds no complete month; ", id="none"),
        pytest.param(1, "The data holds 1 complete month; ", id="one"),
        pytest.param(13, "The data holds 13 complete months; ", id="thirteen"),
        pytest.param(23, "The data holds 23 complete months; ", id="one-short"),
    ],
)
def test_below_two_years_there_are_no_seasons_and_a_reason(complete: int, reason: str) -> None:
    months = _months([9] * (complete + 1), incomplete=1)

    assert finish_seasons(months).is_empty()
    assert why_no_seasons(months) == reason + "two full years are needed to tell a season from a trend."


def test_two_years_to_the_month_are_enough_with_one_ratio_each() -> None:
    found = finish_seasons(_months([9] * 24))

    assert found["index"].to_list() == [100.0] * 12
    assert found["years"].to_list() == [1] * 12
    assert found["low"].null_count() == found["high"].null_count() == 12


def test_a_shop_with_hardly_any_orders_has_no_seasons_and_a_reason() -> None:
    months = _months([1, *[0] * 40, 1])

    assert finish_seasons(months).is_empty()
    assert why_no_seasons(months) == "The data holds too many months without an order to tell a season."


_START = datetime(2023, 1, 1)


def _clock(moments: list[datetime]) -> pl.DataFrame:
    counts = Counter((moment.isoweekday(), moment.hour) for moment in moments)
    rows = [(*key, count) for key, count in counts.items()]
    return pl.DataFrame(rows, schema={"weekday": pl.Int64, "hour": pl.Int64, "orders": pl.Int64}, orient="row")


@settings(max_examples=80, deadline=None)
@given(
    first=st.integers(0, 30 * 24).map(lambda hours: _START + timedelta(hours=hours)),
    hours=st.lists(st.integers(0, 70 * 24), max_size=60),
    spare=st.integers(0, 60),
)
def test_weekdays_equal_a_brute_force_count(first: datetime, hours: list[int], spare: int) -> None:
    moments = [first + timedelta(hours=each) for each in hours]
    last = max([first, *moments]).date() + timedelta(days=spare)
    as_of = datetime(last.year, last.month, last.day) + timedelta(days=1)

    found = finish_weekdays(_clock(moments), first, as_of)

    days = [first.date() + timedelta(days=at) for at in range((last - first.date()).days + 1)]
    assert found.schema == SEASONALITY
    if len(days) < 28 or not moments:
        assert found.is_empty()
        return
    average = Fraction(len(moments), len(days))
    assert found["number"].to_list() == list(range(1, 8))
    for row in found.iter_rows(named=True):
        held = sum(day.isoweekday() == row["number"] for day in days)
        orders = sum(moment.isoweekday() == row["number"] for moment in moments)
        assert row["years"] == held
        assert row["index"] == pytest.approx(float(100 * Fraction(orders, held) / average))
        assert (row["scale"], row["low"], row["high"]) == ("weekday", None, None)


def test_twenty_eight_days_are_enough_for_weekdays_and_twenty_seven_are_not() -> None:
    clock = _clock([datetime(2024, 1, 1, 9), datetime(2024, 1, 6, 9)])  # a Monday and a Saturday

    enough = finish_weekdays(clock, datetime(2024, 1, 1, 9), datetime(2024, 1, 29))
    short = finish_weekdays(clock, datetime(2024, 1, 2, 9), datetime(2024, 1, 29))

    assert dict(enough.select("name", "index").iter_rows()) == {
        "Monday": 350.0, "Tuesday": 0.0, "Wednesday": 0.0, "Thursday": 0.0, "Friday": 0.0, "Saturday": 350.0,
        "Sunday": 0.0,
    }  # fmt: skip
    assert short.is_empty()


def test_a_day_that_as_of_lies_in_counts_with_its_orders() -> None:
    mondays = [datetime(2024, 1, day, 8) for day in (1, 8, 15, 22, 29)]

    found = finish_weekdays(_clock(mondays), mondays[0], datetime(2024, 1, 29, 9))

    assert found.row(0, named=True)["years"] == 5
    assert found.row(0, named=True)["index"] == pytest.approx(100 * 29 / 5)


def test_both_scales_fit_into_one_table() -> None:
    months = finish_seasons(_months(list(SEASON) * 2))
    weekdays = finish_weekdays(_clock([_START]), _START, datetime(2024, 1, 1))

    assert pl.concat([months, weekdays]).height == 19
