"""Was what somebody edits changed by somebody else meanwhile."""

from hashlib import sha256

from accounts.errors import ChangedMeanwhile

MARK = 16


def mark_of(values: object) -> str:
    """Answer a mark that a form carries of the values it was filled in with; other values have another one."""
    return sha256(repr(values).encode()).hexdigest()[:MARK]


def require_unchanged(mark: str, values: object) -> None:
    """Raise `ChangedMeanwhile` unless `values`, as they are on file, are those that `mark` was made of."""
    if mark != mark_of(values):
        raise ChangedMeanwhile
