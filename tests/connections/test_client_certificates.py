"""Client certificates: settings, files and passwords, and which servers get them."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from attrs import evolve
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID
from helpers.canary import CANARY
from helpers.socks5 import Socks5Proxy
from orion_api.api.files import get_file

from orionclient._transport import exchange
from orionclient.cli._core.root import ocli
from orionclient.config import SessionConfig, read_profiles, resolve, restore_config, save_profile
from orionclient.exceptions import OrionConnectionError, ValidationError
from orionclient.session import OrionSession, get_session
from orionclient.types import File

from connections_certificates import Certificate, Secure, Tunnel, context_for, make  # isort: skip

HOST = "orion.example.test"
STORAGE = "storage.example.test"


class Files(NamedTuple):
    """Files of an authority, and of client certificates that it signed."""

    root: Certificate
    folder: Path

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def config(self, server: Secure, **changes: Any) -> SessionConfig:
        return SessionConfig(
            **{"url": f"https://{HOST}:{server.port}", "token": CANARY, "ca_file": self.path("root.pem"), **changes}
        )

    def context(self, host: str = HOST, mode: ssl.VerifyMode = ssl.CERT_REQUIRED) -> ssl.SSLContext:
        """Make the context of a server that asks for certificates of this authority."""
        context = context_for(self.folder, make("server", self.root, hosts=(host,)))
        context.verify_mode = mode
        context.load_verify_locations(self.path("root.pem"))
        return context


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("client")
    root = make("own root", ca=True)
    client, other = (make(name, root, purpose=ExtendedKeyUsageOID.CLIENT_AUTH) for name in ("ada", "bob"))
    encrypted = [
        client.key.private_bytes(
            serialization.Encoding.PEM, form, serialization.BestAvailableEncryption("pass wörd".encode())
        )
        for form in (serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL)
    ]
    contents = {
        "root.pem": root.pem, "both.pem": client.key_pem + client.pem, "cert.pem": client.pem, "key.pem": client.key_pem,
        "other-key.pem": other.key_pem, "pkcs8.pem": encrypted[0], "openssl.pem": encrypted[1], "empty.pem": b"",
        "encrypted-both.pem": client.pem + encrypted[0], "damaged.pem": client.key_pem.replace(b"\nM", b"\n!", 1),
        "cert.der": client.certificate.public_bytes(serialization.Encoding.DER),
    }  # fmt: skip
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return Files(root, folder)


@pytest.fixture(autouse=True)
def resolve_test_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Resolve names under example.test to this machine."""
    real = socket.getaddrinfo

    def resolve_here(host: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return real("127.0.0.1" if str(name).endswith("example.test") else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_here)
    for name in ("https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    yield
    exchange.close_connections()


def by_session(config: SessionConfig) -> str:
    return OrionSession(config).get_resource(File, 1).name


def by_raw(config: SessionConfig) -> str:
    return str(get_file.sync(1, client=OrionSession(config).raw).name)


def by_raw_async(config: SessionConfig) -> str:
    async def work() -> str:
        # One block, so that a redirect is followed with the same pools.
        async with OrionSession(config).raw_async as client:
            return str((await get_file.asyncio(1, client=client)).name)

    return asyncio.run(work())


Way = Callable[[SessionConfig], str]
WAYS = pytest.mark.parametrize("way", [by_session, by_raw, by_raw_async])
TWO_FILES = {"client_cert": "cert.pem", "client_key": "key.pem"}


def _paths(files: Files, **names: str) -> dict[str, str]:
    return {setting: files.path(name) for setting, name in names.items()}


@WAYS
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("names", [{"client_cert": "both.pem"}, TWO_FILES])
def test_the_server_gets_the_certificate(
    files: Files, way: Way, version: ssl.TLSVersion, names: dict[str, str]
) -> None:
    context = files.context()
    context.minimum_version = context.maximum_version = version
    with Secure(context) as server:
        assert way(files.config(server, **_paths(files, **names))) == "x"
        with pytest.raises(OrionConnectionError):
            way(files.config(server))
    assert server.clients == ["ada"]


@WAYS
@pytest.mark.parametrize("by", ["CONNECT", "socks5h"])
def test_the_server_gets_the_certificate_through_a_proxy(files: Files, way: Way, by: str) -> None:
    with Secure(files.context()) as server, Tunnel(server.port) as tunnel, Socks5Proxy() as socks:
        proxy = tunnel.url if by == "CONNECT" else f"socks5h://{socks.address}"
        assert way(files.config(server, proxy=proxy, **_paths(files, **TWO_FILES))) == "x"
        exchange.close_connections()
        assert (len(tunnel.requests), socks.connections) == ((1, 0) if by == "CONNECT" else (0, 1))
    assert server.clients == ["ada"]


@WAYS
@pytest.mark.parametrize(
    "names",
    [
        {"client_cert": "cert.pem", "client_key": "pkcs8.pem"},
        {"client_cert": "cert.pem", "client_key": "openssl.pem"},
        {"client_cert": "encrypted-both.pem"},
    ],
)
def test_an_encrypted_key(files: Files, monkeypatch: pytest.MonkeyPatch, way: Way, names: dict[str, str]) -> None:
    with Secure(files.context()) as server:
        config = files.config(server, **_paths(files, **names))
        setting = "client_key" if "client_key" in names else "client_cert"
        start = f"set by {setting} of the profile: it is encrypted, and ORION_CLIENT_KEY_PASSWORD is"
        for password, problem in {"": "not set", "wr0ng": "not its password", "w" * 2000: "not its password"}.items():
            monkeypatch.setenv("ORION_CLIENT_KEY_PASSWORD", password)
            with pytest.raises(ValidationError) as caught:
                way(config)
            assert f"{start} {problem}" in str(caught.value)
            assert not password or password not in f"{caught.value!r} {caught.value.__context__!r}"
        monkeypatch.setenv("ORION_CLIENT_KEY_PASSWORD", "pass wörd")
        assert way(config) == "x"
    assert server.clients == ["ada"]


PROBLEMS = [
    ({"client_cert": "missing.pem"}, "cannot read the certificate in '{0}', set by client_cert of the profile: "),
    ({"client_cert": ""}, "cannot read the certificate in '{0}', set by client_cert of the profile: "),
    ({"client_cert": "cert.pem", "client_key": "missing.pem"}, "cannot read the private key in '{1}', set by client_key"),
    ({"client_cert": "empty.pem"}, "'{0}', set by client_cert of the profile, contains no certificate in PEM form"),
    ({"client_cert": "cert.der"}, "'{0}', set by client_cert of the profile, contains no certificate in PEM form"),
    ({"client_cert": "cert.pem"}, "contains no private key in PEM form; set client_key or ORION_CLIENT_KEY to its file"),
    ({"client_cert": "cert.pem", "client_key": "cert.der"}, "'{1}', set by client_key of the profile, contains no private"),
    (
        {"client_cert": "cert.pem", "client_key": "other-key.pem"},
        "cannot use the private key in '{1}', set by client_key of the profile: it does not belong to the certificate in '{0}'",
    ),
    ({"client_cert": "cert.pem", "client_key": "damaged.pem"}, "set by client_key of the profile: OpenSSL cannot read it"),
]  # fmt: skip


@WAYS
@pytest.mark.parametrize(("names", "problem"), PROBLEMS)
def test_files_that_cannot_be_used(files: Files, way: Way, names: dict[str, str], problem: str) -> None:
    paths = _paths(files, **names)
    with Secure(files.context()) as server, pytest.raises(ValidationError) as caught:
        way(files.config(server, **paths))
    assert problem.format(*paths.values()) in str(caught.value)
    assert server.connections == 0


def test_a_key_without_a_certificate() -> None:
    with pytest.raises(ValidationError, match="client_key is set but client_cert is not"):
        SessionConfig("https://orion.example.test", client_key="key.pem")
    environ = {"ORION_URL": "https://orion.example.test", "ORION_TOKEN": CANARY, "ORION_CLIENT_KEY": "key.pem"}
    with pytest.raises(ValidationError, match="ORION_CLIENT_KEY is set but ORION_CLIENT_CERT is not"):
        resolve(environ=environ)


@WAYS
def test_another_server_gets_no_certificate(files: Files, way: Way) -> None:
    with (
        Secure(files.context(mode=ssl.CERT_OPTIONAL)) as server,
        Secure(files.context(STORAGE, ssl.CERT_OPTIONAL)) as storage,
        Secure(files.context(mode=ssl.CERT_OPTIONAL)) as other_port,
    ):
        config = files.config(server, **_paths(files, **TWO_FILES))
        assert way(config) == "x"
        for target in (f"https://{STORAGE}:{storage.port}/x", f"https://{HOST}:{other_port.port}/x"):
            server.head = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\n"
            assert way(config) == "x"
        server.head = None
        # The connection without a certificate is not used for the server.
        assert way(config) == "x"
    assert (server.clients, storage.clients, other_port.clients) == (["ada"] * 4, [None], [None])


def test_presigned_requests(files: Files) -> None:
    with (
        Secure(files.context(mode=ssl.CERT_OPTIONAL)) as server,
        Secure(files.context(STORAGE, ssl.CERT_OPTIONAL)) as storage,
    ):
        config = files.config(server, **_paths(files, **TWO_FILES))
        calls = OrionSession(config, requests_session=get_session({}, 5, 5))._calls
        for url in (f"https://{STORAGE}:{storage.port}/x?signature=1", "/x?signature=1"):
            assert calls.put_presigned(url, b"content", {}, "x").status_code == 200
    # Presigned addresses of the stack itself are behind the same TLS server.
    assert (storage.clients, server.clients) == ([None], ["ada"])


@WAYS
def test_a_proxy_gets_no_certificate(files: Files, way: Way) -> None:
    with Secure(files.context(mode=ssl.CERT_OPTIONAL)) as proxy:
        config = files.config(
            proxy, url="http://orion.invalid", allow_http=True, proxy=f"https://{HOST}:{proxy.port}",
            **_paths(files, **TWO_FILES),
        )  # fmt: skip
        assert way(config) == "x"
    assert proxy.clients == [None]


def test_sessions_with_and_without_a_certificate_share_no_connection(files: Files) -> None:
    with Secure(files.context(mode=ssl.CERT_OPTIONAL)) as server:
        config = files.config(server)
        by_session(evolve(config, **_paths(files, **TWO_FILES)))
        by_session(config)
    assert server.clients == ["ada", None]


def test_the_profile_and_the_environment(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    with Secure(files.context()) as server:
        config = files.config(server, **_paths(files, **TWO_FILES))
        save_profile(config, "own")
        assert read_profiles()["own"]["client_cert"] == files.path("cert.pem")
        assert by_session(resolve("own")) == "x"
        save_profile(evolve(config, client_cert=files.path("missing.pem")), "own")
        monkeypatch.setenv("ORION_CLIENT_CERT", files.path("both.pem"))
        # The variables replace both settings of the profile.
        assert (resolve("own").client_cert, resolve("own").client_key) == (files.path("both.pem"), None)
        assert by_session(resolve("own")) == "x"
        assert by_session(restore_config(config.origin, "own")) == "x"
        monkeypatch.setenv("ORION_CLIENT_KEY", files.path("missing.pem"))
        with pytest.raises(ValidationError, match=r"missing.pem', set by ORION_CLIENT_KEY: "):
            by_session(resolve("own"))
        monkeypatch.setenv("ORION_CLIENT_KEY", files.path("other-key.pem"))
        with pytest.raises(ValidationError, match=r"set by ORION_CLIENT_KEY: .* set by ORION_CLIENT_CERT"):
            by_session(resolve("own"))
        monkeypatch.delenv("ORION_CLIENT_KEY")
        monkeypatch.setenv("ORION_URL", config.url)
        monkeypatch.setenv("ORION_TOKEN", CANARY)
        monkeypatch.setenv("SSL_CERT_FILE", files.path("root.pem"))
        assert by_session(resolve()) == "x"


def test_home_in_paths(files: Files, own_home: Path) -> None:
    for name in ("cert.pem", "key.pem"):
        (own_home / name).write_bytes((files.folder / name).read_bytes())
    with Secure(files.context()) as server:
        assert by_session(files.config(server, client_cert="~/cert.pem", client_key="~/key.pem")) == "x"


def test_ocli(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*arguments: str, code: int = 0) -> str:
        found = CliRunner().invoke(ocli, arguments, input=CANARY, prog_name="ocli")
        assert found.exit_code == code, found.output
        return found.stdout if code == 0 else found.stderr

    def show() -> dict[str, tuple[str, str]]:
        return {row["setting"]: (row["value"], row["origin"]) for row in json.loads(run("config", "info", "--json"))}

    with Secure(files.context()) as server:
        url = f"https://{HOST}:{server.port}"
        run(
            "config", "profile", "--url", url, "--username", "ada", "--with-token", "--ca-file", files.path("root.pem"),
            "--client-cert", files.path("cert.pem"), "--client-key", files.path("key.pem"),
        )  # fmt: skip
        assert json.loads(run("files", "info", "1", "--json"))["name"] == "x"
        value, origin = show()["client_key"]
        assert value == files.path("key.pem")
        assert origin.endswith("[default]")
        monkeypatch.setenv("ORION_CLIENT_CERT", files.path("missing.pem"))
        assert show()["client_cert"] == (files.path("missing.pem"), "$ORION_CLIENT_CERT")
        assert show()["client_key"] == (None, "default")
        assert "missing.pem', set by ORION_CLIENT_CERT: " in run("files", "info", "1", code=6)
        monkeypatch.delenv("ORION_CLIENT_CERT")
        assert "the path is empty" in run(
            "config", "profile", "--url", url, "--username", "ada", "--client-cert", "", code=6
        )
        assert "client_key is set but client_cert is not" in run(
            "config", "profile", "--url", url, "--username", "ada", "--client-key", "x", code=6
        )
