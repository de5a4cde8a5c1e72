from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import OutputError
from engine.report.painter import Painter

BAR: dict[str, Any] = {
    "data": {"values": [{"x": 3, "name": "tea & <cake>"}]},
    "mark": "bar",
    "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "name", "type": "nominal"}},
}


def test_pictures_are_there_once_the_painter_has_finished(tmp_path: Path) -> None:
    with Painter() as painter:
        for name in ("one", "two"):
            painter.paint(name, BAR, tmp_path)
        painter.finish()

        assert sorted(path.name for path in tmp_path.iterdir()) == ["one.png", "one.svg", "two.png", "two.svg"]
        assert "tea &amp; &lt;cake&gt;" in (tmp_path / "one.svg").read_text(encoding="utf-8")
        assert (tmp_path / "two.png").read_bytes().startswith(b"\x89PNG")
        assert "vegaEmbed" in painter.bundle


@pytest.mark.parametrize("formats", [("svg", "png"), ("png",), ("svg",)], ids=["both", "png", "svg"])
def test_a_chart_that_cannot_be_drawn_is_named(formats: tuple[str, ...], tmp_path: Path) -> None:
    with Painter(formats) as painter:
        painter.paint("broken", {"mark": 5}, tmp_path)

        with pytest.raises(OutputError, match="The chart broken could not be drawn"):
            painter.finish()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with Painter() as painter, pytest.raises(OutputError, match="nowhere: the chart one cannot be written"):
        painter.paint("one", BAR, tmp_path / "nowhere")


def test_a_renderer_that_ends_is_an_error_and_not_the_end_of_the_run(tmp_path: Path) -> None:
    with Painter() as painter:
        assert painter.bundle
        painter._process._process.kill()  # noqa: SLF001 - the renderer kills itself so where it lacks memory
        painter._process._process.wait()  # noqa: SLF001

        with pytest.raises(OutputError, match="the renderer ended"):
            painter.paint("one", BAR, tmp_path)


def test_no_process_is_left(tmp_path: Path) -> None:
    with Painter() as painter:
        painter.paint("one", BAR, tmp_path)

    assert painter._process._process.returncode is not None  # noqa: SLF001
