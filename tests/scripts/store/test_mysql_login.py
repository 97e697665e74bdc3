"""The login comes from the environment, and TLS is what it says it is."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.store import open_store
from shuntyard.store.mysql_login import Login, read_login
from tests.scripts.store.samples import make_run
from tests.scripts.store.servers import MariaDB, mariadb

ENV = {
    "SHUNTYARD_DB_HOSTNAME": "db.example",
    "SHUNTYARD_DB_USERNAME": "yard",
    "SHUNTYARD_DB_PASSWORD": "tops3cret",
    "SHUNTYARD_DB_NAME": "results",
}


def test_our_own_variables_come_first() -> None:
    rocm = {name.replace("SHUNTYARD_DB", "ROCM_JAX_DB"): f"rocm-{value}" for name, value in ENV.items()}
    assert read_login({**rocm, **ENV}).hostname == "db.example"
    login = read_login(rocm)
    assert (login.hostname, login.password, login.port, login.ci_tables) == (
        "rocm-db.example",
        "rocm-tops3cret",
        3306,
        True,
    )


def test_what_is_missing_is_named_and_no_value_is() -> None:
    with pytest.raises(ShuntyardError, match="SHUNTYARD_DB_NAME is not set"):
        read_login({**ENV, "SHUNTYARD_DB_NAME": ""})
    with pytest.raises(ShuntyardError, match=r"HOSTNAME, .*_USERNAME, .*_PASSWORD, .*_NAME are not set"):
        read_login({})


def test_a_login_does_not_show_itself() -> None:
    assert "tops3cret" not in repr(read_login(ENV)) and "'yard'" not in repr(read_login(ENV))


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "x"), ("PORT", "0"), ("PORT", "99999"), ("TLS", "maybe"), ("CI_TABLES", "true")],
)
def test_wrong_settings_are_refused(name: str, value: str) -> None:
    with pytest.raises(ShuntyardError, match=name):
        read_login({**ENV, f"SHUNTYARD_DB_{name}": value})


@pytest.mark.parametrize(
    ("hostname", "setting", "expected"),
    [
        ("db.example", "", True),
        ("db.example", "off", False),
        ("127.0.0.1", "", False),
        ("localhost", "verify", True),
    ],
)
def test_other_machines_are_reached_by_tls_unless_told_otherwise(hostname: str, setting: str, expected: bool) -> None:
    login = read_login({**ENV, "SHUNTYARD_DB_HOSTNAME": hostname, "SHUNTYARD_DB_TLS": setting})
    assert login.tls is expected
    assert (login.context() is not None) is expected


def test_certificates_that_are_none_are_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    login = read_login({**ENV, "SHUNTYARD_DB_TLS_CA": str(tmp_path / "ca.pem")})
    with pytest.raises(ShuntyardError, match="SHUNTYARD_DB_TLS_CA"):
        login.context()
    assert isinstance(login, Login)


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MariaDB, Path]]:
    """A server with a certificate for 127.0.0.1 from an authority of its own."""
    folder = tmp_path_factory.mktemp("tls")
    certificate = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=yard"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "ca.pem")]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*certificate, *files, *names], check=True, capture_output=True)
    with mariadb() as server:
        server.stop()
        server.start(f"--ssl-cert={folder / 'ca.pem'}", f"--ssl-key={folder / 'key.pem'}")
        yield server, folder


@pytest.mark.slow
def test_a_certificate_that_is_trusted_is_used(
    tls_server: tuple[MariaDB, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, folder = tls_server
    for name, value in {**server.database(), "SHUNTYARD_DB_TLS": "verify"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ShuntyardError, match=r"certificate verify failed|CERTIFICATE"):
        open_store("mysql").append(make_run())
    monkeypatch.setenv("SHUNTYARD_DB_TLS_CA", str(folder / "ca.pem"))
    with server.root() as connection:
        connection.cursor().execute("ALTER USER 'yard'@'%' REQUIRE SSL")
    assert open_store("mysql").append(make_run()) == "added"
    monkeypatch.setenv("SHUNTYARD_DB_TLS", "off")
    with pytest.raises(ShuntyardError, match="Access denied"):
        open_store("mysql").append(make_run())


@pytest.mark.slow
def test_a_server_without_tls_gets_no_password(server: MariaDB, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**server.database(), "SHUNTYARD_DB_TLS": "verify"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ShuntyardError, match=r"SSL|TLS"):
        open_store("mysql").append(make_run())
