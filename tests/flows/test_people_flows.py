"""The forms about people: looked at first, then done, told within the run, and in the trail."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from flow_desk import CODE, HEAD, artifacts, newest, run
from sqlalchemy import select

from ats import cohorts, engine
from ats.cases.opening import open_case
from ats.commands.entry import open_office
from ats.intake.watch import import_folder
from ats.outbox.mailbox import InMemoryMailbox
from ats.records import models as m
from ats.records.store import Store
from config.reasons import REASONS, OpenReason
from config.settings import load_settings
from flows.accept_mentor import accept_mentor
from flows.adjust_participant import adjust_participant
from flows.close_case import close_case
from flows.decide_case import decide_case
from flows.defer_participant import defer_participant
from flows.extend_participant import extend_participant
from flows.mark_done import mark_done
from flows.new_role import new_role
from flows.note_call import note_call
from flows.pause_participant import pause_participant
from flows.reopen_case import reopen_case
from flows.resign_mentor import resign_mentor
from flows.resume_participant import resume_participant
from flows.silence_person import silence_person
from flows.snooze_case import snooze_case
from flows.withdraw_participant import withdraw_participant
from tasks.forms import Approved, Break, CaseDecision, Choice, Decision, Role

LONDON = ZoneInfo("Europe/London")
PDP = {"participant": "P0001", "milestone": "pdp"}
GRACE = "M0001,Grace,Hopper,grace@harbour.example,england"


@pytest.fixture
def installed(
    prefect_server: None, mailbox: InMemoryMailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """A cohort that starts in two weeks; Ada and her mentor Grace, who has not answered."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "ATS_DATA_DIR": str(tmp_path),
        "ATS_SMTP_URL": str(mailbox.address),
        "ATS_PUBLIC_URL": "https://ats.example",
        "ATS_SECRET_KEY": "k" * 32,
    }.items():
        monkeypatch.setenv(name, value)
    office = open_office(load_settings())
    office.store.upgrade()
    starts = monday() + dt.timedelta(weeks=2)
    then = dt.datetime.combine(monday() - dt.timedelta(weeks=2), dt.time(10), LONDON)
    cohorts.launch(office, CODE, starts=starts, programme="ats", now=then, by="Jo")
    row = f"{CODE},P0001,Ada,Byron,ada@riverside.example,Lane,england,{starts},{GRACE}"
    (tmp_path / "import").mkdir()
    (tmp_path / "import" / "roster.csv").write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    import_folder(office, tmp_path / "import", now=then, by="Jo")
    cohorts.go_live(office, CODE, missing_settings=(), now=then, by="Jo")
    engine.tick(office, [CODE], now=then + dt.timedelta(days=1))
    mailbox.received.clear()
    yield office.store
    office.store.close()


def monday() -> dt.date:
    today = dt.datetime.now(LONDON).date()
    return today - dt.timedelta(days=today.weekday())


def decision(**more: Any) -> Decision:
    return Decision(by="Jo", apply=more.pop("apply", True), **more)


def approved(**more: Any) -> Approved:
    return Approved(by="Jo", approved_by="Sam", apply=more.pop("apply", True), **more)


def newest_page() -> str:
    return newest(f"person-{CODE}-p0001")


def subjects(mailbox: InMemoryMailbox) -> list[tuple[str, str]]:
    """Return (to, subject) of the e-mails to people, sorted."""
    read = (
        email.message_from_bytes(one.data, policy=email.policy.default) for one in mailbox.received
    )
    found = ((str(one["To"].addresses[0].addr_spec), str(one["Subject"])) for one in read)
    return sorted(one for one in found if "provider.example" not in one[0])


def trail(store: Store, action: str) -> list[tuple[str, str]]:
    with store.read() as session:
        rows = session.execute(select(m.Audit).where(m.Audit.action == action)).scalars()  # type: ignore[arg-type]
        return [(row.by, row.reason) for row in rows]


def told_by(store: Store, step: str) -> list[str]:
    """Return to whom an e-mail of this step went with the run, or goes on the next working day."""
    with store.read() as session:
        rows = session.execute(select(m.LedgerRow).where(m.LedgerRow.step == step)).scalars()  # type: ignore[arg-type]
        return [row.recipient for row in rows if row.outcome in ("sent", "held")]


def later(weeks: int) -> dt.date:
    return monday() + dt.timedelta(weeks=2 + weeks, days=4)


def test_looked_at_nothing_changes_and_the_page_says_what_would(
    installed: Store, mailbox: InMemoryMailbox
) -> None:
    state, name = run(extend_participant, **PDP, to=later(17), decision=decision(apply=False))

    assert (state.name, name) == ("Completed", f"{CODE} · P0001 · only looked at, not extended")
    assert str(state.message).startswith("Nothing is changed yet. 1 deadline would move; ")
    assert "| Personal Development Plan |" in newest_page()
    assert (trail(installed, "extend"), subjects(mailbox)) == ([], [])


def test_applied_it_is_done_told_and_in_the_trail(installed: Store) -> None:
    state, name = run(extend_participant, **PDP, to=later(17), decision=decision(reason="workload"))

    assert (state.name, name) == ("Completed", f"{CODE} · P0001 · extended")
    assert trail(installed, "extend") == [("Jo", "workload")]
    assert told_by(installed, "dates-changed") == ["P0001"]


