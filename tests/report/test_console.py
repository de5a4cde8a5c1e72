"""The console summary fits its terminal and prints texts as they are."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from engine.report.console import show
from engine.report.findings import findings
from tests.charts.frames import example


def printed(summary: dict[str, Any], said: list[str], width: int = 80, **options: Any) -> str:
    """Return what `show` prints."""
    out = StringIO()
    show(summary, said, Console(width=width, file=out, **options), Path("output/retail"))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("segments", [1, 2, 6, 10])
def test_no_line_is_wider_than_the_terminal(segments: int, width: int) -> None:
    frames, summary = example(segments)

    text = printed(summary, findings(frames, summary), width)

    assert max(cell_len(line) for line in text.splitlines()) <= width
    for figure in (
        "541,909 read",
        "135,080 (25%): no customer",
        "4,338",
        "£8.9M",
        "1 Dec 2010",
        "output/retail/report.html",
    ):
        assert figure in text


def test_every_segment_and_finding_is_printed_whole() -> None:
    frames, summary = example(10)
    said = findings(frames, summary)

    flat = " ".join(printed(summary, said, 300).split())

    for name in frames.segments["segment_name"]:
        assert " ".join(name.split()[:2]) in flat
    for sentence in said:
        assert " ".join(sentence.split()[:6]) in flat


def test_texts_of_the_data_are_no_markup_and_steer_no_terminal() -> None:
    hostile = "[red]x[/red] [/] \x1b[31m " + "y" * 300
    frames, summary = example(2, names=(hostile, "b"))
    summary["alerts"] = [{"code": "x", "message": hostile, "rows": 1, "amount": 0.0}]
    summary["source"]["files"][0]["name"] = hostile
    summary["rows"]["rejected_by_reason"] = {hostile: 5}

    text = printed(summary, [*findings(frames, summary), "[bold]no[/bold]"])

    assert "\x1b" not in text
    assert "[red]x[/red] [/]" in text
    assert "[bold]no[/bold]" in text
    assert max(cell_len(line) for line in text.splitlines()) <= 80


def test_colour_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    frames, summary = example(2)
    said = findings(frames, summary)
    monkeypatch.delenv("NO_COLOR", raising=False)

    assert "\x1b[" not in printed(summary, said)
    assert "\x1b[1;33m" in printed(summary, said, force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;33m" not in printed(summary, said, force_terminal=True, color_system="standard")


def test_nothing_is_said_of_files_that_were_not_left() -> None:
    _, summary = example(2)
    out = StringIO()

    show(summary, [], Console(width=80, file=out), None)

    assert "report.html" not in out.getvalue()
