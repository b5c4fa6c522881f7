"""Load programme files, and say everything that is wrong with one at once."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from config.faults import Finding, ProgrammeFault, did_you_mean
from config.programme import Programme
from config.programme_checks import whole_findings
from config.programme_draft import draft_of
from config.programme_references import reference_findings
from config.programme_shapes import shape_findings
from config.schema_faults import schema_findings
from config.yaml_source import Source, read_yaml, sentence

_PACKAGED = Path(__file__).parent / "programmes"


def load_programme(path: Path, *, templates: frozenset[str] | None = None) -> Programme:
    """Return the programme in a YAML file, checked as a whole.

    Raises ProgrammeFault with every fault of the file: a sentence each, with file, line, key and
    what would be right. With `templates`, the keys of all e-mail templates, a step or rung that
    would send another one is a fault too.
    """
    source = read_yaml(path)
    programme, schema = _validated(source)
    unread = {finding.place for finding in source.findings}
    findings = [*source.findings, *(f for f in schema if f.place not in unread)]
    draft = draft_of(source.data)
    findings += whole_findings(draft)
    findings += shape_findings(draft)
    findings += reference_findings(draft, templates)
    if findings or programme is None:
        raise ProgrammeFault(source.sentences(findings))
    return programme


def _validated(source: Source) -> tuple[Programme | None, list[Finding]]:
    try:
        return Programme.model_validate(source.data), []
    except ValidationError as error:
        return None, list(schema_findings(error, Programme))


def packaged_programmes() -> tuple[str, ...]:
    """Return the names of the programmes that come with the product, sorted."""
    return tuple(sorted(path.stem for path in _PACKAGED.glob("*.yaml")))


def find_programme(name_or_path: str) -> Path:
    """Return the file of a packaged programme's name (`ats`), or the file at a path.

    Raises ProgrammeFault if there is neither.
    """
    if name_or_path in packaged_programmes():
        return _PACKAGED / f"{name_or_path}.yaml"
    path = Path(name_or_path)
    if path.is_file():
        return path
    if path.suffix or len(path.parts) > 1:
        fault = sentence(name_or_path, "there is no such file; check its name and folder")
    else:
        near = did_you_mean(name_or_path, packaged_programmes())
        fault = sentence(name_or_path, f"there is no such programme; {near}")
    raise ProgrammeFault([fault])
