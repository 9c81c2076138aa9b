"""The sentences of the rules as people read them: about a label, and with no name of a field in them."""

import re

# What the rules say to programs, and what it means to somebody who types.
PLAINLY = (
    (
        re.compile(r"must be in printable ASCII characters; native script goes to \w+"),
        "must be written without accents, in the letters of English; the original goes under “own script”",
    ),
    (
        re.compile(r"must be in printable ASCII characters"),
        "must be written without accents, in the letters of English",
    ),
    (re.compile(r"must be an ISO 3166-1 alpha-3 country code, such as USA"), "must be a country of the list"),
    (
        re.compile(r"^(is|must be .*, found) application/x-(msdownload|executable|mach-binary)\b.*"),
        "is a program and not a document",
    ),
    (re.compile(r"^(is|must be .*, found) text/x-script\b.*"), "is a program and not a document"),
    (re.compile(r"^(is|must be .*, found) application/zip\b.*"), "is an archive and not a document"),
    (re.compile(r"^(is|must be .*, found) text/html\b.*"), "is a web page and not a document"),
    (re.compile(r"^(must be a PDF, a PNG or a JPEG), found none of them"), r"\1"),
    (re.compile(r"^is (\S+), but mime_type says (\S+)"), r"is not what its name says: it is \1 and not \2"),
    (re.compile(r"must have the form XX\.YYYY\.MM"), "must be written as two digits, year and month"),
)
FIELD_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def in_words(label: str, said: str, *, owner: str = "") -> str:
    """Answer a sentence about the field that `label` stands at: `City must not be digits only.`

    A published sentence that begins with the field's own name gets the label in its place.
    """
    for pattern, plainly in PLAINLY:
        said = pattern.sub(plainly, said)
    first, _, rest = said.partition(" ")
    said = rest if FIELD_NAME.fullmatch(first) else said
    said = FIELD_NAME.sub(lambda name: name[0].replace("_", " "), said)
    about = f"{owner}: {label[:1].lower()}{label[1:]}" if owner and not label[:2].isupper() else label
    return f"{about} {said}".rstrip(".") + "."


def as_sentence(said: str) -> str:
    """Answer a refusal as a sentence of its own, with no name of a field in it."""
    said = FIELD_NAME.sub(lambda name: name[0].replace("_", " "), said)
    return f"{said[:1].upper()}{said[1:]}".rstrip(".") + "."
