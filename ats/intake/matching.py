"""Who is meant: by immutable ref first, then by address; in doubt ask, never merge silently."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field

from ats.intake.known import Known, KnownPerson, KnownRole
from ats.intake.problems import EMPTY, Problems
from ats.intake.roster_rows import PARTICIPANT, Said
from ats.intake.staff import Decisions
from ats.intake.values import same_name

_MOST_TAKERS = 3  # people who take over somebody's address in one file


@dataclass(eq=False, slots=True)
class Subject:
    """One human being of the file, with everything that its rows say."""

    person: KnownPerson | None
    refs: dict[str, str]  # ref → kind, those that the file adds included
    said: list[Said] = field(default_factory=list)

    def value(self, name: str) -> object:
        """Return the first thing said of a field."""
        return next((value for said in self.said if (value := getattr(said, name))), None)

    @property
    def name(self) -> tuple[str, str]:
        if self.person is not None:
            return self.person.given_name, self.person.family_name
        return str(self.value("given_name") or ""), str(self.value("family_name") or "")


@dataclass(frozen=True, eq=False, slots=True)
class Match:
    """A ref and whose it is; `role` None: the ref is new."""

    ref: str
    kind: str
    subject: Subject
    role: KnownRole | None
    row: int  # where it was first named


def made_up_ref(key: str, taken: Collection[str]) -> str:
    """Return the ref of a mentor who has none: always the same for the same address.

    `taken` are the refs that there are, folded.
    """
    digest = base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()
    refs = (f"M-{digest[:length]}" for length in range(8, 39))
    return next(ref for ref in refs if ref.casefold() not in taken)


class Matcher:
    """Finds the subject of what each row says; notes why where it cannot."""

    def __init__(self, known: Known, problems: Problems) -> None:
        self.subjects: list[Subject] = []
        self._known = known
        self._problems = problems
        self._by_person: dict[int, Subject] = {}
        self._by_ref: dict[str, Match] = {}
        self._owner: dict[str, Match] = {}  # address → who has it by this file
        self._asked: set[Subject] = set()  # whose rows are noted already
        self._taking: list[tuple[Said, Match, Subject]] = []  # who takes over whose address

    def match(self, said: Said) -> Match | None:
        """Return whom the row means, or None when that is a problem."""
        if said.is_nameless:
            return None
        match = self._by_name(said) if said.ref else self._by_address(said)
        if match is None:
            return None
        if match.kind != said.kind:
            self._problem(said, "ref", f"{match.ref} is a {match.kind}'s ref; check the row")
            return None
        match.subject.said.append(said)
        self._by_ref.setdefault(match.ref.casefold(), match)
        return match if self._owns_address(said, match) else None

    def _by_name(self, said: Said) -> Match | None:
        ref = said.ref or ""
        role = self._known.role_of_ref.get(ref.casefold())
        if role is not None:
            return self._of_role(said, role)
        if found := self._by_ref.get(ref.casefold()):
            return found
        return self._newcomer(said, ref)

    def _by_address(self, said: Said) -> Match | None:
        key = said.email_key
        if key is None:
            self._problem(said, "ref", EMPTY)
            return None
        for role in self._roles(key):
            if role.kind == said.kind:
                return self._of_role(said, role)
        owner = self._owner.get(key)
        if owner is not None and owner.kind == said.kind:
            return owner
        if said.kind == PARTICIPANT:
            self._problem(said, "ref", "the ref is empty and nobody has this address; fill it in")
            return None
        return self._newcomer(said, self._made_up(key))

    def _newcomer(self, said: Said, ref: str) -> Match | None:
        """Return the match of a new ref: of a new person, or of one who has another role."""
        key = said.email_key
        if key is None:
            if not self._problems.has(said.row, said.column("email")):
                self._problem(said, "email", f"{ref} is new and has no address; fill it in")
            return None
        subject = self._of_address(key)
        if subject is None:
            subject = Subject(person=None, refs={})
            self.subjects.append(subject)
        elif said.kind in subject.refs.values() or not same_name(said.name, subject.name):
            self._shared(said, ref, subject)
            return None
        subject.refs[ref] = said.kind
        return Match(ref, said.kind, subject, None, said.row)

    def _of_address(self, key: str) -> Subject | None:
        """Return who has the address by the records, else by this file."""
        person_id = self._known.person_of_key.get(key)
        if person_id is not None:
            return self._subject_of(person_id)
        owner = self._owner.get(key)
        return owner.subject if owner else None

    def _owns_address(self, said: Said, match: Match) -> bool:
        """Tell whether the address that the row gives is nobody else's."""
        key = said.email_key
        if key is None:
            return True
        owner = self._of_address(key)
        if owner is None or owner is match.subject:
            self._owner.setdefault(key, match)
            return True
        taker = self._owner.setdefault(key, match)
        if taker.subject is not match.subject:
            self._shared(said, match.ref, taker.subject)
            return False
        if match.subject.person is not None:
            self._taking.append((said, match, owner))
            return True  # so far; `settle` tells whether its owner gives it up
        self._shared(said, match.ref, owner)
        return False

    def settle(self, decisions: Decisions) -> None:
        """Note who takes over an address that its owner does not give up in a sound row.

        To be called after every other check; a row that fails here may hold up the next. Where
        more than a few people do so, rows have rather shifted.
        """
        if len({match.subject for _, match, _ in self._taking}) > _MOST_TAKERS:
            self._ask_about_shift()
            return
        before = -1
        while before != len(self._problems.rows):
            before = len(self._problems.rows)
            for said, match, owner in self._taking:
                if not self._gives_up(owner, said.email_key, decisions):
                    self._shared(said, match.ref, owner)

    def _ask_about_shift(self) -> None:
        others = len({match.subject for _, match, _ in self._taking}) - 1
        for said, match, owner in self._taking:
            other = next(iter(owner.refs), "somebody")
            self._problem(
                said,
                "email",
                f"{match.ref} and {others} others take over each other's addresses, this one that "
                f"of {other}; check whether rows have shifted, or change few at a time",
            )

    def _gives_up(self, owner: Subject, key: str | None, decisions: Decisions) -> bool:
        said = [one for one in owner.said if one.row not in self._problems.rows and one.email_key]
        is_held = any(decisions.hold(ref, "email") for ref in owner.refs)
        return bool(said) and not is_held and all(one.email_key != key for one in said)

    def _shared(self, said: Said, ref: str, owner: Subject) -> None:
        """Ask about one address on two records, in every row that newly gives it."""
        other = next((other for other in owner.refs if other != ref), "somebody")
        sentence = (
            f"{ref} and {other} have the same address; give one person one ref and one name, "
            "or ask for each one's own address"
        )
        self._problem(said, "email", sentence)
        is_old = owner.person is not None and owner.person.email_key == said.email_key
        if not is_old and owner not in self._asked:
            self._asked.add(owner)
            for earlier in owner.said:
                if earlier.email_key == said.email_key:
                    self._problem(earlier, "email", sentence)

    def _of_role(self, said: Said, role: KnownRole) -> Match:
        subject = self._subject_of(role.person_id)
        return Match(role.ref, role.kind, subject, role, said.row)

    def _subject_of(self, person_id: int) -> Subject:
        if person_id not in self._by_person:
            refs = {role.ref: role.kind for role in self._known.roles_of_person[person_id]}
            self._by_person[person_id] = Subject(self._known.people[person_id], refs)
            self.subjects.append(self._by_person[person_id])
        return self._by_person[person_id]

    def _roles(self, key: str) -> list[KnownRole]:
        person_id = self._known.person_of_key.get(key)
        return [] if person_id is None else self._known.roles_of_person[person_id]

    def _made_up(self, key: str) -> str:
        return made_up_ref(key, self._known.role_of_ref.keys() | self._by_ref.keys())

    def _problem(self, said: Said, field_: str, sentence: str) -> None:
        self._problems.add(said.row, said.column(field_), sentence)
