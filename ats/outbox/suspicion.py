"""Suspicion: what several answers in a row say of the mail server, and none of them alone.

One recipient may be refused for good, whatever the words, and one connection may end behind a
body. Where it happens to one after the other, and nothing is accepted between, it is the mail
server's fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from ats.outbox.batch import Done, Outgoing
from ats.outbox.result import Kind, Result, is_bad_address

#: So many recipients refused for the same reason, or bodies without an answer, are no chance.
IN_A_ROW = 3
#: Nor are so many refused for whatever reasons: wrong addresses do come in twos and threes.
RECIPIENTS_IN_A_ROW = 10
#: Nor are so many refusals of whomever.
_HELD_AT_MOST = 20

#: What a refusal speaks of: a policy, which may mean the recipient or us, by its status of
#: RFC 3463; the recipient; or it does not say.
Reason = str
RECIPIENT, UNSAID = "recipient", "unsaid"
_STATUS = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])")
_POLICY, _MAILBOX = "5.7.", "5.2."

#: How the mail server failed when it was last tried: not to be used, or refusing everybody.
Failing = Literal["relay", "configuration"]


def reason_of(result: Result) -> Reason | None:
    """Return why a message was refused; None where no other message can say whose fault that is.

    What was not asked of the server (it has no code) is certain. "Relaying denied", which is put
    off, counts as the policy that it is.
    """
    if result.kind not in ("permanent", "temporary") or result.code is None:
        return None
    found = _STATUS.search(result.answer)
    status = found[0] if found else ""
    if status.startswith(_POLICY):
        return status
    if result.kind == "temporary":
        return None
    of_recipient = is_bad_address(status) or status.startswith(_MAILBOX)
    return RECIPIENT if of_recipient else UNSAID


@dataclass(frozen=True, slots=True)
class _Held:
    """A refusal that may be the recipient's fault or the server's."""

    reason: Reason
    done: Done

    @property
    def recipient(self) -> str:
        return self.done[0].recipient


class Suspicion:
    """Weighs the results of one run, in the order in which they come.

    A refusal is held back until a message is accepted, which shows that it was the recipient's,
    or until there are too many: then it is the server's, and burns nothing. Too many are
    `IN_A_ROW` refused by the same policy, or, before anything was accepted, without a word of the
    recipient; and `RECIPIENTS_IN_A_ROW` for whatever reasons. Of a server that was *failing* less
    is believed, elsewhere *silent* bodies without an answer.
    """

    def __init__(self, *, silent: int, failing: Failing | None = None) -> None:
        self.verdict: Result | None = None  # what all of them say of the mail server
        self._most_silent = max(silent, IN_A_ROW)
        self._failing = failing
        self._accepted = False
        self._silent = 0
        self._held: list[_Held] = []

    @property
    def held(self) -> int:
        """How many results are held back."""
        return len(self._held)

    def weigh(self, mail: Outgoing, result: Result) -> list[Done]:
        """Return what is certain now: this result, unless it is held back, and earlier ones."""
        if result.kind == "sent":
            self._accepted, self._failing = True, None
            held = self.rest()
            self._silent = 0
            return [*held, (mail, result)]
        if result.kind == "ambiguous":
            self._silent += 1
            if self._failing or self._silent >= self._most_silent:
                self._convict("relay", result, "it answers no e-mail that it has taken in")
            return [*self._blamed(), (mail, result)]
        self._silent = 0
        if result.stops:
            self.verdict = self.verdict or result
            return [*self._blamed(), (mail, result)]
        reason = reason_of(result)
        if reason is None or (mail.doubted and self._accepted):
            return [(mail, result)]
        self._held.append(_Held(reason, (mail, result)))
        if self._is_no_chance(reason):
            self._convict("configuration", result, "it refuses one recipient after the other")
        return self._blamed()

    def rest(self) -> list[Done]:
        """Return what was held back, as it was answered."""
        held, self._held = self._held, []
        return [one.done for one in held]

    def _is_no_chance(self, reason: Reason) -> bool:
        """Say whether all that is held back, the last for this *reason*, must be the server's."""
        if self._failing == "configuration" or (self._failing and reason.startswith(_POLICY)):
            return True
        same = {one.recipient for one in self._held if one.reason == reason}
        speaks_of_us = reason.startswith(_POLICY) or (reason == UNSAID and not self._accepted)
        return (
            (speaks_of_us and len(same) >= IN_A_ROW)
            or len({one.recipient for one in self._held}) >= RECIPIENTS_IN_A_ROW
            or len(self._held) >= _HELD_AT_MOST
        )

    def _convict(self, kind: Kind, last: Result, words: str) -> None:
        answer = f"{words}: {last.answer}"
        self.verdict = self.verdict or Result(kind, last.code, answer, last.stage)

    def _blamed(self) -> list[Done]:
        """Return what was held back as the server's fault, once that is certain."""
        if self.verdict is None:
            return []
        fault = replace(self.verdict, stage="refused")
        return [(mail, fault) for mail, _ in self.rest()]
