"""The process that finds change points: `changes.of_many`, asked in JSON, one question a line; ends with its input.

A process of its own, because it keeps Python's lock for as long as half of the other analyses together take. Run by
path, with `-I`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path


def main() -> None:
    """Answers [series, seed, alpha], each series as [values, least change], with a list of changes for each series."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from shuntyard.stats.changes import of_many  # noqa: PLC0415 (`-I` knows no path to it before)

    for line in sys.stdin:
        wanted, seed, alpha = json.loads(line)
        found = of_many(wanted, seed, alpha)
        sys.stdout.write(json.dumps([[asdict(change) for change in changes] for changes in found]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
