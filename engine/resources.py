"""What a run may use and will need, decided before the long pass: memory, shards, disk.

Sizes are in bytes.
"""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import EngineError, ResourceError
from engine.machine import free_space, same_disk

if TYPE_CHECKING:
    from pathlib import Path

MB = 1_000_000
BASE_MEMORY = 700 * MB
"""What a run takes whatever the input: the interpreter, the libraries, the buffers of the reader."""
LEAST_MEMORY = 900 * MB
"""The lowest limit that is accepted."""
DEFAULT_SHARE = 0.5
"""Share of the machine's memory that a run takes where no limit is given."""
WORKING_BYTES_PER_INPUT_BYTE = 4.0
"""Memory that the work on one shard takes, by byte of the input that the shard stands for."""
BYTES_PER_PRODUCT = 600
"""Memory that a distinct product takes: the pass adds up its lines, and its texts are kept until the end."""
WRITING_BYTES_PER_SHARD = 3 * MB
"""Memory that each shard takes while all are written at once."""

BYTES_PER_LINE = 80
"""Bytes of the input that a line counts as at least: shards hold lines of one width, however short the file's are."""

BYTES_PER_SHARD = 96 * MB
"""Input that one shard stands for, where the memory does not ask for smaller ones."""
USUAL_SHARDS = 64
MOST_SHARDS = 256

