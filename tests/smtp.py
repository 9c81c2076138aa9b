"""A mail server of one's own: it speaks SMTP over a socket, keeps what it accepts, and refuses what it is told to."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a port of its own; `refused` are addresses it takes no mail for, `is_broken` hangs up on everybody."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.accepted: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.is_broken = False
        super().__init__(("127.0.0.1", 0), _Dialogue)

    @property
    def port(self) -> int:
        """Answer where it listens."""
        return int(self.server_address[1])


class _Dialogue(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        if self.server.is_broken:
            return
        self._say("220 mail.example ready")
        recipients: list[str] = []
        for line in self.rfile:
            word = line.split(b" ")[0].strip().upper()
            if word in (b"EHLO", b"HELO"):
                self._say("250 mail.example")
            elif word == b"RCPT":
                address = line.decode().partition("<")[2].partition(">")[0]
                is_refused = address in self.server.refused
                self._say("550 no such mailbox" if is_refused else "250 ok")
                recipients += [] if is_refused else [address]
            elif word == b"DATA":
                self._say("354 go on")
                self._keep()
                self._say("250 kept")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _keep(self) -> None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b"."))
        self.server.accepted.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server while inside."""
    with MailServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
