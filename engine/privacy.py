"""Customers without their ids: keyed hashes in their place, and ids that no report shows."""

from __future__ import annotations

import re
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING

from engine.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

SHORTEST_KEY = 8
"""Characters of a key; all ids can be tried with a shorter one."""
HASH_BYTES = 16
"""Of a billion customers two get the same hash with a probability of 1 in 10^20."""
HIDDEN = "(an e-mail address or a name)"
"""Stands in the reports for an id that may say who a customer is."""

_CODE = re.compile(
    r"(?:cust|customer|client|user|member|buyer|account|acct|kunde|konto|kd|gid://shopify/customer/)?"
    r"[._#:/-]?(?=[^\W_]*\d|[\w.#:/-]*\d)(?:(?![a-z]{5})[\w.#:/-])+",
    re.IGNORECASE | re.ASCII,
)
_HASH = re.compile(r"[0-9a-f-]{16,64}", re.IGNORECASE)


def check_key(key: str) -> None:
    """Raise EngineError if a key is too short to hide anything."""
    if len(key) < SHORTEST_KEY:
        raise EngineError(
            f"The key of --hash-ids has {len(key)} characters.",
            hint=f"Take one of {SHORTEST_KEY} or more that nobody can guess, and keep it: with the same key the same "
            "customers get the same hashes.",
        )


def key_sign(key: str) -> str:
    """Return what a key is told by without being told: with it runs can be known to have the same one."""
    return blake2b(b"which key", key=_secret(key), digest_size=6).hexdigest()


def hashed(ids: pl.Expr, key: str) -> pl.Expr:
    """Return keyed hashes of customers' ids: 32 hexadecimal digits of BLAKE2b with a key (RFC 7693); null stays null.

    Without the key nobody can find out by trying whose hash it is.
    """
    import polars as pl  # settings are checked before it is loaded

    return ids.map_batches(_hasher(key), return_dtype=pl.String, is_elementwise=True)


def _hasher(key: str) -> Callable[[pl.Series], pl.Series]:
    start = blake2b(key=_secret(key), digest_size=HASH_BYTES)

    def of(text: str) -> str:
        state = start.copy()
        state.update(text.encode())
        return state.hexdigest()

    def of_all(ids: pl.Series) -> pl.Series:
        import polars as pl

        once = ids.drop_nulls().unique()
        return ids.replace_strict(once, [of(each) for each in once], default=None, return_dtype=pl.String)

    return of_all


def _secret(key: str) -> bytes:
    return sha256(key.encode()).digest()


def shown(customer_id: str) -> str:
    """Return a customer's id as a report may show it: a code as it is, anything that may be a name or an address not.

    >>> shown("17850"), shown("cust-0042"), shown("C-17/b"), shown("9f86d081884c7d65")
    ('17850', 'cust-0042', 'C-17/b', '9f86d081884c7d65')
    >>> {shown(each) for each in ("ada@example.org", "Ada Lovelace", "ada.lovelace1815", "Ada", "+44 20 7946 0958")}
    {'(an e-mail address or a name)'}
    """
    if _CODE.fullmatch(customer_id) or _HASH.fullmatch(customer_id):
        return customer_id
    return HIDDEN
