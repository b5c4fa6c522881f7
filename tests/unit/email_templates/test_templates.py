"""What every e-mail of the programme keeps to, whoever it is for and whatever stands in it."""

import copy
import re
from collections import Counter
from functools import cache
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from ats.errors import TemplateFault
from ats.outbox.render import FILES, LAYOUT, Rendered, Renderer
from tests.unit.email_templates.samples import (
    ANSWER,
    CALENDAR,
    CONTACT,
    DONE,
    JOIN,
    KEYS,
    LETTER,
    LINKS,
    PARTICIPANT,
    RECORDING,
    REGISTER_PAGE,
    SECOND,
    TEMPLATES,
    TO_PARTICIPANTS,
    Fields,
    contexts,
    message,
    named,
    shared,
)
from tests.unit.email_templates.staff_samples import CASE, DASHBOARD, STAFF

RENDERER = Renderer(TEMPLATES)
ADDRESSES = {*LINKS.values(), CALENDAR, ANSWER, DONE, LETTER, REGISTER_PAGE, JOIN, RECORDING}
ADDRESSES |= {f"{DASHBOARD}/artifacts/key/case-{CASE['id']}"}
URL = re.compile(r"\w+://\S+")
ON_A_PROJECTOR = re.compile(
    r"\b(overdue|fail(ed|ure|ing)?|late|lateness|behind|missed|withdraw\w*|defer\w*|stalled|"
    r"suspended|refused|urgent|warning|final notice|last chance)\b",
    re.IGNORECASE,
)
NOT_OUR_WORDS = re.compile(
    r"\b(students?|courses?|tutors?|pass marks?|feedback|sorry we missed you)\b", re.IGNORECASE
)
INCLUDED = {
    (path, verb, name)
    for path in TEMPLATES.rglob("*.*")
    for verb, name in re.findall(r'{% (include|from) "(.+?)"', path.read_text("utf-8"))
}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Page(HTMLParser):
    """What a reader of the HTML gets: its words without those of the h1, its links and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.said.append(" ")
        if tag in ("style", "title", "h1", "a"):
            self._inside.append(tag)
        if tag == "a":
            self.links.append((dict(attrs)["href"] or "", ""))

    def handle_endtag(self, tag: str) -> None:
        self.said.append(" ")
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not {"style", "title", "h1"} & set(self._inside):
            self.said.append(data)
        if "a" in self._inside:
            href, label = self.links[-1]
            self.links[-1] = (href, label + data)


def words_of_html(html: str) -> list[str]:
    return re.findall(r"\w+", URL.sub("", "".join(Page(html).said)))


def words_of_text(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"(?m)^ *(- |\d+\. )", "", URL.sub("", text)))


@cache
def rendered(key: str) -> list[Rendered]:
    return [RENDERER.render(context) for context in contexts(key)]


each_template = pytest.mark.parametrize("key", KEYS)


def test_a_template_has_all_four_files_or_is_none() -> None:
    """A folder with a file too few would be a message that is never sent."""
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}

    assert folders == set(KEYS) == RENDERER.keys()


def test_a_partial_is_used_by_two_files_or_more() -> None:
    """A block that one file alone needs stands in that file, where one looks for it."""
    files = Counter(partial for _, _, partial in INCLUDED)
    partials = {path.name for path in TEMPLATES.glob("*.*")} - set(LAYOUT)

    assert {partial for partial, by in files.items() if by > 1} == partials


def test_html_includes_html_and_text_includes_text() -> None:
    """Values in a text are not escaped: included in HTML, a name could bring markup into it."""
    forms = {(file.suffix, Path(name).suffix) for file, verb, name in INCLUDED if verb == "include"}

    assert forms == {(".html", ".html"), (".html", ".css"), (".txt", ".txt")}


@each_template
def test_both_forms_say_the_same_words_in_the_same_order(key: str) -> None:
    """Who reads plain text misses nothing, and who reads HTML gets nothing more."""
    for one in rendered(key):
        assert words_of_text(one.text) == words_of_html(one.html)


@each_template
def test_what_begins_a_paragraph_or_item_begins_a_line_of_the_text(key: str) -> None:
    """No two of them run into one another where only the plain text is read."""
    for one in rendered(key):
        html = re.sub(r'<a class="button".*?</a>', "", one.html.split("</h1>")[1])
        begins = [
            re.findall(r"\w+", unescape(re.sub(r"<[^>]+>", "", words)))[:3]
            for words in re.findall(r"<(?:p|li)\b[^>]*>(.*?)</(?:p|li)>", html, re.DOTALL)
        ]
        lines = [re.findall(r"\w+", re.sub(r"^\d+\. ", "", ln)) for ln in one.text.split("\n")]

        assert [words for words in begins if words not in [ln[: len(words)] for ln in lines]] == []


@each_template
def test_a_subject_may_be_seen_on_a_classroom_projector(key: str) -> None:
    """No verdict, no reason, and no third person's name but in the request to a mentor."""
    people = {PARTICIPANT["family_name"], SECOND["family_name"], "Ravensdale"}
    for one in rendered(key):
        third_persons = set() if key == "mentor-request" else people & set(one.subject.split())

        assert (ON_A_PROJECTOR.search(one.subject), third_persons) == (None, set())


