"""Slow starts, taken while the input is read: heavy imports, and the chart engine's first compilation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future


class Preload:
    """Imports the clustering library, and for a report the chart engine, in threads of their own.

    Measured on 2 cores: scikit-learn takes 0.8 s to import, Altair 0.3 s, Vega's bundle 1.0 s to build. Polars leaves
    the interpreter free while it reads, so that they cost little beside the pass over the input.
    """

    def __init__(self, *, report: bool) -> None:
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="preload")
        self._clustering = self._pool.submit(_import_clustering)
        self._bundle: Future[str] | None = self._pool.submit(_vega_bundle) if report else None
        self._pool.shutdown(wait=False)

    def wait_for_clustering(self) -> None:
        """Wait until the clustering library is imported."""
        self._clustering.result()

    def vega_bundle(self) -> str:
        """Return the JavaScript that draws charts in the report: one text, no address to load from."""
        return self._bundle.result() if self._bundle is not None else _vega_bundle()


def _import_clustering() -> None:
    import sklearn.cluster
    import sklearn.decomposition
    import sklearn.metrics  # noqa: F401


def _vega_bundle() -> str:
    import altair as alt  # noqa: F401
    import vl_convert

    return str(vl_convert.javascript_bundle())  # type: ignore[call-arg]  # the snippet is optional
