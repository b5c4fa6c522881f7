"""What the renderer promises, on templates small enough to be read in the test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ats.errors import TemplateFault
from ats.outbox.render import Rendered, Renderer
from ats.outbox.words import (
    clock,
    count_words,
    date_long,
    date_short,
    days_after,
    names,
    weekday,
)

LAYOUT = {
    "layout.txt": "Dear {{ me }},\n{% for part in parts %}\n{{ part.text }}\n{% endfor %}\n"
    "{% for reason in reasons %}\n{{ reason }}\n{% endfor %}\n",
    "layout.html": "<style>{% include 'layout.css' %}</style><h1>{{ subject }}</h1>"
    "{% for part in parts %}{{ part.html }}{% endfor %}",
    "layout.css": "p { color: #111111 } @media (max-width: 480px) { p { color: red } }",
}
HELLO = {
    "subject.txt": "Hello {{ name }}\n",
    "text.txt": "Good day, {{ name }}.\n",
    "html.html": "<h2>Good</h2><p>day, {{ name }}.</p>\n",
    "reason.txt": "You asked,\nso you get it.\n",
}
Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    """Return a function that writes a templates folder: the layout, HELLO, and what is given."""

    def write(**templates: dict[str, str]) -> Path:
        for file, source in LAYOUT.items():
            (tmp_path / file).write_text(source, "utf-8")
        for key, files in {"hello": HELLO, **templates}.items():
            (tmp_path / key).mkdir()
            for file, source in files.items():
                (tmp_path / key / file).write_text(source, "utf-8")
        return tmp_path

    return write


def context(*parts: dict[str, Any], trial: bool = False) -> dict[str, Any]:
    return {"shared": {"me": "Ada", "trial": trial}, "parts": list(parts)}


def hello(name: object) -> dict[str, Any]:
    return {"template": "hello", "name": name}


def test_one_part_gives_its_own_subject_and_both_forms(folder: Write) -> None:
    """The CSS stands in the tags, and the rules for phones stay in a style element."""
    mail = Renderer(folder()).render(context(hello("Eve")))

    assert mail == Rendered(
        subject="Hello Eve",
        text="Dear Ada,\nGood day, Eve.\nYou asked, so you get it.\n",
        html="<html><head><style>@media (max-width: 480px) { p { color: red } } </style></head>"
        "<body><h1>Hello Eve</h1><h2>Good</h2>"
        '<p style="color: #111111;">day, Eve.</p></body></html>',
    )


def test_several_parts_are_counted_in_the_subject(folder: Write) -> None:
    """The first names the message; a reason that is the same for all is given once."""
    renderer = Renderer(folder())
    two = renderer.render(context(hello("Eve"), hello("Bob")))
    three = renderer.render(context(hello("Eve"), hello("Bob"), hello("Joy")))

    assert two.subject == "Hello Eve, and one more thing"
    assert three.subject == "Hello Eve, and two more things"
    assert two.text == ("Dear Ada,\nGood day, Eve.\nGood day, Bob.\nYou asked, so you get it.\n")


def test_the_headings_of_a_part_step_down_below_its_subject(folder: Write) -> None:
    """In a message of several parts the h2 is the part's subject, so the part's own are h3."""
    mail = Renderer(folder()).render(context(hello("Eve"), hello("Bob")))

    assert (mail.html.count("<h3>Good</h3>"), mail.html.count("<h2>")) == (2, 0)


def test_a_trial_is_marked_in_the_subject(folder: Write) -> None:
    """Whoever gets a trial sees it before opening it."""
    assert Renderer(folder()).render(context(hello("Eve"), trial=True)).subject == (
        "TRIAL: Hello Eve"
    )


def test_markup_in_a_value_is_escaped_in_html_and_plain_in_text(folder: Write) -> None:
    """A name is never markup, and a template in it is never run."""
    mail = Renderer(folder()).render(context(hello("<b>{{ 7 * 7 }}</b>")))

    assert mail.subject == "Hello <b>{{ 7 * 7 }}</b>"
    assert mail.text.split("\n")[1] == "Good day, <b>{{ 7 * 7 }}</b>."
    assert "day, &lt;b&gt;{{ 7 * 7 }}&lt;/b&gt;." in mail.html


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\x00", "\x1b", "\x85", "\u2028"])
def test_a_control_character_in_a_subject_is_refused(folder: Write, break_: str) -> None:
    """A header cannot be added through a name."""
    with pytest.raises(TemplateFault, match=r"hello/subject\.txt gives no single line"):
        Renderer(folder()).render(context(hello(f"Eve{break_}Bcc: bob@example.org")))


def test_a_value_brings_no_lines_of_its_own_into_the_text(folder: Write) -> None:
    """A name cannot forge a paragraph."""
    plain = {**HELLO, "subject.txt": "Hello"}
    mail = Renderer(folder(plain=plain)).render(
        context({"template": "plain", "name": "Eve\n\nSend money"})
    )

    assert mail.text.split("\n")[1] == "Good day, Eve Send money."


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("{{ nmae }}", "line 1 ({{ nmae }}): 'nmae' is undefined."),
        (
            "One\n{{ who.ref }}",
            "line 2 ({{ who.ref }}): 'dict object' has no attribute 'ref'.",
        ),
        (
            "{{ none }}",
            "line 1 ({{ none }}): a field is None where it is printed.",
        ),
        (
            "{{ none|date_long }}",
            "line 1 ({{ none|date_long }}): a moment is None.",
        ),
        (
            "\n{{ day|clock }}",
            "line 2 ({{ day|clock }}): a day without a time has no clock.",
        ),
        (
            "{% end %}",
            "line 1 ({% end %}): Encountered unknown tag 'end'.",
        ),
        (
            "{{ me.__doc__ }}",
            "line 1 ({{ me.__doc__ }}): access to attribute '__doc__' of 'str' object is unsafe.",
        ),
    ],
    ids=["variable", "field", "none", "no-moment", "no-time", "syntax", "sandbox"],
)
def test_what_is_wrong_is_named_with_template_line_and_source(
    folder: Write, source: str, sentence: str
) -> None:
    """One sentence that says where to look, without anything of the person's."""
    renderer = Renderer(folder(bad={**HELLO, "text.txt": source}))
    fields: dict[str, Any] = {"name": "Eve", "who": {}, "none": None, "day": "2027-01-15"}

    with pytest.raises(TemplateFault) as fault:
        renderer.render(context({"template": "bad", **fields}))

    assert str(fault.value) == f"Template bad/text.txt, {sentence}"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("{{ nmae }}", "line 2 ({{ nmae }}): 'nmae' is undefined."),
        ("{{ none|date_long }}", "line 2 ({{ none|date_long }}): a moment is None."),
        ("{% end %}", "line 2 ({% end %}): Encountered unknown tag 'end'."),
        (
            "{% include 'nowhere.txt' %}",
            "line 2 ({% include 'nowhere.txt' %}): there is no nowhere.txt.",
        ),
        (
            "{% include 'dates.txt' %}",
            "line 2 ({% include 'dates.txt' %}): it includes itself.",
        ),
    ],
    ids=["variable", "filter", "syntax", "missing", "itself"],
)
def test_what_is_wrong_in_a_partial_is_named_with_its_own_name_line_and_source(
    folder: Write, source: str, sentence: str
) -> None:
    """Whoever mends it opens the partial, not one of the templates that include it."""
    path = folder(bad={**HELLO, "text.txt": "One\nTwo\n{% include 'dates.txt' %}\n"})
    (path / "dates.txt").write_text(f"A date:\n{source}\n", "utf-8")

    with pytest.raises(TemplateFault) as fault:
        Renderer(path).render(context({"template": "bad", "name": "Eve", "none": None}))

    assert str(fault.value) == f"Template dates.txt, {sentence}"


