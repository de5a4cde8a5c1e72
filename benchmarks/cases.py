"""The table of cases: what is measured, on which exports, and which cases must give the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.util import find_spec

from benchmarks.answers import CUSTOMERS, LINES, MODEL, RULES, SUMMARY
from benchmarks.data import FEW, KINDS, MANY, PLAIN, TEXT_IDS
from engine.errors import EngineError

OURS = "Hidden Segments"
EVERY_KIND = (PLAIN, TEXT_IDS, FEW, MANY)
DEFAULT_ROWS = (1_000_000, 5_000_000, 20_000_000)
FULL_ROWS = 100_000_000
VARIANT_ROWS = 5_000_000
"""Exports of other kinds than the plain one are measured at the size nearest to this one only."""
BASKET_ROWS = 1_500_000
"""The largest export that mlxtend is given, of half a million orders."""
PEER_ROWS = 20_000_000
"""The largest export that peers are given: most of them hold it in memory."""


@dataclass(frozen=True, slots=True)
class Case:
    """One piece of work, done one way."""

    name: str
    engine: str
    what: str
    function: str
    """`module:function`; takes the export, a folder to work in and the stages to time, and returns its answer."""
    group: str
    """The kind of its answer, see `answers`: the cases of a group must agree."""
    kinds: tuple[str, ...] = (PLAIN,)
    needs: tuple[str, ...] = ()
    """Packages that must be installed."""
    most_rows: int | None = None
    """Lines above which the case is skipped."""

    @property
    def ours(self) -> bool:
        """Whether the engine is measured, and not a peer."""
        return self.engine == OURS

    def obstacle(self, rows: int) -> str | None:
        """Say why the case cannot be run on an export of this many lines; None where it can."""
        missing = [package for package in self.needs if find_spec(package) is None]
        if missing:
            extra = "spark" if "pyspark" in missing else "bench"
            return f"not installed: {', '.join(missing)} (pip install 'hidden-segments[{extra}]')"
        if self.most_rows is not None and rows > self.most_rows:
            return f"not run beyond {self.most_rows:,} lines"
        return None


_PANDAS = ("pandas", "pyarrow")

CASES = (
    Case("scan", OURS, "read the four needed columns and nothing else: the floor", "benchmarks.ours:scan", LINES),
    Case("scan_all", OURS, "read all columns and nothing else", "benchmarks.ours:scan_all", LINES),
    Case("intake", OURS, "read, clean, and part the lines by customer", "benchmarks.ours:intake", LINES, EVERY_KIND),
    Case(
        "features",
        OURS,
        "from the export to one row per customer",
        "benchmarks.ours:features",
        CUSTOMERS,
        EVERY_KIND,
    ),
    Case(
        "features_duckdb",
        "DuckDB",
        "from the export to one row per customer, in SQL",
        "benchmarks.peers.duckdb_peer:features",
        CUSTOMERS,
        EVERY_KIND,
        ("duckdb",),
        PEER_ROWS,
    ),
    Case(
        "features_polars",
        "Polars",
        "from the export to one row per customer, in one streaming query over all lines in memory",
        "benchmarks.peers.polars_peer:features",
        CUSTOMERS,
        EVERY_KIND,
        (),
        PEER_ROWS,
    ),
    Case(
        "features_pandas",
        "pandas",
        "from the export to one row per customer, as notebooks do it",
        "benchmarks.peers.pandas_peer:features",
        CUSTOMERS,
        EVERY_KIND,
        _PANDAS,
        PEER_ROWS,
    ),
    Case(
        "analysis",
        OURS,
        "the whole analysis: k chosen, segments explained, charts and report written",
        "benchmarks.ours:analysis",
        CUSTOMERS,
    ),
    Case(
        "analysis_pandas",
        "pandas",
        "features, then scikit-learn's StandardScaler and KMeans with k given as 6: no charts, no report",
        "benchmarks.peers.pandas_peer:analysis",
        CUSTOMERS,
        (PLAIN,),
        _PANDAS,
        PEER_ROWS,
    ),
    Case(
        "analysis_spark",
        "Spark",
        "the whole analysis on a local cluster of Spark, its start-up apart among the stages",
        "benchmarks.ours:analysis_spark",
        CUSTOMERS,
        (PLAIN,),
        ("pyspark", *_PANDAS),
        PEER_ROWS,
    ),
    Case(
        "baskets",
        OURS,
        "the association rules of all pairs of products in two orders of ten thousand, through the shards",
        "benchmarks.ours:baskets",
        RULES,
    ),
    Case(
        "baskets_mlxtend",
        "mlxtend",
        "the same rules by FP-growth, on a sparse table",
        "benchmarks.peers.mlxtend_peer:baskets",
        RULES,
        (PLAIN,),
        (*_PANDAS, "mlxtend"),
        BASKET_ROWS,
    ),
    Case(
        "summary",
        OURS,
        "frequency, recency and age of every customer in days, through the shards",
        "benchmarks.ours:summary",
        SUMMARY,
    ),
    Case(
        "summary_lifetimes",
        "lifetimes",
        "frequency, recency and age of every customer in days, by its own function",
        "benchmarks.peers.lifetimes_peer:summary",
        SUMMARY,
        (PLAIN,),
        (*_PANDAS, "lifetimes"),
        PEER_ROWS,
    ),
    Case(
        "bgnbd",
        OURS,
        "the same summary, and BG/NBD fitted to it",
        "benchmarks.ours:bgnbd",
        MODEL,
    ),
    Case(
        "bgnbd_lifetimes",
        "lifetimes",
        "the same summary, and BG/NBD fitted to it, by its own functions",
        "benchmarks.peers.lifetimes_peer:bgnbd",
        MODEL,
        (PLAIN,),
        (*_PANDAS, "lifetimes"),
        PEER_ROWS,
    ),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The cases that one export is for."""

    kind: str
    rows: int
    cases: tuple[Case, ...]


def plan(rows: list[int], chosen: list[str] | None = None) -> list[Plan]:
    """List the exports with the cases to run on each: the plain ones by size, then the other kinds at one size.

    `chosen` are names of cases, or patterns such as `features*`; EngineError where one fits none.
    """
    cases = CASES if chosen is None else _chosen(chosen)
    nearest = min(rows, key=lambda size: abs(size - VARIANT_ROWS))
    exports = [(PLAIN, size) for size in sorted(set(rows))] + [(kind, nearest) for kind in KINDS if kind != PLAIN]
    plans = [Plan(kind, size, tuple(case for case in cases if kind in case.kinds)) for kind, size in exports]
    return [each for each in plans if each.cases]


def _chosen(patterns: list[str]) -> tuple[Case, ...]:
    names = [case.name for case in CASES]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise EngineError(f"No case is called {pattern!r}.", hint=f"Cases: {', '.join(names)}.")
    return tuple(case for case in CASES if any(fnmatchcase(case.name, pattern) for pattern in patterns))
