"""Signs and codes of currencies, and how to find one inside a cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP
LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB
PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL
"""

SIGNS = {
    "€": "EUR",
    "EURO": "EUR",
    "EUROS": "EUR",
    "US$": "USD",
    "U$S": "USD",
    "CA$": "CAD",
    "C$": "CAD",
    "AU$": "AUD",
    "A$": "AUD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "NT$": "TWD",
    "S$": "SGD",
    "MX$": "MXN",
    "R$": "BRL",
    "$": "USD",
    "£": "GBP",
    "¥": "JPY",
    "￥": "JPY",
    "CN¥": "CNY",
    "RMB": "CNY",
    "元": "CNY",
    "円": "JPY",
    "₽": "RUB",
    "РУБ": "RUB",
    "РУБ.": "RUB",
    "\u0420.": "RUB",
    "₴": "UAH",
    "ГРН": "UAH",
    "ГРН.": "UAH",
    "₺": "TRY",
    "TL": "TRY",
    "₹": "INR",
    "RS.": "INR",
    "RS": "INR",
    "₩": "KRW",
    "₫": "VND",
    "₪": "ILS",
    "₦": "NGN",
    "₱": "PHP",
    "฿": "THB",
    "₸": "KZT",
    "₾": "GEL",
    "ZŁ": "PLN",
    "KČ": "CZK",
    "FT": "HUF",
    "LEI": "RON",
    "ЛВ": "BGN",
    "ЛВ.": "BGN",
    "KR": "SEK",
    "KR.": "DKK",
    "FR.": "CHF",
    "SFR.": "CHF",
    "RM": "MYR",
    "RP": "IDR",
    "S/": "PEN",
    "S/.": "PEN",
}
"""Currencies by sign, in upper case. A sign of several countries stands for the one with the most shops: `$` is USD."""

CURRENCIES = {**{code: code for code in _CODES.split()}, **SIGNS}
"""ISO codes by every sign and code that is known, in upper case."""


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(each) for each in sorted(names, key=lambda each: (-len(each), each)))


PATTERN = f"(?:{_any_of(CURRENCIES)})"
"""A sign or code in upper case, as a regular expression."""

_CODE = rf"(?:^|[^\p{{L}}])({_any_of(_CODES.split())})(?:$|[^\p{{L}}])"
_SIGN = rf"(?:^|[^\p{{L}}$€£¥])({_any_of(SIGNS)})(?:$|[^\p{{L}}])"


def currency(column: pl.Expr) -> pl.Expr:
    """Return the ISO code of the sign or code inside a cell, with or without an amount beside it; null where none is.

    A code tells more than a sign: `$5 CAD` is CAD.

    >>> pl.select(currency(pl.lit("12,50 zł"))).item()
    'PLN'
    """
    upper = column.str.to_uppercase()
    found = pl.coalesce(upper.str.extract(_CODE, 1), upper.str.extract(_SIGN, 1))
    return found.replace_strict(CURRENCIES, default=None, return_dtype=pl.String)
