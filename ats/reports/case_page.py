"""The page of a case, to which digests link: why, since when, what was done, what can be decided.

Refs only: the dashboard has no names, and what staff wrote in words of their own stays off it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from ats.cases.file import document
from ats.office import Office
from ats.records import gather
from ats.records import models as m
from ats.reports.markdown import bullets, plain
from ats.reports.timeline import TO, counted, spoken

#: For how long the page of a closed case is kept up to date: a digest has linked to it by then.
LATELY = dt.timedelta(days=7)
STATES = {"open": "open", "snoozed": "rests", "closed": "closed"}


def case_pages(
    office: Office, code: str, *, forms: Mapping[str, UUID], now: dt.datetime
) -> dict[str, Any]:
    """Return the pages of a cohort's cases that are open or closed lately, by number.

    `forms` are the deployments in which a case is worked, those that are served. Raises NotFound.
    """
    with office.store.read() as session:
        programme = office.programme_named(gather.cohort_named(session, code).programme)
        case = m.Case
        ids = session.execute(
            select(col(case.id))
            .join(m.Cohort, col(m.Cohort.id) == col(case.cohort_id))
            .where(
                col(m.Cohort.code) == code,
                col(case.closed_at).is_(None) | (col(case.closed_at) >= now - LATELY),
            )
            .order_by(col(case.id))
        ).scalars()
        numbers = [number for number in ids if number is not None]
    zone = ZoneInfo(programme.timezone)
    told = (document(office, number, now=now, zone=zone) for number in numbers)
    return {"pages": [_published(one, forms) for one in told], "errors": []}


def _published(told: Mapping[str, Any], forms: Mapping[str, UUID]) -> dict[str, Any]:
    return {
        "key": f"case-{told['id']}",
        "description": f"Case {told['id']}, {told['person']}: {STATES[told['state']]}",
        "markdown": case_page(told, forms),
    }


def case_page(told: Mapping[str, Any], forms: Mapping[str, UUID]) -> str:
    """Return the page of a case from what `ats case show` tells."""
    return "\n\n".join(_parts(told, forms)) + "\n"


def form_path(deployment: UUID, number: int) -> str:
    """Return the dashboard's path of a form with the number of a case filled in."""
    return (
        f"/deployments/deployment/{deployment}/run?parameters={quote(json.dumps({'case': number}))}"
    )


def _parts(told: Mapping[str, Any], forms: Mapping[str, UUID]) -> Iterator[str]:
    number, standing = told["id"], told["standing"]
    yield f"# Case {number}: {plain(told['title'])}"
    yield bullets(f"{what}: {plain(str(how))}" for what, how in _facts(told))
    if standing["signals"]:
        yield "## How it stands"
        yield bullets(plain(signal) for signal in standing["signals"])
    yield "## Why it was opened"
    yield bullets(_reasons(told))
    done = list(_done(told))
    if done:
        yield "## What was done"
        yield bullets(done)
    yield "## What you can do"
    yield bullets(_choices(told, forms))


def _reasons(told: Mapping[str, Any]) -> Iterator[str]:
    for n, one in enumerate(told["signals"]):
        since = "" if n == 0 else "added "
        yield f"{since}{_day(one['at'])}: {plain(one['about'] or one['step'])}"


def _facts(told: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    standing = told["standing"]
    as_of = standing["as_of"]
    yield "Participant", f"{told['person']}, cohort {told['cohort']}"
    yield "State", _state(told)
    yield "Owner", told["owner_name"] or TO.get(told["owner"], told["owner"])
    yield "Opened", _day(told["opened_at"])
    if told["state"] != "closed":
        yield "Due", _day(told["due_on"])
    yield "Portfolio", f"{standing['state']}, as of {_day(as_of)}" if as_of else standing["state"]


def _state(told: Mapping[str, Any]) -> str:
    if told["state"] == "snoozed":
        return f"rests until {_day(told['snoozed_until'])}"
    if told["state"] == "closed":
        return f"closed on {_day(told['closed_at'])}: {told['closed_why']}"
    return "open"


def _done(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield what staff did, without their words."""
    for one in told["history"]:
        yield f"{_day(one['at'])}: {plain(one['action'])} by {plain(one['by'])}"
    for kind, number in sorted(Counter(note["kind"] for note in told["notes"]).items()):
        yield f"{counted(number, kind)} written down; read with `ats case show {told['id']}`"


def _choices(told: Mapping[str, Any], forms: Mapping[str, UUID]) -> Iterator[str]:
    number = told["id"]
    work = {
        "decide-case": f"Decide it: {', '.join(told['choices'])}",
        "snooze-case": "Let it rest until a day",
        "close-case": "Close it",
    }
    if told["state"] == "closed":
        work = {"reopen-case": "Open it again"}
    elif not told["choices"]:
        del work["decide-case"]
    for form, words in work.items():
        if form in forms:
            yield f"[{plain(words)}]({form_path(forms[form], number)})"
    yield f"All that is known, with notes: `ats case show {number}`"
    yield f"The whole story: `ats why {told['person']}`"


def _day(moment: str) -> str:
    return spoken(dt.datetime.fromisoformat(moment).date())
