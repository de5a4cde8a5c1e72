from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.intake.dates import DateReading, detect, parse


def found(values: list[str]) -> DateReading:
    reading = detect(pl.Series(values))
    assert reading is not None
    return reading


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["01/02/2020", "13/02/2020"], "%d/%m/%Y"),
        (["01/02/2020", "02/13/2020"], "%m/%d/%Y"),
        (["1-2-2020", "2-13-2020"], "%m-%d-%Y"),
        (["1.2.20", "13.2.20"], "%d.%m.%y"),
        (["12/1/2010 13:04", "12/22/2010 9:07"], "%m/%d/%Y %H:%M"),
        (["12/1/2010 1:04 PM", "12/22/2010 9:07 AM"], "%m/%d/%Y %I:%M %p"),
    ],
)
def test_a_part_over_twelve_decides(values: list[str], expected: str) -> None:
    reading = found(values)

    assert (reading.formats, reading.rival, reading.note) == ((expected,), None, "")


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%m-%d-%y"]), st.integers(0, 400), st.randoms())
def test_evidence_anywhere_decides(date_format: str, place: int, chance: random.Random) -> None:
    days = [date(2019, chance.randint(1, 12), chance.randint(1, 12)) for _ in range(400)]
    days.insert(place, date(2019, 5, 28))

    assert found([day.strftime(date_format) for day in days]).formats == (date_format,)


def test_both_orders_proved_are_both_read_and_told() -> None:
    reading = found(["13/02/2020", "14/02/2020", "02/13/2020"])

    assert reading.formats == ("%d/%m/%Y", "%m/%d/%Y")
    assert "swapped" in reading.note


def test_a_slip_does_not_make_a_second_order() -> None:
    days = [date(2019, 1, 1) + timedelta(days=each) for each in range(365)]

    reading = found([*(day.strftime("%d/%m/%Y") for day in days), "02/13/2020"])

    assert (reading.formats, reading.rival) == (("%d/%m/%Y",), None)


@pytest.mark.parametrize("order", ["dm", "md"])
def test_dates_that_a_spreadsheet_rewrote_keep_the_order_of_the_others(order: str) -> None:
    day_first = order == "dm"
    days = [date(2016, 1, 1) + timedelta(days=each * 37 % 360) for each in range(360)]
    written = [
        day.strftime(
            ("%d-%m-%y" if day_first else "%m-%d-%y") if day.day <= 12 else ("%d/%m/%Y" if day_first else "%m/%d/%Y")
        )
        for day in days
    ]

    reading = found(written)
    read = pl.DataFrame({"value": written}).select(parse(pl.col("value"), reading.formats).dt.date())["value"].to_list()

    assert read == days
    assert reading.rival is None
    assert "spreadsheet" in reading.note


def test_sorted_lines_outweigh_the_order_of_other_dates() -> None:
    days = [date(2016, 1, 1) + timedelta(days=each) for each in range(360)]
    written = [day.strftime("%d-%m-%Y" if day.day <= 12 else "%m/%d/%Y") for day in days]

    reading = found(written)

    assert (set(reading.formats), reading.rival) == ({"%m/%d/%Y", "%d-%m-%Y"}, "%m-%d-%Y")
    assert "sorted" in reading.note


@pytest.mark.parametrize("written_as", ["%d/%m/%Y", "%m/%d/%Y"])
def test_dates_that_a_spreadsheet_swapped_are_swapped_back(written_as: str) -> None:
    days = [date(2016, 1, 1) + timedelta(days=each) for each in range(360)]
    written = [day.strftime("%Y-%d-%m" if day.day <= 12 else written_as) for day in days]

    reading = found(written)
    read = pl.DataFrame({"value": written}).select(parse(pl.col("value"), reading.formats).dt.date())["value"].to_list()

    assert read == days
    assert "spreadsheet" in reading.note


