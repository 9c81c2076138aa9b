"""A mailbox of one's own: it speaks as much IMAP over a socket as looking into a mailbox takes."""

import re
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread


class Mailbox(socketserver.ThreadingTCPServer):
    """Listens on a port of its own and keeps `mails` by their number: when each came in, and what it is."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.mails: dict[int, tuple[str, bytes]] = {}
        self.validity = 7
        self.said: list[str] = []
        super().__init__(("127.0.0.1", 0), _Dialogue)

    @property
    def url(self) -> str:
        """Answer how it is named in the settings, with a password that has to be quoted."""
        return f"imap://dne:p%40ss@127.0.0.1:{self.server_address[1]}/Instructions"


class _Dialogue(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say(b"* OK ready")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            self.server.said.append(command)
            word = command.upper().removeprefix("UID ").split(" ")[0]
            answer = getattr(self, f"_{word.lower()}", self._nothing)(command)
            self._say(tag.encode() + (answer or b" OK done"))
            if word == "LOGOUT":
                return

    def _nothing(self, command: str) -> None:
        return None

    def _capability(self, command: str) -> None:
        self._say(b"* CAPABILITY IMAP4rev1")

    def _login(self, command: str) -> bytes | None:
        return None if command == 'LOGIN dne "p@ss"' else b" NO wrong password"

    def _examine(self, command: str) -> None:
        self._say(f"* OK [UIDVALIDITY {self.server.validity}] valid".encode())

    def _search(self, command: str) -> None:
        first = re.search(r"UID (\d+):\*", command.removeprefix("UID "))
        found = [uid for uid in self.server.mails if first is None or uid >= int(first[1])]
        if first is not None and not found:  # a range to the last mail always finds that one (RFC 9051, 6.4.8)
            found = [max(self.server.mails)]
        self._say(b"* SEARCH " + " ".join(map(str, found)).encode())

    def _fetch(self, command: str) -> None:
        uid = int(command.split(" ")[2])
        came_in, raw = self.server.mails[uid]
        head = f'* {uid} FETCH (UID {uid} INTERNALDATE "{came_in}" RFC822.SIZE {len(raw)} BODY[]<0> {{{len(raw)}}}'
        self.wfile.write(head.encode() + b"\r\n" + raw)
        self._say(b")")

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Run a mailbox while inside."""
    with Mailbox() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
