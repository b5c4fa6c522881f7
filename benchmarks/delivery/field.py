"""Who takes part: the contenders of each comparison, and what they start from."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.delivery import corpus
from benchmarks.delivery.databases import Server, Template
from benchmarks.delivery.harness import Call, Contender, run
from benchmarks.delivery.peers import ROOT, Peers, plain_environment
from benchmarks.delivery.sinks import counting_sink

CONNECTIONS = 10

_CONTENDERS = "benchmarks.delivery.contenders"
_NODEMAILER = str(ROOT / "benchmarks" / "delivery" / "contenders" / "nodemailer.mjs")

_OURS_RECORDED = (
    "SELECT count(*) FROM message JOIN ledger ON ledger.message_id = message.id "
    "WHERE message.status = 'sent' AND ledger.outcome = 'sent' "
    "AND ledger.step = 'webinar-tomorrow'"
)
_POST_OFFICE_RECORDED = (
    "SELECT count(*) FROM post_office_email JOIN post_office_log "
    "ON post_office_log.email_id = post_office_email.id "
    "WHERE post_office_email.status = 0 AND post_office_log.status = 0"
)


@dataclass(frozen=True)
class Field:
    """Makes contenders; *folder* is where they may write, *servers* have the databases."""

    peers: Peers
    folder: Path
    servers: Sequence[Server]
    messages: int

    @property
    def corpus(self) -> Path:
        return self.folder / "corpus.jsonl"

    def write_corpus(self) -> int:
        """Let ours send, keep what arrives as everybody's corpus, and return its median size."""
        ours = self.ours(self.servers[0], self.staged(self.servers[0], self.messages))
        _, sink = run(ours, counting_sink(keep=True), messages=self.messages)
        letters = [corpus.parsed(address, raw) for address, raw in sink.messages]
        corpus.save(sorted(letters, key=lambda letter: letter.address), self.corpus)
        return corpus.median_size(letters)

    def verify(self, contender: Contender) -> None:
        """Let a contender send to the sink that counts, and compare what arrived with the corpus.

        Raises RuntimeError for anything lost, doubled or changed.
        """
        _, sink = run(contender, counting_sink(keep=True), messages=self.messages)
        if contender.own_text:
            return
        sent = (corpus.parsed(address, raw) for address, raw in sink.messages)
        for difference in corpus.differences(sent, corpus.load(self.corpus)):
            raise RuntimeError(f"{contender.name}: {difference}")

    # -- the comparisons -------------------------------------------------------------------

    def transport(self) -> list[Contender]:
        """Return who only sends: the corpus as bytes, in memory."""
        pool = str(CONNECTIONS)
        return [
            self._python("ours", "ours_transport", pool),
            self._python("aiosmtplib, pool", "aiosmtplib_pool", pool),
            self._python("smtplib, one connection", "smtplib_alone"),
            self._nodemailer("nodemailer, pool", "raw"),
            self.limit(),
        ]

    def outbox(self) -> list[Contender]:
        """Return who takes rows, sends and records; and nodemailer, which only writes and sends."""
        found = []
        for server in self.servers:
            ours = self.ours(server, self.staged(server, self.messages))
            found += [ours, replace(ours, name=f"{ours.name}, 2 workers", workers=2)]
        for server in self.servers:
            queued = self._queued(server)
            found.append(self._post_office(server, queued, threads=5, batch=100))
            found.append(self._post_office(server, queued, threads=CONNECTIONS, batch=1000))
        found.append(self._nodemailer("nodemailer, MIME + send", "mime"))
        found.append(self.limit())
        return found

    def limit(self) -> Contender:
        """Return Postfix's smtp-source, with messages as long as the corpus' are."""
        program = str(self.peers.postfix.program("smtp-source"))
        octets = str(corpus.median_size(corpus.load(self.corpus)))

        def command(call: Call) -> Sequence[str]:
            numbers = (str(call.port), str(CONNECTIONS), str(self.messages), octets)
            return [sys.executable, "-m", f"{_CONTENDERS}.smtp_source", program, *numbers]

        return Contender(
            name="smtp-source (limit)",
            command=command,
            environment=lambda _: self.peers.postfix.environment,
            own_text=True,
        )

    # -- ours ------------------------------------------------------------------------------

    def staged(self, server: Server, people: int) -> Template:
        """Return a database with a cohort of so many *people* and a message queued for each."""

        def fill(url: str) -> None:
            command = [sys.executable, "-m", "benchmarks.delivery.cohort"]
            environment = {**plain_environment(), **self._settings(Call(port=9, database=url))}
            _prepare([*command, str(people), str(self.folder)], environment)

        return server.make(f"ours_{people}", fill)

    def ours(self, server: Server, template: Template) -> Contender:
        """Return one worker of ours on that server."""
        return Contender(
            name=f"ours, {server.name}",
            command=lambda _: [sys.executable, "-m", f"{_CONTENDERS}.ours_outbox"],
            environment=self._settings,
            template=template,
            recorded=_OURS_RECORDED,
        )

    def _settings(self, call: Call) -> dict[str, str]:
        """Return the settings of an installation with everything switched on."""
        return {
            "ATS_DATABASE_URL": call.database,
            "ATS_SMTP_URL": f"smtp://127.0.0.1:{call.port}",
            "ATS_SMTP_POOL": str(CONNECTIONS),
            "ATS_DATA_DIR": str(self.folder / "data"),
            "ATS_BOUNCE_MAILBOX": str(self.folder / "bounces"),
            "ATS_MAIL_FROM": "Advanced Teacher Status <ats@provider.example>",
            "ATS_MAIL_REPLY_TO": "help@provider.example",
            "ATS_OPERATIONS_EMAIL": "operations@provider.example",
            "ATS_PXM_EMAIL": "pxm@provider.example",
            "ATS_PORTFOLIO_URL": "https://portfolio.provider.example/",
            "ATS_KNOWLEDGE_BASE_URL": "https://portfolio.provider.example/knowledge-base",
            "ATS_PRIVACY_NOTICE_URL": "https://provider.example/privacy",
            "ATS_PUBLIC_URL": "https://ats.provider.example",
            "ATS_SECRET_KEY": "of-no-use-to-anybody-but-this-benchmark",
        }

    # -- the others ------------------------------------------------------------------------

    def _python(self, name: str, module: str, *arguments: str) -> Contender:
        def command(call: Call) -> Sequence[str]:
            start = [sys.executable, "-m", f"{_CONTENDERS}.{module}"]
            return [*start, str(call.port), str(self.corpus), *arguments]

        return Contender(name=name, command=command)

    def _nodemailer(self, name: str, mode: str) -> Contender:
        def command(call: Call) -> Sequence[str]:
            start = ["node", _NODEMAILER, str(self.peers.nodemailer), mode]
            return [*start, str(call.port), str(self.corpus), str(CONNECTIONS)]

        return Contender(name=name, command=command)

    def _queued(self, server: Server) -> Template:
        def fill(url: str) -> None:
            _prepare(self._django("prepare", url, 9, threads=1, batch=1), plain_environment())

        return server.make(f"post_office_{self.messages}", fill)

    def _post_office(
        self, server: Server, template: Template, *, threads: int, batch: int
    ) -> Contender:
        return Contender(
            name=f"post_office, {server.name}, {threads} threads, batches of {batch}",
            command=lambda call: self._django(
                "send", call.database, call.port, threads=threads, batch=batch
            ),
            template=template,
            recorded=_POST_OFFICE_RECORDED,
        )

    def _django(self, task: str, url: str, port: int, *, threads: int, batch: int) -> list[str]:
        start = [str(self.peers.django), "-m", f"{_CONTENDERS}.post_office", task, url, str(port)]
        return [*start, str(self.corpus), str(threads), str(batch)]


def _prepare(command: Sequence[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, stdin=subprocess.DEVNULL, timeout=3600
    )
    if done.returncode:
        raise RuntimeError(f"`{' '.join(command[:4])} …` failed")