SHARDS_SHARE = 0.9
"""Size of all shards, by byte of the input."""
FEATURES_BYTES = 430
"""Size of the features of a customer."""
INSIGHTS_BYTES = 35
"""Size of what the insights need of a line; a shard is removed as soon as it stands there."""
SAMPLE_BYTES = 45
"""Size of a line of a customer in the sample for the forecast."""
LABELLED_BYTES = 420
"""Size of a labelled customer; they are written when the shards are gone."""
OUTPUT_BYTES = 240
"""Size of a customer in the tables that a run leaves."""
OUTPUT_BASE = 20 * MB
"""Size of the report and the charts."""

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_TEXTS = tuple(text for each in _FULL for text in (f"[Errno {each}]", f"(os error {each})"))
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *(?:([KMGT]I?)?B?|(%))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run may use, and what it will need."""

    shards: int
    memory_limit: int
    lines_in_memory: int
    """Lines of the input that can be worked on at once."""
    disk_needed: int
    """Space that the temporary files will take."""
    output_needed: int
    """Space that the results will take."""

    def record(self, disk_used: int) -> dict[str, int | float]:
        """Return the plan as it stands in `run.json`, sizes in megabytes, with what the temporary files really took."""
        return {
            "shards": self.shards,
            "lines_in_memory": self.lines_in_memory,
            "memory_limit_mb": round(self.memory_limit / MB, 1),
            "temp_needed_mb": round(self.disk_needed / MB, 1),
            "temp_used_mb": round(disk_used / MB, 1),
            "output_needed_mb": round(self.output_needed / MB, 1),
        }


def size_of(text: str, whole: int) -> int:
    """Read a size as people write it: a number with or without a unit, or percents of `whole`.

    >>> size_of("1.5GB", 0), size_of("800 MiB", 0), size_of("50%", 8_000)
    (1500000000, 838860800, 4000)

    Raises
    ------
    EngineError
        If it is none, is zero, or more than the whole.
    """
    found = _SIZE.fullmatch(text.strip())
    number, unit, percent = found.groups() if found else ("0", None, None)
    if float(number) == 0 or (percent and float(number) > 100):
        raise EngineError(
            f"The memory limit {text!r} is no size.",
            hint="Write it as '2GB', '1500MB', '800MiB', or as '50%' of the machine's memory (--memory-limit).",
        )
    return int(float(number) * (whole / 100 if percent else _UNITS[(unit or "").upper()]))


def memory_limit(given: str | None, machine: int) -> int:
    """Return the memory that a run may use: as given, or a share of what the machine has.

    Raises
    ------
    EngineError
        If the given limit is no size.
    ResourceError
        If it is too low for any run.
    """
    if given is None:
        return max(int(machine * DEFAULT_SHARE), LEAST_MEMORY)
    limit = size_of(given, machine)
    if limit < LEAST_MEMORY:
        raise _too_little(limit, LEAST_MEMORY)
    return limit


def plan(
    input_bytes: int,
    lines: int,
    limit: int,
    *,
    customers: int = 0,
    products: int = 0,
    rewritten: int = 0,
    shards: int | None = None,
) -> Plan:
    """Decide how many shards an input is cut into, and what the run will need.

    `input_bytes` and `lines` are those of the input as plain text, `limit` the memory that the run may use, `customers`
    and `products` the distinct ones, `rewritten` the bytes of the files that cannot be read as they are;
    `shards`, where given, overrules the choice.

    Raises
    ------
    ResourceError
        If the memory is too little for any number of shards, or for the given one: says how much is needed at least.
    """
    from engine.runners.sample import part_of  # `--help` need not wait for Polars

    input_bytes = max(input_bytes, lines * BYTES_PER_LINE)
    of_products = products * BYTES_PER_PRODUCT
    base = BASE_MEMORY + of_products
    how = f"with about {products:,} different products " if of_products > BASE_MEMORY // 2 else ""
    if shards is not None and (needed := _memory_needed(base, input_bytes, shards)) > limit:
        raise _too_little(limit, needed, f"with {shards} shards ")
    working = (limit - base) / WORKING_BYTES_PER_INPUT_BYTE
    chosen = shards or _shards(base, input_bytes, limit, how)
    sampled = min(1.0, chosen * part_of(chosen) / customers) if customers else 1.0
    of_lines = int(lines * (INSIGHTS_BYTES + sampled * SAMPLE_BYTES))
    return Plan(
        shards=chosen,
        memory_limit=limit,
        lines_in_memory=int(working * lines / input_bytes) if input_bytes else 0,
        disk_needed=customers * FEATURES_BYTES
        + max(int(input_bytes * SHARDS_SHARE) + rewritten, of_lines + customers * LABELLED_BYTES),
        output_needed=customers * OUTPUT_BYTES + OUTPUT_BASE,
    )


def _shards(base: int, input_bytes: int, limit: int, how: str) -> int:
    """Choose the smallest number that the size asks for and the memory allows."""
    by_size = min(max(-(-input_bytes // BYTES_PER_SHARD), 1), USUAL_SHARDS)
    for shards in range(by_size, MOST_SHARDS + 1):
        if _memory_needed(base, input_bytes, shards) <= limit:
            return shards
    least = min(_memory_needed(base, input_bytes, shards) for shards in range(by_size, MOST_SHARDS + 1))
    raise _too_little(limit, least, how)


def _memory_needed(base: int, input_bytes: int, shards: int) -> int:
    """Return what the hungrier of two phases takes: writing all shards, or working on one."""
    working = WORKING_BYTES_PER_INPUT_BYTE * input_bytes / shards
    return base + int(max(working, WRITING_BYTES_PER_SHARD * shards))


def _too_little(limit: int, needed: int, how: str = "") -> ResourceError:
    return ResourceError(
        f"The memory limit of {readable(limit)} is too low: {how}this run needs {readable(needed, up=True)} at least.",
        hint=f"Allow it with --memory-limit {-(-needed // MB)}MB, or use a machine with more memory.",
    )


def check_space(needed: Plan, work: Path, out: Path | None) -> None:
    """Make sure, before the long pass, that temporary files and results will find room.

    Raises
    ------
    ResourceError
        If a disk has too little free space: names the folder, what is free and what is needed.
    """
    shared = out is not None and same_disk(work, out)
    wanted = needed.disk_needed + (needed.output_needed if shared else 0)
    if (free := free_space(work)) < wanted:
        raise _no_room(work, "temporary files", free, wanted, "--temp-dir")
    if out is not None and (free := free_space(out)) < needed.output_needed:
        raise _no_room(out, "results", free, needed.output_needed, "--out")


def _no_room(folder: Path, what: str, free: int, needed: int, option: str) -> ResourceError:
    return ResourceError(
        f"{folder}: too little space for the {what}: {readable(free)} are free, "
        f"about {readable(needed, up=True)} are needed.",
        hint=f"Free some, or name a folder on another disk with {option}.",
    )


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or one that it was raised from, says that a disk is full: Polars tells it in words only."""
    each: BaseException | None = error
    while each is not None:
        if (isinstance(each, OSError) and each.errno in _FULL) or any(text in str(each) for text in _FULL_TEXTS):
            return True
        each = each.__cause__
    return False


def disk_full(folder: Path, option: str) -> ResourceError:
    """Return the error for a disk that was full before the run was done."""
    return ResourceError(
        f"{folder}: the disk is full; the run was undone.",
        hint=f"Free some space, or name a folder on another disk with {option}.",
    )


def readable(size: int, *, up: bool = False) -> str:
    """Write a size in megabytes or gigabytes, rounded `up` where it is a need.

    >>> readable(1_540_000_000), readable(1_540_000_000, up=True), readable(600_000_000)
    ('1.5 GB', '1.6 GB', '600 MB')
    """
    step = 100 * MB if size >= 1_000 * MB else MB
    rounded = -(-size // step) if up else size // step
    return f"{rounded / 10:,.1f} GB" if step > MB else f"{rounded:,} MB"
