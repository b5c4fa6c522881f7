"""Does whoever asks have it already? (RFC 9110, 13.1)"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime


def is_known(headers: Mapping[str, str], *, etag: str, modified: int) -> bool:
    """Say whether these headers of a GET or HEAD name this version, so that 304 is the answer.

    *modified* is in whole seconds since 1970. If-None-Match decides where it is given; a date that
    cannot be read is none.
    """
    tags = headers.get("if-none-match")
    if tags is not None:
        # A cache in between may have weakened ours, which makes no difference here.
        return tags.strip() == "*" or etag in (_strong(tag) for tag in tags.split(","))
    since = headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return modified <= parsedate_to_datetime(since).timestamp()
    except (ValueError, OverflowError):
        return False


def _strong(tag: str) -> str:
    return tag.strip().removeprefix("W/")
