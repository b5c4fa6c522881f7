"""Cells, read one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.intake.text import clean, flaw, fold, shown
from ats.intake.values import (
    CellFault,
    email_key,
    read_email,
    read_name,
    read_nation,
    read_ref,
    read_status,
)


@pytest.mark.parametrize(
    "raw", [" Ada  Byron ", "\u00a0Ada\u00a0Byron\u200b", "\ufeffAda Byron\t", "A\u00adda Byron"]
)
def test_blanks_and_invisible_characters_are_trimmed(raw: str) -> None:
    assert read_name(raw) == clean(raw) == "Ada Byron"


def test_an_accent_is_one_letter_however_it_was_typed() -> None:
    assert read_name("Zoe\u0308") == "Zoë"


@pytest.mark.parametrize(
    "header", ["Participant Ref", "participant-ref", "PARTICIPANT_REF ", "participant\nref"]
)
def test_headers_are_folded(header: str) -> None:
    assert fold(header) == "participantref"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Ada@Riverside.Example", "ada@riverside.example"),
        (" ada@riverside.example\u00a0", "ada@riverside.example"),
        ("ada+ats@riverside.example", "ada+ats@riverside.example"),
        ("o'brien@büro.example", "o'brien@xn--bro-hoa.example"),
        ("o'brien@xn--bro-hoa.example", "o'brien@xn--bro-hoa.example"),
    ],
)
def test_an_address_has_one_key_however_it_is_typed(typed: str, key: str) -> None:
    assert read_email(typed).key == email_key(typed) == key
    assert read_email(typed).typed == clean(typed)


@pytest.mark.parametrize(
    "raw",
    [
        "ada", "ada@", "@x.example", "ada@x", "a b@x.example", "ada@x..example", "ada@x.test",
        "Ada <ada@x.example>", "ada@x.example, ben@x.example", "b@y.org>\r\nRCPT TO:<evil",
        "ada@x.example\n", "ada\x00@x.example", "zoë@x.example", f"{'a' * 65}@x.example",
        "ada@x.example\u202e", "'ada@x.example", "\"a b\"@x.example", "ada@[127.0.0.1]",
    ],
)  # fmt: skip
def test_what_cannot_be_written_to_is_no_address(raw: str) -> None:
    with pytest.raises(CellFault, match=r"; .+\.$"):
        read_email(raw)


@pytest.mark.parametrize(
    "raw", ["N/A", "null", "TBC", ".", "-", "?", "Ada_x000D_", "https://x.example", "www.x.example"]
)
def test_what_stands_for_no_name_is_none(raw: str) -> None:
    with pytest.raises(CellFault, match=r"the name .+; .+\.$"):
        read_name(raw)


@pytest.mark.parametrize("raw", ["Null", "Nan", "Na", "Ng", "O", "王", "Xx"])
def test_a_short_or_unlucky_name_is_a_name(raw: str) -> None:
    assert read_name(raw) == raw


@pytest.mark.parametrize(
    ("raw", "nation"),
    [
        ("England", "england"), ("WALES", "wales"), ("Cymru", "wales"), ("Scotland ", "scotland"),
        ("Northern Ireland", "northern-ireland"), ("northern_ireland", "northern-ireland"),
        ("NI", "northern-ireland"), ("N. Ireland", "northern-ireland"), ("GB-ENG", "england"),
    ],
)  # fmt: skip
def test_nations_have_several_names(raw: str, nation: str) -> None:
    assert read_nation(raw) == nation


@pytest.mark.parametrize(
    ("raw", "status"),
    [("In Progress", "in-progress"), ("started", "in-progress"), ("Completed", "complete"),
     ("DONE", "complete"), ("not started", "not-started")],
)  # fmt: skip
def test_statuses_have_several_names(raw: str, status: str) -> None:
    assert read_status(raw) == status


@pytest.mark.parametrize("raw", ["P 1", "P/1", "P\n1", "ß1", "A" * 41, "-1"])
def test_a_ref_can_stand_in_a_key(raw: str) -> None:
    with pytest.raises(CellFault, match="cannot be a ref"):
        read_ref(raw)


@given(st.text(max_size=30))
def test_a_name_is_kept_or_refused_but_never_left_with_control_characters(raw: str) -> None:
    try:
        name = read_name(raw)
    except CellFault:
        return
    assert name == read_name(name)
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in name)


@given(st.text())
def test_what_is_shown_is_short_and_printable(raw: str) -> None:
    assert shown(raw).isprintable()
    assert len(shown("x" * 100)) == 43


@pytest.mark.parametrize("name", ["José Muñoz", "Ñandú", "Łukasz", "Ærøskøbing", "Ó Súilleabháin"])
def test_accents_are_no_sign_of_a_wrong_encoding(name: str) -> None:
    assert flaw(name) is None
