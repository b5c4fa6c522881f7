"""A small IMAP server: one account, one folder, and what its flags are."""

from __future__ import annotations

import contextlib
import re
import socketserver
import ssl
import threading
from collections.abc import Sequence
from typing import Self

PASSWORD = "s3cret/@word"


class FakeImap:
    """Serves these mails in INBOX from a thread, within the block; UIDs begin at 11.

    *refuse* names a command, or how one begins, that is answered with NO, *drop* one at which it
    hangs up. With *tls* it offers STARTTLS, and lets nobody log in without.
    """

    def __init__(
        self,
        *mails: bytes,
        refuse: str = "",
        drop: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.mails = {11 + n: mail for n, mail in enumerate(mails)}
        self.seen: set[int] = set()
        self.heard: list[str] = []
        self.refuse, self.drop, self.tls = refuse, drop, tls
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, folder: str = "", *, password: str = "s3cret%2F%40word", scheme: str = "") -> str:
        return f"{scheme or 'imap'}://ops%40x:{password}@127.0.0.1:{self.port}/{folder}"

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        fake = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    self.wfile.write(b"* OK ready\r\n")
                    while line := self.rfile.readline():
                        if not self.answer(line.decode().rstrip("\r\n")):
                            break
                self.request.close()

            def answer(self, line: str) -> bool:
                tag, _, said = line.partition(" ")
                name = said.removeprefix("UID ").split(" ")[0].upper()
                fake.heard.append(said)
                if name == fake.drop:
                    return False
                if fake.refuse and said.removeprefix("UID ").upper().startswith(fake.refuse):
                    self.wfile.write(f"{tag} NO not now\r\n".encode())
                    return True
                if name == "STARTTLS" and fake.tls:
                    self.wfile.write(f"{tag} OK begin\r\n".encode())
                    self.request = fake.tls.wrap_socket(self.request, server_side=True)
                    self.setup()
                    return True
                ends = "OK" if fake.may(name, said, self.request) else "NO"
                self.wfile.write(b"".join(fake.replies(name, said)) if ends == "OK" else b"")
                self.wfile.write(f"{tag} {ends} done\r\n".encode())
                return name != "LOGOUT"

        return Handler

    def may(self, name: str, said: str, connection: object) -> bool:
        """Say whether a command succeeds."""
        if name == "LOGIN":
            secure = self.tls is None or isinstance(connection, ssl.SSLSocket)
            return secure and said.endswith(f'"ops@x" "{PASSWORD}"')
        return name != "SELECT" or said.endswith('"INBOX"')

    def replies(self, name: str, said: str) -> Sequence[bytes]:
        """Return the untagged replies to a command, after it has had its effect."""
        if name == "CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1" + (b" STARTTLS" if self.tls else b"") + b"\r\n"]
        if name == "SELECT":
            return [f"* {len(self.mails)} EXISTS\r\n".encode()]
        if name == "SEARCH":
            new = " ".join(str(uid) for uid in self.mails if uid not in self.seen)
            return [f"* SEARCH {new}".rstrip().encode() + b"\r\n"]
        if name == "FETCH":
            uid, most = map(int, re.findall(r"FETCH (\d+).*<0\.(\d+)>", said)[0])
            data = self.mails[uid][:most]
            head = f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(data)}}}\r\n"
            return [head.encode(), data, b")\r\n"]
        if name == "STORE":
            self.seen.add(int(said.split()[2]))
        return []
