"""The decision about a case."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.cases import decided
from tasks.forms import CaseDecision, Choice


@flow(name="decide-case")
async def decide_case(case: int, choice: Choice, decision: CaseDecision) -> State[Any]:
    """Decides a case: the decision is carried out, whoever it concerns is told, the case closes.

    Args:
        case: Its number in the digest, such as 12.
        choice: What is decided.
        decision: Who decides, why, and whether to do it.
    """
    return await decided(case, decision, **choice.model_dump())
