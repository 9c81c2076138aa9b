from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from accounts.choices import AgreementType
from accounts.rules.applications import SignedAgreement, UploadedDocument
from accounts.rules.documents import (
    ACTIVE_REVISIONS,
    LARGEST_DOCUMENT,
    agreement_faults,
    document_faults,
    documents_faults,
    revision_of,
    sniff,
)
from brokerage.market_calendar import NEW_YORK

SIGNED = SignedAgreement(
    agreement=AgreementType.OPTIONS, signed_at=datetime(2020, 9, 11, tzinfo=UTC), ip_address="185.13.21.99"
)
PASSPORT = UploadedDocument(document_type="identity_verification", content=b"\xff\xd8\xff\n", mime_type="image/jpeg")


TODAY = date(2024, 1, 24)


def faults_of(agreement):
    return list(agreement_faults(agreement, today=TODAY))


@pytest.mark.parametrize(
    ("signed_at", "faults"),
    [
        (datetime(2024, 1, 24, 23, 59, tzinfo=NEW_YORK), []),
        (datetime(2024, 1, 25, 0, 0, tzinfo=NEW_YORK), [("signed_at", "must not be in the future")]),
    ],
)
def test_nothing_is_signed_tomorrow(signed_at, faults):
    assert faults_of(replace(SIGNED, signed_at=signed_at)) == faults


def test_a_signature_has_a_kind_a_time_and_an_address():
    assert list(faults_of(SIGNED)) == []
    assert list(faults_of(SignedAgreement())) == [
        ("agreement", "is required"),
        ("signed_at", "is required"),
        ("ip_address", "is required"),
    ]


@pytest.mark.parametrize("address", ["185.13.21", "185.13.21.256", "::1", "localhost"])
def test_the_address_is_ipv4(address):
    assert list(faults_of(replace(SIGNED, ip_address=address))) == [("ip_address", "must be an IPv4 address")]


@pytest.mark.parametrize("revision", ["16.2021.05", "04.2021.10"])
def test_a_revision_that_was_named_is_the_one_signed(revision):
    assert list(faults_of(replace(SIGNED, revision=revision))) == []
    assert revision_of(replace(SIGNED, revision=revision)) == revision


@pytest.mark.parametrize("revision", ["16.2021", "16.2021.13", "16.2021.00", "1.2021.05", "v1", "16.2021.05 "])
def test_a_revision_of_another_form_is_refused(revision):
    assert [field for field, _ in faults_of(replace(SIGNED, revision=revision))] == ["revision"]


@pytest.mark.parametrize("agreement", AgreementType)
def test_a_signature_without_a_revision_is_under_the_one_in_force(agreement):
    assert revision_of(replace(SIGNED, agreement=agreement)) == ACTIVE_REVISIONS[agreement]
    assert list(faults_of(replace(SIGNED, revision=ACTIVE_REVISIONS[agreement]))) == []


def test_a_document_has_a_type_and_content():
    assert list(document_faults(PASSPORT)) == []
    assert list(document_faults(UploadedDocument())) == [("document_type", "is required"), ("content", "is required")]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"%PDF-1.7", "application/pdf"),
        (b"  <!doctype html>", "text/html"),
        (b"MZ\x90\x00", "application/x-msdownload"),
        (b"nothing known", ""),
    ],
)
def test_the_first_bytes_give_a_format_away(content, found):
    assert sniff(content) == found


def test_a_document_that_is_not_what_it_says_is_refused():
    assert list(document_faults(replace(PASSPORT, content=b"%PDF-1.7"))) == [
        ("content", "is application/pdf, but mime_type says image/jpeg")
    ]
    assert list(document_faults(replace(PASSPORT, content=b"nothing known"))) == [
        ("content", "must be a PDF, a PNG or a JPEG, found none of them")
    ]
    assert list(document_faults(replace(PASSPORT, content=b"%PDF-1.7", mime_type=""))) == []


def test_a_document_has_at_most_ten_megabytes():
    content = b"\xff\xd8\xff" + bytes(LARGEST_DOCUMENT - 3)

    assert list(document_faults(replace(PASSPORT, content=content))) == []
    assert list(document_faults(replace(PASSPORT, content=content + b"\0"))) == [("content", "must be at most 10 MB")]


def test_fields_in_place_of_a_file_are_for_a_w8ben():
    form = UploadedDocument(document_type="w8ben", content_data={"full_name": "John Doe"})

    assert list(document_faults(form)) == []
    assert list(document_faults(replace(form, document_type="w9"))) == [
        ("content_data", "is for documents of type w8ben only")
    ]


def test_ten_documents_go_in_one_call():
    assert list(documents_faults([PASSPORT] * 10)) == []
    assert list(documents_faults([PASSPORT] * 11)) == [("", "must be at most 10 in one call, found 11")]
    assert list(documents_faults([PASSPORT, UploadedDocument(document_type="w9")])) == [("1.content", "is required")]
