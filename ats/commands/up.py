"""`ats up`: everything on this machine until Ctrl-C. Prefect runs in child processes only."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from ats.commands.answer import say
from ats.commands.children import Children
from ats.commands.lock import only_one, refuse_second
from ats.commands.public_pages import HOST, with_own_links
from ats.commands.python_path import python_environment
from ats.errors import Refused, SettingsFault
from ats.outbox.local_mailbox import LocalMailbox
from ats.outbox.smtp_url import SmtpAddress
from ats.records.store import Store
from config.settings import Settings, load_settings, variable

PORT_VARIABLE = "PREFECT_SERVER_API_PORT"
PORT = 4200
SAMPLE_DIR = Path("var/sample")
READY_WITHIN = 120.0  # seconds; a first start makes Prefect's database
FLOWS_PATIENCE, SERVER_PATIENCE, PAGES_PATIENCE = 6.0, 5.0, 1.5  # and the mailbox 2: below 15


def up(sample: bool) -> None:
    """Run the dashboard, the schedules, the public pages and a local mailbox until Ctrl-C.

    `sample`: with the sample cohort, in a data folder of its own, never mailing anybody. Raises
    FolderInUse for a data folder in use, Refused for a port that is taken, ChildEnded when a
    process ends by itself.
    """
    port = _port()
    if sample:
        os.environ.update(_sample_environment())
    settings = load_settings()
    refuse_second(settings.data_dir)
    _refuse_taken(port, "dashboard's", PORT_VARIABLE)
    _refuse_taken(settings.public_port, "public pages'", variable("public_port"))
    local = sample or settings.smtp_url is None  # all mail goes into a mailbox on this machine
    with only_one(settings.data_dir):
        if local:
            settings = with_own_links(settings, always=sample)
            settings = with_own_dashboard(settings, port, always=sample)
        _prepare(settings, sample)
        with _mail_server(settings, local=local) as mail_server:
            environment = child_environment(settings, port=port, mail_server=mail_server)
            places = _places(settings, port, local=local, sample=sample)
            _run(environment, settings, port, places=places)


def with_own_dashboard(settings: Settings, port: int, *, always: bool) -> Settings:
    """Return the settings with the dashboard of this machine, as `with_own_links` its pages."""
    if settings.dashboard_url is not None and not always:
        return settings
    return settings.model_copy(update={"dashboard_url": f"http://{HOST}:{port}"})


def _prepare(settings: Settings, sample: bool) -> None:
    """Make the import folder, put the sample into the database, and upgrade that."""
    _make(settings.import_dir)
    if sample:
        from ats.commands.sample import seed

        seed(settings, now=dt.datetime.now(dt.UTC))  # noqa: TID251 (an entry point)
    store = Store(settings.database)
    store.upgrade()
    store.close()


def _places(settings: Settings, port: int, *, local: bool, sample: bool) -> dict[str, str]:
    commands = f"ATS_DATA_DIR={settings.data_dir} .venv/bin/ats why P0017"
    return {
        "Dashboard": f"http://{HOST}:{port}",
        "Pages": f"http://{HOST}:{port}/artifacts",
        "Public": _public(settings),
        "Mail": f"in {settings.maildir}" if local else "to ATS_SMTP_URL, so to real people",
        "Import": f"put rosters and exports into {settings.import_dir}",
        "Logs": f"{settings.data_dir / 'logs'}",
        **({"Commands": commands} if sample else {}),
        "Stop": "Ctrl-C",
    }


def _public(settings: Settings) -> str:
    place = f"http://{HOST}:{settings.public_port}"
    if settings.public_url == place:
        return f"{place}, where the links in e-mails lead"
    known = settings.public_url and settings.secret_key
    return f"{place}, {settings.public_url if known else 'no link leads there: see `ats doctor`'}"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsFault(
            f"The folder {folder} cannot be made ({error.strerror}); make the folder above it "
            "writable, or name another one in the settings."
        ) from error


def _run(
    environment: Mapping[str, str], settings: Settings, port: int, *, places: Mapping[str, str]
) -> None:
    with Children(settings.data_dir / "logs") as children:
        say("Starting …")
        server = ["prefect", "server", "start", "--host", HOST, "--port", str(port)]
        pages = ["web", "--host", HOST, "--port", str(settings.public_port)]
        children.start("pages", pages, env=environment, patience=PAGES_PATIENCE)
        if not children.wait(lambda: _opens(settings.public_port), seconds=READY_WITHIN):
            return
        children.start("dashboard", server, env=environment, patience=SERVER_PATIENCE)
        if not children.wait(lambda: _answers(port), seconds=READY_WITHIN):
            return
        children.start("flows", ["flows", "--alone"], env=environment, patience=FLOWS_PATIENCE)
        if children.wait(lambda: _serves(port), seconds=READY_WITHIN):
            for name, place in places.items():
                say(f"{name:<12}{place}")
            children.wait()
        say("Stopping …")
    say("Everything is stopped.")


# -- the environment of the children ------------------------------------------------------------


def child_environment(
    settings: Settings, *, port: int, mail_server: SmtpAddress | None
) -> dict[str, str]:
    """Return ours, with Prefect's set anew: nothing of another installation, nothing sent home."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    if mail_server is not None:
        environment["ATS_SMTP_URL"] = str(mail_server)
    if settings.public_url is not None:
        environment["ATS_PUBLIC_URL"] = settings.public_url
    if settings.dashboard_url is not None:
        environment["ATS_DASHBOARD_URL"] = settings.dashboard_url
    if settings.secret_key is not None:
        environment["ATS_SECRET_KEY"] = settings.secret_key.get_secret_value()
    return environment | {
        "DO_NOT_TRACK": "1",
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_HOME": str(settings.data_dir / "prefect"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_UI_V2_ENABLED": "false",  # it asks an analytics host at every load
        **python_environment(),
    }


