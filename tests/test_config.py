"""Settings in a TOML file: what is wrong with one is named, and what was written reads the export as before."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine import analyze, config
from engine.config import read_config, write_config
from engine.errors import EngineError, OutputError
from engine.insights.wanted import INSIGHTS
from engine.intake.source import open_source
from engine.settings import Settings
from tests.conftest import BARE, Cli


def _read(folder: Path, text: str) -> dict[str, Any]:
    path = folder / "shop.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def test_every_setting_can_be_configured() -> None:
    # A configuration is handed on, and a key is not: it comes from the command line or the environment.
    assert {each.name for each in fields(Settings)} - {"hash_ids"} == {config.COLUMNS, config.RFM, *config.TYPES}


def test_values_become_settings(tmp_path: Path) -> None:
    read = _read(
        tmp_path,
        'delimiter = ";"\nas_of = 2024-02-01\nk = 4\nseed = 9\ntemp_dir = "/tmp"\n[columns]\ncustomer = "Kunde"\n',
    )

    assert read == {
        "delimiter": ";",
        "as_of": datetime(2024, 2, 1),
        "k": 4,
        "seed": 9,
        "temp_dir": Path("/tmp"),  # noqa: S108
        "columns": {"customer": "Kunde"},
    }
    assert Settings(**read).columns == {"customer": "Kunde"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sed = 1", ["'sed'", "Did you mean 'seed'?", "Known keys", "delimiter"]),
        ('seed = "1"', ["seed is '1'", "a whole number", "Known keys"]),
        ("seed = true", ["seed is True", "a whole number"]),
        ("k = 4.0", ["k is 4.0", "a whole number"]),
        ("delimiter = 1", ["delimiter is 1", "text"]),
        ("keep_cancelled = 1", ["keep_cancelled is 1", "true or false"]),
        ('as_of = "soon"', ["as_of is 'soon'", "a date"]),
        ("as_of = 5", ["as_of is 5", "a date"]),
        ("temp_dir = 5", ["temp_dir is 5", "text"]),
        ("columns = 1", ["columns is 1", "table", "[columns]"]),
        ('[columns]\ncustomr = "x"', ["'customr'", "Did you mean 'customer'?", "[columns]"]),
        ("[columns]\ncustomer = 1", ["columns.customer is 1", "text"]),
        ("rfm = 1", ["rfm is 1", "table", "[rfm]"]),
        ("[rfm]\nrecency = [1, 2, 3, 4]", ["'recency'", "Did you mean 'recency_days'?"]),
        ("[rfm]\norders = 3", ["rfm.orders is 3", "list of numbers", "orders = [30, 60, 90, 180]"]),
        ("seed = ", ["no TOML"]),
    ],
)
def test_mistakes_are_named(text: str, words: list[str], tmp_path: Path) -> None:
    with pytest.raises(EngineError) as raised:
        _read(tmp_path, text)

    message = str(raised.value)
    assert [word for word in ["shop.toml", *words] if word not in message] == [], message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"none\.toml"):
        read_config(tmp_path / "none.toml")


def test_names_with_odd_characters_come_back(tmp_path: Path) -> None:
    names = ['Kun"de\x7f', "Da\\tum", "Be#trag [€]"]
    head = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    path = tmp_path / "shop.csv"
    lines = "".join(f"c{n % 7},2024-01-{n % 28 + 1:02d},{n}.50\n" for n in range(1, 60))
    path.write_text(f"{head}\n{lines}", encoding="utf-8")
    given = dict(zip(("customer", "date", "amount"), names, strict=True))
    source = open_source([path], Settings(columns=given))

    write_config(tmp_path / "shop.toml", source, Settings(columns=given, seed=5))

    read = read_config(tmp_path / "shop.toml")
    assert read["columns"] == given
    assert (read["seed"], read["delimiter"], read["date_format"]) == (5, ",", "%Y-%m-%d")


def test_what_was_only_assumed_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    lines = "".join(f"c{n % 7},{n},0{n % 9 + 1}/0{n % 7 + 1}/2024,{n}.50\n" for n in range(1, 60))
    path.write_text(f"customer_id,order_id,order_date,amount\n{lines}", encoding="utf-8")
    source = open_source([path], Settings())
    assert "ambiguous_dates" in {alert.code for alert in source.alerts}

    write_config(tmp_path / "shop.toml", source, Settings())

    assert "date_format" not in read_config(tmp_path / "shop.toml")
    assert f'# date_format = "{source.reading.date_formats[0]}"' in (tmp_path / "shop.toml").read_text(encoding="utf-8")


def test_a_folder_that_is_a_file_is_told(export: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(OutputError, match="cannot be written"):
        write_config(tmp_path / "file" / "shop.toml", open_source([export], Settings()), Settings())

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def _summary(cli: Cli, *arguments: object) -> dict[str, Any]:
    run = cli("analyze", *arguments, *BARE, "--json", "--quiet")
    assert run.returncode == 0, run.stderr
    summary: dict[str, Any] = json.loads(run.stdout)
    return _without_reasons(summary)


def _without_reasons(summary: dict[str, Any]) -> dict[str, Any]:
    for role in summary["source"]["roles"]:  # "named by you", and then nothing comes second
        del role["reason"], role["runner_up"]
    return summary


def test_a_written_configuration_gives_the_same_analysis(cli: Cli, export: Path, tmp_path: Path) -> None:
    written = cli("inspect", export, "--write-config", tmp_path / "shop.toml")
    assert written.returncode == 0, written.stderr
    assert "shop.toml" in written.stderr

    alone = _summary(cli, export, "--out", tmp_path / "alone")
    configured = _summary(cli, export, "--out", tmp_path / "configured", "--config", tmp_path / "shop.toml")

    assert configured == alone


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["superstore_mixed_dates.csv", "online_retail_germany_bom.csv"])
def test_a_configuration_of_a_real_export_gives_the_same_analysis(name: str, real_data: Path, tmp_path: Path) -> None:
    export = real_data / name
    bare: dict[str, Any] = {"without": INSIGHTS}
    write_config(tmp_path / "shop.toml", open_source([export], Settings()), Settings())

    alone = analyze(export, settings=Settings(**bare))
    configured = analyze(export, settings=Settings(**(read_config(tmp_path / "shop.toml") | bare)))

    assert _without_reasons(configured.summary) == _without_reasons(alone.summary)
    assert configured.customers.collect().equals(alone.customers.collect())


def test_options_of_the_command_line_overrule_the_file(cli: Cli, export: Path, tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(
        'currency = "EUR"\nseed = 3\nk = 3\n[columns]\ncategory = "product_id"\n', encoding="utf-8"
    )
    given = ("--config", tmp_path / "shop.toml", "--k", "4", "--product", "product_id")

    summary = _summary(cli, export, "--out", tmp_path / "run", *given)

    assert summary["currency"] == "EUR"
    assert summary["k"]["chosen"] == 4
    columns = {each["role"]: each["column"] for each in summary["source"]["roles"]}
    assert columns["product"] == "product_id"
    assert columns.get("category") != "product_id"
    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert record["settings"]["seed"] == 3


def test_a_wrong_configuration_ends_with_one_clear_message(cli: Cli, export: Path, tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text("sed = 1\n", encoding="utf-8")

    run = cli("analyze", export, "--out", tmp_path / "run", "--config", tmp_path / "shop.toml", *BARE)

    assert run.returncode == 1
    assert "'sed'" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "run").exists()
