"""A machine that lets staff do anything at all to a few people while the year goes on."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from databases import copied
from effective_dates import DAY, PUBLISHED, local_day
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from known_facts import Facts, Tables, changed, dump
from promises_kept import Mail, Part, broken
from small_cohort import ADA, BEN, CAT, CODE, DOT, GRACE, NIA, NOBODY, ZONE, SmallCohort, read
from sqlalchemy import func, select
from sqlmodel import col

from ats import cohorts, engine, reconcile
from ats.errors import AtsError
from ats.outbox import suppression
from ats.outbox.cohort_now import CohortNow
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import (
    adjusting,
    done,
    mending,
    mentors,
    participants,
    replacing,
    sign_offs,
    silence,
)
from ats.people.changing import Decision
from ats.people.new_mentor import Reply
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again_about
from ats.records.store import Store
from ats.tally import Tally
from ats.webinars import changes as webinars

ENDS = dt.datetime(2028, 2, 15, 10, tzinfo=ZONE)
MINUTE = dt.timedelta(minutes=1)
SECTIONS = (
    *("about-you", "self-assessment", "first-observation", "pdp", "reflective-diary", "coaching"),
    *("impact-project", "cpd-log", "final-observation", "final-action-plan", "submission"),
)
ROWS = {"P0001": ADA, "P0002": BEN, "P0003": CAT, "P0004": DOT}
PEOPLE = tuple(ROWS)

refs = st.sampled_from(PEOPLE)
mentors_named = st.sampled_from([GRACE, NIA, NOBODY])
jumps = st.sampled_from([1 / 24, 0.25, 1, 1, 2, 3, 5, 7, 7, 14, 30])  # days
which = st.integers(0, 3)  # of those that are next
leavers = st.sampled_from(["P0002", "P0004", "P0007"])  # the others stay, so that there is a story
silenced = st.sampled_from(["P0002", "P0004", "P0007", "M0002"])
REASONS = {  # of what is skipped, cancelled or held
    *("condition-met", "condition-unmet", "late-joiner", "opted-out", "suppressed", "capped"),
    *("case-open", "submitted", "paused-out", "deferred", "withdrawn", "silenced", "adjusted"),
    *("mentor-ended", "hand-over", "in-notice", "no-longer-planned", "released"),
    *("nothing-to-tell", *m.HOLDS),
}


class Shown(Protocol):
    """What staff are shown of what they do."""

    def document(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Season:
    """A cohort as it stood at one moment; every example goes on from a copy."""

    name: str
    now: dt.datetime
    store: Store


class ChangingPeople(RuleBasedStateMachine):
    """Staff actions, imports and ticks in any order; after every tick the promises are kept."""

    seasons: Sequence[Season]
    prepared: SmallCohort
    mailbox: InMemoryMailbox

    @initialize(season=st.integers(0, 3))
    def begin(self, season: int) -> None:
        chosen = self.seasons[season % len(self.seasons)]
        note(chosen.name)
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        store = self.stack.enter_context(copied(chosen.store, folder))
        self.cohort = copy(self.prepared)
        self.cohort.office = replace(
            self.prepared.office, store=store, journals=None, _timelines={}
        )
        self.cohort.store, self.cohort.folder = store, folder
        self.now = chosen.now
        self.mailbox.received.clear()
        self.delivered: list[Mail] = []
        self.ids: set[str] = set()
        self.named = dict.fromkeys(PEOPLE, NOBODY)
        self.exported: dict[tuple[str, str], tuple[str, dt.date]] = {}

    # -- time ------------------------------------------------------------------------------

    @rule(days=jumps)
    def time_passes(self, days: float) -> None:
        self._go_to(self.now + days * DAY)

    @rule(times=st.integers(1, 8), fresh=st.booleans())
    def what_is_due_goes(self, times: int, fresh: bool) -> None:
        for _ in range(times):
            due = self._next_due()
            if due is None or due > self.now + 60 * DAY:
                return
            self.now = max(due, self.now + MINUTE)
            if fresh:
                self._export({}, age=0)
            self._go_to(self.now)

    @rule()
    def a_second_tick_does_nothing(self) -> None:
        self._go_to(self.now + MINUTE)
        before = dump(self.cohort.store)
        again = self._tick()
        assert again == Tally(queued=again.queued, held=again.held), again
        news = changed(before, dump(self.cohort.store))
        news.pop("enrolment", None)  # a sending has the sender's next due moment found anew
        assert news == {}, news

    @rule()
    def looking_at_everybody_again_decides_nothing_new(self) -> None:
        self._go_to(self.now + MINUTE)
        before = self._decided()
        with self.cohort.store.write() as session:
            for enrolment in session.execute(select(m.Enrolment)).scalars():
                enrolment.next_due_at = m.EPOCH
        self._tick()
        decided = self._decided()
        assert decided == before, set(decided) ^ set(before)

    # -- files -----------------------------------------------------------------------------

    @rule(
        rows=st.dictionaries(
            st.tuples(refs, st.sampled_from(SECTIONS)),
            st.sampled_from(["in-progress", "complete", "complete"]),
            max_size=12,
        ),
        age=st.sampled_from([0, 0, 0, 1, 4, 20]),
    )
    def an_export_is_imported(self, rows: dict[tuple[str, str], str], age: int) -> None:
        self._export(rows, age=age)

    def _export(self, rows: dict[tuple[str, str], str], *, age: int) -> None:
        as_of = local_day(self.now) - age * DAY
        shown = {**self.exported, **{key: (status, as_of - DAY) for key, status in rows.items()}}
        lines = [f"{ref},{section},{s},{on}" for (ref, section), (s, on) in shown.items()]
        if self._attempt(lambda: self.cohort.export(str(as_of), *lines, now=self._text())):
            self.exported = shown

    @rule(
        ref=refs,
        mentor=mentors_named,
        name=st.sampled_from(["", "", "Adele"]),
        missing=st.sets(refs, max_size=2),
        joins=st.sampled_from([None, None, "P0007", "P0008"]),
    )
    def a_roster_is_imported(
        self, ref: str, mentor: str, name: str, missing: set[str], joins: str | None
    ) -> None:
        named = {**self.named, ref: mentor}
        rows = {one: ROWS[one] + named[one] for one in PEOPLE if one not in missing}
        if name and ref in rows:
            given = ROWS[ref].split(",")[2]
            rows[ref] = rows[ref].replace(given, name, 1)
        if joins is not None:
            who = f"{CODE},{joins},Eve,Late,{joins.lower()}@x.example,X,scotland"
            rows[joins] = f"{who},{local_day(self.now)}{NOBODY}"
        if self._attempt(lambda: self.cohort.enrol(*rows.values(), now=self._text())):
            self.named = named

    # -- what staff do to a person ---------------------------------------------------------

    @rule(ref=refs, one=which, later=st.integers(-3, 60))
    def a_deadline_is_extended(self, ref: str, one: int, later: int) -> None:
        milestone = self._milestone(one)
        to = max(PUBLISHED[milestone], local_day(self.now)) + later * DAY
        self._decide(
            lambda why, preview: participants.extend(
                self.cohort.office, ref, milestone, to, why, preview=preview
            )
        )

    @rule(ref=refs, begins=st.integers(-10, 20), lasts=st.sampled_from([None, 1, 7, 21, 60, 120]))
    def somebody_takes_a_break(self, ref: str, begins: int, lasts: int | None) -> None:
        from_on = local_day(self.now) + begins * DAY
        until_on = None if lasts is None else from_on + lasts * DAY
        self._decide(
            lambda why, preview: participants.pause(
                self.cohort.office, ref, from_on, until_on, why, preview=preview
            )
        )

    @rule(ref=refs, on=st.integers(-3, 14))
    def somebody_comes_back(self, ref: str, on: int) -> None:
        day = local_day(self.now) + on * DAY
        self._decide(
            lambda why, preview: participants.resume(
                self.cohort.office, ref, day, why, preview=preview
            )
        )

    @rule(ref=leavers, leave=st.sampled_from([participants.withdraw, participants.defer]))
    def somebody_leaves(self, ref: str, leave: Callable[..., Shown]) -> None:
        self._decide(lambda why, preview: leave(self.cohort.office, ref, why, preview=preview))

    @rule(ref=silenced, act=st.sampled_from([silence.silence, silence.silence, silence.lift]))
    def somebody_is_silenced(self, ref: str, act: Callable[..., Shown]) -> None:
        self._decide(lambda why, preview: act(self.cohort.office, ref, why, preview=preview))

    @rule(ref=refs, one=which, said=st.booleans())
    def a_milestone_is_seen_done(self, ref: str, one: int, said: bool) -> None:
        milestone = self._milestone(one)
        if said:
            about = (CODE, ref, milestone)
            self._attempt(lambda: done.say_done(self.cohort.office, about, now=self.now))
            return
        self._decide(
            lambda why, preview: done.seen_done(
                self.cohort.office, ref, milestone, why, preview=preview
            )
        )

    @rule(ref=refs, adjustment=st.sampled_from(["no-chasers", "phone-instead"]), end=st.booleans())
    def an_adjustment_is_agreed(self, ref: str, adjustment: str, end: bool) -> None:
        self._decide(
            lambda why, preview: adjusting.adjust(
                self.cohort.office, ref, adjustment, why, end=end, preview=preview
            )
        )

    @rule(ref=st.sampled_from([*PEOPLE, "M0001", "M0002"]), number=st.integers(1, 3))
    def an_address_is_mended(self, ref: str, number: int) -> None:
        wanted = {"email": f"{ref.lower()}.{number}@new.example"}
        self._decide(
            lambda why, preview: mending.mend(
                self.cohort.office, ref, wanted, now=why.now, by=why.by, preview=preview
            )
        )

    # -- what staff do about mentors -------------------------------------------------------

    @rule(ref=refs, to=st.sampled_from([None, "M0001", "M0002"]))
    def a_mentor_is_replaced(self, ref: str, to: str | None) -> None:
        reply = None if to is None else Reply(ref=to)
        self._decide(
            lambda why, preview: replacing.replace(
                self.cohort.office, ref, reply, why, consent=False, preview=preview
            )
        )

    @rule(ref=refs, to=st.sampled_from(["M0001", "M0002"]))
    def a_mentor_is_named(self, ref: str, to: str) -> None:
        self._decide(
            lambda why, preview: replacing.name(
                self.cohort.office, ref, Reply(ref=to), why, consent=False, preview=preview
            )
        )

    @rule(mentor=st.sampled_from(["M0001", "M0002"]))
    def a_mentor_resigns(self, mentor: str) -> None:
        self._decide(
            lambda why, preview: replacing.resign(self.cohort.office, mentor, why, preview=preview)
        )

    @rule(ref=refs)
    def a_sign_off_is_reopened(self, ref: str) -> None:
        self._attempt(
            lambda: sign_offs.reopen(
                self.cohort.store, ref, Decision(self.now, "Jo", "own-request")
            )
        )

    @rule(ref=refs, answer=st.sampled_from([mentors.accept, mentors.decline, mentors.sign_off]))
    def a_mentor_answers(self, ref: str, answer: Callable[..., Any]) -> None:
        self._attempt(lambda: answer(self.cohort.store, ref, now=self.now, by="Jo"))

    # -- what staff do to everybody --------------------------------------------------------

    @rule(one=which, days=st.integers(-1, 40), hour=st.sampled_from([9, 16]))
    def a_webinar_is_moved(self, one: int, days: int, hour: int) -> None:
        key = self._webinar(one)
        day = local_day(self.now) + days * DAY
        to = dt.datetime.combine(day, dt.time(hour, 30), ZONE)
        self._attempt(
            lambda: webinars.move(
                self.cohort.office, CODE, key, to=to, now=self.now, by="Jo", apply=True
            )
        )

    @rule(one=which)
    def a_webinar_is_cancelled(self, one: int) -> None:
        key = self._webinar(one)
        self._attempt(
            lambda: webinars.cancel(
                self.cohort.office, CODE, key, now=self.now, by="Jo", apply=True
            )
        )

    @rule(act=st.sampled_from([cohorts.pause, cohorts.resume, cohorts.resume]))
    def the_cohort_is_paused_or_goes_on(self, act: Callable[..., Any]) -> None:
        self._attempt(lambda: act(self.cohort.office, CODE, now=self.now, by="Jo"))

    @rule(last=st.integers(1, 6))
    def an_address_turns_out_not_to_work(self, last: int) -> None:
        self.now += MINUTE
        with self.cohort.store.write() as session:
            sent = (
                select(m.Message)
                .where(col(m.Message.role).in_(("participant", "mentor")))
                .where(col(m.Message.status) == "sent")
                .order_by(col(m.Message.id).desc())
                .limit(last)
            )
            for message in session.execute(sent).scalars().all()[-1:]:
                suppression.suppress(
                    session, message, reason="bounced", status="5.1.1", now=self.now
                )
                role = select(col(m.Role.id)).where(col(m.Role.ref) == message.recipient)
                look_again_about(session, session.execute(role).scalars().all())

    @rule(ref=st.sampled_from([*PEOPLE, "M0001", "M0002"]))
    def an_address_works_after_all(self, ref: str) -> None:
        self._attempt(lambda: suppression.lift(self.cohort.store, ref, now=self.now, by="Jo"))

    # -- the end ---------------------------------------------------------------------------

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        with self.stack:
            if sys.exc_info()[0] is not None:
                return  # the fault is what to tell
            if Facts(self.cohort).status == "paused":
                cohorts.resume(self.cohort.office, CODE, now=self.now, by="Jo")
            while self.now < ENDS:
                self._go_to(self.now + 17 * DAY, look=False)
            self._look()
            assert self._waiting() == [], self._waiting()

    # -- how ---------------------------------------------------------------------------------

    def _text(self) -> str:
        return f"{self.now.astimezone(ZONE):%Y-%m-%d %H:%M}"

    def _waiting(self) -> list[tuple[Any, ...]]:
        """Return the rows that should have come to an end, or been looked at again, by now."""
        rows = self.cohort.ledger("key", "outcome", "reason", "until")
        return [
            row
            for row in rows
            if row[1] == "queued" or (row[1] == "held" and row[3] and row[3] <= self.now)
        ]

    def _milestone(self, one: int) -> str:
        """Return the key of one of the next milestones, or of one of the last weeks."""
        since = local_day(self.now) - 30 * DAY
        own = (key for key in PUBLISHED if not key.startswith("mentor"))
        near = [key for key in own if PUBLISHED[key] > since] or ["submission"]
        return near[one % len(near)]

    def _webinar(self, one: int) -> str:
        """Return the key of one of the next webinars, by the time that stands."""
        known = sorted(Facts(self.cohort).webinars, key=lambda webinar: webinar.starts_at)
        ahead = [webinar.key for webinar in known if webinar.starts_at > self.now]
        return ahead[one % len(ahead)] if ahead else known[-1].key

    def _attempt(self, act: Callable[[], object]) -> bool:
        """Do something a minute later; what is refused must have changed nothing."""
        self.now += MINUTE
        before = dump(self.cohort.store)
        try:
            act()
        except AtsError as refused:
            note(f"{self._text()} refused: {refused}")
            self._is_as(before)
            return False
        return True

    def _decide(self, act: Callable[[Decision, bool], Shown]) -> None:
        """Look first, then do it; the look changes nothing and shows what is done."""
        self.now += MINUTE
        why, shown = Decision(self.now, "Jo", "illness", "Sam"), None
        before = dump(self.cohort.store)
        try:
            shown = act(why, True)
        except AtsError as refused:
            note(f"{self._text()} refused: {refused}")
        self._is_as(before)
        try:
            document = act(why, False).document()
        except AtsError:
            assert shown is None, shown
            self._is_as(before)
        else:
            assert shown is not None
            told = (_but_applied(document), _but_applied(shown.document()))
            assert told[0] == told[1], told

    def _is_as(self, before: Tables) -> None:
        news = changed(before, dump(self.cohort.store))
        assert news == {}, news

    def _next_due(self) -> dt.datetime | None:
        with self.cohort.store.read() as session:
            found: dt.datetime | None = session.execute(
                select(func.min(col(m.Enrolment.next_due_at)))
            ).scalar()
        return found

    def _go_to(self, moment: dt.datetime, *, look: bool = True) -> None:
        self.now = moment
        errors = self._tick().errors
        assert errors == [], errors
        self._read_mail()
        if look:
            self._look()

    def _tick(self) -> Tally:
        return engine.tick(self.cohort.office, [CODE], now=self.now)

    def _decided(self) -> list[tuple[Any, ...]]:
        people = self.cohort.ledger("key", "outcome", "reason", "until", "message_id")
        return [row for row in people if "/-/" not in row[0]]

    def _read_mail(self) -> None:
        if not self.mailbox.received:
            return
        facts = Facts(self.cohort)
        with self.cohort.store.read() as session:
            for one in self.mailbox.received:
                parsed = read(one)
                rfc_id = str(parsed["Message-ID"]).strip("<>")
                assert rfc_id not in self.ids, f"{rfc_id} came twice"
                self.ids.add(rfc_id)
                message = session.execute(
                    select(m.Message).where(col(m.Message.rfc_id) == rfc_id)
                ).scalar_one()
                rows = (
                    session.execute(
                        select(m.LedgerRow).where(col(m.LedgerRow.message_id) == message.id)
                    )
                    .scalars()
                    .all()
                )
                outcomes = sorted(row.outcome for row in rows)
                assert outcomes == ["merged"] * (len(rows) - 1) + ["sent"], rows
                text = parsed.get_body(("plain",))
                assert text is not None
                mail = Mail(
                    self.now,
                    message.recipient,
                    message.role,
                    " ".join(text.get_content().split()),
                    [
                        Part(
                            facts.ref_of.get(row.enrolment_id), row.step, row.occurrence, row.class_
                        )
                        for row in rows
                    ],
                    facts,
                )
                if message.role in ("participant", "mentor"):
                    assert one.recipient == facts.address[message.recipient]
                faults = broken(mail, self.delivered)
                assert faults == [], (faults, mail.text[:1500])
                self.delivered.append(mail)
        self.mailbox.received.clear()

    def _look(self) -> None:
        """The records add up: every due occurrence has its row, and the cache hides nothing."""
        report = reconcile.reconcile(self.cohort.office, CODE, now=self.now)
        found = [finding.sentence for finding in report.findings]
        assert found == [], found
        at = CohortNow(self.cohort.office, CODE, self.now)
        with self.cohort.store.read() as session:
            planner = at.planner(session, at.cohort(session))
            ids = [one.id for one in session.execute(select(m.Enrolment)).scalars()]
            for person in gather.participants(session, [i for i in ids if i is not None]):
                due, _ = planner.timeline.open_occurrences(person, self.now)
                missing = [o.key for o in due if o.key not in person.past]
                assert missing == [], missing
            row = m.LedgerRow
            columns = (col(row.key), col(row.outcome), col(row.reason))
            rows = session.execute(select(*columns)).all()
        assert len({row[0] for row in rows}) == len(rows)
        unknown = [row for row in rows if row[1] not in (*m.OPEN, *m.FINAL)]
        assert unknown == [], unknown
        none_such = [row for row in rows if row[2] and row[2] not in REASONS]
        assert none_such == [], none_such
        open_cases = [case[:2] for case in self.cohort.cases() if case[2] != "closed"]
        assert len(set(open_cases)) == len(open_cases)


def _but_applied(document: Any) -> Any:
    """Return a document without its word on whether it was done, which alone may differ."""
    if isinstance(document, dict):
        return {key: _but_applied(one) for key, one in document.items() if key != "applied"}
    return [_but_applied(one) for one in document] if isinstance(document, list) else document
