"""Packages from a URL: fetched without the token, up to a size, and never from another scheme than that of the URL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from click.testing import CliRunner
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse
from test_packages import MANIFEST, compressed

from orionclient.cli._core.root import ocli
from orionclient.exceptions import (
    BadResponse,
    NotFoundResponse,
    OrionConnectionError,
    OrionError,
    ValidationError,
)
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, SessionConfig, get_session
from orionclient.types import WorkFloePackage

pytestmark = pytest.mark.usefixtures("real_time")

PATH = "/releases/my-floes-1.2.0.tar.gz"
QUERY = "?signature=grants-access"


@pytest.fixture
def site() -> Iterator[Scripted]:
    """Start the server that has the archive."""
    with Scripted(ScriptedResponse(raw=compressed())) as server:
        yield server


def redirect(target: str) -> ScriptedResponse:
    return ScriptedResponse(302, raw=b"", headers={"Location": target})


def send_chunked(content: bytes) -> ScriptedResponse:
    """Return a response without Content-Length."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for start in range(0, len(content), 100):
            chunk = content[start : start + 100]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        handler.wfile.write(b"0\r\n\r\n")

    return ScriptedResponse(write=write)


def test_a_package_is_fetched_without_the_token(session: OrionSession, site: Scripted) -> None:
    content = compressed()
    with Scripted(ScriptedResponse(raw=content, headers={"Content-Encoding": "gzip"})) as mirror:
        site.responses = [redirect("/moved"), redirect(f"{mirror.url}/mirror{PATH}")]
        package = WorkFloePackage.upload(session, f"{site.url}{PATH}{QUERY}")
        (last,) = mirror.requests
    # A server that labels the archive as compressed sends the archive all the same.
    assert (package.name, package.specification, package.size) == ("my-floes", MANIFEST, len(content))
    assert [request.path for request in site.requests] == [f"{PATH}{QUERY}", "/moved"]
    for request in (*site.requests, last):
        assert request.method == "GET"
        assert {"authorization", "cookie"}.isdisjoint(map(str.lower, request.headers))
        assert CANARY not in str(request)
    package.wait(timeout=60)
    assert [floe["name"] for floe in package.inspection()["floes"]] == ["count_up"]


