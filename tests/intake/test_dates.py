from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ColumnError
from engine.intake.dates import detect, detect_format, parse, reads
from tests.intake.builders import opened, take

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "customer,date,amount\n"
DAYS = [
    *(
        f"{parts[0]}{mark}{parts[1]}{mark}{parts[2]}"
        for mark in "-/."
        for parts in (
            ("%Y", "%m", "%d"),
            ("%d", "%m", "%Y"),
            ("%m", "%d", "%Y"),
            ("%d", "%m", "%y"),
            ("%m", "%d", "%y"),
        )
    ),
    "%d-%B-%y",
    "%d %B %Y",
    "%d. %B %Y",
    "%B %d, %Y",
    "%B %d %Y",
    "%Y-%B-%d",
    "%d/%B/%Y",
    "%A, %d %B %Y",
    "%Y%m%d",
    "%Y年%m月%d日",
    "%d %m %Y",
]
TIMES = [
    "",
    " %H:%M",
    " %H:%M:%S",
    "T%H:%M:%S",
    "T%H:%M",
    " %H:%M:%S%.f",
    "T%H:%M:%S%.f",
    "T%H:%M:%S%.fZ",
    "T%H:%M:%SZ",
    " %H:%M:%S UTC",
    " %H:%M:%S%z",
    " %H:%M:%S %z",
    "T%H:%M:%S%.f%z",
    " %I:%M %p",
    " %I:%M:%S %p",
    " %I:%M%p",
    ", %H:%M",
    " %H.%M",
]
FORMATS = [
    *(day + time for day in DAYS for time in TIMES),
    "%y-%m-%d",
    "%Y%m%d%H",
    "%Y%m%d%H%M",
    "%Y%m%d%H%M%S",
    "%Y%m%dT%H%M%S",
    "%Y%m%dT%H%M%SZ",
    "%Y-%m-%d %H",
    "%m/%d/%Y %I %p",
    "%Y%m%d.0",
]
MOMENTS = st.datetimes(datetime(1991, 1, 1), datetime(2060, 12, 31))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def read(values: list[str], formats: str | tuple[str, ...]) -> list[datetime | None]:
    return pl.DataFrame({"value": values}).select(parse(pl.col("value"), formats))["value"].to_list()


def written(moment: datetime, date_format: str) -> tuple[str, datetime]:
    """Write a moment, and return what the text still tells of it, by the standard library."""
    of_python = date_format.replace("%.f", ".%f")
    text = moment.strftime(of_python)
    told = datetime.strptime(text, of_python)  # noqa: DTZ007 - naive where the text is
    return text, told if told.tzinfo is None else told.astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize("date_format", FORMATS)
@settings(deadline=None, max_examples=5)
@given(st.lists(MOMENTS, min_size=1, max_size=5), OFFSETS)
def test_every_format_reads_what_the_standard_library_writes(
    date_format: str, moments: list[datetime], zone: timezone
) -> None:
    texts = [written(moment.replace(tzinfo=zone) if "%z" in date_format else moment, date_format) for moment in moments]

    assert read([text for text, _ in texts], date_format) == [told for _, told in texts]


@pytest.mark.parametrize("date_format", FORMATS)
def test_every_format_is_found_in_a_column_written_in_it(date_format: str) -> None:
    moments = [datetime(2010 + day % 3, 12, day, day - 10, 59, day, 7_000 * day, UTC) for day in range(13, 29)]
    values = [written(moment, date_format)[0] for moment in moments]

    found = detect(pl.Series(values))

    assert found is not None
    assert (found.share, found.rival, len(found.formats)) == (1.0, None, 1)
    assert read(values, found.formats) == [written(moment, date_format)[1] for moment in moments]


def test_share_is_that_of_the_readable_values() -> None:
    found = detect_format(pl.Series(["2020-01-13", "2020-01-14", "2020-01-15", "soon", None]))

    assert found is not None
    assert (found.format, found.share) == ("%Y-%m-%d", 0.75)


@pytest.mark.parametrize("values", [[], [None], ["soon"], ["0001-01-01", "1899-12-30"]])
def test_no_format_is_found_where_none_reads_anything(values: list[str | None]) -> None:
    assert detect_format(pl.Series(values, dtype=pl.String)) is None


COUNTS = {"epoch s": 1, "epoch ms": 1_000, "epoch us": 1_000_000, "epoch ns": 1_000_000_000}


