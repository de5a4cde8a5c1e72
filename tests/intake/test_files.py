from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import polars as pl
import pytest

from engine.errors import SourceError
from engine.intake.files import STANDARD_INPUT, expand, kind
from tests.intake.builders import write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "b.csv",
        "a.tsv",
        "c.csv.gz",
        "d.zst",
        "E.CSV",
        "f.parquet",
        "g.xlsx",
        "notes.md",
        ".hidden.csv",
        "~$g.xlsx",
    ):
        write(tmp_path / name, "a,b\n")
    write(tmp_path / "deeper" / "h.csv", "a,b\n")
    return tmp_path


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_folder_stands_for_its_exports_in_order(folder: Path) -> None:
    assert names(expand([folder])) == ["E.CSV", "a.tsv", "b.csv", "c.csv.gz", "d.zst", "f.parquet", "g.xlsx"]


def test_pattern_that_the_shell_left_stands_for_its_matches(folder: Path) -> None:
    assert names(expand([str(folder / "*.csv")])) == ["b.csv"]
    assert names(expand([str(folder / "**" / "*.csv")])) == ["b.csv", "h.csv"]


def test_file_is_taken_as_named_and_once(folder: Path) -> None:
    assert names(expand([folder / "notes.md", folder / "b.csv", str(folder / "*.csv")])) == ["notes.md", "b.csv"]


def test_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "orders [1].csv", "a,b\n")

    assert expand([path]) == [path]


def test_dash_is_standard_input() -> None:
    assert expand(["-"]) == [STANDARD_INPUT]


def test_what_means_no_file_is_an_error_that_helps(folder: Path) -> None:
    (folder / "empty").mkdir()

    with pytest.raises(SourceError, match=r"no such file\.\nDid you mean 'b\.csv'"):
        expand([folder / "bb.csv"])
    with pytest.raises(SourceError, match=r"empty: holds no export"):
        expand([folder / "empty"])
    with pytest.raises(SourceError, match=r"\*\.xml: no file matches"):
        expand([folder / "*.xml"])


def zipped(names: list[str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return target.getvalue()


def parquet() -> bytes:
    target = io.BytesIO()
    pl.DataFrame({"a": [1]}).write_parquet(target)
    return target.getvalue()


def tarred() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("orders.csv"))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n1,2\n", "text"),
        (b"", "text"),
        ("a,b\n".encode("utf-16"), "text"),
        (gzip.compress(b"a,b\n"), "text"),
        (b"\x28\xb5\x2f\xfd", "text"),
        (parquet(), "parquet"),
        (zipped(["[Content_Types].xml", "xl/workbook.xml"]), "xlsx"),
    ],
    ids=["csv", "empty", "utf-16", "gzip", "zstd", "parquet", "xlsx"],  # packed bytes hold the time of packing
)
def test_kind_is_told_by_content_whatever_the_name(tmp_path: Path, content: bytes, expected: str) -> None:
    assert kind(write(tmp_path / "orders.bin", content)) == expected


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (zipped(["orders.csv"]), r"zip archive that holds orders\.csv\.\nUnpack"),
        (zipped(["mimetype", "content.xml"]), "OpenDocument"),
        (zipped(["xl/workbook.bin"]), "binary workbook"),
        (b"PK\x03\x04 cut off", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"old spreadsheet .*\nSave it as"),
        (b"%PDF-1.7\n", "PDF"),
        (b"SQLite format 3\0", "SQLite"),
        (b"BZh91AY", "bzip2"),
        (b"\n<!DOCTYPE html><html>", "web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "web page or XML"),
        (tarred(), "tar archive"),
        (gzip.compress(tarred()), "tar archive"),
        (gzip.compress(b"%PDF-1.7\n"), "PDF"),
        (b"\x1f\x8b\x08nonsense", r"damaged \.gz"),
    ],
    ids=[
        "zip",
        "ods",
        "xlsb",
        "cut off",
        "xls",
        "pdf",
        "sqlite",
        "bzip2",
        "html",
        "xml",
        "tar",
        "tar.gz",
        "pdf.gz",
        "gzip",
    ],
)
def test_other_content_is_refused_with_what_it_looks_like(tmp_path: Path, content: bytes, finding: str) -> None:
    with pytest.raises(SourceError, match=finding):
        kind(write(tmp_path / "orders.csv", content))
