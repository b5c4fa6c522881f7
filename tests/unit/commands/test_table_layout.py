"""Tables and sentences on a narrow terminal."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from ats.commands.layout import table_lines, wrapped

COLUMNS = ("due", "person", "step", "outcome", "reason")
ROWS = [
    ("2026-11-12 09:00", "P0017", "golden-thread-and-observation", "skipped", "condition-met"),
    ("2026-11-13 09:00", "P0118", "pdp-tip", "sent", ""),
]


def test_what_fits_stands_side_by_side_with_numbers_at_the_right() -> None:
    assert table_lines(("case", "kind"), [("7", "stalled"), ("12", "no mentor")], width=80) == [
        "case  kind",
        "───────────────",
        "   7  stalled",
        "  12  no mentor",
    ]


def test_columns_that_do_not_fit_stand_below_and_nothing_is_broken() -> None:
    assert table_lines(COLUMNS, ROWS, width=70) == [
        "due               person  step                           outcome",
        "    reason",
        "────────────────────────────────────────────────────────────────",
        "2026-11-12 09:00  P0017   golden-thread-and-observation  skipped",
        "    condition-met",
        "2026-11-13 09:00  P0118   pdp-tip                        sent",
    ]


def test_sentences_are_broken_between_words_within_their_column() -> None:
    subject = "Wednesday 9 June, 16:30: From final observation to submission"
    assert table_lines(("sent", "subject"), [("2027-06-02 09:00", subject)], width=50) == [
        "sent              subject",
        "─────────────────────────────────────────────────",
        "2027-06-02 09:00  Wednesday 9 June, 16:30: From",
        "                  final observation to submission",
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 200])
def test_at_any_width_every_word_is_there_whole_and_in_its_place(width: int) -> None:
    lines = table_lines(COLUMNS, ROWS, width=width)
    told = "\n".join(lines).split()
    assert sorted(word for word in told if "─" not in word) == sorted(
        word for row in (COLUMNS, *ROWS) for cell in row for word in cell.split()
    )
    longest = max(cell_len(word) for row in ROWS for cell in row for word in [cell])
    assert max(map(cell_len, lines)) <= max(width, longest + 4)


def test_wide_signs_count_as_the_columns_that_they_take() -> None:
    lines = table_lines(("name", "ref"), [("山田太郎", "P0001"), ("Ada", "P0002")], width=80)
    assert [cell_len(line.partition("P0")[0]) for line in lines[2:]] == [10, 10]


def test_a_table_without_rows_has_its_heading() -> None:
    assert table_lines(("case", "kind"), [], width=80) == ["case  kind", "──────────"]


def test_a_sentence_goes_on_indented_and_keeps_its_own_line_breaks() -> None:
    assert wrapped("Mon 5 October: it was sent.\nAnd so.", 14, hang="  ") == [
        "Mon 5 October:",
        "  it was sent.",
        "And so.",
    ]


def test_an_address_wider_than_a_line_stays_whole() -> None:
    url = "https://meet.example/2026-10/webinar-1"
    assert wrapped(f"Join at {url} please", 20) == ["Join at", url, "please"]
