"""Whether what was composed earlier tells of webinars what is true no longer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ats.planning.timeline import Timeline


def is_overtaken(context: Mapping[str, Any], timeline: Timeline) -> bool:
    """Say whether a pinned context names another time of a webinar than the one that stands.

    Or another address of its recording.
    """
    lists = timeline.tellings.of_all | timeline.tellings.of_the_next
    for part in context.get("parts", ()):
        told = [part["webinar"]] if part.get("webinar") else []
        told += part.get("webinars", ()) if part["template"] in lists else ()
        if any(_has_changed(webinar, timeline) for webinar in told):
            return True
        if part["template"] in timeline.tellings.recordings and _is_elsewhere(told, timeline):
            return True
    return False


def _is_elsewhere(told: Iterable[Mapping[str, Any]], timeline: Timeline) -> bool:
    recorded = ((webinar, timeline.webinars[webinar["key"]]) for webinar in told)
    return any(was.get("recording_url") != now.recording_url for was, now in recorded)


def _has_changed(told: Mapping[str, Any], timeline: Timeline) -> bool:
    webinar = timeline.webinars.get(told["key"])
    if webinar is None:
        return True
    starts = webinar.starts_at.astimezone(timeline.zone).isoformat()
    return (told["starts_at"], told.get("cancelled", False)) != (
        starts,
        webinar.status == "cancelled",
    )
