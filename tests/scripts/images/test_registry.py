"""What a registry's answers mean, whose credentials go where, and that their file does not stay."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from shuntyard.errors import ShuntyardError
from shuntyard.images.registry import Credentials, check_repository, check_tag, open_registry
from tests.scripts.engine.standins import stand_in
from tests.scripts.images.layouts import write_layout

LOGIN = Credentials(username="ci", password="correct horse")
HOST = "registry.example:5000"


def refusal(tmp_path: Path, said: str, monkeypatch: pytest.MonkeyPatch, login: Credentials = LOGIN) -> tuple[str, int]:
    """The error's text, and how often skopeo was started."""
    monkeypatch.setattr("shuntyard.images.registry.time.sleep", lambda seconds: None)
    programs = stand_in(tmp_path, "skopeo", answers={"copy": (1, said)})
    with open_registry(programs.env, {HOST: login}) as registry, pytest.raises(ShuntyardError) as error:
        registry.copy(f"{HOST}/a@sha256:1", f"{HOST}/b:1")
    return f"{error.value.message}\n{error.value.hint}", len(programs.calls())


@pytest.mark.parametrize(
    ("said", "means", "tries"),
    [
        ("unable to retrieve auth token: invalid username/password: unauthorized: x", "does not take the user", 1),
        ("authentication required", "(401)", 1),
        ("denied: requested access to the resource is denied", "forbids it (403)", 1),
        ("received unexpected HTTP status: 503 Service Unavailable", "is out of reach", 4),
        ("dial tcp 127.0.0.1:1: connect: connection refused", "is out of reach", 4),
        ("writing blob: something odd", "did not take", 1),
    ],
)
def test_what_it_means(said: str, means: str, tries: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, tried = refusal(tmp_path, said, monkeypatch)
    assert means in text
    assert HOST in text
    assert tried == tries


def test_a_refusal_names_the_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, _ = refusal(tmp_path, "unauthorized", monkeypatch, Credentials(names=("MY_USER", "MY_PASSWORD")))
    assert "asks who this is (401)" in text
    assert "set the secrets MY_USER and MY_PASSWORD" in text


def test_credentials_are_a_private_file_for_their_own_host(tmp_path: Path) -> None:
    programs = stand_in(tmp_path, "skopeo")
    env = {**programs.env, "RUNNER_TEMP": str(tmp_path)}
    with open_registry(env, {HOST: LOGIN, "other.example": Credentials()}) as registry:
        assert registry.authfile is not None
        auths = json.loads(registry.authfile.read_text(encoding="utf-8"))["auths"]
        assert auths == {HOST: {"auth": base64.b64encode(b"ci:correct horse").decode()}}
        assert stat.S_IMODE(registry.authfile.stat().st_mode) == 0o600
        assert stat.S_IMODE(registry.authfile.parent.stat().st_mode) == 0o700
        registry.copy("a/b@sha256:1", f"{HOST}/b:1")
    (call,) = programs.calls()
    assert "correct horse" not in " ".join(call.argv) + " ".join(call.env.values())
    assert list(tmp_path.glob("registry-*")) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupt_removes_the_file(tmp_path: Path, number: signal.Signals) -> None:
    env = {**stand_in(tmp_path, "skopeo").env, "RUNNER_TEMP": str(tmp_path)}
    with pytest.raises(KeyboardInterrupt), open_registry(env, {HOST: LOGIN}):
        signal.raise_signal(number)
    assert list(tmp_path.glob("registry-*")) == []


def test_half_a_login_names_the_other_half() -> None:
    with pytest.raises(ShuntyardError, match="the secret REGISTRY_USERNAME is missing"):
        Credentials(password="x")


def test_without_skopeo() -> None:
    with pytest.raises(ShuntyardError, match="skopeo is not installed here"), open_registry({"PATH": ""}, {}):
        pass


@pytest.mark.parametrize(
    "text", ["image", "registry.example/Image", "registry.example/a:1", "-x/a", "a/b@sha256:1", "a/../b"]
)
def test_what_is_no_repository(text: str) -> None:
    with pytest.raises(ShuntyardError):
        check_repository(text)


@pytest.mark.parametrize("text", ["", "-x", "a b", "a" * 129, "1.0+x"])
def test_what_is_no_tag(text: str) -> None:
    with pytest.raises(ShuntyardError):
        check_tag(text)


class _Forbids(BaseHTTPRequestHandler):
    """Lets everyone in and takes nothing: what a registry answers an account without the right to write."""

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self._answer(200 if self.path == "/v2/" else 404, b"{}")

    def do_HEAD(self) -> None:
        self._answer(404, b"")

    def do_POST(self) -> None:
        self._answer(403, b'{"errors": [{"code": "DENIED", "message": "requested access is denied"}]}')

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def forbidding() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Forbids) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_skopeo_s_own_words_for_403_are_understood(tmp_path: Path, forbidding: str) -> None:
    skopeo = shutil.which("skopeo")
    if skopeo is None:
        why = "skopeo is not installed; requirements/system images installs it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    write_layout(tmp_path / "layout", [{"a": b"1"}])
    index = json.loads((tmp_path / "layout" / "index.json").read_text(encoding="utf-8"))
    index["manifests"][0]["annotations"] = {"org.opencontainers.image.ref.name": "image"}
    (tmp_path / "layout" / "index.json").write_text(json.dumps(index), encoding="utf-8")
    (tmp_path / "layout" / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="utf-8")
    with open_registry(os.environ, {forbidding: LOGIN}) as registry, pytest.raises(ShuntyardError) as error:
        registry.push(tmp_path / "layout", f"{forbidding}/team/image:1")
    assert f"the registry {forbidding} forbids it (403)" in error.value.message
    assert "REGISTRY_USERNAME and REGISTRY_PASSWORD" in error.value.hint
