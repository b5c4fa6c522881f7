"""Taking an import back, and what stays."""

import datetime as dt

import pytest
from desk import ADA, BEN, CAT, MIA, NED, UNDO_LEAVES, Desk, progress, roster
from sqlmodel import SQLModel

from ats.errors import NotFound, Refused
from ats.records.models import (
    Case,
    DeadlinePublished,
    Feed,
    LedgerRow,
    Message,
    OptOut,
    Overlay,
    Publication,
)

CHANGED = (
    f"{ADA.replace('Byron', 'King').replace('2026-10-05', '2026-10-12')},{NED}",
    BEN.replace("ben@glen", "ben.shah@glen"),
    f"{CAT.replace('Castle', 'Keep')},{MIA.replace('Stone', 'Stein')}",
)


def test_a_first_roster_leaves_nothing(desk: Desk) -> None:
    before = desk.dump(*UNDO_LEAVES)
    text = roster(f"{ADA},{MIA}", f"{BEN},M0009,Ada,Byron,ada@riverside.example,england")
    undone = desk.undo(desk.roster(text, mapping={"nation": "nation"})["import_id"])
    assert (undone.removed, undone.restored, undone.kept, undone.parked) == (12, 0, (), ())
    assert desk.dump(*UNDO_LEAVES) == before


def test_what_was_published_for_whom_it_removes_goes_and_of_others_stays(desk: Desk) -> None:
    desk.roster(roster(ADA))
    second = desk.roster(roster(ADA, BEN))["import_id"]
    with desk.store.write() as session:
        session.add_all(
            DeadlinePublished(
                enrolment_id=enrolment, milestone="pdp", due_at=desk.now, sequence=0,
                revised_at=desk.now,
            )
            for enrolment in (1, 2)
        )  # fmt: skip
    desk.undo(second)
    assert desk.rows("deadline_published", "enrolment_id") == [(1,)]


def test_a_changed_roster_gives_back_every_value(desk: Desk) -> None:
    desk.roster(roster(f"{ADA},{MIA}", BEN, f"{CAT},{MIA}"))
    before = desk.dump(*UNDO_LEAVES)
    result = desk.roster(roster(*CHANGED), allow_large_change=True)
    assert result["changed"] == 3
    undone = desk.undo(result["import_id"])
    assert (undone.kept, undone.parked) == ((), ())
    assert desk.dump(*UNDO_LEAVES) == before


def test_the_same_file_may_be_imported_again(desk: Desk) -> None:
    first = desk.roster(roster(ADA))["import_id"]
    desk.undo(first)
    again = desk.roster(roster(ADA))
    assert (again["import_id"], again["new"]) == (first + 1, 1)


def test_nothing_is_undone_twice(desk: Desk) -> None:
    import_id = desk.roster(roster(ADA))["import_id"]
    desk.undo(import_id)
    with pytest.raises(Refused, match="was undone on 2 September 2026 by Jo"):
        desk.undo(import_id)


def test_an_unknown_import_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="There is no import 99; nothing was imported yet"):
        desk.undo(99)
    desk.roster(roster(ADA))
    newest = r"There is no import 9+; the newest is 1, of file-1\.csv, applied on 2 September 2026"
    for number in (99, 10**11 - 1, 10**20 - 1):
        with pytest.raises(NotFound, match=newest):
            desk.undo(number)


def test_of_progress_only_the_newest_is_undone(desk: Desk) -> None:
    desk.roster(roster(ADA))
    first = desk.progress(progress("P0001,pdp,in-progress,2026-10-07"), "2026-10-12")["import_id"]
    before = desk.dump(*UNDO_LEAVES)
    second = desk.progress(progress("P0001,pdp,complete,2026-10-14"), "2026-10-19")["import_id"]
    with pytest.raises(Refused, match=f"undo import {second} first"):
        desk.undo(first)
    undone = desk.undo(second)
    assert (undone.restored, undone.removed) == (3, 0)
    assert desk.dump(*UNDO_LEAVES) == before


def test_what_staff_changed_since_stays(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN, CAT))
    import_id = desk.roster(roster(*CHANGED), allow_large_change=True)["import_id"]
    desk.mend("P0001", "family_name", family_name="Lovelace")
    desk.mend("P0002", "email", email="ben.shah@glen.example")
    undone = desk.undo(import_id)
    assert undone.kept == ("P0001 family_name", "P0002 email")
    people = desk.people()
    assert people["P0001"]["family_name"] == "Lovelace"
    assert people["P0002"]["email_key"] == "ben.shah@glen.example"
    assert people["P0003"]["organisation"] == "Castle College"


