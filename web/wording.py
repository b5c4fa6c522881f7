"""What classes of message are called on the pages, for participants and for mentors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from config.programme import MessageClass


@dataclass(frozen=True, slots=True)
class Kind:
    """A class in people's words: its name, and what it brings or why it always comes."""

    key: MessageClass
    title: str
    about: str


_PARTICIPANT: Final[Mapping[MessageClass, tuple[str, str]]] = {
    "tip": (
        "Tips through the year",
        "Short advice when it is useful, such as when it is time to write your PDP.",
    ),
    "webinar": (
        "Reminders and recordings of webinars",
        "A week and a day before, with the link to join, and the recording afterwards.",
    ),
    "essential": (
        "What you need to know",
        "Your portfolio, your mentor and your deadlines: you need the dates in them.",
    ),
    "chaser": (
        "Reminders of your milestones",
        "They come only while something is still open, and stop as soon as it is done.",
    ),
    "urgent": (
        "Changes at short notice",
        "When a webinar is moved or cancelled: you would otherwise keep the wrong time free.",
    ),
    "internal": ("Notes from the programme team", "They concern the running of the programme."),
}

_MENTOR: Final[Mapping[MessageClass, tuple[str, str]]] = {
    **_PARTICIPANT,
    "tip": (
        "Tips for mentors",
        "Short advice when it is useful, for instance before your first discussion.",
    ),
    "webinar": (
        "Reminders and recordings of mentor webinars",
        "A week and a day before, with the link to join, and the recording afterwards.",
    ),
    "essential": (
        "Requests to you, and news of your mentees",
        "When you are asked to mentor, or to sign off: a portfolio depends on your answer.",
    ),
    "chaser": (
        "Reminders of an answer that is awaited",
        "They come only while a mentee waits for it, and stop as soon as you have given it.",
    ),
}


def kinds(
    role: Literal["participant", "mentor"], classes: Iterable[MessageClass]
) -> tuple[Kind, ...]:
    """Return these classes in the words for this role, in their order."""
    words = _MENTOR if role == "mentor" else _PARTICIPANT
    return tuple(Kind(class_, *words[class_]) for class_ in classes)
