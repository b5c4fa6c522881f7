"""Alembic's entry: runs migrations on the connection that `Store.upgrade` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import DateTime
from sqlmodel import AutoString, SQLModel

from ats.records import models


def _plain(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write our own types as plain ones, so that an old migration never imports today's code."""
    if kind == "type" and isinstance(item, models.UtcDateTime):
        return f"sa.{DateTime(timezone=True)!r}"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String({item.length or ''})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    compare_type=True,
    render_item=_plain,
)
with context.begin_transaction():
    context.run_migrations()
