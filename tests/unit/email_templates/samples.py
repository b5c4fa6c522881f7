"""Sample contexts: what every template may be given, in every variety that its words depend on."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from ats.outbox.render import FILES
from tests.unit.email_templates.change_samples import CHANGES, changes
from tests.unit.email_templates.change_samples import KEYS as CHANGE_KEYS
from tests.unit.email_templates.staff_samples import STAFF

Fields = dict[str, Any]

TEMPLATES = Path(__file__).parents[3] / "email_templates"
KEYS = sorted(p.name for p in TEMPLATES.iterdir() if all((p / file).is_file() for file in FILES))

WEBINAR_NEWS = {"webinar-moved", "webinar-cancelled", "webinar-recording"}
TO_PARTICIPANTS = {"mentor-confirmed", "mentor-none-named", "mentor-unreachable", "mentor-waiting"}
ALSO_TO_MENTORS = {"participant-unreachable", "register-invitation"}
DUE = {
    "mentor-named": "2026-11-06T17:00:00+00:00",
    "first-observation": "2026-11-20T17:00:00+00:00",
    "mentor-accepted": "2026-11-20T17:00:00+00:00",
    "pdp": "2027-01-15T17:00:00+00:00",
    "diary-and-coaching": "2027-03-19T17:00:00+00:00",
    "project-impact": "2027-06-25T17:00:00+01:00",
    "final-observation": "2027-09-17T17:00:00+01:00",
    "mentor-sign-off": "2027-09-28T17:00:00+01:00",
    "submission": "2027-10-06T17:00:00+01:00",
}
EXTENDED = {
    "pdp": "2027-02-12T17:00:00+00:00",
    "mentor-sign-off": "2027-11-23T17:00:00+00:00",
    "submission": "2027-12-01T17:00:00+00:00",
}
PLAN = "Personal Development Plan"
MILESTONES = {
    "first-observation": ("First observation", ["First observation"]),
    "pdp": (PLAN, ["About you", "Self-assessment", PLAN]),
    "diary-and-coaching": ("Diary and coaching", ["Reflective diary", "Coaching"]),
    "project-impact": ("Project impact and CPD log", ["Improvement project", "CPD log"]),
    "final-observation": ("Final observation", ["Final observation"]),
}
SECTIONS = [
    *("about-you", "self-assessment", "first-observation", "pdp", "reflective-diary", "coaching"),
    *("impact-project", "cpd-log", "final-observation", "final-action-plan", "submission"),
]
CONTACT = {
    "reply_to": "ats@programme.example",
    "pxm": "pxm@programme.example",
    "operations": "operations@programme.example",
}
LINKS = {
    "portfolio": "https://portfolio.example/start",
    "knowledge_base": "https://portfolio.example/knowledge?for=ats&page=1",
    "privacy_notice": "https://programme.example/privacy",
    "preferences": "https://programme.example/preferences/IlAwMDE3Ig.x-Y_z",
}
OFFICES = ("operations", "pxm")
CALENDAR = "https://programme.example/calendar/abc"
LETTER = "https://programme.example/letter/abc"
REGISTER_PAGE = "https://programme.example/register/abc"
ANSWER = "https://programme.example/answer/abc"
DONE = "https://programme.example/done/abc"
LATER_KEYS = ("calendar_url", "answer_url", "done_url")
JOIN = "https://meet.example/j/123?pwd=a&x=1"
RECORDING = "https://video.example/watch/7"


def named(given: str, family: str) -> Fields:
    return {"given_name": given, "family_name": family, "full_name": f"{given} {family}"}


PARTICIPANT = named("Eilidh", "Quillfeather")
SECOND = named("Bronagh", "Zephyrine")
MENTOR = named("Wyn", "Ravensdale")


def person(who: Fields = PARTICIPANT, **fields: Any) -> Fields:
    return {
        "ref": "P0017",
        **who,
        "organisation": "Glen College",
        "nation": "scotland",
        "late_joiner": False,
        "joined_on": "2026-10-05",
        "due": DUE,
        "complete": [],
        "submitted": False,
        "signed_off": False,
        **fields,
    }


def webinar(**fields: Any) -> Fields:
    return {
        "key": "webinar-2",
        "title": "From SWOT to your plan",
        "about": "How a self-assessment becomes a plan that you can work with.",
        "prepare": ["Have your self-assessment beside you."],
        "starts_at": "2026-11-18T16:30:00+00:00",
        "minutes": 60,
        "audience": "participants",
        "kind": "milestone",
        "join_url": JOIN,
        "days_until": 1,
        "past": False,
        "cancelled": False,
        "note": [],
        "recording_url": None,
        "summary": [],
        "was_at": "2026-11-18T16:30:00+00:00",
        "by_invitation": False,
        "mail_follows": True,
        "readdressed": False,
        **fields,
    }


def shared(me: Fields, role: str, *, today: str = "2026-10-13", trial: bool = False) -> Fields:
    return {
        "me": {**me, "role": role},
        "cohort": {
            "code": "2026-10",
            "programme": "Advanced Teacher Status",
            "short": "ATS",
            "starts": "2026-10-05",
        },
        "links": {**LINKS, "preferences": None if role in OFFICES else LINKS["preferences"]},
        "contact": CONTACT,
        "today": today,
        "trial": trial,
    }


def part(template: str, **fields: Any) -> Fields:
    """Return a part with every key of the contract, None or empty where nothing is said."""
    nothing = dict.fromkeys(
        [*("person", "mentor", "milestone", "webinar", "as_of", "rung"), *LATER_KEYS]
    )
    nothing |= dict.fromkeys([*CHANGE_KEYS, "letter_url", "register_url"])
    return {
        "template": template,
        **nothing,
        "mentees": [],
        "webinars": [],
        "closures": [],
        "suggested": [],
        **fields,
    }


def message(shared: Fields, *parts: Fields) -> Fields:
    return {"shared": shared, "parts": list(parts)}


def contexts(key: str) -> Iterator[Fields]:
    """Yield the messages of one template for every kind of recipient that it has."""
    if key not in CHANGES:
        yield from _by_recipient(key)
        return
    for one, change in product(_by_recipient(key), changes()):
        (told,) = one["parts"]
        yield message(one["shared"], {**told, **change})


def _by_recipient(key: str) -> Iterator[Fields]:
    if key.startswith(("ops-", "pxm-", "import-")):
        role = "pxm" if key.startswith("pxm-") else "operations"
        me = named("PXM" if role == "pxm" else "colleagues", "")
        for fields in STAFF[key]:
            yield message(shared(me, role), part(key, **fields))
    elif key.startswith("webinar-"):
        held = _already_held() if key == "webinar-moved" else ()
        for one in (*(_webinar_news() if key in WEBINAR_NEWS else _webinars()), *held):
            about = {
                "webinar": one,
                "webinars": [one],
                "calendar_url": one["join_url"] and CALENDAR,
            }
            yield message(shared(PARTICIPANT, "participant"), part(key, person=person(), **about))
            yield message(shared(MENTOR, "mentor"), part(key, mentees=[person()], **about))
    elif key in ALSO_TO_MENTORS or (key.startswith("mentor-") and key not in TO_PARTICIPANTS):
        yield from _to_mentors(key)
    else:
        yield from _to_participants(key)


def _webinars() -> Iterator[Fields]:
    kinds = ("milestone", "q-and-a", "mentor")
    for kind, days, prepare in product(kinds, (0, 1, 3, 7), ([], ["Bring one question."])):
        yield webinar(kind=kind, days_until=days, prepare=prepare)
    for days in (0, 1, 7):
        yield webinar(days_until=days, by_invitation=True)


def _webinar_news() -> Iterator[Fields]:
    """Yield webinars of which there is something new: their time, their end, their recording."""
    notes = [[], ["The speaker was taken ill."], ["It was a bank holiday.", "Sorry for that."]]
    summaries = [[], ["Needs first, then goals.", "One goal is enough to begin with."]]
    ways = product(notes, summaries, (None, JOIN), (False, True), (False, True))
    for note, summary, join_url, by_invitation, mail_follows in ways:
        yield webinar(
            by_invitation=by_invitation,
            mail_follows=mail_follows,
            note=note,
            summary=summary,
            join_url=join_url,
            recording_url=RECORDING,
            readdressed=by_invitation,
            was_at="2026-11-17T09:00:00+00:00",
        )


def _already_held() -> Iterator[Fields]:
    """Yield webinars that were moved to a time that has passed when their notice goes."""
    for recording_url, mail_follows in product((None, RECORDING), (False, True)):
        yield webinar(past=True, recording_url=recording_url, mail_follows=mail_follows)


def _rungs(key: str) -> list[str | None]:
    """Return the rungs that the words of the template and of the partials depend on, and none."""
    files = [*(TEMPLATES / key / file for file in FILES), *TEMPLATES.glob("*.*")]
    source = "".join(path.read_text("utf-8") for path in files)
    return [None, *sorted(set(re.findall(r"[\"']((?:plus|minus)-[\w-]+)[\"']", source)))]


def _year() -> list[Fields]:
    return [
        webinar(key="webinar-1", past=True, recording_url=RECORDING, title="Getting started"),
        webinar(key="q-and-a-1", past=True, kind="q-and-a", title="Questions and answers"),
        webinar(),
    ]


def _to_mentors(key: str) -> Iterator[Fields]:
    second = person(SECOND, due={**DUE, **EXTENDED})
    groups = [[person()], [person(organisation=None, signed_off=True)]]
    groups += [[person(), second], [person(signed_off=True), second]]
    known: Fields = {"answer_url": ANSWER, "calendar_url": CALENDAR, "webinars": _year()}
    known |= {"letter_url": LETTER, "register_url": REGISTER_PAGE}
    for mentees, fields, rung in product(groups, [{}, known], _rungs(key)):
        about = {"person": mentees[0], "mentees": mentees, "rung": rung, **fields}
        yield message(shared(MENTOR, "mentor", today="2027-10-13"), part(key, **about))


def _to_participants(key: str) -> Iterator[Fields]:
    early: Fields = {"person": person(), "mentor": None}
    waiting: Fields = {
        "person": person(late_joiner=True, joined_on="2026-10-27", due={**DUE, **EXTENDED}),
        "mentor": {**MENTOR, "accepted": False},
        "webinars": _year(),
        "as_of": "2026-10-12",
    }
    done: Fields = {
        "person": person(complete=SECTIONS, submitted=True),
        "mentor": {**MENTOR, "accepted": True},
        "webinars": _year(),
        "as_of": "2027-06-28",
        "calendar_url": CALENDAR,
        "done_url": DONE,
        "suggested": ["Ottoline Marrow", "Wyn Ravensdale"],
        "closures": [{"name": "Summer", "from": "2027-07-12", "to": "2027-09-05"}],
    }
    days = ["2026-10-13", "2027-10-07"]
    days += [] if key.startswith("milestone-") else ["2026-12-15", "2027-06-29"]
    for fields, today, rung in product([early, waiting, done], days, _rungs(key)):
        for milestone in _milestones(key):
            about = {**fields, "rung": rung, "milestone": milestone}
            yield message(shared(PARTICIPANT, "participant", today=today), part(key, **about))


def _milestones(key: str) -> Iterator[Fields | None]:
    if not key.startswith("milestone-"):
        yield None
        return
    for name, (title, sections) in MILESTONES.items():
        for still_open in ([], sections[:1], sections[1:], sections):
            yield {
                "key": name,
                "title": title,
                "due": DUE[name],
                "open_sections": still_open,
                "overdue": "reminder" in key,
            }
