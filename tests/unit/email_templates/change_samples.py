"""What e-mails about a change in somebody's year may be given, in every variety."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

#: The templates that are given these.
CHANGES = ("dates-changed", "enrolment-confirmed", "mentor-hand-over", "return-check-in")
KEYS = ("changed", "ended", "progress", "back")

_PLAN = {
    "title": "Personal Development Plan",
    "due": "2027-01-29T17:00:00+00:00",
    "was": "2027-01-15T17:00:00+00:00",
}
_DIARY = {"title": "Diary and coaching", "due": "2027-03-19T17:00:00+00:00"}


def changes() -> Iterator[Mapping[str, Any]]:
    """Yield the values of `KEYS`."""
    spans = (None, "2027-01-11", None), ("2027-02-01", "2027-01-11", "2027-02-01")
    kinds = ("pause", "return", "extension", "called-off")
    ends = (
        ("deferred", None, None),
        ("deferred", "2027-10", "2027-10-04"),
        ("withdrawn", None, None),
    )
    lists = ([], [_PLAN])
    for span, kind, end, some in product(spans, kinds, ends, lists):
        back_on, from_on, until = span
        moved = [{**one, "due": None} for one in some] if kind == "pause" and not until else some
        yield {
            "changed": {
                "kind": kind,
                "from_on": from_on if kind in ("pause", "extension") else None,
                "back_on": until if kind in ("pause", "extension") else None,
                "moved": moved,
                "stays": [_DIARY] if some else [],
            },
            "ended": dict(zip(("kind", "into", "starts"), end, strict=True), on="2027-01-11"),
            "progress": {
                "complete": ["About you"] if some else [],
                "ahead": [{"title": one["title"], "due": one["due"]} for one in some],
            },
            "back": {
                "from": "deferral" if kind == "return" else "break",
                "on": back_on or "2027-02-01",
            },
        }
