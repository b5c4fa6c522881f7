"""Databases in which mail waits to be sent, and certificates for servers that speak TLS."""

from __future__ import annotations

import datetime as dt
import ipaddress
import shutil
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sending import Desk, stage_one_message
from small_cohort import ADA, BEN, CAT, CROWD, DOT

from ats.commands.entry import open_office
from ats.office import Office
from ats.records.store import Store
from config.settings import Settings


@pytest.fixture(scope="session")
def example_office() -> Office:
    """An office that no setting of this machine reaches: its templates are read once."""
    return open_office(Settings.model_construct())


@pytest.fixture(scope="session")
def staged_file(
    example_office: Office, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A SQLite file in which one message to Ada waits to be sent."""
    folder = tmp_path_factory.mktemp("staged")
    store = Store(f"sqlite:///{shutil.copy(sqlite_template, folder / 'staged.db')}")
    stage_one_message(replace(example_office, store=store, _timelines={}), folder)
    store.close()
    return folder / "staged.db"


@pytest.fixture
def desk(request: pytest.FixtureRequest, example_office: Office, tmp_path: Path) -> Iterator[Desk]:
    """One message to Ada, queued; on SQLite unless parametrised with "postgresql"."""
    if getattr(request, "param", "sqlite") == "sqlite":
        file = shutil.copy(request.getfixturevalue("staged_file"), tmp_path / "ats.db")
        store = Store(f"sqlite:///{file}")
        yield Desk(replace(example_office, store=store, _timelines={}), tmp_path)
        store.close()
        return
    store = request.getfixturevalue("postgresql_store")
    office = replace(example_office, store=store, _timelines={})
    stage_one_message(office, tmp_path)
    yield Desk(office, tmp_path)


@pytest.fixture
def four(store: Store, example_office: Office, tmp_path: Path) -> Desk:
    """Messages to four people, queued; on both databases."""
    office = replace(example_office, store=store, _timelines={})
    stage_one_message(office, tmp_path, ADA, BEN, CAT, DOT)
    return Desk(office, tmp_path)


@pytest.fixture
def forty(example_office: Office, sqlite_template: Path, tmp_path: Path) -> Iterator[Desk]:
    """Messages to forty people, queued."""
    store = Store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'ats.db')}")
    office = replace(example_office, store=store, _timelines={})
    stage_one_message(office, tmp_path, *CROWD[:40])
    yield Desk(office, tmp_path)
    store.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    host = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([host]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    pem = serialization.Encoding.PEM
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, *private))
    return file


@pytest.fixture(scope="session")
def server_tls(certificate: Path) -> ssl.SSLContext:
    """What a server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def client_tls(certificate: Path) -> ssl.SSLContext:
    """What a client that trusts that certificate uses."""
    return ssl.create_default_context(cafile=certificate)
