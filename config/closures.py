"""Load the days off of a nation or organisation: bank holidays, closures, half-terms, breaks."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import holidays
from pydantic import ValidationError

from config.closure_schema import ClosureFile, DatedRange
from config.faults import Finding, ProgrammeFault, did_you_mean
from config.schema_faults import schema_findings
from config.vocabulary import IN_IT, NATIONS
from config.yaml_source import read_yaml, sentence

_PACKAGED = Path(__file__).parent / "closures"
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Closures:
    """The days off of one nation, or of one organisation in it, each with its name.

    `closed`: bank holidays and provider closures (weekends go without saying); `away`: half-terms
    and other breaks, their weekends included; `not_teaching`: work goes on and mail goes, but there
    is no lesson to observe. After `known_until` half-terms may be missing.
    """

    nation: str
    closed: Mapping[dt.date, str]
    away: Mapping[dt.date, str]
    known_until: dt.date
    organisation: str | None = None
    not_teaching: Mapping[dt.date, str] = field(default_factory=dict)


def calendar_name(nation: str, organisation: str) -> str:
    """Return the name of somebody's calendar: the nation's, unless their organisation has its own.

    `load_calendar` reads it again.
    """
    own = _organisations(nation).get(_plain(organisation))
    return nation if own is None else f"{nation}{IN_IT}{own}"


def load_calendar(calendar: str, years: Iterable[int]) -> Closures:
    """Return the days off of a calendar that `calendar_name` named; else as `load_closures`."""
    nation, _, organisation = calendar.partition(IN_IT)
    return load_closures(nation, years, organisation=organisation or None)


def own_calendars() -> list[str]:
    """Return the names of the calendars that organisations have of their own."""
    return [
        f"{nation}{IN_IT}{own}" for nation in NATIONS for own in _organisations(nation).values()
    ]


@functools.cache
def _organisations(nation: str) -> Mapping[str, str]:
    """Return the organisations that have days of their own, by their plain names."""
    if nation not in NATIONS:
        return {}
    return {_plain(name): name for name in _read(nation, _PACKAGED).organisations}


def load_closures(
    nation: str,
    years: Iterable[int],
    folder: Path | None = None,
    *,
    organisation: str | None = None,
) -> Closures:
    """Return the days off of a nation in these calendar years, with those of an organisation.

    `folder` holds one file per nation; by default the packaged ones. An organisation that its
    nation's file does not name has its nation's days. Raises ProgrammeFault, with a sentence for
    each fault, for an unknown nation and for a file with faults.
    """
    file = _read(nation, folder or _PACKAGED)
    wanted = sorted(set(years))
    bank_holidays = _bank_holidays(file.bank_holidays, wanted)
    off: dict[str, dict[dt.date, str]] = {"closed": dict(bank_holidays)}
    off |= {"away": {}, "not-teaching": {}}
    for kind, name, day in _days(file, wanted, organisation):
        if kind != "open":
            off[kind].setdefault(day, name)
            continue
        off["away"].pop(day, None)
        off["not-teaching"].pop(day, None)
        if day not in bank_holidays:
            off["closed"].pop(day, None)
    return Closures(
        nation=nation,
        closed=MappingProxyType(off["closed"]),
        away=MappingProxyType(off["away"]),
        known_until=file.known_until,
        organisation=organisation,
        not_teaching=MappingProxyType(off["not-teaching"]),
    )


def _read(nation: str, folder: Path) -> ClosureFile:
    files = {path.stem: path for path in folder.glob("*.yaml")}
    if nation not in files:
        text = f'there is no nation "{nation}"; {did_you_mean(nation, set(files))}'
        raise ProgrammeFault([sentence(str(folder), text)])
    source = read_yaml(files[nation])
    findings = list(source.findings)
    unread = {finding.place for finding in findings}
    try:
        file = ClosureFile.model_validate(source.data)
    except ValidationError as error:
        findings += (f for f in schema_findings(error, ClosureFile) if f.place not in unread)
    else:
        if file.nation != nation:
            text = f"the file is named after {nation} and speaks of {file.nation}; rename one"
            findings.append(Finding(("nation",), text))
        if not findings:
            return file
    raise ProgrammeFault(source.sentences(findings))


def _bank_holidays(subdivision: str, years: list[int]) -> dict[dt.date, str]:
    """Return bank holidays and their substitute days; none without years."""
    if not years:
        return {}
    return dict(holidays.country_holidays("GB", subdiv=subdivision, years=years).items())


def _days(
    file: ClosureFile, years: list[int], organisation: str | None
) -> Iterator[tuple[str, str, dt.date]]:
    """Yield kind, name and day of every range, in the file's order, within these years."""
    begun = sorted({year - 1 for year in years} | set(years))  # Christmas lasts into January
    for yearly in file.every_year:
        for year in begun:
            first, last = yearly.in_year(year)
            yield from _within(yearly.kind, yearly.name, first, last, years)
    for dated in (*file.dated, *_of(organisation, file)):
        yield from _within(dated.kind, dated.name, dated.from_, dated.to, years)


def _within(
    kind: str, name: str, first: dt.date, last: dt.date, years: list[int]
) -> Iterator[tuple[str, str, dt.date]]:
    for offset in range((last - first).days + 1):
        day = first + offset * _DAY
        if day.year in years:
            yield kind, name, day


def _of(organisation: str | None, file: ClosureFile) -> Iterator[DatedRange]:
    """Yield the ranges of an organisation; case and blanks in its name make no difference."""
    wanted = _plain(organisation or "")
    for name, ranges in file.organisations.items():
        if _plain(name) == wanted:
            yield from ranges


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
