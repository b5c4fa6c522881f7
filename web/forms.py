"""Reading what a form or a mail program posts: a little, and soon."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

LONGEST: Final = 4096  # bytes; ours have about a hundred
_FIELDS: Final = 30
_SECONDS: Final = 10.0


async def body_of(request: Request) -> bytes:
    """Return the body. Raises HTTPException for one that is too long or too slow in coming."""
    body = b""
    try:
        async with asyncio.timeout(_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LONGEST:
                    raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except TimeoutError:
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None
    except ClientDisconnect:  # nobody is left to hear the answer
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
    return body


async def fields_of(request: Request) -> Mapping[str, Sequence[str]]:
    """Return the fields of a posted form. Raises HTTPException for what is none."""
    body = await body_of(request)
    try:
        return parse_qs(body.decode("ascii"), max_num_fields=_FIELDS)
    except ValueError:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
