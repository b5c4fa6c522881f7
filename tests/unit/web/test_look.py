"""What every page keeps to: words for each class, contrast, and nothing inline that runs."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

import pytest

import web
from ats.people.calendar_choice import CalendarChoice
from ats.people.preferences import Preferences
from ats.people.register_page import CAPACITIES, LONGEST_SUBJECT, OnTheRegister
from ats.people.thanks_letter import Letter
from calendars.events import Event
from calendars.links import Subscription
from config.programme import MessageClass
from tests.unit.email_templates.test_layout import colour_of, luminance
from web.dates import dates
from web.pages import STYLE, Pages
from web.wording import kinds

PAGES = Pages(
    sender="ATS team <b>", mailbox="ats@provider.example", privacy_notice="https://p.example/"
)
PAIRS = [
    (".sheet", ".sheet"),
    ("h1", ".sheet"),
    ("a", ".sheet"),
    ("a", "footer"),
    ("footer", "footer"),
    ("button", "button"),
    (".sheet", ".saved"),
    (".button", ".button"),
    (".address", ".address"),
]
ROLES: tuple[Literal["participant", "mentor"], ...] = ("participant", "mentor")
OPTIONAL: tuple[MessageClass, ...] = ("webinar", "tip")
ALWAYS: tuple[MessageClass, ...] = ("essential", "chaser", "urgent")


MOMENT = dt.datetime(2026, 11, 11, 16, 30, tzinfo=dt.UTC)
EVENTS = [
    Event(
        uid=str(days),
        sequence=0,
        revised_at=MOMENT,
        starts_at=MOMENT + dt.timedelta(days=days),
        ends_at=MOMENT + dt.timedelta(days=days, hours=1),
        title=f"ATS webinar: <Number {days}>",
        url="https://meet.example/?a=1&b=2",
        status=status,
    )
    for days, status in ((-9, "confirmed"), (9, "tentative"), (18, "cancelled"))
]


def a_calendar(
    ref: str | None, role: str, choice: CalendarChoice, *, saved: bool
) -> dict[str, object]:
    """Return what the page of a calendar is filled with."""
    return {
        "ref": ref,
        "is_mentor": role == "mentor",
        "cohort": None if ref else "2026-10",
        "choice": choice,
        "went_back": choice.alarms,
        "subscription": Subscription("https://ats.example/calendars/x.ics", "My ATS year"),
        "dates": dates(EVENTS, now=MOMENT),
        "saved": saved,
    }


A_LETTER: dict[str, object] = {
    "letter": Letter(
        "Grace <Hopper>",
        "Advanced Teacher Status",
        "ATS",
        "2026-10",
        2,
        MOMENT.date(),
        MOMENT.date(),
    ),
    "of": "Wednesday 13 October 2027",
    "begins": "Monday 5 October 2026",
    "ends": "Wednesday 6 October 2027",
    "mentees": "two participants",
}


def a_register(who: OnTheRegister, *, done: bool, missing: str = "") -> dict[str, object]:
    """Return what the page of the register is filled with."""
    numbers = {"capacities": CAPACITIES, "longest": LONGEST_SUBJECT}
    return {"who": who, "done": done, "missing": missing, **numbers}


@dataclass
class Asked:
    """Somebody about whom a mentor is asked, however it stands."""

    state: str
    name: str = "Ada <Lovelace>"
    organisation: str = "Harbour College"
    on: dt.datetime = MOMENT
    final: bool = False


def a_request(*open_: Asked, **more: object) -> dict[str, object]:
    """Return what the page with a mentor's yes or no is filled with."""
    usual = {"answered": [], "closed": [], "recorded": [], "lacks": None, "said": None}
    them = {"ref": "M0001", "mentor": "Grace <Hopper>", "welcomes": False, "day": str}
    return {**usual, **them, "open": list(enumerate(open_)), **more}


def a_sign_off(*found: Asked, done: Asked | None = None) -> dict[str, object]:
    """Return what the page of a sign-off is filled with."""
    return {
        "ref": "M0001",
        "mentor": "Grace <Hopper>",
        "found": [(place, one, "I have acted as mentor.") for place, one in enumerate(found)],
        "open": [one for one in found if one.state == "open"],
        "done": done,
        "day": str,
    }


def of_mentors() -> dict[str, dict[str, object]]:
    """Return what mentors' pages are filled with, by template and how things stand."""
    ada, yes, no = Asked("open"), Asked("accepted"), Asked("declined")
    signed, over = Asked("signed"), Asked("closed")
    final = Asked("signed", final=True)
    return {
        "mentoring": a_request(ada),
        "mentoring, two": a_request(ada, Asked("open", "Ben", ""), closed=[over]),
        "mentoring, nothing chosen": a_request(ada, lacks="answer"),
        "mentoring, not declared": a_request(ada, lacks="declaration"),
        "mentoring, said": a_request(answered=[yes, no], recorded=[yes, no]),
        "mentoring, said before": a_request(answered=[yes, no], mentor=None),
        "mentoring, over": a_request(closed=[over], mentor=None),
        "sign-off": a_sign_off(ada),
        "sign-off, two": a_sign_off(ada, signed, over),
        "sign-off, signed": a_sign_off(signed, done=signed),
        "sign-off, submitted": a_sign_off(final),
        "sign-off, taken back": a_sign_off(Asked("revoked"), done=Asked("revoked")),
        "sign-off, older": a_sign_off(Asked("older")),
        "sign-off, over": a_sign_off(over),
    }


def of_done() -> dict[str, dict[str, object]]:
    """Return what the pages about a milestone that is done are filled with."""
    what = {"title": "Personal <Development> Plan", "programme": "Teaching", "cohort": "2026-10"}
    given: dict[str, object] = {"what": what, "due": "Friday 15 January 2027, 17:00"}
    return {f"done-{state}": given for state in ("open", "said", "complete", "over")}


