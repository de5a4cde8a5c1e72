"""The report as a reader sees it: in a real browser, from disk, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import vl_convert
from axe_playwright_python.sync_playwright import Axe

from engine.charts import draw, theme
from engine.report.findings import findings
from engine.report.html import render_report
from tests.browser.conftest import Open, Opened
from tests.charts.frames import example

PHONE = (390, 844)
MARKS = """host => [...host.querySelectorAll('svg g.mark-group')].length && [...host.querySelectorAll(
  'svg [class*="mark-"]:not(.mark-group) > *:not(g)')].filter(e => e.getBoundingClientRect().width > 0
   || e.getBoundingClientRect().height > 0).length"""
FADED = """host => [...host.querySelectorAll('svg [class*="role-mark"] > *')].filter(
  e => e.getAttribute('opacity') === '0.12').length"""


def written(folder: Path, segments: int, **shape: Any) -> tuple[Path, list[str]]:
    """Write the report of made-up results, as a run writes it; return it and the names of its charts."""
    frames, summary = example(segments, **shape)
    summary["findings"] = findings(frames, summary)
    specs = {name: chart.to_dict(validate=False) for name, chart in draw(frames, summary)}
    path = folder / "report.html"
    path.write_text(render_report(frames, summary, specs, vl_convert.javascript_bundle()), encoding="utf-8")  # type: ignore[call-arg]
    return path, list(specs)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    return written(tmp_path_factory.mktemp("report"), 6)


@pytest.fixture(scope="module")
def opened(report: tuple[Path, list[str]], open_page: Open) -> Opened:
    """The report in a window of a desktop, in the light look; each test leaves it as it was."""
    return open_page(report[0])


@pytest.fixture(scope="module")
def at_night(report: tuple[Path, list[str]], open_page: Open) -> Opened:
    """The report on a system that prefers dark pages."""
    return open_page(report[0], scheme="dark")


def test_every_chart_is_drawn_without_a_word_to_the_network(report: tuple[Path, list[str]], opened: Opened) -> None:
    path, names = report

    assert opened.messages == []
    assert opened.requests == [path.as_uri()]
    for name in names:
        host = opened.page.query_selector(f"#chart-{name}")
        finding = opened.page.inner_text(f"#figure-{name} .finding")
        assert host.evaluate(MARKS) >= 4, name
        assert host.query_selector("svg text"), name
        assert host.get_attribute("aria-label").startswith(finding)


@pytest.mark.parametrize("segments", [1, 2, 10])
def test_any_shape_of_data_is_drawn(segments: int, tmp_path: Path, open_page: Open) -> None:
    long = tuple(f"A category whose name says at length what all is to be found in it, number {n}" for n in range(30))
    large = {"months": 240, "items": 300, "customers": 50_000, "labels": long} if segments == 10 else {"months": 1}
    path, names = written(tmp_path, segments, **large)

    opened = open_page(path, *PHONE)

    assert opened.messages == []
    assert opened.page.locator(".plot svg").count() == len(names)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert path.stat().st_size < 3_000_000


def test_the_bars_of_the_segments_are_as_long_as_their_shares(opened: Opened) -> None:
    frames, _ = example(6)

    bars = opened.page.eval_on_selector_all(
        "#chart-customer_segment_distribution .mark-rect path",
        "all => all.map(e => [e.getAttribute('fill'), e.getBBox().width])",
    )

    widths: dict[str, list[float]] = {}
    for colour, width in bars:
        widths.setdefault(colour, []).append(width)
    shares = frames.segments.select("segment", "customer_share", "revenue_share").rows()
    assert {theme.colour(segment) for segment, _, _ in shares} == set(widths)
    for at in (0, 1):
        largest = max(row[1 + at] for row in shares)
        longest = max(each[at] for each in widths.values())
        for segment, *both in shares:
            assert widths[theme.colour(segment)][at] / longest == pytest.approx(both[at] / largest, abs=0.01)


def test_a_chosen_segment_stands_out_in_charts_cards_and_tables(opened: Opened) -> None:
    page = opened.page
    told = page.locator("#chosen")

    page.click('.card button[data-choose="2"]')
    page.wait_for_function("document.querySelectorAll('svg [opacity=\"0.12\"]').length > 20")

    assert told.is_visible()
    assert page.eval_on_selector_all(".card.faded", "all => all.map(e => e.dataset.segment)") == list("13456")
    for name in ("customer_segment_distribution", "segment_map", "segment_profiles", "product_affinity_matrix"):
        assert page.query_selector(f"#chart-{name}").evaluate(FADED) > 0, name
    kept = page.eval_on_selector_all(
        "#chart-customer_segment_distribution .mark-rect path",
        "all => all.filter(e => e.getAttribute('opacity') !== '0.12').map(e => e.getAttribute('fill'))",
    )
    assert kept == [theme.colour(2)] * 2

    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelectorAll('svg [opacity=\"0.12\"]').length === 0")
    assert not told.is_visible()


def test_a_click_on_a_mark_picks_its_segment(opened: Opened) -> None:
    page = opened.page

    page.locator("#chart-customer_segment_distribution .mark-rect path").nth(2).click()

    page.wait_for_selector("#chosen:visible")
    assert page.locator('.card button[aria-pressed="true"]').get_attribute("data-choose") == "3"
    page.click("#all")
    assert page.locator(".faded").count() == 0


def test_tables_are_sorted_by_what_their_cells_are_worth(opened: Opened) -> None:
    table = opened.page.locator("table", has=opened.page.locator("caption", has_text="Customers by name"))
    opened.page.eval_on_selector_all("details", "all => all.forEach(e => e.open = true)")

    def column(at: int) -> list[str]:
        return list(table.locator("tbody tr").evaluate_all("(rows, at) => rows.map(r => r.cells[at].innerText)", at))

    money, names = column(6), column(0)
    table.locator("th button", has_text="Spent").click()
    assert table.locator('th[aria-sort="descending"]').inner_text().startswith("Spent")
    assert column(6) == sorted(money, key=pounds, reverse=True)
    table.locator("th button", has_text="Name").click()
    assert column(0) == sorted(names, key=str.lower)


def pounds(text: str) -> float:
    """Read an amount as the report writes it."""
    scale = {"k": 1e3, "M": 1e6}.get(text[-1], 1.0)
    return float(text.strip("£kM").replace(",", "")) * scale


@pytest.mark.parametrize("look", ["opened", "at_night"])
def test_the_page_can_be_read_by_everyone(look: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(look).page
    page.eval_on_selector_all("details", "all => all.forEach(e => e.open = true)")

    # The charts are pictures to it: what they hold is in their labels and in the tables.
    found = Axe().run(page, {"exclude": [".plot"]}, {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})

    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []


@pytest.mark.parametrize("size", [PHONE, (820, 1180), (1360, 900)], ids=["phone", "tablet", "desktop"])
def test_nothing_is_wider_than_the_window(size: tuple[int, int], opened: Opened) -> None:
    opened.page.set_viewport_size({"width": size[0], "height": size[1]})

    assert opened.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert opened.page.evaluate(CLIPPED) == []


def test_the_look_can_be_changed(report: tuple[Path, list[str]], at_night: Opened) -> None:
    page = at_night.page
    papers = "all => [...new Set(all.map(e => e.style.backgroundColor))]"
    assert page.eval_on_selector_all(".plot svg", papers) == [rgb(theme.DARK[theme.PAPER])]

    page.click("#look")
    page.wait_for_selector('html[data-drawn="no"]', state="attached")
    at_night.drawn()

    assert page.eval_on_selector_all(".plot svg", papers) == [rgb(theme.PAPER)]
    assert page.locator(".plot svg").count() == len(report[1])
    assert at_night.messages == []


def rgb(colour: str) -> str:
    """Write a colour as the browser does."""
    return f"rgb({int(colour[1:3], 16)}, {int(colour[3:5], 16)}, {int(colour[5:7], 16)})"


CLIPPED = """[...document.querySelectorAll('main :is(p, h1, h2, h3, li, dd, dt, figcaption)')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width > 0 && !e.closest('.scroll') && (box.left < 0 || box.right > innerWidth + 1
    || e.scrollWidth > e.clientWidth + 1);
}).map(e => e.textContent.slice(0, 80))"""
