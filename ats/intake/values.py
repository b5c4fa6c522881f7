"""What a cell may hold, column by column. Each reader returns a value or raises CellFault."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from ats.intake.text import clean, flaw, fold, line, paragraph, shown
from config.vocabulary import NATIONS

LONGEST_NAME = 200
_NATIONS = {
    "england": "england eng gbeng lloegr",
    "wales": "wales wal gbwls gbcym cymru",
    "scotland": "scotland sco scot gbsct alba",
    "northern-ireland": "northernireland ni nir nireland gbnir",
}
_NATION = {word: nation for nation, words in _NATIONS.items() for word in words.split()}
NOT_STARTED = "not-started"
_STATUSES = {
    "in-progress": "inprogress started underway wip",
    "complete": "complete completed done finished",
    NOT_STARTED: "notstarted notyetstarted",
}
_STATUS = {word: status for status, words in _STATUSES.items() for word in words.split()}
_REMAINS = re.compile("_x[0-9A-Fa-f]{4}_")
_LINK = re.compile("(?:https?://|www[.])", re.IGNORECASE)
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)


class CellFault(ValueError):
    """A cell cannot be what its column needs; the text says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address as it was typed, and the key by which equal ones are known."""

    typed: str
    key: str


def email_key(address: str) -> str:
    """Return what two spellings of one address have in common: no case, blanks or punycode."""
    local, at, domain = "".join(line(address).split()).casefold().rpartition("@")
    try:
        ascii_domain = validate_email(f"x@{domain}", check_deliverability=False).ascii_domain
    except EmailNotValidError:
        ascii_domain = domain
    return f"{local}{at}{ascii_domain}"


@functools.lru_cache(maxsize=4096)
def read_email(raw: str) -> Address:
    """Return the address. Internationalised domains are fine; other than ASCII before @ is not."""
    typed = line(raw)
    if fault := flaw(typed):
        raise CellFault(f"the address {fault}.")
    try:
        found = validate_email(typed, check_deliverability=False, strict=True)
    except EmailNotValidError as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise CellFault(f"this is no e-mail address ({reason}); ask for the right one.") from None
    if typed.startswith("'"):
        raise CellFault("the address begins with an apostrophe; take it out.")
    if not found.local_part.isascii():
        raise CellFault(
            "the address has letters before @ that many mail servers cannot deliver to; "
            "ask for another one."
        )
    return Address(typed, f"{found.local_part.casefold()}@{found.ascii_domain}")


def read_name(raw: str) -> str:
    """Return a given or family name; markup in it is text."""
    name = line(raw)
    if fault := flaw(name) or _no_name(name):
        raise CellFault(f"the name {fault}.")
    return _not_too_long(name, "the name")


def _no_name(text: str) -> str | None:
    """Return why nobody can be called so, with its remedy; None: somebody may."""
    if text in ("null", "NULL") or text.casefold() in ("n/a", "n.a.", "tbc", "tba", "<null>"):
        return f"is {shown(text)}, which stands for none; write the name, or empty the cell"
    if _REMAINS.search(text):
        return "holds what a spreadsheet writes for a line break (_x000D_); type it anew"
    if _LINK.match(text):
        return "is a web address; check whether columns have shifted"
    if not any(map(str.isalpha, text)):
        return f"is {shown(text)}, without a letter; write the name"
    return None


def read_organisation(raw: str) -> str:
    """Return an organisation's name; line breaks in it become blanks."""
    organisation = paragraph(raw)
    if fault := flaw(organisation):
        raise CellFault(f"the organisation {fault}.")
    return _not_too_long(organisation, "the organisation")


def read_ref(raw: str) -> str:
    """Return a ref: letters, digits, dot, hyphen and underscore, at most 40."""
    ref = clean(raw)
    if not _REF.fullmatch(ref):
        raise CellFault(
            f"{shown(ref)} cannot be a ref; use at most 40 letters, digits, dots and hyphens."
        )
    return ref


def read_nation(raw: str) -> str:
    """Return the nation's key."""
    nation = _NATION.get(fold(raw))
    if nation is None:
        raise CellFault(f"{shown(clean(raw))} is no nation we know; write {_listed(NATIONS)}.")
    return nation


def read_status(raw: str) -> str:
    """Return 'in-progress', 'complete' or 'not-started'."""
    status = _STATUS.get(fold(raw))
    if status is None:
        raise CellFault(f"{shown(clean(raw))} is no status we know; write in-progress or complete.")
    return status


def same_name(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether two (given, family) names are equal but for case and blanks."""
    return [clean(part).casefold() for part in one] == [clean(part).casefold() for part in other]


def _not_too_long(text: str, what: str) -> str:
    if len(text) > LONGEST_NAME:
        raise CellFault(f"{what} has {len(text)} characters; shorten it to {LONGEST_NAME}.")
    return text


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
