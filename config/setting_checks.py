"""What the value of a setting may be.

Each check returns it, or raises ValueError with what is wrong and what to write: a sentence that
begins after the variable's name, and never repeats the value, which may hold a password.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

_ADDRESS = re.compile(
    r'(?!\.)(?!.*\.\.)[^\s@<>()\[\]\\,;:"\x00-\x1f\x7f]{1,64}(?<!\.)@[\w-]{1,63}(\.[\w-]{1,63})*'
)
_IN_MEMORY = ("sqlite://", "sqlite:///", "sqlite:///:memory:")
_DATABASES = ("sqlite://", "postgresql+psycopg://")
_MAIL_SERVERS = ("smtp", "smtp+starttls", "smtps")


def _address(value: str) -> str:
    # Reserved names such as localhost and .test are for those who try things out, so they pass;
    # the email-validator refuses them.
    if not _ADDRESS.fullmatch(value):
        raise ValueError("is not an e-mail address: write for instance team@provider.example")
    local, _, domain = value.rpartition("@")
    return f"{local}@{domain.lower()}"


def _sender(value: str) -> str:
    name, address = parseaddr(value)
    if not address or not value.isprintable() or re.search(r'["\\<>]', name):
        raise ValueError(
            "must be an address or a name with one: "
            "write for instance ATS programme team <ats@provider.example>"
        )
    if re.search(r"[()@,:;.\[\]]", name):
        name = f'"{name}"'
    return f"{name} <{_address(address)}>" if name else _address(address)


def _addresses(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return tuple(_address(part.strip()) for part in re.split(r"[,;\n]", value) if part.strip())
    except ValueError:
        raise ValueError(
            "must be e-mail addresses with commas between them: "
            "write for instance ada@provider.example, ben@provider.example"
        ) from None


def _web_address(value: str) -> str:
    parts = _split(value)
    if parts is None or parts.scheme not in ("http", "https") or re.search(r"\s", value):
        raise ValueError("is not a web address: write for instance https://provider.example/page")
    return value.rstrip("/") if parts.path == "/" and not parts.query else value


def _database(value: SecretStr) -> SecretStr:
    if value.get_secret_value().strip() in _IN_MEMORY:
        raise ValueError(
            "is a database in memory, which ends with each command; write sqlite:///path/to/file"
        )
    if not value.get_secret_value().startswith(_DATABASES):
        raise ValueError(
            "must begin with sqlite:/// or postgresql+psycopg://: write for instance "
            "postgresql+psycopg://user:password@host/ats"
        )
    return value


def _mail_server(value: SecretStr) -> SecretStr:
    parts = _split(value.get_secret_value())
    if parts is None or parts.scheme not in _MAIL_SERVERS:
        raise ValueError(
            "must have the form smtp://host:port, smtp+starttls://user:password@host:587 or "
            "smtps://user:password@host, signs such as / ? # in the password as %2F %3F %23"
        )
    return value


def _split(value: str) -> Any:
    """Return the parts of an address that names a host and no impossible port, else None."""
    try:
        parts = urlsplit(value)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _folder(value: Path) -> Path:
    """Return the path from the root, so that it stays the same folder for child processes."""
    return value.expanduser().absolute()


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        raise ValueError("is not a time zone: write for instance Europe/London") from None
    return value


def _number(
    kind: type[int] | type[float], least: float, most: float, example: str
) -> Callable[[object], object]:
    def check(value: object) -> object:
        try:
            number = kind(str(value).strip())
        except ValueError:
            number = kind(-1)
        if not least <= number <= most:
            what = "a whole number" if kind is int else "a number"
            raise ValueError(
                f"must be {what} from {least:g} to {most:g}: write for instance {example}"
            )
        return number

    return check


Address = Annotated[str, AfterValidator(_address)]
Sender = Annotated[str, AfterValidator(_sender)]
Addresses = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_addresses)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]
MailServerUrl = Annotated[SecretStr, AfterValidator(_mail_server)]
Folder = Annotated[Path, AfterValidator(_folder)]
Zone = Annotated[str, AfterValidator(_zone)]
Port = Annotated[int, BeforeValidator(_number(int, 1, 65_535, "4300"))]
PoolSize = Annotated[int, BeforeValidator(_number(int, 1, 100, "10"))]
Rate = Annotated[float, BeforeValidator(_number(float, 0.01, 10_000, "20"))]
