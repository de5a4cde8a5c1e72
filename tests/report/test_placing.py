"""The place of an output folder: one run at a time, and what runs ended by force leave is cleared away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import OutputError
from engine.report import placing
from engine.report.placing import check_target, replace_file, reserved, staged
from tests.conftest import ROOT

OUTPUTS = ("table.csv", "charts", "run.json")


def place(out: Path, text: str) -> None:
    with reserved(out), staged(out, OUTPUTS) as folder:
        (folder / "table.csv").write_text(text, encoding="utf-8")
        (folder / "run.json").write_text("{}", encoding="utf-8")


def held(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("in_one_step", [True, False])
def test_a_result_takes_the_place_of_an_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, in_one_step: bool
) -> None:
    if not in_one_step:
        monkeypatch.setattr(placing, "_exchanged", lambda *_: False)  # as where the system cannot
    out = tmp_path / "deep" / "run"

    for text in ("first", "second"):
        place(out, text)

        assert (out / "table.csv").read_text(encoding="utf-8") == text
        assert held(tmp_path / "deep") == ["run"]


def test_a_place_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    with reserved(tmp_path / "run"):
        with pytest.raises(OutputError, match="another run is writing"), reserved(tmp_path / "run"):
            pytest.fail("the place is taken")
        with reserved(tmp_path / "other"):
            pass

    with reserved(tmp_path / "run"):
        pass
    assert held(tmp_path) == []


def test_folders_made_for_a_run_that_fails_are_gone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="failed"), reserved(tmp_path / "a" / "b" / "run"):
        raise ValueError("failed")

    assert held(tmp_path) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from engine.report.placing import reserved, staged
out = Path(sys.argv[1])
with reserved(out), staged(out, ("run.json",)) as folder:
    (folder / "half.csv").write_text("half of it")
    if sys.argv[2] == "aside":
        out.rename(folder.with_name(folder.name + ".earlier"))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("moment", ["writing", "aside"])
@pytest.mark.parametrize("next_run", ["run", "other"])
def test_what_a_killed_run_leaves_is_cleared_away_by_the_next(tmp_path: Path, moment: str, next_run: str) -> None:
    place(tmp_path / "run", "earlier")
    command = [sys.executable, "-c", KILLED, str(tmp_path / "run"), moment]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9
    assert len(held(tmp_path)) == 3

    with reserved(tmp_path / next_run):
        assert (tmp_path / "run" / "table.csv").read_text(encoding="utf-8") == "earlier"

    assert held(tmp_path) == ["run"]


def test_what_no_run_has_made_stays(tmp_path: Path) -> None:
    mine = [".run.hidden-segments-notes", ".run.hidden-segments-abc", ".other.hidden-segments-12345678", "run.hidden"]
    for name in mine:
        (tmp_path / name).mkdir()

    place(tmp_path / "run", "text")

    assert held(tmp_path) == sorted([*mine, "run"])


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    (tmp_path / ".run.hidden-segments-lock").symlink_to(tmp_path / "precious")

    with pytest.raises(OutputError, match="cannot be written"), reserved(tmp_path / "run"):
        pytest.fail("the link leads elsewhere")

    assert (tmp_path / "precious").read_text(encoding="utf-8") == "mine"


def test_outputs_that_are_links_are_not_an_earlier_runs(tmp_path: Path) -> None:
    place(tmp_path / "run", "earlier")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run" / "charts").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OutputError, match="not of an earlier run: charts"):
        check_target(tmp_path / "run", (), OUTPUTS)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    replace_file(tmp_path / "manifest.json", "one\n")
    replace_file(tmp_path / "manifest.json", "two\n")

    assert (tmp_path / "manifest.json").read_text(encoding="utf-8") == "two\n"
    assert held(tmp_path) == ["manifest.json"]
    with pytest.raises(OutputError, match="cannot be written"):
        replace_file(tmp_path / "missing" / "manifest.json", "three\n")
