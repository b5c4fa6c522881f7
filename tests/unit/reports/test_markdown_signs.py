"""Text in a page stands there as it was written."""

import pytest
from markdown_it import MarkdownIt

from ats.reports.markdown import plain, table

NASTY = [
    "<script>alert(1)</script>",
    "a | b",
    "**bold** _and_ `code`",
    "[link](https://evil.example)",
    "# title",
    "https://evil.example and www.evil.example",
    "ada@harbour.example",
    "&lt;b&gt;",
    "1. one",
    "~~gone~~ $x$ {{ y }} \\ !",
]


@pytest.mark.parametrize("words", NASTY)
def test_no_sign_of_the_words_has_a_meaning(words: str) -> None:
    """A renderer with tables and strike-through shows the words and makes nothing of them."""
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    shown = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert renderer.render(f"x {plain(words)}") == f"<p>x {shown}</p>\n"


def test_a_bare_address_becomes_no_link() -> None:
    """Some renderers make one of whatever begins like an address."""
    words = "https://evil.example www.evil.example ada@harbour.example"
    assert [sign for sign in ("://", "www.", "@") if sign in plain(words)] == []


def test_a_line_break_cannot_leave_its_cell() -> None:
    assert plain("one\n| two |\r\n\r\nthree") == "one &#124; two &#124; three"


def test_a_table_stands_numbers_at_the_right() -> None:
    assert table(("What", "Sent"), [("a|b", 3), ("c", 12)]).splitlines() == [
        "| What | Sent |",
        "| --- | ---: |",
        "| a&#124;b | 3 |",
        "| c | 12 |",
    ]
