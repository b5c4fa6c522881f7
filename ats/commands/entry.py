"""From settings to an office: what every entry point (command, flow, page) starts with."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from email.utils import parseaddr
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from ats.errors import ProgrammeFault
from ats.office import Letterhead, Office
from ats.outbox.local_mailbox import LocalMailbox
from ats.outbox.render import Renderer
from ats.outbox.smtp_url import SmtpAddress
from ats.outbox.verp import BounceAddress
from ats.people.links import Links
from ats.records.store import Store
from config.faults import ProgrammeFault as FaultyFile
from config.programme import Programme
from config.programme_file import find_programme, load_programme
from config.settings import Settings

#: Shown in e-mails of a trial or demo until the provider's own addresses are set.
EXAMPLES = {
    "portfolio": "https://portfolio.example/",
    "knowledge_base": "https://portfolio.example/knowledge-base",
    "privacy_notice": "https://provider.example/privacy",
}


def letterhead(settings: Settings) -> Letterhead:
    """Return the letterhead; what is not set yet is an example that no real mail will carry."""
    return Letterhead(
        sender=settings.sender,
        reply_to=settings.replies,
        operations=settings.operations,
        pxm=settings.pxm,
        portfolio=settings.portfolio_url or EXAMPLES["portfolio"],
        knowledge_base=settings.knowledge_base_url or EXAMPLES["knowledge_base"],
        privacy_notice=settings.privacy_notice_url or EXAMPLES["privacy_notice"],
        dashboard=settings.dashboard_url and str(settings.dashboard_url).rstrip("/"),
        redirect_to=settings.mail_redirect_to,
        trial_recipients=frozenset(a.strip().casefold() for a in settings.trial_recipients),
    )


def templates_folder() -> Path:
    """Return where the e-mail templates are, in a checkout and when installed."""
    return Path(str(files("email_templates") / "layout.txt")).parent


@cache
def _keep_what_start_up_made() -> None:
    """Look at modules and tables no more when collecting garbage: they stay (7 % of a delivery)."""
    gc.freeze()


def open_office(settings: Settings) -> Office:
    """Return the office of this installation. Opens no connection yet."""
    _keep_what_start_up_made()
    renderer = Renderer(templates_folder())

    @lru_cache(maxsize=8)
    def programme_named(name: str) -> Programme:
        try:
            return load_programme(find_programme(name), templates=renderer.keys())
        except FaultyFile as faulty:
            raise ProgrammeFault(faulty.faults) from faulty

    return Office(
        store=Store(settings.database),
        letterhead=letterhead(settings),
        renderer=renderer,
        programme_named=programme_named,
        relay=_Relay(settings),
        pool=settings.smtp_pool,
        rate=settings.smtp_rate,
        journals=settings.data_dir / "journal",
        links=links_of(settings),
        bounces=_bounces(settings),
        mail_stays_here=settings.smtp_url is None,
    )


def links_of(settings: Settings) -> Links | None:
    """Return who makes the links of e-mails; None until address and key are set."""
    if settings.public_url is None or settings.secret_key is None:
        return None
    return Links(str(settings.public_url).rstrip("/"), settings.secret_key.get_secret_value())


def _bounces(settings: Settings) -> BounceAddress | None:
    if settings.bounce_mailbox is None or settings.secret_key is None:
        return None
    mailbox = parseaddr(settings.sender)[1]
    return BounceAddress(mailbox, settings.secret_key.get_secret_value().encode())


def demo_office(
    database: str, relay: Callable[[], SmtpAddress], *, links: Links | None = None
) -> Office:
    """Return an office that no setting of this installation reaches, under example addresses."""
    office = open_office(Settings.model_construct())
    return replace(office, store=Store(database), relay=relay, journals=None, links=links)


class _Relay:
    """The mail server of the settings; without one the local mailbox, started when needed."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.smtp_url.get_secret_value() if settings.smtp_url else None
        self._maildir = settings.data_dir / "mail"
        self._local: SmtpAddress | None = None

    def __call__(self) -> SmtpAddress:
        if self._url is not None:
            return SmtpAddress.parse(self._url)
        if self._local is None:
            mailbox = ExitStack()
            self._local = mailbox.enter_context(LocalMailbox(self._maildir))
            atexit.register(mailbox.close)
        return self._local
