"""What a finished year must have kept, checked the slow way, day by day, against the calendar.

Each promise yields a sentence for everything that broke it, so a test asserts that there are none.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator

from generated_years import Story
from in_memory_rows import Sent, week_of
from in_memory_year import InMemoryYear
from people import ATS, LONDON, STARTS, WORKDAYS, timeline, told

from ats.planning.facts import Participant
from ats.planning.rules import AFTER_A_MENTOR
from ats.planning.timeline import Occurrence

DAY = dt.timedelta(days=1)
Promise = Callable[[Story, InMemoryYear], Iterator[str]]


def local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(LONDON)


def is_closed(nation: str, day: dt.date) -> bool:
    return day.weekday() >= 5 or day in WORKDAYS[nation].closures.closed


def is_away(nation: str, day: dt.date) -> bool:
    return day in WORKDAYS[nation].closures.away


def working_days(nation: str, after: dt.date, until: dt.date, *, away_counts: bool) -> int:
    days = (after + n * DAY for n in range(1, (until - after).days + 1))
    return sum(not is_closed(nation, d) and (away_counts or not is_away(nation, d)) for d in days)


def told_of(message: Sent) -> str:
    steps = ", ".join(f"{o.rule.step} {o.occurrence}" for _, o in message.rows)
    return f"{told(message.at)} to {message.recipient}: {steps}"


def each(year: InMemoryYear) -> Iterator[tuple[Sent, dt.datetime, str, str, Occurrence]]:
    """Yield message, local moment, recipient's nation, participant's ref and occurrence."""
    for message in year.messages:
        for ref, o in message.rows:
            yield message, local(message.at), o.nation, ref, o


def only_in_office_hours(_: Story, year: InMemoryYear) -> Iterator[str]:
    for message, at, nation, _ref, _o in each(year):
        if is_closed(nation, at.date()) or not dt.time(9) <= at.time() < dt.time(18):
            yield told_of(message)


def tips_and_chasers_wait_in_breaks(_: Story, year: InMemoryYear) -> Iterator[str]:
    for message, at, nation, _ref, o in each(year):
        if o.rule.class_ in ("tip", "chaser") and is_away(nation, at.date()):
            yield told_of(message)


def chasers_only_tuesday_to_thursday(_: Story, year: InMemoryYear) -> Iterator[str]:
    for message, at, _nation, _ref, o in each(year):
        if o.rule.class_ == "chaser" and at.weekday() not in (1, 2, 3):
            yield told_of(message)


def chasers_48_hours_apart(_: Story, year: InMemoryYear) -> Iterator[str]:
    last: dict[tuple[str, str], dt.datetime] = {}
    for message in year.messages:
        if "chaser" in message.classes:
            place = (message.recipient, message.role)
            if place in last and message.at - last[place] < dt.timedelta(hours=48):
                yield told_of(message)
            last[place] = message.at


def portfolio_chasers_only_on_fresh_data(_: Story, year: InMemoryYear) -> Iterator[str]:
    for message, at, _nation, ref, o in each(year):
        if not o.rule.fresh_data:
            continue
        nation, as_of = year.people[ref].nation, message.as_of
        if as_of is None or working_days(nation, as_of, at.date(), away_counts=True) > 3:
            yield f"as of {as_of}: {told_of(message)}"
        elif o.event_at and o.due_at > o.event_at and as_of <= local(o.event_at).date():
            yield f"as of {as_of}, due {told(o.event_at)}: {told_of(message)}"


def each_chaser_on_newer_data_than_the_one_before(_: Story, year: InMemoryYear) -> Iterator[str]:
    last: dict[tuple[str, str | None], dt.datetime] = {}
    for message, at, _nation, ref, o in each(year):
        if o.rule.fresh_data and o.event_at and o.role == "participant":
            previous = last.get((ref, o.subject))
            if previous and o.due_at > o.event_at and message.as_of <= previous.date():
                yield f"as of {message.as_of} after {told(previous)}: {told_of(message)}"
            last[(ref, o.subject)] = at


def deadlines(person: Participant, role: str) -> Iterator[dt.datetime]:
    whose = "mentor" if role == "mentor" else "participant"
    for milestone in ATS.milestones:
        due = timeline().due(milestone.key, person)
        if milestone.whose == whose and due is not None:
            yield due


def at_most_two_counted_messages_a_week(_: Story, year: InMemoryYear) -> Iterator[str]:
    weeks = Counter((m.recipient, m.role, week_of(m.at)) for m in year.messages if m.counts)
    for (recipient, role, week), number in weeks.items():
        theirs = [m for m in year.messages if (m.recipient, m.role) == (recipient, role)]
        people = {ref for m in theirs for ref, _ in m.rows}
        held = {week_of(due) for ref in people for due in deadlines(year.people[ref], role)}
        if number > 2 and week not in held:
            yield f"{recipient} had {number} in week {week[1]}"


def tips_within_five_working_days(_: Story, year: InMemoryYear) -> Iterator[str]:
    for message, at, nation, _ref, o in each(year):
        due_on = local(o.due_at).date()
        days = working_days(nation, due_on, at.date(), away_counts=False)
        if o.rule.class_ == "tip" and days > 5:
            yield told_of(message)


def nothing_about_a_webinar_after_its_start(_: Story, year: InMemoryYear) -> Iterator[str]:
    for message, at, _nation, _ref, o in each(year):
        if o.rule.for_each == "webinar" and at >= timeline().webinars[str(o.subject)].starts_at:
            yield told_of(message)


def no_nudge_after_the_due_moment(_: Story, year: InMemoryYear) -> Iterator[str]:
    for message, at, _nation, _ref, o in each(year):
        if o.event_at is not None and o.due_at < o.event_at <= at:
            yield told_of(message)


def nothing_before_they_joined(_: Story, year: InMemoryYear) -> Iterator[str]:
    for (ref, key), row in year.ledger.items():
        joined = year.people[ref].joined_on
        acted = row.outcome in ("sent", "merged", "case-opened")
        if acted and joined > STARTS and local(row.decided_at).date() < joined:
            yield f"{key} on {told(row.decided_at)}, joined {joined}"


def nothing_to_or_about_who_is_gone(story: Story, year: InMemoryYear) -> Iterator[str]:
    for (ref, key), row in year.ledger.items():
        gone_at = story.gone_at.get(ref)
        acted = row.outcome in ("sent", "merged", "case-opened")
        if gone_at and acted and (row.sent_at or row.decided_at) >= gone_at:
            yield f"{key} on {told(row.decided_at)}, gone {told(gone_at)}"


def nothing_to_or_about_a_mentor_who_has_gone(_: Story, year: InMemoryYear) -> Iterator[str]:
    for message, at, _nation, ref, o in each(year):
        if o.rule.anchor in AFTER_A_MENTOR:
            continue
        mentor = o.subject if o.rule.about_mentor else o.recipient
        for known in year.people[ref].mentorships:
            if known.ref == mentor and known.ended_at is not None and at >= known.ended_at:
                yield f"{known.ref} ended {told(known.ended_at)}: {told_of(message)}"


def cases_in_working_hours_and_no_bad_news_before_a_break(
    _: Story, year: InMemoryYear
) -> Iterator[str]:
    for (ref, key), row in year.ledger.items():
        at, nation = local(row.decided_at), year.people[ref].nation
        if row.outcome != "case-opened":
            continue
        following = at.date() + DAY
        while following.weekday() >= 5:
            following += DAY
        off = any(is_closed(nation, d) or is_away(nation, d) for d in (at.date(), following))
        friday = at.weekday() == 4 and at.time() >= dt.time(12)
        if off or friday or not dt.time(9) <= at.time() < dt.time(18):
            yield f"{key} on {told(at)}"


def nothing_that_was_switched_off_but_invitations(_: Story, year: InMemoryYear) -> Iterator[str]:
    """The reminder with the link is one, where its recipient wants invitations."""
    for message, at, _nation, ref, o in each(year):
        person, class_ = year.people[ref], o.rule.class_
        if class_ in ("webinar", "tip") and (o.recipient, class_) in person.opted_out:
            since = person.invitations_since(o.recipient)
            if not o.rule.needs_join_link or since is None or at < since:
                yield told_of(message)


def nothing_shares_an_e_mail_that_may_not(_: Story, year: InMemoryYear) -> Iterator[str]:
    for message in year.messages:
        rules = {(o.rule.step, o.rule.rung) for _, o in message.rows}
        steps = {o.rule.step for _, o in message.rows}
        alone = any(o.rule.alone for _, o in message.rows) and len(steps) > 1
        mixed = "essential" in message.classes and len(rules) > 1
        if alone or mixed or {"chaser", "tip"} <= message.classes:
            yield told_of(message)
        if {o.role for _, o in message.rows} != {message.role}:
            yield told_of(message)


MAY_STAND = ("held: release", "held: parked", "held: trial")


def everything_planned_ends_in_one_outcome(_: Story, year: InMemoryYear) -> Iterator[str]:
    for ref in year.people:
        for o in timeline(year.cohort).occurrences(year.known(ref)):
            row = year.ledger.get((ref, o.key))
            if row is None or not (row.is_final or row.said in MAY_STAND):
                yield f"{o.key}, due {told(o.due_at)}: {row.said if row else 'no row'}"


def what_is_queued_is_sent(_: Story, year: InMemoryYear) -> Iterator[str]:
    """The claim's retest at the same moment agrees with the plan, but for cases opened by it."""
    yield from (f"{ref} {key} failed the retest" for ref, key in year.dropped)


PROMISES: tuple[Promise, ...] = (
    only_in_office_hours,
    tips_and_chasers_wait_in_breaks,
    chasers_only_tuesday_to_thursday,
    chasers_48_hours_apart,
    portfolio_chasers_only_on_fresh_data,
    each_chaser_on_newer_data_than_the_one_before,
    at_most_two_counted_messages_a_week,
    tips_within_five_working_days,
    nothing_about_a_webinar_after_its_start,
    no_nudge_after_the_due_moment,
    nothing_before_they_joined,
    nothing_to_or_about_who_is_gone,
    nothing_to_or_about_a_mentor_who_has_gone,
    cases_in_working_hours_and_no_bad_news_before_a_break,
    nothing_that_was_switched_off_but_invitations,
    nothing_shares_an_e_mail_that_may_not,
    everything_planned_ends_in_one_outcome,
    what_is_queued_is_sent,
)


def broken(story: Story, year: InMemoryYear) -> list[str]:
    """Return a sentence for everything in this year that broke a promise."""
    return [f"{p.__name__}: {fault}" for p in PROMISES for fault in p(story, year)]
