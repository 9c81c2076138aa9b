"""What can go wrong with an embedded server."""


class EmbeddedServerError(Exception):
    """An embedded server cannot be found, started or reached; the sentence says what to do."""
