"""What comes back from a mail server later: addresses that work no more, and who hears of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from prologue import prologue
from returned import FEEDBACK, REPLY, VACATION, filled, postfix
from small_cohort import ADA, BEN, CAT, GRACE, NOBODY, ZONE, SmallCohort, at, read, recipients
from sqlalchemy import select

from ats.errors import Refused
from ats.outbox import bounces, leases
from ats.outbox.bounce_mailbox import BounceMailboxFault
from ats.outbox.bounces import BounceReader
from ats.outbox.by_hand import resend
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.messages import shown
from ats.outbox.suppression import lift
from ats.outbox.verp import BounceAddress
from ats.records import models as m
from ats.reports.nightly import read_bounces

OURS = BounceAddress("ats@provider.example", b"a key that nobody else has")
OPERATIONS = "operations@provider.example"
FULL = {"status": "5.2.2", "answer": "552 5.2.2 mailbox full"}


class Returned:
    """A mailbox of notifications, in memory. It forgets its marks when told to."""

    def __init__(self, *mails: bytes) -> None:
        self.mails = {f"{n}": mail for n, mail in enumerate(mails)}
        self.marked: list[str] = []

    def unread(self) -> Iterator[tuple[str, bytes]]:
        yield from [(n, mail) for n, mail in self.mails.items() if n not in self.marked]

    def mark(self, name: str) -> None:
        self.marked.append(name)


@prologue
def sent(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Three people who have had their agenda, on 3 September, under bounce addresses."""
    cohort.office = replace(cohort.office, bounces=OURS)
    cohort.enrol(ADA + GRACE, BEN, CAT)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick("2026-09-03 09:00")


def to(cohort: SmallCohort, ref: str) -> str:
    """Return the address to which the newest message to somebody comes back."""
    return OURS.of(cohort.messages(recipient=ref)[-1].id or 0)


def came_back(cohort: SmallCohort, now: str, *mails: bytes) -> Counter[str]:
    """Read these as what came back; return what was counted."""
    return BounceReader(cohort.store, OURS, at(now)).read_all(Returned(*mails))


def suppressed(cohort: SmallCohort) -> list[tuple[str, str, str]]:
    found = everything(cohort, m.Suppression)
    return [(one.email_key, one.reason, one.status) for one in found if one.lifted_at is None]


def everything(cohort: SmallCohort, table: Any) -> list[Any]:
    with cohort.store.read() as session:
        return list(session.execute(select(table).order_by(table.id)).scalars())


def requests(mailbox: InMemoryMailbox) -> list[str]:
    """Return what operations were told about addresses."""
    mine = [read(one) for one in mailbox.received if one.recipient == OPERATIONS]
    return [
        " ".join(one.get_body(("plain",)).get_content().split())
        for one in mine
        if "an address that does not work" in str(one["Subject"])
    ]


# -- hard --------------------------------------------------------------------------------------


