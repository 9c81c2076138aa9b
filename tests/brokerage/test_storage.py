"""Where files lie is one setting: a directory, or a bucket that speaks S3."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.errors import AccountNotFound
from accounts.models import OwnerDocument
from accounts.rules.applications import UploadedDocument
from accounts.services.documents import upload_documents
from brokerage.storage import storage_from
from tests.factories import make_account, nowhere

PDF = b"%PDF-1.7\n%%EOF\n"
SERVER = shutil.which("nanio", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
CREDENTIALS = {"ACCESS_KEY": "strikebook", "SECRET_KEY": "strikebook-secret"}


def test_without_a_setting_files_lie_beside_the_data(tmp_path):
    assert storage_from("", default=tmp_path)["OPTIONS"] == {"location": str(tmp_path)}
    assert storage_from("file:///srv/files", default=tmp_path)["OPTIONS"] == {"location": "/srv/files"}


def test_a_bucket_has_its_prefix_endpoint_and_region(tmp_path):
    url = "s3://papers/acme/files?endpoint=https://s3.example.com&region=eu-central-1"

    storage = storage_from(url, default=tmp_path)

    assert storage["BACKEND"] == "storages.backends.s3.S3Storage"
    assert storage["OPTIONS"] == {
        "bucket_name": "papers",
        "location": "acme/files",
        "file_overwrite": False,
        "default_acl": None,
        "endpoint_url": "https://s3.example.com",
        "region_name": "eu-central-1",
    }


@pytest.mark.parametrize("url", ["ftp://host/files", "s3:///prefix", "s3://papers?colour=blue", "papers"])
def test_anything_else_does_not_start(tmp_path, url):
    with pytest.raises(ImproperlyConfigured):
        storage_from(url, default=tmp_path)


@pytest.fixture
def bucket(tmp_path, settings, monkeypatch):
    """Run an S3 server of its own with one bucket, point the storage at it, and answer the bucket."""
    if SERVER is None:
        pytest.skip("no S3 server is installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {f"NANIO_{name}": value for name, value in CREDENTIALS.items()}
    command = [SERVER, "serve", "--data-dir", str(tmp_path), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen([*command, "--no-access-log"], env={**os.environ, **environment}) as server:
        try:
            wait_for(port, server)
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREDENTIALS["ACCESS_KEY"])
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS["SECRET_KEY"])
            endpoint = f"http://127.0.0.1:{port}"
            url = f"s3://papers/files?endpoint={endpoint}&region=us-east-1&addressing=path"
            settings.STORAGES = {**settings.STORAGES, "default": storage_from(url, default=tmp_path)}
            made = boto3.resource("s3", endpoint_url=endpoint, region_name="us-east-1").Bucket("papers")
            made.create()
            yield made
        finally:
            server.terminate()


def wait_for(port, server):
    """Wait until the server accepts, or fail when it has ended."""
    for _ in range(200):
        assert server.poll() is None, "the S3 server ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the S3 server does not answer")


def test_files_go_to_a_bucket_and_come_back(bucket):
    name = default_storage.save("owner-documents/one", ContentFile(PDF))

    assert [entry.key for entry in bucket.objects.all()] == ["files/owner-documents/one"]
    with default_storage.open(name) as stored:
        assert stored.read() == PDF
    default_storage.delete(name)
    assert list(bucket.objects.all()) == []


def test_a_document_in_a_bucket_is_sealed_and_a_refused_one_leaves_none(acme, bucket):
    account = make_account(acme.correspondent, changes={"documents": []})
    document = UploadedDocument(document_type="w9", content=PDF, mime_type="application/pdf")

    (kept,) = upload_documents(actor=acme.api_user, account_id=account.pk, documents=[document])
    with pytest.raises(AccountNotFound):
        upload_documents(actor=acme.api_user, account_id=nowhere(), documents=[document])

    (stored,) = bucket.objects.all()
    assert stored.key == f"files/{OwnerDocument.objects.get(pk=kept.pk).content.name}"
    assert PDF not in stored.get()["Body"].read()
