"""What e-mails may name, as the settings say it."""

from __future__ import annotations

import pytest

from ats.commands.entry import letterhead
from config.settings import load_settings


@pytest.mark.parametrize(
    ("set_to", "dashboard"),
    [
        ("", None),
        ("https://dashboard.example", "https://dashboard.example"),
        ("https://dashboard.example/", "https://dashboard.example"),
        ("https://provider.example/prefect/", "https://provider.example/prefect"),
    ],
)
def test_digests_lead_to_the_dashboard_of_the_settings_if_there_is_one(
    monkeypatch: pytest.MonkeyPatch, set_to: str, dashboard: str | None
) -> None:
    monkeypatch.setenv("ATS_DASHBOARD_URL", set_to)

    assert letterhead(load_settings(env_file=None)).dashboard == dashboard
