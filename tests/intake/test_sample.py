from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import NoDataError, SourceError
from engine.intake.sample import HEAD_BYTES, PIECE_BYTES, PIECES, read_sample
from tests.intake.builders import write

if TYPE_CHECKING:
    from pathlib import Path

BOM = b"\xef\xbb\xbf"


def zst(content: bytes) -> bytes:
    """Frame bytes as .zst without compressing them (RFC 8878: raw blocks)."""
    blocks = [content[place : place + 100_000] for place in range(0, len(content), 100_000)]
    framed = [
        (len(block) << 3 | (number == len(blocks))).to_bytes(3, "little") + block
        for number, block in enumerate(blocks, 1)
    ]
    return b"\x28\xb5\x2f\xfd\xa0" + len(content).to_bytes(4, "little") + b"".join(framed)


def numbered(count: int) -> str:
    return "".join(f"{number:07},é,2020-01-01,5.00\n" for number in range(count))


def test_folder_is_named_with_the_exports_in_it(tmp_path: Path) -> None:
    write(tmp_path / "orders.csv", "a,b\n")

    with pytest.raises(SourceError, match=r"is a folder, not a file\. It holds orders\.csv\."):
        read_sample(tmp_path)


def test_missing_file_suggests_the_nearest_name(tmp_path: Path) -> None:
    write(tmp_path / "orders.csv", "a,b\n")

    with pytest.raises(SourceError, match=r"ordres\.csv: no such file\.\nDid you mean 'orders\.csv'\?"):
        read_sample(tmp_path / "ordres.csv")


@pytest.mark.parametrize("path", ["zzz.txt", "no folder/orders.csv"])
def test_missing_file_without_a_near_name_still_says_what_to_do(tmp_path: Path, path: str) -> None:
    write(tmp_path / "orders.csv", "a,b\n")

    with pytest.raises(SourceError, match=r"no such file\.\nCheck the path"):
        read_sample(tmp_path / path)


