"""The journal: a worker's notes, which outlive it."""

import json
from pathlib import Path

import pytest

from ats.outbox.journal import Journal, JournalFault, Noted, path_of, read
from ats.outbox.recovery import fate
from ats.outbox.result import Result

OWNER = "host/boot1234:4711:99.1"
SENT = Result("sent", 250, "2.0.0 kept", "answered")
LATER = Result("temporary", 450, "4.2.1 später", "envelope")
BLOCKED = Result("permanent", 550, "5.7.1 blocked", "answered")
NO_SUCH = Result("permanent", 550, "5.1.1 no such user", "envelope")
UNKNOWN = Result("ambiguous", None, "The worker ended before it knew the answer.", "body")


def test_what_left_and_what_was_answered_can_be_read_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journals", OWNER)
    journal.leaves(1, digest="d1", wording="w")
    journal.leaves(2, digest="d2", wording="w")
    journal.answered(1, SENT)
    journal.close(settled=False)

    assert read(journal.path) == {1: Noted(1, "d1", "w", SENT), 2: Noted(2, "d2", "w")}


def test_an_answer_to_what_never_left_is_not_kept(tmp_path: Path) -> None:
    """A refused recipient is simply tried again; nothing was delivered."""
    journal = Journal(tmp_path, OWNER)
    journal.answered(1, LATER)
    journal.close(settled=False)

    assert read(journal.path) == {}


def test_a_second_departure_forgets_the_first_answer(tmp_path: Path) -> None:
    journal = Journal(tmp_path, OWNER)
    journal.leaves(1, digest="d1", wording="w")
    journal.answered(1, LATER)
    journal.leaves(1, digest="d1", wording="w")
    journal.close(settled=False)

    assert read(journal.path) == {1: Noted(1, "d1", "w")}


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_last_line_that_was_cut_off_counts_as_never_written(tmp_path: Path, cut: int) -> None:
    journal = Journal(tmp_path, OWNER)
    journal.leaves(1, digest="d1", wording="w")
    journal.leaves(2, digest="d2", wording="w")
    journal.close(settled=False)
    journal.path.write_bytes(journal.path.read_bytes()[:-cut])

    assert read(journal.path) == {1: Noted(1, "d1", "w")}


def test_a_line_that_is_no_note_hides_no_other(tmp_path: Path) -> None:
    path = tmp_path / "any.log"
    path.write_bytes(b'\x00\xff{\n["leaves", "x"]\n[]\n7\n["leaves", 3, "d3", "w"]\n')

    assert read(path) == {3: Noted(3, "d3", "w")}


def test_without_a_journal_nothing_is_known(tmp_path: Path) -> None:
    assert read(tmp_path / "none.log") == {}


def test_what_is_settled_leaves_no_file_and_what_is_not_leaves_one(tmp_path: Path) -> None:
    settled, open_ = Journal(tmp_path, "a:1:1"), Journal(tmp_path, "b:1:1")
    settled.close(settled=True)
    open_.close(settled=False)

    assert list(tmp_path.iterdir()) == [path_of(tmp_path, "b:1:1")]


def test_each_note_is_in_the_file_before_it_returns(tmp_path: Path) -> None:
    """Not in a buffer, which a killed process takes with it."""
    journal = Journal(tmp_path, OWNER)
    journal.leaves(1, digest="d", wording="w")

    assert json.loads(journal.path.read_text()) == ["leaves", 1, "d", "w"]
    journal.close(settled=True)


def full_disk(folder: Path) -> None:
    """Let this owner's journal be a device that is always full."""
    folder.mkdir(exist_ok=True)
    path_of(folder, OWNER).symlink_to("/dev/full")


def test_a_full_disk_is_a_fault_with_a_remedy(tmp_path: Path) -> None:
    full_disk(tmp_path)
    journal = Journal(tmp_path, OWNER)

    with pytest.raises(JournalFault, match=r"No space left on device.*make room"):
        journal.leaves(1, digest="d", wording="w")
    journal.close(settled=False)


def test_after_a_failed_note_no_further_one_is_taken(tmp_path: Path) -> None:
    """It would stand behind half a line, where nobody can read it."""
    full_disk(tmp_path)
    journal = Journal(tmp_path, OWNER)
    with pytest.raises(JournalFault):
        journal.leaves(1, digest="d", wording="w")
    path_of(tmp_path, OWNER).unlink()

    with pytest.raises(JournalFault):
        journal.leaves(2, digest="d", wording="w")
    with pytest.raises(JournalFault):
        journal.answered(2, SENT)
    journal.close(settled=False)


def test_a_folder_that_cannot_be_made_is_a_fault_before_anything_is_claimed(
    tmp_path: Path,
) -> None:
    (tmp_path / "journals").write_text("in the way")

    with pytest.raises(JournalFault, match="cannot be written"):
        Journal(tmp_path / "journals", OWNER)


@pytest.mark.parametrize(
    ("noted", "trusted", "expected"),
    [
        (Noted(1, "d", "w", SENT), True, SENT),
        (Noted(1, "d", "w", SENT), False, SENT),
        (Noted(1, "d", "w", LATER), True, LATER),
        (Noted(1, "d", "w", BLOCKED), True, None),
        (Noted(1, "d", "w", NO_SUCH), True, None),
        (Noted(1, "d", "w"), True, UNKNOWN),
        (Noted(1, "d", "w"), False, UNKNOWN),
        (None, True, None),
        (None, False, UNKNOWN),
    ],
    ids=[
        "answered",
        "answered-before-another-boot",
        "put-off",
        "refused-by-a-policy",
        "refused-for-its-address",
        "left",
        "left-before-another-boot",
        "never-left",
        "no-journal",
    ],
)
def test_the_fate_of_an_abandoned_message_is_what_its_journal_says(
    noted: Noted | None, trusted: bool, expected: Result | None
) -> None:
    assert fate(noted, trusted=trusted) == expected
