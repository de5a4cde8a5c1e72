"""The report is one whole page that nothing in the data can break."""

from __future__ import annotations

import dataclasses
import json
from html.parser import HTMLParser
from typing import Any

import polars as pl

from engine.charts import draw, theme
from engine.report.findings import findings
from engine.report.html import render_report
from tests.charts.frames import example

BUNDLE = "window.vegaEmbed = async () => {}; /* </script> */"
VOID = {"meta", "br", "link", "img", "hr", "input"}
HOSTILE = "<script>alert(1)</script><!-- \" ' & ]]> " + "x" * 300 + " 🎁 \u2028"


class Page(HTMLParser):
    """What a browser would find: elements, ids, specifications and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.labels: dict[str, str] = {}
        self.look: Any = None
        self.specs: dict[str, Any] = {}
        self.text = ""
        self.holder = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [value or "" for key, value in attrs if key in {"href", "src"}]
        if found.get("role") == "img":
            self.labels[found["id"] or ""] = found["aria-label"] or ""
        self.holder = found.get("data-chart") or ("look" if found.get("id") == "page-look" else "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.holder = ""

    def handle_data(self, data: str) -> None:
        if self.holder == "look":
            self.look = json.loads(data)
        elif self.holder:
            self.specs[self.holder] = json.loads(data)
        elif not self.open or self.open[-1] not in {"script", "style"}:
            self.text += data


def specs(charts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: chart.to_dict() for name, chart in charts.items()}


def report(segments: int = 5, **shape: Any) -> tuple[str, dict[str, Any]]:
    """Return the report of made-up results, and its charts."""
    frames, summary = example(segments, **shape)
    summary["findings"] = findings(frames, summary)
    charts = dict(draw(frames, summary))
    return render_report(frames, summary, specs(charts), BUNDLE), charts


def test_every_chart_is_there_once_with_its_words() -> None:
    text, charts = report(10)

    page = Page(text)

    assert not page.open
    assert len(page.ids) == len(set(page.ids))
    assert sorted(page.specs) == sorted(page.labels) == sorted(f"chart-{name}" for name in charts)
    for name, chart in charts.items():
        whole, inside = json.loads(chart.to_json(validate=False)), page.specs[f"chart-{name}"]
        finding = " ".join(whole["title"]["text"])
        assert inside["datasets"] == whole["datasets"]
        assert "title" not in inside
        assert finding in page.text
        assert page.labels[f"chart-{name}"].startswith(finding)
    assert page.look == {"dark": theme.DARK, "fields": list(theme.COLOUR_FIELDS)}


def test_the_page_asks_nothing_of_the_network() -> None:
    text, _ = report()

    page = Page(text)

    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert "default-src 'none'" in text
    assert "@import" not in text
    assert "url(" not in text


def test_the_page_holds_the_figures() -> None:
    text, _ = report(3)

    said = " ".join(Page(text).text.split())

    for figure in (
        "4,338",
        "£8.9M",
        "1 Dec 2010 to",
        "135,080",
        "CustomerID",
        "66%",
        "Seed",
        "comma",
        "Hidden Segments 1.0.0",
        "179\u2013373 days",
    ):
        assert figure in said
    for heading in ("Key findings", "3 segments", "What was read", "Methods in plain words", "How many segments"):
        assert heading in said


def test_hostile_texts_make_no_element() -> None:
    frames, summary = example(3, names=(HOSTILE, "b", "c"), labels=(HOSTILE, "two"), currency="<i>")
    frames = dataclasses.replace(frames, segments=frames.segments.with_columns(description=pl.lit(HOSTILE)))
    summary["findings"] = [HOSTILE]
    summary["alerts"] = [{"code": "x", "message": HOSTILE, "rows": 1, "amount": 2.0}]
    summary["source"]["files"][0]["name"] = HOSTILE
    summary["source"]["roles"][0] = {"role": HOSTILE, "column": HOSTILE, "reason": HOSTILE}
    summary["rows"]["rejected_by_reason"] = {HOSTILE: 135_095}
    summary["k"]["verdict"] = HOSTILE
    charts = dict(draw(frames, summary))

    text = render_report(frames, summary, specs(charts), BUNDLE)

    page = Page(text)
    assert not page.open
    # One script a chart, the looks, the bundle, and the lines that draw.
    assert page.tags.count("script") == len(charts) + 3
    assert "i" not in page.tags
    assert "<script>alert(1)" not in text
    assert page.text.count("<script>alert(1)</script>") > 10


def test_a_report_without_charts_still_reads() -> None:
    frames, summary = example(1, months=1)
    reason = "The orders lie in one calendar month."
    summary["left_out"] = [{"insight": "cohorts", "table": "cohorts", "reason": reason}]

    page = Page(render_report(frames, summary, {}, BUNDLE))

    assert not page.specs
    assert "One segment" in page.text
    assert "What this data cannot tell" in page.text
    assert f"Who comes back by month: {reason}" in page.text
    assert "#cohorts" not in page.links
