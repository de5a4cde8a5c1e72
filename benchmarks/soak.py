"""Runs analyses one after the other in one process, for as long as asked, and holds that nothing grows: `make soak`.

python -m benchmarks.soak SECONDS [SEED]

Every run is of another random export: generated, some damaged, some with faults on the way. After the first quarter,
which warms up, the memory, open files and threads of the process and its temporary files must stay where they are.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from engine import EngineError, Settings, analyze
from engine.generate import generate
from engine.machine import resident_memory
from engine.resources import MB
from engine.settings import CHART_FORMATS

GROWTH = 1.10
"""The last quarter's memory, by that of the second: more is a leak."""
DESCRIPTORS = Path("/proc/self/fd")
FAULTS = ("Reading", "Computing", "Finding", "Labelling", "Writing the")


def main(seconds: int, seed: int) -> int:
    """Run until the time is over; print the figures as JSON, and return 1 if something grew."""
    draw = random.Random(seed)  # noqa: S311 - chooses exports
    looks: list[dict[str, float]] = []
    outcomes = {"analysed": 0, "refused": 0, "interfered with": 0}
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        folder = Path(name)
        temp = folder / "temp"
        temp.mkdir()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            outcomes[_run(folder, temp, draw)] += 1
            looks.append(
                {
                    "memory": resident_memory() / MB,
                    "files": len(list(DESCRIPTORS.iterdir())),
                    "threads": threading.active_count(),
                    "temporary": len(list(temp.iterdir())),
                }
            )
    told, grew = _compared(looks)
    print(json.dumps({"seconds": seconds, "seed": seed, **outcomes, **told, "grew": grew}, indent=2))
    return int(bool(grew))


def _run(folder: Path, temp: Path, draw: random.Random) -> str:
    """Make one analysis of a random export; tell what became of it."""
    export = folder / "shop.csv"
    generate(export, rows=draw.choice((300, 2_000, 20_000, 60_000)), seed=draw.randrange(10**6))
    if draw.random() < 0.3:  # lines cut, mixed and doubled
        lines = export.read_bytes().splitlines(keepends=True)
        draw.shuffle(lines)
        export.write_bytes(b"".join(line[: draw.randrange(200)] for line in lines[: draw.randrange(len(lines))]))
    fault = draw.choice(FAULTS) if draw.random() < 0.15 else None

    def tell(message: str) -> None:
        if fault is not None and message.startswith(fault):
            shutil.rmtree(temp)
            temp.mkdir()

    settings = Settings(
        charts=tuple(each for each in CHART_FORMATS if draw.random() < 0.3),
        shards=draw.choice((None, 1, 5)),
        seed=draw.randrange(1_000),
        drop_duplicates=draw.random() < 0.5,
        temp_dir=temp,
    )
    try:
        analyze(export, out=folder / "run", settings=settings, tell=tell)
    except EngineError:
        return "refused" if fault is None else "interfered with"
    return "analysed"


def _compared(looks: list[dict[str, float]]) -> tuple[dict[str, list[float]], list[str]]:
    """Return the median of each figure in every quarter, and which figures grew from the second to the last."""
    quarter = max(len(looks) // 4, 1)
    parts = [looks[place * quarter : (place + 1) * quarter] or looks[-1:] for place in range(4)]
    medians = {
        figure: [round(statistics.median(each[figure] for each in part), 1) for part in parts] for figure in looks[0]
    }
    grew = [figure for figure, (_, second, _, last) in medians.items() if last > GROWTH * second]
    return medians, grew


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:]]
    sys.exit(main(numbers[0], numbers[1] if len(numbers) > 1 else 1))
