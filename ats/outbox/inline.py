"""Inlining: the style sheet of a page goes into its tags, for mail programs that know no sheets.

Which styles a tag gets is decided by the tags, not by the words between them. So a page is taken
apart into its frame and what stands in it; css_inline sees each frame once, and all further pages
with the same frame, those of the other recipients, are put together from the result.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from css_inline import CSSInliner

#: A page has as many frames as its conditions and loops give it; each takes some 15 kB.
FRAMES_KEPT: Final = 256
# What differs between pages of one frame: words after a tag, and where a link leads. Blanks
# between tags belong to the frame, for words in their place may be moved by a parser.
_WORDS: Final = re.compile(r'(>\s*+|(h)ref=")((?(2)[^"]+|[^<]+))')
_PLACE: Final = re.compile("\ue000(\\d+)\ue001")


class Inliner:
    """Inlines styles, and keeps the rules that cannot be, such as those for phones."""

    def __init__(self) -> None:
        self._inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
        self._known = lru_cache(FRAMES_KEPT)(self._inlined)

    @property
    def frames(self) -> int:
        """How many frames are kept."""
        return self._known.cache_info().currsize

    def inline(self, page: str) -> str:
        """Return the page as css_inline would, but for how it writes quotes in words."""
        head, closing, body = page.rpartition("</style>")
        pieces = _WORDS.split(body)
        words = pieces[3::4]
        del pieces[3::4], pieces[2::3]
        inlined = self._known((head, closing, *pieces))
        if inlined is None:
            return self._inliner.inline(page)
        whole = [""] * (2 * len(words) + 1)
        whole[::2], whole[1::2] = inlined, words
        return "".join(whole)

    def _inlined(self, frame: Sequence[str]) -> list[str] | None:
        """Return what stands before, between and behind the words of all pages of this frame.

        None where css_inline gives the words another order.
        """
        head, closing, *pieces = frame
        marked = [head, closing]
        for index, piece in enumerate(pieces):
            marked.append(piece)
            if index % 2:
                marked.append(f"\ue000{index // 2}\ue001")
        between = _PLACE.split(self._inliner.inline("".join(marked)))
        in_order = [str(index) for index in range(len(pieces) // 2)]
        return between[::2] if between[1::2] == in_order else None
