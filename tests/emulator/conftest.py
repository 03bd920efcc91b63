"""Fixtures for the tests of the local Orion: servers, and plain HTTP clients for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from orionclient.emulator import Server

EXAMPLES = Path(__file__).parents[2] / "orionclient" / "examples"
Connect = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for a whole module; tests must not rely on what it holds besides their own."""
    with Server(tmp_path_factory.mktemp("stack"), seed="demo") as running:
        yield running


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A server for one test."""
    with Server(tmp_path / "stack", seed="demo") as running:
        yield running


@pytest.fixture(scope="module")
def connect() -> Iterator[Connect]:
    """Create clients with the token of a user, or without a token, and close them at the end."""
    clients: list[httpx.Client] = []

    def make(server: Server, user: str | None = "ada", **headers: str) -> httpx.Client:
        if user:
            headers["Authorization"] = f"Token {server.issue_token(user)}"
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        clients.append(httpx.Client(base_url=server.url, headers=headers, limits=limits, verify=False, timeout=120))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture(scope="module")
def ada(server: Server, connect: Connect) -> httpx.Client:
    """The user ada: projects 1 (alone) and 3 (shared)."""
    return connect(server, "ada")


@pytest.fixture(scope="module")
def grace(server: Server, connect: Connect) -> httpx.Client:
    """The user grace: projects 2 (alone) and 3 (shared)."""
    return connect(server, "grace")


class Rejected:
    """Compares equal to a response that is a documented rejection with this status and code."""

    def __init__(self, status: int, code: str, *words: str) -> None:
        self.status, self.code, self.words = status, code, words

    def __eq__(self, other: object) -> bool:
        body = other.json()
        return (
            (other.status_code, body["code"]) == (self.status, self.code)
            and set(body) <= {"detail", "code", "line", "errors"}
            and all(word in body["detail"] for word in self.words)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"rejected({self.status}, {self.code!r}, {self.words})"


@pytest.fixture(scope="session")
def rejected() -> type[Rejected]:
    """`assert response == rejected(404, "not_found", "words of the detail")`."""
    return Rejected


@pytest.fixture(scope="session")
def drugs() -> dict[str, bytes]:
    """The example molecules by format."""
    return {
        "sdf": (EXAMPLES / "drugs.sdf").read_bytes(),
        "smi": (EXAMPLES / "drugs.smi").read_bytes(),
        "csv": (EXAMPLES / "drugs.csv").read_bytes(),
    }