def test_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(SourceError, match="not a regular file"):
        read_sample(tmp_path / "pipe")


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "a damaged .xlsx or zip archive"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a picture"),
        (bytes(range(256)) * 8, "a binary file"),
    ],
)
def test_what_is_no_text_is_refused_with_what_it_looks_like(tmp_path: Path, content: bytes, finding: str) -> None:
    path = write(tmp_path / "orders.csv", content)

    with pytest.raises(SourceError, match=finding):
        read_sample(path)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
        ("cp1252", "cp1252"),
        ("mac_roman", "mac_roman"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("lines", [4, 30_000])
def test_encoding_and_line_ends_are_found_all_over_a_file(
    tmp_path: Path, encoding: str, found: str, end: str, lines: int
) -> None:
    text = "Kunde,Straße,Käufe" + end + "".join(f"{n:07},Bäckerweg {n},5{end}" for n in range(lines))
    path = write(tmp_path / "orders.csv", text.encode(encoding))

    sample = read_sample(path)

    expected = set(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    sampled = "".join((sample.head, *sample.pieces)).replace("\r\n", "\n")
    assert (sample.encoding, sample.line_end) == (found, "\r" if end == "\r" else "\n")
    assert set(sampled.split("\n")) <= expected
    assert sample.head.startswith("Kunde,Straße")
    assert len(sample.pieces) == (0 if lines == 4 else min(PIECES, (sample.size - HEAD_BYTES) // PIECE_BYTES))
    assert all(sample.pieces)


def test_windows_text_far_behind_utf8_is_noticed(tmp_path: Path) -> None:
    tail = "1,Müller,2020-01-01,5.00\n".encode("latin-1") * 20_000
    path = write(tmp_path / "orders.csv", numbered(20_000).encode() + tail)

    sample = read_sample(path)

    assert (sample.encoding, sample.fallback) == ("utf-8", "cp1252")
    assert "Müller" in sample.pieces[-1]


def test_last_character_is_evidence_too(tmp_path: Path) -> None:
    path = write(tmp_path / "orders.csv", "customer,amount,city\n1,5.00,Cefalù".encode("cp1252"))

    assert read_sample(path).head.endswith("Cefalù")


def test_few_bytes_that_are_no_utf8_are_damage(tmp_path: Path) -> None:
    content = numbered(2_000).encode().replace(b"0000777,\xc3\xa9", b"0000777,\xc3")

    sample = read_sample(write(tmp_path / "orders.csv", content))

    assert (sample.encoding, sample.fallback) == ("utf-8", None)
    assert "0000777,\ufffd," in sample.head


@pytest.mark.parametrize("compression", ["gz", "zst"])
@pytest.mark.parametrize("lines", [5, 50_000])
def test_compressed_text_is_sampled_from_its_head(tmp_path: Path, compression: str, lines: int) -> None:
    text = numbered(lines)
    content = gzip.compress(text.encode()) if compression == "gz" else zst(text.encode())
    path = write(tmp_path / "orders.dat", content)

    sample = read_sample(path)

    assert sample.compression == compression
    assert sample.pieces == ()
    assert sample.whole == (lines == 5)
    assert sample.head == text if sample.whole else text.startswith(sample.head)
    assert sample.head.endswith("\n")
    assert sample.text_size == pytest.approx(len(text.encode()), rel=0.35)


def test_gz_of_several_members_is_one_text(tmp_path: Path) -> None:
    path = write(tmp_path / "orders.csv.gz", gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n"))

    assert read_sample(path).head == "a,b\n1,2\n3,4\n"


@pytest.mark.parametrize("magic", [b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd"])
def test_damaged_archive_is_named(tmp_path: Path, magic: bytes) -> None:
    path = write(tmp_path / "orders.csv", magic + b"nonsense, and more of it, to the end")

    with pytest.raises(SourceError, match=r"orders\.csv: is (a damaged|cut off)"):
        read_sample(path)


@pytest.mark.parametrize("content", [b"", BOM, b" \r\n\n", BOM + b"\n"])
def test_file_without_text_is_empty(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path / "orders.csv", content)

    with pytest.raises(NoDataError, match=r"orders\.csv: the file is empty"):
        read_sample(path)


@pytest.mark.parametrize("text", ["a,b\n1,é", "a,b\r\n1,2\r\n"])
@pytest.mark.parametrize("bom", [b"", BOM])
def test_small_file_is_sampled_whole_and_without_its_mark(tmp_path: Path, text: str, bom: bytes) -> None:
    path = write(tmp_path / "orders.csv", bom + text.encode())

    sample = read_sample(path)

    assert (sample.head, sample.pieces) == (text, ())
    assert sample.size == path.stat().st_size


def test_pieces_are_whole_lines_from_all_over_the_file(tmp_path: Path) -> None:
    text = numbered(100_000)
    sample = read_sample(write(tmp_path / "orders.csv", text))
    lines = set(text.splitlines())
    places = [int(piece[:7]) for piece in sample.pieces]

    assert set(sample.head.splitlines()) <= lines
    assert sample.head.endswith("\n")
    assert len(places) == PIECES
    assert all(piece and set(piece.splitlines()) <= lines for piece in sample.pieces)
    assert max(later - sooner for sooner, later in zip([0, *places], [*places, 100_000], strict=True)) < 20_000
    assert sample.pieces[-1].splitlines()[-1] == text.splitlines()[-1]


def test_sample_of_a_huge_file_is_bounded(tmp_path: Path) -> None:
    path = write(tmp_path / "orders.csv", numbered(200_000))

    sample = read_sample(path)

    assert path.stat().st_size > 5_000_000
    assert len((sample.head + "".join(sample.pieces)).encode()) <= HEAD_BYTES + PIECES * PIECE_BYTES


def test_file_larger_than_memory_is_looked_at_in_places_only(tmp_path: Path) -> None:
    path = write(tmp_path / "orders.csv", numbered(20_000))
    with path.open("r+b") as file:
        file.truncate(200_000_000_000)  # a hole: takes no disk

    sample = read_sample(path)

    assert sample.size == 200_000_000_000
    assert len(sample.head) <= HEAD_BYTES


@settings(deadline=None, max_examples=30)
@given(
    line=st.text("a,é€😀", min_size=1, max_size=30),
    last=st.text("aé€😀", min_size=1, max_size=200),
    excess=st.integers(-5, 300),
    end=st.sampled_from(["", "\n"]),
)
def test_no_line_and_no_character_is_cut_where_the_head_ends(
    tmp_path_factory: pytest.TempPathFactory, line: str, last: str, excess: int, end: str
) -> None:
    room = HEAD_BYTES + excess - len((last + end).encode())
    count = room // len((line + "\n").encode())
    filler = "x" * (room - count * len((line + "\n").encode()) - 1) + "\n"
    text = (line + "\n") * count + (filler if len(filler) > 1 else "") + last + end
    path = write(tmp_path_factory.mktemp("sample") / "orders.csv", text)

    sample = read_sample(path)

    assert set((sample.head + "".join(sample.pieces)).split("\n")) <= {*text.split("\n"), ""}


def test_fingerprint_tells_exports_apart(tmp_path: Path) -> None:
    text = numbered(30_000)
    last_changed = text[:-2] + "1\n"
    fingerprints = [
        read_sample(write(tmp_path / name, content)).fingerprint
        for name, content in [("a", text), ("copy", text), ("last", last_changed), ("longer", text + text[-30:])]
    ]

    assert fingerprints[0] == fingerprints[1]
    assert len(set(fingerprints)) == 3
