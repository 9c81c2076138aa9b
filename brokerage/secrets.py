"""The sandbox's own secrets: made once, kept beside its data. Importable before Django is set up."""

import json
import os
from base64 import b64encode
from pathlib import Path
from secrets import token_bytes, token_urlsafe

NAMES = ("SECRET_KEY", "FIELD_ENCRYPTION_KEY", "LOOKUP_KEY")


def sandbox_secrets(directory: Path) -> dict[str, str]:
    """Answer the secrets kept in `directory`, making them at the first call.

    Keys: `SECRET_KEY` (Django's), `FIELD_ENCRYPTION_KEY` and `LOOKUP_KEY` (32 bytes, base64).
    Two processes that start together agree: the file is linked into place whole, once.
    """
    kept = directory / "secrets.json"
    if not kept.exists():
        directory.mkdir(parents=True, exist_ok=True)
        made = {name: token_urlsafe(50) if name == "SECRET_KEY" else _key() for name in NAMES}
        draft = directory / f"secrets.{os.getpid()}.json"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made))
        try:
            kept.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return json.loads(kept.read_text())


def _key() -> str:
    return b64encode(token_bytes(32)).decode()