@each_template
def test_the_words_are_ours(key: str) -> None:
    """Nobody is a student on a course, and nothing reads like feedback or advertising."""
    for one in rendered(key):
        assert NOT_OUR_WORDS.findall(f"{one.subject}\n{one.text}") == []
        assert "!" not in one.subject + one.text


@each_template
def test_nothing_is_fetched_and_no_link_is_counted(key: str) -> None:
    """No images, no remote styles, and every link leads straight to an address that we know."""
    known = ADDRESSES | {f"mailto:{address}" for address in CONTACT.values()}
    for one in rendered(key):
        page = Page(one.html)

        assert {href for href, _ in page.links} <= known
        assert re.findall(r"<(?:img|link|script|iframe|object|svg)\b|url\(|@import", one.html) == []
        assert [label for _, label in page.links if not label.strip()] == []


@each_template
def test_the_text_fits_a_plain_window(key: str) -> None:
    """Lines of at most 78 characters, but for addresses; no blank before, no field left over."""
    for one in rendered(key):
        assert [line for line in one.text.split("\n") if len(line) > 78 and "://" not in line] == []
        assert re.findall(r"\n{3,}| \n|\{\{|\{%|\bNone\b", one.text) == []
        assert one.text.endswith("\n")


@each_template
def test_the_html_can_be_read_aloud(key: str) -> None:
    """English, one h1, headings without gaps; a table is either layout or has row headers."""
    for one in rendered(key):
        page = Page(one.html)
        levels = [int(tag[1]) for tag, _ in page.tags if tag in HEADINGS]
        tables = [attrs for tag, attrs in page.tags if tag == "table"]

        assert ("html", "en-GB") in [(tag, attrs.get("lang")) for tag, attrs in page.tags]
        assert (levels[0], levels.count(1)) == (1, 1)
        assert [b for a, b in pairwise(levels) if b > a + 1] == []
        assert {(t.get("role"), t.get("class")) for t in tables} <= {
            ("presentation", "page"),
            (None, "dates"),
        }
        assert [a for tag, a in page.tags if tag == "th" and "scope" not in a] == []


@each_template
def test_the_foot_says_why_and_whom_to_answer(key: str) -> None:
    """Every form ends with the reason, the privacy notice and, but for staff, a person."""
    for one in rendered(key):
        foot = one.text.split("\n--\n")[1]

        assert foot.strip()[:8] == "You get "
        assert f"Privacy notice: {LINKS['privacy_notice']}" in foot
        assert ("a person reads it" in foot) == (key not in STAFF)


@each_template
@pytest.mark.parametrize(
    "name",
    ["<b>Ada</b> & <script>alert(1)</script>", "{{ 7 * 7 }}{% raise %}", "עדה לאבלייס", "A" * 300],
    ids=["markup", "template", "right-to-left", "300-characters"],
)
def test_a_name_is_only_ever_a_name(key: str, name: str) -> None:
    """Markup in a name is inert in both forms, and no name breaks a template."""
    for context in contexts(key):
        strange = copy.deepcopy(context)
        about = [strange["shared"]["me"], *strange["parts"][0]["mentees"]]
        about += [strange["parts"][0][role] or {} for role in ("person", "mentor")]
        for one in about:
            one.update(named(name, name))
        mail = RENDERER.render(strange)

        assert re.findall(r"<script|<b>|\b49\b", mail.html) == []
        assert words_of_text(mail.text) == words_of_html(mail.html)
        if key not in STAFF:
            assert f"Dear {name}," in mail.text.replace("\n", " ")


