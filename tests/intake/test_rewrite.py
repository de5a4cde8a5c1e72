from __future__ import annotations

import gzip
import io
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import SourceError
from engine.intake.dialect import Dialect, detect_dialect, sample_frame
from engine.intake.rewrite import MAX_LINES, Cut, cut, needs_rewriting, rewrite, rewritten
from engine.intake.sample import read_sample
from tests.intake.builders import write

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = ["Customer No", "Order date", "Product", "Amount"]


def zst(content: bytes) -> bytes:
    """Frame bytes as .zst without compressing them (RFC 8878: raw blocks)."""
    frame = io.BytesIO()
    frame.write(b"\x28\xb5\x2f\xfd\xa0" + len(content).to_bytes(4, "little"))
    blocks = [content[place : place + 100_000] for place in range(0, len(content), 100_000)] or [b""]
    for number, block in enumerate(blocks, 1):
        frame.write((len(block) << 3 | (number == len(blocks))).to_bytes(3, "little") + block)
    return frame.getvalue()


def scanned(folder: Path, path: Path, delimiter: str | None = None) -> tuple[Dialect, list[tuple[str | None, ...]]]:
    """Read a file as the intake does: detect, rewrite where that is needed, scan."""
    sample = read_sample(path)
    dialect = detect_dialect(sample, delimiter)
    if not needs_rewriting(sample, dialect):
        return dialect, scan(path, dialect)
    rewrite(path, sample, dialect, folder / "rewritten.csv")
    return dialect, scan(folder / "rewritten.csv", rewritten(dialect))


def scan(path: Path, dialect: Dialect) -> list[tuple[str | None, ...]]:
    lines = pl.scan_csv(
        path,
        has_header=False,
        skip_lines=dialect.skip_lines,
        separator=dialect.delimiter,
        quote_char=dialect.quote,
        schema=dict.fromkeys(dialect.columns, pl.String),
        missing_columns="insert",
        extra_columns="ignore",
        truncate_ragged_lines=True,
        encoding="utf8-lossy",
        glob=False,
    )
    return lines.collect(engine="streaming").rows()


def table(rows: int, seed: int = 0) -> list[list[str]]:
    rng = random.Random(seed)
    names = ["Crème brûlée", "Größe XL", "Soap", "Jalapeño Öl", "café au lait", "Käse"]
    return [
        [
            f"{rng.randrange(10**6):07}",
            f"2020-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            rng.choice(names),
            f"{rng.randint(1, 99_999) / 100:.2f}",
        ]
        for _ in range(rows)
    ]


@dataclass(frozen=True)
class Written:
    """One way to write a table."""

    encoding: str
    mark: bool
    delimiter: str
    end: str
    quoting: str
    header: bool
    preamble: Sequence[str]
    trailing: int
    packing: str

    def content(self, rows: list[list[str]]) -> bytes:
        lines = [self.line(row) for row in ([HEADER] if self.header else []) + rows]
        text = self.end.join([*self.preamble, *lines]) + self.end
        content = (("\ufeff" if self.mark else "") + text).encode(self.encoding)
        if self.packing == "gz":
            return gzip.compress(content)
        return zst(content) if self.packing == "zst" else content

    def line(self, row: list[str]) -> str:
        if self.delimiter == "  ":
            return "  ".join(cell.ljust(14) for cell in row).rstrip()
        quote = "'" if self.quoting == "single" else '"'
        cells = [
            quote + cell.replace(quote, quote * 2) + quote
            if self.quoting in {"all", "single"} or any(each in cell for each in (self.delimiter, quote, "\n"))
            else cell
            for cell in row
        ]
        return self.delimiter.join(cells) + self.delimiter * self.trailing


