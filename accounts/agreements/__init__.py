"""The texts of agreements that are ours, one file a revision.

A text that anybody has signed is never edited: a new one is a new file under a new revision, and a
test holds the digest of each. For other agreements, and other revisions, the partner keeps the text.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True)
class AgreementText:
    """The text of one revision of an agreement."""

    agreement: str
    revision: str
    text: str

    @property
    def digest(self) -> str:
        """Answer the SHA-256 of the text, by which a signature is tied to it (RK-11)."""
        return sha256(self.text.encode()).hexdigest()


def _read_texts() -> dict[tuple[str, str], AgreementText]:
    texts = {}
    for path in sorted(Path(__file__).parent.glob("*.md")):
        agreement, _, revision = path.stem.rpartition("_")
        texts[agreement, revision] = AgreementText(agreement, revision, path.read_text(encoding="utf-8"))
    return texts


TEXTS = _read_texts()


def find_text(agreement: str, revision: str) -> AgreementText | None:
    """Answer the text of a revision of an agreement; None where it is not ours."""
    return TEXTS.get((agreement, revision))


def digest_of(agreement: str, revision: str) -> str:
    """Answer the digest of a revision's text; empty where the text is not ours."""
    found = find_text(agreement, revision)
    return found.digest if found else ""
