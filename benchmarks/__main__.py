"""`python -m benchmarks`: measure; `python -m benchmarks --compare A B`: compare two runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.cases import CASES, DEFAULT_ROWS, FULL_ROWS
from benchmarks.command import RESULTS, bench, compare
from benchmarks.sizes import parse_rows, short
from engine.errors import EngineError


def main() -> int:
    """Do what the command line says; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--rows", default=",".join(map(short, DEFAULT_ROWS)), help="sizes in lines, as 1M,5M (default: %(default)s)"
    )
    parser.add_argument("--full", action="store_true", help=f"also {short(FULL_ROWS)} lines, without the peers")
    parser.add_argument(
        "--cases", help=f"names or patterns, parted by commas, of: {', '.join(case.name for case in CASES)}"
    )
    parser.add_argument("--runs", type=int, default=3, help="counted runs after a warm-up (default: %(default)s)")
    parser.add_argument("--name", help="name of the run (default: of version, machine, size and a counter)")
    parser.add_argument("--data-dir", type=Path, help="folder of the exports (default: in the system's temporary one)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records")
    parser.add_argument("--against", metavar="RUN", help="compare with an earlier run; exit code 1 where it lost")
    parser.add_argument("--compare", nargs=2, metavar=("BEFORE", "AFTER"), help="compare two runs and measure nothing")
    given = parser.parse_args()
    try:
        if given.compare:
            return compare(*given.compare, results=given.results)
        return bench(
            rows=[*parse_rows(given.rows), *([FULL_ROWS] if given.full else [])],
            cases=given.cases.split(",") if given.cases else None,
            runs=given.runs,
            name=given.name,
            data_dir=given.data_dir,
            results=given.results,
            against=given.against,
        )
    except EngineError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
