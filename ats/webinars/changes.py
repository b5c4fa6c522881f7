"""What staff change about a webinar: its time, whether it takes place, its recording.

Each change is looked at first: whom it concerns, what they were told, what they will be told.
Applied, it keeps the webinar's UID, counts its SEQUENCE up, and lets the next tick write to those
who were told another time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from sqlmodel import Session

from ats.errors import Refused
from ats.office import Office
from ats.outbox.cohort_now import CohortNow
from ats.records.due import look_again_at_all
from ats.webinars import listing
from ats.webinars.affected import Change, Concerned
from ats.webinars.counted import sent_elsewhere
from ats.webinars.remarks import remarks
from ats.webinars.standing import Standing

__all__ = ["Change", "Concerned", "cancel", "move", "publish_recording"]

_LONGEST_NOTE = 1000
_IS = {"captions": "are", "transcript": "is"}


def move(
    office: Office,
    cohort: str,
    key: str,
    *,
    to: dt.datetime,
    note: str = "",
    now: dt.datetime,
    by: str,
    apply: bool,
) -> Change:
    """Give a webinar another time; without *apply* only say what that would mean.

    Raises NotFound, and Refused for a webinar that is cancelled or has begun, for a time that has
    passed or is its own already, and for one outside the cohort's year.
    """
    note, to = _fit(note, "note"), to.replace(second=0, microsecond=0)

    def change(at: Standing) -> Change:
        at.refuse_unless_ahead("moved", f"move another webinar to {at.spoken(to)} instead")
        at.refuse_time(to)
        changed = replace(at.fact, starts_at=to, status="confirmed")
        said = remarks(at.timeline, at.fact, to, calendars=at.calendars(), now=now)
        planned = at.change("move", at.with_change(changed, to, note), tuple(said))
        if apply:
            at.note("moved", note, starts_at=to, by=by)
            at.webinar.starts_at, at.webinar.status = to, "confirmed"
        return planned

    return _changed(office, cohort, key, now, change, apply=apply)


def cancel(
    office: Office,
    cohort: str,
    key: str,
    *,
    note: str = "",
    now: dt.datetime,
    by: str,
    apply: bool,
) -> Change:
    """Call a webinar off; without *apply* only say what that would mean.

    Raises NotFound, and Refused for a webinar that is cancelled or has begun.
    """
    note = _fit(note, "note")

    def change(at: Standing) -> Change:
        at.refuse_unless_ahead("cancelled", "there is nothing left to do")
        planned = at.change("cancel", at.with_change(replace(at.fact, status="cancelled"), None))
        if apply:
            at.note("cancelled", note, starts_at=None, by=by)
            at.webinar.status = "cancelled"
        return planned

    return _changed(office, cohort, key, now, change, apply=apply)


def publish_recording(
    office: Office,
    cohort: str,
    key: str,
    *,
    url: str,
    summary: str | None = None,
    captions: bool,
    transcript: bool,
    now: dt.datetime,
    by: str,
    apply: bool,
) -> Change:
    """Publish the recording of a webinar; without *apply* only say what that would mean.

    A recording that was published already gets another address, of which everybody who was sent
    an earlier one gets one e-mail, or another summary; without one it keeps its own. Raises
    NotFound, and Refused for a webinar that was cancelled or has not ended, for an address that is
    not https, for what is published already, and to apply it without captions and transcript.
    """
    url, given = url.strip(), None if summary is None else _fit(summary, "summary")
    listing.refuse_address(url, "recording")
    checks = {"captions": captions, "transcript": transcript}
    missing = [name for name, is_there in checks.items() if not is_there]

    def change(at: Standing) -> Change:
        at.refuse_unless_over()
        planned = _recorded(at, url, at.webinar.recording_summary if given is None else given)
        said = (f"its {name} {_IS[name]} still to be confirmed" for name in missing)
        planned = replace(planned, remarks=(*said, *planned.remarks))
        if apply:
            if missing:
                raise Refused(
                    f"The recording is not published: check its {' and its '.join(missing)}, "
                    f"then add {' and '.join(f'--{name}' for name in missing)}."
                )
            at.publish(url, planned.summary, by=by)
        return planned

    return _changed(office, cohort, key, now, change, apply=apply)


def _recorded(at: Standing, url: str, summary: str) -> Change:
    """Return what a recording there means. Raises Refused for what is published already."""
    was = at.webinar.recording_url
    if (was, at.webinar.recording_summary) == (url, summary):
        raise Refused(f"The recording of {at.webinar.key} is published at {url} already.")
    planned = at.change("recording", at.with_recording(url))
    return replace(
        planned,
        remarks=tuple(sent_elsewhere(planned, url)),
        recording_url=url,
        recording_was=None if was == url else was,
        summary=summary,
    )


def _changed(
    office: Office,
    cohort: str,
    key: str,
    now: dt.datetime,
    change: Callable[[Standing], Change],
    *,
    apply: bool,
) -> Change:
    def work(session: Session) -> Change:
        at = CohortNow(office, cohort, now)
        standing = at.cohort(session, locked=apply)
        webinar = listing.named(session, standing, key)
        planned = change(Standing(session, standing, webinar, at))
        if not apply:
            return planned
        look_again_at_all(session, standing)
        return replace(planned, applied=True)

    if apply:
        return office.store.transact(work)
    with office.store.read() as session:
        return work(session)


def _fit(text: str, name: str) -> str:
    """Return a text without blanks at its edges. Raises Refused for one that is too long."""
    text = "\n".join(line.strip() for line in text.strip().splitlines())
    if len(text) > _LONGEST_NOTE:
        raise Refused(
            f"The {name} has {len(text)} characters; shorten it to {_LONGEST_NOTE} or fewer."
        )
    return text
