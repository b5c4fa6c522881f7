"""What a reply of a mail server means, and what of it may be kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.outbox.result import is_bad_address, judged, one_line


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("5.1.1 <ada@example.org>: unknown", "5.1.1 <address>: unknown"),
        ("no ada.l@example.org, sorry", "no <address>, sorry"),
        ("User Ada.L is over quota", "User <address> is over quota"),
        ("two\r\nlines\tand\x00 more\udcff", "two lines and more?"),
        ("x" * 1000, "x" * 400),
    ],
)
def test_an_answer_becomes_one_line_without_addresses(answer: str, kept: str) -> None:
    assert one_line(answer, addresses=("ada.l@example.org",)) == kept


def test_a_short_name_is_taken_out_as_a_word_only() -> None:
    assert one_line("al: also allowed", addresses=("al@example.org",)) == "<address>: also allowed"


@given(answer=st.text(), code=st.integers(-1, 999))
def test_every_reply_to_a_body_says_sent_put_off_refused_or_unknown(answer: str, code: int) -> None:
    result = judged("body", code, answer)
    families = {2: "sent", 4: "temporary", 5: "permanent"}
    expected = {421: "relay", 530: "configuration"}.get(
        code, families.get(code // 100, "ambiguous")
    )
    assert result.kind == expected
    assert result.answer.isprintable()


@pytest.mark.parametrize("step", ["connect", "starttls", "auth", "mail"])
@given(code=st.integers(-1, 999))
def test_before_the_recipient_is_named_a_message_is_put_off_by_no_reply(
    step: str, code: int
) -> None:
    assert judged(step, code, "").kind in ("relay", "configuration", "permanent")  # type: ignore[arg-type]
    assert judged(step, code, "").kind != "permanent" or code == 552  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "bad"),
    [
        ("5.1.0", True),
        ("5.1.1", True),
        ("5.1.10", True),
        ("5.2.1", True),  # disabled
        ("5.4.4", True),  # no such domain
        ("5.1.7", False),  # our address
        ("5.1.8", False),  # our domain
        ("5.2.2", False),  # full
        ("5.7.1", False),
        ("4.1.1", False),
        ("15.1.1", False),
        ("", False),
    ],
)
def test_only_what_is_wrong_with_the_recipients_address_is_a_bad_one(
    status: str, bad: bool
) -> None:
    assert is_bad_address(status) is bad
