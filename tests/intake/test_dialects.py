"""One table written in many dialects, and read back as the same canonical lines to the cent and the second."""

from __future__ import annotations

import gzip
import importlib.util
import random
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from engine.errors import EngineError
from engine.intake.shards import write_shards
from engine.intake.source import open_source
from engine.settings import Settings
from tests.intake.builders import take, transactions
from tests.intake.test_sample import zst
from tests.intake.test_tablefiles import Cell, workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.intake.builders import Taken

NAMES = ("Order ID", "Order Date", "Customer ID", "Product", "Quantity", "Line Total")
ROLES = ("order", "date", "customer", "product", "quantity", "amount")
GOODS = ("Crème brûlée", "Jalapeño", "Müsli 500g", "Thé à la menthe", "Große Tüte", "Façade 3x4", "Lampe", "Pingüino")
ALIGNED = "  "

Row = tuple[str, datetime, str, str, int, Decimal]


def _table() -> list[Row]:
    chance = random.Random(7)
    customers = [f"{number:05}" for number in range(1, 51)] + [f"Zoé{number:03}" for number in range(20)]
    rows: list[Row] = []
    order = 0
    while len(rows) < 400:
        order += 1
        moment = datetime(2015, 1, 1) + timedelta(seconds=chance.randrange(360 * 86_400))
        customer = chance.choice(customers)
        for goods in chance.sample(GOODS, chance.randint(1, 4)):
            pieces = chance.choice((-1, 1, 1, 1, 2, 3, 12))
            cents = chance.choice((chance.randrange(50, 9_999), chance.randrange(100_000, 2_000_000)))
            amount = Decimal(cents if pieces > 0 else -cents).scaleb(-2)
            rows.append((f"A{order:06}", moment, customer, goods, pieces, amount))
    return rows[:400]