def test_what_is_refused_is_one_sentence_and_changes_nothing(
    installed: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    past = run(extend_participant, **PDP, to=later(0), decision=decision())
    alone = Approved(by="Jo", approved_by="jo ", apply=True)
    same = run(withdraw_participant, participant="P0001", decision=alone)
    nobody = run(mark_done, participant="P9999", milestone="pdp", decision=decision())
    nameless = run(note_call, participant="P0001", text="x", by=" ")

    assert [(state.type.value, name) for state, name in (past, same, nobody, nameless)] == [
        ("FAILED", "refused")
    ] * 4
    assert "without an extension" in str(past[0].message)
    assert "cannot approve it, too" in str(same[0].message)
    assert "nobody with the ref" in str(nobody[0].message)
    assert nameless[0].message == "Say who decides this: a name in the field by."
    assert trail(installed, "extend") + trail(installed, "withdrawn") == []
    assert "Traceback" not in "".join(capfd.readouterr())


def test_a_break_begins_and_ends(installed: Store) -> None:
    first, back = later(4), later(6)
    _, begun = run(
        pause_participant,
        participant="P0001",
        span=Break(first=first, back_on=back),
        decision=decision(),
    )
    end, ended = run(resume_participant, participant="P0001", decision=decision())

    assert end.message is not None, ended
    assert [begun, ended] == [f"{CODE} · P0001 · break recorded", f"{CODE} · P0001 · break ended"]


def test_who_leaves_is_told_once(installed: Store) -> None:
    _, name = run(withdraw_participant, participant="P0001", decision=approved())
    again, _ = run(withdraw_participant, participant="P0001", decision=approved())

    assert name == f"{CODE} · P0001 · withdrawn"
    assert told_by(installed, "enrolment-confirmed") == ["P0001"]
    assert again.type.value == "FAILED"


def test_into_a_cohort_that_is_not_there_nobody_is_deferred(installed: Store) -> None:
    state, _ = run(defer_participant, participant="P0001", decision=approved(), into="2030-10")

    assert "There is no cohort 2030-10" in str(state.message)
    assert trail(installed, "deferred") == []


def test_small_acts_name_the_run_by_refs(installed: Store) -> None:
    names = [
        run(adjust_participant, participant="P0001", adjustment="no-chasers", decision=decision()),
        run(note_call, participant="P0001", text="Rang Ada; all is well", by="Jo"),
        run(accept_mentor, participant="P0001", by="Jo"),
        run(
            new_role,
            participant="P0001",
            role=Role(teaching=False, mentor_stays=True, observer="head of department"),
            decision=decision(),
        ),
        run(resign_mentor, mentor="M0001", decision=decision()),
    ]

    assert [name for _, name in names] == [
        f"{CODE} · P0001 · adjustment recorded",
        "P0001 · call written down",
        "P0001 · M0001 accepted",
        f"{CODE} · P0001 · new role recorded",
        "M0001 · stood down",
    ]


def test_a_case_is_looked_at_decided_and_opened_again(installed: Store) -> None:
    with installed.write() as session:
        rung = "chase-milestone pdp/plus-18/1"
        kind, now = "stalled-portfolio", dt.datetime.now(LONDON)
        opening = {"kind": kind, "owner": "pxm", "signal": rung, "now": now}
        open_case(session, cohort_id=1, enrolment_id=1, **opening)
    choice = Choice(kind="extend", to=later(17))
    looked = run(decide_case, case=1, choice=choice, decision=CaseDecision(by="Jo"))
    page = newest_page()
    done = run(decide_case, case=1, choice=choice, decision=CaseDecision(by="Jo", apply=True))
    twice = run(close_case, case=1, by="Jo")
    others = [
        run(reopen_case, case=1, reason="they rang", by="Jo"),
        run(snooze_case, case=1, until=monday() + dt.timedelta(9), reason="leave", by="Jo"),
        run(close_case, case=1, by="Jo"),
    ]

    assert [name for _, name in (looked, done, twice, *others)] == [
        f"{CODE} · P0001 · case 1 only looked at, not decided",
        f"{CODE} · P0001 · case 1 closed: given more time",
        "refused",
        f"{CODE} · case 1 · open again",
        f"{CODE} · case 1 · rests",
        f"{CODE} · case 1 · closed",
    ]
    assert "closed on" in newest("case-1")
    assert "| Personal Development Plan |" in page
    assert trail(installed, "case-decided") == [("Jo", "own-request")]
    assert told_by(installed, "dates-changed") == ["P0001"]


def test_silence_says_nothing_to_anybody(installed: Store, mailbox: InMemoryMailbox) -> None:
    _, name = run(silence_person, ref="P0001", decision=decision(reason="personal"))

    assert name == "P0001 · silenced"
    assert subjects(mailbox) == []


def test_no_page_or_run_holds_a_name_an_address_or_a_private_reason(installed: Store) -> None:
    run(extend_participant, **PDP, to=later(17), decision=decision(reason="personal"))

    pages = json.dumps([str(one.data) for one in artifacts()])
    assert "P0001" in pages
    assert not [word for word in ("Ada", "Byron", "@riverside", "personal") if word in pages]


def test_the_forms_offer_open_reasons_and_one_for_what_is_private() -> None:
    unrestricted = {code for code, reason in REASONS.items() if not reason.restricted}
    assert set(get_args(OpenReason)) <= unrestricted | {"personal"}
    assert REASONS["personal"].restricted
