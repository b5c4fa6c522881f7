"""The tables that imports read and write in bulk, without the object mapper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table
from sqlmodel import SQLModel

import ats.records.models  # noqa: F401 (defines the tables)

Item = TypeVar("Item")
_BATCH = 500  # well under the number of parameters that any database takes

TABLES = SQLModel.metadata.tables


def _table(name: str) -> Table:
    return TABLES[name]


AUDIT = _table("audit")
CASE = _table("cases")
CHANGE = _table("enrolment_change")
COHORT = _table("cohort")
DEADLINE_PUBLISHED = _table("deadline_published")
ENROLMENT = _table("enrolment")
FEED = _table("feed")
HEADER_MAPPING = _table("header_mapping")
IMPORT = _table("import")
IMPORT_CHANGE = _table("import_change")
LEDGER = _table("ledger")
MENTORSHIP = _table("mentorship")
MESSAGE = _table("message")
NOTE = _table("note")
OPT_OUT = _table("opt_out")
OVERLAY = _table("overlay")
PERSON = _table("person")
PROGRESS = _table("progress")
PUBLICATION = _table("publication")
REGISTER_MENTOR = _table("register_mentor")
ROLE = _table("role")
WELCOMED = _table("welcomed")


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield the items in lists that fit into one statement."""
    whole = list(items)
    for start in range(0, len(whole), _BATCH):
        yield whole[start : start + _BATCH]


def rows_where(
    connection: Connection,
    query: Select[Any],
    column: ColumnElement[Any],
    values: Iterable[object],
) -> Iterator[Row[Any]]:
    """Yield the query's rows whose column is one of the values, however many these are."""
    for batch in batches(values):
        yield from connection.execute(query.where(column.in_(batch)))
