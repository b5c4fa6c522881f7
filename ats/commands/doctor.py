"""`ats doctor`: is everything in order, and if not, what to do."""

from __future__ import annotations

from dataclasses import asdict

from ats.commands.answer import answer, refuse, table
from ats.commands.desk import read_moment
from ats.commands.options import Json


def doctor(as_json: Json = False) -> None:
    """Check that everything is in order, and tell the remedies."""
    from ats.commands.finding import Finding
    from ats.commands.health import findings
    from config.settings import SettingsFaults, load_settings

    try:
        settings = load_settings()
    except SettingsFaults as error:
        found = [Finding("settings", "red", fault, "Mend it first.") for fault in error.faults]
    else:
        found = list(findings(settings, now=read_moment(None, zone=settings.zone)))
    reds = [one.name for one in found if one.status == "red"]

    def human() -> None:
        rows = [(one.status, one.name, f"{one.text} {one.remedy}") for one in found]
        table(("status", "what", "how it is"), rows)

    answer([asdict(one) for one in found], as_json=as_json, human=human)
    if reds:
        raise refuse(f"Not in order: {', '.join(reds)}; the remedies stand beside them.")