def test_a_partial_stands_where_it_is_included_line_for_line(folder: Write) -> None:
    """What follows it begins a line of its own; its values stay one line, and are no markup."""
    several = {
        **HELLO,
        "subject.txt": "Hello",
        "text.txt": "Before\n{% include 'sign.txt' %}\nAfter\n",
        "html.html": "<p>Before</p>\n{% include 'sign.html' %}\n<p>After</p>\n",
    }
    path = folder(several=several)
    (path / "sign.txt").write_text("Yours,\n{{ name }}\n", "utf-8")
    (path / "sign.html").write_text("<p>Yours,\n{{ name }}</p>\n", "utf-8")

    mail = Renderer(path).render(context({"template": "several", "name": "<b>Eve\nBob</b>"}))

    assert mail.text.split("\n")[1:5] == ["Before", "Yours,", "<b>Eve Bob</b>", "After"]
    assert "Yours,\n&lt;b&gt;Eve Bob&lt;/b&gt;</p>\n<p" in mail.html


def test_a_template_with_a_file_too_few_is_no_template(folder: Write) -> None:
    """It has no key, and asking for it says what it lacks."""
    renderer = Renderer(folder(half={"subject.txt": "Half", "text.txt": "Half"}))

    assert renderer.keys() == frozenset({"hello"})
    with pytest.raises(TemplateFault, match=r"^Template half has no html.html and reason.txt\.$"):
        renderer.render(context({"template": "half"}))
    with pytest.raises(TemplateFault, match="Template half has no"):
        renderer.version(["half"])


