"""What an e-mail or a task is called when people speak of it: its subject, or its kind of case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ats.errors import TemplateFault
from ats.outbox.compose import Line
from ats.outbox.proof import Proof
from ats.planning.facts import Participant
from ats.planning.rules import Rule
from ats.planning.timeline import Occurrence


@dataclass(frozen=True)
class Titles:
    """Gives titles to what concerns one participant."""

    proof: Proof
    person: Participant

    def of(self, rule: Rule, planned: Occurrence | None, sent: Mapping[str, Any] | None) -> str:
        """Return the title: as it was sent, else as it would be, else made of the step's key.

        `sent` is the pinned context of the message that carried it.
        """
        if rule.case is not None:
            titles = self.proof.timeline.programme.cases
            return titles.get(rule.case, rule.case.replace("-", " "))
        subject = planned.subject if planned else None
        context = _own_part(sent, rule, subject) if sent else None
        if context is None and planned is not None:
            context = self._composed(planned)
        title = self._subject(context) if context else None
        return title or (rule.template or rule.step).replace("-", " ")

    def _composed(self, planned: Occurrence) -> Mapping[str, Any] | None:
        if planned.recipient not in self.proof.contacts:
            return None
        composer = replace(self.proof.composer, now=planned.due_at)  # it may say "tomorrow"
        return composer.compose(planned.recipient, planned.role, [Line(planned, self.person)])

    def _subject(self, context: Mapping[str, Any]) -> str | None:
        try:
            return self.proof.renderer.render(context).subject.removeprefix("TRIAL: ")
        except TemplateFault:
            return None


def _own_part(
    context: Mapping[str, Any], rule: Rule, subject: str | None
) -> Mapping[str, Any] | None:
    """Return the context with nothing but the part that this rule and subject wrote."""
    parts = [part for part in context["parts"] if part["template"] == rule.template]
    about = [
        part
        for part in parts
        if subject in (each["key"] for each in (part["milestone"], part["webinar"]) if each)
    ]
    mine = (about or parts)[:1]
    return {**context, "parts": mine} if mine else None
