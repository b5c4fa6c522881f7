"""E-mail addresses in the form that SMTP commands and headers need."""

from __future__ import annotations

import functools
import re

import idna

from ats.errors import DeliveryFault

# Whatever would end an address, or begin a command, on a line of SMTP or of a header.
_UNSAFE = re.compile(r'[\s<>()\[\]\\,;:"\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]')
_DOMAIN = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*")
_LONGEST_LOCAL, _LONGEST_DOMAIN = 64, 253  # RFC 5321, 4.5.3.1


class BadAddress(DeliveryFault):
    """An e-mail address cannot be used. The sentence never repeats the address."""


def ascii_domain(address: str) -> str:
    """Return *address* with its domain in ASCII (`büro.example` as `xn--bro-hoa.example`).

    The part before the @ is left as it is, so it may hold letters outside ASCII; mail to it
    needs SMTPUTF8. Raises BadAddress for everything that is not `local@domain`: blanks, line
    breaks, brackets, quotes, a missing part, too many dots or characters.
    """
    if _UNSAFE.search(address):
        raise BadAddress("The e-mail address has a blank, bracket, quote or line break in it.")
    local, at, domain = address.partition("@")
    if not (at and local and domain) or "@" in domain:
        raise BadAddress("The e-mail address does not have the form name@domain.")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise BadAddress("The e-mail address has a dot too many before the @.")
    if len(local.encode()) > _LONGEST_LOCAL:
        raise BadAddress("The e-mail address is too long before the @.")
    return f"{local}@{_ascii(domain)}"


@functools.lru_cache(maxsize=4096)
def _ascii(domain: str) -> str:
    try:
        # The codec of the standard library is IDNA 2003, for which ß is ss: another domain.
        plain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError:
        plain = ""
    if len(plain) > _LONGEST_DOMAIN or not _DOMAIN.fullmatch(plain):
        raise BadAddress("The e-mail address names a domain that cannot exist.")
    return plain
