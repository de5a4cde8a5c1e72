from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine.intake.numbers import PLAIN, NumberStyle, detect_style, micros, thousandths, times

INT64 = range(-(2**63), 2**63)
LARGEST = 10**9 * 10**6
"""The largest amount of a line, in micros."""

PLAIN_TEXTS = st.from_regex(r"[+-]?([0-9]{1,12}(\.[0-9]{0,9})?|\.[0-9]{1,9})", fullmatch=True)
LONG = st.from_regex(r"-?[0-9]{1,45}(\.[0-9]{0,45})?", fullmatch=True)
SCIENTIFIC = st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]{0,5})?[eE][+-]?[0-9]{1,2}", fullmatch=True)
EDGES = st.builds(
    lambda near, off: str(Decimal(near + off).scaleb(-6)), st.sampled_from([-(2**63), 2**63, 0]), st.integers(-3, 3)
)


def rounded(text: str, digits: int) -> int | None:
    whole = round(Fraction(Decimal(text)) * 10**digits)  # a half to even
    return whole if whole in INT64 else None


@settings(deadline=None, max_examples=300)
@given(st.one_of(PLAIN_TEXTS, LONG, SCIENTIFIC, EDGES))
@example("9223372036854.775807")
@example("9223372036854.775808")
@example("-9223372036854.775808")
@example("0.0000005")
@example("0.0000015")
@example("1.00000050000000000000000000000000000000000000001")
def test_text_is_read_exactly_or_not_at_all(text: str) -> None:
    read = pl.DataFrame({"text": [text]}).select(money=micros(pl.col("text")), goods=thousandths(pl.col("text")))

    assert read.row(0) == (rounded(text, 6), rounded(text, 3))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "+",
        ".",
        "e",
        "1e",
        "--1",
        "1-",
        "(1)",
        "1,5",
        "1,000",
        "1.2.3",
        "1 000",
        "$1",
        "1 kg",
        "0x1F",
        "1_0",
        "nan",
        "inf",
        "٣",
    ],
)
def test_what_is_no_number_is_null(text: str) -> None:
    assert pl.DataFrame({"text": [text]}).select(micros(pl.col("text"))).item() is None


def test_null_stays_null() -> None:
    assert pl.DataFrame({"text": [None]}, schema={"text": pl.String}).select(micros(pl.col("text"))).item() is None


def multiplied(quantity: int, price: int) -> int | None:
    frame = pl.DataFrame({"quantity": [quantity], "price": [price]})
    product: int | None = frame.select(times(pl.col("quantity"), pl.col("price"))).item()
    return product


ANY_INT64 = st.integers(INT64.start, INT64.stop - 1)
USUAL = st.integers(-(10**10), 10**10)


@settings(deadline=None, max_examples=400)
@given(st.one_of(USUAL, ANY_INT64), st.one_of(USUAL, ANY_INT64))
@example(500, 1)
@example(-500, 1)
@example(499, 1)
@example(1_000, LARGEST)
@example(1_000, LARGEST + 1)
@example(-LARGEST, 1_000)
@example(INT64.start, -1)
@example(INT64.start, 0)
@example(2**62, 4)
@example(2**32, 2**32)
def test_products_are_exact_or_null_and_never_wrap(quantity: int, price: int) -> None:
    with localcontext(prec=50):
        exact = Decimal(quantity) * Decimal(price) / 1_000
    assume(not LARGEST < abs(exact) < LARGEST + 1)  # less than a micro beyond: either is right
    expected = int(exact.quantize(Decimal(1), ROUND_HALF_UP)) if abs(exact) <= LARGEST else None

    assert multiplied(quantity, price) == expected


def test_products_of_missing_factors_are_null() -> None:
    frame = pl.DataFrame({"quantity": [None, 1], "price": [1, None]})

    assert frame.select(times(pl.col("quantity"), pl.col("price"))).to_series().to_list() == [None, None]


def told(values: list[str], style: NumberStyle | None = None) -> list[int | None]:
    found = detect_style(pl.Series(values)) if style is None else style
    return pl.DataFrame({"text": values}).select(micros(pl.col("text"), found)).to_series().to_list()


