"""The names under which shops export the columns that an analysis needs, by role, compared in any usual spelling.

Names are compared as `normalise` writes them: lower case, words apart, without accents. The lists themselves stand
in `engine.intake.names`, one module a family of languages.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

from engine.intake.names import others, words
from engine.intake.names.english import ENGLISH
from engine.intake.names.germanic import DUTCH, GERMAN
from engine.intake.names.romance import FRENCH, ITALIAN, PORTUGUESE, SPANISH
from engine.intake.names.slavic import POLISH, RUSSIAN

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = {
    "English": ENGLISH,
    "German": GERMAN,
    "French": FRENCH,
    "Spanish": SPANISH,
    "Italian": ITALIAN,
    "Portuguese": PORTUGUESE,
    "Dutch": DUTCH,
    "Polish": POLISH,
    "Russian": RUSSIAN,
}

ROLES = tuple(ENGLISH)
"""All roles, in the order in which they are told to the user."""

RANKS = (1.0, 0.85, 0.7)
"""Score of the first name of each rank; within a rank scores fall by less than `SPAN`."""
SPAN = 0.1
DECORATED = 0.03
"""What a name loses that fits only without its unit, tax or time zone: `Total (EUR)`."""
COMPOSED = 0.72
"""Score of a name that no list holds but that is made of telling words only: `Login klienta`."""
LOOSE = 0.55
"""Score of a name that is made of telling words and others: `Loyal customer id (new)`."""
PARTIAL = 0.5
"""Score of a name that holds a listed name among other words."""

_SMALL, _LARGE = "a-z\u0430-\u044f", "A-Z\u0410-\u042f"
_CAMEL = re.compile(rf"(?<=[{_SMALL}\d])(?=[{_LARGE}])|(?<=[{_LARGE}])(?=[{_LARGE}][{_SMALL}])")
_APART = re.compile(r"[\W_]+")
_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "œ": "oe", "Œ": "Oe", "đ": "d"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

_SHORT = {
    **dict.fromkeys(("no", "nr", "num", "nbr", "numb"), "number"),
    **dict.fromkeys(("qty", "qnty", "quant"), "quantity"),
    **dict.fromkeys(("trans", "txn", "trx", "tran", "tx"), "transaction"),
    **dict.fromkeys(("desc", "descr"), "description"),
    **dict.fromkeys(("curr", "ccy"), "currency"),
    **dict.fromkeys(("identifier", "ident"), "id"),
    "amt": "amount",
    "cust": "customer",
    "prod": "product",
    "inv": "invoice",
    "ord": "order",
    "cat": "category",
    "dt": "date",
    "ts": "timestamp",
    "acct": "account",
    "val": "value",
    "tot": "total",
    "nm": "name",
    "cd": "code",
    "ctry": "country",
}
"""Short forms of words, written out before names are compared."""

_TAXES = r"(?:tax(?:es)?|vat|gst|mwst|ust|iva|tva|btw|podatek)"
_WITH = r"(?:incl?|including|with|excl?|exc|ex|excluding|without|inkl|exkl|zzgl|ohne|mit|hors|before|after)"
_CURRENCIES = "eur|usd|gbp|chf|pln|rub|rur|brl|cad|aud|jpy|sek|nok|dkk|czk|huf|inr|cny|mxn"
_DECORATION = re.compile(
    rf"\b(?:{_WITH} {_TAXES}|{_TAXES} {_WITH}|ttc|ht|brutto|netto|gross|net|bruto|neto|lordo"
    rf"|utc|gmt|cet|cest|est|edt|pst|pdt|local time|in|{_CURRENCIES}|euros?|dollars?)\b"
)
"""Units, taxes and time zones, which say how a column is meant and not what it is."""

_CODE = re.compile(rf"\b(?:{_CURRENCIES})\b")

_VETOES = {
    **dict.fromkeys(("customer", "order"), frozenset(others.IDENTIFIERS.split())),
    "product": frozenset(f"{others.IDENTIFIERS} order line invoice basket cart".split()),
    **dict.fromkeys(("price", "amount", "converted_amount"), frozenset(others.MONEY.split())),
    "date": frozenset(others.DATES.split()),
    "quantity": frozenset(others.QUANTITIES.split()),
}
"""Beginnings of words by role, which tell that a column plays another part."""


def _folded(name: str) -> str:
    """Write letters without accents and marks."""
    apart = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def normalise(name: str) -> str:
    """Write a column's name in lower case, without accents, its words apart.

    >>> normalise("InvoiceNo"), normalise("customer_ID"), normalise("Numéro-Client "), normalise("Order #")
    ('invoice no', 'customer id', 'numero client', 'order number')
    """
    return _APART.sub(" ", _CAMEL.sub(" ", _folded(name.replace("#", " number ")))).strip().lower()


def _written_out(written: str) -> str:
    return " ".join(_SHORT.get(word, word) for word in written.split())


def _key(written: str) -> str:
    return written.replace(" ", "")


def _ranked(text: str) -> Iterator[tuple[str, float]]:
    for rank, part in zip(RANKS, text.split("/"), strict=False):
        names = [" ".join(name.split()) for name in part.split(",")]
        yield from ((name, rank - SPAN * place / len(names)) for place, name in enumerate(names) if name)


NAMES: dict[str, tuple[str, ...]] = {
    role: tuple(dict.fromkeys(name for names in LANGUAGES.values() for name, _ in _ranked(names[role])))
    for role in ROLES
}
"""All listed names by role."""


@cache
def _index() -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Return by role the score of every spelling of its names, and of those that tell also among other words."""
    whole: dict[str, dict[str, float]] = {role: {} for role in ROLES}
    within: dict[str, dict[str, float]] = {role: {} for role in ROLES}
    for names in LANGUAGES.values():
        for role, text in names.items():
            for name, score in _ranked(text):
                for spelling in (normalise(name), normalise(name.translate(_UMLAUTS))):
                    for written in (spelling, _written_out(spelling)):
                        key = _key(written)
                        whole[role][key] = max(score, whole[role].get(key, 0.0))
                        if score > RANKS[1] - SPAN and (" " in written or (len(key) > 6 and score > RANKS[1])):
                            within[role][written] = max(score, within[role].get(written, 0.0))
    return whole, within


