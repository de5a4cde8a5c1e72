from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine.intake.numbers import micros, thousandths, times

INT64 = range(-(2**63), 2**63)
LARGEST = 10**9 * 10**6
"""The largest amount of a line, in micros."""

PLAIN = st.from_regex(r"[+-]?([0-9]{1,12}(\.[0-9]{0,9})?|\.[0-9]{1,9})", fullmatch=True)
LONG = st.from_regex(r"-?[0-9]{1,45}(\.[0-9]{0,45})?", fullmatch=True)
SCIENTIFIC = st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]{0,5})?[eE][+-]?[0-9]{1,2}", fullmatch=True)
EDGES = st.builds(
    lambda near, off: str(Decimal(near + off).scaleb(-6)), st.sampled_from([-(2**63), 2**63, 0]), st.integers(-3, 3)
)


def rounded(text: str, digits: int) -> int | None:
    whole = round(Fraction(Decimal(text)) * 10**digits)  # a half to even
    return whole if whole in INT64 else None


@settings(deadline=None, max_examples=300)
@given(st.one_of(PLAIN, LONG, SCIENTIFIC, EDGES))
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