@st.composite
def ways(draw: st.DrawFn) -> Written:
    encoding = draw(st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "mac_roman"]))
    delimiter = draw(st.sampled_from([",", ";", "\t", "|", "  "]))
    return Written(
        encoding=encoding,
        mark=encoding.startswith("utf") and draw(st.booleans()),
        delimiter=delimiter,
        end=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        quoting=draw(st.sampled_from(["minimal", "all", "single"])),
        header=draw(st.booleans()),
        preamble=draw(st.sampled_from([(), ("Report of orders",), ("Report", "", "from 1 to 31 May", "")])),
        trailing=draw(st.sampled_from([0, 0, 1])) if delimiter.strip() else 0,
        packing=draw(st.sampled_from(["", "gz", "zst"])),
    )


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(way=ways(), rows=st.sampled_from([3, 40, 12_000]), special=st.booleans())
def test_one_table_reads_the_same_in_every_dialect(
    tmp_path_factory: pytest.TempPathFactory, way: Written, rows: int, *, special: bool
) -> None:
    folder = tmp_path_factory.mktemp("way")
    expected = table(rows)
    if special and way.delimiter != "  ":
        expected[1][2] = f"Käse{way.delimiter} {way.delimiter}gelb"
        expected[-1][2] = 'a "fine" Käse, a; b'
        if rows > 3:
            expected[2][2] = "Käse\nund Brot"
    path = write(folder / "orders.csv", way.content(expected))

    sample = read_sample(path)
    dialect = detect_dialect(sample)
    frame = sample_frame(sample, dialect)
    _, lines = scanned(folder, path)

    text = [tuple(row) for row in expected]
    assert dialect.has_header == way.header
    assert dialect.preamble == len(way.preamble)
    assert dialect.columns[:4] == (tuple(HEADER) if way.header else ("column_1", "column_2", "column_3", "column_4"))
    assert [tuple(cell and cell.strip() for cell in row[:4]) for row in lines] == text
    taken = [row[:4] for row in frame.rows()]
    assert taken == text if sample.whole else set(taken) <= set(text)
    assert taken[:100] == text[:100]
    assert not dialect.damaged_quotes


def test_plain_text_compressed_or_not_is_scanned_as_it_is(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbfa,b\r\n1,"x, y"\r\n2,z\r\n'
    for name, packed in [("a", content), ("b", gzip.compress(content)), ("c", zst(content))]:
        sample = read_sample(write(tmp_path / name, packed))
        assert not needs_rewriting(sample, detect_dialect(sample))


DAMAGES = {
    "not closed": '"soap, blue',
    "not opened": 'soap, blue"',
    "stray": '5" soap',
    "text behind": '"soap" blue',
    "not doubled": '"the "fine" soap"',
    "alone": '"',
    "spaced": ' "soap, blue" ',
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("quoted_every", [1, 7, 10**6])
def test_misplaced_quote_costs_no_other_line(tmp_path: Path, damage: str, quoted_every: int) -> None:
    rows = [f"{n},2020-01-01,{'*soap, red*' if n % quoted_every == 0 else 'soap'},5.00" for n in range(3_000)]
    rows = [row.replace("*", '"') for row in rows]
    hurt = {10, 11, 500, 2_999}
    for number in hurt:
        rows[number] = f"{number},2020-01-01,{DAMAGES[damage]},5.00"
    path = write(tmp_path / "orders.csv", "customer,date,product,amount\n" + "\n".join(rows) + "\n")

    dialect, lines = scanned(tmp_path, path)

    assert len(lines) == 3_000
    assert [row for number, row in enumerate(lines) if number not in hurt] == [
        (str(n), "2020-01-01", "soap, red" if n % quoted_every == 0 else "soap", "5.00")
        for n in range(3_000)
        if n not in hurt
    ]
    assert all(lines[number][0] == str(number) for number in hurt)
    assert dialect.damaged_quotes or dialect.quote is None


def test_damage_in_the_midst_of_cells_with_line_breaks(tmp_path: Path) -> None:
    rows = [f'{n},2020-01-01,"soap\nno {n}",5.00' for n in range(2_000)]
    rows[700] = '700,2020-01-01,"soap,5.00'
    path = write(tmp_path / "orders.csv", "customer,date,product,amount\n" + "\n".join(rows) + "\n")

    dialect, lines = scanned(tmp_path, path)

    assert dialect.multiline
    assert dialect.damaged_quotes
    assert [row[2] for row in lines[:3]] == ["soap\nno 0", "soap\nno 1", "soap\nno 2"]
    assert {row[0] for row in lines} >= {str(n) for n in range(2_000)}
    assert len(lines) == 2_000


def test_damage_beyond_the_sample_is_mended_when_asked_for(tmp_path: Path) -> None:
    rows = [f"{n},2020-01-01,soap,5.00" for n in range(200_000)]
    rows[20_000], rows[150_000] = '20000,2020-01-01,"soap,5.00', '150000,2020-01-01,soap",5.00'
    path = write(tmp_path / "orders.csv", "customer,date,product,amount\n" + "\n".join(rows) + "\n")
    sample = read_sample(path)
    found = detect_dialect(sample)
    dialect = Dialect(found.delimiter, True, found.columns, False, damaged_quotes=True)  # noqa: FBT003

    rewrite(path, sample, dialect, tmp_path / "mended.csv")

    lines = scan(tmp_path / "mended.csv", rewritten(dialect))
    assert [row[0] for row in lines] == [str(n) for n in range(200_000)]
    assert {row[2] for row in lines} == {"soap", '"soap', 'soap"'}


@settings(deadline=None, max_examples=300)
@given(
    texts=st.lists(st.text('ab,"\n', max_size=12), min_size=1, max_size=12),
    width=st.sampled_from([None, 2, 3]),
    aligned=st.booleans(),
)
def test_every_line_of_any_text_belongs_to_one_record(texts: list[str], width: int | None, *, aligned: bool) -> None:
    lines = "\n".join(texts).split("\n")

    records = list(cut(lines, Cut(",", '"', aligned=aligned, width=width)))

    assert sum(record.lines for record in records) == len(lines)
    assert all(record.cells for record in records)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text('ab,"\n\r é', max_size=12), min_size=1, max_size=30))
