"""What is served, and when it runs. A schedule is a wake-up call, never the truth.

Between them the first three look at everything that is due, every ten minutes from 07:00 to
19:50; each is staggered, so that they seldom meet. Nothing runs from 01:00 to 02:00, an hour that
autumn repeats.
"""

from __future__ import annotations

from typing import Any

from prefect import Flow
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.accept_mentor import accept_mentor
from flows.adjust_participant import adjust_participant
from flows.cancel_webinar import cancel_webinar
from flows.chase_mentors import chase_mentors
from flows.close_case import close_case
from flows.cohort_timeline import cohort_timeline
from flows.confirm_contact import confirm_contact
from flows.decide_case import decide_case
from flows.decline_mentor import decline_mentor
from flows.defer_participant import defer_participant
from flows.deliver import deliver
from flows.escalate_stalled import escalate_stalled
from flows.extend_participant import extend_participant
from flows.import_exports import import_exports
from flows.lift_contact import lift_contact
from flows.mark_done import mark_done
from flows.move_webinar import move_webinar
from flows.name_mentor import name_mentor
from flows.new_role import new_role
from flows.note_call import note_call
from flows.pause_participant import pause_participant
from flows.publish_calendars import publish_calendars
from flows.publish_recording import publish_recording
from flows.read_bounces import read_bounces
from flows.reconcile import reconcile
from flows.reopen_case import reopen_case
from flows.reopen_sign_off import reopen_sign_off
from flows.replace_mentor import replace_mentor
from flows.report_cohorts import report_cohorts
from flows.resign_mentor import resign_mentor
from flows.restart_participant import restart_participant
from flows.resume_participant import resume_participant
from flows.send_digests import send_digests
from flows.send_tips import send_tips
from flows.sign_off_portfolio import sign_off_portfolio
from flows.silence_person import silence_person
from flows.snooze_case import snooze_case
from flows.watch import watch
from flows.withdraw_participant import withdraw_participant

ZONE = "Europe/London"
SCHEDULES: tuple[tuple[Flow[..., Any], str], ...] = (
    (send_tips, "*/10 7-19 * * *"),  # every moment of the year is met within ten minutes
    (chase_mentors, "5,35 9-17 * * 2-4"),  # chasers go from Tuesday to Thursday
    (escalate_stalled, "15 9-17 * * 1-5"),
    (send_digests, "16 8,14 * * 1-5"),  # 08:15, and on Fridays 14:00
    (deliver, "25,55 7-19 * * *"),  # what a mail server put off
    (publish_calendars, "8-59/15 7-19 * * *"),
    (import_exports, "4-59/15 7-19 * * *"),
    (cohort_timeline, "2 7 * * *"),
    (report_cohorts, "32 8-18/2 * * 1-5"),
    (read_bounces, "9,39 7-19 * * *"),
    (reconcile, "40 4 * * *"),
    (watch, "43 8-20 * * *"),  # an hour after the first tick until an hour after the last
)
#: What staff decide, each with its form; nothing runs them by itself.
FORMS: tuple[Flow[..., Any], ...] = (
    move_webinar,
    cancel_webinar,
    publish_recording,
    decide_case,
    snooze_case,
    close_case,
    reopen_case,
    extend_participant,
    pause_participant,
    resume_participant,
    defer_participant,
    restart_participant,
    withdraw_participant,
    adjust_participant,
    mark_done,
    new_role,
    note_call,
    silence_person,
    name_mentor,
    replace_mentor,
    resign_mentor,
    accept_mentor,
    decline_mentor,
    sign_off_portfolio,
    reopen_sign_off,
    lift_contact,
    confirm_contact,
)


def deployments(zone: str = ZONE) -> list[RunnerDeployment]:
    """Return all deployments: those with a cron schedule in this time zone, and the forms."""
    scheduled = [_deployment(flow, Cron(cron, timezone=zone)) for flow, cron in SCHEDULES]
    return [*scheduled, *(_deployment(flow) for flow in FORMS)]


def _deployment(flow: Flow[..., Any], schedule: Any = None) -> RunnerDeployment:
    # A file path as entrypoint would load a module twice, and its tables with it.
    deployment = flow.to_deployment(
        flow.name,
        schedule=schedule,
        description=(flow.description or "").partition("\n\nArgs:")[0],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    assert isinstance(deployment, RunnerDeployment)  # sync here, a coroutine elsewhere
    return deployment
