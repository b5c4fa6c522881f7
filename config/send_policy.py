"""The part of a programme file that says when messages may go, how many, and on what data. Pure."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from config.vocabulary import Clock, MessageClass, Model, Weekday, Whole


class Useful(Model):
    """How long after its due moment a message is still of use, in the recipient's working days."""

    workdays: Whole = Field(ge=0)


class ClassPolicy(Model):
    """What one class of message may do."""

    closed: Literal["goes", "waits"] = "waits"
    away: Literal["goes", "waits"] = "waits"
    window: bool = True
    counts: bool = False
    rank: Whole = 9  # who goes first when the cap is tight: the lowest
    days: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    waits_for: Weekday | None = None  # having waited, it goes on this weekday
    gap_hours: Whole | None = Field(default=None, ge=0)
    may_be_switched_off: bool = False
    after_submission: Literal["goes", "stops"] = "goes"
    useless_after: Useful | None = None
    merges: Literal["day", "step", "never"] = "day"


class SendPolicy(Model):
    """When messages may go, how many, and on what data."""

    window_from: Clock
    window_to: Clock
    cap_per_week: Whole = Field(ge=1)
    fresh_workdays: Whole = Field(ge=0)  # a chaser about the portfolio needs data this young
    unknown_workdays: Whole = Field(ge=0)  # older data: nobody's state is known
    release_workdays: Whole = Field(ge=1)  # what waits for release expires after these
    join_link_workdays: Whole = Field(ge=1)  # operations are asked for a missing link so early
    export_due_workdays: Whole = Field(
        ge=0
    )  # operations are asked for an export when data are older
    escalate_before: Clock  # no escalation or bad news on a Friday from this time
    latest_joining_weeks: Whole = Field(ge=1)
    large_change_percent: Whole = Field(ge=1, le=100)
    classes: dict[MessageClass, ClassPolicy]
