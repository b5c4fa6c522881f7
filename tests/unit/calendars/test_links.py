"""The links of buttons, each encoded as the calendar behind it wants it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from calendars.links import Subscription

ADDRESS = "https://ats.example/calendars/WyJQMDAxNyIsMV0.a-b_c.ics"
TO = Subscription(ADDRESS, "My ATS year: webinars & deadlines")


def test_programs_on_a_computer_are_opened_by_webcal() -> None:
    assert TO.webcal == "webcal://ats.example/calendars/WyJQMDAxNyIsMV0.a-b_c.ics"


def test_google_is_given_the_webcal_address_encoded() -> None:
    assert TO.google == (
        "https://calendar.google.com/calendar/render"
        "?cid=webcal%3A%2F%2Fats.example%2Fcalendars%2FWyJQMDAxNyIsMV0.a-b_c.ics"
    )


def test_outlook_is_given_the_https_address_and_a_name() -> None:
    for link, host in (
        (TO.outlook_work, "outlook.office.com"),
        (TO.outlook_personal, "outlook.live.com"),
    ):
        parts = urlsplit(link)
        assert (parts.hostname, parts.path) == (host, "/calendar/0/addfromweb")
        assert parse_qs(parts.query) == {"url": [ADDRESS], "name": [TO.name]}
        assert "+" not in link  # Outlook shows it as a plus
