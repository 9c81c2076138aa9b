"""`manage.py import_assets FILE`"""

from collections.abc import Sequence

from options.files import Row
from options.management.file_command import FileCommand
from options.services.contracts import Import, import_assets


class Command(FileCommand):
    """Load underlyings from a file in the asset-master shape."""

    help = "Add or change shares from a file. A bad row is named by line and reason, and nothing is loaded."
    kind = "assets"

    def load(self, rows: Sequence[Row]) -> Import:
        """Load the rows as assets."""
        return import_assets(rows=rows)
