"""Which analyses a batch consists of: their files, and the names of their folders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import EngineError
from engine.intake import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MANIFEST, INDEX = "manifest.json", "index.html"
OWN = frozenset({MANIFEST, INDEX})
"""What a batch itself leaves in its folder, beside the folders of the analyses."""
CONTENTS = {
    MANIFEST: "what became of every export, for programs and for the next batch",
    INDEX: "one page: the key figures of the exports side by side, what failed, and the way to each report",
}
"""What each is."""
LONGEST_NAME = 100
"""Bytes of a name: file systems take 255, and what is written beside a folder is called like it, and more."""

_UNSAFE = re.compile(r"[^\w.+=@() -]+")


@dataclass(frozen=True, slots=True)
class Export:
    """The files of one analysis, and the name of the folder of its results."""

    name: str
    paths: tuple[Path, ...]


def exports_of(inputs: Iterable[str | Path], group_by: str | None = None) -> list[Export]:
    """Return the analyses that a batch of files consists of, in the order of their first files.

    One for each file, called like it. With `group_by`, a regular expression, one for all files in whose paths it finds
    the same: called like the groups that it captures, else like all that it finds.

    Raises
    ------
    EngineError
        If a file is missing, a pattern matches nothing, standard input is named, or the expression is none, or finds
        nothing in the path of a file.
    """
    paths = files.expand(inputs)
    if not paths:
        raise EngineError("No input file was named.", hint="Pass files, folders or patterns of them.")
    if files.STANDARD_INPUT in paths:
        raise EngineError("A batch cannot read standard input.", hint="Pipe a single export into `analyze -`.")
    if group_by is None:
        return list(_named_apart(paths))
    grouped: dict[str, list[Path]] = {}
    for path, name in zip(paths, _groups(paths, group_by), strict=True):
        grouped.setdefault(name, []).append(path)
    return [Export(name, tuple(members)) for name, members in grouped.items()]


def safe_name(text: str) -> str:
    r"""Return a text as the name of a folder: it leads nowhere else, is not hidden, and no entry of a batch's own.

    >>> safe_name("../../etc/passwd"), safe_name("Shop: Köln\n2024"), safe_name("manifest.json"), safe_name("...")
    ('_.._etc_passwd', 'Shop_ Köln_2024', 'manifest.json_', 'export')
    """
    name = _UNSAFE.sub("_", text).lstrip(". ")
    name = name.encode()[:LONGEST_NAME].decode(errors="ignore").rstrip(". ") or "export"
    return f"{name}_" if name.casefold() in OWN else name


def _groups(paths: Sequence[Path], pattern: str) -> Iterator[str]:
    try:
        finds = re.compile(pattern)
    except re.error as error:
        raise EngineError(
            f"--group-by {pattern!r} is no regular expression ({error}).",
            hint=r"Write one whose brackets find the shop in the path, as '(shop\d+)_'.",
        ) from error
    for path in paths:
        found = finds.search(str(path))
        if found is None:
            raise EngineError(
                f"--group-by {pattern!r} finds nothing in {path}.",
                hint=r"Write an expression that finds the shop in every path, as '(shop\d+)_', or name fewer files.",
            )
        yield safe_name("-".join(part for part in found.groups() if part) or found[0])


def _named_apart(paths: Sequence[Path]) -> Iterator[Export]:
    """Name every file apart: by its stem, where others have the same by its whole name, else by its folders too."""
    ways = (
        [safe_name(path.stem) for path in paths],
        [safe_name(path.name) for path in paths],
        [safe_name("-".join(path.resolve().parts[-3:])) for path in paths],
    )
    met = [[name.casefold() for name in names] for names in ways]
    taken: set[str] = set()
    for place, path in enumerate(paths):
        alone = (names[place] for names, folded in zip(ways, met, strict=True) if folded.count(folded[place]) == 1)
        name = wanted = next(alone, ways[-1][place])
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f"{wanted}-{number}"
        taken.add(name.casefold())
        yield Export(name, (path,))
