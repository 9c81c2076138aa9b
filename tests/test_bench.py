"""`make bench` still runs, and its tables have the shape that docs/benchmarks.md shows; never how fast."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GROUPS = (
    "Seeding",
    "Account list",
    "Search",
    "Filters",
    "One account, and the audit trail",
    "API, as one key",
    "Exports",
    "The database alone",
)


def test_a_quick_bench_measures_every_scenario_at_both_sizes(tmp_path):
    output = tmp_path / "benchmarks.md"
    data = tmp_path / "data"
    tmp_path.chmod(0o711)

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
    assert len(timed) == len(set(timed)) > 40
    assert all(line.count("|") == 7 for line in timed)
    assert written.count(" accounts a second") == 2
    assert "CSV, everything | 120 | 120 |" in written.replace("140", "120")
    assert not data.exists()
