"""Send requests over kept connections, each client its next as soon as its last is answered: `python -m bench.load`.

A process of its own, on bare sockets: it shares the machine with what it measures and takes as little of it as it can.
It reads a plan as JSON from its standard input and prints what it measured as JSON.
"""

import json
import selectors
import socket
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from time import perf_counter

AT_ONCE = 65_536
LONGEST_SILENCE = 60.0
SERVER_TIME = b"server-timing: app;dur="
LENGTH = b"content-length: "


@dataclass(frozen=True)
class Plan:
    """Whom to ask, as whom, with how many clients at once, and what: method, path and body of each request."""

    host: str
    port: int
    authorization: str
    clients: int
    requests: list[tuple[str, str, str]]


@dataclass
class Measured:
    """When the first request went out, how long all took, and of each in milliseconds: seen from here, and inside."""

    began: float = 0.0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    server_times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    first_refusal: str = ""


class Client:
    """One kept connection, with at most one request on its way."""

    def __init__(self, plan: Plan) -> None:
        self.head = f"Host: {plan.host}:{plan.port}\r\nAuthorization: {plan.authorization}\r\n"
        self.connection = socket.create_connection((plan.host, plan.port))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = b""
        self.sent = 0.0

    def send(self, request: tuple[str, str, str]) -> None:
        """Send the next request."""
        method, path, body = request
        text = f"{method} {path} HTTP/1.1\r\n{self.head}Content-Length: {len(body)}\r\n\r\n{body}"
        self.answer = b""
        self.sent = perf_counter()
        self.connection.sendall(text.encode())

    def receive(self, measured: Measured) -> bool:
        """Take what has come; answer whether that was the end of the answer, which is then counted."""
        came = self.connection.recv(AT_ONCE)
        if not came:
            raise ConnectionError("the server ended the connection")
        self.answer += came
        head, separator, body = self.answer.partition(b"\r\n\r\n")
        if not separator or len(body) < int(_header(head, LENGTH) or 0):
            return False
        measured.latencies.append((perf_counter() - self.sent) * 1000)
        if inside := _header(head, SERVER_TIME):
            measured.server_times.append(float(inside))
        status = int(head[9:12])
        measured.statuses[status] = measured.statuses.get(status, 0) + 1
        if status >= 400 and not measured.first_refusal:
            measured.first_refusal = body.decode()[:1000]
        return True


def _header(head: bytes, name: bytes) -> bytes:
    at = head.lower().find(b"\r\n" + name)
    return b"" if at < 0 else head[at + 2 + len(name) :].split(b"\r\n", 1)[0]


def run(plan: Plan) -> Measured:
    """Send every request of the plan and answer what was measured."""
    measured = Measured()
    waiting = iter(plan.requests)
    with selectors.DefaultSelector() as selector:
        clients = [Client(plan) for _ in range(min(plan.clients, len(plan.requests)))]
        began = perf_counter()
        for client in clients:
            selector.register(client.connection, selectors.EVENT_READ, client)
            client.send(next(waiting))
        busy = len(clients)
        while busy:
            for client in _ready(selector):
                if not client.receive(measured):
                    continue
                following = next(waiting, None)
                if following is None:
                    busy -= 1
                    selector.unregister(client.connection)
                else:
                    client.send(following)
        measured.seconds = perf_counter() - began
        measured.began = began
    for client in clients:
        client.connection.close()
    return measured


def _ready(selector: selectors.BaseSelector) -> Iterator[Client]:
    found = selector.select(LONGEST_SILENCE)
    if not found:
        raise TimeoutError(f"no answer within {LONGEST_SILENCE} s")
    for key, _ in found:
        yield key.data


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    asked["requests"] = [tuple(request) for request in asked["requests"]]
    json.dump(asdict(run(Plan(**asked))), sys.stdout)
