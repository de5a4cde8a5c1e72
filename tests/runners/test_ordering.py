from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.runners.ordering import FILE, in_ranges


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(st.text(max_size=4), st.integers(0, 3), min_size=1, max_size=60),
    st.integers(1, 70),
)
def test_ranges_one_after_the_other_are_the_whole_table_in_order(
    tmp_path_factory: pytest.TempPathFactory, homes: dict[str, int], rows: int
) -> None:
    folder = tmp_path_factory.mktemp("files")
    files = []
    for home in sorted(set(homes.values())):
        keys = sorted((key for key, at in homes.items() if at == home), key=str.encode)
        files.append(folder / f"{home}.arrow")
        pl.DataFrame({"key": keys, "length": [len(key) for key in keys]}).write_ipc(files[-1], record_batch_size=3)

    parts = [part.collect() for part in in_ranges(files, "key", rows)]

    whole = pl.concat(parts)
    expected = sorted(homes, key=str.encode)
    assert whole["key"].to_list() == expected
    assert whole["length"].to_list() == [len(key) for key in expected]
    places = {home: place for place, home in enumerate(sorted(set(homes.values())))}
    assert whole[FILE].to_list() == [places[homes[key]] for key in expected]


def test_a_range_holds_about_as_many_rows_as_asked_for(tmp_path: Path) -> None:
    keys = [f"{number:05}" for number in range(10_000)]
    files = [tmp_path / f"{home}.arrow" for home in range(4)]
    for home, file in enumerate(files):
        pl.DataFrame({"key": keys[home::4]}).write_ipc(file)

    heights = [part.collect().height for part in in_ranges(files, "key", 1_000)]

    assert len(heights) == 10
    assert max(heights) < 1_100
    assert_frame_equal(
        pl.concat(part.collect() for part in in_ranges(files, "key", 1_000)).select("key"), pl.DataFrame({"key": keys})
    )
