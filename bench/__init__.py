"""How fast lists, searches, exports and the API are with few accounts and with many: `make bench`.

A whole installation of its own is started in `.data-bench/` and thrown away at the end.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("STRIKEBOOK_BENCH_DATA", ROOT / ".data-bench"))

# Settings are read by the first import of the project.
os.environ["STRIKEBOOK_DATA"] = str(DATA)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brokerage.settings")
