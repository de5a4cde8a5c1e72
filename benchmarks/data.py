"""The synthetic exports that are measured: made once, kept in a folder, made anew when the generator changes.

`python -m benchmarks.data FOLDER KIND ROWS` makes one. It is a process of its own, so that the process that measures
stays small: Linux counts the memory of a parent as the least that its child ever used.
"""

from __future__ import annotations

import json
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

from engine.version import __version__

SEED = 1
PLAIN, TEXT_IDS, FEW, MANY = "plain", "text_ids", "few_customers", "many_customers"


@dataclass(frozen=True, slots=True)
class Kind:
    """What sets the exports of a kind apart."""

    what: str
    lines_per_customer: int
    text_ids: bool = False


KINDS = {
    PLAIN: Kind("integer ids, a customer for every 20 lines", 20),
    TEXT_IDS: Kind("ids of customers and orders are texts of more than 20 characters", 20, text_ids=True),
    FEW: Kind("a customer for every 2,000 lines", 2_000),
    MANY: Kind("a customer for every 3 lines", 3),
}


@dataclass(frozen=True, slots=True)
class Export:
    """A synthetic export on disk."""

    path: Path
    kind: str
    rows: int

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.path.stat().st_size

    @property
    def ready(self) -> bool:
        """Whether it is there, whole, and from the generator of today."""
        try:
            card = json.loads(self._card.read_text(encoding="utf-8"))
            return bool(card == self._describe())
        except (OSError, ValueError):
            return False

    def make(self) -> None:
        """Write the export, unless it is there; EngineError where it cannot be written."""
        if self.ready:
            return
        from engine.generate import generate  # not before it is needed: the process that measures stays small

        kind = KINDS[self.kind]
        if kind.text_ids:
            plain = export(self.path.parent, PLAIN, self.rows)
            plain.make()
            _with_text_ids(plain.path, self.path)
        else:
            generate(self.path, rows=self.rows, seed=SEED, customers=max(1, self.rows // kind.lines_per_customer))
        self._card.write_text(json.dumps(self._describe()), encoding="utf-8")

    @property
    def _card(self) -> Path:
        return self.path.with_suffix(".json")

    def _describe(self) -> dict[str, object]:
        return {"bytes": self.size, "version": __version__, "generator": _generator(), "seed": SEED}


def export(folder: Path, kind: str, rows: int) -> Export:
    """Name an export; it need not be there yet."""
    return Export(folder / f"{kind}-{rows}.csv", kind, rows)


def _generator() -> int:
    """Return a checksum over what decides the bytes of an export: the sources of the generator, and this file."""
    sources = sorted((Path(__file__).parents[1] / "engine" / "generate").glob("*.py"))
    return zlib.crc32(b"".join(source.read_bytes() for source in [*sources, Path(__file__)]))


def _with_text_ids(source: Path, target: Path) -> None:
    import polars as pl

    ids = pl.format("customer-{}@shop.example", "customer_id"), pl.format("order-2024-{}-A", "order_id")
    pl.scan_csv(source, infer_schema=False, glob=False).with_columns(
        pl.when(pl.col("customer_id").is_not_null()).then(ids[0]).alias("customer_id"),
        ids[1].alias("order_id"),
    ).sink_csv(target)


if __name__ == "__main__":
    export(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])).make()
