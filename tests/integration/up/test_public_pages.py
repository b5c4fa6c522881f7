"""The links of a machine that keeps its mail: an address here, and a key of its own."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from ats.commands.public_pages import KEY_FILE, with_own_links
from ats.errors import SettingsFault
from config.settings import Settings


def settings(folder: Path, **values: object) -> Settings:
    return Settings.model_construct(data_dir=folder, public_port=4300, **values)


def key_of(settings: Settings) -> str:
    assert settings.secret_key is not None
    return settings.secret_key.get_secret_value()


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = with_own_links(settings(tmp_path), always=False)
    second = with_own_links(settings(tmp_path), always=False)

    assert key_of(first) == key_of(second)
    assert len(key_of(first)) >= 40
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_links_lead_to_this_machine_and_what_is_set_stays(tmp_path: Path) -> None:
    unset = with_own_links(settings(tmp_path), always=False)
    set_ = with_own_links(
        settings(tmp_path, public_url="https://ats.example", secret_key=SecretStr("real")),
        always=False,
    )

    assert unset.public_url == "http://127.0.0.1:4300"
    assert (set_.public_url, key_of(set_)) == ("https://ats.example", "real")


def test_a_sample_never_signs_links_that_open_the_pages_of_real_people(tmp_path: Path) -> None:
    real = settings(tmp_path, public_url="https://ats.example", secret_key=SecretStr("real"))

    sample = with_own_links(real, always=True)

    assert sample.public_url == "http://127.0.0.1:4300"
    assert key_of(sample) != "real"


def test_a_key_that_cannot_be_kept_is_one_sentence() -> None:
    with pytest.raises(SettingsFault, match=r"^The key in /proc/secret.key can be neither read"):
        with_own_links(settings(Path("/proc")), always=True)
