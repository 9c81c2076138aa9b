"""Mails as they come: encoded, broken, or not mails at all."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trading.mailbox.parsing import attachments_of, headers_of, html_to_text, parse_message

HEAD = b"From: Ann <ann@example.com>\r\nSubject: DNE\r\nMessage-ID: <a@example.com>\r\n"


def test_a_plain_message_says_who_and_what():
    read = parse_message(HEAD + b"To: x@broker.example\r\n\r\nDo not exercise.\r\n")

    assert (read.message_id, read.sender, read.recipient) == ("<a@example.com>", "ann@example.com", "x@broker.example")
    assert (read.subject, read.body, read.is_automatic) == ("DNE", "Do not exercise.", False)


@pytest.mark.parametrize(
    ("kind", "encoding", "content", "text"),
    [
        (b"text/plain; charset=utf-8", b"8bit", "Café".encode(), "Café"),
        (b"text/plain; charset=latin-1", b"8bit", "Café".encode("latin-1"), "Café"),
        (b"text/plain; charset=no-such", b"8bit", "Café".encode(), "Café"),
        (b"text/plain; charset=us-ascii", b"8bit", "Café".encode("cp1252"), "Café"),
        (b"text/plain; charset=utf-16", b"8bit", b"odd", "odd"),
        (b"text/plain", b"base64", b"not//base64!!!", None),
        (b"text/plain", b"7bit", b"nul\x00l", "null"),
        (b"text/html", b"7bit", b"<style>p{}</style><p>Do&nbsp;not<br>ex<script>x()</script>", "Do not\nex"),
    ],
)  # fmt: skip
def test_text_is_read_whatever_its_encoding_claims(kind, encoding, content, text):
    raw = HEAD + b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + content

    said = parse_message(raw).body

    assert text is None or said == text


def test_the_plain_text_is_read_and_what_is_attached_is_not():
    raw = HEAD + (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b'--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="log.txt"\r\n\r\nold log\r\n'
        b"--b\r\nContent-Type: text/html\r\n\r\n<b>html</b>\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nThe words.\r\n--b--\r\n"
    )

    assert (parse_message(raw).body, attachments_of(raw)) == ("The words.", ["log.txt"])


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        (b"ann@example.com", "ann@example.com"),
        (b'"Mallory" <ann@example.com>, bob@example.com', ""),  # two authors instruct for nobody
        (b"=?utf-8?q?Ann_=C3=89?= <ann@example.com>", "ann@example.com"),
        (b'"ann@example.com" <mallory@stranger.example>', "mallory@stranger.example"),
        (b"Ann", ""),
        (b"", ""),
        (b"ann@" + b"x" * 300 + b".example", ""),
    ],
)
def test_the_sender_is_the_one_address_of_the_author(written, sender):
    assert parse_message(b"From: " + written + b"\r\n\r\nHello.").sender == sender


def test_headers_are_shown_decoded_and_in_their_order():
    raw = b"Subject: =?utf-8?b?Q2Fmw6k=?=\r\nX-Odd: Caf\xc3\xa9\r\n\r\n"

    assert headers_of(raw) == [("Subject", "Café"), ("X-Odd", "Café")]


@given(st.binary(max_size=400))
@example(b"Subject: =?utf-8?b?Q2Fmw6k?=\r\n\r\n")
@example(b"From: =?x?q?=\r\nContent-Type: multipart/mixed\r\n\r\n")
@example(
    b"Content-Type: text/plain; charset*=utf-8''%ff; name*0*=a\r\nContent-Disposition: attachment; filename*=x\r\n\r\n"
)
def test_no_bytes_keep_a_message_from_being_read(raw):
    for said in (parse_message(HEAD + raw), parse_message(raw)):
        for text in (said.message_id, said.sender, said.subject, said.body):
            assert "\x00" not in text
            text.encode()
    assert headers_of(raw) is not None
    assert attachments_of(raw) is not None


@given(st.text(max_size=300))
@example("<![if")
@example("<!--")
def test_no_page_keeps_its_text_from_being_read(page):
    assert html_to_text(page) is not None
