"""What paths may carry, beyond what Django knows."""

from uuid import UUID

from django.urls import register_converter


class IdConverter:
    """A UUID in either case, as RFC 9562 has it: `<id:account_id>`. What we write is lower case."""

    regex = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

    def to_python(self, value: str) -> UUID:
        """Answer the id that stands in a path."""
        return UUID(value)

    def to_url(self, value: UUID | str) -> str:
        """Answer how an id is written in a path."""
        return str(value)


register_converter(IdConverter, "id")