def _sample_environment() -> dict[str, str]:
    """Return what keeps the sample apart from everything real, whatever a `.env` says."""
    folder = SAMPLE_DIR.absolute()
    return {
        "ATS_DATA_DIR": str(folder),
        "ATS_DATABASE_URL": f"sqlite:///{folder / 'ats.db'}",
        "ATS_IMPORT_DIR": str(folder / "import"),
        "ATS_CALENDAR_DIR": str(folder / "calendars"),
    }


@contextlib.contextmanager
def _mail_server(settings: Settings, *, local: bool) -> Iterator[SmtpAddress | None]:
    """Yield the address of a mailbox in the data folder; None where mail goes elsewhere."""
    if not local:
        yield None
        return
    with LocalMailbox(settings.maildir) as address:
        yield address


# -- ports and answers --------------------------------------------------------------------------


def _port() -> int:
    given = os.environ.get(PORT_VARIABLE, "") or str(PORT)
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Refused(f"{PORT_VARIABLE} is no port; write a number such as {PORT}.")
    return int(given)


def _refuse_taken(port: int, whose: str, setting: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Refused(
                f"Port {port} on {HOST}, the {whose}, cannot be used ({error.strerror}); end "
                f"what uses it, or set {setting} to another port."
            ) from error


def _answers(port: int) -> bool:
    return _get(f"http://{HOST}:{port}/api/health") == b"true"


def _opens(port: int) -> bool:
    return _get(f"http://{HOST}:{port}/health") == b"ok"


def _serves(port: int) -> bool:
    """Say whether the deployments are there."""
    url = f"http://{HOST}:{port}/api/deployments/count"
    return (_get(url, method="POST") or b"0") != b"0"


def _get(url: str, *, method: str = "GET") -> bytes | None:
    request = urllib.request.Request(url, method=method)  # noqa: S310 (http, to ourselves)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 (as above)
            return bytes(answer.read())
    except (urllib.error.URLError, OSError):
        return None
