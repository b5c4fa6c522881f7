"""What staff send again goes once, however often they ask."""

from __future__ import annotations

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, SmallCohort, at

from ats.errors import Refused
from ats.outbox import leases
from ats.outbox.by_hand import park, resend
from ats.outbox.mailbox import InMemoryMailbox
from ats.records import models as m

ELEVEN = "2026-09-03 11:00"


@prologue
def sent(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Ada and Ben have had their agenda, at nine on 3 September."""
    cohort.enrol(ADA, BEN)
    cohort.go_live()
    cohort.tick("2026-09-03 09:00")


def again(cohort: SmallCohort, name: str, now: str = ELEVEN) -> str:
    return resend(cohort.office, name, now=at(now), by="Jo").status


def refusal(cohort: SmallCohort, name: str, now: str = ELEVEN) -> str:
    with pytest.raises(Refused) as refused:
        again(cohort, name, now)
    return str(refused.value)


def ids(cohort: SmallCohort) -> list[str]:
    """Return the numbers of what was written to Ben, oldest first."""
    return [str(one.id) for one in cohort.messages(recipient="P0002")]


def test_while_a_copy_waits_there_is_no_second(sent: SmallCohort) -> None:
    (first,) = ids(sent)
    assert again(sent, first) == "queued"
    _, copy = ids(sent)

    assert refusal(sent, first) == (
        f"A copy of message {first} waits already (message {copy}); it goes by itself."
    )
    with sent.store.write() as session:
        claimed = session.get_one(m.Message, int(copy))
        claimed.status, claimed.lease_owner = "claimed", leases.owner_name()
    assert "is being sent at this moment" in refusal(sent, first)
    with sent.store.write() as session:
        claimed = session.get_one(m.Message, int(copy))
        claimed.status, claimed.lease_owner = "queued", None
    park(sent.office, copy, now=at(ELEVEN), by="Jo")
    assert f"`ats message release {copy}`" in refusal(sent, first)
    assert ids(sent) == [first, copy]


def test_once_the_copy_has_gone_there_may_be_another_and_only_one(
    sent: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    (first,) = ids(sent)
    again(sent, first)
    sent.tick("2026-09-03 11:10")
    _, copy = ids(sent)

    assert again(sent, copy, "2026-09-03 11:20") == "queued"  # a copy of the copy
    assert "waits already" in refusal(sent, first, "2026-09-03 11:20")
    sent.tick("2026-09-03 11:30")
    assert again(sent, first, "2026-09-03 11:40") == "queued"
    assert len(ids(sent)) == 4


def test_a_copy_to_one_person_says_nothing_of_another(sent: SmallCohort) -> None:
    (ada,) = sent.messages(recipient="P0001")
    again(sent, ids(sent)[0])
    assert again(sent, str(ada.id)) == "queued"


@pytest.mark.parametrize(("now", "allowed"), [("08:59", False), ("09:00", True)])
def test_nothing_is_sent_again_before_it_was_sent(
    sent: SmallCohort, now: str, allowed: bool
) -> None:
    (first,) = ids(sent)
    if allowed:
        assert again(sent, first, f"2026-09-03 {now}") == "queued"
        return
    assert refusal(sent, first, f"2026-09-03 {now}") == (
        f"Message {first} was sent at 2026-09-03 09:00 only, so it cannot be sent again before; "
        "give a later --now."
    )
    assert ids(sent) == [first]


def test_nor_before_it_failed(cohort: SmallCohort) -> None:
    cohort.enrol(ADA, BEN)
    cohort.go_live()
    with InMemoryMailbox({"RCPT ben@harbour.example": "550 no"}) as mailbox:
        cohort.address = mailbox.address
        cohort.tick("2026-09-03 09:00")
    (first,) = ids(cohort)

    assert refusal(cohort, first, "2026-09-02 12:00").startswith(
        f"Message {first} failed at 2026-09-03 09:00 only"
    )
    assert again(cohort, first) == "queued"
