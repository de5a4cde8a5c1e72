from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ColumnError
from engine.intake.dates import FORMATS, detect_format, parse
from tests.intake.builders import opened, take

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "customer,date,amount\n"
MOMENTS = st.datetimes(datetime(1991, 1, 1), datetime(2099, 12, 31))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def read(values: list[str], date_format: str) -> list[datetime | None]:
    return pl.DataFrame({"value": values}).select(parse(pl.col("value"), date_format))["value"].to_list()


def written(moment: datetime, date_format: str) -> tuple[str, datetime]:
    """Write a moment, and return what the text still tells of it, by the standard library."""
    of_python = date_format.replace("%.f", ".%f")
    text = moment.strftime(of_python)
    told = datetime.strptime(text, of_python)  # noqa: DTZ007 - naive where the text is
    return text, told if told.tzinfo is None else told.astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize("date_format", FORMATS)
@settings(deadline=None, max_examples=15)
@given(st.lists(MOMENTS, min_size=1, max_size=5), OFFSETS)
def test_every_format_reads_what_the_standard_library_writes(
    date_format: str, moments: list[datetime], zone: timezone
) -> None:
    texts = [written(moment.replace(tzinfo=zone) if "%z" in date_format else moment, date_format) for moment in moments]

    assert read([text for text, _ in texts], date_format) == [told for _, told in texts]


@pytest.mark.parametrize("date_format", FORMATS)
def test_every_format_is_found_in_a_column_written_in_it(date_format: str) -> None:
    moments = [datetime(2019, 12, day, day - 10, 59, day, 7_000 * day, UTC) for day in range(13, 29)]
    values = [written(moment, date_format)[0] for moment in moments]

    found = detect_format(pl.Series(values))

    assert found is not None
    assert (found.share, found.rival) == (1.0, None)
    assert read(values, found.format) == [written(moment, date_format)[1] for moment in moments]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["01/02/2020", "13/02/2020"], "%d/%m/%Y"),
        (["01/02/2020", "02/13/2020"], "%m/%d/%Y"),
        (["1-2-2020", "2-13-2020"], "%m-%d-%Y"),
        (["12/1/2010 13:04", "12/22/2010 9:07"], "%m/%d/%Y %H:%M"),
        (["13/02/2020", "14/02/2020", "02/13/2020"], "%d/%m/%Y"),
        (["13/02/2020", "02/13/2020", "02/14/2020"], "%m/%d/%Y"),
    ],
)
def test_evidence_decides_between_day_and_month(values: list[str], expected: str) -> None:
    found = detect_format(pl.Series(values))

    assert found is not None
    assert (found.format, found.rival) == (expected, None)


@pytest.mark.parametrize("separator", ["/", "-"])
def test_without_evidence_the_day_comes_first_and_the_rival_is_named(separator: str) -> None:
    found = detect_format(pl.Series([f"01{separator}02{separator}2020", f"03{separator}04{separator}2020"]))

    assert found is not None
    assert (found.format, found.rival) == (f"%d{separator}%m{separator}%Y", f"%m{separator}%d{separator}%Y")


def test_formats_that_read_the_same_are_no_rivals() -> None:
    found = detect_format(pl.Series(["01/01/2020", "02/02/2020"]))

    assert found is not None
    assert found.rival is None


def test_share_is_that_of_the_readable_values() -> None:
    found = detect_format(pl.Series(["2020-01-13", "2020-01-14", "2020-01-15", "soon", None]))

    assert found is not None
    assert (found.format, found.share) == ("%Y-%m-%d", 0.75)


@pytest.mark.parametrize("values", [[], [None], ["soon"], ["0001-01-01", "1899-12-30"]])
def test_no_format_is_found_where_none_reads_anything(values: list[str | None]) -> None:
    assert detect_format(pl.Series(values, dtype=pl.String)) is None


def test_years_that_no_shop_has_orders_in_are_null() -> None:
    values = ["0001-01-01", "1899-12-30", "1989-12-31", "1990-01-01", "2100-12-31", "2101-01-01", "9999-12-31"]

    assert read(values, "%Y-%m-%d") == [None, None, None, datetime(1990, 1, 1), datetime(2100, 12, 31), None, None]


@pytest.mark.parametrize(
    "value", ["2020-02-30", "2021-02-29", "2020-13-01", "2020-00-10", "2020-01-01 10:00", "today", "-"]
)
def test_what_is_no_day_is_null(value: str) -> None:
    assert read([value], "%Y-%m-%d") == [None]


@pytest.mark.parametrize(
    ("text", "date_format"),
    [
        ("2020-01-01T00:30:00+02:00", "%Y-%m-%dT%H:%M:%S%z"),
        ("2020-01-01T00:30:00+02:00", "%Y-%m-%dT%H:%M:%S%:z"),
        ("2020-01-01T00:30:00+02:00", "%+"),
        ("2019-12-31 17:30:00 -0500", "%Y-%m-%d %H:%M:%S %z"),
    ],
)
def test_offsets_are_taken_off(tmp_path: Path, text: str, date_format: str) -> None:
    taken = take(tmp_path, f"{HEADER}a,{text},5\n", date_format=date_format)

    assert taken.lines["ordered_at"].to_list() == [datetime(2019, 12, 31, 22, 30)]
    assert taken.lines["order_id"].to_list() == ["day 2019-12-31"]


def test_ambiguous_dates_of_a_file_raise_an_alert(tmp_path: Path) -> None:
    source = opened(tmp_path, f"{HEADER}a,01/02/2020,5\n")

    assert [alert.code for alert in source.alerts] == ["ambiguous_dates", "orders_by_day"]
    assert "%m/%d/%Y" in source.alerts[0].message


def test_given_format_overrules_the_guess(tmp_path: Path) -> None:
    taken = take(tmp_path, f"{HEADER}a,01/02/2020,5\n", date_format="%m/%d/%Y")

    assert taken.lines["ordered_at"].to_list() == [datetime(2020, 1, 2)]
    assert [alert.code for alert in taken.intake.alerts] == ["orders_by_day"]


@pytest.mark.parametrize("date_format", ["dd/mm/yyyy", "%d.%m.%Y", "%Q", "%", "", "%H:%M", "%Y-%m-%d %H"])
def test_given_format_that_reads_nothing_is_refused_with_an_example(tmp_path: Path, date_format: str) -> None:
    with pytest.raises(ColumnError, match=r"(?s)--date-format .* column 'date'.*'31/12/2020'.*%d/%m/%Y"):
        opened(tmp_path, f"{HEADER}a,31/12/2020,5\n", date_format=date_format)


def test_dates_in_no_known_format_are_shown(tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match=r"(?s)column 'when' .*'next Monday'.*--date-format"):
        opened(tmp_path, "customer,when,amount\na,next Monday,5\n", columns={"date": "when"})
