"""The mailbox to which undeliverable mail returns."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.conclusion import conclude
from tasks.nightly import read_mailbox


@flow(name="read-bounces")
async def read_bounces() -> State[Any]:
    """Reads what mail servers sent back; nothing more goes to an address that does not work."""
    return await conclude(await read_mailbox())
