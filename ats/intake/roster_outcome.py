"""What the sound rows of a roster change in the records."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from ats.intake.known import Known, KnownEnrolment, KnownPerson
from ats.intake.matching import Match
from ats.intake.plan import NOW, Change, Naming, NewEnrolment, NewRole, Plan
from ats.intake.preflight import Tally
from ats.intake.problems import listed
from ats.intake.roster_checks import Entry
from ats.intake.roster_rows import Said
from ats.intake.staff import Decisions

_PLAIN = ("given_name", "family_name", "nation", "organisation")


class RosterOutcome:
    """The plan of a roster, and its rows counted. Takes rows without problems only."""

    def __init__(
        self,
        entries: Iterable[Entry],
        known: Known,
        decisions: Decisions,
        *,
        missing: int,
        refused: int,
    ) -> None:
        self.plan = Plan()
        self._new = self._changed = self._unchanged = 0
        self.rewritten = 0  # rows and mentors that lose a value they had
        self._known = known
        self._decisions = decisions
        self._written: set[Change] = set()
        self._made: set[str] = set()
        self._mentors_rewritten: set[str] = set()
        self._both: dict[str, None] = {}
        self._kept: dict[str, None] = {}
        self._gone: dict[str, None] = {}
        self._ended: dict[str, None] = {}
        for entry in entries:
            self._take(entry)
        self.rewritten += len(self._mentors_rewritten)
        self.tally = Tally(self._new, self._changed, self._unchanged, missing, refused)

    @property
    def notes(self) -> tuple[str, ...]:
        sentences = {
            "One person, participant and mentor": self._both,
            "Kept as staff recorded it": self._kept,
            "No longer active, so no mentor was named": self._gone,
            "Declined or ended before, so not named again": self._ended,
        }
        return tuple(f"{what}: {listed(refs)}." for what, refs in sentences.items() if refs)

    def _take(self, entry: Entry) -> None:
        participant = entry.participant
        assert participant is not None  # else the row has a problem
        self._refs(entry)
        before = entry.enrolment(self._known)
        changes = self._rewrite(participant, entry.row.participant)
        changes += self._enrol(entry, participant, before)
        named = self._name_mentor(entry, participant, before)
        changes += named if named is not None else []
        self.rewritten += bool(changes) and before is not None
        revived = before is not None and self._revive(before)
        other = self._rewrite(entry.mentor, entry.row.mentor) if entry.mentor else []
        if other and entry.mentor:
            self._mentors_rewritten.add(entry.mentor.ref)
        self._write([*changes, *other])
        if before is None:
            self._new += 1
        elif changes or other or revived or named is not None:
            self._changed += 1
            self.plan.enrolments_touched.add(before.id)
        else:
            self._unchanged += 1

    def _refs(self, entry: Entry) -> None:
        """Make the people and refs that are new, each once."""
        for match in filter(None, (entry.participant, entry.mentor)):
            if match.ref in self._made:
                continue
            self._made.add(match.ref)
            self.plan.refs.append(match.ref)
            if len(set(match.subject.refs.values())) > 1:
                self._both[" = ".join(match.subject.refs)] = None
            if match.role is None:
                self._make(match)

    def _make(self, match: Match) -> None:
        subject = match.subject
        email = next(said.email for said in subject.said if said.email)
        if subject.person is None and email.key not in self._made:
            self._made.add(email.key)
            self.plan.people.append(
                {
                    "given_name": subject.value("given_name"),
                    "family_name": subject.value("family_name"),
                    "email": email.typed,
                    "email_key": email.key,
                    "nation": subject.value("nation"),
                    "organisation": subject.value("organisation") or "",
                }
            )
        person_id = subject.person.id if subject.person else None
        self.plan.roles.append(NewRole(match.ref, match.kind, person_id, email.key))

    def _rewrite(self, match: Match, said: Said | None) -> list[Change]:
        """Return what the row changes in a person who is known."""
        person = match.subject.person
        if person is None or said is None:
            return []
        changes = []
        for field in _PLAIN:
            before, after = getattr(person, field), getattr(said, field)
            if after == before:
                self._confirm(Change("person", person.id, field, before, after))
            elif after is not None and not self._mended(match, field):
                changes.append(Change("person", person.id, field, before, after))
        changes += self._readdress(match, person, said)
        if changes:
            self.plan.people_touched.add(person.id)
        return changes

    def _readdress(self, match: Match, person: KnownPerson, said: Said) -> list[Change]:
        email = said.email
        if email is None:
            return []
        changes = [
            Change("person", person.id, "email", person.email, email.typed),
            Change("person", person.id, "email_key", person.email_key, email.key),
        ]
        if email.key != person.email_key:
            since = Change("person", person.id, "email_changed_at", person.email_changed_at, NOW)
            return [] if self._mended(match, "email") else [*changes, since]
        for change in changes:
            self._confirm(dataclasses.replace(change, after=change.before))
        return []

    def _confirm(self, change: Change) -> None:
        """Note a value that an earlier import set and that this file says again."""
        if (change.entity, change.entity_id, change.field) in self._known.written:
            self.plan.confirmed.append(change)

    def _enrol(
        self, entry: Entry, participant: Match, before: KnownEnrolment | None
    ) -> list[Change]:
        joined_on = entry.row.joined_on
        if before is None:
            assert joined_on is not None  # else the row has a problem
            role_id = participant.role.id if participant.role else None
            self.plan.enrolments.append(NewEnrolment(participant.ref, role_id, joined_on))
            return []
        change = Change("enrolment", before.id, "joined_on", before.joined_on, joined_on)
        if joined_on == before.joined_on:
            self._confirm(change)
        elif joined_on is not None and not self._mended(participant, "joined_on"):
            return [change]
        return []

    def _name_mentor(
        self, entry: Entry, participant: Match, before: KnownEnrolment | None
    ) -> list[Change] | None:
        """Plan the naming. Return what it ends, or None when nobody is named."""
        mentor = entry.mentor
        if mentor is None:
            return None
        role_id = mentor.role.id if mentor.role else None
        past = self._known.mentorships.get(before.id, []) if before else []
        standing = next((mentorship for mentorship in past if mentorship.stands), None)
        if standing is not None and standing.role_id == role_id:
            self.plan.mentors[participant.ref] = mentor.ref
            return None
        if any(m.role_id == role_id and m.ended_by_staff for m in past):
            self._ended[f"{participant.ref} {mentor.ref}"] = None
            return None
        if before is not None and before.status != "active":
            self._gone[participant.ref] = None
            return None
        self.plan.mentors[participant.ref] = mentor.ref
        self.plan.namings.append(
            Naming(participant.ref, before.id if before else None, mentor.ref, role_id)
        )
        if standing is None:
            return []
        return [Change("mentorship", standing.id, "ended_at", None, NOW)]

    def _revive(self, enrolment: KnownEnrolment) -> bool:
        """Plan the return of somebody whom an undone import left behind."""
        overlay_id = self._known.parked.get(enrolment.id)
        if overlay_id is not None:
            self._write([Change("overlay", overlay_id, "revoked_at", None, NOW)])
        return overlay_id is not None

    def _mended(self, match: Match, field: str) -> bool:
        """Tell, and note, whether staff set this field."""
        refs = [ref for ref in match.subject.refs if self._decisions.hold(ref, field)]
        self._kept |= {f"{ref} {field}": None for ref in refs}
        return bool(refs)

    def _write(self, changes: list[Change]) -> None:
        self.plan.changes += [change for change in changes if change not in self._written]
        self._written |= set(changes)