@pytest.mark.parametrize("unit", COUNTS)
@settings(deadline=None, max_examples=40)
@given(st.lists(st.datetimes(datetime(2002, 1, 1), datetime(2032, 1, 1)), min_size=1, max_size=5))
def test_counts_since_1970_are_read_exactly(unit: str, moments: list[datetime]) -> None:
    micros = [(moment - datetime(1970, 1, 1)) // timedelta(microseconds=1) for moment in moments]
    values = [str(each * COUNTS[unit] // 1_000_000) for each in micros]
    told = [datetime(1970, 1, 1) + timedelta(microseconds=int(value) * 1_000_000 // COUNTS[unit]) for value in values]

    found = detect(pl.Series(values))

    assert found is not None
    assert (found.formats, found.bare) == ((unit,), True)
    assert read(values, unit) == told


@settings(deadline=None, max_examples=100)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)).map(lambda moment: moment.replace(microsecond=0)))
def test_excel_serials_are_read_to_the_second(moment: datetime) -> None:
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)

    assert read([repr(serial), repr(serial).replace(".", ",")], "excel serial") == [moment, moment]


def test_excel_serials_beside_dates_are_read() -> None:
    values = [f"{month}/{day}/2016" for month in (1, 2, 3) for day in (13, 20, 27)] + ["42430.5", "42461"]

    found = detect(pl.Series(values))

    assert found is not None
    assert (found.formats, found.share) == (("%m/%d/%Y", "excel serial"), 1.0)
    assert read(values[-2:], found.formats) == [datetime(2016, 3, 1, 12), datetime(2016, 4, 1)]


@pytest.mark.parametrize(
    "values",
    [
        ["94110", "10001"],
        ["12345", "34567", "99999"],
        [str(each) for each in range(100, 100_000, 977)],
        ["12.50"],
        ["7"],
    ],
)
def test_numbers_are_no_dates(values: list[str]) -> None:
    assert detect(pl.Series(values)) is None


def test_numbers_far_from_the_dates_of_their_column_are_no_dates() -> None:
    found = detect(pl.Series(["2016-01-13", "2016-01-14", "2016-02-15", "70000", "71000"]))

    assert found is not None
    assert found.formats == ("%Y-%m-%d",)


def test_mere_counts_are_told_by_a_name_only() -> None:
    values = pl.Series(["1325376000", "1325376001"])

    assert detect(values) is not None
    assert detect_format(values) is None


@pytest.mark.parametrize(
    ("values", "formats", "moments"),
    [
        (
            ["2015-01-14T13:30:00Z", "2015-01-14T13:30:00.5+01", "2015-01-14T13:30:00+0100"],
            ("%Y-%m-%dT%H:%M:%S%.f%#z",),
            [datetime(2015, 1, 14, 13, 30), datetime(2015, 1, 14, 12, 30, 0, 500_000), datetime(2015, 1, 14, 12, 30)],
        ),
        (
            ["2015-01-14 13:30:00", "2015-01-14 13:30:00.25"],
            ("%Y-%m-%d %H:%M:%S%.f",),
            [datetime(2015, 1, 14, 13, 30), datetime(2015, 1, 14, 13, 30, 0, 250_000)],
        ),
        (
            ["2015-01-14", "2015-01-14 13:30"],
            ("%Y-%m-%d", "%Y-%m-%d %H:%M"),
            [datetime(2015, 1, 14), datetime(2015, 1, 14, 13, 30)],
        ),
        (
            ["14 Jan 2015", "14 janv. 2015", "14 janvier 2015"],
            ("names %d %B %Y",),
            [datetime(2015, 1, 14)] * 3,
        ),
        (
            ["14.1.2015", "Jan 15, 2015", "20150116"],
            ("%d.%m.%Y", "%B %d, %Y"),
            [datetime(2015, 1, 14), datetime(2015, 1, 15), None],
        ),
        (["20150114.0", "20150115.0"], ("%Y%m%d.0",), [datetime(2015, 1, 14), datetime(2015, 1, 15)]),
        (["14/01/2015 01:30:00 p. m."], ("dotted %d/%m/%Y %I:%M:%S %p",), [datetime(2015, 1, 14, 13, 30)]),
        (["1/14/2015 1:30 a.m."], ("dotted %m/%d/%Y %I:%M %p",), [datetime(2015, 1, 14, 1, 30)]),
        (["Jan 14, 2015 1:05:31 PM"], ("%B %d, %Y %I:%M:%S %p",), [datetime(2015, 1, 14, 13, 5, 31)]),
    ],
)
def test_several_formats_of_a_column_are_read(
    values: list[str], formats: tuple[str, ...], moments: list[datetime | None]
) -> None:
    found = detect(pl.Series(values))

    assert found is not None
    assert found.formats == formats
    assert read(values, found.formats) == moments


def test_zones_without_an_offset_are_told() -> None:
    found = detect(pl.Series(["1/14/2015 12:05 PST"]))

    assert found is not None
    assert "PST" in found.note


def test_one_format_needs_no_second_look() -> None:
    assert "coalesce" not in str(parse(pl.col("value"), ["%Y-%m-%d"]))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.one_of(st.text(max_size=30), st.text("0123456789-/.: TZ+APMaeJn,", max_size=30)), max_size=6))
def test_any_text_is_looked_at_without_an_error(values: list[str]) -> None:
    found = detect(pl.Series(values, dtype=pl.String))

    assert found is None or (0 < found.share <= 1 and reads(pl.Series(values).str.strip_chars(), found.formats))


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

    assert [alert.code for alert in source.alerts] == ["orders_by_day", "ambiguous_dates"]
    assert "%m/%d/%Y" in source.alerts[-1].message


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
