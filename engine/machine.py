"""What the machine has: memory, also where a container or a cgroup grants less, and free space on its disks.

Sizes are in bytes. The folders that the system tells them in are parameters, so that any tree can stand for them.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
from pathlib import Path

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")

_LIMITS_V1 = ("memory.limit_in_bytes",)
_LIMITS_V2 = ("memory.max", "memory.high")


def memory(proc: Path = PROC, cgroups: Path = CGROUPS) -> int:
    """Return the memory that the process may use: the machine's, or what its cgroup grants where that is less."""
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    granted = cgroup_limit(proc, cgroups)
    return installed if granted is None else min(installed, granted)


def cgroup_limit(proc: Path = PROC, cgroups: Path = CGROUPS) -> int | None:
    """Return the smallest limit of memory of the process' cgroup and of those above it, None where there is none.

    Reads both versions of cgroups, also where they are mounted side by side. Inside a container the path of the group
    may be the host's: what is not there is passed over, up to the root of what is mounted.
    """
    try:
        told = (proc / "self" / "cgroup").read_text(encoding="utf-8")
    except OSError:
        return None
    limits = []
    for line in told.splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            limits += _limits(cgroups / "memory", path, _LIMITS_V1)
        elif not controllers:
            root = cgroups / "unified"
            limits += _limits(root if root.is_dir() else cgroups, path, _LIMITS_V2)
    return min(limits, default=None)


def _limits(root: Path, path: str, names: tuple[str, ...]) -> list[int]:
    group = Path(path.strip("/"))
    found = (_number(root / each / name) for each in (group, *group.parents) for name in names)
    return [limit for limit in found if limit is not None]


def _number(path: Path) -> int | None:
    """Return the number in a file; None where there is no file, or it says `max`."""
    try:
        return int(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def free_space(folder: Path) -> int:
    """Return what a user may still write to the disk of a folder, or of the nearest folder above it that exists."""
    return shutil.disk_usage(_existing(folder)).free


def same_disk(one: Path, other: Path) -> bool:
    """Whether two folders, there or yet to be made, share their free space."""
    return _existing(one).stat().st_dev == _existing(other).stat().st_dev


def _existing(folder: Path) -> Path:
    resolved = folder.resolve()
    return next(each for each in (resolved, *resolved.parents) if each.exists())


def processor_seconds() -> float:
    """Return the processor time that the process has taken so far, in all its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident_memory(statm: Path = Path("/proc/self/statm")) -> int:
    """Return the memory that the process holds now, without what is mapped from files; its peak where that is unknown.

    0 where the system tells neither.
    """
    try:
        _, resident, shared = statm.read_text(encoding="ascii").split()[:3]
        return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return int(peak_memory())


def bytes_read(io: Path = Path("/proc/self/io")) -> int | None:
    """Return the bytes that this process has read so far, from whatever file; None where the system does not tell."""
    try:
        return int(io.read_text(encoding="ascii").split("rchar: ", 1)[1].split(maxsplit=1)[0])
    except (OSError, IndexError, ValueError):
        return None


def peak_memory(proc: Path = PROC) -> int:
    """Return the most memory that the process has held at once so far.

    Linux counts what its parent held before the start in `getrusage`, and not in `/proc`.
    """
    try:
        status = (proc / "self" / "status").read_text(encoding="utf-8")
    except OSError:
        status = ""
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
