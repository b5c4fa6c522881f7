"""What `ats doctor` looks at: a finding each, with its remedy."""

from __future__ import annotations

import datetime as dt
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from urllib.parse import urlsplit

from ats.commands.calendar_health import calendars
from ats.commands.entry import templates_folder
from ats.commands.finding import Finding
from ats.errors import AtsError
from ats.outbox.bounce_mailbox import open_mailbox
from ats.outbox.deliver import knock
from ats.outbox.maildir import Maildir
from ats.outbox.render import Renderer
from ats.outbox.smtp_url import SmtpAddress, Timeouts
from ats.records.store import Store
from config.closures import load_closures
from config.faults import ProgrammeFault
from config.programme_file import find_programme, load_programme, packaged_programmes
from config.settings import Settings, unknown_variables
from config.vocabulary import NATIONS

_PATIENCE = 5.0  # seconds
_KEY_LENGTH = 32
_SANE_YEARS = range(2025, 2100)
_AHEAD = dt.timedelta(days=400)  # a cohort that starts now has half-terms until then


def findings(settings: Settings, *, now: dt.datetime) -> Iterator[Finding]:
    """Yield a finding for each thing that has to work. Writes nothing but the local mailbox."""
    yield from _settings(settings)
    yield _data_folder(settings)
    yield _database(settings)
    yield _mail(settings)
    yield from _bounces(settings)
    yield from calendars(settings, now=now)
    yield _prefect()
    yield _clock(settings, now)
    yield from _templates_and_programmes()
    yield from _closures(now)


def _settings(settings: Settings) -> Iterator[Finding]:
    missing = set(settings.missing_for_go_live())
    for one in settings.explained():
        text = f"{one.value} ({one.description.rstrip('.')})"
        remedy = _ADVICE[one.variable](settings) if one.variable in _ADVICE else ""
        if one.variable in missing:
            remedy = f"Set {one.variable} before a cohort goes live."
        if remedy:
            yield Finding(one.variable, "amber", text, remedy)
        else:
            yield Finding(one.variable, "green", text)
    for name in unknown_variables():
        yield Finding(name, "amber", "is no setting of ours", "Remove it, or check its name.")


def _about_address(settings: Settings) -> str:
    """Return what to do about the address of the public pages, nothing when it is well."""
    if settings.public_url is None:
        return (
            "Set it to the https address at which people reach `ats serve`; until then no e-mail "
            "has a link to switch tips and webinar e-mails off."
        )
    parts = urlsplit(settings.public_url)
    if parts.scheme == "https" or parts.hostname in ("localhost", "127.0.0.1", "::1"):
        return ""
    return "Give it an https address: mail programs offer no one-click unsubscribing for others."


def _about_key(settings: Settings) -> str:
    """Return what to do about the key that signs links, nothing when it is well."""
    if settings.secret_key is None:
        return (
            f"Set it to {_KEY_LENGTH} random characters or more and keep it: without it e-mails "
            "have no links of ours, and with another the links in older e-mails no longer open."
        )
    if len(settings.secret_key.get_secret_value()) < _KEY_LENGTH:
        return f"Take {_KEY_LENGTH} random characters or more, so that nobody can guess it."
    return ""


_ADVICE: Mapping[str, Callable[[Settings], str]] = {
    "ATS_PUBLIC_URL": _about_address,
    "ATS_SECRET_KEY": _about_key,
}


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    if not folder.is_dir():
        return Finding("data folder", "red", f"{folder} does not exist", "Run `ats init`.")
    if not os.access(folder, os.W_OK | os.X_OK):
        remedy = "Make it writable, or set ATS_DATA_DIR."
        return Finding("data folder", "red", f"{folder} cannot be written", remedy)
    return Finding("data folder", "green", str(folder))


def _database(settings: Settings) -> Finding:
    try:
        store = Store(settings.database)
        try:
            store.require_current()
            version = store.refuse_newer()
        finally:
            store.close()
    except AtsError as error:
        told, _, remedy = str(error).rpartition("; ")
        return Finding("database", "red", told, remedy[:1].upper() + remedy[1:])
    return Finding("database", "green", f"{store.name} answers, version {version}")


