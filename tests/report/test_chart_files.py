"""The files of the charts: in the formats and in the look that were asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import Settings, analyze
from engine.charts import theme
from engine.errors import EngineError

LINES = "".join(f"c{n % 7},{n},2024-0{1 + n % 3}-{n % 28 + 1:02d},{n}.50\n" for n in range(1, 60))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "shop.csv"
    path.write_text(f"customer_id,order_id,order_date,amount\n{LINES}", encoding="utf-8")
    return path


def test_charts_are_written_in_the_formats_and_look_of_choice(export: Path, tmp_path: Path) -> None:
    run = analyze(export, out=tmp_path / "run", settings=Settings(charts=("json", "svg"), theme="dark"))

    files = sorted(path.name for path in (tmp_path / "run" / "charts").iterdir())
    assert files == sorted(f"{name}.{ending}" for name in run.charts for ending in ("svg", "vl.json"))
    for name in run.charts:
        specification = json.loads((tmp_path / "run" / "charts" / f"{name}.vl.json").read_text(encoding="utf-8"))
        assert specification == theme.in_dark(json.loads(run.charts[name].to_json(validate=False)))
        drawn = (tmp_path / "run" / "charts" / f"{name}.svg").read_text(encoding="utf-8")
        assert f'fill="{theme.DARK[theme.PAPER]}"' in drawn
    # The report has both looks, whatever the files have.
    assert theme.PAPER in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_pngs_alone_leave_no_svg_and_none_leaves_no_folder(export: Path, tmp_path: Path) -> None:
    analyze(export, out=tmp_path / "png", settings=Settings(charts=("png",)))
    analyze(export, out=tmp_path / "none", settings=Settings(charts=()))

    pictures = list((tmp_path / "png" / "charts").iterdir())
    assert pictures
    assert {path.suffix for path in pictures} == {".png"}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)
    assert not (tmp_path / "none" / "charts").exists()
    assert "vegaEmbed" in (tmp_path / "none" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "words"),
    [({"charts": ("gif",)}, "'gif'.*png, svg, json"), ({"theme": "blue"}, "'blue'.*light or dark")],
    ids=["format", "theme"],
)
def test_what_cannot_be_drawn_is_named(given: dict[str, object], words: str) -> None:
    with pytest.raises(EngineError) as caught:
        Settings(**given)  # type: ignore[arg-type]

    assert all(word in str(caught.value) for word in words.split(".*"))
