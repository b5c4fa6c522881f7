"""`ats init`: create or upgrade the database, and make the data folder."""

from __future__ import annotations

from pathlib import Path

from ats.commands.answer import answer, say
from ats.commands.options import Json


def init(as_json: Json = False) -> None:
    """Create the data folder and the database, or upgrade them."""
    from ats.records.store import Store
    from config.settings import load_settings

    settings = load_settings()
    _make(settings.data_dir)
    store = Store(settings.database)
    try:
        before = store.refuse_newer()
        store.upgrade()
        version = store.refuse_newer()
    finally:
        store.close()
    done = "created" if before is None else "upgraded" if before != version else "unchanged"
    document = {
        "database": store.name,
        "data_dir": str(settings.data_dir),
        "result": done,
        "version": version,
        "was": before,
    }

    def human() -> None:
        words = {"unchanged": "is of this version already; nothing to do"}
        say(f"The database {store.name} {words.get(done, f'is {done}')}.")
        say(f"Everything that is written goes into {settings.data_dir}.")

    answer(document, as_json=as_json, human=human)


def _make(folder: Path) -> None:
    from ats.errors import SettingsFault

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsFault(
            f"The data folder {folder} cannot be made ({error.strerror}); "
            "make the folder above it writable, or set ATS_DATA_DIR."
        ) from error
