from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.intake.encoding import detect, errors, wide

GERMAN = "1;Müller GmbH;Köln;groß\n2;Jürgen Schäfer;Düsseldorf;für\n3;Weiß & Söhne;München;Öl\n"
FRENCH = "1;Hélène Lefèvre;Crème brûlée à la vanille\n2;François Bérard;Thé glacé pêche\n3;Zoë Côté;forêt-noire\n"
SPANISH = "1;Muñeca niña pequeña;España\n2;Camión juguete José García;México\n"
POLISH = "1;Łukasz Wiśniewski;Kraków\n2;Małgorzata Dąbrowska;Łódź\n3;Paweł Żak;Gdańsk\n"
CZECH = "1;Antonín Dvořák;Plzeň\n2;Jiří Novák;České Budějovice\n3;Kateřina Černá;Děčín\n"
RUSSIAN = "1;Иванов Пётр;Москва;100\n2;Сидорова Анна;Санкт-Петербург;250\n3;ООО Ромашка;Екатеринбург;90\n"  # noqa: RUF001
GREEK = "1;Γιώργος Παπαδόπουλος;Αθήνα\n2;Μαρία;Θεσσαλονίκη\n"
TURKISH = "1;Ayşe Yılmaz;İstanbul\n2;Mehmet Öztürk;Eskişehir\n3;Gülşah Çağlar;Muğla\n"  # noqa: RUF001
JAPANESE = "1,山田太郎,チョコレート\n2,鈴木花子,緑茶\n"
CHINESE = "订单,客户,商品\n1,王小明,巧克力\n2,李华,绿茶\n"
ONE_WORD = "id;name;price\n" + "1;Soap 5 pack;12.00\n" * 500 + "2;Café mug;3.00\n3;x;£4.00\n"
NO_BREAK_SPACE = "id;nom;prix\n" + "1;savon;1\u00a0234,00\n" * 50


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((GERMAN, each) for each in ("cp1252", "latin-1", "mac_roman", "cp850", "utf-8")),
        *((FRENCH, each) for each in ("cp1252", "latin-1", "mac_roman", "utf-8")),
        *((SPANISH, each) for each in ("cp1252", "mac_roman", "utf-8")),
        *((POLISH, each) for each in ("cp1250", "iso8859_2", "cp852", "utf-8")),
        *((CZECH, each) for each in ("cp1250", "utf-8")),
        *((RUSSIAN, each) for each in ("cp1251", "koi8_r", "cp866", "mac_cyrillic", "utf-8")),
        (GREEK, "cp1253"),
        (TURKISH, "cp1254"),
        *((JAPANESE, each) for each in ("cp932", "euc_jp", "utf-8")),
        (CHINESE, "gb18030"),
        *((ONE_WORD, each) for each in ("cp1252", "mac_roman")),
        *((NO_BREAK_SPACE, each) for each in ("cp1252", "mac_roman")),
        ("1;12,50 €;x\n2;3,00 €;y\n", "cp1252"),
        ("plain", "utf-8"),
    ],
)
def test_text_is_read_as_it_was_written(text: str, encoding: str) -> None:
    content = text.encode(encoding)

    found, fallback = detect([content])

    assert content.decode(found) == text
    assert fallback is None


def test_evidence_far_down_counts() -> None:
    assert detect([b"id;name\n1;x\n", b"2;y\n", "3;Müller\n".encode("cp1252")]) == ("cp1252", None)


def test_second_encoding_of_a_joined_file_is_found_and_read() -> None:
    blocks = [GERMAN.encode(), GERMAN.encode("cp1252")]

    found, fallback = detect(blocks)

    assert (found, fallback) == ("utf-8", "cp1252")
    assert b"".join(blocks).decode(found, errors(fallback)) == GERMAN * 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [GERMAN, "Заказ,Дата,Сумма\n100,01.02.2020,100\n"])
def test_utf16_is_known_by_its_zeros(encoding: str, text: str) -> None:
    assert wide(text.encode(encoding)) == encoding


def test_zeros_here_and_there_are_no_utf16() -> None:
    assert wide(b"customer,date\n1,2020\0\n" * 10) is None


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_any_bytes_have_an_encoding_that_decodes_them(blocks: list[bytes]) -> None:
    found, fallback = detect(blocks)

    for block in blocks:
        assert isinstance(block.decode(found, errors(fallback)), str)