@each_template
def test_a_trial_says_so_in_subject_and_body(key: str) -> None:
    """Nobody mistakes a trial for the real thing, and both forms still agree."""
    for context in contexts(key):
        trial = {**context, "shared": {**context["shared"], "trial": True}}
        mail = RENDERER.render(trial)

        assert mail.subject == f"TRIAL: {RENDERER.render(context).subject}"
        assert mail.text.startswith("TRIAL: this e-mail is a test.")
        assert words_of_text(mail.text) == words_of_html(mail.html)


@each_template
def test_a_message_without_its_fields_is_refused(key: str) -> None:
    """With none of the part's own fields a template says what is missing, or needs none."""
    needed = {file for file in FILES if "{{" in (TEMPLATES / key / file).read_text("utf-8")}
    context = next(contexts(key))
    bare = message({"trial": False, "me": context["shared"]["me"]}, {"template": key})

    assert needed
    with pytest.raises(TemplateFault, match=rf"Template {key}/\S+, line \d+ \(.+\): .+"):
        RENDERER.render(bare)


def test_a_reminder_without_its_link_is_refused() -> None:
    """The day before a webinar the link is the message."""
    context = copy.deepcopy(next(contexts("webinar-tomorrow")))
    context["parts"][0]["webinar"]["join_url"] = None

    with pytest.raises(TemplateFault, match=r"line 1 \(Join the webinar: \{\{ webinar\.join_url"):
        RENDERER.render(context)


def test_the_link_stands_in_the_first_line_of_tomorrows_webinar() -> None:
    """After the greeting there is nothing before the link."""
    mail = RENDERER.render(next(contexts("webinar-tomorrow")))

    assert mail.text.split("\n")[:3] == [
        f"Dear {PARTICIPANT['given_name']},",
        "",
        f"Join the webinar: {JOIN}",
    ]


@pytest.mark.parametrize("to_participants", [True, False], ids=["participants", "mentors"])
def test_parts_of_any_kind_read_well_together(*, to_participants: bool) -> None:
    """All e-mails of one audience in one message: each under its own heading, forms agreeing."""
    keys = [k for k in KEYS if k not in STAFF and not k.startswith("webinar-")]
    keys = [
        k for k in keys if (k in TO_PARTICIPANTS or not k.startswith("mentor-")) == to_participants
    ]
    parts: list[Fields] = [next(contexts(key))["parts"][0] for key in keys]
    role = "participant" if to_participants else "mentor"
    mail = RENDERER.render(message(shared(PARTICIPANT, role), *parts))
    page = Page(mail.html)

    assert words_of_text(mail.text) == words_of_html(mail.html)
    assert [a.get("class") for tag, a in page.tags if tag == "h2"] == ["part"] * len(keys)
    assert mail.subject.endswith(" more things")


@each_template
def test_the_foot_tells_people_what_can_be_switched_off_and_where(key: str) -> None:
    """Participants and mentors choose; offices do not. True in mail of every class."""
    for one in rendered(key):
        foot = " ".join(one.text.split("\n--\n")[1].split())
        page = Page(one.html)
        told = (
            "You can switch tips and e-mails about webinars off, and on again; the others always "
            f"come. Choose what comes to you: {LINKS['preferences']} "
        )

        assert (told in foot) == (key not in STAFF)
        assert ((LINKS["preferences"], "Choose what comes to you") in page.links) == (
            key not in STAFF
        )


@each_template
@pytest.mark.parametrize("known", [True, False], ids=["none", "missing"])
def test_without_a_page_of_preferences_the_foot_does_not_speak_of_it(
    key: str, *, known: bool
) -> None:
    """There is none before the public pages have an address; older e-mails knew of no such link."""
    context = copy.deepcopy(next(contexts(key)))
    context["shared"]["links"]["preferences"] = None
    if not known:
        del context["shared"]["links"]["preferences"]
    mail = RENDERER.render(context)

    assert "switch" not in mail.text.split("\n--\n")[1]
    assert words_of_text(mail.text) == words_of_html(mail.html)
