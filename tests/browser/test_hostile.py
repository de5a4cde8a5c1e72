"""Data that tries to break out of the report, the charts, the console and the list shows as text in all of them."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from engine.generate import generate
from engine.report import numbers
from tests.browser.conftest import Open
from tests.conftest import DULL, run_cli

LONG = "x" * 2_000
TEXTS = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"Fish\" & 'Chips' <b>",
    LONG,
    "🎁 Geschenke 👩‍👩‍👧",
    "\u202e\u0645\u0631\u062d\u0628\u0627",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd()",
    "{{ 7*7 }}{% raw %}${1}",
    "[red]rich[/red]\x1b[31m",
)
FIGURE = re.compile(r"\d(?:[\d,]*\d)?(?:\.\d+)?(?:[kMBT](?![A-Za-z]))?[%\u00d7]?")
FIXED = {"1%", "5%", "1\u00d7", "95%", "100", "200", "50"}
"""Figures of the wording: percentiles, intervals and what an index means."""


@dataclass
class Run:
    """A run on hostile data: its folder, what it printed, and its summary."""

    folder: Path
    printed: subprocess.CompletedProcess[str]
    summary: dict[str, object]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("hostile")
    plain = folder / "plain.csv"
    generate(plain, rows=8_000, seed=5)
    lines = pl.read_csv(plain, infer_schema=False)
    for column in ("category", "product_name"):
        kinds = lines[column].unique().sort()
        names = {kind: f"{TEXTS[at % len(TEXTS)]}{at // len(TEXTS) or ''}" for at, kind in enumerate(kinds)}
        lines = lines.with_columns(pl.col(column).replace_strict(names))
    marks = pl.col("customer_id").str.slice(-1).replace_strict({"1": "=", "2": "+cmd", "3": "\t@"}, default="")
    lines.with_columns(customer_id=marks + pl.col("customer_id")).write_csv(folder / "<img src=x>.csv")
    printed = run_cli("analyze", folder / "<img src=x>.csv", "--out", folder / "run", *DULL)
    assert printed.returncode == 0, printed.stderr
    return Run(folder / "run", printed, json.loads((folder / "run" / "summary.json").read_text(encoding="utf-8")))


def test_the_report_shows_hostile_texts_and_runs_none(run: Run, open_page: Open) -> None:
    path = run.folder / "report.html"

    opened = open_page(path)

    assert opened.messages == []
    assert opened.requests == [path.as_uri()]
    assert opened.page.locator("img, iframe, main b > img").count() == 0
    said = opened.page.text_content("main")
    for text in (TEXTS[0], TEXTS[2], TEXTS[4], "=cmd|' /C calc'!A0", "{{ 7*7 }}"):
        assert text in said
    drawn = opened.page.evaluate("[...document.querySelectorAll('.plot svg')].map(e => e.textContent).join(' ')")
    assert "<script>alert(1)</script>" in drawn
    assert opened.page.locator(".plot").count() == opened.page.locator(".plot svg").count() > 20
    assert path.stat().st_size < 3_000_000


def test_the_console_shows_hostile_texts_within_its_width(run: Run) -> None:
    assert "\x1b" not in run.printed.stdout
    assert "\"Fish\"&'Chips'<b>" in "".join(run.printed.stdout.split())
    assert max(map(len, run.printed.stdout.splitlines())) <= 80


def test_no_cell_of_the_lists_is_a_formula(run: Run) -> None:
    customers = pl.read_parquet(run.folder / "customers.parquet")["customer_id"].to_list()
    with (run.folder / "activation.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    cells = [cell for row in listed for cell in row.values()]

    assert [cell for cell in cells if re.match(r"\s*[=@+]|[-](?![\d.]+$)", cell)] == []
    assert sum(name.lstrip().startswith(("=", "+", "@")) for name in customers) > 50
    assert [row["customer_id"].removeprefix("'") for row in listed] == customers


class Words(HTMLParser):
    """The texts of a page by section, but for the explanations of methods."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hidden = 0
        self.section = ""
        self.texts: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in {"script", "style"}
        if tag == "section":
            self.section = dict(attrs)["id"] or ""

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self.hidden and self.section != "methods" and data.strip():
            self.texts.append((self.section, " ".join(data.split())))


def test_every_number_of_the_report_is_one_of_the_summary(run: Run) -> None:
    known = FIXED | {figure for text in written(run.summary) for figure in FIGURE.findall(text)}
    words = Words((run.folder / "report.html").read_text(encoding="utf-8")).texts

    strange = [(part, found, text[:90]) for part, text in words for found in FIGURE.findall(text) if found not in known]

    assert strange == []
    assert sum(len(FIGURE.findall(text)) for _, text in words) > 500


def written(content: object) -> Iterator[str]:
    """Write every figure of a summary in all the ways in which the report may."""
    if isinstance(content, dict):
        for key, each in content.items():
            yield str(key)
            yield from written(each)
    elif isinstance(content, list):
        for each in content:
            yield from written(each)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield from (way(content) for way in WAYS)
        yield from (f"{content:g}", f"{content:.4g}", numbers.times(content / 100), numbers.change(content - 1))
    elif content is not None:
        yield from (str(content), numbers.day(str(content)), numbers.month(str(content)))


WAYS = (
    numbers.full,
    numbers.count,
    numbers.money,
    numbers.share,
    numbers.change,
    numbers.times,
    numbers.plain,
    numbers.score,
    numbers.fine,
    numbers.size,
)
