"""The insights of whole runs: what they add up to, what can be switched off, what is left out and why."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine import Settings, analyze
from engine.errors import EngineError
from engine.insights.affinity import MAX_ITEMS
from engine.insights.wanted import INSIGHTS
from engine.intake.rules import GIANT_BASKET
from engine.result import Analysis
from tests.conftest import Cli

TABLES = {
    "affinity": ("affinity", "product_affinity"),
    "baskets": ("basket_rules", "segment_pairs"),
    "sequence": ("sequences", "entry_products"),
    "cohorts": ("cohorts", "segment_cohorts", "segment_retention", "repeat_rates", "repeat_curve"),
    "timing": ("clock", "gaps", "rhythm", "customer_rhythm", "seasonality"),
    "concentration": ("concentration", "product_concentration", "heaviness", "revenue_tree"),
    "statistics": ("columns", "correlations", "histograms"),
    "forecast": ("forecast_models",),
}


@pytest.fixture(scope="module")
def run(export: Path) -> Analysis:
    return analyze(export)


def reasons(run: Analysis) -> dict[str, str]:
    return {each["table"]: each["reason"] for each in run.summary["left_out"]}


def test_every_insight_has_its_tables(run: Analysis) -> None:
    assert set(TABLES) == set(INSIGHTS)
    empty = {name for tables in TABLES.values() for name in tables if getattr(run.frames, name).is_empty()}
    assert empty == {each["table"] for each in run.summary["left_out"]}
    # A thousand customers of two thousand products do not go the same way from one to the other.
    assert empty <= set(TABLES["sequence"]) | {"segment_pairs"}


def test_the_tables_add_up_to_the_run(run: Analysis) -> None:
    frames, summary = run.frames, run.summary
    revenue, buyers = summary["revenue"], summary["buyers"]

    for table in (frames.affinity, frames.product_affinity):
        assert table["revenue"].sum() == pytest.approx(revenue)
        by_segment = dict(table.group_by("segment").agg(pl.col("revenue").sum()).iter_rows())
        assert by_segment == pytest.approx(dict(frames.segments.select("segment", "revenue").iter_rows()))
    first = pl.col("months_since") == 0
    assert frames.cohorts.filter(first)["customers"].sum() == buyers
    assert frames.segment_cohorts.filter(first)["customers"].sum() == buyers
    assert frames.segment_cohorts["orders"].sum() == frames.cohorts["orders"].sum() == summary["orders"]
    assert frames.segment_cohorts["revenue"].sum() == pytest.approx(frames.cohorts["revenue"].sum())
    assert frames.months["revenue"].sum() == pytest.approx(revenue)
    new = frames.months.select(pl.col("new_revenue") + pl.col("returning_revenue")).to_series()
    assert new.sum() == pytest.approx(revenue)
    assert frames.clock["orders"].sum() == summary["orders"]
    assert frames.gaps["gaps"].sum() == summary["orders"] - buyers
    assert frames.heaviness["customers"].sum() == summary["customers"]
    assert frames.heaviness["revenue"].sum() == pytest.approx(revenue)
    amount = frames.columns.filter(pl.col("column") == "amount").row(0, named=True)
    assert amount["values"] == summary["rows"]["kept"]
    assert amount["mean"] * amount["values"] == pytest.approx(revenue)
    for feature, bins in frames.histograms.group_by("feature"):
        held = run.customers.select(pl.col(str(feature[0])).count()).collect().item()
        assert bins["customers"].sum() == held
    tree, periods = frames.revenue_tree, summary["periods"]
    assert tree["contribution"].sum() == pytest.approx(periods["revenue_after"] - periods["revenue_before"])
    for side in ("before", "after"):
        assert tree[side].product() == pytest.approx(periods[f"revenue_{side}"])


@pytest.mark.parametrize("insights", [INSIGHTS[:2], INSIGHTS[2:4], INSIGHTS[4:6], INSIGHTS[6:]], ids="+".join)
def test_each_insight_can_be_switched_off_and_changes_no_other(
    run: Analysis, export: Path, insights: tuple[str, ...]
) -> None:
    off = {*insights, "forecast"}  # which takes its time, and changes no other either
    less = analyze(export, settings=Settings(without=tuple(sorted(off))))

    told = reasons(less)
    for insight in insights:
        for name in TABLES[insight]:
            assert getattr(less.frames, name).is_empty()
            assert getattr(less.frames, name).schema == getattr(run.frames, name).schema
        assert {told[name] for name in TABLES[insight] if name in told} == {f"Switched off with --without {insight}."}
    for other, tables in TABLES.items():
        for name in tables if other not in off else ():
            assert getattr(less.frames, name).equals(getattr(run.frames, name)), name
    assert less.frames.segments.drop("favourite", "description").equals(
        run.frames.segments.drop("favourite", "description")
    )
    assert less.charts.keys() < run.charts.keys()


def test_an_unknown_insight_is_refused_with_the_known_ones() -> None:
    with pytest.raises(EngineError, match="no insight 'basket'") as caught:
        Settings(without=("basket",))

    assert "Did you mean 'baskets'?" in (caught.value.hint or "")


def test_the_command_line_switches_off_and_says_so(cli: Cli, tmp_path: Path, export: Path) -> None:
    (tmp_path / "shop.toml").write_text('without = ["timing"]\nbasket_support = 0.01\n', encoding="utf-8")
    off = ",".join(name for name in INSIGHTS if name != "baskets")

    done = cli(
        "analyze", export, "--out", tmp_path / "run", "--config", tmp_path / "shop.toml", "--without", off, "--json"
    )
    wrong = cli("analyze", export, "--out", tmp_path / "other", "--without", "bakets")

    assert (done.returncode, wrong.returncode) == (0, 1), done.stderr
    assert "Did you mean 'baskets'?" in wrong.stderr
    assert not (tmp_path / "other").exists()
    summary = json.loads(done.stdout)
    assert summary["months"]
    assert not summary["affinity"]
    rules = summary["basket_rules"]
    assert all(rule["orders"] >= 0.01 * summary["counted"]["orders"] for rule in rules)
    assert "Switched off with --without cohorts." in (tmp_path / "run" / "report.html").read_text("utf-8")
    settings = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["settings"]
    assert settings["without"] == off.split(",")


def _without(export: Path, target: Path, *columns: str, rows: int | None = None) -> Path:
    frame = pl.read_csv(export, infer_schema=False)
    (frame if rows is None else frame.head(rows)).drop(columns).write_csv(target)
    return target


def test_without_products_and_categories_what_needs_them_is_left_out(export: Path, tmp_path: Path) -> None:
    bare = analyze(_without(export, tmp_path / "bare.csv", "product_id", "product_name", "category"))

    told = reasons(bare)
    nothing = "The file has neither products nor categories."
    expected = ("affinity", "basket_rules", "segment_pairs", "sequences", "entry_products", "rhythm")
    assert {name: told[name] for name in expected} == dict.fromkeys(expected, nothing)
    assert told["product_affinity"] == told["product_concentration"] == "The file has no products."
    assert not bare.frames.cohorts.is_empty()
    assert not bare.frames.revenue_tree.is_empty()


def test_one_category_without_products_is_told_as_what_it_is(tmp_path: Path) -> None:
    rows = [f"c{n % 20},o{n},2024-0{1 + n % 6}-{1 + n % 28:02},Only,10.00" for n in range(100)]
    path = tmp_path / "one.csv"
    path.write_text("customer_id,order_id,date,category,amount\n" + "\n".join(rows) + "\n", encoding="utf-8")

    told = reasons(analyze(path))

    one = "The file has no products and one category only, and nothing to compare it with."
    expected = ("affinity", "basket_rules", "segment_pairs", "sequences", "entry_products", "rhythm")
    assert {name: told[name] for name in expected} == dict.fromkeys(expected, one)


@pytest.mark.parametrize(("product", "amount"), [("cup", -10), ("POST", 10)])
def test_where_nothing_was_sold_the_file_is_not_said_to_lack_products(
    product: str, amount: int, tmp_path: Path
) -> None:
    rows = [f"c{n % 20},o{n},2024-0{1 + n % 6}-{1 + n % 28:02},{product},{amount}.00" for n in range(100)]
    path = tmp_path / "unsold.csv"
    path.write_text("customer_id,order_id,date,product,amount\n" + "\n".join(rows) + "\n", encoding="utf-8")

    told = reasons(analyze(path))

    expected = ("affinity", "product_affinity", "basket_rules", "sequences", "rhythm", "product_concentration")
    assert {told[name] for name in expected} == {
        "Nothing was sold that could be compared: the lines are returns, services, or worth nothing."
    }


def test_where_all_orders_are_giants_that_is_why_there_are_no_baskets(tmp_path: Path) -> None:
    rows = [f"c{n},o{n},2024-0{1 + n % 6}-11,p{line % 9},10.00" for n in range(12) for line in range(GIANT_BASKET)]
    path = tmp_path / "giants.csv"
    path.write_text("customer_id,order_id,date,product,amount\n" + "\n".join(rows) + "\n", encoding="utf-8")

    told = reasons(analyze(path))

    assert told["basket_rules"] == "All orders hold 500 lines or more: they are no shopping baskets."


def test_without_products_baskets_are_made_of_categories(export: Path, tmp_path: Path) -> None:
    by_category = analyze(_without(export, tmp_path / "categories.csv", "product_id", "product_name"))

    categories = set(by_category.frames.affinity["item"].drop_nulls())
    assert not by_category.frames.basket_rules.is_empty()
    assert set(by_category.frames.basket_rules["consequent"]) <= categories
    assert set(by_category.frames.sequences["next"]) <= categories
    assert reasons(by_category)["product_affinity"] == "The file has no products."


def test_without_categories_affinity_and_rhythm_are_told_by_product(export: Path, tmp_path: Path) -> None:
    run = analyze(_without(export, tmp_path / "products.csv", "category"))

    assert run.summary["affinity_by"] == "product"
    assert run.frames.affinity.equals(run.frames.product_affinity)
    assert 0 < run.frames.rhythm.height <= MAX_ITEMS


def test_without_order_ids_the_days_of_a_customer_are_the_orders(export: Path, tmp_path: Path) -> None:
    path = _without(export, tmp_path / "days.csv", "order_id")

    analyze(path, out=tmp_path / "run", settings=Settings(charts=(), without=("forecast",)))

    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "what a customer bought on one day counts as one order" in page


def test_one_month_of_data_leaves_out_what_takes_longer(tmp_path: Path) -> None:
    rows = [f"c{n % 40},o{n},2024-03-{1 + n % 28:02} 10:00:00,p{n % 5},10.00" for n in range(400)]
    path = tmp_path / "march.csv"
    path.write_text("customer_id,order_id,date,product,amount\n" + "\n".join(rows) + "\n", encoding="utf-8")

    month = analyze(path)

    told = reasons(month)
    assert told["cohorts"].startswith("The orders lie in one calendar month")
    assert told["seasonality"] == (
        "The data holds no complete month; two full years are needed to tell a season from a trend."
    )
    assert told["revenue_tree"] == "There are no two whole months, both with revenue, to be compared."
    assert told["entry_products"] == "The data is too short to tell who comes back: it would take 60 days."
    assert not month.frames.gaps.is_empty()


def test_one_customer_gets_sentences_in_place_of_insights(tmp_path: Path, cli: Cli) -> None:
    path = tmp_path / "one.csv"
    path.write_text("customer_id,order_id,date,product,amount\nc1,o1,2024-03-05,p1,10.00\n", encoding="utf-8")

    done = cli("analyze", path, "--out", tmp_path / "run", "--json")

    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    told = {each["table"]: each["reason"] for each in summary["left_out"]}
    assert told["gaps"] == "Nobody has ordered twice."
    assert told["correlations"] == "Ten customers are needed to tell what goes together."
    assert told["basket_rules"] == "No two products stand together in enough of the 1 orders (it takes 20 of them)."
    assert all(reason.endswith(".") for reason in told.values())
    assert summary["heaviness"][0]["customers"] == 1
    assert (tmp_path / "run" / "report.html").read_text("utf-8").count("Left out. ") >= 4


def test_a_rule_that_always_holds_leaves_a_summary_that_every_program_reads(tmp_path: Path, cli: Cli) -> None:
    """Two products that are only ever bought together have an infinite conviction, for which JSON has no word."""
    rows = [f"c{n % 40},o{n},2024-0{1 + n % 6}-{1 + n % 28:02},{p},10.00" for n in range(120) for p in _held(n)]
    path = tmp_path / "sure.csv"
    path.write_text("customer_id,order_id,date,product,amount\n" + "\n".join(rows) + "\n", encoding="utf-8")

    done = cli("analyze", path, "--out", tmp_path / "run", "--json")

    assert done.returncode == 0, done.stderr
    rules = json.loads(done.stdout)["basket_rules"]
    assert {row["conviction"] for row in rules if row["confidence"] == 1} == {None}
    assert rules == json.loads((tmp_path / "run" / "summary.json").read_text("utf-8"))["basket_rules"]


def _held(order: int) -> tuple[str, ...]:
    return ("cup", "saucer") if order % 3 == 0 else (f"p{order % 7}",)


def test_every_reason_is_one_of_a_table(run: Analysis, tmp_path: Path) -> None:
    names = {field.name for field in dataclasses.fields(run.frames)}

    off = analyze(_csv_of_one(tmp_path), settings=Settings(without=INSIGHTS))

    assert set(reasons(off)) <= names


def _csv_of_one(folder: Path) -> Path:
    path = folder / "one.csv"
    path.write_text("customer_id,date,amount\nc1,2024-03-05,10.00\n", encoding="utf-8")
    return path


@pytest.mark.peers
@pytest.mark.real_data
def test_rules_of_a_real_export_are_those_of_mlxtend(real_data: Path) -> None:
    """The same rules with the same figures, pairs and triples, on the orders that are no giants."""
    patterns = pytest.importorskip("mlxtend.frequent_patterns", reason="mlxtend is not installed (make peers)")
    pd = pytest.importorskip("pandas", reason="pandas is not installed (make peers)")
    support = 0.012
    path = real_data / "online_retail.csv"

    ours = analyze(path, settings=Settings(basket_support=support, without=tuple(set(INSIGHTS) - {"baskets"})))

    lines = pl.read_csv(path, infer_schema=False).filter(
        (pl.col("CustomerID") != "")
        & (pl.col("Quantity").cast(pl.Int64) >= 0)
        & (pl.col("UnitPrice").cast(pl.Float64) >= 0)
    )
    services = {"POST", "C2", "M", "D", "DOT", "BANK CHARGES", "PADS", "CRUK", "S", "B", "AMAZONFEE"}
    goods = lines.filter(~pl.col("StockCode").str.strip_chars().str.to_uppercase().is_in(services))
    baskets = goods.group_by("CustomerID", "InvoiceNo").agg(pl.col("StockCode").str.strip_chars())
    usual = baskets.filter(pl.col("StockCode").list.len() < 500)
    assert ours.summary["counted"]["orders"] == usual.height
    assert ours.summary["counted"]["giant_orders"] == baskets.height - usual.height
    held = usual.select(pl.int_range(pl.len()).alias("order"), items="StockCode").explode("items").unique()
    often = held["items"].value_counts().filter(pl.col("count") >= support * usual.height)["items"].to_list()
    # One column a frequent product; orders without any count as well.
    there = {item: np.zeros(usual.height, dtype=bool) for item in often}
    for item, order in held.filter(pl.col("items").is_in(often)).select("items", "order").iter_rows():
        there[item][order] = True
    sets = patterns.fpgrowth(pd.DataFrame(there), min_support=support, use_colnames=True, max_len=3)
    rules = patterns.association_rules(sets, metric="support", min_threshold=0.0)
    theirs = {
        (frozenset(row.antecedents), next(iter(row.consequents))): row
        for row in rules.itertuples()
        if len(row.consequents) == 1
    }
    found = {(frozenset(row["antecedents"]), row["consequent"]): row for row in ours.frames.basket_rules.to_dicts()}
    assert len(found) == len(theirs) > 200
    assert found.keys() == theirs.keys()
    for key, row in found.items():
        other = theirs[key]
        for name in ("support", "confidence", "lift", "leverage", "conviction", "zhang"):
            column = "zhangs_metric" if name == "zhang" else name
            assert row[name] == pytest.approx(getattr(other, column), rel=1e-9), (key, name)