def test_what_a_later_import_changed_stays_and_goes_back_with_that_one(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN, CAT))
    start = desk.dump(*UNDO_LEAVES)
    king = desk.roster(roster(ADA.replace("Byron", "King")), allow_large_change=True)["import_id"]
    hill = desk.roster(roster(ADA.replace("Byron", "Hill")), allow_large_change=True)["import_id"]
    assert desk.undo(king).kept == ("P0001 family_name",)
    assert desk.people()["P0001"]["family_name"] == "Hill"
    desk.undo(hill)
    assert desk.dump(*UNDO_LEAVES) == start


def test_whom_a_later_roster_names_too_stays_and_goes_with_that_one(desk: Desk) -> None:
    start = desk.dump(*UNDO_LEAVES)
    first = desk.roster(roster(f"{ADA},{MIA}"))["import_id"]
    second = desk.roster(roster(f"{ADA},{MIA}", BEN))["import_id"]
    undone = desk.undo(first)
    assert undone.parked == ()
    assert undone.kept == ()
    assert undone.named == ("P0001 mentorship", "P0001", "M0001")
    assert set(desk.people()) == {"P0001", "P0002", "M0001"}
    desk.undo(second)
    assert desk.dump(*UNDO_LEAVES) == start


def test_an_address_that_somebody_else_has_by_now_is_not_given_back(desk: Desk) -> None:
    desk.roster(roster(BEN, CAT))
    import_id = desk.roster(roster(BEN.replace("ben@", "bs@")), allow_large_change=True)[
        "import_id"
    ]
    desk.roster(roster(ADA.replace("ada@riverside", "ben@glen")))
    assert desk.undo(import_id).kept == ("P0002 email",)
    assert desk.people()["P0002"]["email"] == "bs@glen.example"


def write_to(desk: Desk, outcome: str, *, recipient: str = "P0001", enrolment: int = 0) -> None:
    """Leave a ledger row with its message, as the outbox does."""
    sent_at = desk.now if outcome == "sent" else None
    (enrolment_id,) = desk.rows("enrolment", "id")[enrolment]
    with desk.store.write() as session:
        message = Message(
            rfc_id=f"{recipient}-{outcome}@ats.example",
            cohort_id=1,
            recipient=recipient,
            role="participant",
            send_on=desk.now.date(),
            bundle="one",
            class_="tip",
            date=desk.now,
            status="sent" if sent_at else "queued",
            sent_at=sent_at,
        )
        session.add(message)
        session.flush()
        session.add(
            LedgerRow(
                key=f"2026-10/{recipient}/agenda/1",
                cohort_id=1,
                enrolment_id=enrolment_id,
                step="agenda",
                occurrence="1",
                recipient=recipient,
                role="participant",
                class_="essential",
                due_at=desk.now,
                outcome=outcome,
                decided_at=desk.now,
                sent_at=sent_at,
                message_id=message.id,
            )
        )


def test_who_was_written_to_is_parked(desk: Desk) -> None:
    import_id = desk.roster(roster(f"{ADA},{MIA}", BEN))["import_id"]
    write_to(desk, "sent")
    undone = desk.undo(import_id)
    assert undone.parked == ("P0001",)
    assert set(desk.people()) == {"P0001"}
    assert desk.rows("overlay", "kind", "from_on", "until_on", "reason", "recorded_by") == [
        ("parked", None, None, "import-undone", "Jo")
    ]
    assert ("import undo: parked", "P0001") in desk.rows("audit", "action", "subject")


def test_who_was_parked_returns_with_the_next_roster(desk: Desk) -> None:
    import_id = desk.roster(roster(ADA, BEN))["import_id"]
    write_to(desk, "sent")
    desk.undo(import_id)
    parked = desk.dump(*UNDO_LEAVES)
    result = desk.roster(roster(ADA, CAT))
    assert (result["new"], result["changed"]) == (1, 1)
    assert desk.rows("overlay", "revoked_at") == [(desk.now,)]
    desk.undo(result["import_id"])
    assert desk.dump(*UNDO_LEAVES) == parked


def test_mail_that_did_not_go_goes_with_the_people(desk: Desk) -> None:
    before = desk.dump(*UNDO_LEAVES)
    import_id = desk.roster(roster(ADA, BEN))["import_id"]
    write_to(desk, "queued")
    assert desk.undo(import_id).parked == ()
    assert desk.dump(*UNDO_LEAVES) == before


