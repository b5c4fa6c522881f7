"""Text as people and exports write it: blanks, invisible characters, and what no name may hold."""

from __future__ import annotations

import re
import unicodedata

_EDGES = " \t\u200c\u200d"
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u2060\ufeff]")
_BLANKS = re.compile("[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_BREAKS = re.compile("[\r\n\u0085\u2028\u2029]")
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_EXCEL_ERRORS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
)
_SHOWN = 40


def line(value: str) -> str:
    """Return the text without surrounding blanks and invisible characters, blanks made single.

    Line breaks and other control characters stay, so that `flaw` finds them.
    """
    if not value.isascii():
        value = _INVISIBLE.sub("", unicodedata.normalize("NFC", value))
    return _BLANKS.sub(" ", value.strip(_EDGES)).strip(_EDGES)


def clean(value: str) -> str:
    """Return the text as `line` does, without line breaks at its ends either."""
    if value.isascii() and "  " not in value:
        return value.strip()
    return line(line(value).strip("\r\n"))


def paragraph(value: str) -> str:
    """Return the text on one line: line breaks and tabs become blanks."""
    return clean(_BREAKS.sub(" ", value).replace("\t", " "))


def fold(value: str) -> str:
    """Return letters and digits only, without case: 'Participant Ref' is 'participant-ref'."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", value).casefold()
        if character.isalnum()
    )


def shown(value: str) -> str:
    """Return the text in quotes, short and visible, for a sentence about it."""
    seen = "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}"
        for character in value[: _SHOWN + 1]
    )
    return f"'{seen[:_SHOWN]}…'" if len(seen) > _SHOWN else f"'{seen}'"


def legible(name: str) -> str:
    """Return a file's name as it can be written anywhere: what cannot becomes a �."""
    return "".join(character if character.isprintable() else "\ufffd" for character in name)


def flaw(value: str) -> str | None:
    """Return what must not stand in a name or an address, with its remedy; None: it is sound.

    Markup and right-to-left letters are sound: they are text, and escaped where they are shown.
    """
    if value.isascii() and value.isprintable():
        if value in _EXCEL_ERRORS:
            return f"is the spreadsheet's error {value}; put the formula or the value right"
        return None
    if _BREAKS.search(value):
        return "holds a line break; write it on one line"
    if found := _CONTROL.search(value):
        return f"holds a control character (U+{ord(found[0]):04X}); type it anew"
    if found := _DIRECTION.search(value):
        return f"holds an invisible direction mark (U+{ord(found[0]):04X}); type it anew without it"
    if "\ufffd" in value:
        return "has lost a letter (�); export the file again as CSV UTF-8"
    if _is_garbled(value):
        return "was saved in the wrong encoding (as if Ã« were ë); export the file as CSV UTF-8"
    return None


def _is_garbled(value: str) -> bool:
    """Tell whether UTF-8 was once read as a Windows code page: its letters are bytes of UTF-8."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return value.encode(encoding).decode("utf-8") != value
        except UnicodeError:
            continue
    return False
