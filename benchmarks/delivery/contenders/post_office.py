"""Row to recorded: django-post_office, by its own command `send_queued_mail`.

Runs in the peer's environment. SQLite is set as ours is (WAL, synchronous NORMAL), so that no
difference comes from there; `threads` and `batch` are post_office's own settings, and of its
mails every success is logged, as it does unless told not to.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings
from django.core.management import call_command

from benchmarks.delivery.contender import measured
from benchmarks.delivery.corpus import load


def main(task: str, database: str, port: str, corpus: str, threads: str, batch: str) -> None:
    """Make the tables and rows of the corpus (`prepare`), or send what is queued (`send`)."""
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        DATABASES={"default": _database(database)},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=int(port),
        POST_OFFICE={"THREADS_PER_PROCESS": int(threads), "BATCH_SIZE": int(batch)},
        TEMPLATES=[{"BACKEND": "post_office.template.backends.post_office.PostOfficeTemplates"}],
        USE_TZ=True,
    )
    django.setup()
    if task == "prepare":
        _prepare(Path(corpus))
        return
    with tempfile.TemporaryDirectory() as folder:
        lock = f"{folder}/post_office"
        measured(lambda: call_command("send_queued_mail", lockfile=lock))


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"
        options = {"init_command": pragmas, "transaction_mode": "IMMEDIATE", "timeout": 30}
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path[1:],
            "OPTIONS": options,
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": parts.username,
        "HOST": parse_qs(parts.query)["host"][0],
    }


def _prepare(corpus: Path) -> None:
    from post_office.models import PRIORITY, STATUS, Email

    call_command("migrate", verbosity=0)
    Email.objects.bulk_create(
        [
            Email(
                from_email=letter.sender,
                to=[letter.to],
                subject=letter.subject,
                message=letter.text,
                html_message=letter.html,
                status=STATUS.queued,
                priority=PRIORITY.medium,
            )
            for letter in load(corpus)
        ],
        batch_size=500,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
