"""The options that many commands share, each with one name and one meaning.

Codes and refs are pasted from tables: blanks around them mean nothing.
"""

from __future__ import annotations

from typing import Annotated

import typer


def stripped(text: str | None) -> str | None:
    """Return the text without blanks around it."""
    return None if text is None else text.strip()


Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON document and nothing else.", show_default=False),
]
Now = Annotated[
    str | None,
    typer.Option(
        "--now",
        metavar="MOMENT",
        help="The moment it counts as, such as 2026-11-23T09:00. [default: the clock]",
        show_default=False,
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="NAME",
        help="Who decides; it stands in the audit trail. [default: your login name]",
        show_default=False,
    ),
]
Cohorts = Annotated[
    str | None,
    typer.Option(
        "--cohort",
        metavar="CODE",
        callback=stripped,
        help="One cohort. [default: all in trial or live]",
    ),
]
Cohort = Annotated[
    str, typer.Option("--cohort", metavar="CODE", callback=stripped, help="The cohort.")
]
Code = Annotated[
    str, typer.Argument(metavar="CODE", callback=stripped, help="The cohort, such as 2026-10.")
]
Ref = Annotated[
    str, typer.Argument(metavar="REF", callback=stripped, help="The participant, such as P0017.")
]
AnyRef = Annotated[
    str,
    typer.Argument(
        metavar="REF",
        callback=stripped,
        help="A participant or mentor, such as P0017 or M0003.",
    ),
]
Reason = Annotated[
    str,
    typer.Option(
        "--reason",
        metavar="CODE",
        callback=stripped,
        help="Why, as one of the codes that a wrong one lists.",
    ),
]
LaterCohort = Annotated[
    str | None,
    typer.Option(
        "--into",
        metavar="CODE",
        callback=stripped,
        help="Who is deferred: their later cohort. [default: they wait for one]",
    ),
]
MentorStays = Annotated[
    bool,
    typer.Option("--mentor-stays", help="Ask their mentor again, with --into.", show_default=False),
]
ApprovedBy = Annotated[
    str | None,
    typer.Option(
        "--approved-by", metavar="NAME", help="Who approves it; never whoever asks for it."
    ),
]
Preview = Annotated[
    bool, typer.Option("--preview", help="Only show what it would do.", show_default=False)
]
