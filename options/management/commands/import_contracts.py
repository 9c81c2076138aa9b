"""`manage.py import_contracts FILE`"""

from collections.abc import Sequence

from options.files import Row
from options.management.file_command import FileCommand
from options.services.contracts import Import, import_contracts


class Command(FileCommand):
    """Load option contracts from a file in the asset-master shape."""

    help = "Add or change option contracts from a file. A bad row is named by line and reason, and nothing is loaded."
    kind = "contracts"

    def load(self, rows: Sequence[Row]) -> Import:
        """Load the rows as contracts."""
        return import_contracts(rows=rows)