def _mail(settings: Settings) -> Finding:
    try:
        if settings.smtp_url is None:
            if not settings.data_dir.is_dir():
                return Finding("mail", "red", "no folder for the mailbox yet", "Run `ats init`.")
            Maildir(settings.maildir)
            return Finding("mail", "green", f"mail goes into the local mailbox {settings.maildir}")
        address = SmtpAddress.parse(settings.smtp_url.get_secret_value())
        fault = knock(address, timeouts=Timeouts(_PATIENCE, _PATIENCE, _PATIENCE))
    except AtsError as error:
        return Finding("mail", "red", str(error), "Check ATS_SMTP_URL and ATS_DATA_DIR.")
    if fault is not None:
        text = f"{address} cannot be used ({fault.answer})"
        return Finding("mail", "red", text, "Check ATS_SMTP_URL and that the server runs.")
    return Finding("mail", "green", f"{address} answers")


def _bounces(settings: Settings) -> Iterator[Finding]:
    if settings.bounce_mailbox is None:
        return
    if settings.secret_key is None:
        text = "nothing that comes back names its message"
        yield Finding("bounces", "amber", text, "Set ATS_SECRET_KEY, which signs bounce addresses.")
        return
    try:
        with open_mailbox(settings.bounce_mailbox.get_secret_value()):
            text = "their mailbox opens; `ats bounces read` reads it where no deployment does"
            yield Finding("bounces", "green", text)
    except AtsError as error:
        told, _, remedy = str(error).rpartition("; ")
        yield Finding("bounces", "amber", told or remedy, remedy[:1].upper() + remedy[1:])


def _prefect() -> Finding:
    try:
        version = metadata.version("prefect")
    except metadata.PackageNotFoundError:
        return Finding("prefect", "amber", "is not installed", "Run `make setup`.")
    url = os.environ.get("PREFECT_API_URL")
    if not url:
        return Finding("prefect", "green", f"{version}, no server named (`ats up` starts one)")
    if not url.startswith(("http://", "https://")):
        return Finding("prefect", "amber", f"{version}", "PREFECT_API_URL begins with http.")
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=_PATIENCE):  # noqa: S310 (checked above)
            return Finding("prefect", "green", f"{version}, its server answers")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        text = f"{version}, its server does not answer ({reason})"
        return Finding("prefect", "amber", text, "Start it, or check PREFECT_API_URL.")


def _clock(settings: Settings, now: dt.datetime) -> Finding:
    text = f"{now:%A} {now.day} {now:%B %Y, %H:%M} in {settings.timezone}"
    if now.year not in _SANE_YEARS:
        return Finding("clock", "red", text, "Set the clock of this machine.")
    return Finding("clock", "green", text)


def _templates_and_programmes() -> Iterator[Finding]:
    folder = templates_folder()
    try:
        keys = Renderer(folder).keys()
    except AtsError as error:
        yield Finding("templates", "red", str(error), "Install the program again.")
        return
    folders = {path.name for path in folder.iterdir() if (path / "subject.txt").exists()}
    if folders - keys:
        text = f"incomplete: {', '.join(sorted(folders - keys))}"
        yield Finding("templates", "red", text, "Give each its four files.")
    else:
        yield Finding("templates", "green", f"{len(keys)} e-mails, all complete")
    for name in packaged_programmes():
        yield _programme(name, keys)


def _programme(name: str, keys: frozenset[str]) -> Finding:
    try:
        load_programme(find_programme(name), templates=keys)
    except ProgrammeFault as error:
        more = f" and {len(error.faults) - 1} more" if len(error.faults) > 1 else ""
        remedy = f"`ats programme check {name}` tells them all."
        return Finding(f"programme {name}", "red", f"{error.faults[0]}{more}", remedy)
    return Finding(f"programme {name}", "green", "valid")


def _closures(now: dt.datetime) -> Iterator[Finding]:
    for nation in NATIONS:
        name = f"closures {nation}"
        try:
            closures = load_closures(nation, [now.year, now.year + 1])
        except ProgrammeFault as error:
            yield Finding(name, "red", error.faults[0], "Mend the closure file.")
            continue
        text = f"half-terms are known until {closures.known_until}"
        if closures.known_until < (now + _AHEAD).date():
            yield Finding(name, "amber", text, f"Add later ones to config/closures/{nation}.yaml.")
        else:
            yield Finding(name, "green", text)
