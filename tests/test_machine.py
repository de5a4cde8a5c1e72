from __future__ import annotations

from pathlib import Path

import pytest

from engine import machine


def _tree(folder: Path, told: str, files: dict[str, str]) -> tuple[Path, Path]:
    """Write what the system tells of a process' group, and the files of the groups; return both roots."""
    proc, cgroups = folder / "proc", folder / "cgroup"
    (proc / "self").mkdir(parents=True)
    (proc / "self" / "cgroup").write_text(told, encoding="utf-8")
    for name, content in files.items():
        path = cgroups / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return proc, cgroups


V1 = "9:name=systemd:/\n4:cpu,memory:/jobs/one\n1:cpuset:/\n"
V2 = "0::/user/one\n"


@pytest.mark.parametrize(
    ("told", "files", "limit"),
    [
        (V2, {"user/one/memory.max": "2000\n", "user/memory.max": "max\n"}, 2_000),
        (V2, {"user/one/memory.max": "max\n", "user/memory.max": "3000\n"}, 3_000),
        (V2, {"user/one/memory.max": "4000\n", "user/memory.max": "3000\n", "user/memory.high": "2500\n"}, 2_500),
        (V2, {"user/one/memory.max": "max\n"}, None),
        (V2, {"memory.max": "1000\n"}, 1_000),  # in a container: the path is the host's, the root its own
        (V2, {}, None),
        (V1, {"memory/jobs/one/memory.limit_in_bytes": "2000\n"}, 2_000),
        (V1, {"memory/jobs/memory.limit_in_bytes": "5000\n"}, 5_000),
        (V1, {"memory/memory.limit_in_bytes": "7000\n"}, 7_000),
        (V1 + V2, {"unified/user/one/memory.max": "900\n", "memory/memory.limit_in_bytes": "7000\n"}, 900),
        ("1:cpuset:/\n", {"memory.max": "5\n"}, None),
    ],
)
def test_the_smallest_limit_of_the_groups_counts(
    told: str, files: dict[str, str], limit: int | None, tmp_path: Path
) -> None:
    assert machine.cgroup_limit(*_tree(tmp_path, told, files)) == limit


def test_a_system_without_groups_has_no_limit(tmp_path: Path) -> None:
    assert machine.cgroup_limit(tmp_path / "none", tmp_path / "none") is None
    assert machine.memory(tmp_path / "none", tmp_path / "none") > 100_000_000


def test_a_limit_above_the_memory_of_the_machine_is_none(tmp_path: Path) -> None:
    installed = machine.memory(tmp_path / "none", tmp_path / "none")
    endless = _tree(tmp_path / "endless", V1, {"memory/memory.limit_in_bytes": "9223372036854771712\n"})
    narrow = _tree(tmp_path / "narrow", V1, {"memory/memory.limit_in_bytes": "1000000\n"})

    assert machine.memory(*endless) == installed
    assert machine.memory(*narrow) == 1_000_000


def test_free_space_of_a_folder_to_be_is_that_of_the_one_above(tmp_path: Path) -> None:
    assert machine.free_space(tmp_path / "not" / "yet") > 0
    assert machine.same_disk(tmp_path, tmp_path / "not" / "yet")


def test_what_the_process_took_is_known(tmp_path: Path) -> None:
    held = b"x" * 150_000_000

    assert machine.peak_memory() > len(held)
    assert machine.peak_memory(tmp_path / "none") > len(held)
    assert machine.processor_seconds() > 0
