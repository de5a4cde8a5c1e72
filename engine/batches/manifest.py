"""What became of every analysis of a batch: kept in manifest.json, so that the next batch does what is left to do."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from engine.batches.exports import MANIFEST
from engine.checked import read_small
from engine.errors import RunError, brief
from engine.intake.files import fingerprint
from engine.report.files import MODEL, RUN
from engine.report.placing import replace_file
from engine.settings import Settings
from engine.version import __version__

if TYPE_CHECKING:
    from engine.batches.exports import Export

State = Literal["waiting", "running", "done", "failed", "interrupted"]

UNTOLD = ("memory_limit", "temp_dir", "shards")
"""Settings that change no result, so that an analysis made with others counts."""
KEYS = {
    "name": "name of its folder",
    "state": "waiting, running, done, failed or interrupted",
    "files": "path, bytes, modified (nanoseconds) and fingerprint (SHA-256 of size, beginning and end) of each file",
    "version": "of the program",
    "settings": "those that decide the result; of a key of hashes only what it is told by",
    "started": "when, in UTC",
    "seconds": "how long it took",
    "error": "what went wrong, and what to do (hint)",
    "figures": "the key figures of the last result, also where a later analysis failed",
}
"""What an entry holds."""
_FORM = 1
"""Version of the manifest's form."""


@dataclass
class Entry:
    """One analysis of a batch."""

    name: str
    """That of its folder, beside the manifest."""
    state: State = "waiting"
    files: list[dict[str, Any]] = field(default_factory=list)
    """Of each file: path, bytes, modified (nanoseconds), fingerprint (SHA-256 of its size, beginning and end)."""
    version: str = __version__
    settings: dict[str, Any] = field(default_factory=dict)
    started: str | None = None
    """UTC, ISO 8601."""
    seconds: float | None = None
    error: dict[str, str] | None = None
    """What went wrong, and what to do (hint)."""
    figures: dict[str, Any] | None = None
    """The key figures of the last result, also where a later analysis failed."""

    def as_done(self, other: Entry, out: Path) -> bool:
        """Whether this entry tells of a result that stands, made of the same files in the same way as `other`."""
        same = (self.files, self.version, self.settings) == (other.files, other.version, other.settings)
        seen = all(each["fingerprint"] for each in self.files)
        return self.state == "done" and same and seen and (out / self.name / RUN).is_file()


def begun(export: Export, settings: dict[str, Any]) -> Entry:
    """Return the entry of an analysis that is to be made, with its files as they are now."""
    return Entry(export.name, files=[_seen(path) for path in export.paths], settings=settings)


def told(settings: Settings) -> dict[str, Any]:
    """Return the settings that decide a result, as JSON can hold them; of a key only by what it can be told apart."""
    written = as_json(settings) | {"hash_ids": settings.written()["hash_ids"]}
    everything = {name: value for name, value in written.items() if name not in UNTOLD}
    if settings.names_from is not None:
        model = settings.names_from / MODEL if settings.names_from.is_dir() else settings.names_from
        everything["names_from_sha256"] = sha256(model.read_bytes()).hexdigest() if model.is_file() else None
    return everything


def as_json(settings: Settings) -> dict[str, Any]:
    """Return settings as JSON can hold them."""
    written: dict[str, Any] = json.loads(json.dumps(asdict(settings), default=str))
    if settings.as_of is not None:
        written["as_of"] = settings.as_of.isoformat()
    return written


def from_json(written: dict[str, Any]) -> Settings:
    """Return the settings that `as_json` wrote."""
    values = dict(written)
    for name in ("names_from", "temp_dir"):
        values[name] = None if values[name] is None else Path(values[name])
    for name in ("without", "charts"):
        values[name] = tuple(values[name])
    values["as_of"] = None if values["as_of"] is None else datetime.fromisoformat(values["as_of"])
    values["rfm"] = {measure: tuple(cuts) for measure, cuts in values["rfm"].items()}
    return Settings(**values)


def load(out: Path) -> dict[str, Entry]:
    """Return the entries of the manifest of a folder by name; none where there is no manifest.

    Raises
    ------
    RunError
        If the manifest is damaged.
    """
    path = out / MANIFEST
    try:
        told = json.loads(read_small(path))
        known = {each.name for each in fields(Entry)}
        entries = [Entry(**{name: each[name] for name in known}) for each in told["exports"]]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise RunError(
            f"{path}: is no manifest of a batch ({brief(error)}).",
            hint="Remove it, and every export is analysed anew; or name another folder with --out.",
        ) from error
    return {entry.name: entry for entry in entries}


def save(out: Path, entries: list[Entry]) -> dict[str, Any]:
    """Write the manifest, whole or not at all; return what stands there."""
    told = {"form": _FORM, "version": __version__, "exports": [asdict(entry) for entry in entries]}
    replace_file(out / MANIFEST, json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    return told


def figures(summary: dict[str, Any]) -> dict[str, Any]:
    """Pick the key figures of an analysis out of its summary."""
    largest = max(summary["segments"], key=lambda each: each["revenue_share"], default=None)
    return {
        **{name: summary[name] for name in ("currency", "customers", "orders", "revenue", "period", "rows")},
        "segments": len(summary["segments"]),
        "best_segment": None
        if largest is None
        else {name: largest[name] for name in ("name", "customer_share", "revenue_share")},
        "alerts": len(summary["alerts"]),
        "finding": next(iter(summary["findings"]), None),
    }


def _seen(path: Path) -> dict[str, Any]:
    """Return what a file is told by, without reading it whole; the fingerprint is null where it cannot be read."""
    try:
        seen = path.stat()
        return {
            "path": str(path.resolve()),
            "bytes": seen.st_size,
            "modified": seen.st_mtime_ns,
            "fingerprint": fingerprint(path, seen.st_size),
        }
    except OSError:
        return {"path": str(path.absolute()), "bytes": None, "modified": None, "fingerprint": None}
