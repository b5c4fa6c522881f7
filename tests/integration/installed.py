"""`ats` from the wheel, in an environment that holds nothing else of ours."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")  # of this process's environment
_PIP = ("install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")


@dataclass(frozen=True)
class Installed:
    """The wheel, and an environment with it, this one's dependencies and without the checkout."""

    folder: Path

    @property
    def wheel(self) -> Path:
        (wheel,) = (self.folder / "dist").glob("*.whl")
        return wheel

    @property
    def python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"

    def make(self) -> None:
        """Build the wheel from this checkout and install it, without any network."""
        dist, environment = self.folder / "dist", self.folder / "venv"
        _do(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", dist, ROOT)
        venv.create(environment, with_pip=False)
        (packages,) = (environment / "lib").glob("python*/site-packages")
        # A .pth names this environment's packages. The .pth files in there, of which one makes
        # the checkout importable, are not read.
        (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
        _do(sys.executable, "-m", "pip", "--python", self.python, *_PIP, self.wheel)

    def ats(
        self, *arguments: str, folder: Path, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the command in *folder*, with these settings and none of this machine's."""
        return self.run(self.python.parent / "ats", *arguments, folder=folder, **settings)

    def answer(self, *arguments: str, folder: Path, **settings: str) -> Any:
        """Run a command that must succeed in silence, and return its JSON document."""
        ran = self.ats(*arguments, "--json", folder=folder, **settings)
        assert (ran.returncode, ran.stderr) == (0, "")
        return json.loads(ran.stdout)

    def run(
        self, *command: str | Path, folder: Path, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in *folder*."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return subprocess.run(
            command,
            cwd=folder,
            env={**kept, **settings},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )


@dataclass(frozen=True)
class DemoRun:
    """What `ats init`, then `ats demo --json --out the-year`, said and left in an empty folder."""

    installed: Installed
    folder: Path

    def make(self) -> None:
        self.place.mkdir()
        began = self.installed.ats("init", "--json", folder=self.place)
        ran = self.installed.ats("demo", "--json", "--out", "the-year", folder=self.place)
        said = {
            "init": [began.returncode, began.stdout, began.stderr],
            "demo": [ran.returncode, ran.stdout, ran.stderr],
        }
        (self.folder / "said.json").write_text(json.dumps(said))

    @property
    def place(self) -> Path:
        """The folder that was empty before."""
        return self.folder / "empty"

    @property
    def out(self) -> Path:
        return self.place / "the-year"

    def said(self, command: str) -> tuple[int, str, str]:
        """Return exit code, standard output and standard error of "init" or "demo"."""
        code, out, err = json.loads((self.folder / "said.json").read_text())[command]
        return code, out, err

    @property
    def document(self) -> Any:
        """The demo's one JSON document."""
        return json.loads(self.said("demo")[1])


def _do(*command: str | Path) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