TABLE = _table()


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to write the table: a value for each dimension."""

    delimiter: str
    line_end: str
    header: bool
    preamble: bool
    repeated: bool
    blank: bool
    trailing: bool
    quoting: str
    encoding: str
    packing: str
    date: str
    number: str

    @property
    def possible(self) -> bool:
        """Whether an export can be so: aligned columns have no quotes, and no header comes again if none came."""
        aligned = self.delimiter == ALIGNED
        return not (
            (aligned and (self.trailing or self.quoting != "none"))
            or (self.repeated and not self.header)
            or (self.quoting == "none" and self.delimiter == "," and self.number in {"comma", "spaces", "euro"})
        )


VALUES: dict[str, tuple[Any, ...]] = {
    "delimiter": (",", ";", "\t", "|", ALIGNED),
    "line_end": ("\n", "\r\n", "\r"),
    "header": (True, False),
    "preamble": (False, True),
    "repeated": (False, True),
    "blank": (False, True),
    "trailing": (False, True),
    "quoting": ("none", "minimal", "all"),
    "encoding": ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1", "mac_roman"),
    "packing": ("", "gz", "zst"),
    "date": (
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%SZ",
        "%d/%m/%Y %H:%M",
        "%m/%d/%Y %H:%M:%S",
        "%d.%m.%y %H:%M",
        "%d-%b-%y",
        "%Y%m%d",
        "%Y%m%d%H",
        "epoch s",
        "epoch ms",
        "excel",
    ),
    "number": ("plain", "comma", "spaces", "euro", "parentheses", "trailing minus"),
}
HELD = {
    "%d/%m/%Y %H:%M": 60,
    "%d.%m.%y %H:%M": 60,
    "%d-%b-%y": 86_400,
    "%Y%m%d": 86_400,
    "%Y%m%d%H": 3_600,
}
"""Seconds that a format tells apart, where it is not one."""

DIMENSIONS = tuple(each.name for each in fields(Dialect))
Pair = tuple[int, Any, int, Any]


def _pairs(dialect: Dialect) -> set[Pair]:
    values = [getattr(dialect, name) for name in DIMENSIONS]
    return {(one, values[one], two, values[two]) for one, two in combinations(range(len(values)), 2)}


def _drawn(chance: random.Random, fixed: dict[str, Any]) -> Dialect | None:
    """Draw a possible dialect that has the fixed values; None where there is none."""
    for _ in range(300):
        drawn = Dialect(**{name: chance.choice(values) for name, values in VALUES.items()} | fixed)
        if drawn.possible:
            return drawn
    return None


def _dialects() -> list[Dialect]:
    """Pick dialects until each value of each dimension has met each value of the others, where they can meet."""
    chance = random.Random(1)
    wanted: set[Pair] = set()
    for one, two in combinations(range(len(DIMENSIONS)), 2):
        wanted |= {(one, a, two, b) for a, b in product(VALUES[DIMENSIONS[one]], VALUES[DIMENSIONS[two]])}
    picked: list[Dialect] = []
    for one, a, two, b in sorted(wanted, key=repr):
        if (one, a, two, b) not in wanted:
            continue
        drawn = [_drawn(chance, {DIMENSIONS[one]: a, DIMENSIONS[two]: b}) for _ in range(20)]
        possible = [each for each in drawn if each is not None]
        if not possible:
            continue
        best = max(possible, key=lambda each: len(_pairs(each) & wanted))
        wanted -= _pairs(best)
        picked.append(best)
    return picked


DIALECTS = _dialects()


def _name(dialect: Dialect) -> str:
    return (
        " ".join(str(getattr(dialect, name)).replace(" ", "_") for name in DIMENSIONS).encode("unicode_escape").decode()
    )


def _date(moment: datetime, date: str, number: str) -> str:
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    if date == "epoch s":
        return str(seconds)
    if date == "epoch ms":
        return str(seconds * 1_000)
    if date == "excel":
        serial = f"{(moment - datetime(1899, 12, 30)) / timedelta(days=1):.10f}"
        return serial.replace(".", ",") if number in {"comma", "spaces", "euro"} else serial
    return moment.strftime(date)


def _amount(amount: Decimal, number: str, encoding: str) -> str:
    if number == "parentheses":
        return f"({-amount:,.2f})" if amount < 0 else f"{amount:,.2f}"
    if number == "trailing minus":
        return f"{-amount:.2f}-" if amount < 0 else f"{amount:.2f}"
    if number == "plain":
        return f"{amount:.2f}"
    swapped = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    if number == "spaces":
        return swapped.replace(".", " ")
    sign = "EUR" if encoding == "latin-1" else "€"
    return f"{sign} {swapped}" if number == "euro" else swapped


def _joined(cells: list[str], dialect: Dialect, widths: list[int]) -> str:
    if dialect.delimiter == ALIGNED:
        return ALIGNED.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
    if dialect.quoting == "all":
        cells = [f'"{cell}"' for cell in cells]
    elif dialect.quoting == "minimal":
        cells = [f'"{cell}"' if dialect.delimiter in cell else cell for cell in cells]
    return dialect.delimiter.join([*cells, ""] if dialect.trailing else cells)


def _written(dialect: Dialect) -> bytes:
    table = [
        [
            order,
            _date(moment, dialect.date, dialect.number),
            customer,
            goods,
            str(pieces),
            _amount(amount, dialect.number, dialect.encoding),
        ]
        for order, moment, customer, goods, pieces, amount in TABLE
    ]
    widths = [max(map(len, column)) for column in zip(NAMES, *table, strict=True)]
    lines = [_joined(row, dialect, widths) for row in table]
    header = _joined(list(NAMES), dialect, widths)
    for place in (300, 150):
        lines[place:place] = [header] * dialect.repeated + [""] * dialect.blank
    lines = [header] * dialect.header + lines
    lines = ["Orders of the shop", "Made on a Monday", ""] * dialect.preamble + lines
    text = dialect.line_end.join(lines) + dialect.line_end
    content = text.encode(dialect.encoding)
    packed: dict[str, Callable[[bytes], bytes]] = {"": bytes, "gz": gzip.compress, "zst": zst}
    return packed[dialect.packing](content)


def canonical(seconds: int = 1) -> list[tuple[Any, ...]]:
    """Return the lines that must come out, with the times as far as a format can hold them."""
    zero = datetime(2015, 1, 1)
    return sorted(
        (
            customer,
            order,
            goods,
            zero + (moment - zero) // timedelta(seconds=seconds) * timedelta(seconds=seconds),
            pieces * 1_000,
            int(amount.scaleb(6)),
        )
        for order, moment, customer, goods, pieces, amount in TABLE
    )


def came_out(lines: pl.DataFrame) -> list[tuple[Any, ...]]:
    return sorted(lines.select("customer_id", "order_id", "product_id", "ordered_at", "quantity", "amount").rows())


def sums_up(taken: Taken) -> None:
    intake = taken.intake
    assert intake.read == intake.kept + sum(intake.rejected_by_reason.values())
    assert (intake.kept, taken.rejects.height) == (taken.lines.height, intake.read - intake.kept)
    assert intake.revenue == taken.lines["amount"].sum()


def test_dialects_meet_each_other() -> None:
    met = set().union(*map(_pairs, DIALECTS))

    assert len(DIALECTS) >= 40
    for name, values in VALUES.items():
        assert {getattr(each, name) for each in DIALECTS} == set(values)
    apart = [
        pair
        for one, two in combinations(range(len(DIMENSIONS)), 2)
        for a, b in product(VALUES[DIMENSIONS[one]], VALUES[DIMENSIONS[two]])
        if (pair := (one, a, two, b)) not in met
    ]
    # Aligned columns have no quotes and no trailing delimiter, and no header stands again where there is none.
    assert {(DIMENSIONS[one], a, DIMENSIONS[two], b) for one, a, two, b in apart} == {
        ("delimiter", ALIGNED, "trailing", True),
        ("delimiter", ALIGNED, "quoting", "minimal"),
        ("delimiter", ALIGNED, "quoting", "all"),
        ("header", False, "repeated", True),
    }


@pytest.mark.parametrize("dialect", DIALECTS, ids=_name)
def test_every_dialect_reads_back_as_the_same_table(tmp_path: Path, dialect: Dialect) -> None:
    columns = {} if dialect.header else {role: f"column_{number}" for number, role in enumerate(ROLES, 1)}

    taken = take(tmp_path, _written(dialect), columns=columns)

    sums_up(taken)
    assert came_out(taken.lines) == canonical(HELD.get(dialect.date, 1))
    assert taken.intake.rejected_by_reason.get("the header again", 0) == 2 * dialect.repeated
    assert set(taken.intake.rejected_by_reason) <= {"the header again", "blank line"}
    assert taken.intake.rejected_by_reason.get("blank line", 0) in {0, 2 * dialect.blank}


def _line(row: Row, date: str) -> tuple[str, ...]:
    order, moment, customer, goods, pieces, amount = row
    return order, moment.strftime(date), customer, goods, str(pieces), f"{amount:.2f}"


def test_french_export_with_blank_totals(tmp_path: Path) -> None:
    lines = ["N° commande;Date de commande;N° client;Désignation;Quantité;Montant"]
    blank = set(range(5, 400, 40))
    for number, row in enumerate(TABLE):
        *cells, amount = _line(row, "%d/%m/%Y %H:%M:%S")
        cells[3] = f'"{cells[3]}; paquet, {number}"'
        lines.append(";".join([*cells, "" if number in blank else amount.replace(".", ",")]))

    taken = take(tmp_path, ("\r\n".join(lines) + "\r\n").encode("cp1252"))

    sums_up(taken)
    assert taken.intake.rejected_by_reason == {"missing amount": len(blank)}
    kept = [row for number, row in enumerate(TABLE) if number not in blank]
    assert taken.intake.revenue == sum(int(amount.scaleb(6)) for *_, amount in kept)
    assert sorted(taken.lines["ordered_at"]) == sorted(moment for _, moment, *_ in kept)
    assert max(taken.lines["product_id"].to_list()).startswith("Thé à la menthe; paquet, ")


def test_mac_roman_with_carriage_returns_alone(tmp_path: Path) -> None:
    lines = ["Bestellung;Bestelldatum;Kunde;Artikel;Menge;Betrag"]
    lines += [";".join(_line(row, "%d.%m.%Y %H:%M:%S")) for row in TABLE]

    taken = take(tmp_path, ("\r".join(lines) + "\r").encode("mac_roman"))

    sums_up(taken)
    assert taken.source.parts[0].sample is not None
    assert (taken.source.parts[0].sample.encoding, taken.intake.rejected_by_reason) == ("mac_roman", {})
    assert came_out(taken.lines) == canonical()


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "koi8_r"])
def test_hours_in_digits_beside_cyrillic_text(tmp_path: Path, encoding: str) -> None:
    russian = dict(zip(GOODS, ("Чайник", "Лампа", "Стол", "Книга", "Ёлка", "Щётка", "Юбка", "Мяч"), strict=True))
    lines = ["Заказ,Дата,Клиент,Товар,Количество,Сумма"]
    for row in TABLE:
        order, date, customer, goods, *rest = _line(row, "%Y%m%d%H")
        lines.append(",".join([order, date, customer.replace("Zoé", "Зоя"), russian[goods], *rest]))

    taken = take(tmp_path, ("\n".join(lines) + "\n").encode(encoding))

    sums_up(taken)
    assert came_out(taken.lines) == sorted(
        (customer.replace("Zoé", "Зоя"), order, russian[goods], *rest)
        for customer, order, goods, *rest in canonical(3_600)
    )


def test_tabs_without_header_need_no_option(tmp_path: Path) -> None:
    rows = sorted(TABLE, key=lambda row: (row[2], row[1]))
    text = "".join(f"{row[2]}\t{row[1]:%Y%m%d}\t{row[4]}\t{row[5]}\n" for row in rows)

    taken = take(tmp_path, text)

    sums_up(taken)
    found = taken.lines.select("customer_id", "ordered_at", "quantity", "amount").rows()
    assert sorted(found) == sorted((one, moment, *rest) for one, _, _, moment, *rest in canonical(86_400))


@pytest.mark.parametrize(
    ("untouched", "rewritten"), [("%m/%d/%Y", "%m-%d-%y"), ("%d/%m/%Y", "%d-%m-%y"), ("%m/%d/%Y", "%m-%d-%Y")]
)
def test_dates_that_a_spreadsheet_rewrote_in_part(tmp_path: Path, untouched: str, rewritten: str) -> None:
    lines = [",".join(NAMES)]
    lines += [",".join(_line(row, rewritten if row[1].day <= 12 else untouched)) for row in TABLE]

    taken = take(tmp_path, "\n".join(lines) + "\n")

    sums_up(taken)
    assert came_out(taken.lines) == canonical(86_400)
    assert taken.intake.alerts


def test_parquet_with_times_in_nanoseconds(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    frame = pl.DataFrame([(*row[:5], float(row[5])) for row in TABLE], schema=list(NAMES), orient="row")
    frame.with_columns(pl.col("Order Date").cast(pl.Datetime("ns"))).write_parquet(path)

    source = open_source([path], Settings())
    intake = write_shards(source, tmp_path, 1)

    assert (intake.read, intake.kept) == (400, 400)
    assert came_out(transactions(source, intake, tmp_path)) == canonical()


def test_quoted_ids_with_leading_zeros_stay_as_they_are(tmp_path: Path) -> None:
    padded = [(f"{number:010}", f"{int(row[0][1:]):08}", row) for number, row in zip(_numbers(), TABLE, strict=True)]
    lines = ['"order_id","order_date","customer_id","product_id","quantity","line_total"']
    for customer, order, row in padded:
        _, date, _, _, pieces, amount = _line(row, "%Y-%m-%d %H:%M:%S")
        lines.append(f'"{order}","{date}","{customer}","{GOODS.index(row[3]):04}","{pieces}","{amount}"')

    taken = take(tmp_path, b"\xef\xbb\xbf" + ("\r\n".join(lines) + "\r\n").encode())

    sums_up(taken)
    assert taken.intake.kept == 400
    assert sorted(taken.lines.select("customer_id", "order_id", "product_id").rows()) == sorted(
        (customer, order, f"{GOODS.index(row[3]):04}") for customer, order, row in padded
    )


def _numbers() -> Iterator[int]:
    customers = sorted({row[2] for row in TABLE})
    return (customers.index(row[2]) for row in TABLE)


@pytest.mark.skipif(importlib.util.find_spec("fastexcel") is None, reason="fastexcel reads .xlsx, and is not installed")
def test_workbook(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        [order, ((moment - datetime(1899, 12, 30)) / timedelta(days=1),), customer, goods, float(pieces), float(amount)]
        for order, moment, customer, goods, pieces, amount in TABLE
    ]
    path = workbook(tmp_path / "orders.xlsx", {"Orders": [["Orders of the shop"], [], [*NAMES], *rows]})

    source = open_source([path], Settings())
    intake = write_shards(source, tmp_path, 1)

    assert intake.read == intake.kept + sum(intake.rejected_by_reason.values())
    assert came_out(transactions(source, intake, tmp_path)) == canonical()


def _taken(folder: Path, lines: list[str]) -> Taken:
    """Take lines below the header in; a failure is told in one line, because the error of Polars quotes the file."""
    try:
        return take(folder, "\n".join([",".join(NAMES), *lines]) + "\n")
    except EngineError as error:
        pytest.fail(error.what, pytrace=False)


@pytest.mark.parametrize("place", [50_001, 171_717])
@pytest.mark.parametrize("cell", ['"2.50', '2.50"x', '2"5"0'])
def test_three_broken_lines_cost_three_lines(tmp_path: Path, place: int, cell: str) -> None:
    # Line 171,717 lies in a piece of the sample, line 50,001 between two of them.
    lines = [
        f"o{n // 3},2020-{n % 12 + 1:02}-{n % 28 + 1:02},c{n // 3 % 5_000:05},p{n % 70},1,2.50" for n in range(200_000)
    ]
    lines[61_234] = "o1,2020-13-45,c00001,p1,1,2.50"
    lines[111_111] = "o1,2020-01-01,c00001,p1,1,2.5o"
    lines[place] = f"o1,2020-01-01,c00001,p1,1,{cell}"

    taken = _taken(tmp_path, lines)

    sums_up(taken)
    assert (taken.intake.read, taken.intake.kept) == (200_000, 199_997)
    assert taken.intake.revenue == 199_997 * 2_500_000


def test_two_stray_quotes_far_apart_cost_two_lines(tmp_path: Path) -> None:
    lines = [f"o{n // 3},2020-01-{n % 28 + 1:02},c{n // 3 % 5_000:05},p{n % 70},1,2.50" for n in range(200_000)]
    for place in (50_001, 165_003):
        lines[place] = 'o1,2020-01-01,c00001,p1,1,"2.50'

    taken = _taken(tmp_path, lines)

    assert (taken.intake.read, taken.intake.kept) == (200_000, 199_998)
