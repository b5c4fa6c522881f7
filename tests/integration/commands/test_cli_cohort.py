"""A cohort is launched, shown, taken live, paused and resumed."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from command_line import CommandLine
from sqlalchemy import text

from ats.errors import TemplateFault
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.render import Renderer
from ats.records.store import Store
from config.programme_file import find_programme

LAUNCH = ("cohort", "launch", "2026-10", "--starts", "2026-10-05", "--now", "2026-09-01")


def test_a_launched_cohort_is_in_trial_with_the_published_dates_of_its_programme(
    ats: CommandLine,
) -> None:
    told = ats.done(*LAUNCH)

    assert (told["code"], told["starts"], told["status"]) == ("2026-10", "2026-10-05", "trial")
    assert {
        "key": "pdp",
        "title": "Personal Development Plan",
        "due": "2027-01-15T17:00:00+00:00",
    } in (told["milestones"])
    assert told["milestones"][-1]["due"] == "2027-10-06T17:00:00+01:00"
    assert [w["starts_at"] for w in told["webinars"] if w["audience"] == "mentors"] == [
        "2026-11-12T16:30:00+00:00",
        "2027-03-04T16:30:00+00:00",
        "2027-06-17T16:30:00+01:00",
    ]
    assert told == {**ats.done("cohort", "show", "2026-10"), "waiting": []}


def test_webinars_start_confirmed_with_an_identity_that_says_nothing(ats: CommandLine) -> None:
    one, other = ats.done(*LAUNCH)["webinars"][:2]

    assert one == {
        "key": "webinar-1",
        "cohort": "2026-10",
        "kind": "milestone",
        "audience": "participants",
        "starts_at": "2026-10-08T16:30:00+01:00",
        "minutes": 60,
        "status": "confirmed",
        "sequence": 0,
        "uid": one["uid"],
        "join_url": None,
        "recording_url": None,
    }
    assert uuid.UUID(one["uid"]).version == 4
    assert one["uid"] != other["uid"]


def test_another_programme_gives_other_dates(ats: CommandLine) -> None:
    launch = ("cohort", "launch", "q1", "--starts", "2027-01-11", "--now", "2026-12-01")

    told = ats.done(*launch, "--programme", "qtls")

    assert told["programme"] == "qtls"
    assert told["milestones"]


@pytest.mark.parametrize(
    ("code", "starts", "said"),
    [
        (
            "2026-10",
            "2026-10-12",
            "choose another code, or go on with `ats cohort show 2026-10`.",
        ),
        ("Autumn 26", "2026-10-05", '"Autumn 26" cannot be the code of a cohort; use lower-case'),
        ("../../x", "2026-10-05", '"../../x" cannot be the code of a cohort;'),
        ("x" * 41, "2026-10-05", "cannot be the code of a cohort;"),
        ("2062-10", "2062-10-02", "2062-10-02 is more than ten years away;"),
        ("1926-10", "1926-10-05", "1926-10-05 is more than ten years away;"),
    ],
)
def test_a_launch_that_cannot_be_meant_is_refused_with_a_sentence(
    trial: CommandLine, code: str, starts: str, said: str
) -> None:
    launch = ("cohort", "launch", code, "--starts", starts, "--now", "2026-09-01")

    assert said in trial.refused(*launch)


def test_an_unknown_programme_is_refused_with_the_names_of_those_there_are(
    ats: CommandLine,
) -> None:
    assert ats.refused(*LAUNCH, "--programme", "atx") == (
        "atx: there is no such programme; there are ats, qtls."
    )


def test_a_start_on_a_day_off_is_told_and_not_refused(ats: CommandLine) -> None:
    launch = ("cohort", "launch", "2026-12", "--starts", "2026-12-25", "--now", "2026-09-01")

    ran = ats(*launch, "--json")

    assert ran.code == 0
    assert ran.document["starts"] == "2026-12-25"
    assert ran.err.splitlines()[0] == (
        "The cohort starts on Friday 25 December 2026, which is a day off in England "
        "(Christmas Day)."
    )


# -- going live ---------------------------------------------------------------------------------


def test_going_live_is_refused_with_every_red_line_in_one_sentence(
    ats: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ats.done(*LAUNCH)
    monkeypatch.delenv("ATS_PXM_EMAIL")
    monkeypatch.delenv("ATS_PORTFOLIO_URL")

    ran = ats("cohort", "go-live", "2026-10", "--json")

    assert ran.code == 1
    assert ran.err == (
        "Cohort 2026-10 cannot go live yet: set ATS_PORTFOLIO_URL, ATS_PXM_EMAIL, which e-mails "
        "need; nobody is enrolled; import its roster with `ats roster import`.\n"
    )
    assert ran.document["status"] == "trial"
    assert {c["name"]: c["status"] for c in ran.document["checks"]} == {
        "settings": "red",
        "delivery": "green",
        "roster": "red",
        "templates": "green",
        "dates": "amber",
        "join-addresses": "amber",
        "half-terms": "green",
    }
    assert ats.done("cohort", "show", "2026-10")["status"] == "trial"


def test_missing_join_addresses_and_clashes_of_dates_only_warn(trial: CommandLine) -> None:
    told = trial.done("cohort", "go-live", "2026-10", "--now", "2026-09-02T11:00")

    ambers = [check for check in told["checks"] if check["status"] == "amber"]
    assert told["status"] == "live"
    assert [check["name"] for check in ambers] == ["dates", "join-addresses", "half-terms"]
    assert ambers[0]["text"] == (
        "The week of Monday 9 November 2026 holds three counted e-mails for participants in "
        "England, Scotland and Wales who are being chased: mentor-none-named on Tuesday "
        "10 November, webinar-week-ahead (webinar-2) on Wednesday 11 November and milestone-nudge "
        "(first-observation) on Thursday 12 November. The cap is 2; milestone-nudge "
        "(first-observation) waits until Tuesday 17 November 2026. "
        "Proposals are in `ats cohort check 2026-10`."
    )
    assert ambers[1]["text"] == (
        "No join address yet for webinar-1, mentor-webinar-1, webinar-2 and 7 more; "
        "set them with `ats webinar set`."
    )


def test_a_template_that_cannot_be_written_for_somebody_keeps_a_cohort_in_trial(
    trial: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = Renderer.render

    def faulty(renderer: Renderer, context: dict[str, object]) -> object:
        if "'diary-habit'" in str(context) and "'P0002'" in str(context):
            raise TemplateFault("Template diary-habit/text.txt, line 3: a field is missing.")
        return render(renderer, context)

    monkeypatch.setattr(Renderer, "render", faulty)

    assert trial.refused("cohort", "go-live", "2026-10", "--now", "2026-09-02T11:00") == (
        "Cohort 2026-10 cannot go live yet: e-mails cannot be written: Template "
        "diary-habit/text.txt, line 3: a field is missing (for P0002)."
    )


def test_a_webinar_before_the_start_keeps_a_cohort_in_trial(trial: CommandLine) -> None:
    store = Store(f"sqlite:///{trial.database}")
    with store.write() as session:
        moved = "UPDATE webinar SET starts_at = '2026-10-01 15:30:00' WHERE key = 'webinar-1'"
        session.execute(text(moved))
    store.close()

    assert trial.refused("cohort", "go-live", "2026-10", "--now", "2026-09-02T11:00") == (
        "Cohort 2026-10 cannot go live yet: the webinar webinar-1 is on 2026-10-01, before the "
        "cohort starts on 2026-10-05."
    )


def test_what_is_live_cannot_go_live_again(live: CommandLine) -> None:
    assert live.refused("cohort", "go-live", "2026-10") == (
        "Cohort 2026-10 is live and not in trial; nothing to do."
    )


def test_in_trial_nothing_goes_and_after_going_live_what_is_not_past_its_use_does(
    trial: CommandLine, mailbox: InMemoryMailbox
) -> None:
    held = trial.done("tick", "--now", "2026-09-03T09:00")
    assert (held["sent"], held["held"], len(mailbox.received)) == (0, 2, 0)

    trial.done("cohort", "go-live", "2026-10", "--now", "2026-09-03T10:00")
    sent = trial.done("tick", "--now", "2026-09-03T10:10")

    assert (sent["sent"], sent["held"], len(mailbox.received)) == (2, 0, 2)


# -- the stop button ----------------------------------------------------------------------------


def test_a_pause_stops_everything_at_once_and_resuming_lets_it_go_on(
    live: CommandLine, mailbox: InMemoryMailbox
) -> None:
    assert live.done("cohort", "pause", "2026-10")["status"] == "paused"
    paused = live.done("tick", "--cohort", "2026-10", "--now", "2026-09-03T09:00")
    assert (paused["sent"], paused["held"]) == (0, 2)

    assert live.done("cohort", "resume", "2026-10")["status"] == "live"
    assert live.done("tick", "--now", "2026-09-03T09:30")["sent"] == len(mailbox.received) == 2


def test_a_paused_trial_resumes_as_a_trial(trial: CommandLine) -> None:
    trial.done("cohort", "pause", "2026-10")

    assert trial.refused("cohort", "go-live", "2026-10") == (
        "Cohort 2026-10 is paused; run `ats cohort resume 2026-10` first."
    )
    assert trial.done("cohort", "resume", "2026-10")["status"] == "trial"


def test_pausing_twice_and_resuming_what_is_not_paused_are_refused(live: CommandLine) -> None:
    assert live.refused("cohort", "resume", "2026-10") == (
        "Cohort 2026-10 is not paused (live), so nothing resumes."
    )
    live.done("cohort", "pause", "2026-10")
    assert live.refused("cohort", "pause", "2026-10") == (
        "Cohort 2026-10 is paused already; `ats cohort resume 2026-10` ends it."
    )


def test_without_a_cohort_a_command_leaves_out_what_is_paused_and_says_so(
    live: CommandLine,
) -> None:
    live.done("cohort", "pause", "2026-10")

    ran = live("tick", "--json")

    assert (ran.code, ran.document["sent"]) == (0, 0)
    assert ran.err == "No cohort is in trial or live; name another one with --cohort.\n"


def test_codes_and_refs_pasted_with_blanks_mean_the_same(live: CommandLine) -> None:
    assert live.done("cohort", "show", " 2026-10 ")["code"] == "2026-10"
    assert live.done("tick", "--cohort", "  2026-10\t", "--now", "2026-09-03T09:00")["sent"] == 2
    assert live.done("why", " P0001\n")["person"] == "P0001"


def test_going_live_warns_when_every_e_mail_would_go_elsewhere(
    trial: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_MAIL_REDIRECT_TO", "staging@provider.example")

    told = trial.done("cohort", "go-live", "2026-10", "--now", "2026-09-02T11:00")

    texts = {check["name"]: check["text"] for check in told["checks"]}
    assert texts["delivery"].startswith("ATS_MAIL_REDIRECT_TO is set: every e-mail goes to that")


def test_a_pause_is_answered_even_when_the_programme_file_is_gone(
    ats: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    file.write_bytes(find_programme("ats").read_bytes())
    ats.done("cohort", "launch", "own", "--starts", "2026-10-05", "--programme", str(file))
    file.unlink()

    ran = ats("cohort", "pause", "own", "--json")

    assert (ran.code, ran.document["code"]) == (0, "own")
    assert "there is no such file" in ran.err
