"""The part of a programme file that says when somebody needs to be looked at. Pure."""

from __future__ import annotations

from pydantic import Field, model_validator

from config.vocabulary import Model, Whole


class Threshold(Model):
    """From how many working days on something is amber, and from how many it is red."""

    amber: Whole
    red: Whole

    @model_validator(mode="after")
    def _in_order(self) -> Threshold:
        if self.red < self.amber:
            raise ValueError("red cannot come before amber; give a later day for red")
        return self


def _days(amber: int, red: int) -> Threshold:
    return Threshold.model_validate({"amber": amber, "red": red})


class Signals(Model):
    """The thresholds of the signals that are counted in working days.

    `standing_still`: of the participant, without movement of the portfolio, up to the as-of.
    `mentor_silent`: of the mentor, since the mail server accepted the request.
    `sign_off_missing`: of the participant, from the submission (negative: before it).
    """

    standing_still: Threshold = Field(default_factory=lambda: _days(15, 30))
    mentor_silent: Threshold = Field(default_factory=lambda: _days(10, 20))
    sign_off_missing: Threshold = Field(default_factory=lambda: _days(-5, -4))