GROUPS = {".": ["", ",", " ", "\u00a0", "\u202f", "'"], ",": ["", ".", " ", "\u00a0", "\u202f", "\u2019"]}
DRESSES = [
    ("{}", "-{}"),
    ("€{}", "-€{}"),
    ("$ {}", "$-{}"),
    ("{} €", "-{} €"),
    ("{}\u00a0zł", "\u2212{}\u00a0zł"),
    ("USD {}", "USD -{}"),
    ("{}eur", "{}eur-"),
    ("kr. {}", "-kr. {}"),
    ("Fr. {}", "Fr. -{}"),
    ("{}", "({})"),
    ("£{}", "(£{})"),
    ("+{}", "{}-"),
    ("R$ {}", "- R$ {}"),
]
AMOUNTS = st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(("decimal", "group"), [(mark, group) for mark, groups in GROUPS.items() for group in groups])
@pytest.mark.parametrize("dress", DRESSES)
@settings(deadline=None, max_examples=8)
@given(st.lists(AMOUNTS, max_size=6))
def test_every_style_is_found_and_read_exactly(
    decimal: str, group: str, dress: tuple[str, str], amounts: list[Decimal]
) -> None:
    positive, negative = dress
    marks = {",": group, ".": decimal}
    values = [
        (negative if amount < 0 else positive).format("".join(marks.get(each, each) for each in f"{abs(amount):,.2f}"))
        for amount in [Decimal("1234567.80"), Decimal("-0.05"), *amounts]
    ]

    assert told(values) == [1_234_567_800_000, -50_000, *(int(amount * 10**6) for amount in amounts)]


@pytest.mark.parametrize(
    ("values", "decimal", "thousands"),
    [
        (["1.5", "2"], ".", ""),
        (["1,5", "2"], ",", "."),
        (["0,125", "1,000"], ",", "."),
        (["1234,567"], ",", "."),
        (["1,2345"], ",", "."),
        (["1.234.567"], ",", "."),
        (["1,234,567"], ".", ","),
        (["1,23,456.50"], ".", ","),
        (["12,345.67", "1.5"], ".", ","),
        (["1 234", "5"], ".", " \u00a0\u2009\u202f"),
        (["1,5", "2,5", "1.5"], ",", "."),
        (["1,5", "1.5", "2.5"], ".", ""),
        (["1,234", "2"], ".", ","),
        (["1,234", "5,678", "9,123", "4567"], ",", "."),
        (["1.234", "5"], ".", ""),
        (["1.234", "12.500", "3.000"], ".", ""),
        (["1.234", "2.345", "3.456", "5", "12", "850"], ",", "."),
        (["1.234", "2.345", "3.456", "5", "12", "850", "1000"], ".", ""),
        (["shoes", "hats"], ".", ""),
        ([], ".", ""),
    ],
)
def test_evidence_decides_between_point_and_comma(values: list[str], decimal: str, thousands: str) -> None:
    style = detect_style(pl.Series(values, dtype=pl.String))

    assert (style.decimal, style.thousands, style.dressed) == (decimal, thousands, False)


@pytest.mark.parametrize("place", [0, 150, 300])
def test_one_number_anywhere_tells_the_comma(place: int) -> None:
    values = [f"{each % 9 + 1},{each:03}" for each in range(300)]
    values.insert(place, "12,5")

    assert detect_style(pl.Series(values)).decimal == ","


@pytest.mark.parametrize("values", [["1.234", "5"], ["1,234", "5"], ["1.234", "2.345", "3.456", "5", "12", "850"]])
def test_a_guess_is_told(values: list[str]) -> None:
    assert "such as" in detect_style(pl.Series(values)).note


@settings(deadline=None, max_examples=100)
@given(st.lists(PLAIN_TEXTS.filter(lambda text: not text.endswith("."))))
@example(["5", "-2.50", "1e3"])
def test_what_programs_write_is_plain_or_read_the_same(values: list[str]) -> None:
    assume(any("." in text and len(text.partition(".")[2]) != 3 for text in values))

    assert told(values) == told(values, PLAIN)


def test_plain_adds_no_expression() -> None:
    assert str(micros(pl.col("text"), PLAIN)) == str(micros(pl.col("text")))
    assert "when" not in str(micros(pl.col("text"))).lower()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12,-", 12_000_000),
        ("12,--", 12_000_000),
        ("€ 12,-", 12_000_000),
        ("-12,50", -12_500_000),
        ("12,50 -", -12_500_000),
        ("1.5", None),
        ("1.23,45", None),
        ("12.3456,7", None),
        ("(5", None),
        ("5)", None),
        ("5 %", None),
        ("5 kg", None),
        ("5 5", None),
        ("€", None),
        ("-", None),
        ("12,5,6", None),
        ("99999999999999999999", None),
    ],
)
def test_dressed_numbers_are_read_strictly(text: str, expected: int | None) -> None:
    assert told([text], NumberStyle(",", ".", dressed=True)) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"), [("12,5 %", 125_000), ("-3%", -30_000), ("100", 1_000_000), ("0,01%", 100), ("x%", None)]
)
def test_percent_is_read_where_told(text: str, expected: int | None) -> None:
    assert told([text], NumberStyle(",", percent=True)) == [expected]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.one_of(st.text(max_size=20), st.text("0123456789.,' -+()€$E\u00a0", max_size=20)), max_size=6))
def test_any_text_is_looked_at_without_an_error(values: list[str]) -> None:
    style = detect_style(pl.Series(values, dtype=pl.String))

    assert len(told(values, style)) == len(values)
