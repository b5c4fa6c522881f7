"""What the forms of the dashboard have in common."""

from __future__ import annotations

from ats.errors import Refused


def named(by: str) -> str:
    """Return the name in a form's field. Raises Refused for none."""
    if not by.strip() or not by.strip().isprintable():
        raise Refused("Say who decides this: a name in the field by.")
    return by.strip()
