"""Where files lie: a directory beside the data, or a bucket that speaks S3; by one setting."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

S3_PARAMETERS = {"endpoint": "endpoint_url", "region": "region_name", "addressing": "addressing_style"}


def storage_from(url: str, *, default: Path) -> dict[str, Any]:
    """Answer the entry of `STORAGES` for a URL; a directory of the installation where there is none.

    `file:///var/lib/strikebook` names a directory, and
    `s3://bucket/prefix?endpoint=https://s3.example.com&region=eu-central-1` a bucket. Credentials
    come from where boto3 finds them: the environment, or the machine's role. What is stored is
    sealed before it leaves the process, so a bucket needs no encryption of its own.
    """
    parts = urlsplit(url)
    if not url or parts.scheme == "file":
        location = unquote(parts.path) if url else str(default)
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": location}}
    parameters = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if parts.scheme != "s3" or not parts.netloc or set(parameters) - set(S3_PARAMETERS):
        known = ", ".join(S3_PARAMETERS)
        raise ImproperlyConfigured(f"STRIKEBOOK_STORAGE is file:///directory or s3://bucket/prefix?{known}, not {url}")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "file_overwrite": False,
            "default_acl": None,
            **{S3_PARAMETERS[name]: value for name, value in parameters.items()},
        },
    }
