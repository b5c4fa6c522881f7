"""Rendering: the context of one message in; its subject, text and HTML out.

A message has one part or several (merged items of one person, role and day). A part names its
template, a folder with subject.txt, text.txt, html.html and reason.txt. Directly in the templates
folder lie the layout, which adds greeting, signature and foot around all parts, and the partials,
blocks that several templates include. Callers get finished strings: nobody else in `ats` imports
jinja2.
"""

import hashlib
import re
import traceback
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateNotFound, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from ats.errors import TemplateFault
from ats.outbox.fold import folded
from ats.outbox.inline import Inliner
from ats.outbox.words import FILTERS, count_words, names

FILES: Final = ("subject.txt", "text.txt", "html.html", "reason.txt")
LAYOUT: Final = ("layout.txt", "layout.html", "layout.css")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# What Jinja, a filter or an expression of a template may raise while a template is filled.
_FAULTS: Final = (
    TemplateError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as its recipient sees it: a subject of one line and two forms of one body."""

    subject: str
    text: str
    html: str


class _Environment(SandboxedEnvironment):
    """A sandbox made for contexts of dictionaries, and for one set of global names."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the names that a template knows, as a dictionary: it is copied for each page."""
        return {**self.globals, **(d or {})}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return `obj.attribute`, a dictionary's key before its methods."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class Renderer:
    """The templates as they stood when this was made; later changes on disk are not seen."""

    def __init__(self, templates: Path | Mapping[str, str]) -> None:
        """Read every template in a folder, or take their texts by path.

        Raises TemplateFault without a readable layout.
        """
        self._sources = _read(templates) if isinstance(templates, Path) else dict(templates)
        self._environment = _Environment(
            loader=FunctionLoader(self._loaded),
            undefined=StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(".html"),
            finalize=_printed,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,  # what follows an include begins a line of its own
            auto_reload=False,
            cache_size=-1,
        )
        self._environment.filters.update({one.__name__: one for one in FILTERS})
        self._inliner = Inliner()

    def keys(self) -> frozenset[str]:
        """Return the message keys that have all four files."""
        folders = {name.partition("/")[0] for name in self._sources if "/" in name}
        return frozenset(key for key in folders if not self._lacking(key))

    def version(self, keys: Iterable[str]) -> str:
        """Return the SHA-256 (hex) of layout, partials and these keys' files, whatever their order.

        Raises TemplateFault for a key without all four files.
        """
        digest = hashlib.sha256()
        for name, text in sorted(self.files(keys).items()):
            source = text.encode()
            digest.update(f"{name}\0{len(source)}\0".encode() + source)
        return digest.hexdigest()

    def files(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the text of the layout and of these keys' files by path. Raises TemplateFault."""
        names = [name for name in self._sources if "/" not in name]
        for key in keys:
            self._demand(key)
            names += [f"{key}/{file}" for file in FILES]
        return {name: self._sources[name] for name in names}

    def render(self, context: Mapping[str, Any]) -> Rendered:
        """Return the message for *context*, {"shared": {…}, "parts": [{"template": key, …}, …]}.

        A value never brings markup into the HTML nor lines of its own into the text. Raises
        TemplateFault, naming template and field, where a template or field is missing, where a
        printed field is None, and where a subject would be empty or hold a control character.
        """
        try:
            shared, several = context["shared"], len(context["parts"]) > 1
            parts = [self._part({**shared, **part}, several=several) for part in context["parts"]]
            trial = bool(shared["trial"])
        except KeyError as missing:
            raise TemplateFault(f"The context of a message has no {missing}.") from missing
        subject = _subject([part["subject"] for part in parts])
        reasons = list(dict.fromkeys(part["reason"] for part in parts))
        whole = {**shared, "subject": subject, "parts": parts, "reasons": reasons}
        return Rendered(
            subject=f"TRIAL: {subject}" if trial else subject,
            text=folded(self._filled("layout.txt", whole)),
            html=self._inliner.inline(self._filled("layout.html", whole).rstrip()),
        )

    def partial(self, name: str, values: Mapping[str, Any]) -> str:
        """Return a partial by itself, so that a page says the words of an e-mail.

        Raises TemplateFault.
        """
        return self._filled(name, values).strip()

    def _part(self, values: Mapping[str, Any], *, several: bool) -> dict[str, str]:
        key = values["template"]
        self._demand(key)
        subject, text, html, reason = (self._filled(f"{key}/{file}", values) for file in FILES)
        if not subject.strip() or _CONTROL.search(subject.strip()):
            raise TemplateFault(f"Template {key}/subject.txt gives no single line of plain text.")
        if several:  # the part's subject becomes the h2
            html = re.sub(r"(</?)h2\b", r"\1h3", html)
        return {
            "subject": subject.strip(),
            "text": Markup(text.strip()),  # noqa: S704 (lines of its own, not a value)
            "html": Markup(html.strip()),  # noqa: S704 (came out of a template that escapes)
            "reason": " ".join(reason.split()),
        }

    def _filled(self, name: str, values: Mapping[str, Any]) -> str:
        try:
            return self._environment.get_template(name).render(values)
        except _FAULTS as error:
            raise TemplateFault(self._sentence(name, error)) from error

    def _loaded(self, name: str) -> tuple[str, str, None] | None:
        """Return a template's source, and its name as the file that tracebacks are to tell."""
        return (self._sources[name], name, None) if name in self._sources else None

    def _sentence(self, name: str, error: Exception) -> str:
        """Say where and why filling failed: quotes the template's source, no person's data."""
        frames = [(f.f_code.co_filename, n) for f, n in traceback.walk_tb(error.__traceback__)]
        file, number = [(name, 0), *(one for one in frames if one[0] in self._sources)][-1]
        lines = self._sources[file].splitlines()
        quoted = f" ({lines[number - 1].strip()})" if 0 < number <= len(lines) else ""
        return f"Template {file}, line {number}{quoted}: {_why(error)}."

    def _lacking(self, key: str) -> list[str]:
        return [file for file in FILES if f"{key}/{file}" not in self._sources]

    def _demand(self, key: str) -> None:
        if lacking := self._lacking(key):
            raise TemplateFault(f"Template {key} has no {names(lacking)}.")


def _read(templates: Path) -> dict[str, str]:
    """Return the text of every file by its name, such as "layout.css" or "key/text.txt"."""
    patterns = ("*.txt", "*.html", *(f"*/{file}" for file in FILES))
    found = [path for pattern in patterns for path in templates.glob(pattern)]
    try:
        paths = [*(templates / name for name in LAYOUT), *found]
        return {path.relative_to(templates).as_posix(): path.read_text("utf-8") for path in paths}
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateFault(f"The templates in {templates} cannot be read: {error}.") from error


def _why(error: Exception) -> str:
    match error:
        case TemplateNotFound():
            return f"there is no {error}"
        case RecursionError():
            return "it includes itself"
        case _:
            return str(error).rstrip(".")


def _subject(subjects: Sequence[str]) -> str:
    if not subjects:
        raise TemplateFault("A message needs at least one part.")
    more = len(subjects) - 1
    things = "thing" if more == 1 else "things"
    return f"{subjects[0]}, and {count_words(more)} more {things}" if more else subjects[0]


@pass_context
def _printed(context: Context, value: object) -> object:
    """Return *value* as it may be printed: never None, and on the line where it stands."""
    if value is None:
        raise ValueError("a field is None where it is printed")
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    in_subject = (context.name or "").endswith("subject.txt")  # which is refused instead
    return value if in_subject else _CONTROL.sub(" ", value)
