"""The recording of a webinar."""

from __future__ import annotations

from typing import Any

from prefect import State, flow
from pydantic import BaseModel, Field

from tasks.conclusion import conclude
from tasks.webinars import followed_up, record


class Recording(BaseModel):
    """Where a recording is, what was said in it, and that it can be followed by everybody."""

    url: str = Field(description="Its address: https://…")
    summary: str | None = Field(
        None, description="What was said, a line each; left out, what stands is kept."
    )
    captions: bool = Field(False, description="Its captions have been checked.")
    transcript: bool = Field(False, description="The slides and a transcript are with it.")


@flow(name="publish-recording")
async def publish_recording(
    cohort: str, webinar: str, recording: Recording, by: str, apply: bool = False
) -> State[Any]:
    """Publishes a recording and sends it to everybody; without apply it only shows to whom.

    Args:
        cohort: The code of the cohort, such as 2026-10.
        webinar: The webinar's key, such as webinar-3.
        recording: What is to be published.
        by: The name of whoever decides this.
        apply: Do it. Without, read on the run's page what it would mean.
    """
    form = recording.model_dump()
    return await conclude(*await followed_up(record(cohort, webinar, form, by, apply=apply)))
