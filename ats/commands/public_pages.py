"""The public pages on this machine: their address, and a key of their own to sign links with."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from ats.errors import SettingsFault
from config.settings import Settings

HOST = "127.0.0.1"
KEY_FILE = "secret.key"


def with_own_links(settings: Settings, *, always: bool) -> Settings:
    """Return the settings with links that lead to this machine, signed by a key of its own.

    For mail that stays here. What is set stays as it is, unless *always*: links of a sample must
    not open the pages of real people. Raises SettingsFault where the key cannot be kept.
    """
    own: dict[str, object] = {}
    if always or settings.public_url is None:
        own["public_url"] = f"http://{HOST}:{settings.public_port}"
    if always or settings.secret_key is None:
        own["secret_key"] = SecretStr(_kept_key(settings.data_dir))
    return settings.model_copy(update=own)


def _kept_key(folder: Path) -> str:
    """Return the key kept in this folder, made the first time, readable by its owner only."""
    path = folder / KEY_FILE
    try:
        if not path.exists():
            fresh = folder / f".{KEY_FILE}.{os.getpid()}"
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(f"{secrets.token_urlsafe(32)}\n")
            fresh.rename(path)
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        raise SettingsFault(
            f"The key in {path} can be neither read nor made ({error}); make the folder "
            "writable, or set ATS_SECRET_KEY."
        ) from error