def test_ocli_uploads_a_url(orion: LocalOrion, site: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    config = orion.config()
    monkeypatch.setenv("ORION_URL", config.url)
    monkeypatch.setenv("ORION_TOKEN", config.token)
    url = f"{site.url}{PATH}{QUERY}"
    planned = CliRunner().invoke(ocli, ["packages", "upload", "--dry-run", url])
    assert (planned.exit_code, site.requests) == (0, [])
    assert PATH in planned.stdout
    done = CliRunner().invoke(ocli, ["--json", "packages", "upload", url])
    assert [each["name"] for each in json.loads(done.stdout)] == ["my-floes"]
    site.responses = [ScriptedResponse(410, raw=b"")]
    failed = CliRunner().invoke(ocli, ["packages", "upload", url, f"{url}&second"])
    assert failed.exit_code != 0
    assert f"GET {site.url}{PATH}: 410" in failed.stderr
    for each in (planned, done, failed):
        assert "signature" not in each.output


REDIRECTS = {
    "https": "leads from http to https",
    "ftp": "not an absolute http or https URL",
    "file": "not an absolute http or https URL",
}


@pytest.mark.parametrize("scheme", REDIRECTS)
def test_a_redirect_to_another_scheme_is_not_followed(scripted: Scripted, site: Scripted, scheme: str) -> None:
    site.responses = [redirect(f"{scheme}://{site.url.partition('://')[2]}{PATH}")]
    with pytest.raises(OrionConnectionError, match=f"redirect not followed: .*{REDIRECTS[scheme]}"):
        WorkFloePackage.upload(scripted.session(), f"{site.url}{PATH}{QUERY}")
    assert (len(site.requests), scripted.requests) == (1, [])


def test_redirects_end(scripted: Scripted, site: Scripted) -> None:
    site.responses = [redirect(PATH)]
    with pytest.raises(OrionConnectionError, match="more than 5 redirects"):
        WorkFloePackage.upload(scripted.session(), site.url + PATH)
    assert (len(site.requests), scripted.requests) == (6, [])


@pytest.mark.parametrize("announced", [True, False])
def test_a_larger_archive_is_rejected(
    session: OrionSession, scripted: Scripted, site: Scripted, *, announced: bool
) -> None:
    content = compressed()
    site.responses = [ScriptedResponse(raw=content) if announced else send_chunked(content)]
    url = site.url + PATH
    with pytest.raises(ValidationError, match=rf"my-floes-1.2.0.tar.gz is too large: .* {len(content) - 1} bytes"):
        WorkFloePackage.upload(scripted.session(), url, max_size=len(content) - 1)
    assert scripted.requests == []
    assert WorkFloePackage.upload(session, url, max_size=len(content)).size == len(content)


@pytest.mark.parametrize(
    ("response", "error", "message"),
    [
        (ScriptedResponse(404, {"detail": "no"}), NotFoundResponse, r"GET http://127.0.0.1:\d+/releases/.*: 404"),
        (ScriptedResponse(403, raw=b""), OrionError, r"GET http://127.0.0.1:\d+/releases/.*: 403"),
        (ScriptedResponse(418, raw=b""), BadResponse, "418"),
        (ScriptedResponse(204, raw=b""), OrionError, "204"),
        (ScriptedResponse(raw=b"<html>Sign in"), ValidationError, "my-floes-1.2.0.tar.gz is not a tar.gz archive"),
        (ScriptedResponse(raw=compressed(manifest=None)), ValidationError, r"contains no manifest\.json"),
        (ScriptedResponse(raw=compressed()[:200]), ValidationError, "is not a tar.gz archive"),
        (
            ScriptedResponse(raw=compressed(), headers={"Repr-Digest": f"sha-256=:{'A' * 43}=:"}),
            OrionConnectionError,
            "digest",
        ),
    ],
    ids=lambda value: "" if isinstance(value, ScriptedResponse) else str(value),
)
def test_another_response_is_an_error_and_nothing_is_created(
    scripted: Scripted, site: Scripted, response: ScriptedResponse, error: type[Exception], message: str
) -> None:
    site.responses = [response]
    with pytest.raises(error, match=message) as caught:
        WorkFloePackage.upload(scripted.session(retry_dict=None), f"{site.url}{PATH}{QUERY}")
    assert "signature" not in str(caught.value)
    assert (len(site.requests), scripted.requests) == (1, [])


@pytest.mark.parametrize(
    "url", ["ftp://example.com/x.tar.gz", "file://7", "http://", "https://ada:secret@example.com/x.tar.gz"]
)
def test_an_invalid_url_is_rejected_before_any_request(scripted: Scripted, url: str) -> None:
    with pytest.raises(ValidationError, match="invalid URL") as caught:
        WorkFloePackage.upload(scripted.session(), url)
    assert "secret" not in str(caught.value)
    assert scripted.requests == []


def test_the_proxy_of_the_profile_is_used(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(raw=b"not an archive")]
    config = SessionConfig(url="https://orion.example.com", token=CANARY, proxy=scripted.url)
    with pytest.raises(ValidationError, match="not a tar.gz archive"):
        WorkFloePackage.upload(
            OrionSession(config, requests_session=get_session()), f"http://packages.example.com{PATH}"
        )
    (request,) = scripted.requests
    assert request.path == f"http://packages.example.com{PATH}"
    assert CANARY not in str(request)


def test_the_stack_of_the_profile_gets_no_token_either(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(raw=b"not an archive")]
    with pytest.raises(ValidationError, match="not a tar.gz archive"):
        WorkFloePackage.upload(scripted.session(), f"{scripted.url}/api/v3/storage/files/1/download")
    assert [CANARY in str(request) for request in scripted.requests] == [False]
