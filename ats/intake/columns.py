"""Which column of a file means what, whatever its header looks like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ats.errors import FileFault, Refused
from ats.intake.table import Row, Table
from ats.intake.text import clean, fold, shown

ROSTER = "roster"
PROGRESS = "progress"
KINDS = (ROSTER, PROGRESS)

_REQUIRED = {
    ROSTER: ("cohort", "given_name", "family_name", "email", "nation", "joined_on"),
    PROGRESS: ("cohort", "section", "status", "updated_on"),
}
_OPTIONAL = {
    ROSTER: (
        "organisation",
        "mentor_ref",
        "mentor_given_name",
        "mentor_family_name",
        "mentor_email",
        "mentor_nation",
    ),
    PROGRESS: ("email",),
}
_REF = "participant_ref"  # may be missing where there are addresses to match by
COLUMNS = {kind: (_REF, *_REQUIRED[kind], *_OPTIONAL[kind]) for kind in KINDS}

_OTHER_NAMES = {
    "participant_ref": "participant,participantid,participantnumber,participantreference",
    "given_name": "firstname,forename,givennames,firstnames",
    "family_name": "surname,lastname",
    "email": "emailaddress,participantemail",
    "organisation": "organization,employer,provider,institution,college",
    "joined_on": "joined,datejoined,joineddate,joiningdate",
    "mentor_ref": "mentorid,mentornumber,mentorreference",
    "mentor_given_name": "mentorfirstname,mentorforename",
    "mentor_family_name": "mentorsurname,mentorlastname",
    "mentor_email": "mentoremailaddress",
    "updated_on": "updated,lastupdated,dateupdated,lastupdatedon,updatedat",
    "section": "sectionname,sectiontitle,sectionkey",
}
_OWN = {kind: {fold(column): column for column in columns} for kind, columns in COLUMNS.items()}
_OTHER = {
    kind: {
        other: column
        for column in columns
        for other in _OTHER_NAMES.get(column, "").split(",")
        if other
    }
    for kind, columns in COLUMNS.items()
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of a kind of file stand in this one."""

    places: Mapping[str, int]
    notes: tuple[str, ...] = ()
    by_hand: Mapping[str, str] = field(default_factory=dict)  # folded header → column, as given

    def has(self, column: str) -> bool:
        return column in self.places

    def raw(self, row: Row, column: str) -> str:
        """Return the cell as it stands; nothing where the file or the row has none."""
        place = self.places.get(column)
        return row.cells[place] if place is not None and place < len(row.cells) else ""


def kind_of(headers: Iterable[str], *, saved: Mapping[str, Mapping[str, str]]) -> str | None:
    """Return 'roster' or 'progress', whichever all required headers are there for, or None."""
    folded = {fold(header) for header in headers}
    for kind in reversed(KINDS):
        remembered = _remembered(kind, list(folded), saved.get(kind, {}))
        known = {**_OTHER[kind], **_OWN[kind], **remembered}
        if not _absent(kind, {known[header] for header in folded & set(known)}):
            return kind
    return None


def lay_out(
    table: Table, kind: str, *, given: Mapping[str, str], saved: Mapping[str, str]
) -> Layout:
    """Return where each column stands.

    A header's meaning is what was `given` for this file, else what was `saved` from earlier files
    (folded header → column), else its own name, else a usual other name. Raises FileFault when a
    required column is missing or stands twice, Refused when `given` names what is not there.
    """
    by_hand = _by_hand(table, kind, given)
    folded = [fold(header) for header in table.headers]
    places: dict[str, int] = {}
    remembered = _remembered(kind, folded, saved)
    for meaning in (by_hand, remembered, _OWN[kind], _OTHER[kind]):
        found: dict[str, int] = {}
        for place, header in enumerate(folded):
            column = meaning.get(header)
            if column is None or column in places or place in places.values():
                continue
            if column in found and meaning is not remembered:
                raise _twice(table, column, found[column], place)
            found.setdefault(column, place)
        places |= found
    _require(table, kind, places)
    read = [
        f"{column} is read from {shown(clean(table.headers[place]))}, as was said of it earlier."
        for column, place in places.items()
        if column == remembered.get(folded[place]) and column in map(_OWN[kind].get, folded)
    ]
    return Layout(places, (*read, *_notes(table, kind, places)), by_hand)


def _remembered(kind: str, folded: list[str], saved: Mapping[str, str]) -> dict[str, str]:
    """Return the saved meanings of this file's headers.

    A column's own name keeps its meaning, unless here another header was said to mean that.
    """
    found = {header: saved[header] for header in folded if header in saved}
    return {
        header: column
        for header, column in found.items()
        if header not in _OWN[kind] or _OWN[kind][header] in found.values()
    }


def _by_hand(table: Table, kind: str, given: Mapping[str, str]) -> dict[str, str]:
    headers = {fold(header) for header in table.headers}
    by_hand = {}
    for header, name in given.items():
        column = _OWN[kind].get(fold(name))
        if column is None:
            raise Refused(
                f"{shown(name)} is no column of a {kind}; map to one of {', '.join(COLUMNS[kind])}."
            )
        if not fold(header) or fold(header) not in headers:
            raise Refused(
                f"{table.filename} has no header {shown(header)}; it has {_headers(table)}."
            )
        by_hand[fold(header)] = column
    return by_hand


def _require(table: Table, kind: str, places: Mapping[str, int]) -> None:
    absent = _absent(kind, set(places))
    if not absent:
        return
    other = kind_of(table.headers, saved={})
    if other not in (None, kind):
        raise FileFault(f"{table.filename} is a {other} file; import it with `ats {other} import`.")
    if len(list(filter(clean, table.headers))) < 2:
        raise FileFault(
            f"{table.filename} has no headers in its first row; delete what stands above them, "
            "or check that it is the right file."
        )
    what = "the columns" if len(absent) > 1 else "the column"
    raise FileFault(
        f"{table.filename} has not {what} {', '.join(absent)} (its headers are {_headers(table)}); "
        f'rename the headers, or say which is which with --map "HEADER={absent[0]}".'
    )


def _absent(kind: str, columns: set[str]) -> list[str]:
    absent = [column for column in _REQUIRED[kind] if column not in columns]
    return absent if {_REF, "email"} & columns else [_REF, *absent]


def _notes(table: Table, kind: str, places: Mapping[str, int]) -> tuple[str, ...]:
    used = set(places.values())
    ignored = [
        shown(clean(header)) if clean(header) else f"column {letter(place)}"
        for place, header in enumerate(table.headers)
        if place not in used and (clean(header) or table.has_cells_in(place))
    ]
    notes = [f"Not read: {', '.join(ignored)}."] if ignored else []
    if kind == ROSTER and not {"mentor_ref", "mentor_email"} & set(places):
        notes.append("The file has no mentor columns; mentors stay as they are.")
    return tuple(notes)


def letter(place: int) -> str:
    """Return a column's letters as a spreadsheet shows them (0: A)."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _twice(table: Table, column: str, one: int, other: int) -> FileFault:
    return FileFault(
        f"{table.filename} has the column {column} twice ({letter(one)} and {letter(other)}); "
        "delete one, or say which with --map."
    )


def _headers(table: Table) -> str:
    seen = [shown(clean(header)) for header in table.headers[:20] if clean(header)]
    return ", ".join(seen) or "none"
