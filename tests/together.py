"""Which tests one worker of a test run takes as a piece (pytest-xdist)."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

#: Folders whose modules share what takes long to make: a browser, a Prefect server, the demo.
WHOLE = ("tests/browser", "tests/flows", "tests/integration/demo")


class FilesAndFolders(LoadFileScheduling):
    """Gives out modules, as `--dist loadfile` does, but these folders whole."""

    def _split_scope(self, nodeid: str) -> str:
        module = super()._split_scope(nodeid)
        return next((folder for folder in WHOLE if module.startswith(f"{folder}/")), module)