def test_dates_with_the_year_first_stay_where_any_has_a_day_over_twelve() -> None:
    days = [date(2016, 1, 1) + timedelta(days=each) for each in range(360)]

    reading = found([*(day.isoformat() for day in days), "02/13/2016"])

    assert reading.formats == ("%Y-%m-%d", "%m/%d/%Y")


def test_dates_with_the_year_first_stay_where_others_of_their_kind_have_a_day_over_twelve() -> None:
    days = [date(2016, month, day) for month in range(1, 13) for day in range(1, 13)]

    reading = found([*(day.isoformat() for day in days), "2016-05-30 10:00", "02/13/2016"])

    assert reading.formats == ("%Y-%m-%d", "%m/%d/%Y", "%Y-%m-%d %H:%M")


@pytest.mark.parametrize("mark", ["/", "-"])
def test_without_evidence_the_day_comes_first_and_the_rival_is_named(mark: str) -> None:
    reading = found([f"01{mark}02{mark}2020", f"03{mark}04{mark}2020"])

    assert (reading.formats, reading.rival) == ((f"%d{mark}%m{mark}%Y",), f"%m{mark}%d{mark}%Y")
    assert "day first" in reading.note


def test_formats_that_read_the_same_are_no_rivals() -> None:
    reading = found(["01/01/2020", "02/02/2020"])

    assert (reading.rival, reading.note) == (None, "")


@pytest.mark.parametrize(
    ("values", "expected", "why"),
    [
        (["1/5/2020", "1/7/2020", "2/3/2020", "2/9/2020", "3/2/2020", "3/4/2020", "4/1/2020"], "%m/%d/%Y", "sorted"),
        (["4/5/2020", "5/5/2020", "3/5/2020", "2020-05-01", "2020-05-30"], "%d/%m/%Y", "time of the others"),
        (["5/4/2020", "5/7/2020", "5/3/2020", "2020-05-01", "2020-05-30"], "%m/%d/%Y", "time of the others"),
        (["12/5/2010", "12/3/2010", "12/9/2010", "12/8/2010"], "%m/%d/%Y", "one month"),
        (["5/12/2010", "3/12/2010", "9/12/2010", "8/12/2010"], "%d/%m/%Y", "one month"),
    ],
)
def test_further_evidence_is_used_and_told_but_proves_nothing(values: list[str], expected: str, why: str) -> None:
    reading = found(values)

    assert expected in reading.formats
    assert reading.rival == {"%d/%m/%Y": "%m/%d/%Y", "%m/%d/%Y": "%d/%m/%Y"}[expected]
    assert why in reading.note


def test_years_of_two_digits_may_come_first() -> None:
    days = [date(2015, 1, 1) + timedelta(days=each) for each in range(60)]

    assert found([day.strftime("%y-%m-%d") for day in days]).formats == ("%y-%m-%d",)


@pytest.mark.real_data
@pytest.mark.parametrize("column", ["Order Date", "Ship Date"])
def test_superstore_dashes_are_month_first(real_data: Path, column: str) -> None:
    frame = pl.read_csv(real_data / "superstore_mixed_dates.csv", infer_schema=False)

    reading = detect(frame[column])

    assert reading is not None
    assert (reading.formats, reading.share, reading.rival) == (("%m/%d/%Y", "%m-%d-%y"), 1.0, None)
    read = frame.select(
        ordered=parse(pl.col("Order Date"), reading.formats),
        shipped=parse(pl.col("Ship Date"), reading.formats),
        year=pl.col("Order ID").str.slice(3, 4).cast(pl.Int32),
        dashed=pl.col("Order Date").str.contains("-"),
    )
    assert read["dashed"].sum() == 4_042
    assert read["ordered"].dt.year().is_between(2014, 2017).all()
    # The ids of seven lines of a New Year's Eve are already those of the next year.
    assert read.filter(pl.col("ordered").dt.year() != pl.col("year"))["ordered"].dt.strftime("%m%d").to_list() == (
        ["1231"] * 7
    )
    assert (read["shipped"] - read["ordered"]).is_between(timedelta(0), timedelta(days=7)).all()
