"""The page of a comparison as a reader sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from engine.comparison import compare
from tests.browser.conftest import Open
from tests.runs import write_run

BEFORE = [("ann", 1, 300.0), ("bob", 1, 200.0), ("cid", 2, 20.0), ("dan", 3, 10.0)]
AFTER = [("ann", 1, 400.0), ("bob", 2, 200.0), ("cid", 2, 20.0), ("eve", 3, 15.0)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_comparison_is_drawn_offline_and_can_be_read(scheme: str, open_page: Open, tmp_path: Path) -> None:
    out = tmp_path / "out"
    compare(write_run(tmp_path / "jan", BEFORE), write_run(tmp_path / "feb", AFTER), out=out)

    opened = open_page(out / "comparison.html", scheme=scheme)

    assert opened.messages == []
    assert opened.requests == [(out / "comparison.html").as_uri()]
    assert opened.page.locator("#chart-segment_flow svg path").count() > 4
    found = Axe().run(opened.page, {"exclude": [".plot"]}, {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    opened.page.set_viewport_size({"width": 390, "height": 844})
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390
