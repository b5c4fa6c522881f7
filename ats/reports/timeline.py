"""The page about a cohort that operations open on a Monday morning. Pure: figures in, text out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from ats.people.wording import WAITS
from ats.reports.figures import CohortFigures, Sent
from ats.reports.markdown import bullets, plain, table

TO = {
    "participant": "participants",
    "mentor": "mentors",
    "operations": "operations",
    "pxm": "PXM",
}


def artifact_key(kind: str, *names: str) -> str:
    """Return a key that the dashboard accepts: `timeline-2026-10`. Only a-z, 0-9 and hyphens."""
    return "-".join(re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") for name in (kind, *names))


def timeline_page(cohort: CohortFigures) -> str:
    """Return the page: what to do, what comes, what is held, cases, dates, what was sent."""
    return "\n\n".join(part for part in (_head(cohort), *_sections(cohort)) if part) + "\n"


def headline(cohort: CohortFigures) -> str:
    """Return the page in one line: what is to do, what comes, what is held, which cases."""
    counts = {
        "to do": len(list(_tasks(cohort))),
        "e-mails in the next 14 days": sum(e.count for e in cohort.coming if not e.waits),
        "held": sum(held.count for held in cohort.held),
        "cases open": sum(case.count for case in cohort.cases),
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items())
    week = week_name(cohort.week)
    return f"{week[0].upper()}{week[1:]}, {spoken(cohort.now.date())}: {told}"


def spoken(day: dt.date) -> str:
    """Return 'Mon 23 Nov 2026'."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def counted(number: int, noun: str) -> str:
    """Return '1 e-mail', '2 e-mails', '1 case opened', '2 cases opened': the first word bends."""
    one, *more = noun.split(" ")
    return " ".join([str(number), one if number == 1 else f"{one}s", *more])


def week_name(week: int) -> str:
    """Return 'week 7', or how far away the start is."""
    if week >= 0:
        return f"week {week}"
    return f"{counted(-week, 'week')} before the start"


def _head(cohort: CohortFigures) -> str:
    now = cohort.now
    age = f"{cohort.data_age} working day{'' if cohort.data_age == 1 else 's'} old"
    data = (
        f"Portfolios as they stood on {spoken(cohort.as_of)} ({age})."
        if cohort.as_of
        else "No portfolio export has been imported yet."
    )
    who = f"{cohort.people} participants, {cohort.mentors} mentors who have accepted"
    return "\n\n".join(
        (
            f"# {plain(cohort.code)} · {week_name(cohort.week)}",
            f"{plain(cohort.programme)}, {plain(cohort.status)}: {who}. {data}",
            f"As of {spoken(now.date())}, {now:%H:%M}.",
        )
    )


def _sections(cohort: CohortFigures) -> Iterator[str]:
    yield _section("To do", bullets(_tasks(cohort)), "Nothing waits for you.")
    yield _section("Coming in the next 14 days", coming_table(cohort), "Nothing is expected.")
    yield _section("Held, and why", _held(cohort), "Nothing is held.")
    yield _section("Open cases", _cases(cohort), "No case is open.")
    yield _section(
        "Dates in the next four weeks", dates_table(cohort), "No webinar and no deadline."
    )
    yield _section("E-mails sent in the last 14 days", _sent(cohort), "Nothing was sent.")


def _section(title: str, body: str, otherwise: str) -> str:
    return f"## {title}\n\n{body or otherwise}"


def _tasks(cohort: CohortFigures) -> Iterator[str]:
    if cohort.status == "trial":
        yield (
            "**In trial:** nothing goes to real people until "
            f"`ats cohort go-live {plain(cohort.code)}`."
        )
    waiting = sum(held.count for held in cohort.held if held.reason == "stale-data")
    if waiting:
        yield f"**Fetch a portfolio export:** {_emails(waiting)} for newer data."
    elif cohort.export_by:
        yield (
            f"**Fetch a portfolio export** before {spoken(cohort.export_by)}: reminders go then, "
            f"on data at most {cohort.fresh_workdays} working days old."
        )
    for event in cohort.events:
        if event.missing:
            day = spoken(event.at.date())
            yield f"**Set the {plain(event.missing)}** of {plain(event.what)} ({day})."
    if cohort.cases:
        oldest = min(case.oldest for case in cohort.cases)
        total = sum(case.count for case in cohort.cases)
        yield f"**Decide the open cases:** {total}, the oldest since {spoken(oldest)}."
    for office in cohort.unread:
        yield f"**Nobody reads our e-mails to {office}:** correct `ATS_{office.upper()}_EMAIL`."
    if cohort.failed:
        yield f"**Undeliverable:** {cohort.failed} in the last 14 days, see `ats message list`."
    if cohort.queued:
        yield f"**Not sent yet:** {_emails(cohort.queued)} for the mail server."


def _emails(count: int) -> str:
    return "1 e-mail waits" if count == 1 else f"{count} e-mails wait"


def _sent(cohort: CohortFigures) -> str:
    if not cohort.sent:
        return ""
    monday = cohort.now.date() - dt.timedelta(days=cohort.now.weekday())

    def week(sent: Sent) -> str:
        begins = monday + dt.timedelta(weeks=sent.week - cohort.week)
        return f"Week {sent.week}, from {spoken(begins)}"

    newest_first = sorted(cohort.sent, key=lambda sent: -sent.week)
    rows = [(week(s), s.step, TO.get(s.to, s.to), s.count) for s in newest_first]
    total = counted(sum(s.count for s in cohort.sent), "e-mail")
    note = f"{total}. One that tells several things is counted once, under the first of them."
    return f"{table(('When', 'E-mail', 'To', 'E-mails'), each_once(rows))}\n\n{note}"


def each_once(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """Yield the rows, the first cell empty where it says the same as the row before."""
    before: object = None
    for first, *rest in rows:
        yield ("" if first == before else first, *rest)
        before = first


def coming_table(cohort: CohortFigures) -> str:
    """Return the e-mails expected by day, step and role; '' for none."""
    if not cohort.coming:
        return ""
    rows = [
        (
            spoken(e.date),
            e.step,
            TO.get(e.to, e.to),
            f"{e.count}, once somebody acts: {WAITS[e.waits]}" if e.waits else e.count,
        )
        for e in cohort.coming
    ]
    note = "As things stand now: a reminder stops the moment its cause is gone."
    return f"{table(('When', 'E-mail', 'To', 'Expected'), each_once(rows))}\n\n{note}"


def _held(cohort: CohortFigures) -> str:
    if not cohort.held:
        return ""
    rows = [
        (
            WAITS.get(held.reason, held.reason),
            held.step,
            TO.get(held.to, held.to),
            held.count,
            spoken(held.until) if held.until else "when that changes",
        )
        for held in cohort.held
    ]
    return table(("Why", "E-mail", "To", "Held", "Goes"), rows)


def _cases(cohort: CohortFigures) -> str:
    if not cohort.cases:
        return ""
    rows = [(c.title, TO.get(c.owner, c.owner), c.count, spoken(c.oldest)) for c in cohort.cases]
    return table(("Case", "Owner", "Open", "Oldest"), rows)


def dates_table(cohort: CohortFigures) -> str:
    """Return webinars and deadlines with what they lack; '' for none."""
    if not cohort.events:
        return ""
    rows = [
        (f"{spoken(e.at.date())}, {e.at:%H:%M}", e.what, f"no {e.missing} yet" if e.missing else "")
        for e in cohort.events
    ]
    return table(("Day", "What", ""), rows)
