"""What every form about a person asks of whoever fills it in."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, Field

from config.reasons import OpenReason

Adjustment = Literal["no-chasers", "other-format", "phone-instead"]
Nation = Literal["england", "wales", "scotland", "northern-ireland"]


class Signed(BaseModel):
    """Who fills the form in."""

    by: str = Field(description="The name of whoever decides this.")


class Decision(Signed):
    """Who decides, why, and whether to do it or to look at it first."""

    reason: OpenReason = Field(
        "own-request", description="Why. What is private is “personal”: forms can be read by many."
    )
    apply: bool = Field(False, description="Do it. Without, read on the run's page what it means.")


class Approved(Decision):
    """A decision that somebody else has to approve."""

    approved_by: str = Field(description="The name of whoever approves it: somebody else.")


class CaseDecision(Decision):
    """A decision about a case."""

    approved_by: str = Field(
        "", description="To defer or withdraw: the name of whoever approves it, somebody else."
    )


class Choice(BaseModel):
    """What is decided about a case."""

    kind: Literal["extend", "defer", "withdraw", "continue", "release"] = Field(
        description="More time, a later cohort, the end of the enrolment, everything as before, or "
        "let the e-mail go that waits for your word."
    )
    to: dt.date | None = Field(None, description="To extend: the new day.")
    milestone: str = Field(
        "", description="To extend: the deadline's key, unless the case is about a single one."
    )
    into: str = Field("", description="To defer: the later cohort; left out, they wait for one.")
    mentor_stays: bool = Field(False, description="To defer into a cohort: ask their mentor again.")


class Role(BaseModel):
    """A new role or employer. A new address goes by the command: forms can be read by many."""

    teaching: bool = Field(description="They still teach.")
    mentor_stays: bool = Field(description="Their mentor remains.")
    observer: str | None = Field(
        None, description="Who observes now, as a role such as head of department."
    )
    organisation: str | None = Field(None, description="The new employer.")
    nation: Nation | None = Field(None, description="Where that is.")


class Return(BaseModel):
    """Where and when somebody who was deferred begins again."""

    into: str = Field(description="The code of the later cohort.")
    joined_on: dt.date | None = Field(None, description="Their first day; left out, the cohort's.")
    mentor_stays: bool = Field(False, description="Ask their former mentor again.")


class Break(BaseModel):
    """When a break begins and ends."""

    first: dt.date | None = Field(None, description="The first day; left out, today.")
    back_on: dt.date | None = Field(None, description="The day of return; left out, not known yet.")