def publish(desk: Desk, *, generation: int = 1) -> None:
    """Leave the records of everybody's calendar, with what its person chose."""
    with desk.store.write() as session:
        for (role_id,) in desk.rows("role", "id"):
            feed = Feed(role_id=role_id, generation=generation, mode="invitations",
                        digest="d", published_at=desk.now)  # fmt: skip
            session.add(feed)
            session.flush()
            assert feed.id is not None
            session.add(
                Publication(feed_id=feed.id, generation=1, at=desk.now, digest="d", events=7)
            )
            session.add(OptOut(role_id=role_id, class_="tip", since=desk.now))


def test_calendars_and_choices_go_with_the_people(desk: Desk) -> None:
    before = desk.dump(*UNDO_LEAVES)
    import_id = desk.roster(roster(f"{ADA},{MIA}", BEN))["import_id"]
    publish(desk, generation=2)
    assert desk.undo(import_id).parked == ()
    assert desk.dump(*UNDO_LEAVES) == before


def test_the_calendar_of_who_stays_stays(desk: Desk) -> None:
    import_id = desk.roster(roster(ADA, BEN))["import_id"]
    publish(desk)
    write_to(desk, "sent")
    desk.undo(import_id)
    (ada,) = desk.rows("role", "id")
    assert [desk.rows("feed", "role_id"), desk.rows("opt_out", "role_id")] == [[ada], [ada]]
    assert len(desk.rows("publication")) == 1


def test_undoing_knows_every_table_that_hangs_on_people() -> None:
    """A table of this kind that comes new is removed, or keeps its people, when they go."""
    tables = SQLModel.metadata.tables.values()
    hanging = {
        table.name
        for table in tables
        for key in table.foreign_keys
        if key.column.table.name in ("person", "role", "enrolment", "feed")
        and key.ondelete is None  # else it lets go by itself
    }
    removed = {"role", "enrolment", "mentorship", "ledger", "feed", "publication", "opt_out"}
    removed |= {"deadline_published"}
    kept = {"progress", "overlay", "cases", "note", "enrolment_change"}
    assert hanging == removed | kept | {"register_mentor", "welcomed"}


def test_an_address_that_is_given_back_never_changed(desk: Desk) -> None:
    desk.roster(roster(ADA))
    moved = desk.roster(roster(ADA.replace("ada@", "ada.byron@")), allow_large_change=True)
    assert desk.people()["P0001"]["email_changed_at"] == desk.now

    assert desk.undo(moved["import_id"]).kept == ()

    assert desk.people()["P0001"]["email_changed_at"] is None


def test_who_has_progress_is_parked(desk: Desk) -> None:
    import_id = desk.roster(roster(ADA, BEN))["import_id"]
    desk.progress(progress("P0002,pdp,complete,2026-10-07"), "2026-10-12")
    assert desk.undo(import_id).parked == ("P0002",)
    assert set(desk.people()) == {"P0002"}


def test_whose_deadline_staff_moved_is_parked(desk: Desk) -> None:
    import_id = desk.roster(roster(ADA))["import_id"]
    with desk.store.write() as session:
        overlay = Overlay(enrolment_id=desk.rows("enrolment", "id")[0][0], kind="silence",
                          recorded_at=desk.now, recorded_by="Jo")  # fmt: skip
        session.add(overlay)
    assert desk.undo(import_id).parked == ("P0001",)


def test_a_mentor_who_was_asked_since_stays(desk: Desk) -> None:
    desk.roster(roster(ADA, f"{BEN},{MIA}"))
    import_id = desk.roster(roster(f"{ADA},{NED}"))["import_id"]
    with desk.store.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE mentorship SET request_sent_at = named_at WHERE id = "
            "(SELECT max(id) FROM mentorship)"
        )
    undone = desk.undo(import_id)
    assert (undone.kept, undone.written) == ((), ("P0001 mentorship", "M0002"))
    assert desk.mentors() == {"P0001": "M0002", "P0002": "M0001"}


def test_a_mentor_who_was_not_asked_goes_with_the_mail_to_them(desk: Desk) -> None:
    desk.roster(roster(f"{ADA},{MIA}", BEN, CAT))
    before = desk.dump(*UNDO_LEAVES)
    import_id = desk.roster(roster(f"{ADA},{NED}"), allow_large_change=True)["import_id"]
    assert desk.mentors() == {"P0001": "M0002"}
    write_to(desk, "queued", recipient="M0002")
    assert desk.undo(import_id).kept == ()
    assert desk.dump(*UNDO_LEAVES) == before