def test_mended_text_of_any_kind_scans_to_the_records_that_were_cut(tmp_path: Path, texts: list[str]) -> None:
    text = "c,d,e\n" + "\n".join(texts) + "\nx,y,z\n"
    path = write(tmp_path / "any.csv", text)
    sample = read_sample(path)
    dialect = Dialect(",", True, ("c", "d", "e"), False, damaged_quotes=True)  # noqa: FBT003
    below = text.replace("\r\n", "\n")[:-1].split("\n")[1:]
    if sample.line_end == "\r":
        return
    expected = [record.cells for record in cut(below, Cut(",", width=3))]

    rewrite(path, sample, dialect, tmp_path / "mended.csv")

    lines = scan(tmp_path / "mended.csv", rewritten(dialect))
    padded = [[*cells[:3], "", "", ""][:3] for cells in expected]
    assert [[(cell or "").rstrip("\r") for cell in row] for row in lines] == [
        [cell.rstrip("\r") for cell in row] for row in padded
    ]


def test_cell_may_span_a_bounded_number_of_lines() -> None:
    within = ['1,"a', *["b"] * (MAX_LINES - 1), 'c",2']
    beyond = ['1,"a', *["b"] * (MAX_LINES + 1), 'c",2']

    assert [record.lines for record in cut(within, Cut(","))] == [len(within)]
    assert [record.lines for record in cut(beyond, Cut(","))] == [1] * len(beyond)


def test_undecodable_bytes_become_the_replacement_character(tmp_path: Path) -> None:
    path = write(tmp_path / "orders.csv", "Kunde;Ort\r1;Köln\r2;K".encode() + b"\xff" + "ln ä\r3;Öl\r4;Ül\r".encode())

    _, lines = scanned(tmp_path, path)

    assert lines == [("1", "Köln"), ("2", "K\ufffdln ä"), ("3", "Öl"), ("4", "Ül")]


def test_lines_of_two_encodings_are_both_read(tmp_path: Path) -> None:
    lines = [f"{n};Müller {n};5,00\n" for n in range(100)]
    content = "Kunde;Name;Betrag\n" + "".join(lines)
    path = write(tmp_path / "orders.csv", content.encode() + "".join(lines).encode("cp1252"))

    sample = read_sample(path)
    _, read = scanned(tmp_path, path)

    assert (sample.encoding, sample.fallback) == ("utf-8", "cp1252")
    assert read == [(str(n), f"Müller {n}", "5,00") for n in range(100)] * 2


def test_cut_off_archive_is_named(tmp_path: Path) -> None:
    content = ("customer;date\n" + "".join(f"{n};Köln {n * n}\n" for n in range(100_000))).encode("cp1252")
    path = write(tmp_path / "orders.csv.gz", gzip.compress(content)[:-2_000])
    sample = read_sample(path)

    with pytest.raises(SourceError, match=r"orders\.csv\.gz: is cut off"):
        rewrite(path, sample, detect_dialect(sample), tmp_path / "target.csv")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "customer", "rows", "customers", "total"),
    [("cdnow_master.txt", 0, 69_659, 23_570, "2500315.63"), ("cdnow_sample.txt", 1, 6_919, 2_357, "244091.94")],
)
def test_cdnow_in_aligned_columns(
    tmp_path: Path, real_data: Path, name: str, customer: int, rows: int, customers: int, total: str
) -> None:
    _, lines = scanned(tmp_path, real_data / name)

    cents = sum(round(float(row[-1] or "nan") * 100) for row in lines)
    assert (len(lines), len({row[customer] for row in lines}), f"{cents / 100:.2f}") == (rows, customers, total)
