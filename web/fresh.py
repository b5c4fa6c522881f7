"""Does whoever asks have it already? (RFC 9110, 13.1)"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from starlette.datastructures import Headers


def is_known(headers: Headers, *, etag: str, modified: int | None) -> bool:
    """Say whether these headers of a GET or HEAD name this version, so that 304 is the answer.

    *modified* is in whole seconds since 1970, None where no date tells of it. If-None-Match
    decides where it is given, its lines being one list; a date that cannot be read is none.
    """
    if lines := headers.getlist("if-none-match"):
        tags = [tag.strip() for line in lines for tag in line.split(",")]
        # A cache in between may have weakened ours, which makes no difference here.
        return tags == ["*"] or etag in (tag.removeprefix("W/") for tag in tags)
    since = headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified <= parsedate_to_datetime(since).timestamp()
    except (ValueError, OverflowError):
        return False
