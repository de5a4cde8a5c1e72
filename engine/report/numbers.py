"""How numbers are written for people: in charts, in the report, in findings and on the console alike.

Every function takes None or NaN and writes an en dash for it, so that a missing figure never reads as zero.
"""

from __future__ import annotations

import math
from datetime import date, datetime

MISSING = "\u2013"

_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹"}
_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_FULL_BELOW = 9_999.5
_LONG_SHARE = 0.0995
_TINY_SHARE = 0.0005
_MANY_DAYS = 9.95
_PENNIES_BELOW = 99.995
_KIB = 1024


def missing(value: float | None) -> bool:
    """Whether there is no number to write."""
    return value is None or not math.isfinite(value)


def full(value: float | None) -> str:
    """Write a whole number with all its digits.

    >>> full(1234567)
    '1,234,567'
    """
    return MISSING if value is None or missing(value) else _signed(f"{value:,.0f}")


def count(value: float | None) -> str:
    """Write a count briefly: all digits below ten thousand, then thousands and millions.

    >>> count(9876), count(12345), count(999_960)
    ('9,876', '12.3k', '1.0M')
    """
    if value is None or missing(value):
        return MISSING
    return full(value) if abs(value) < _FULL_BELOW else _brief(value)


def money(value: float | None, currency: str = "") -> str:
    """Write an amount briefly, with its currency where one is known.

    >>> money(3.5, "GBP"), money(1234.5, "EUR"), money(12345, "PLN"), money(-1_250_000)
    ('£3.50', '€1,234', '12.3k PLN', '\u22121.2M')
    >>> money(310.42, "$")
    '$310'
    """
    if value is None or missing(value):
        return MISSING
    if abs(value) < _PENNIES_BELOW:
        return _with_currency(f"{value:.2f}", currency)
    return _with_currency(full(value) if abs(value) < _FULL_BELOW else _brief(value), currency)


def share(value: float | None) -> str:
    """Write a share between 0 and 1 as a percentage, with a decimal below ten percent.

    >>> share(0.183), share(0.0341), share(0.0001), share(0.997), share(1)
    ('18%', '3.4%', '<0.1%', '99.7%', '100%')
    """
    if value is None or missing(value):
        return MISSING
    size = abs(value)
    if 0 < size < _TINY_SHARE:
        return "<0.1%" if value > 0 else "\u2212<0.1%"
    fine = 0 < size < _LONG_SHARE or 0.99 <= size < 0.9995
    return _signed(f"{value:.1%}" if fine else f"{value:.0%}")


def change(value: float | None) -> str:
    """Write a relative change with its sign.

    >>> change(0.12), change(-0.034)
    ('+12%', '\u22123.4%')
    """
    if value is None or missing(value):
        return MISSING
    return f"+{share(value)}" if value > 0 else share(value)


def times(value: float | None) -> str:
    """Write a ratio as a multiple.

    >>> times(3.14159), times(27.3)
    ('3.1\u00d7', '27\u00d7')
    """
    if value is None or missing(value):
        return MISSING
    return f"{value:.1f}\u00d7" if abs(value) < _MANY_DAYS else f"{value:,.0f}\u00d7"


def days(value: float | None) -> str:
    """Write a duration in days.

    >>> days(1), days(23.4), days(2.5)
    ('1 day', '23 days', '2.5 days')
    """
    if value is None or missing(value):
        return MISSING
    text = plain(value)
    return f"{text} day" if text == "1" else f"{text} days"


def plain(value: float | None) -> str:
    """Write a number with one decimal below ten where it has one, whole above.

    >>> plain(2.0), plain(2.54), plain(23.4)
    ('2', '2.5', '23')
    """
    if value is None or missing(value):
        return MISSING
    if abs(value) < _MANY_DAYS:
        return _signed(f"{value:.1f}".removesuffix(".0"))
    return count(value)


def amount(value: float | None, unit: str, currency: str = "", *, short: bool = False) -> str:
    """Write a value of a feature in its unit: days, orders, money, share or count.

    >>> amount(12, "days", short=True), amount(1, "orders"), amount(0.5, "share")
    ('12 d', '1 order', '50%')
    """
    if value is None or missing(value):
        return MISSING
    if unit == "money":
        return money(value, currency)
    if unit == "share":
        return share(value)
    if unit == "days":
        return f"{plain(value)} d" if short else days(value)
    if unit == "orders" and not short:
        text = plain(value)
        return f"{text} order" if text == "1" else f"{text} orders"
    return plain(value)


def score(value: float | None) -> str:
    """Write a score between \u22121 and 1 with two decimals.

    >>> score(0.456)
    '0.46'
    """
    return MISSING if value is None or missing(value) else _signed(f"{value:.2f}")


def fine(value: float | None) -> str:
    """Write a score between 0 and 1 with three decimals, where small differences count.

    >>> fine(0.7456)
    '0.746'
    """
    return MISSING if value is None or missing(value) else _signed(f"{value:.3f}")


def day(value: str | date | None) -> str:
    """Write a calendar day, from a date or ISO text.

    >>> day("2011-12-09T12:50:00")
    '9 Dec 2011'
    """
    found = _date(value)
    return MISSING if found is None else f"{found.day} {found:%b %Y}"


def month(value: str | date | None) -> str:
    """Write a calendar month.

    >>> month("2011-12-01")
    'Dec 2011'
    """
    found = _date(value)
    return MISSING if found is None else f"{found:%b %Y}"


def size(value: float | None) -> str:
    """Write a number of bytes.

    >>> size(512), size(45_580_638)
    ('512 B', '43.5 MB')
    """
    if value is None or missing(value):
        return MISSING
    for unit in ("B", "kB", "MB"):
        if value < _KIB:
            return f"{value:,.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= _KIB
    return f"{value:,.1f} GB"


def plural(number: float, noun: str, many: str = "") -> str:
    """Write a count with its noun.

    >>> plural(1, "customer"), plural(12000, "customer")
    ('1 customer', '12.0k customers')
    """
    return f"{count(number)} {noun if number == 1 else many or noun + 's'}"


def _brief(value: float) -> str:
    """Scale to thousands, millions and so on; 999,960 is already a million."""
    for step, letter in _STEPS:
        scaled = value / step
        if abs(scaled) >= 0.9995 or letter == "k":
            decimals = 1 if abs(scaled) < 99.95 else 0
            return _signed(f"{scaled:,.{decimals}f}{letter}")
    return full(value)


def _with_currency(text: str, currency: str) -> str:
    text = _signed(text)
    symbol = _SYMBOLS.get(currency.strip().upper(), currency.strip())
    if not symbol:
        return text
    if len(symbol) > 1:
        return f"{text} {symbol}"
    return f"\u2212{symbol}{text[1:]}" if text.startswith("\u2212") else f"{symbol}{text}"


def _signed(text: str) -> str:
    """Write a true minus sign, and none before a zero."""
    if not text.startswith("-"):
        return text
    return text[1:] if not any(digit in text for digit in "123456789") else f"\u2212{text[1:]}"


def _date(value: str | date | None) -> date | None:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).date()
        except ValueError:
            return None
    return value
