"""What a signature under the options agreement takes, and the text as paragraphs (FINRA 2360(b)(16)(D), AA-9)."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from options.agreement_errors import AgreementTextChanged, SignatureInvalid

# Where OCC publishes the disclosure document and its supplements.
DISCLOSURE_DOCUMENT = "https://www.theocc.com/company-information/documents-and-archives/options-disclosure-document"
MARKS = {"# ": "title", "## ": "heading", "- ": "item"}


@dataclass(frozen=True)
class Block:
    """A piece of a text, in the order of reading: `title`, `heading`, `paragraph`, or a `list` of several lines."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Signature:
    """What a signer sends: the name typed, what was read, and from where. `digest` is that of the text shown."""

    full_name: str
    digest: str
    has_document: bool
    ip_address: str


@dataclass(frozen=True)
class Signer:
    """Who has to sign, by the names on file."""

    given_name: str
    middle_name: str
    family_name: str

    @property
    def names(self) -> tuple[str, ...]:
        """Answer how the holder may write their name: with the middle name or without."""
        short = f"{self.given_name} {self.family_name}"
        return (short, f"{self.given_name} {self.middle_name} {self.family_name}") if self.middle_name else (short,)


def read_blocks(text: str) -> tuple[Block, ...]:
    """Answer a text as blocks: one a line, marked by `# `, `## ` or `- `, items under each other as one list."""
    marked = [_marked(line.strip()) for line in text.splitlines() if line.strip()]
    blocks: list[Block] = []
    for kind, lines in groupby(marked, key=lambda one: one[0]):
        said = tuple(line for _, line in lines)
        blocks += [Block("list", said)] if kind == "item" else [Block(kind, (line,)) for line in said]
    return tuple(blocks)


def require_signature(signature: Signature, signer: Signer, *, digest: str) -> None:
    """Raise unless the signature binds the signer to the text of `digest`.

    Raises `AgreementTextChanged` where another text was read, else `SignatureInvalid`.
    """
    if signature.digest != digest:
        raise AgreementTextChanged
    faults = {field: [said] for field, said in _faults(signature, signer)}
    if faults:
        raise SignatureInvalid(faults)


def _faults(signature: Signature, signer: Signer) -> Iterator[tuple[str, str]]:
    if _plain(signature.full_name) not in {_plain(name) for name in signer.names}:
        yield "full_name", f"Type the name of the account’s holder: {signer.names[0]}."
    if not signature.has_document:
        yield "has_document", "Confirm that you received the disclosure document."
    if not signature.ip_address:
        yield "ip_address", "The address that you sign from could not be established. Try again from another network."


def _plain(name: str) -> str:
    """Answer a name so that case, spaces and the way accents are written make no difference."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _marked(line: str) -> tuple[str, str]:
    for mark, kind in MARKS.items():
        if line.startswith(mark):
            return kind, line.removeprefix(mark)
    return "paragraph", line
