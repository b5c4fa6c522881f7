"""Suspicion: what several answers in a row say of the mail server, and none of them alone.

One recipient may be refused by a policy, and one connection may end behind a body. Where it
happens to one after the other, and nothing is accepted between, it is the mail server's fault.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ats.outbox.batch import Done, Outgoing
from ats.outbox.result import Kind, Result

#: So many recipients refused by the same policy, or bodies without an answer, are no chance.
IN_A_ROW = 3
#: Nor are so many refusals by whatever policy.
_HELD_AT_MOST = 20

#: RFC 3463: 5.7.x speaks of policy; it may mean the recipient, or us.
_POLICY = re.compile(r"(?<![\d.])5\.7\.\d{1,3}(?![\d.])")


def policy_of(result: Result) -> str | None:
    """Return the status by which a message was refused for a policy, None if it was not."""
    found = _POLICY.search(result.answer) if result.kind in ("permanent", "temporary") else None
    return found[0] if found else None


class Suspicion:
    """Weighs the results of one run, in the order in which they come.

    A refusal by policy is held back until a message is accepted, which shows that it was the
    recipient's, or until there are `IN_A_ROW`: then it is the server's, and burns nothing. Of
    a server that is *failing* one is believed; elsewhere *silent* bodies without an answer.
    """

    def __init__(self, *, silent: int, failing: bool = False) -> None:
        self.verdict: Result | None = None  # what all of them say of the mail server
        self._most_silent = max(silent, IN_A_ROW)
        self._failing = failing
        self._accepted = False
        self._silent = 0
        self._held: list[tuple[str, Done]] = []

    def weigh(self, mail: Outgoing, result: Result) -> list[Done]:
        """Return what is certain now: this result, unless it is held back, and earlier ones."""
        if result.kind == "sent":
            self._accepted, self._failing = True, False
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
        policy = policy_of(result)
        if policy is None or (mail.doubted and self._accepted):
            return [(mail, result)]
        self._held.append((policy, (mail, result)))
        if self._failing or self._is_no_chance(policy):
            self._convict("configuration", result, "it refuses one recipient after the other")
        return self._blamed()

    def rest(self) -> list[Done]:
        """Return what was held back, as it was answered."""
        held, self._held = self._held, []
        return [done for _, done in held]

    def _is_no_chance(self, policy: str) -> bool:
        refused = {mail.recipient for same, (mail, _) in self._held if same == policy}
        return len(refused) >= IN_A_ROW or len(self._held) >= _HELD_AT_MOST

    def _convict(self, kind: Kind, last: Result, words: str) -> None:
        answer = f"{words}: {last.answer}"
        self.verdict = self.verdict or Result(kind, last.code, answer, last.stage)

    def _blamed(self) -> list[Done]:
        """Return what was held back as the server's fault, once that is certain."""
        if self.verdict is None:
            return []
        fault = replace(self.verdict, stage="refused")
        return [(mail, fault) for mail, _ in self.rest()]
