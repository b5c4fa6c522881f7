"""The subject of a digest counts what stands in it, and no nothings."""

from typing import Any

import pytest

from ats.outbox.render import Renderer
from tests.unit.email_templates.samples import TEMPLATES, message, named, part, shared
from tests.unit.email_templates.staff_samples import CASE, QUIET, WAITING_FOR_RELEASE

RENDERER = Renderer(TEMPLATES)
OPEN: dict[str, Any] = {
    "cases_open": [{**CASE, "age": 9}],
    "open_count": 1,
}


def subject(office: str, **facts: Any) -> str:
    role = "pxm" if office == "pxm" else "operations"
    told = part(f"{office}-digest", **{**QUIET, **facts})
    return RENDERER.render(message(shared(named("PXM", ""), role), told)).subject


@pytest.mark.parametrize(("office", "kind"), [("pxm", "cases"), ("ops", "tasks")])
def test_a_digest_says_in_its_subject_why_it_goes(office: str, kind: str) -> None:
    subjects = [
        subject(office, cases_new=[CASE], **OPEN),
        subject(office, cases_due=[CASE]),
        subject(office, cases_closed=[CASE, CASE]),
        subject(office, cases_closed=[CASE], **OPEN),
        subject(office, **OPEN),
    ]

    assert subjects == [
        f"ATS {kind}: 1 new, 0 due",
        f"ATS {kind}: 0 new, 1 due",
        f"ATS {kind}: 2 closed",
        f"ATS {kind}: 1 closed, 1 still open",
        f"ATS {kind}: 1 still open",
    ]


def test_what_waits_for_the_pxm_or_lapsed_is_counted_too() -> None:
    lapsed = {**CASE, "title": "the e-mail deadline-passed", "ended_on": "2027-10-21"}

    assert subject("pxm", releases=[WAITING_FOR_RELEASE]) == "ATS cases: 1 to release"
    assert subject("pxm", releases=[WAITING_FOR_RELEASE], cases_new=[CASE]) == (
        "ATS cases: 1 new, 0 due, 1 to release"
    )
    assert subject("pxm", lapsed=[lapsed], **OPEN) == "ATS cases: 1 lapsed, 1 still open"
