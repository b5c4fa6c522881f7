"""The register of mentors, and mentors named, replaced and resigning, by the command."""

from __future__ import annotations

import pytest
from command_line import CommandLine

from ats.outbox.mailbox import InMemoryMailbox

HEAD = "mentor_ref,given_name,family_name,email,nation,organisation,subject,capacity\n"
IDA = ",Ida,Noddack,ida@hill.example,scotland,Hill College,Chemistry,1\n"
ROSA = "M0500,Rosa,Finch,rosa@hill.example,england,Hill College,Maths and physics,2\n"
NOW = ("--now", "2026-10-09T10:00")
MINE = ("--given-name", "Rosa", "--family-name", "Finch", "--email", "ROSA@hill.example")


@pytest.fixture
def register(live: CommandLine) -> CommandLine:
    """The live cohort, with Ida and Rosa on the register."""
    live.write("register.csv", HEAD + IDA + ROSA)
    live.done("mentor", "register", "import", "register.csv", "--apply", *NOW)
    return live


def names(ran: list[dict[str, object]]) -> list[object]:
    return [one["name"] for one in ran]


def test_a_register_is_looked_at_first_and_a_second_time_changes_nothing(
    live: CommandLine,
) -> None:
    live.write("register.csv", HEAD + IDA + ROSA)
    counts = {"new": 2, "changed": 0, "unchanged": 0, "refused": 0}
    rest = {"left_before": [], "problems": []}

    command = ("mentor", "register", "import", "register.csv")
    assert live.done(*command) == {"applied": False, **counts, **rest}
    assert live.done("mentor", "register", "list") == []
    assert live.done(*command, "--apply") == {"applied": True, **counts, **rest}
    again = live.done(*command, "--apply")
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)
    live.write("register.csv", HEAD + ROSA.replace(",2\n", ",4\n"))
    fewer = live.done(*command, "--apply")
    assert (fewer["changed"], names(live.done("mentor", "register", "list"))) == (
        1,
        ["Ida Noddack", "Rosa Finch"],
    )


def test_wrong_rows_are_named_by_row_and_column(live: CommandLine) -> None:
    wrong = [
        "M0001,Graham,Hopper,graham@harbour.example,england,,Maths,2\n",
        "P0001,Ada,Lovelace,ada@harbour.example,england,,Maths,2\n",
        ",Somebody,Else,ada@harbour.example,england,,Maths,2\n",
        ",Nobody,Here,nobody@hill.example,england,,,many\n",
    ]
    live.write("register.csv", HEAD + IDA + "".join(wrong))

    ran = live("mentor", "register", "import", "register.csv", "--apply", "--json")
    assert ran.code == 1
    assert "was not applied, for rows of it have problems" in ran.err
    assert [(one["row"], one["column"]) for one in ran.document["problems"]] == [
        (3, "mentor_ref"),
        (4, "email"),
        (5, "email"),
        (6, "subject"),
        (6, "capacity"),
    ]
    assert live.done("mentor", "register", "list") == []


def test_the_list_is_narrowed_by_subject_and_nation(register: CommandLine) -> None:
    def listed(*options: str) -> list[object]:
        return names(register.done("mentor", "register", "list", *options))

    assert listed("--subject", "PHYSICS") == ["Rosa Finch"]
    assert listed("--nation", "scotland") == ["Ida Noddack"]
    assert register("mentor", "register", "list", "--nation", "france").code == 2


def test_suggestions_leave_out_past_mentors_and_full_ones(register: CommandLine) -> None:
    def suggested(ref: str) -> list[object]:
        return names(register.done("mentor", "register", "suggest", ref))

    assert sorted(map(str, suggested("P0002"))) == ["Ida Noddack", "Rosa Finch"]
    assert suggested("P0001")[0] == "Rosa Finch"  # of the same nation
    register.done("mentor", "name", "P0002", "--mentor", "M0500", *NOW)
    register.done("mentor", "decline", "P0002", *NOW)
    assert suggested("P0002") == ["Ida Noddack"]


def test_a_full_mentor_is_refused_and_keeps_their_place_for_nobody_else(
    register: CommandLine,
) -> None:
    ida = next(
        one["ref"] for one in register.done("mentor", "register", "list") if one["free"] == 1
    )
    register.done("mentor", "name", "P0002", "--mentor", ida, *NOW)

    assert register.refused("mentor", "replace", "P0001", "--with", ida, *NOW) == (
        f"{ida} mentors as many as the register says (1); name another, such as one of "
        "`ats mentor register suggest P0001`."
    )


def test_a_reply_names_a_mentor_who_is_known_by_their_address(register: CommandLine) -> None:
    told = register.done("mentor", "name", "P0002", *MINE, *NOW)

    assert (told["action"], told["applied"]) == ("name-mentor", True)
    assert {"step": "mentor-request", "to": "M0500"}.items() <= told["comes"][0].items()
    assert register.refused("mentor", "name", "P0002", *MINE, *NOW) == (
        "M0500 is named for P0002; put another in their place with `ats mentor replace P0002`."
    )


def test_a_preview_names_and_replaces_nobody(register: CommandLine) -> None:
    command = ("mentor", "replace", "P0001", "--with", "M0500", *NOW)
    looked = register.done(*command, "--preview")
    done = register.done(*command)

    assert {**looked, "applied": True} == done
    assert [one["to"] for one in done["comes"] if one["step"] == "mentor-request"] == ["M0500"]


def test_a_resignation_tells_of_every_mentee_and_of_the_register(register: CommandLine) -> None:
    register.done("mentor", "name", "P0002", "--mentor", "M0500", *NOW)

    told = register.done("mentor", "resign", "m0500", *NOW)

    assert (told["mentor"], told["left_register"], told["applied"]) == ("M0500", True, True)
    assert [one["person"] for one in told["mentees"]] == ["P0002"]
    assert names(register.done("mentor", "register", "list")) == ["Ida Noddack"]
    again = register.done("mentor", "register", "import", "register.csv", "--apply", *NOW)
    assert again["left_before"] == ["M0500"]
    back = register.done("mentor", "register", "import", "register.csv", "--apply", "--rejoin")
    assert back["changed"] == 1


def test_what_makes_no_sense_is_refused_in_one_sentence(register: CommandLine) -> None:
    def refused(*command: str) -> str:
        return register.refused("mentor", *command, *NOW)

    assert refused("name", "P0002", "--mentor", "P0001") == (
        "P0001 is a participant's ref; give that of a mentor, or name and address."
    )
    assert refused("name", "P0002", "--given-name", "Rosa").startswith(
        "The family name and the address of the mentor are missing;"
    )
    assert refused("name", "P0002", *MINE[:4], "--email", "nowhere").startswith(
        "This is no e-mail address"
    )
    assert refused("replace", "P0002") == (
        "P0002 has no mentor to replace; name one with `ats mentor name P0002`."
    )
    assert refused("resign", "P0001") == (
        "P0001 is a participant's ref; give that of the mentor who resigns."
    )
    assert register("mentor", "name", "P0002", *NOW).code == 2
    assert register("mentor", "replace", "P0001", "--with", "M0500", *MINE, *NOW).code == 2


def test_the_last_question_gives_names_from_the_register_and_no_addresses(
    register: CommandLine, mailbox: InMemoryMailbox
) -> None:
    register.done("tick", "--now", "2026-11-17T09:00")

    to_zoe = [one.data for one in mailbox.received if one.recipient == "zoe@valley.example"]
    (told,) = [text for text in to_zoe if b"From our register of mentors" in text]
    assert b"- Ida Noddack" in told
    assert b"- Rosa Finch" in told
    assert b"hill.example" not in told