def test_undoing_has_everybody_looked_at_whom_it_touches(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN, CAT))
    import_id = desk.roster(roster(ADA.replace("Byron", "King")), allow_large_change=True)[
        "import_id"
    ]
    desk.set("enrolment", next_due_at=desk.now)
    desk.undo(import_id)
    assert [due.year for (due,) in desk.rows("enrolment", "next_due_at")] == [1970, 2026, 2026]


def test_a_mentor_whom_only_an_undone_roster_named_stands_in_nobodys_way(desk: Desk) -> None:
    import_id = desk.roster(roster(f"{ADA},{NED}"))["import_id"]
    write_to(desk, "sent")
    assert desk.undo(import_id).parked == ("P0001",)
    assert desk.mentors() == {}
    assert desk.roster(roster(f"{ADA},{MIA}"))["changed"] == 1
    assert desk.mentors() == {"P0001": "M0001"}


def test_a_naming_that_stays_after_undoing_it_is_replaced_unless_the_mentor_was_asked(
    desk: Desk,
) -> None:
    import_id = desk.roster(roster(f"{ADA},{NED}"))["import_id"]
    write_to(desk, "sent", recipient="M0002")  # no request: something about another mentee
    undone = desk.undo(import_id)
    assert (undone.parked, undone.written) == (("P0001",), ("P0001 mentorship", "M0002"))
    desk.roster(roster(f"{ADA},{MIA}"), allow_large_change=True)
    assert desk.mentors() == {"P0001": "M0001"}


def test_a_mentor_who_stands_again_is_looked_at_anew(desk: Desk) -> None:
    desk.roster(roster(f"{ADA},{MIA}", BEN, CAT))
    import_id = desk.roster(roster(f"{ADA},{NED}"), allow_large_change=True)["import_id"]
    with desk.store.write() as session:
        for step, occurrence in (("mentor-request", "M0001/1"), ("agenda", "1")):
            session.add(
                LedgerRow(key=step, cohort_id=1, enrolment_id=desk.rows("enrolment", "id")[0][0],
                          step=step, occurrence=occurrence, recipient="M0001", role="mentor",
                          class_="essential", due_at=desk.now, outcome="skipped",
                          reason="withdrawn", decided_at=desk.now)
            )  # fmt: skip
    desk.undo(import_id)
    assert desk.mentors() == {"P0001": "M0001"}
    assert desk.rows("ledger", "step") == [("agenda",)]


def test_who_was_parked_for_an_export_goes_with_the_export(desk: Desk) -> None:
    before = desk.dump(*UNDO_LEAVES)
    first = desk.roster(roster(f"{ADA},{MIA}"))["import_id"]
    second = desk.progress(progress("P0001,pdp,complete,2026-10-07"), "2026-10-12")["import_id"]
    assert desk.undo(first).parked == ("P0001",)
    desk.undo(second)
    assert desk.dump(*UNDO_LEAVES) == before


def a_case(desk: Desk, because: str, *, kind: str = "stalled-portfolio") -> None:
    """Leave a case that closed an hour from now."""
    with desk.store.write() as session:
        case = Case(cohort_id=1, enrolment_id=desk.rows("enrolment", "id")[0][0], kind=kind,
                    owner="pxm", state="closed", opened_at=desk.now, closed_because=because,
                    closed_at=desk.now + dt.timedelta(hours=1))  # fmt: skip
        session.add(case)


def test_a_case_that_closed_on_what_is_taken_back_is_open_again(desk: Desk) -> None:
    desk.roster(roster(ADA))
    import_id = desk.progress(progress("P0001,pdp,complete,2026-10-07"), "2026-10-12")["import_id"]
    a_case(desk, "moved")
    a_case(desk, "mentor accepted", kind="call-mentor")
    assert desk.undo(import_id).reopened == ("P0001 stalled-portfolio",)
    assert desk.rows("cases", "state", "closed_at", "closed_because")[0] == ("open", None, None)
    assert desk.rows("cases", "state")[1] == ("closed",)
    assert ("import undo: case opened again", "P0001") in desk.rows("audit", "action", "subject")


def test_but_not_where_another_of_its_kind_is_open(desk: Desk) -> None:
    desk.roster(roster(ADA))
    import_id = desk.progress(progress("P0001,pdp,complete,2026-10-07"), "2026-10-12")["import_id"]
    a_case(desk, "moved")
    with desk.store.write() as session:
        session.add(Case(cohort_id=1, enrolment_id=desk.rows("enrolment", "id")[0][0],
                         kind="stalled-portfolio", owner="pxm", opened_at=desk.now))  # fmt: skip
    assert desk.undo(import_id).reopened == ()
    assert desk.rows("cases", "state") == [("closed",), ("open",)]
