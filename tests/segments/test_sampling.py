from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal, assert_series_equal

from engine.segments.sampling import draws, take_sample


def test_draws_are_fixed_for_ever() -> None:
    assert draws(pl.Series(["17850", "anna@example.com", "ß"]), seed=1).to_list() == [
        12982299465937538976,
        13066763934848707970,
        12184660276838700061,
    ]


@settings(deadline=None, max_examples=50)
@given(
    ids=st.lists(st.text(max_size=8), unique=True, min_size=1, max_size=60),
    size=st.integers(1, 70),
    seed=st.integers(0, 9),
    shuffle=st.randoms(),
)
def test_a_sample_depends_on_the_set_of_customers_only(ids: list[str], size: int, seed: int, shuffle: object) -> None:
    frame = pl.DataFrame({"customer_id": ids}, schema={"customer_id": pl.String})
    shuffled = list(ids)
    shuffle.shuffle(shuffled)  # type: ignore[attr-defined]

    taken = take_sample(frame.lazy(), size, seed)
    again = take_sample(pl.DataFrame({"customer_id": shuffled}, schema=frame.schema).lazy(), size, seed)

    assert_frame_equal(taken, again)
    assert len(taken) == min(size, len(ids))
    assert set(taken["customer_id"]) <= set(ids)


def test_a_larger_sample_begins_with_the_smaller_one() -> None:
    frame = pl.DataFrame({"customer_id": [f"C{number:05}" for number in range(5_000)]}).lazy()

    large, small = take_sample(frame, 1_000, seed=1), take_sample(frame, 100, seed=1)

    assert_frame_equal(large.head(100), small)


def test_draws_of_ids_in_a_row_are_even() -> None:
    drawn = draws(pl.Series([f"C{number:06}" for number in range(100_000)]), seed=0)

    fifths = (drawn.cast(pl.Float64) / 2.0**64 * 5).cast(pl.Int64).value_counts(sort=False).sort(drawn.name)["count"]
    # 20,000 each are expected; four standard deviations are 506.
    assert fifths.is_between(19_494, 20_506).all()
    halves = pl.DataFrame({"id": pl.int_range(100_000, eager=True), "draw": drawn}).sort("draw").head(50_000)["id"]
    assert abs(halves.mean() - 49_999.5) < 4 * 100_000 / (12**0.5 * 50_000**0.5)  # type: ignore[operator]
    assert_series_equal(drawn, draws(pl.Series([f"C{number:06}" for number in range(100_000)]), seed=0))
