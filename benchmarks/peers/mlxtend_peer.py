"""mlxtend: frequent pairs by FP-growth on a sparse table of orders and products, and their rules; read by pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from mlxtend.frequent_patterns import association_rules, fpgrowth
from scipy import sparse

from benchmarks.ours import BASKET_SUPPORT
from benchmarks.peers.pandas_peer import read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from engine.stages import Stages

COLUMNS = ("order_id", "customer_id", "ordered_at", "product_id", "quantity", "unit_price")
FIGURES = {"confidence": "confidence", "lift": "lift", "leverage": "leverage", "zhang": "zhangs_metric"}


def baskets(export: Path, _folder: Path, stages: Stages) -> dict[str, int | float]:
    """Count the rules of pairs, both ways, and add up their figures."""
    with stages.stage("read"):
        lines = read_lines(export, COLUMNS)
        bought = lines[lines["bought"]]
    with stages.stage("baskets"):
        orders, _ = pd.factorize(bought["order_id"])
        products, names = pd.factorize(bought["product_id"])
        held = sparse.csr_matrix(([True] * len(orders), (orders, products)), dtype=bool)
        table = pd.DataFrame.sparse.from_spmatrix(held, columns=names)
        sets = fpgrowth(table, min_support=BASKET_SUPPORT, use_colnames=True, max_len=2)
        rules = association_rules(sets, metric="support", min_threshold=0.0)
    counts = (rules["support"] * held.shape[0]).round().astype("int64")
    sums = {name: float(rules[column].sum()) for name, column in FIGURES.items()}
    return {"baskets": held.shape[0], "rules": len(rules), "orders": int(counts.sum()), **sums}