def name_score(role: str, name: str) -> float:
    """Rate from 0 to 1 how well a column's name fits a role: a listed name, or one that holds its words.

    >>> name_score("customer", "CustomerID") > name_score("customer", "Customer") > name_score("customer", "Shop")
    True
    """
    written = normalise(name)
    if "%" in name and role in _VETOES:
        return 0.0
    score = _exact(role, written)
    if score:
        return score
    for bare in _undecorated(role, name, written):
        score = _exact(role, bare)
        if score:
            return score - DECORATED
    return _composed(role, written) or (PARTIAL if is_within(role, written) else 0.0)


def is_other(role: str, name: str) -> bool:
    """Whether a name tells a column of the same kind that plays another part, such as a birth date or a tax.

    >>> is_other("date", "Customer birthdate"), is_other("amount", "shipping_total"), is_other("amount", "betrag")
    (True, True, False)
    """
    words = normalise(name).split()
    vetoes = _VETOES.get(role, frozenset())
    return any(word.startswith(veto) if len(veto) > 3 else word == veto for word in words for veto in vetoes)


def names_currency(name: str) -> bool:
    """Whether a name says that a column is in one currency: `Total EUR`."""
    return _CODE.search(normalise(name)) is not None


def names_price(name: str) -> bool:
    """Whether a name speaks of a price, in whatever words beside: `Prezzo_Un`."""
    return not _words(words.PRICES).isdisjoint(normalise(name).split())


def is_within(role: str, written: str) -> bool:
    """Whether a normalised name holds a telling name of the role among other words."""
    words = _written_out(written).split()[:8]
    telling = _index()[1][role]
    return any(
        " ".join(words[start:end]) in telling and not is_other(role, " ".join(words[:start] + words[end:]))
        for start, end in combinations(range(len(words) + 1), 2)
    )


def _composed(role: str, written: str) -> float:
    """Rate a normalised name by the words that it is made of, which together tell the role."""
    said = [word for word in _written_out(written).split() if word not in _words(words.SMALL)]
    if role in _MADE_OF:
        telling, beside = (_words(text) for text in _MADE_OF[role])
        made = any(word in telling for word in said) and all(word in telling | beside for word in said)
        return COMPOSED if made and not is_other(role, written) else 0.0
    if role == "customer" and _words(words.OTHER_PEOPLE) & set(said):
        return 0.0
    things = [(at, thing) for at, word in enumerate(said) for thing, text in _THINGS.items() if word in _words(text)]
    kinds = {"date": words.DATES, "product_name": words.TITLES, "status": words.STATES}
    thing = {"date": "order", "product_name": "product", "status": "order"}.get(role, role)
    ends = [at for at, word in enumerate(said) if word in _words(kinds.get(role, words.IDENTIFIERS))]
    if role == "customer" and not things and _words(words.CONTACTS) & set(said):
        return 0.0 if is_other(role, written) else LOOSE
    if not ends or not things or thing not in _THINGS:
        return 0.0
    # The number of `customer order number` is the order's: the nearest thing has it, of two the one before.
    near = min(things, key=lambda each: min((abs(each[0] - end), each[0] > end) for end in ends))
    rest = [word for at, word in enumerate(said) if at not in ends and (at, thing) not in things]
    if near[1] != thing or is_other(role, " ".join(rest)):
        return 0.0
    return LOOSE if rest else COMPOSED


_THINGS = {"customer": words.CUSTOMERS, "order": words.ORDERS, "product": words.PRODUCTS}
_BESIDE = f"{words.PLAIN} {words.PRODUCTS}"
_MADE_OF = {
    "quantity": (words.QUANTITIES, f"{_BESIDE} {words.ORDERS}"),
    "price": (words.PRICES, f"{_BESIDE} {words.ORDERS}"),
    "amount": (words.MONEY, f"{_BESIDE} {words.ORDERS}"),
}


@cache
def _words(text: str) -> frozenset[str]:
    spelt = {normalise(spelling) for word in text.split() for spelling in (word, word.translate(_UMLAUTS))}
    return frozenset(spelt) | {_written_out(word) for word in spelt}


def _exact(role: str, written: str) -> float:
    listed = _index()[0][role]
    return listed.get(_key(written)) or listed.get(_key(_written_out(written)), 0.0)


def _undecorated(role: str, name: str, written: str) -> Iterator[str]:
    """Yield the name without what stands in parentheses, and without units, taxes and time zones."""
    bare = " ".join(_DECORATION.sub(" ", written).split())
    if bare and bare != written:
        yield bare
    outside, found, _ = name.partition("(")
    inside = " ".join(_DECORATION.sub(" ", normalise(name[len(outside) :])).split())
    if found and outside.strip() and not is_other(role, inside):
        yield normalise(outside)
        yield " ".join(_DECORATION.sub(" ", normalise(outside)).split())
