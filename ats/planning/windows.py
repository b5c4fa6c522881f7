"""When mail may go: closed and away days, weekdays, hours, and no bad news before a break."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from ats.planning.workdays import Workdays, local_moment
from config.programme import WEEKDAYS, ClassPolicy, SendPolicy, Weekday

FRIDAY = 4
HORIZON = 400  # days; no break is longer


class Windows:
    """The send policy over the calendars of all nations."""

    def __init__(
        self, policy: SendPolicy, workdays: Mapping[str, Workdays], zone: ZoneInfo
    ) -> None:
        self.policy = policy
        self.workdays = workdays
        self.zone = zone

    def opening(
        self,
        class_: ClassPolicy,
        nation: str,
        now: dt.datetime,
        *,
        bad_news: bool = False,
        on: Weekday | None = None,
    ) -> tuple[dt.datetime, str | None]:
        """Return the first moment from *now* at which such mail may go, and why not now.

        The reason is None when it may go now; else 'closed', 'away' or 'window'. `on` asks
        for one weekday; mail that waited for an open day waits for its class's own weekday.
        """
        local = now.astimezone(self.zone)
        reason = self._shut(class_, nation, local.date(), bad_news=bad_news, on=on)
        if reason is None:
            reason = self._too_late(class_, local, bad_news=bad_news)
        if reason is None:
            start = local_moment(local.date(), self.policy.window_from, self.zone)
            if not class_.window or now >= start:
                return now, None
            return start, "window"
        if reason != "window":
            on = on or class_.waits_for
        day = local.date()
        for _ in range(HORIZON):
            day += dt.timedelta(days=1)
            if self._shut(class_, nation, day, bad_news=bad_news, on=on) is None:
                break
        return local_moment(day, self.policy.window_from, self.zone), reason

    def next_week(self, class_: ClassPolicy, nation: str, now: dt.datetime) -> dt.datetime:
        """Return the first moment of the next ISO week at which mail held by the cap may go."""
        today = now.astimezone(self.zone).date()
        monday = today + dt.timedelta(days=7 - today.weekday())
        start = local_moment(monday, self.policy.window_from, self.zone)
        return self.opening(class_, nation, start, on=class_.waits_for)[0]

    def _shut(
        self, class_: ClassPolicy, nation: str, day: dt.date, *, bad_news: bool, on: Weekday | None
    ) -> str | None:
        days = self.workdays[nation]
        if class_.closed == "waits" and days.is_closed(day):
            return "closed"
        if class_.away == "waits" and days.is_away(day):
            return "away"
        if class_.closed == "waits" and WEEKDAYS[day.weekday()] not in class_.days:
            return "window"
        if on is not None and WEEKDAYS[day.weekday()] != on:
            return "window"
        if bad_news and days.before_break(day):
            return "window"
        return None

    def _too_late(self, class_: ClassPolicy, local: dt.datetime, *, bad_news: bool) -> str | None:
        if class_.window and local.time() >= self.policy.window_to:
            return "window"
        if bad_news and local.weekday() == FRIDAY and local.time() >= self.policy.escalate_before:
            return "window"
        return None
