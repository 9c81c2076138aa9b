"""Read a mail as it came, whatever is wrong with it: no message is lost because it is malformed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from hashlib import sha256
from html.parser import HTMLParser

LONGEST_ID, LONGEST_ADDRESS, LONGEST_SUBJECT, LONGEST_BODY = 255, 254, 998, 100_000
ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
BULK = frozenset({"bulk", "junk", "list"})
BREAKING = frozenset({"br", "div", "p", "tr", "li", "table", "h1", "h2", "h3", "blockquote"})
SILENT = frozenset({"script", "style", "head", "title"})


@dataclass(frozen=True)
class ParsedMessage:
    """What a mail says. The sender is empty where it names none, or several; `is_automatic` wants no answer."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    body: str
    is_automatic: bool


def parse_message(raw: bytes) -> ParsedMessage:
    """Answer what a mail says, read by the oldest and most forgiving policy; never raises, whatever the bytes."""
    message: Message = message_from_bytes(raw, policy=policy.compat32)
    precedence = header_of(message, "Precedence").strip().lower()
    automatic = header_of(message, "Auto-Submitted").strip().lower()
    return ParsedMessage(
        message_id=_message_id(message, raw),
        sender=_only_address(header_of(message, "From")),
        recipient=_first_address(header_of(message, "To")),
        subject=" ".join(header_of(message, "Subject").split())[:LONGEST_SUBJECT],
        body=_body(message)[:LONGEST_BODY],
        is_automatic=precedence in BULK or automatic not in ("", "no"),
    )


def headers_of(raw: bytes) -> list[tuple[str, str]]:
    """Answer every header of a mail, in its order, decoded."""
    message: Message = message_from_bytes(raw, policy=policy.compat32)
    return [(storable(name), _decoded(str(value))) for name, value in message.raw_items()]


def attachments_of(raw: bytes) -> list[str]:
    """Answer the names of what is attached to a mail; its content stays in the mail."""
    message: Message = message_from_bytes(raw, policy=policy.compat32)
    return [storable(name) for part in message.walk() if (name := _file_name(part))]


def header_of(message: Message, name: str) -> str:
    """Answer the first header of that name, decoded; empty where there is none."""
    for found, value in message.raw_items():
        if found.lower() == name.lower():
            return _decoded(str(value))
    return ""


def storable(text: str) -> str:
    """Answer a text that PostgreSQL can hold: without null characters and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _message_id(message: Message, raw: bytes) -> str:
    """Answer the mail's own id, else one made of its content: the same mail has the same, however it comes."""
    found = "".join(header_of(message, "Message-ID").split())
    if 3 <= len(found) <= LONGEST_ID:
        return found
    return f"<{sha256(raw).hexdigest()}@without-id.invalid>"


def _only_address(text: str) -> str:
    found = _addresses(text)
    return found[0] if len(found) == 1 else ""


def _first_address(text: str) -> str:
    found = _addresses(text)
    return found[0] if found else ""


def _addresses(text: str) -> list[str]:
    addresses = [address.strip() for _, address in getaddresses([text])]
    return [one for one in addresses if ADDRESS.fullmatch(one) and len(one) <= LONGEST_ADDRESS]


def _decoded(value: str) -> str:
    """Answer a header without its encoding; what cannot be decoded stays as it is."""
    if any("\udc80" <= one <= "\udcff" for one in value):  # bytes beyond ASCII, sent as they are
        return storable(_text(value.encode("utf-8", "surrogateescape"), None))
    try:
        parts = decode_header(value)
    except (ValueError, LookupError, MessageError):
        return storable(value)
    return storable("".join(_text(part, charset) if isinstance(part, bytes) else part for part, charset in parts))


def _text(content: bytes, charset: str | None) -> str:
    """Answer bytes as text: in the charset they name, else as UTF-8, else as Latin-1, which takes everything."""
    for one in (charset, "utf-8"):
        try:
            return content.decode(one or "utf-8")
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _body(message: Message) -> str:
    """Answer the first plain text, else the first HTML as text: of what is shown, never of what is attached."""
    for kind in ("text/plain", "text/html"):
        for part in message.walk():
            if part.get_content_type() == kind and not _file_name(part) and (text := _content(part)).strip():
                return storable(text if kind == "text/plain" else html_to_text(text)).strip()
    return ""


def _content(part: Message) -> str:
    try:
        content = part.get_payload(decode=True)
        charset = part.get_content_charset()
    except (ValueError, LookupError, AttributeError):
        return ""
    return _text(content, charset).replace("\r\n", "\n") if isinstance(content, bytes) else ""


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or ("unnamed" if part.get_content_disposition() == "attachment" else "")
    except (ValueError, LookupError, AttributeError, TypeError):
        return "unnamed"


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        if tag in BREAKING:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(self.silent - (tag in SILENT), 0)
        if tag in BREAKING:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(re.sub(r"\s+", " ", data))


def html_to_text(html: str) -> str:
    """Answer what a page of HTML says, without its markup."""
    reader = _Text()
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, ValueError):
        return html
    return "\n".join(_lines("".join(reader.pieces)))


def _lines(text: str) -> Iterator[str]:
    """Yield the lines without blanks around them, and never two empty ones in a row."""
    was_empty = True
    for line in (one.strip() for one in text.split("\n")):
        if line or not was_empty:
            yield line
        was_empty = not line
