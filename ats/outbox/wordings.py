"""Wordings: the templates that messages were written from, kept so that each can be shown again."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from ats.outbox.render import Renderer
from ats.records import models as m
from ats.records.store import Store


class Wordings:
    """Keeps each version of the templates once, the first time that something is written in it."""

    def __init__(self, store: Store, renderer: Renderer) -> None:
        self._store = store
        self._renderer = renderer
        self._known: dict[frozenset[str], str] = {}

    def kept(self, keys: frozenset[str]) -> str:
        """Return the version of these keys' templates, which the records hold from now on."""
        if keys not in self._known:
            version = self._renderer.version(keys)
            self._keep(version, keys)
            self._known[keys] = version
        return self._known[keys]

    def _keep(self, version: str, keys: frozenset[str]) -> None:
        with self._store.read() as session:
            known = select(col(m.Wording.version)).where(col(m.Wording.version) == version)
            if session.execute(known).first() is not None:
                return
        try:
            with self._store.write() as session:
                session.add(m.Wording(version=version, files=self._renderer.files(keys)))
        except IntegrityError:
            return  # another worker was quicker