def test_each_message_leaves_under_an_address_of_its_own(
    sent: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    expected = {OURS.of(one.id or 0) for one in sent.messages()}
    assert {one.sender for one in mailbox.received} == expected


def test_an_address_that_does_not_exist_gets_nothing_more_and_operations_hear_once(
    sent: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    had = len(recipients(mailbox))
    told = came_back(sent, "2026-09-03 10:00", postfix(to(sent, "P0002")))

    assert told == {"hard": 1, "suppressed": 1}
    assert suppressed(sent) == [("ben@harbour.example", "bounced", "5.1.1")]
    sent.tick("2026-09-03 10:10")
    sent.tick("2026-09-04 10:10")
    (asked,) = requests(mailbox)
    assert "P0002" in asked
    assert "@harbour" not in asked

    sent.tick_daily("2026-10-05", "2026-10-07")
    later = recipients(mailbox)
    assert len(later) > had
    assert later.count("ben@harbour.example") == 1
    after = sent.ledger("step", "outcome", "reason", recipient="P0002")
    assert {row[1:] for row in after if row[0] not in ("agenda-published", "catch-up")} == {
        ("skipped", "suppressed")
    }


def test_another_address_gets_mail_again_and_the_old_one_stays_suppressed(
    sent: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    came_back(sent, "2026-09-03 10:00", postfix(to(sent, "P0002")))
    moved = BEN.replace("ben@harbour.example", "ben@home.example")
    sent.enrol(moved + NOBODY, now="2026-09-04 10:00")

    sent.tick_daily("2026-10-05", "2026-10-07")
    assert "ben@home.example" in recipients(mailbox)
    assert requests(mailbox) == []  # it was mended before anybody had to ask

    sent.enrol(BEN + NOBODY, now="2026-10-08 10:00")
    before = recipients(mailbox).count("ben@harbour.example")
    sent.tick_daily("2026-10-12", "2026-10-16")
    assert recipients(mailbox).count("ben@harbour.example") == before


def test_a_queued_message_is_taken_back_when_its_address_bounces_first(
    sent: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    reached, sent.address = sent.address, replace(sent.address, port=9)
    sent.tick("2026-10-05 10:00")
    waiting = sent.messages(recipient="P0002", status="queued")
    assert waiting

    came_back(sent, "2026-10-05 10:05", postfix(OURS.of(sent.messages(recipient="P0002")[0].id)))
    sent.address = reached
    sent.tick("2026-10-05 10:30")

    assert recipients(mailbox).count("ben@harbour.example") == 1
    assert sent.messages(recipient="P0002", status="queued") == []


def test_a_request_to_a_mentor_that_comes_back_stops_its_ladder_and_opens_one_case(
    sent: SmallCohort,
) -> None:
    sent.tick("2026-10-07 09:00")
    message = next(
        message for key, message in sent.ledger("step", "message_id") if key == "mentor-request"
    )
    other = [one for one in sent.messages(recipient="M0001") if one.id != message]
    back = postfix(OURS.of(message))
    first = [postfix(OURS.of(one.id or 0)) for one in other]  # makes the address known as dead

    came_back(sent, "2026-10-07 10:00", *first, back, back.replace(b"09:00:07", b"09:00:09"))
    sent.tick_daily("2026-10-08", "2026-11-20")

    assert sent.cases().count(("P0001", "mentor-unreachable", "open")) == 1
    assert sent.ledger("key", step="chase-mentor-request") == []
    assert len(suppressed(sent)) == 1


def test_a_late_bounce_from_an_address_that_was_replaced_concerns_nobody(
    sent: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    sent.tick("2026-10-07 09:00")
    (message,) = [one for (one,) in sent.ledger("message_id", step="mentor-request")]
    sent.set_address("M0001", "grace@home.example")
    with sent.store.write() as session:
        owner = select(m.Role.person_id).where(m.Role.ref == "M0001").scalar_subquery()
        person = session.execute(select(m.Person).where(m.Person.id == owner)).scalar_one()
        person.email_key = "grace@home.example"

    came_back(sent, "2026-10-07 10:00", postfix(OURS.of(message)))
    sent.tick("2026-10-07 10:10")

    assert suppressed(sent) == [("grace@harbour.example", "bounced", "5.1.1")]
    assert sent.cases() == []
    assert requests(mailbox) == []


def test_what_was_sent_again_comes_back_under_its_own_number(sent: SmallCohort) -> None:
    (first,) = sent.messages(recipient="P0002")
    resend(sent.office, str(first.id), now=at("2026-09-03 11:00"), by="Jo")
    sent.tick("2026-09-03 11:10")
    _, again = sent.messages(recipient="P0002")

    came_back(sent, "2026-09-03 12:00", postfix(OURS.of(again.id or 0)))

    assert [one.message_id for one in everything(sent, m.Bounce)] == [again.id]
    assert suppressed(sent) == [("ben@harbour.example", "bounced", "5.1.1")]


def test_the_mailbox_of_operations_is_never_suppressed(
    sent: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    sent.tick_daily("2026-10-05", "2026-10-09")
    message = sent.messages(recipient="operations")[-1]

    told = came_back(sent, "2026-10-09 10:00", postfix(OURS.of(message.id or 0)))

    assert (told["hard"], told["suppressed"], suppressed(sent)) == (1, 0, [])


# -- soft, delayed, delivered ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moments", "ends"),
    [
        (["09-03 10:00"], False),
        (["09-03 10:00", "09-06 09:59"], False),
        (["09-03 10:00", "09-06 10:00"], True),
        (["09-03 10:00", "09-04 10:00", "09-05 10:00", "09-07 10:00"], True),
        (["09-03 10:00", "09-18 10:00"], False),  # another episode
        (["09-03 10:00", "09-18 10:00", "09-21 10:00"], True),
    ],
)
def test_soft_bounces_over_three_days_are_a_hard_one(
    sent: SmallCohort, moments: list[str], ends: bool
) -> None:
    for n, moment in enumerate(moments):
        mail = postfix(to(sent, "P0002"), **FULL).replace(b"09:00:07", f"09:00:{n:02}".encode())
        came_back(sent, f"2026-{moment}", mail)

    expected = [("ben@harbour.example", "bounced", "5.2.2")] if ends else []
    assert suppressed(sent) == expected


def test_what_arrived_in_between_begins_the_three_days_anew(sent: SmallCohort) -> None:
    address = to(sent, "P0002")
    came_back(sent, "2026-09-03 10:00", postfix(address, **FULL))
    came_back(sent, "2026-09-05 10:00", postfix(address, action="delivered", status="2.0.0"))
    came_back(sent, "2026-09-07 10:00", postfix(address, status="5.2.2", answer="552 full again"))

    assert suppressed(sent) == []
    assert [one.kind for one in everything(sent, m.Bounce)] == ["soft", "delivered", "soft"]


@pytest.mark.parametrize(
    ("accepted", "returns", "ends"),
    [
        ("09-09 09:00", None, False),  # it has arrived: the mailbox works
        ("09-09 09:00", "09-09 09:30", True),  # no, it came back
        ("09-09 09:00", "09-10 09:30", True),  # later than a day, but back it came
        ("09-10 09:00", None, True),  # nobody can tell yet
        ("09-07 09:30", None, True),  # before the first that came back
    ],
)
def test_what_was_accepted_and_has_not_come_back_begins_the_three_days_anew(
    sent: SmallCohort, accepted: str, returns: str | None, ends: bool
) -> None:
    (first,) = sent.messages(recipient="P0002")
    came_back(sent, "2026-09-07 10:00", postfix(OURS.of(first.id or 0), **FULL))
    resend(sent.office, str(first.id), now=at(f"2026-{accepted}"), by="Jo")
    sent.tick(f"2026-{accepted}")
    again = sent.messages(recipient="P0002")[-1]
    assert again.sent_at == at(f"2026-{accepted}")
    if returns is not None:
        came_back(sent, f"2026-{returns}", postfix(OURS.of(again.id or 0), **FULL))
    assert suppressed(sent) == []

    last = postfix(OURS.of(first.id or 0), status="5.2.2", answer="552 full again")
    came_back(sent, "2026-09-10 12:00", last)

    assert suppressed(sent) == ([("ben@harbour.example", "bounced", "5.2.2")] if ends else [])


def test_what_another_person_was_sent_says_nothing_about_this_address(sent: SmallCohort) -> None:
    came_back(sent, "2026-09-03 10:00", postfix(to(sent, "P0002"), **FULL))
    (other,) = sent.messages(recipient="P0003")
    resend(sent.office, str(other.id), now=at("2026-09-04 10:00"), by="Jo")
    sent.tick("2026-09-04 10:00")

    mail = postfix(to(sent, "P0002"), status="5.2.2", answer="552 full again")
    came_back(sent, "2026-09-06 12:00", mail)

    assert len(suppressed(sent)) == 1


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("5.7.1", "550 5.7.1 rejected by policy"),
        ("4.7.0", "451 4.7.0 greylisted"),
        ("5.6.0", "554 5.6.0 content is not acceptable"),
        ("5.2.3", "552 5.2.3 message is longer than allowed"),
        ("5.3.4", "552 5.3.4 message too big"),
        ("5.1.8", "553 5.1.8 the sender's domain does not exist"),
        ("5.0.0", "554 5.7.1 blocked by a list"),
        ("5.0.0", "554 looks like spam"),
    ],
)
def test_what_blames_the_mail_never_ends_an_address(
    sent: SmallCohort, status: str, answer: str
) -> None:
    address = to(sent, "P0002")
    for n, day in enumerate(("03", "05", "07")):
        mail = postfix(address, status=status, answer=answer)
        came_back(sent, f"2026-09-{day} 10:00", mail.replace(b"09:00:07", f"09:00:0{n}".encode()))
    full = postfix(address, **FULL)
    assert came_back(sent, "2026-09-07 10:00", full) == {"soft": 1}
    assert suppressed(sent) == []


def test_a_full_mailbox_is_not_forgotten_for_a_mail_that_was_blamed(sent: SmallCohort) -> None:
    address = to(sent, "P0002")
    came_back(sent, "2026-09-03 10:00", postfix(address, **FULL))
    came_back(sent, "2026-09-06 10:00", postfix(address, status="5.7.1", answer="550 5.7.1 policy"))
    assert suppressed(sent) == []
    again = postfix(address, status="5.2.2", answer="552 full again")
    came_back(sent, "2026-09-06 11:00", again)
    assert len(suppressed(sent)) == 1


def test_delayed_replies_and_complaints_suppress_nobody(sent: SmallCohort) -> None:
    address = to(sent, "P0002")
    late = postfix(address, action="delayed", status="4.4.1", answer="timed out")
    away = filled(VACATION, address, HEADER="Auto-Submitted: auto-replied")
    told = came_back(
        sent, "2026-09-03 10:00", late, away, filled(REPLY, address), filled(FEEDBACK, address)
    )

    assert told == {"delayed": 1, "reply": 3}
    assert suppressed(sent) == []


def test_a_forged_bounce_suppresses_nobody_and_leaves_no_trace(sent: SmallCohort) -> None:
    forged = to(sent, "P0002").replace("-", "-a")
    nobody = OURS.of(999_999)  # signed by us, for a message that there is not

    told = came_back(sent, "2026-09-03 10:00", postfix(forged), postfix(nobody), b"", b"\x00")

    assert told == {"other": 4}
    assert (suppressed(sent), everything(sent, m.Bounce)) == ([], [])


# -- lifted ------------------------------------------------------------------------------------


def test_an_address_that_works_after_all_gets_mail_again_and_who_said_so_is_kept(
    sent: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    came_back(sent, "2026-09-03 10:00", postfix(to(sent, "P0002")))
    sent.tick("2026-09-03 10:10")
    far = at("2027-01-01 09:00")
    with sent.store.write() as session:
        for one in session.execute(select(m.Enrolment)).scalars():
            one.next_due_at = far

    done = lift(sent.store, "p0002", now=at("2026-09-10 10:00"), by="Jo")

    assert (done.ref, done.since, done.status) == ("P0002", at("2026-09-03 10:00"), "5.1.1")
    assert suppressed(sent) == []
    (kept,) = everything(sent, m.Suppression)
    assert (kept.lifted_at, kept.lifted_by) == (at("2026-09-10 10:00"), "Jo")
    audit = everything(sent, m.Audit)[-1]
    assert (audit.action, audit.by, audit.subject) == ("contact-lift", "Jo", "P0002")
    again = sent.due_again()
    assert (again["P0002"], again["P0003"]) == (m.EPOCH, far)
    sent.tick_daily("2026-10-05", "2026-10-07")
    assert recipients(mailbox).count("ben@harbour.example") > 1


def test_lifting_for_a_mentor_frees_their_mentees(sent: SmallCohort) -> None:
    sent.tick("2026-10-07 09:00")
    came_back(sent, "2026-10-07 10:00", postfix(to(sent, "M0001")))
    sent.tick("2026-10-07 10:10")
    (request,) = sent.ledger("message_id", step="mentor-request")
    assert request == (sent.messages(recipient="M0001")[-1].id,)

    lifted = lift(sent.store, "M0001", now=at("2026-10-08 10:00"), by="Jo")
    assert sent.due_again()["P0001"] == m.EPOCH
    resend(sent.office, str(lifted.message), now=at("2026-10-08 10:00"), by="Jo")
    sent.tick("2026-10-08 10:10")

    with sent.store.read() as session:
        (clock,) = session.execute(select(m.Mentorship.request_sent_at)).scalars()
    assert clock == at("2026-10-08 10:10")


@pytest.mark.parametrize("ref", ["P0003", "M0001"])
def test_nothing_is_lifted_where_nothing_is_suppressed(sent: SmallCohort, ref: str) -> None:
    came_back(sent, "2026-09-03 10:00", postfix(to(sent, "P0002")))
    with pytest.raises(Refused, match=f"Nothing is suppressed for {ref}.*ats contact list"):
        lift(sent.store, ref, now=at("2026-09-04 10:00"), by="Jo")
    assert len(suppressed(sent)) == 1


def test_nothing_is_lifted_twice_nor_before_it_was_suppressed(sent: SmallCohort) -> None:
    came_back(sent, "2026-09-03 10:00", postfix(to(sent, "P0002")))
    with pytest.raises(Refused, match=r"suppressed on 3 September 2026, after the moment"):
        lift(sent.store, "P0002", now=at("2026-09-03 09:59"), by="Jo")
    lift(sent.store, "P0002", now=at("2026-09-04 10:00"), by="Jo")
    with pytest.raises(Refused, match="Nothing is suppressed"):
        lift(sent.store, "P0002", now=at("2026-09-04 10:01"), by="Jo")


def test_of_an_address_that_was_replaced_nothing_is_lifted(sent: SmallCohort) -> None:
    came_back(sent, "2026-09-03 10:00", postfix(to(sent, "P0002")))
    moved = BEN.replace("ben@harbour.example", "ben@home.example")
    sent.enrol(moved + NOBODY, now="2026-09-04 10:00")

    with pytest.raises(Refused, match="Nothing is suppressed for P0002"):
        lift(sent.store, "P0002", now=at("2026-09-05 10:00"), by="Jo")
    assert len(suppressed(sent)) == 1


def test_what_came_back_from_before_it_was_lifted_is_no_news(sent: SmallCohort) -> None:
    first = to(sent, "P0002")
    for n, day in enumerate(("03", "06")):
        mail = postfix(first, **FULL).replace(b"09:00:07", f"09:00:0{n}".encode())
        came_back(sent, f"2026-09-{day} 10:00", mail)
    lift(sent.store, "P0002", now=at("2026-09-07 09:00"), by="Jo")

    again = postfix(first, status="5.2.2", answer="552 full again")
    came_back(sent, "2026-09-07 10:00", again, postfix(first))
    assert suppressed(sent) == []

    (message,) = sent.messages(recipient="P0002")
    resend(sent.office, str(message.id), now=at("2026-09-07 11:00"), by="Jo")
    sent.tick("2026-09-07 11:00")
    came_back(sent, "2026-09-07 12:00", postfix(to(sent, "P0002")))
    assert suppressed(sent) == [("ben@harbour.example", "bounced", "5.1.1")]


def test_resending_to_an_address_that_does_not_work_names_both_remedies(
    sent: SmallCohort,
) -> None:
    came_back(sent, "2026-09-03 10:00", postfix(to(sent, "P0002")))
    (message,) = sent.messages(recipient="P0002")
    with pytest.raises(Refused, match=r"with the roster, or .* `ats contact lift P0002`;"):
        resend(sent.office, str(message.id), now=at("2026-09-03 11:00"), by="Jo")


# -- once --------------------------------------------------------------------------------------


def test_a_notification_found_twice_counts_once(sent: SmallCohort) -> None:
    mail = postfix(to(sent, "P0002"), **FULL)
    assert came_back(sent, "2026-09-03 10:00", mail, mail) == {"soft": 1, "known": 1}
    assert came_back(sent, "2026-09-07 10:00", mail) == {"known": 1}
    assert suppressed(sent) == []


def test_killed_between_recording_and_marking_nothing_is_lost_or_read_twice(
    sent: SmallCohort,
) -> None:
    class Killed(Exception):
        pass

    class Breaking(Returned):
        def mark(self, name: str) -> None:
            raise Killed

    mails = [postfix(to(sent, ref)) for ref in ("P0002", "P0003")]
    reader = BounceReader(sent.store, OURS, at("2026-09-03 10:00"))
    with pytest.raises(Killed):
        reader.read_all(Breaking(*mails))

    assert came_back(sent, "2026-09-03 10:30", *mails) == {"known": 1, "hard": 1, "suppressed": 1}
    assert len(everything(sent, m.Bounce)) == len(suppressed(sent)) == 2


def test_the_answer_that_is_kept_names_nobody(sent: SmallCohort) -> None:
    came_back(
        sent,
        "2026-09-03 10:00",
        postfix(to(sent, "P0002"), answer="550 5.1.1 ben: no such user <ben@harbour.example>"),
    )
    (kept,) = everything(sent, m.Bounce)
    assert kept.answer == "550 5.1.1 <address>: no such user <address>"


# -- the run -----------------------------------------------------------------------------------


def test_the_run_says_what_came_back(sent: SmallCohort, tmp_path: Any) -> None:
    box = tmp_path / "box"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    (box / "new" / "1.x").write_bytes(postfix(to(sent, "P0002")))
    (box / "new" / "2.x").write_bytes(filled(REPLY, to(sent, "P0001")))
    now = at("2026-09-03 10:00")

    told = read_bounces(sent.office, str(box), now=now)
    again = read_bounces(sent.office, str(box), now=now + dt.timedelta(minutes=30))

    assert (told["name"], told["verdict"]) == ("1 addresses do not work, 1 replies", "done")
    assert again["name"] == "nothing came back"
    assert told["counts"]["suppressed"] == 1


def test_one_mail_that_cannot_be_read_or_recorded_stops_no_other(
    sent: SmallCohort, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = tmp_path / "box"
    for name in ("new/0.folder", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    (box / "new" / "1.x").write_bytes(b"broken")
    (box / "new" / "2.x").write_bytes(postfix(to(sent, "P0002")))

    def broken(data: bytes, addresses: BounceAddress) -> Any:
        if data == b"broken":
            raise ValueError("ada@harbour.example")
        return asked(data, addresses)

    asked = bounces.read
    monkeypatch.setattr(bounces, "read", broken)
    told = read_bounces(sent.office, str(box), now=at("2026-09-03 10:00"))

    assert (told["name"], told["verdict"]) == ("1 addresses do not work", "warned")
    ours, passed_over = told["errors"]
    assert ours.startswith("A mail that came back was stopped by an unexpected fault (ValueError")
    assert "0.folder" in passed_over
    assert [path.name for path in (box / "cur").iterdir()] == ["2.x:2,S"]
    assert (box / "new" / "1.x").exists()


def test_what_cannot_be_marked_stops_no_other_and_is_told_once(sent: SmallCohort) -> None:
    class Sealed(Returned):
        def mark(self, name: str) -> None:
            raise BounceMailboxFault(f"{name} cannot be marked.")

    reader = BounceReader(sent.store, OURS, at("2026-09-03 10:00"))
    mails = [postfix(to(sent, ref)) for ref in ("P0002", "P0003")]

    assert reader.read_all(Sealed(*mails)) == {"hard": 2, "suppressed": 2}
    assert reader.faults == ["0 cannot be marked."]


def test_two_runs_at_once_do_not_read_the_same_mailbox(sent: SmallCohort, tmp_path: Any) -> None:
    with leases.lease(sent.store, "bounces"):
        told = read_bounces(sent.office, str(tmp_path), now=at("2026-09-03 10:00"))
    assert (told["name"], told["verdict"]) == ("busy", "done")


def test_without_a_key_or_a_mailbox_nothing_is_read_and_the_run_says_so(
    cohort: SmallCohort, tmp_path: Any
) -> None:
    now = at("2026-09-03 10:00")
    assert "ATS_BOUNCE_MAILBOX" in read_bounces(cohort.office, None, now=now)["message"]
    told = read_bounces(replace(cohort.office, bounces=None), str(tmp_path), now=now)
    assert told["verdict"] == "failed"
    assert "ATS_SECRET_KEY" in told["errors"][0]


def test_a_bounce_shows_beside_its_message(sent: SmallCohort) -> None:
    came_back(sent, "2026-09-03 10:00", postfix(to(sent, "P0002")))
    (message,) = sent.messages(recipient="P0002")
    with sent.store.read() as session:
        told = shown(session, sent.office.renderer, str(message.id), zone=ZONE)
    assert [(one["kind"], one["status"]) for one in told["bounces"]] == [("hard", "5.1.1")]
