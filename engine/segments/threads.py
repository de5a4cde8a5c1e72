"""One thread for the fits: sums of floats then have one order only, whatever the machine."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def one_thread() -> AbstractContextManager[object]:
    """Keep the libraries of linear algebra to one thread meanwhile."""
    limit: AbstractContextManager[object] = _controller().limit(limits=1)
    return limit


@cache
def _controller() -> ThreadpoolController:
    # NOTE: made once, after the libraries are loaded: to look for them takes 3 ms each time, and a choice of k asks 130
    # times.
    return ThreadpoolController()
