"""Sample fields of the e-mails to staff, by template."""

from typing import Any

WEBINAR = {
    "key": "webinar-2",
    "title": "From SWOT to your plan",
    "starts_at": "2026-11-18T16:30:00+00:00",
    "join_url": None,
}
CASE = {
    "id": 41,
    "ref": "P0017",
    "given_name": "Eilidh",
    "kind": "stalled-portfolio",
    "title": "Portfolio without movement for 15 working days",
    "opened_on": "2027-01-18",
    "signal": "chase-mentor-request M0003/plus-15/1",
    "mentor": None,
    "agreed": ["other-format"],
}
ABOUT_A_MENTOR = {
    **CASE,
    "kind": "call-mentor",
    "title": "Call the mentor about the request",
    "mentor": {"ref": "M0003", "given_name": "Wyn"},
}
WAITING_FOR_RELEASE = {
    **CASE,
    "title": "the e-mail deadline-passed",
    "lapses_on": "2027-10-21",
}
LAPSED = {**WAITING_FOR_RELEASE, "ended_on": "2027-10-21"}
QUIET: dict[str, Any] = {
    "cases_new": [],
    "cases_due": [],
    "cases_closed": [],
    "cases_open": [],
    "open_count": 0,
    "releases": [],
    "lapsed": [],
}
BUSY = {
    "cases_new": [CASE, {**CASE, "signal": None}, ABOUT_A_MENTOR],
    "cases_due": [CASE, ABOUT_A_MENTOR],
    "cases_closed": [
        {**CASE, "agreed": [], "ended": "work has resumed"},
        {**ABOUT_A_MENTOR, "agreed": [], "ended": "settled"},
    ],
    "cases_open": [{**CASE, "age": 12}, {**ABOUT_A_MENTOR, "age": 1}, {**CASE, "age": 7}],
    "open_count": 3,
    "releases": [WAITING_FOR_RELEASE, {**WAITING_FOR_RELEASE, "id": None}],
    "lapsed": [LAPSED, {**LAPSED, "id": None}],
    "as_of": "2027-01-18",
}
DASHBOARD = "https://dashboard.example"
COVERED = {"cover": {"name": "Robin Vale", "last_day": "2027-01-22"}, "dashboard": DASHBOARD}
UNNAMED = {"cover": {"name": None, "last_day": "2027-01-22"}, "dashboard": None}
TIP = {
    "step": "pdp-tip",
    "to": "participant",
    "sample": "Writing your PDP: five questions to start with",
}
WEEK: dict[str, Any] = {
    "first_day": "2026-11-23",
    "last_day": "2026-11-29",
    "waiting": [],
    "days": [
        {"date": "2026-11-24", "items": [{**TIP, "count": 118}]},
        {"date": "2026-11-26", "items": [{**TIP, "count": 1, "sample": None}]},
    ],
    "total": 119,
    "missing_links": [WEBINAR],
}
WAITING = [
    {"step": "deadline-passed", "to": "participant", "waits": "release", "count": 2},
    {"step": "mentor-sign-off-request", "to": "mentor", "waits": "parked", "count": 1},
    {"step": "pdp-tip", "to": "participant", "waits": "trial", "count": 118},
    {"step": "pdp-tip", "to": "participant", "waits": "paused", "count": 1},
]
FILE: dict[str, Any] = {
    "notes": ["Only the first sheet is read, 'Late joiners' is not."],
    "remarks": [{"ref": "P0030", "what": "M9001 takes part in the same cohort"}],
    "file": "roster-2026-10.csv",
    "kind": "roster",
    "ready": False,
    "applied": False,
    "new": 3,
    "changed": 2,
    "unchanged": 120,
    "missing": 40,
    "refused": 2,
    "problems": [
        {"row": 7, "column": "email", "problem": "This is no e-mail address."},
        {"row": None, "column": None, "problem": "Forty people are missing."},
    ],
    "import_id": None,
}
CLEAN = {**FILE, "ready": True, "problems": [], "refused": 0, "notes": [], "remarks": []}
FAULT = {
    "cause": "a joining link is missing",
    "what": "The webinar on Wednesday has no joining link, and its reminder is due.",
    "remedy": "Set it with ats webinar set.",
    "details": [],
}
STAFF: dict[str, list[dict[str, Any]]] = {
    "pxm-digest": [QUIET, BUSY, {**BUSY, **COVERED}, {**BUSY, **UNNAMED}],
    "ops-digest": [QUIET, BUSY, {**BUSY, "dashboard": DASHBOARD, "cover": None}],
    "ops-week-ahead": [
        WEEK,
        {**WEEK, "days": [], "total": 0, "missing_links": [], "waiting": WAITING},
        {**WEEK, "first_day": "2026-11-29", "waiting": WAITING[:1]},
        {**WEEK, "days": WEEK["days"][:1], "total": 1, "missing_links": []},
    ],
    "ops-import-due": [
        {"waiting": 1, "goes_on": "2027-01-19"},
        {"waiting": 12, "goes_on": "2027-01-19", "as_of": "2027-01-11"},
        {"waiting": 40, "goes_on": "2027-01-19", "as_of": "2027-01-11"},
    ],
    "ops-action-needed": [FAULT, {**FAULT, "details": ["webinar-2", "M0003"]}],
    "import-preflight": [
        FILE,
        CLEAN,
        {**FILE, "problems": FILE["problems"] * 15},
        {**FILE, "kind": "progress"},
        {**CLEAN, "kind": "progress"},
        {**CLEAN, "applied": True, "import_id": 7},
    ],
}
