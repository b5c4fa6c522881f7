"""The value of ATS_SMTP_URL."""

import pytest

from ats.errors import SettingsFault
from ats.outbox.smtp_url import SmtpAddress


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1:2525", SmtpAddress("127.0.0.1", 2525)),
        (" smtp://relay.example/ ", SmtpAddress("relay.example", 25)),
        ("smtp://[::1]:2525", SmtpAddress("::1", 2525)),
        ("smtp://büro.example", SmtpAddress("xn--bro-hoa.example", 25)),
        (
            "smtp+starttls://ats%40example.org:p%2Fw@relay.example",
            SmtpAddress("relay.example", 587, "starttls", "ats@example.org", "p/w"),
        ),
        ("smtps://ats:p@w@relay.example", SmtpAddress("relay.example", 465, "tls", "ats", "p@w")),
        ("smtp://ats:pw@localhost", SmtpAddress("localhost", 25, "none", "ats", "pw")),
    ],
)
def test_each_form_is_understood(url: str, expected: SmtpAddress) -> None:
    assert SmtpAddress.parse(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "relay.example",
        "http://relay.example",
        "smtp://",
        "smtp://a b:25",
        "smtp://..",
        "smtp://relay.example:mail",
        "smtp://relay.example:0",
        "smtp://relay.example:99999",
        "smtp://relay.example/path",
        "smtp://ats:s3cret@relay.example",
        "smtps://ats@relay.example",
        "smtps://:s3cret@relay.example",
        "smtps://ats:s3cret/x@relay.example",
        "smtps://ats:s3cret#x@relay.example",
        "smtps://ats:s3cret?x@relay.example",
        "smtps://ats:s3cret@relay.example:x",
    ],
)
def test_anything_else_is_refused_in_a_sentence_without_the_password(url: str) -> None:
    with pytest.raises(SettingsFault) as fault:
        SmtpAddress.parse(url)
    sentence = str(fault.value)
    assert sentence.startswith("ATS_SMTP_URL ")
    assert sentence.endswith(".")
    assert "s3cret" not in sentence
    assert fault.value.__cause__ is None
    assert fault.value.__suppress_context__ or fault.value.__context__ is None


def test_a_login_is_never_shown() -> None:
    address = SmtpAddress.parse("smtps://ats:s3cret@relay.example")
    assert str(address) == "smtps://relay.example:465"
    assert "s3cret" not in repr(address)


@pytest.mark.parametrize("url", ["smtp://[::1]:2525", "smtp+starttls://relay.example:587"])
def test_a_shown_address_can_be_read_again(url: str) -> None:
    assert str(SmtpAddress.parse(url)) == url
