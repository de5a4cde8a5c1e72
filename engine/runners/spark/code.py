"""The engine's own code on its way to the workers: one zip archive, which Spark puts on their path."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can hold: the same code makes the same bytes."""


def archived(folder: Path) -> Path:
    """Pack the package `engine` into a zip archive in a folder; its name tells one state of the code from another."""
    files = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(PACKAGE)).encode() + b"\0" + path.read_bytes())
    target = folder / f"hidden_segments_{digest.hexdigest()[:16]}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            name = zipfile.ZipInfo(str(Path(PACKAGE.name) / path.relative_to(PACKAGE)), EPOCH)
            name.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(name, path.read_bytes())
    return target
