"""Orders cut and padded to a number of lines."""

from __future__ import annotations

import numpy as np
import pytest

from engine.generate.budget import fit_to_rows

FIRST = np.array([True, False, False, True, False, True])
LINES = np.array([2, 3, 1, 4, 2, 1])
RETURNED = np.array([1, 0, 0, 2, 2, 0])


@pytest.mark.parametrize("rows", [3, 4, 9, 10, 11, 14, 17, 18, 40])
def test_lines_add_up_and_first_orders_stay(rows: int) -> None:
    kept, lines, returned = fit_to_rows(rows, FIRST, LINES, RETURNED, np.random.default_rng(0))
    assert lines.sum() + returned.sum() == rows
    assert set(np.flatnonzero(FIRST)) <= set(kept)
    assert (np.diff(kept) > 0).all()
    assert (lines >= 1).all()
    assert (returned <= lines).all()


def test_nothing_changes_where_everything_fits() -> None:
    kept, lines, returned = fit_to_rows(18, FIRST, LINES, RETURNED, np.random.default_rng(0))
    np.testing.assert_array_equal(kept, np.arange(6))
    np.testing.assert_array_equal(lines, LINES)
    np.testing.assert_array_equal(returned, RETURNED)
