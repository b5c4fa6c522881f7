"""A page put together from its frame is the page that css_inline makes of the whole."""

from html.parser import HTMLParser

import pytest
from css_inline import CSSInliner
from hypothesis import given
from hypothesis import strategies as st

from ats.outbox.inline import Inliner
from ats.outbox.render import Renderer
from tests.unit.email_templates.samples import KEYS, TEMPLATES, contexts

ORACLE = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
STYLE = """<style>
p { margin: 0 } p:last-child { color: red } .foot p, td:first-child { color: blue }
@media (max-width: 480px) { p { color: green } }
</style>"""


class Read(HTMLParser):
    """What a parser finds in a page: its tags with their styles, and its words, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(("end", tag))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def same(page: str, wanted: str) -> bool:
    return Read(page).found == Read(wanted).found


@pytest.mark.parametrize("key", KEYS)
def test_every_template_gets_the_styles_that_css_inline_gives_the_finished_page(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever varies in a sample, and whatever frames came before."""
    pages: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(Inliner, "inline", lambda _, page: str(pages.append(page)))
        renderer = Renderer(TEMPLATES)
        for context in contexts(key):
            renderer.render(context)

    inliner = Inliner()
    for page in [*pages, *pages]:  # of a frame that is new, and of one that is known
        wanted = ORACLE.inline(page)
        assert "style=" in wanted
        assert same(inliner.inline(page), wanted)
    assert inliner.frames <= len(pages)


words = st.text(st.sampled_from("ab &\"'=\n\t{}é\u2028\ue000\ue0010"), max_size=8).map(
    lambda text: text.replace("&", "&amp;")
)
tags = st.sampled_from(("p", "td", "tr", "table", "li", "ul", 'div class="foot"', "br", "b"))
pages = st.lists(
    st.one_of(
        words,
        tags.map("<{}>".format),
        tags.map(lambda tag: f"</{tag.split()[0]}>"),
        words.map(lambda text: '<a href="{}">'.format(text.replace('"', ""))),
    ),
    max_size=16,
).map("".join)


@given(body=pages, styled=st.booleans())
def test_any_page_is_inlined_as_css_inline_does(body: str, styled: bool) -> None:
    """Also one with tags that do not fit each other, where a parser moves words about."""
    page = f"<html><head>{STYLE * styled}</head><body>{body}</body></html>"
    inliner = Inliner()

    assert same(inliner.inline(page), ORACLE.inline(page))
    assert same(inliner.inline(page), ORACLE.inline(page))


def test_words_do_not_get_what_was_in_their_place_before() -> None:
    """The second page of a frame has its own words and links."""
    inliner = Inliner()
    one = inliner.inline(f'{STYLE}<p>Ada <a href="https://a.example">1</a></p>')
    two = inliner.inline(f'{STYLE}<p>Bob <a href="https://b.example">2</a></p>')

    assert ("Ada" in one, "a.example" in one) == (True, True)
    assert two == one.replace("Ada", "Bob").replace("a.example", "b.example").replace("1<", "2<")


def test_pages_of_one_frame_are_inlined_once() -> None:
    """Names, quoted ones too, make no frame of their own: that would cost each message dearly."""
    inliner = Inliner()
    for name in ("Ada", "Siân", 'the "boss"', "O&#39;Brien"):
        inliner.inline(f'{STYLE}<h1>{name}</h1><p>"{name}" <a href="mailto:{name[:3]}">it</a></p>')

    assert inliner.frames == 1
