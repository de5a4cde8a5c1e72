"""Which analyses a batch consists of."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.batches.exports import LONGEST_NAME, OWN, exports_of, safe_name
from engine.errors import EngineError


def files(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("customer_id,date,amount\na,2024-01-01,5\n", encoding="utf-8")


def names(folder: Path, pattern: str = "**/*.csv", group_by: str | None = None) -> dict[str, list[str]]:
    found = exports_of([folder / pattern], group_by)
    return {each.name: [str(path.relative_to(folder)) for path in each.paths] for each in found}


def test_every_file_is_an_analysis_called_like_it(tmp_path: Path) -> None:
    files(tmp_path, "north.csv", "south.2024.csv")

    assert names(tmp_path) == {"north": ["north.csv"], "south.2024": ["south.2024.csv"]}


def test_files_of_one_name_get_folders_of_their_own(tmp_path: Path) -> None:
    files(tmp_path, "a/orders.csv", "b/orders.csv", "b/orders.tsv", "c/other.csv", "c/OTHER.csv")

    found = exports_of([tmp_path / "a", tmp_path / "b", tmp_path / "c"])

    folded = [each.name.casefold() for each in found]
    assert len(set(folded)) == 5
    assert all("/" not in name for name in folded)


def test_files_in_whose_paths_the_same_is_found_are_one_analysis(tmp_path: Path) -> None:
    files(tmp_path, "shop1_jan.csv", "shop1_feb.csv", "shop2_jan.csv")

    assert names(tmp_path, group_by=r"(shop\d+)_") == {
        "shop1": ["shop1_feb.csv", "shop1_jan.csv"],
        "shop2": ["shop2_jan.csv"],
    }
    assert list(names(tmp_path, group_by=r"(shop)(\d+)")) == ["shop-1", "shop-2"]


@pytest.mark.parametrize(("pattern", "said"), [("(", "no regular expression"), ("store", "finds nothing in")])
def test_an_expression_that_does_not_fit_is_refused(tmp_path: Path, pattern: str, said: str) -> None:
    files(tmp_path, "shop1_jan.csv")

    with pytest.raises(EngineError, match=said):
        names(tmp_path, group_by=pattern)


def test_standard_input_is_refused() -> None:
    with pytest.raises(EngineError, match="standard input"):
        exports_of(["-"])


@given(st.text())
def test_a_name_leads_nowhere_and_is_none_of_the_batchs_own(text: str) -> None:
    name = safe_name(text)

    assert name
    assert not name.startswith(".")
    assert not {"/", "\0", "\n", "\\"} & set(name)
    assert name.casefold() not in OWN
    assert len(name.encode()) <= LONGEST_NAME + 1
    assert safe_name(name) == name
