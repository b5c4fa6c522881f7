"""Whether 304 is the answer, by the headers that calendars send."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from web.fresh import is_known

TAG = '"abc"'
AT = "Wed, 11 Nov 2026 16:30:00 GMT"
MODIFIED = 1_794_414_600


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ({}, False),
        ({"if-none-match": TAG}, True),
        ({"if-none-match": f"W/{TAG}"}, True),
        ({"if-none-match": f'"x" , {TAG}'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": "abc"}, False),
        ({"if-none-match": '"abcd"'}, False),
        ({"if-none-match": ""}, False),
        ({"if-modified-since": AT}, True),
        ({"if-modified-since": "Wed, 11 Nov 2026 16:30:01 GMT"}, True),
        ({"if-modified-since": "Wed, 11 Nov 2026 16:29:59 GMT"}, False),
        ({"if-modified-since": "Wednesday, 11-Nov-26 16:30:00 GMT"}, True),
        ({"if-modified-since": "yesterday"}, False),
        ({"if-modified-since": ""}, False),
        ({"if-modified-since": "Wed, 99 Nov 9999999 16:30:00 GMT"}, False),
        ({"if-none-match": '"old"', "if-modified-since": AT}, False),
        ({"if-none-match": TAG, "if-modified-since": "Wed, 11 Nov 2015 16:30:00 GMT"}, True),
    ],
)
def test_a_version_is_known_by_its_tag_or_else_by_its_date(
    headers: dict[str, str], known: bool
) -> None:
    assert is_known(Headers(headers), etag=TAG, modified=MODIFIED) == known


def test_several_lines_of_tags_are_one_list() -> None:
    lines = [(b"if-none-match", b'"x"'), (b"if-none-match", f'"y", W/{TAG}'.encode())]
    assert is_known(Headers(raw=lines), etag=TAG, modified=MODIFIED)
    assert not is_known(Headers(raw=lines[:1] * 2), etag=TAG, modified=MODIFIED)


def test_what_has_no_date_is_known_by_its_tag_alone() -> None:
    assert not is_known(Headers({"if-modified-since": AT}), etag=TAG, modified=None)
    assert is_known(Headers({"if-none-match": TAG}), etag=TAG, modified=None)
