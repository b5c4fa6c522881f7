"""`ats` is installable as a wheel: all that it needs travels inside, the checkout is not needed."""

import json
import shutil
import zipfile
from pathlib import Path

from installed import ROOT, DemoRun, Installed

SAMPLE = "config/samples/2026-10"
IMPORTABLE = """
import ats, config, json, flows, tasks, email_templates
print(json.dumps([ats.__file__, config.__file__, flows.__file__, list(email_templates.__path__)]))
"""


def test_programmes_closures_samples_templates_and_migrations_are_inside(
    installed: Installed,
) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        inside = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert {
        "config/programmes/ats.yaml",
        "config/programmes/qtls.yaml",
        "config/closures/england.yaml",
        "config/closures/northern-ireland.yaml",
        "config/closures/scotland.yaml",
        "config/closures/wales.yaml",
        f"{SAMPLE}/roster-2026-10.csv",
        "email_templates/layout.html",
        "email_templates/deadlines.html",
        "email_templates/pdp-tip/subject.txt",
        "ats/records/migrations/versions/0001_the_first_records.py",
        "flows/__main__.py",
        "web/__main__.py",
        "web/templates/layout.html",
        "web/templates/style.css",
    } <= inside
    exports = [name for name in inside if name.startswith(f"{SAMPLE}/progress-")]
    assert len(exports) == len(list((ROOT / SAMPLE).glob("progress-*.csv"))) == 55
    packages = {"ats", "calendars", "config", "email_templates", "flows", "tasks", "web"}
    assert {name.split("/")[0] for name in inside} == packages
    assert not [name for name in inside if "__pycache__" in name]


def test_nothing_of_the_checkout_can_be_imported_there(
    installed: Installed, tmp_path: Path
) -> None:
    ran = installed.run(installed.python, "-c", IMPORTABLE, folder=tmp_path)

    assert ran.returncode == 0, ran.stderr
    assert str(ROOT) not in ran.stdout.replace(str(installed.folder), "")
    first, *_ = json.loads(ran.stdout)
    assert Path(first).is_relative_to(installed.folder / "venv")


def test_from_an_empty_folder_it_makes_its_database_and_takes_a_cohort_live(
    installed: Installed, tmp_path: Path
) -> None:
    ats, folder = installed.answer, tmp_path
    packages = next((installed.folder / "venv" / "lib").glob("python*/site-packages"))
    shutil.copy(packages / SAMPLE / "roster-2026-10.csv", folder)
    programme = packages / "config" / "programmes" / "qtls.yaml"

    ats("init", folder=folder)
    checked = installed.ats("programme", "check", str(programme), folder=folder)
    launch = ("cohort", "launch", "2026-10", "--starts", "2026-10-05", "--now", "2026-09-01")
    launched = ats(*launch, folder=folder)
    roster = ("roster", "import", "roster-2026-10.csv", "--cohort", "2026-10")
    imported = ats(*roster, "--apply", "--now", "2026-09-02T10:00", folder=folder)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert (launched["status"], len(launched["webinars"])) == ("trial", 10)
    assert (imported["applied"], imported["new"], imported["problems"]) == (True, 125, [])
    assert (folder / "var" / "ats.db").exists()


def test_the_demo_of_the_wheel_runs_in_an_empty_folder_and_writes_nowhere_else(
    demo_run: DemoRun,
) -> None:
    code, _, complaints = demo_run.said("init")
    assert (code, complaints) == (0, "")

    code, out, complaints = demo_run.said("demo")

    assert (code, complaints) == (0, "")
    assert json.loads(out) == demo_run.document  # one document, nothing else
    assert {path.name for path in demo_run.place.iterdir()} == {"var", "the-year"}
    assert Path(demo_run.document["maildir"]) == demo_run.out / "mail"
