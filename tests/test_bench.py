"""`make bench` still runs, and its tables have the shape that docs/benchmarks.md shows; never how fast."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GROUPS = (
    "Seeding",
    "Account list",
    "Search",
    "Filters",
    "One account, and the audit trail",
    "Options queue, a tenth of the accounts waiting",
    "Trading",
    "API, as one key",
    "Market data, as one key",
    "Orders",
    "Expiration",
    "Expiring",
    "Market data that comes in",
    "Deciding",
    "Exports",
    "The database alone",
)


@pytest.fixture
def data():
    """A directory to be: below one that PostgreSQL's user can enter too."""
    with tempfile.TemporaryDirectory(prefix="strikebook-bench-") as directory:
        Path(directory).chmod(0o711)
        yield Path(directory) / "data"


def test_a_quick_bench_measures_every_scenario_at_both_sizes(data, tmp_path):
    output = tmp_path / "benchmarks.md"

    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--output", str(output)],
        cwd=ROOT,
        env={**os.environ, "STRIKEBOOK_BENCH_DATA": str(data)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    written = output.read_text()
    assert [line[3:] for line in written.splitlines() if line.startswith("## ")] == list(GROUPS)
    assert all(fact in written for fact in ("| processor |", "| PostgreSQL |", "| Python |"))
    timed = [line for line in written.splitlines() if line.endswith(" |") and " | x " in line]
    assert len(timed) == 69
    assert all(line.count("|") == 7 for line in timed)
    assert written.count(" accounts a second") == 2
    assert "| CSV, everything | 40 | 42 |" in written  # two were opened over the API, and two more
    assert "| Excel, everything | 120 | 124 |" in written
    traded = [line.split("|")[1:4] for line in written.splitlines() if line.count("|") == 12 and "%" in line]
    assert [book.strip() for book, _, _ in traded] == ["40", "40", "120", "120"]  # one account, and all at level 2
    assert {clients.strip() for _, _, clients in traded} == {"8"}
    expired = [line.split("|")[2:4] for line in written.splitlines() if line.count("|") == 7 and line.endswith("% |")]
    assert [[one.strip() for one in each] for each in expired] == [["40", "400"], ["120", "1,200"]]
    assert not data.exists()
