"""The page of a case, to which the digests link: what it tells, and what it keeps to itself."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from prologue import prologue
from small_cohort import ADA, BEN, CODE, SmallCohort, at

from ats.cases import desk
from ats.outbox.mailbox import InMemoryMailbox
from ats.reports.case_page import LATELY, case_pages, form_path

FORMS = {
    "decide-case": UUID(int=1),
    "snooze-case": UUID(int=2),
    "close-case": UUID(int=3),
    "reopen-case": UUID(int=4),
}


@prologue
def live(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Ada and Ben, who name no mentor: cases 1 and 2 of the PXM from Tuesday 24 November 2026."""
    cohort.enrol(ADA, BEN)
    cohort.go_live_unchecked()
    cohort.tick("2026-11-24 09:00")


def pages(cohort: SmallCohort, now: str, forms: dict[str, UUID] | None = None) -> dict[str, Any]:
    """Return the pages by key."""
    told = case_pages(cohort.office, CODE, forms=FORMS if forms is None else forms, now=at(now))
    return {page["key"]: page for page in told["pages"]}


def test_each_case_has_a_page_under_its_number(live: SmallCohort) -> None:
    found = pages(live, "2026-11-25 08:00")

    assert list(found) == ["case-1", "case-2"]
    assert found["case-1"]["description"] == "Case 1, P0001: open"
    assert found["case-1"]["markdown"].startswith("# Case 1: No mentor has been named\n")
    assert "- Due: Tue 1 Dec 2026" in found["case-1"]["markdown"]


def test_what_can_be_done_is_a_form_with_the_number_filled_in(live: SmallCohort) -> None:
    page = pages(live, "2026-11-25 08:00")["case-2"]["markdown"]

    for name in ("decide-case", "snooze-case", "close-case"):
        assert f"]({form_path(FORMS[name], 2)})" in page
    assert str(FORMS["reopen-case"]) not in page
    link = urlsplit(form_path(FORMS["decide-case"], 2))
    assert link.path == f"/deployments/deployment/{FORMS['decide-case']}/run"
    assert json.loads(parse_qs(link.query)["parameters"][0]) == {"case": 2}


def test_where_no_form_is_served_it_names_the_command(live: SmallCohort) -> None:
    page = pages(live, "2026-11-25 08:00", forms={})["case-1"]["markdown"]

    assert "](" not in page
    assert "`ats case show 1`" in page


def test_names_and_words_of_staff_stay_off_it(live: SmallCohort) -> None:
    now = at("2026-11-25 10:00")
    until = dt.date(2026, 12, 8)
    desk.note(live.store, 1, "His father is ill", "call", now=now, by="Jo")
    desk.snooze(live.store, 1, until, "a bereavement", now=now, by="<b>Jo</b>")

    page = pages(live, "2026-11-25 11:00")["case-1"]["markdown"]

    assert "- State: rests until Tue 8 Dec 2026" in page
    assert "Wed 25 Nov 2026: snoozed by &lt;b&gt;Jo&lt;/b&gt;" in page
    assert "1 call written down" in page
    for words in ("father", "bereavement", "Ada", "Lovelace", "<b>"):
        assert words not in page


def test_a_closed_case_keeps_its_page_for_a_week_and_can_be_opened_again(live: SmallCohort) -> None:
    closed = "2026-11-25 10:00"
    desk.close(live.store, 1, now=at(closed), by="Jo")

    page = pages(live, "2026-11-25 11:00")["case-1"]["markdown"]
    assert "- State: closed on Wed 25 Nov 2026: settled" in page
    assert f"[Open it again]({form_path(FORMS['reopen-case'], 1)})" in page
    assert str(FORMS["decide-case"]) not in page

    later = at(closed) + LATELY + dt.timedelta(minutes=1)
    assert list(pages(live, f"{later:%Y-%m-%d %H:%M}")) == ["case-2"]