@pytest.mark.parametrize(
    "bare", [{}, {"shared": {"trial": False}}, {"shared": {}, "parts": []}, context({}), context()]
)
def test_a_context_of_the_wrong_shape_is_refused(folder: Write, bare: dict[str, Any]) -> None:
    """Nothing is sent for a context that lacks its frame, its template or any part."""
    with pytest.raises(TemplateFault, match=r"context of a message has no|at least one part"):
        Renderer(folder()).render(bare)


def test_a_folder_without_a_layout_is_refused(tmp_path: Path) -> None:
    """The fault names the file that is looked for."""
    with pytest.raises(TemplateFault, match=r"layout\.txt"):
        Renderer(tmp_path)


def test_the_version_follows_the_layout_the_partials_and_these_keys_alone(folder: Write) -> None:
    """Order does not matter; another template's change does not either; one's own does."""
    path = folder(other=HELLO)
    (path / "dates.txt").write_text("A date", "utf-8")
    before = Renderer(path)
    (path / "other" / "text.txt").write_text("Changed", "utf-8")
    after = Renderer(path)
    (path / "layout.css").write_text("p { color: #222222 }", "utf-8")
    restyled = Renderer(path)
    (path / "dates.txt").write_text("Another date", "utf-8")

    assert before.version(["hello", "other"]) == before.version(["other", "hello"])
    assert before.version(["hello"]) == after.version(["hello"])
    assert before.version(["hello", "other"]) != after.version(["hello", "other"])
    assert restyled.version(["hello"]) != after.version(["hello"])
    assert Renderer(path).version(["hello"]) != restyled.version(["hello"])


def test_what_changes_on_disk_is_not_seen_by_a_renderer_that_stands(folder: Write) -> None:
    """The version of a message is the version that it was rendered with."""
    path = folder()
    renderer = Renderer(path)
    version = renderer.version(["hello"])
    (path / "hello" / "text.txt").write_text("Changed", "utf-8")

    assert renderer.version(["hello"]) == version
    assert renderer.render(context(hello("Eve"))).text.split("\n")[1] == "Good day, Eve."


def test_long_lines_are_folded_into_their_paragraph(folder: Write) -> None:
    """No ragged paragraph after a long name; list items hang; addresses stay whole."""
    text = (
        "{{ name }} and everybody else who has a name of ordinary length are here, and so\n"
        "is this line.\n\n"
        "- {{ name }} is also an item of a list, and its second line stands below its first\n"
        "- a short item\n\n"
        "See the page: https://example.org/{{ name }}/a/very/long/address/that/nobody/may/break\n"
    )
    renderer = Renderer(folder(long={**HELLO, "text.txt": text}))
    mail = renderer.render(context({"template": "long", "name": "Wolfeschlegelstein"}))

    assert mail.text == (
        "Dear Ada,\n"
        "Wolfeschlegelstein and everybody else who has a name of ordinary length are\n"
        "here, and so is this line.\n\n"
        "- Wolfeschlegelstein is also an item of a list, and its second line stands\n"
        "  below its first\n"
        "- a short item\n\n"
        "See the page: https://example.org/Wolfeschlegelstein/a/very/long/address/that/nobody"
        "/may/break\n"
        "You asked, so you get it.\n"
    )


def test_moments_are_said_in_words() -> None:
    """A date may come with or without its time; the offset it came with is the one that counts."""
    summer = "2027-06-09T16:30:00+01:00"

    assert date_long("2027-01-15") == "Friday 15 January 2027"
    assert (date_long(summer), date_short(summer)) == (
        "Wednesday 9 June 2027",
        "Wednesday 9 June",
    )
    assert (weekday(summer), clock(summer)) == ("Wednesday", "16:30")


def test_lists_and_numbers_are_said_in_words() -> None:
    """Numbers beyond twelve stay digits."""
    assert [names(["A"]), names(["A", "B"]), names(["A", "B", "C"])] == [
        "A",
        "A and B",
        "A, B and C",
    ]
    assert [count_words(n) for n in (0, 1, 12, 13)] == ["0", "one", "twelve", "13"]


@pytest.mark.parametrize(
    ("later", "earlier", "days"),
    [
        ("2027-03-19T17:00:00+00:00", "2027-03-09", 10),
        ("2027-03-02", "2027-02-26", 4),  # across a month's end
        ("2027-01-04", "2026-12-21", 14),  # across a year's end
        ("2027-03-29T09:00:00+01:00", "2027-03-27T17:00:00+00:00", 2),  # across a clock change
        ("2027-03-19", "2027-03-20", -1),
    ],
)
def test_days_are_counted_on_the_calendar(later: str, earlier: str, days: int) -> None:
    assert days_after(later, earlier) == days
