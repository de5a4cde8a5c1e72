from __future__ import annotations

import errno
from pathlib import Path

import pytest

from engine.errors import EngineError, ResourceError
from engine.resources import Plan, check_space, disk_full, is_disk_full, memory_limit, plan, size_of
from engine.settings import Settings

MB, GB, TB = 10**6, 10**9, 10**12


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2GB", 2 * GB),
        ("1500MB", 1_500 * MB),
        ("800MiB", 800 * 2**20),
        ("1.5 g", 1_500 * MB),
        ("2 tib", 2 * 2**40),
        ("700000000", 700 * MB),
        ("50%", 4 * GB),
        ("12.5 %", GB),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert size_of(text, 8 * GB) == size


@pytest.mark.parametrize("text", ["", "much", "-2GB", "2 apples", "0", "0%", "101%", "GB", "1e9", "2,5GB"])
def test_what_is_no_size_is_told_with_how_to_write_it(text: str) -> None:
    with pytest.raises(EngineError, match="'2GB', '1500MB'"):
        Settings(memory_limit=text)


def test_without_a_limit_half_of_the_machine_is_used() -> None:
    assert memory_limit(None, 16 * GB) == 8 * GB
    assert memory_limit(None, GB) == 900 * MB  # a small export needs no more
    assert memory_limit("25%", 16 * GB) == 4 * GB
    assert memory_limit("3GB", 2 * GB) == 3 * GB


@pytest.mark.parametrize("text", ["599MB", "1%"])
def test_a_limit_that_no_run_keeps_is_refused(text: str) -> None:
    with pytest.raises(ResourceError, match=r"(?s)too low: this run needs 900 MB.*--memory-limit 900MB"):
        memory_limit(text, 16 * GB)


@pytest.mark.parametrize(
    ("size", "limit", "shards"),
    [
        (0, 900 * MB, 1),
        (1, 900 * MB, 1),
        (48 * MB, 900 * MB, 1),
        (97 * MB, 8 * GB, 2),
        (1_400 * MB, 8 * GB, 15),
        (1_400 * MB, 900 * MB, 28),
        (50 * GB, 8 * GB, 64),
        (200 * GB, 8 * GB, 110),
        (500 * GB, 12 * GB, 177),
    ],
)
def test_shards_are_few_and_fit_in_memory(size: int, limit: int, shards: int) -> None:
    assert plan(size, 1_000, limit).shards == shards


def test_short_lines_count_as_the_shards_hold_them() -> None:
    short, long = plan(250 * MB, 10**7, 8 * GB), plan(800 * MB, 10**7, 8 * GB)

    assert (short.shards, short.lines_in_memory, short.disk_needed) == (
        long.shards,
        long.lines_in_memory,
        long.disk_needed,
    )


@pytest.mark.parametrize("shards", [1, 256])
def test_a_number_of_shards_that_the_memory_does_not_allow_is_refused(shards: int) -> None:
    with pytest.raises(ResourceError, match=rf"too low: with {shards} shards this run needs"):
        plan(8 * GB, 10**8, 1_200 * MB, shards=shards)

    assert plan(8 * GB, 10**8, 1_200 * MB).shards not in {1, 256}


def test_many_products_need_memory_of_their_own() -> None:
    with pytest.raises(ResourceError, match=r"with about 5,000,000 different products this run needs 3\.\d GB"):
        plan(GB, 10**7, 2 * GB, products=5_000_000)

    assert plan(GB, 10**7, 4 * GB, products=5_000_000).lines_in_memory < plan(GB, 10**7, 4 * GB).lines_in_memory


def test_an_input_too_large_for_the_memory_says_what_it_needs() -> None:
    with pytest.raises(ResourceError, match=r"2.0 GB is too low: this run needs 16.4 GB") as raised:
        plan(TB, 10**10, 2 * GB)

    needed = size_of(raised.value.hint.split("--memory-limit ")[1].split(",")[0], 0)
    assert plan(TB, 10**10, needed).shards == 256
    with pytest.raises(ResourceError):
        plan(TB, 10**10, needed - 2 * MB)


def test_more_memory_never_makes_more_shards() -> None:
    counts = [plan(20 * GB, 10**8, limit * 100 * MB).shards for limit in range(15, 200)]

    assert counts == sorted(counts, reverse=True)


def test_the_user_decides_the_number_of_shards() -> None:
    assert plan(GB, 10**7, 2 * GB).shards != 7 == plan(GB, 10**7, 2 * GB, shards=7).shards


def test_the_plan_counts_disk_and_lines() -> None:
    made = plan(GB, 10_000_000, 1_100 * MB, customers=500_000, rewritten=GB)

    assert made.disk_needed == 900 * MB + 215 * MB + GB
    assert made.output_needed == 140 * MB
    assert made.lines_in_memory == 1_000_000
    assert plan(0, 0, 900 * MB).lines_in_memory == 0


def _plan(disk: int, output: int) -> Plan:
    return Plan(shards=1, memory_limit=GB, lines_in_memory=1, disk_needed=disk, output_needed=output)


def test_too_little_space_is_told_before_the_pass(tmp_path: Path) -> None:
    check_space(_plan(MB, MB), tmp_path, tmp_path / "run")
    check_space(_plan(MB, 10**18), tmp_path, None)

    with pytest.raises(ResourceError, match=r"(?s)temporary files: .* free, about 1,000,000.0 GB.*--temp-dir"):
        check_space(_plan(10**15, MB), tmp_path, None)
    with pytest.raises(ResourceError, match=r"1,000,000,000.0 GB are needed"):  # both on one disk
        check_space(_plan(MB, 10**18 - MB), tmp_path, tmp_path / "run")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        EngineError("parquet: underlying IO error: No space left on device (os error 28)"),
        EngineError("The chart could not be drawn: [Errno 28] No space left on device: 'a.png'."),
    ],
)
def test_a_full_disk_is_known_also_behind_another_error(error: Exception) -> None:
    behind = EngineError("reading stopped")
    behind.__cause__ = error

    assert is_disk_full(error)
    assert is_disk_full(behind)
    assert not is_disk_full(OSError(errno.EACCES, "Permission denied"))
    assert "--out" in str(disk_full(Path("out"), "--out"))
