"""How to reach the MySQL or MariaDB server: from the environment only, never from a command line, never into a log.

SHUNTYARD_DB_HOSTNAME, _USERNAME, _PASSWORD, _NAME     or the same with ROCM_JAX_DB_, which JAX on ROCm has
SHUNTYARD_DB_PORT            3306
SHUNTYARD_DB_TLS             verify (the default, but for this machine itself) or off
SHUNTYARD_DB_TLS_CA          a file with the certificates to trust, where the system's are not enough
SHUNTYARD_DB_CI_TABLES       on (the default) or off: ci_runs, ci_tests and ci_results for older dashboards
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from shuntyard.errors import ShuntyardError

PREFIXES = ("SHUNTYARD_DB_", "ROCM_JAX_DB_")
_NEEDED = ("HOSTNAME", "USERNAME", "PASSWORD", "NAME")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Where and as whom. `tls` says that the server must show a certificate that is valid for its name."""

    hostname: str
    port: int
    username: str = field(repr=False)
    password: str = field(repr=False)
    database: str
    tls: bool
    tls_ca: str = ""
    ci_tables: bool = True

    @property
    def where(self) -> str:
        """The name of the place in messages."""
        return f"mysql ({self.database} at {self.hostname}:{self.port})"

    def context(self) -> ssl.SSLContext | None:
        """What the connection is wrapped in; None for a plain one. Raises ShuntyardError for unusable certificates."""
        if not self.tls:
            return None
        try:
            return ssl.create_default_context(cafile=self.tls_ca or None)
        except (OSError, ssl.SSLError) as error:
            raise ShuntyardError(f"SHUNTYARD_DB_TLS_CA cannot be used: {error}") from error


def read_login(env: Mapping[str, str]) -> Login:
    """The login from variables. Raises ShuntyardError that names the variables that are missing, never their values."""
    prefix = next((prefix for prefix in PREFIXES if env.get(f"{prefix}HOSTNAME")), PREFIXES[0])
    missing = [f"{prefix}{name}" for name in _NEEDED if not env.get(f"{prefix}{name}")]
    if missing:
        raise ShuntyardError(
            f"the database is not named: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            hint="set them from secrets, in the environment of this step",
        )
    hostname = env[f"{prefix}HOSTNAME"]
    port = env.get("SHUNTYARD_DB_PORT") or "3306"
    if not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536):
        raise ShuntyardError("SHUNTYARD_DB_PORT is no port", hint="write a number, such as 3306")
    return Login(
        hostname=hostname,
        port=int(port),
        username=env[f"{prefix}USERNAME"],
        password=env[f"{prefix}PASSWORD"],
        database=env[f"{prefix}NAME"],
        tls=_switch(env, "SHUNTYARD_DB_TLS", "off" if hostname in _HERE else "verify", "verify"),
        tls_ca=env.get("SHUNTYARD_DB_TLS_CA", ""),
        ci_tables=_switch(env, "SHUNTYARD_DB_CI_TABLES", "on", "on"),
    )


def _switch(env: Mapping[str, str], name: str, default: str, on: str) -> bool:
    value = env.get(name) or default
    if value not in (on, "off"):
        raise ShuntyardError(f"{name} is {value!r}", hint=f"write {on} or off")
    return value == on
