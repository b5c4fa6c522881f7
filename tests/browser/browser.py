"""A browser that opens our pages, as far as there is one on this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ats.people.links import Links

LINKS = Links("https://ats.provider.example", "a key that nobody else has, of 43 signs")
LOOK = Path(__file__).with_name("look.js")
TOOLS = Path(os.environ.get("BROWSER_TOOLS_DIR") or Path.home() / ".cache" / "browser-tools")
INSTALL = "`make browser` installs it"
SECONDS = 240


class Browser:
    """Chromium, driven by a script of ours. Skips the test where something of it is missing.

    With BROWSER_TESTS=required, as in `.ci/run`, that is a failure instead.
    """

    def __init__(self) -> None:
        self._node, self._chromium = shutil.which("node"), shutil.which("chromium")
        packages = [TOOLS / "node_modules" / name for name in ("playwright-core", "axe-core")]
        missing = [name for name in ("node", "chromium") if shutil.which(name) is None]
        missing += [package.name for package in packages if not package.exists()]
        if missing:
            said = f"No browser opens the pages: {', '.join(missing)} not found; {INSTALL}"
            if os.environ.get("BROWSER_TESTS") == "required":
                pytest.fail(said)
            pytest.skip(said)

    def look(self, visits: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        """Open these pages and return what is there, by name; see `look.js`."""
        asked = {"chromium": self._chromium, "visits": visits, **more}
        done = subprocess.run(
            [str(self._node), str(LOOK)],
            input=json.dumps(asked),
            env={**os.environ, "NODE_PATH": str(TOOLS / "node_modules")},
            capture_output=True,
            check=False,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == 0, done.stderr
        seen: dict[str, Any] = json.loads(done.stdout)
        return seen
