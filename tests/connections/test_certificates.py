"""Server certificates:

eighteen kinds with every driver, TLS errors after the handshake, and the settings of trusted authorities.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from attrs import evolve
from click.testing import CliRunner
from connections_certificates import (
    DAY,
    NOW,
    Certificate,
    Damaging,
    Secure,
    Tunnel,
    anonymous,
    by_name,
    context_for,
    make,
    only_tls_1_1,
)
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.datasets import create_dataset
from orion_api.api.files import get_file

from orionclient._transport import exchange, pool
from orionclient.cli._core.root import ocli
from orionclient.config import SessionConfig, read_profiles, resolve, save_profile
from orionclient.exceptions import OrionConnectionError, ValidationError
from orionclient.session import OrionSession, get_session
from orionclient.types import Dataset, File

HOST = "orion.example.test"
VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
SWITCHES = [
    ("PYTHONHTTPSVERIFY", "0"),
    ("CURL_INSECURE", "1"),
    ("SSL_VERIFY", "false"),
    ("ORION_VERIFY", "false"),
    ("REQUESTS_CA_BUNDLE", ""),
    ("CURL_CA_BUNDLE", ""),
    ("SSL_CERT_FILE", ""),
    ("SSL_CERT_DIR", ""),
]
PAST = {"starts": NOW - 3 * DAY, "ends": NOW - DAY}
FUTURE = {"starts": NOW + DAY, "ends": NOW + 3 * DAY}


class Authority(NamedTuple):
    """A trusted root, its intermediate, an untrusted root, and the file of the trusted one."""

    root: Certificate
    intermediate: Certificate
    untrusted: Certificate
    file: Path
    folder: Path

    def server(
        self, *hosts: str, cn: str = "server", chain: tuple[Certificate, ...] = (), **options: Any
    ) -> ssl.SSLContext:
        signer = options.pop("signer", self.root)
        return context_for(self.folder, make(cn, signer, hosts=hosts, **options), *chain)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    root = make("own root", ca=True)
    file = folder / "root.pem"
    file.write_bytes(root.pem)
    return Authority(root, make("own intermediate", root, ca=True), make("untrusted", ca=True), file, folder)


def _signed_by_intermediate(own: Authority, *chain: Certificate) -> ssl.SSLContext:
    return own.server(HOST, signer=own.intermediate, chain=chain)


def _named(own: Authority) -> ssl.SSLContext:
    return by_name({None: own.server("default.example.test"), HOST: own.server(HOST)})


class Case(NamedTuple):
    """A server context, the error (None if the certificate is trusted), and the requested host."""

    server: Callable[[Authority], ssl.SSLContext]
    problem: str | None
    host: str = HOST


CASES = {
    "signed by the trusted root": Case(lambda own: own.server(HOST), None),
    "intermediate sent along": Case(lambda own: _signed_by_intermediate(own, own.intermediate), None),
    "wildcard": Case(lambda own: own.server("*.example.test"), None),
    "address as a name of its own": Case(lambda own: own.server("127.0.0.1"), None, "127.0.0.1"),
    "presented only if SNI names the host": Case(_named, None),
    "self-signed": Case(lambda own: own.server(HOST, signer=None), "self-signed certificate"),
    "signed by an untrusted root": Case(
        lambda own: own.server(HOST, signer=own.untrusted, chain=(own.untrusted,)),
        "self-signed certificate in certificate chain",
    ),
    "intermediate missing": Case(_signed_by_intermediate, "unable to get local issuer certificate"),
    "expired": Case(lambda own: own.server(HOST, **PAST), "certificate has expired"),
    "not yet valid": Case(lambda own: own.server(HOST, **FUTURE), "certificate is not yet valid"),
    "of another host": Case(lambda own: own.server("other.example.test"), "Hostname mismatch"),
    "host as common name alone": Case(lambda own: own.server(cn=HOST), "Hostname mismatch"),
    "wildcard two levels up": Case(lambda own: own.server("*.test"), "Hostname mismatch"),
    "address as common name alone": Case(lambda own: own.server(cn="127.0.0.1"), "IP address mismatch", "127.0.0.1"),
    "made for clients": Case(
        lambda own: own.server(HOST, purpose=ExtendedKeyUsageOID.CLIENT_AUTH),
        "(unsuitable|unsupported) certificate purpose",
    ),
    "key too short": Case(
        lambda own: own.server(HOST, key=rsa.generate_private_key(65537, 1024)), "key too (small|weak)"
    ),
    "nothing newer than TLS 1.1": Case(
        lambda own: only_tls_1_1(own.server(HOST)), "(?i)protocol.version|unsupported.protocol"
    ),
    "no certificate at all": Case(lambda own: anonymous(own.server(HOST)), "(?i)handshake.failure"),
}


def test_there_are_eighteen_cases() -> None:
    assert len(CASES) == 18
    assert sum(case.problem is None for case in CASES.values()) == 5


@pytest.fixture(autouse=True)
def resolve_test_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Resolve names under example.test to this machine, and clear the trust settings of the environment."""
    real = socket.getaddrinfo

    def resolve_here(host: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return real("127.0.0.1" if str(name).endswith("example.test") else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_here)
    for name in (*VARIABLES, "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    yield
    exchange.close_connections()


def by_session(config: SessionConfig) -> str:
    return OrionSession(config).get_resource(File, 1).name


def by_raw(config: SessionConfig) -> str:
    return str(get_file.sync(1, client=OrionSession(config).raw).name)


def by_raw_async(config: SessionConfig) -> str:
    async def work() -> str:
        return str((await get_file.asyncio(1, client=OrionSession(config).raw_async)).name)

    return asyncio.run(work())


WAYS = pytest.mark.parametrize("way", [by_session, by_raw, by_raw_async], ids=["session", "raw", "raw_async"])


@WAYS
@pytest.mark.parametrize("name", CASES)
def test_certificates(
    authority: Authority, skipped_waits: list[float], name: str, way: Callable[[SessionConfig], str]
) -> None:
    case = CASES[name]
    with Secure(case.server(authority)) as server:
        config = SessionConfig(f"https://{case.host}:{server.port}", CANARY, ca_file=str(authority.file))
        if case.problem is None:
            assert way(config) == "x"
            assert [CANARY.encode() in request for request in server.requests] == [True]
        else:
            with pytest.raises(OrionConnectionError, match=case.problem) as caught:
                way(config)
            assert ("certificate" in str(caught.value)) or ("TLS handshake failed" in str(caught.value))
            assert (caught.value.attempts, caught.value.may_have_been_applied) == (1, False)
            assert (server.requests, skipped_waits) == ([], [])
    assert server.connections == 1


@pytest.mark.parametrize("name", CASES)
def test_certificates_by_ocli(authority: Authority, skipped_waits: list[float], name: str) -> None:
    case = CASES[name]
    with Secure(case.server(authority)) as server:
        url = f"https://{case.host}:{server.port}"
        save_profile(SessionConfig(url, CANARY, ca_file=str(authority.file)), "default")
        found = CliRunner().invoke(ocli, ["files", "info", "1", "--json"], prog_name="ocli")
        if case.problem is None:
            assert (found.exit_code, json.loads(found.stdout)["name"], found.stderr) == (0, "x", "")
            assert [CANARY.encode() in request for request in server.requests] == [True]
        else:
            error, hint = found.stderr.splitlines()
            assert (found.exit_code, found.stdout, hint[:6]) == (7, "", "Hint: ")
            assert error.startswith("Error: ")
            assert re.search(case.problem, error)
            assert (server.requests, skipped_waits) == ([], [])
    assert server.connections == 1


@pytest.mark.parametrize(("variable", "value"), SWITCHES)
def test_the_environment_cannot_switch_the_check_of_ocli_off(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with Secure(authority.server(HOST, signer=None)) as server:
        save_profile(SessionConfig(f"https://{HOST}:{server.port}", CANARY), "default")
        found = CliRunner().invoke(ocli, ["files", "info", "1"], prog_name="ocli")
    assert (found.exit_code, server.requests) == (7, [])
    assert "self-signed" in found.stderr


PROCESS = {
    "expired": (("127.0.0.1",), PAST, "certificate has expired"),
    "of another host": (("other.example.test",), {}, "IP address mismatch"),
    "self-signed": (("127.0.0.1",), {"signer": None}, "self-signed certificate"),
}


def _process(config: SessionConfig) -> subprocess.CompletedProcess[str]:
    save_profile(config, "default")
    command = [sys.executable, "-W", "error", "-m", "orionclient.cli", "files", "info", "1", "-q"]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, "NO_COLOR": "1"}
    )


@pytest.mark.parametrize("name", PROCESS)
def test_ocli_in_a_separate_process(authority: Authority, name: str) -> None:
    hosts, options, problem = PROCESS[name]
    with Secure(authority.server(*hosts, **options)) as server:
        config = SessionConfig(f"https://127.0.0.1:{server.port}", CANARY, ca_file=str(authority.file))
        done = _process(config)
        assert (done.returncode, done.stdout, server.requests) == (7, "", [])
        assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == ["Error:", "Hint:"]
        assert problem in done.stderr
        # The check can be turned off, with a warning for each request.
        done = _process(evolve(config, verify=False))
        assert (done.returncode, done.stdout) == (0, "1\n")
        assert done.stderr.startswith("Warning: unverified https request to 127.0.0.1")
        assert done.stderr.count("\n") == len(server.requests) == 1


@WAYS
def test_a_server_without_tls_is_not_retried(
    scripted: Any, authority: Authority, way: Callable[[SessionConfig], str]
) -> None:
    with pytest.raises(OrionConnectionError, match="TLS handshake failed") as caught:
        way(SessionConfig(scripted.url.replace("http:", "https:"), CANARY))
    assert (caught.value.attempts, scripted.requests) == (1, [])


def test_unknown_authorities_are_not_trusted(authority: Authority) -> None:
    with Secure(authority.server(HOST)) as server, pytest.raises(OrionConnectionError, match="local issuer"):
        by_session(SessionConfig(f"https://{HOST}:{server.port}", CANARY))
    assert server.requests == []


def _hashed(authority: Authority, folder: Path) -> Path:
    """Make a folder as `openssl rehash` does, with files named after the hash of their subject."""
    folder.mkdir()
    # OpenSSL hashes the canonical form of the subject: each value in lower case as UTF-8, without the outer tag.
    name = authority.root.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    value = str(name).lower().encode()
    pair = bytes.fromhex("0603550403") + b"\x0c" + bytes([len(value)]) + value
    pair = b"\x30" + bytes([len(pair)]) + pair
    canonical = b"\x31" + bytes([len(pair)]) + pair
    subject_hash = int.from_bytes(hashlib.sha1(canonical).digest()[:4], "little")
    (folder / f"{subject_hash:08x}.0").write_bytes(authority.root.certificate.public_bytes(serialization.Encoding.PEM))
    return folder


@WAYS
@pytest.mark.parametrize("variable", VARIABLES)
def test_each_variable_sets_trusted_authorities(
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    way: Callable[[SessionConfig], str],
) -> None:
    value = _hashed(authority, tmp_path / "hashed") if variable == "SSL_CERT_DIR" else authority.file
    with Secure(authority.server(HOST)) as server:
        config = SessionConfig(f"https://{HOST}:{server.port}", CANARY)
        with pytest.raises(OrionConnectionError, match="certificate"):
            way(config)
        monkeypatch.setenv(variable, str(value))
        assert way(config) == "x"
        monkeypatch.delenv(variable)
        with pytest.raises(OrionConnectionError, match="certificate"):
            way(config)
    assert len(server.requests) == 1


@pytest.mark.parametrize("variable", ["SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
def test_folders_of_certificates(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    folder = str(_hashed(authority, tmp_path / "hashed"))
    (tmp_path / "empty").mkdir()
    several = f"{tmp_path / 'empty'}:{folder}" if variable == "SSL_CERT_DIR" else folder
    monkeypatch.setenv(variable, several)
    with Secure(authority.server(HOST)) as server:
        assert get_session().get(f"https://{HOST}:{server.port}/").ok


def test_certificates_in_the_home_directory(
    authority: Authority, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / "ca.pem").write_bytes(authority.file.read_bytes())
    _hashed(authority, own_home / "hashed")
    monkeypatch.chdir(tmp_path)
    with Secure(authority.server(HOST)) as server:
        url = f"https://{HOST}:{server.port}"
        assert by_session(SessionConfig(url, CANARY, ca_file="~/ca.pem")) == "x"
        for variable in VARIABLES:
            with monkeypatch.context() as changed:
                folders = f"{tmp_path}{os.pathsep}~/hashed"
                changed.setenv(variable, folders if variable == "SSL_CERT_DIR" else "~/ca.pem")
                assert by_session(SessionConfig(url, CANARY)) == "x"
    for path in ("~/missing.pem", "~no-such-user-here/ca.pem"):
        with pytest.raises(ValidationError, match=f"cannot read certificates from '{path}', set by ca_file"):
            by_session(SessionConfig(f"https://{HOST}", CANARY, ca_file=path))
    assert not (tmp_path / "~").exists()


def test_a_variable_does_not_override_the_profile(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(authority.untrusted.pem)
    for variable in VARIABLES:
        monkeypatch.setenv(variable, str(tmp_path if variable == "SSL_CERT_DIR" else other))
    with Secure(authority.server(HOST)) as server:
        assert by_session(SessionConfig(f"https://{HOST}:{server.port}", CANARY, ca_file=str(authority.file))) == "x"


def test_the_profile_sets_trusted_authorities(authority: Authority) -> None:
    with Secure(authority.server(HOST)) as server:
        save_profile(SessionConfig(f"https://{HOST}:{server.port}", CANARY, ca_file=str(authority.file)), "own")
        assert by_session(resolve("own")) == "x"


@WAYS
@pytest.mark.parametrize(("variable", "value"), SWITCHES)
def test_the_environment_cannot_switch_the_check_off(
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    way: Callable[[SessionConfig], str],
) -> None:
    monkeypatch.setenv(variable, value)
    with (
        Secure(authority.server(HOST, signer=None)) as server,
        pytest.raises(OrionConnectionError, match="self-signed"),
    ):
        way(SessionConfig(f"https://{HOST}:{server.port}", CANARY))
    assert server.requests == []


@WAYS
def test_the_certificate_of_a_proxy_is_verified(authority: Authority, way: Callable[[SessionConfig], str]) -> None:
    with Secure(authority.server(HOST)) as proxy:
        config = SessionConfig(
            "http://orion.invalid", CANARY, allow_http=True, proxy=f"https://{HOST}:{proxy.port}", verify=False
        )
        with pytest.raises(OrionConnectionError, match="local issuer") as caught:
            way(config)
        assert (caught.value.attempts, proxy.requests) == (1, [])
        assert way(evolve(config, ca_file=str(authority.file))) == "x"
    assert [request.split(b" ", 2)[1] for request in proxy.requests] == [
        b"http://orion.invalid/api/v3/storage/files/1/"
    ]


def put(config: SessionConfig, url: str) -> int:
    """Send content to a presigned address."""
    calls = OrionSession(config, requests_session=get_session({}, 5, 5))._calls
    return calls.put_presigned(url, b"content", {}, "part 1").status_code


def test_presigned_requests_trust_the_authorities_of_the_profile(authority: Authority) -> None:
    with Secure(authority.server("storage.example.test")) as storage:
        url = f"https://storage.example.test:{storage.port}/x?signature=1"
        config = SessionConfig(f"https://{HOST}", CANARY, ca_file=str(authority.file))
        assert put(config, url) == 200
        with pytest.raises(OrionConnectionError, match="local issuer"):
            put(evolve(config, ca_file=None), url)
    (head,) = storage.requests
    assert CANARY.encode() not in head
    assert b"authorization" not in head.lower()


def test_presigned_requests_to_the_origin_of_the_profile_have_no_token(authority: Authority) -> None:
    with Secure(authority.server(HOST)) as server:
        config = SessionConfig(f"https://{HOST}:{server.port}", CANARY, ca_file=str(authority.file))
        assert put(config, "/key?signature=1") == 200
    (head,) = server.requests
    assert b"authorization" not in head.lower()


def test_presigned_requests_use_verify_false_of_the_profile(authority: Authority) -> None:
    with Secure(authority.server("storage.example.test", signer=None)) as storage:
        config = SessionConfig(f"https://{HOST}", CANARY, verify=False)
        with pytest.warns(UserWarning, match="unverified https request to storage.example.test") as reported:
            assert put(config, f"https://storage.example.test:{storage.port}/x") == 200
    # No token is sent, so the message names none.
    assert "token" not in str(reported[0].message)
    assert [CANARY.encode() in request for request in storage.requests] == [False]


def test_presigned_requests_use_the_proxy_of_the_profile(authority: Authority, scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(raw=b""))
    config = SessionConfig("http://orion.invalid", CANARY, allow_http=True, proxy=scripted.url)
    assert put(config, "http://storage.invalid/x?signature=1") == 200
    assert [(request.method, request.path, request.body) for request in scripted.requests] == [
        ("PUT", "http://storage.invalid/x?signature=1", b"content")
    ]
    assert "Authorization" not in scripted.requests[0].headers


def test_content_is_not_redirected_to_an_unencrypted_address(authority: Authority, scripted: Scripted) -> None:
    with Secure(authority.server(HOST)) as server:
        server.head = f"HTTP/1.1 307 Moved\r\nLocation: {scripted.url}/x\r\n"
        config = SessionConfig(f"https://{HOST}", CANARY, ca_file=str(authority.file))
        with pytest.raises(OrionConnectionError, match="from https to unencrypted http"):
            put(config, f"https://{HOST}:{server.port}/x")
    assert (len(server.requests), scripted.requests) == (1, [])


def create(config: SessionConfig) -> None:
    Dataset.create(OrionSession(config), "x")


def create_raw(config: SessionConfig) -> None:
    create_dataset.sync(body={"name": "x"}, client=OrionSession(config).raw)


def create_raw_async(config: SessionConfig) -> None:
    async def work() -> None:
        await create_dataset.asyncio(body={"name": "x"}, client=OrionSession(config).raw_async)

    asyncio.run(work())


CREATES = pytest.mark.parametrize("way", [create, create_raw, create_raw_async], ids=["session", "raw", "raw_async"])
PROXIED = pytest.mark.parametrize("proxied", [False, True], ids=["direct", "proxied"])
DAMAGE = {
    "no record": b"HTTP/1.1 500 x\r\n",
    "alert 40": b"\x15\x03\x03\x00\x02\x02\x28",
    "alert 70": b"\x15\x03\x03\x00\x02\x02\x46",
    "connection closed": b"",
}


def created(
    way: Callable[[SessionConfig], None], server: Secure, authority: Authority, *, proxied: bool
) -> OrionConnectionError:
    """Create a dataset, and return the error."""
    config = SessionConfig(f"https://{HOST}:{server.port}", CANARY, ca_file=str(authority.file))
    with Tunnel(server.port) as tunnel:
        with pytest.raises(OrionConnectionError) as caught:
            way(evolve(config, proxy=tunnel.url) if proxied else config)
        exchange.close_connections()
    assert tunnel.requests == [f"CONNECT {HOST}:{server.port}".encode()] * proxied
    assert caught.value.attempts == 1
    assert caught.value.call is not None
    assert caught.value.call.may_have_been_applied is caught.value.may_have_been_applied
    return caught.value


@CREATES
@PROXIED
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_request_that_breaks_after_the_handshake_may_have_been_applied(
    authority: Authority, way: Callable[[SessionConfig], None], proxied: bool, version: ssl.TLSVersion, damage: str
) -> None:
    context = authority.server(HOST)
    context.maximum_version = version
    with Damaging(context, DAMAGE[damage]) as server:
        error = created(way, server, authority, proxied=proxied)
    assert (error.may_have_been_applied, len(server.requests)) == (True, 1)
    assert "connection lost" in str(error)


@CREATES
@PROXIED
@pytest.mark.parametrize("name", ["self-signed", "nothing newer than TLS 1.1", "no certificate at all"])
def test_a_request_that_breaks_in_the_handshake_was_not_applied(
    authority: Authority, way: Callable[[SessionConfig], None], proxied: bool, name: str
) -> None:
    with Secure(CASES[name].server(authority)) as server:
        error = created(way, server, authority, proxied=proxied)
    assert (error.may_have_been_applied, server.requests) == (False, [])
    assert re.search(str(CASES[name].problem), str(error))


def test_a_handshake_with_another_trusted_authority_sends_nothing(authority: Authority, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(authority.untrusted.pem)
    with Secure(authority.server(HOST)) as server, pytest.raises(OrionConnectionError, match="not trusted") as caught:
        create(SessionConfig(f"https://{HOST}:{server.port}", CANARY, ca_file=str(other)))
    assert (caught.value.may_have_been_applied, server.requests) == (False, [])


@CREATES
@PROXIED
def test_a_missing_client_certificate_is_rejected_after_the_handshake(
    authority: Authority, way: Callable[[SessionConfig], None], proxied: bool
) -> None:
    context = authority.server(HOST)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.file)
    with Secure(context) as server:
        error = created(way, server, authority, proxied=proxied)
    # The request was sent before the server rejected the missing certificate, so its effect is unknown.
    assert (error.may_have_been_applied, server.requests) == (True, [])


def _warned(way: Callable[[SessionConfig], str], config: SessionConfig) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        # Not "always", because the warning must be repeated although the default filter shows each line once.
        warnings.simplefilter("default")
        assert way(config) == "x"
        assert way(config) == "x"
    assert {each.filename for each in caught if each.category is UserWarning} <= {__file__}
    return [str(each.message) for each in caught if each.category is UserWarning]


@WAYS
def test_verify_false_warns_at_every_request(authority: Authority, way: Callable[[SessionConfig], str]) -> None:
    with Secure(authority.server(cn="anything", signer=None, starts=PAST["starts"], ends=PAST["ends"])) as server:
        config = SessionConfig(f"https://{HOST}:{server.port}", CANARY, verify=False)
        messages = _warned(way, config)
    assert len(messages) == len(server.requests) == 2
    assert all(message.startswith(f"unverified https request to {HOST}") for message in messages)


def test_verify_false_affects_one_configuration_only(authority: Authority) -> None:
    with Secure(authority.server(HOST, signer=None)) as server:
        trusting = SessionConfig(f"https://{HOST}:{server.port}", CANARY, verify=False)
        assert len(_warned(by_session, trusting)) == 2
        with pytest.raises(OrionConnectionError, match="self-signed"):
            by_session(SessionConfig(trusting.url, CANARY))
        with pytest.raises(OrionConnectionError, match="self-signed"):
            get_session().get(trusting.url)
    assert len(server.requests) == 2


def test_a_warning_raised_as_an_error_stops_the_request(authority: Authority) -> None:
    with Secure(authority.server(HOST)) as server, pytest.raises(UserWarning, match="unverified https request"):
        by_session(SessionConfig(f"https://{HOST}:{server.port}", CANARY, verify=False))
    assert server.connections == 0


def test_verify_in_a_profile() -> None:
    for value, expected in {"false": False, "No": False, "0": False, "off": False, "true": True, "maybe": True}.items():
        save_profile(SessionConfig("https://orion.example.test", CANARY), "p")
        path = Path.home() / ".orion" / "config"
        path.write_text(path.read_text() + f"verify = {value}\n")
        assert resolve("p").verify is expected
    save_profile(SessionConfig("https://orion.example.test", CANARY, verify=False), "q")
    assert read_profiles()["q"]["verify"] == "false"
    assert "verify" not in (save_profile(SessionConfig("https://orion.example.test"), "r") or read_profiles()["r"])
    for wrong in ("/path/to/ca.pem", None, 0, "false"):
        with pytest.raises(ValidationError, match="verify must be True or False"):
            SessionConfig("https://orion.example.test", verify=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("verify", [True, False])
def test_old_protocols_are_disabled_regardless_of_the_python_build(
    monkeypatch: pytest.MonkeyPatch, verify: bool
) -> None:
    make = ssl.create_default_context

    def lax() -> ssl.SSLContext:
        context = make()
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        return context

    monkeypatch.setattr(ssl, "create_default_context", lax)
    assert pool._tls_context(None, verify=verify).minimum_version == ssl.TLSVersion.TLSv1_2
