"""The page of outputs is that of the code, and describes everything that a run leaves."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from tests.conftest import BARE, ROOT, run_cli


@pytest.fixture(scope="module")
def outputs() -> ModuleType:
    """The module that writes the page."""
    spec = importlib.util.spec_from_file_location("outputs", ROOT / "docs" / "outputs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(outputs: ModuleType) -> None:
    assert (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8") == outputs.page(), "run `make docs`"


def test_every_column_and_key_of_a_run_is_described(export: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")

    def section(name: str) -> str:
        return page.split(f"\n## {name}\n")[1].split("\n## ")[0]

    assert run_cli("analyze", export, "--out", tmp_path / "run", "--quiet", *BARE).returncode == 0

    folder = tmp_path / "run"
    customers = pl.read_parquet_schema(folder / "customers.parquet")
    for name in customers:
        assert f"`{name}`" in section("customers.parquet") or name.startswith("spend_share: "), name
    for name in ("activation.csv", "rejects.csv"):
        for column in (folder / name).read_text(encoding="utf-8").splitlines()[0].split(","):
            assert f"`{column}`" in section(name), column
    for column in (folder / "segments.csv").read_text(encoding="utf-8").splitlines()[0].split(","):
        assert column in section("segments.csv") or column.startswith("median_"), column
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    for key in summary:
        assert f"| `{key}` |" in section("summary.json"), key
    for file in folder.iterdir():
        assert f"`{file.name}`" in section("Files of `analyze`"), file.name
