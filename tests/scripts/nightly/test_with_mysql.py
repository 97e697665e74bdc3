"""The runs of both pipelines in a real MariaDB: the same nights as from files, and rows for older dashboards."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shuntyard.nightly.build import ask, build
from shuntyard.store import open_store
from shuntyard.store.intake import from_report
from shuntyard.store.tables import build as tables
from tests.scripts.nightly.samples import INTEGRATION, NIGHTS, NOW, RBE, keep, reports
from tests.scripts.store.conftest import database, server  # noqa: F401 (fixtures)
from tests.scripts.store.servers import MariaDB

pytestmark = pytest.mark.slow


def test_bazel_s_and_the_integration_s_records_fit(
    database: MariaDB,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HOSTNAME", "USERNAME", "PASSWORD", "NAME"):  # as JAX on ROCm calls them
        monkeypatch.setenv(f"ROCM_JAX_DB_{name}", os.environ[f"SHUNTYARD_DB_{name}"])
        monkeypatch.delenv(f"SHUNTYARD_DB_{name}")
    found = reports(NIGHTS, 5)
    store = open_store("mysql")
    for report in found:
        assert store.append(tables(from_report(report), NOW)) == "added"
    asked = ask(
        pipelines=f"{RBE} {INTEGRATION}", cadence="", days=5, turn=0, repository="", patterns="rocm=7.2.0", now=NOW
    )
    here, there = build(str(keep(tmp_path, found)), asked), build("mysql", asked)
    assert there.facts["nights"] == here.facts["nights"]
    with database.root() as connection:
        cursor = connection.cursor()
        cursor.execute(f"USE {os.environ['ROCM_JAX_DB_NAME']}")
        cursor.execute("SELECT rocm_version, count(*) FROM ci_runs GROUP BY rocm_version ORDER BY rocm_version")
        assert list(cursor.fetchall()) == [("7.1.1", 20), ("7.2.0", 10)]
        cursor.execute(
            "SELECT DISTINCT filename, test_name FROM ci_tests WHERE filename LIKE '%pjit%' ORDER BY filename"
        )
        assert list(cursor.fetchall()) == [
            ("//jax/tests:pjit_test_gpu", ""),
            ("tests/integration/test_pjit.py", "test_two_devices"),
        ]
