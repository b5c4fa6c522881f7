"""What a command starts with: the settings, the office with its database, the time, the name."""

from __future__ import annotations

import datetime as dt
import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from ats import local_time
from ats.commands.answer import complain

if TYPE_CHECKING:
    from ats.office import Office
    from config.settings import Settings


@dataclass(frozen=True)
class Desk:
    """Settings read, database opened and of this version, *now* known."""

    settings: Settings
    office: Office
    zone: ZoneInfo
    now: dt.datetime

    def cohorts(self, code: str | None, *, paused: bool = False) -> list[str]:
        """Return this cohort's code, checked, or those of all in trial or live, or *paused*.

        Says so on standard error when there are none.
        """
        from ats.engine import working_cohorts

        codes = working_cohorts(self.office, None if code is None else [code], paused=paused)
        if not codes:
            states = "in trial, live or paused" if paused else "in trial or live"
            complain(f"No cohort is {states}; name another one with --cohort.")
        return codes


@contextmanager
def open_desk(now: str | None = None) -> Iterator[Desk]:
    """Yield the desk of this installation; its database is closed at the end.

    Raises a usage error for a *now* that is no moment, SettingsFaults, and DatabaseFault when
    `ats init` has to be run first.
    """
    from ats.commands.entry import open_office
    from config.settings import load_settings

    settings = load_settings()
    moment = read_moment(now, zone=settings.zone)
    office = open_office(settings)
    try:
        office.store.require_current()
        yield Desk(settings, office, settings.zone, moment)
    finally:
        office.store.close()


def read_moment(text: str | None, *, zone: ZoneInfo, option: str = "--now") -> dt.datetime:
    """Return the moment that a text means, in *zone* unless it has an offset; None: the clock.

    A bare date is its midnight. Raises a usage error for anything else.
    """
    if text is None:
        return dt.datetime.now(zone)  # noqa: TID251 (a command asks the clock unless told)
    with meant_by(option):
        return local_time.read(text, zone)


@contextmanager
def meant_by(option: str) -> Iterator[None]:
    """Turn a text that means no moment into a usage error of this option."""
    try:
        yield
    except local_time.NoMoment as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def read_day(text: str, *, option: str) -> dt.date:
    """Return the day that a text means. Raises a usage error for anything but an ISO date."""
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        day = None
    if day is None:
        raise typer.BadParameter(
            f'"{text}" is no date; write one as 2026-10-05.', param_hint=option
        )
    return day


def name_of(by: str | None) -> str:
    """Return who decides: the name given, else the login name. Raises a usage error for blanks."""
    if by is None:
        try:
            return getpass.getuser()
        except (KeyError, OSError):  # no entry for this user, as in some containers
            return f"user {os.getuid()}"
    if not by.strip() or not by.isprintable():
        raise typer.BadParameter("give the name of a person.", param_hint="--by")
    return by.strip()
