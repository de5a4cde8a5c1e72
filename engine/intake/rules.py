"""What a line is that is no plain purchase: cancelled, a return, worth nothing, a service; and how each is treated.

| line | recognised by | treated |
|---|---|---|
| cancelled or refunded order | its status | rejected with that reason; `keep_cancelled` keeps it |
| return | a negative quantity or amount | kept: it lowers the revenue, and is no purchase |
| worth nothing | an amount of zero | kept: a purchase without revenue; `drop_zero` rejects it |
| service | its product: postage, fees | kept as revenue, tells no segments; `drop_services` rejects it |
"""

from __future__ import annotations

import polars as pl

CANCELLED = (
    "cancelled", "canceled", "cancel", "void", "voided", "failed", "declined", "expired", "abandoned", "rejected",
    "storniert", "abgebrochen", "annulé", "annulée", "annule", "cancelado", "cancelada", "anulado", "annullato",
    "geannuleerd", "anulowane", "anulowano", "отменен", "отменён", "wc-cancelled", "wc-failed", "unavailable",
)  # fmt: skip
"""Statuses of orders that never became a sale, in lower case."""

GIANT_BASKET = 500
"""Lines from which an order looks like many customers' or a stock transfer."""

REFUNDED = ("refunded", "refund", "erstattet", "remboursé", "remboursée", "reembolsado", "rimborsato", "wc-refunded")
"""Statuses of orders whose whole money went back."""

SERVICES = (
    "post", "postage", "dotcom postage", "dot", "c2", "carriage", "shipping", "delivery", "freight", "handling",
    "versand", "versandkosten", "porto", "frais de port", "livraison", "gastos de envío", "envío", "spedizione",
    "verzendkosten", "frete", "m", "manual", "d", "discount", "rabatt", "remise", "descuento", "sconto", "bank charges",
    "amazonfee", "amazon fee", "fee", "b", "adjust bad debt", "adjust", "s", "samples", "sample", "cruk",
    "cruk commission", "pads", "gift card", "gift voucher", "voucher", "gutschein", "tip", "test",
)  # fmt: skip
"""Ids and names of products that are none, in lower case."""


def is_bought() -> pl.Expr:
    """Tell a bought line from a return: neither its quantity nor its amount is negative."""
    return (pl.col("quantity") >= 0) & (pl.col("amount") >= 0)


def bought(column: str) -> pl.Expr:
    """Return a column's value on bought lines, null on returns."""
    # NOTE: null before the aggregation, not `filter` inside it: the latter costs twice the whole group_by.
    return pl.when(is_bought()).then(pl.col(column))


def cancellation(status: pl.Expr) -> list[tuple[pl.Expr, str]]:
    """Return the rules that reject lines of cancelled and of refunded orders, given the text of their status."""
    word = status.str.to_lowercase()
    return [(word.is_in(CANCELLED), "cancelled order"), (word.is_in(REFUNDED), "refunded order")]


def service() -> pl.Expr:
    """Tell lines of services, by the id or else the name of their product."""
    return pl.coalesce("product_id", "product_name").str.to_lowercase().is_in(SERVICES).fill_null(value=False)


def is_service(product: str) -> bool:
    """Whether a product's id or name stands for a service.

    >>> is_service("POST"), is_service("85123A")
    (True, False)
    """
    return product.strip().lower() in SERVICES


def giant_baskets(orders: pl.LazyFrame) -> pl.LazyFrame:
    """Count orders of very many lines: one row with their number, lines and micros."""
    giant = orders.filter(pl.col("lines") >= GIANT_BASKET)
    return giant.select(
        pl.len().cast(pl.Int64).alias("baskets"),
        pl.col("lines").sum().alias("baskets rows"),
        pl.col("amount").cast(pl.Int128).sum().alias("baskets amount"),
    )