def every_page(role: Literal["participant", "mentor"]) -> dict[str, str]:
    """Return each page as it is answered, by the name of its template."""
    who = Preferences("P0017", role, ("Advanced Teacher Status",), OPTIONAL, ALWAYS, frozenset())
    some, others = kinds(role, OPTIONAL), kinds(role, ALWAYS)
    values = {
        "unsubscribe": {"who": who, "these": some, "preferences": "../preferences/x"},
        "unsubscribed": {
            "who": who,
            "these": some,
            "comes": others,
            "preferences": "../preferences/x",
        },
        "preferences": {
            "who": who,
            "optional": [(kind, True) for kind in some],
            "always": others,
            "saved": True,
            "is_invited": True,
            "calendar": "../calendar/x",
        },
        "calendar": a_calendar("P0017", role, CalendarChoice(alarms=True), saved=True),
        "letter": A_LETTER,
        "register": a_register(OnTheRegister("M0001", "Grace Hopper", "not-on"), done=False),
    }
    joined = OnTheRegister("M0001", "Grace Hopper", "on", "Maths <b>", 2, MOMENT)
    of_the_register = {
        "register, joined": a_register(joined, done=True),
        "register, left": a_register(OnTheRegister("M0001", "Grace Hopper", "left"), done=True),
        "register, faulty": a_register(joined, done=False, missing="Please write your subject."),
    }
    others_of_it = {
        "calendar, invitations": a_calendar("P1", role, CalendarChoice("invitations"), saved=True),
        "calendar, cohort": a_calendar(None, role, CalendarChoice(), saved=False),
    }
    plain: list[str] = ["nobody", "not-found", "refused", "fault", "replaced", "slower"]
    plain += ["no-letter"]
    filled = {name: PAGES.answer(name, **given) for name, given in values.items()}
    filled["expired"] = PAGES.answer("expired", until="Friday 15 January 2027")
    filled |= {
        name: PAGES.answer(name.partition(",")[0], **given)
        for name, given in (of_mentors() | of_done()).items()
    }
    filled |= {name: PAGES.answer("calendar", **given) for name, given in others_of_it.items()}
    filled |= {name: PAGES.answer("register", **given) for name, given in of_the_register.items()}
    filled |= {name: PAGES.answer(name) for name in plain}
    return {name: bytes(page.body).decode() for name, page in filled.items()}


each_role = pytest.mark.parametrize("role", ROLES)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_the_contrast_is_enough_in_both_modes(mode: str, text: str, ground: str) -> None:
    """WCAG 2.2 AA asks for 4.5 to 1."""
    light, _, rest = STYLE.partition("@media (max-width")
    dark = rest.partition("@media (prefers-color-scheme: dark) {")[2].partition("@page")[0]
    sheet = light if mode == "light" else dark
    shades = (
        luminance(colour_of(sheet, text, "color")),
        luminance(colour_of(sheet, ground, "background-color")),
    )

    assert (max(shades) + 0.05) / (min(shades) + 0.05) >= 4.5


@each_role
def test_every_class_has_words_for_every_role(role: Literal["participant", "mentor"]) -> None:
    named = kinds(role, get_args(MessageClass))

    assert len({kind.title for kind in named}) == len(get_args(MessageClass))


def test_every_template_is_looked_at_here() -> None:
    folder = Path(web.__file__).parent / "templates"

    assert {path.stem for path in folder.glob("*.html")} - {"layout", "words"} == {
        name.partition(",")[0] for name in every_page("mentor")
    }


@each_role
def test_nothing_runs_and_no_style_is_inline(role: Literal["participant", "mentor"]) -> None:
    for page in every_page(role).values():
        assert re.findall(r"<(?:script|img|link|iframe)\b| style=| on\w+=|javascript:", page) == []
        assert page.count("<style>") == 1
        assert f"<style>{STYLE}</style>" in page


@each_role
def test_a_page_can_be_read_aloud(role: Literal["participant", "mentor"]) -> None:
    """English, one h1 that says what the title says, headings without gaps, a label for a box."""
    for page in every_page(role).values():
        (title,) = re.findall(r"<title>(.+) – ATS team &lt;b&gt;</title>", page)
        levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
        fields = re.findall(r'type="(?:checkbox|radio|text)"[^>]* id="([^"]+)"', page)
        boxes = re.findall(r'type="(?:checkbox|text)"[^>]*>', page)
        about = re.findall(r'aria-describedby="([^"]+)"', page)

        assert '<html lang="en-GB"' in page
        assert f"<h1>{title}</h1>" in page
        assert (levels[0], levels.count(1)) == (1, 1)
        assert [b for a, b in pairwise(levels) if b > a + 1] == []
        assert len(re.findall(r'type="(?:checkbox|radio|text)"', page)) == len(fields)
        assert [page.count(f'<label for="{field}">') for field in fields] == [1] * len(fields)
        assert [box for box in boxes if "aria-describedby=" not in box] == []
        assert [ref for ref in about if f'id="{ref}"' not in page] == []
        assert page.count('type="radio"') == 0 or "<legend>" in page


@each_role
def test_the_words_are_ours(role: Literal["participant", "mentor"]) -> None:
    """No blame, no advertising, nobody on a course; and a person to write to on every page."""
    wrong = re.compile(
        r"\b(students?|courses?|tutors?|feedback|sorry|invalid|error)\b|!", re.IGNORECASE
    )
    for page in every_page(role).values():
        body = page.partition("<body>")[2]

        assert wrong.findall(re.sub(r"<[^>]+>", " ", body)) == []
        assert "mailto:ats@provider.example" in body
