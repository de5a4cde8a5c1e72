"""What an export is, told in seconds: tables within eighty columns, JSON, and a configuration."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli

HEADER = "customer_id,order_id,order_date,quantity,unit_price,product_name,shelf\n"


def _line(number: int) -> str:
    day = f"2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
    return f"c{number % 97},{number // 2},{day},{number % 5 + 1},{number % 40}.50,Thing {number % 30},{number % 3}\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.csv"
    path.write_text(HEADER + "".join(map(_line, range(2_000))), encoding="utf-8")
    return path


def _found(cli: Cli, *arguments: object) -> dict[str, Any]:
    run = cli("inspect", *arguments, "--json")
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def _columns(found: dict[str, Any]) -> dict[str, str]:
    return {each["role"]: each["column"] for each in found["roles"]}


def test_json_tells_files_roles_sample_and_first_lines(cli: Cli, shop: Path) -> None:
    found = _found(cli, shop)

    file = found["files"][0]
    assert (file["name"], file["bytes"], file["encoding"]) == ("shop.csv", shop.stat().st_size, "UTF-8")
    assert (file["delimiter"], file["header"], file["columns"]) == (",", True, 7)
    assert _columns(found) == {
        "customer": "customer_id",
        "order": "order_id",
        "product_name": "product_name",
        "date": "order_date",
        "quantity": "quantity",
        "price": "unit_price",
    }
    assert all(each["reason"] for each in found["roles"])
    assert found["unused"] == ["shelf"]
    assert found["date_formats"] == ["%Y-%m-%d"]
    assert found["sample"] == {"rows": 2_000, "kept": 2_000, "rejected": 0, "reasons": []}
    assert found["preview"][1] == {
        "customer": "c1",
        "order": "0",
        "time": "2024-02-02T00:00:00",
        "quantity": 2.0,
        "amount": 3.0,
        "product": "Thing 1",
        "rejected": None,
    }


def test_rejected_lines_of_the_sample_are_counted_with_reason_and_money(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    broken = ",7,2024-01-01,2,5.00,Thing,1\nc1,8,soon,1,1.00,Thing,1\n"
    path.write_text(HEADER + broken + "".join(map(_line, range(500))), encoding="utf-8")

    found = _found(cli, path)

    sample = found["sample"]
    assert (sample["rows"], sample["kept"], sample["rejected"]) == (502, 500, 2)
    assert {each["reason"].split(",")[0]: (each["rows"], each["amount"]) for each in sample["reasons"]} == {
        "missing customer": (1, 10.0),
        "unreadable date": (1, 1.0),
    }
    assert found["preview"][0]["rejected"] == "missing customer"
    assert "rejected: missing" in cli("inspect", path).stdout


def test_tables_name_everything_within_eighty_columns(cli: Cli, shop: Path) -> None:
    run = cli("inspect", shop)

    assert run.returncode == 0, run.stderr
    assert max(map(len, run.stdout.splitlines())) <= 80
    told = " ".join(run.stdout.split())
    words = ["shop.csv", "UTF-8", "comma", "%Y-%m-%d", "customer_id", "unit_price", "Runner-up", "No role: shelf"]
    assert [word for word in [*words, "Thing 1", "2,000 sampled"] if word not in told] == []


def test_texts_of_the_data_never_act_as_markup(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "[bold]shop.csv"
    lines = "".join(f"[red]c{n % 7},{n},2024-01-{n % 28 + 1:02d},{n}.50,\x1b[31m[/x]\n" for n in range(1, 60))
    path.write_text("customer_id,order_id,order_date,amount,[link]\n" + lines, encoding="utf-8")

    run = cli("inspect", path.parent)

    assert run.returncode == 0, run.stderr
    assert "[red]c1" in run.stdout
    assert "[link]" in run.stdout
    assert "\x1b" not in run.stdout


def test_options_overrule_what_is_found(cli: Cli, shop: Path) -> None:
    found = _found(cli, shop, "--product", "shelf", "--delimiter", ",", "--date-format", "%Y-%m-%d")

    assert _columns(found)["product"] == "shelf"
    assert next(each["reason"] for each in found["roles"] if each["role"] == "product") == "named by you"


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    size = 200_000_000
    with path.open("wb") as file:
        file.truncate(size)
    _fill_the_sampled_places(path, size)
    before, started = _bytes_read(), time.perf_counter()

    from engine.inspection import inspection, understood
    from engine.intake.source import open_source
    from engine.settings import Settings

    source = open_source([path], Settings())
    found = inspection(source, understood(source))

    assert _bytes_read() - before < size / 10
    assert time.perf_counter() - started < 2
    assert found["bytes"] == size
    assert found["sample"]["rows"] > 10_000
    assert found["sample"]["rejected"] == 0


def _fill_the_sampled_places(path: Path, size: int) -> None:
    """Write sound lines where samples are taken; everything between is NUL bytes, which no reader would bear."""
    from engine.intake.sample import HEAD_BYTES, PIECE_BYTES, _offsets

    lines = "".join(map(_line, range(20_000))).encode()
    with path.open("r+b") as file:
        file.write((HEADER.encode() + lines)[:HEAD_BYTES])
        for offset in _offsets(size):
            file.seek(offset - 4)
            file.write((b"\n\n\n\n" + lines)[: PIECE_BYTES + 4])


def _bytes_read() -> int:
    counts = Path("/proc/self/io")
    if not counts.exists():
        pytest.skip("the system does not count what a process reads")
    return int(counts.read_text(encoding="ascii").split("rchar: ")[1].split()[0])


def test_what_cannot_be_read_is_one_clear_message(cli: Cli, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("shop,city,phone\nx,Rome,1-2\ny,Oslo,3-4\n", encoding="utf-8")

    missing, unusable = cli("inspect", tmp_path / "none.csv"), cli("inspect", bad, "--json")

    assert (missing.returncode, unusable.returncode) == (1, 1)
    assert (missing.stdout, unusable.stdout) == ("", "")
    assert "no such file" in missing.stderr
    assert "shop, city, phone" in unusable.stderr
    assert "Traceback" not in missing.stderr + unusable.stderr
    assert cli("inspect").returncode == 2


@pytest.mark.parametrize("told", ["config", "input", "foreign", "folder"])
def test_a_configuration_replaces_only_a_configuration(told: str, cli: Cli, shop: Path, tmp_path: Path) -> None:
    places = {name: tmp_path / name for name in ("config", "foreign", "folder")} | {"input": shop}
    places["config"].write_text("seed = 7\n", encoding="utf-8")
    places["foreign"].write_text("my notes", encoding="utf-8")
    places["folder"].mkdir()
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}

    run = cli("inspect", shop, "--quiet", "--write-config", places[told])

    after = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert run.returncode == (0 if told == "config" else 1), run.stderr
    assert (after == before) == (told != "config")
    assert after.keys() == before.keys()


REAL = {
    "online_retail.csv": ("CustomerID", "InvoiceDate", "UCI Online Retail"),
    "online_retail_germany_bom.csv": ("CustomerID", "InvoiceDate", "UCI Online Retail"),
    "shopify_orders_fictional.csv": ("Email", "Created at", "Shopify orders"),
    "superstore_mixed_dates.csv": ("Customer ID", "Order Date", "Superstore"),
    "cdnow_master.txt": ("customer_id", "date", "CDNOW"),
    "cdnow_sample.txt": (None, None, None),
}


@pytest.mark.real_data
@pytest.mark.parametrize("name", REAL)
def test_real_exports_are_told_at_sight(name: str, cli: Cli, real_data: Path) -> None:
    customer, date, layout = REAL[name]

    found, run = _found(cli, real_data / name), cli("inspect", real_data / name)

    columns = _columns(found)
    assert {"customer", "date"} <= columns.keys()
    assert {"amount", "price"} & columns.keys()
    if layout is not None:
        assert (columns["customer"], columns["date"], found["layout"]["name"]) == (customer, date, layout)
    assert found["sample"]["kept"] > 0.7 * found["sample"]["rows"] > 0
    assert len(found["preview"]) == 8
    assert max(map(len, run.stdout.splitlines())) <= 80
