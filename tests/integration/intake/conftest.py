from pathlib import Path

import pytest
from desk import Desk

from ats.records.store import Store


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)
