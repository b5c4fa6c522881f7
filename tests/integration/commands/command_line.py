"""The command `ats` as a test runs it, and a small cohort to run it on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ats.cli import main

ROSTER = """\
cohort,participant_ref,given_name,family_name,email,organisation,nation,joined_on,\
mentor_ref,mentor_given_name,mentor_family_name,mentor_email,mentor_nation
2026-10,P0001,Ada,Lovelace,ada@harbour.example,Harbour College,england,2026-10-05,\
M0001,Grace,Hopper,grace@harbour.example,england
2026-10,P0002,Zoë,Ó Briain,zoe@valley.example,Valley College,wales,2026-10-05,,,,,
2026-10,P0003,Alan,Turing,alan@harbour.example,Harbour College,scotland,2026-10-26,\
M0001,Grace,Hopper,grace@harbour.example,england
"""
PROGRESS = """\
cohort,participant_ref,section,status,updated_on
2026-10,P0001,about-you,complete,2026-10-10
2026-10,P0002,about-you,in-progress,2026-10-11
"""


@dataclass(frozen=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """Runs `ats` in this process, in a folder of its own."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Ran:
        self.capture.readouterr()
        code = main(arguments)
        out, err = self.capture.readouterr()
        return Ran(code, out, err)

    def done(self, *arguments: str) -> Any:
        """Run a command that must succeed in silence but for its document, and return that."""
        ran = self(*arguments, "--json")
        assert (ran.code, ran.err) == (0, "")
        return ran.document

    def refused(self, *arguments: str) -> str:
        """Run a command that must be refused, and return the one sentence that it said."""
        ran = self(*arguments)
        assert ran.code == 1
        assert ran.err.count("\n") == 1
        assert "Traceback" not in ran.err
        return ran.err.rstrip("\n")

    @property
    def database(self) -> Path:
        """Where the cohort is."""
        return self.folder / "var" / "ats.db"

    def write(self, name: str, text: str) -> str:
        """Write a file beside the command and return its name."""
        (self.folder / name).write_text(text, encoding="utf-8")
        return name
