from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import ResourceError
from engine.workspace import OWNER, SIGN, remove, remove_abandoned, used_space, workspace
from tests.conftest import ROOT

HOLD = """
import sys
from pathlib import Path
from engine.workspace import workspace
with workspace(Path(sys.argv[1])) as folder:
    (folder / "shards").mkdir()
    (folder / "shards" / "0.arrow").write_bytes(b"lines")
    print(folder, flush=True)
    sys.stdin.read()
"""


def _holder(place: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a process that holds a folder until its input ends; return both."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_the_folder_is_gone_at_the_end_and_after_an_error(tmp_path: Path) -> None:
    with workspace(tmp_path) as folder:
        (folder / "shards").mkdir()
        (folder / "shards" / "0.arrow").write_bytes(b"12345")
        assert used_space(folder / "shards") == 5
    assert list(tmp_path.iterdir()) == []

    with pytest.raises(ZeroDivisionError), workspace(tmp_path) as folder:
        _ = (folder / "part").write_bytes(b"12345") / 0
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed_by_the_next_and_told(tmp_path: Path) -> None:
    process, left = _holder(tmp_path)
    process.kill()
    process.communicate()
    assert (left / "shards" / "0.arrow").is_file()
    told: list[str] = []

    with workspace(tmp_path, told.append) as folder:
        assert list(tmp_path.iterdir()) == [folder]

    assert told == [f"Removed from {tmp_path}: temporary files of 1 run ended by force."]


def test_what_a_living_run_holds_is_left_alone(tmp_path: Path) -> None:
    process, held = _holder(tmp_path)

    assert remove_abandoned(tmp_path) == 0

    assert (held / "shards" / "0.arrow").is_file()
    process.communicate()
    assert process.returncode == 0
    assert not held.exists()


def test_what_is_of_others_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / OWNER).write_text(f"{SIGN} 1\n", encoding="utf-8")
    (tmp_path / "hidden-segments-linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "hidden-segments-mine").mkdir()
    (tmp_path / "hidden-segments-mine" / "notes.txt").write_text("precious", encoding="utf-8")
    (tmp_path / "hidden-segments-owned").mkdir()
    (tmp_path / "hidden-segments-owned" / OWNER).write_text("me\n", encoding="utf-8")
    (tmp_path / "hidden-segments-file").write_text("precious", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))

    assert remove_abandoned(tmp_path) == 0

    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_in_an_abandoned_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "notes.txt").write_text("mine", encoding="utf-8")
    left = tmp_path / "temp" / "hidden-segments-left"
    left.mkdir(parents=True)
    (left / OWNER).write_text(f"{SIGN} 1\n", encoding="utf-8")
    (left / "link").symlink_to(tmp_path / "precious")

    assert remove_abandoned(tmp_path / "temp") == 1

    assert (tmp_path / "precious" / "notes.txt").is_file()
    assert list((tmp_path / "temp").iterdir()) == []


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_a_place_without_folders_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(ResourceError, match=rf"(?s){name}: temporary files cannot be written.*--temp-dir"):
        workspace(tmp_path / name).__enter__()


def test_an_interruption_while_a_folder_is_removed_waits_until_it_is_gone(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys, threading\n"
        "from pathlib import Path\n"
        "from engine.workspace import remove\n"
        "def strike():\n"
        "    while len(os.listdir(sys.argv[1])) == 4000: pass\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Thread(target=strike, daemon=True).start()\n"
        "try: remove(Path(sys.argv[1]))\n"
        "except KeyboardInterrupt: print('interrupted')\n"
    )
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(4_000):
        (folder / f"{number}").touch()

    run = subprocess.run([sys.executable, "-c", script, folder], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (run.stdout, run.returncode) in {("interrupted\n", 0), ("", -signal.SIGINT)}
    assert not folder.exists()
    remove(folder)  # what is gone already is no error


def test_the_folder_is_known_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "near").mkdir()

    with workspace(Path("near")) as folder:
        assert folder.is_absolute()
