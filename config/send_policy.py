"""The part of a programme file that says when messages may go, how many, and on what data. Pure."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from config.vocabulary import Clock, MessageClass, Model, Weekday, Whole


class Useful(Model):
    """How long a late message is still of use.

    Until so many of the recipient's working days after its due moment, or until a milestone of
    the participant is due.
    """

    workdays: Whole | None = Field(default=None, ge=0)
    milestone: str | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Useful:
        if (self.workdays is None) == (self.milestone is None):
            raise ValueError("give either workdays or milestone")
        return self


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
    when_unsure: Literal["again", "parked"] = "again"  # it left, and no answer came

    @model_validator(mode="after")
    def _use_is_counted(self) -> ClassPolicy:
        if self.useless_after is not None and self.useless_after.workdays is None:
            raise ValueError("the use of a class is counted in workdays; a step names a milestone")
        return self


class SendPolicy(Model):
    """When messages may go, how many, and on what data."""

    window_from: Clock
    window_to: Clock
    cap_per_week: Whole = Field(ge=1)
    fresh_workdays: Whole = Field(ge=0)  # a chaser about the portfolio needs data this young
    unknown_workdays: Whole = Field(ge=0)  # older data: nobody's state is known
    release_workdays: Whole = Field(ge=1)  # what waits for release expires after these
    export_due_workdays: Whole = Field(
        ge=0
    )  # operations are asked for an export when data are older
    escalate_before: Clock  # no escalation or bad news on a Friday from this time
    latest_joining_weeks: Whole = Field(ge=1)
    latest_extension_weeks: Whole = Field(default=8, ge=0)  # of the submission
    large_change_percent: Whole = Field(ge=1, le=100)
    confirm_address_weeks: Whole = Field(default=6, ge=0)  # a mentor's new one, before a sign-off
    request_link_days: Whole = Field(default=60, ge=1)  # how long a mentor's answer is taken
    sign_off_link_weeks: Whole = Field(default=8, ge=0)  # the same, after the submission
    classes: dict[MessageClass, ClassPolicy]
