"""Host names are resolved within the deadline, and a silent address costs once."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from connections_certificates import FILE
from helpers.real_time import LATE
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.datasets import create_dataset
from orion_api.api.files import get_file
from orion_api.models import CreateDataset

from orionclient._runtime.clock import CLOCK
from orionclient._transport import addresses, exchange
from orionclient._transport.addresses import Attempts, resolve, start_lookup
from orionclient._transport.library import httpcore
from orionclient.config import SessionConfig
from orionclient.exceptions import OrionConnectionError
from orionclient.session import OrionSession, get_session
from orionclient.types import Dataset, File

NAME = "orion.test"
LIMIT = 2.0
RESOLVE = socket.getaddrinfo


class Names:
    """A resolver for tests: the name resolves to `found`, after `release` was set."""

    def __init__(self) -> None:
        self.found = ["127.0.0.1"]
        self.release = threading.Event()
        self.asked: list[str] = []
        self.threads: list[threading.Thread] = []

    def getaddrinfo(self, host: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        self.threads.append(threading.current_thread())
        if not name.endswith(NAME):
            return RESOLVE(name, *rest, **options)
        self.asked.append(name)
        self.release.wait(60)
        return [each for found in self.found for each in RESOLVE(found, *rest, **options)]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    resolver = Names()
    monkeypatch.setattr(socket, "getaddrinfo", resolver.getaddrinfo)
    exchange.close_connections()
    yield resolver
    resolver.release.set()
    for lookup in list(addresses._RUNNING.values()):
        lookup.done.wait(60)
    exchange.close_connections()


def session_for(port: int, **policy: Any) -> OrionSession:
    config = SessionConfig(f"http://{NAME}:{port}", "a-token", allow_http=True)
    return OrionSession(config, requests_session=get_session(**{"retry_dict": {}, **policy}))


def port_of(server: Scripted) -> int:
    return int(server.url.rpartition(":")[2])


def read(session: OrionSession) -> object:
    return session.get_resource(File, 1)


def read_raw_async(session: OrionSession) -> object:
    return asyncio.run(get_file.asyncio(1, client=session.raw_async))


def create(session: OrionSession) -> object:
    return session.create_resource(Dataset, {"name": "x"})


def create_raw_async(session: OrionSession) -> object:
    return asyncio.run(create_dataset.asyncio(client=session.raw_async, body=CreateDataset(name="x")))


def read_by_proxy(session: OrionSession) -> object:
    proxy = session.config.url
    other = SessionConfig("http://other.example.test", "a-token", allow_http=True, proxy=proxy)
    return read(OrionSession(other, requests_session=get_session({}, LIMIT, LIMIT)))


@pytest.mark.parametrize("way", [read, read_raw_async, create, create_raw_async, read_by_proxy])
def test_a_name_that_is_not_resolved_in_time(names: Names, way: Callable[[OrionSession], object]) -> None:
    session = session_for(1, request_timeout=LIMIT, retry_timeout=LIMIT)
    started = time.monotonic()
    with pytest.raises(OrionConnectionError, match="cannot connect to the server") as caught:
        way(session)
    assert time.monotonic() - started - LIMIT <= LATE
    assert caught.value.may_have_been_applied is False
    assert names.asked == [NAME]


@pytest.mark.parametrize("way", [read, read_raw_async])
def test_an_error_of_a_replaced_resolver_reaches_the_caller(
    monkeypatch: pytest.MonkeyPatch, way: Callable[[OrionSession], object]
) -> None:
    # Tools that block the network raise errors of their own.
    def reject(*_: Any, **__: Any) -> None:
        raise RuntimeError("the network is blocked")

    exchange.close_connections()
    monkeypatch.setattr(socket, "getaddrinfo", reject)
    with pytest.raises(RuntimeError, match="the network is blocked"):
        way(session_for(1))


@pytest.mark.parametrize("way", [read, create])
def test_the_error_names_the_host_and_is_retried(
    names: Names, skipped_waits: list[float], way: Callable[[OrionSession], object]
) -> None:
    session = session_for(1, request_timeout=0.1)
    with pytest.raises(OrionConnectionError, match=f"resolving {NAME} exceeded the deadline") as caught:
        way(session)
    # Also a creation, since nothing was sent. All attempts wait for the same lookup.
    assert (caught.value.attempts, len(skipped_waits)) == (5, 4)
    assert names.asked == [NAME]


def test_the_error_of_an_event_loop_names_the_host(names: Names) -> None:
    from orionclient._transport import async_exchange

    async def connect() -> None:
        await async_exchange._Backend().connect_tcp(NAME, 1, timeout=0.1)

    with pytest.raises(httpcore.ConnectTimeout, match=f"resolving {NAME} exceeded the deadline"):
        asyncio.run(connect())


@pytest.mark.parametrize("way", [read, read_raw_async])
def test_a_name_that_is_resolved_during_the_second_attempt(
    scripted: Scripted, names: Names, way: Callable[[OrionSession], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    sleep = CLOCK.sleep

    def release(seconds: float) -> None:
        names.release.set()
        sleep(seconds)

    monkeypatch.setattr(CLOCK, "sleep", release)
    assert way(session_for(port_of(scripted), request_timeout=LIMIT)).name == FILE["name"]
    assert names.asked == [NAME] * len(names.asked)
    assert len(names.asked) <= 2


def test_calls_share_a_lookup(names: Names) -> None:
    (lookup,) = {start_lookup(NAME, 1) for _ in range(8)}
    other = start_lookup(NAME, 2)
    names.release.set()
    assert lookup.done.wait(60)
    assert other.done.wait(60)
    assert names.asked == [NAME] * 2
    # Nothing is cached: the next call resolves the name again.
    assert resolve(NAME, 1, 60) == ["127.0.0.1"]
    assert names.asked == [NAME] * 3


def test_the_count_of_lookups_is_bounded(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_MAX_LOOKUPS", 2)
    for host in (f"a.{NAME}", f"b.{NAME}"):
        start_lookup(host, 1)
    with pytest.raises(httpcore.ConnectError, match=f"cannot resolve c.{NAME}: 2 other host names"):
        start_lookup(f"c.{NAME}", 1)
    # A running lookup is joined, and an IP address needs none.
    assert not start_lookup(f"a.{NAME}", 1).done.is_set()
    assert resolve("127.0.0.1", 1, 60) == ["127.0.0.1"]


@pytest.mark.parametrize("literal", ["127.0.0.1", "::1"])
def test_an_ip_address_needs_no_thread(names: Names, literal: str) -> None:
    assert start_lookup(literal, 80).addresses() == [literal]
    assert names.threads == [threading.current_thread()]


def test_a_name_that_does_not_exist(names: Names) -> None:
    names.release.set()
    names.found = ["nothing.invalid"]
    with pytest.raises(OrionConnectionError, match="cannot connect to the server.*: .*(Name|not known|resolution)"):
        read(session_for(1, retry_timeout=1))


def test_without_threads_names_are_resolved_directly(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    names.release.set()
    monkeypatch.setattr(threading.Thread, "start", start)
    assert resolve(NAME, 1, 60) == ["127.0.0.1"]
    assert not addresses._RUNNING


def test_a_forked_child_resolves_again(names: Names) -> None:
    waiting = start_lookup(NAME, 1)
    pid = os.fork()
    if not pid:
        code = 1
        try:
            names.release.set()
            code = int(resolve(NAME, 1, 30) != ["127.0.0.1"])
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    assert not waiting.done.is_set()


CALLS = {
    "sync": "session.get_resource(File, 1)",
    "async": "asyncio.run(get_file.asyncio(1, client=session.raw_async))",
    "at exit": "atexit.register(lambda: session.get_resource(File, 1))",
}


@pytest.mark.parametrize("call", CALLS)
def test_the_interpreter_does_not_wait_for_a_lookup(call: str) -> None:
    program = textwrap.dedent(
        f"""
        import asyncio, atexit, contextlib, socket, sys, time
        from orion_api.api.files import get_file
        from orionclient.config import SessionConfig
        from orionclient.exceptions import OrionConnectionError
        from orionclient.session import OrionSession, get_session
        from orionclient.types import File

        def getaddrinfo(*_, **__):
            sys.stdout.write("asked")
            sys.stdout.flush()
            if "exit" in {call!r}:
                raise socket.gaierror(-2, "no name")
            time.sleep(600)

        socket.getaddrinfo = getaddrinfo
        config = SessionConfig("http://orion.test", "t", allow_http=True)
        session = OrionSession(config, requests_session=get_session({{}}, 0.5, 0.5))
        with contextlib.suppress(OrionConnectionError):
            {CALLS[call]}
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=120, check=False)
    assert done.stdout.startswith(b"asked")
    assert done.returncode == 0


# ---------------------------------------------------------------- order of the addresses


class Connector:
    """Replaces the connecting of the library: some addresses are silent or reject, and all attempts are recorded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.silent: set[str] = set()
        self.rejecting: set[str] = set()
        self.tried: list[str] = []
        self.seconds: list[float] = []
        connect, aconnect = httpcore.SyncBackend.connect_tcp, httpcore.AnyIOBackend.connect_tcp  # type: ignore[attr-defined]

        def connect_tcp(backend: Any, host: str, port: int, timeout: float, *rest: Any) -> Any:
            self._record(host, timeout)
            return connect(backend, "127.0.0.1", port, timeout, *rest)

        async def connect_tcp_async(backend: Any, host: str, port: int, timeout: float, *_: Any, **__: Any) -> Any:
            self._record(host, timeout)
            return await aconnect(backend, "127.0.0.1", port, timeout)

        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect_tcp)
        monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect_tcp_async)

    def _record(self, host: str, timeout: float) -> None:
        self.tried.append(host)
        self.seconds.append(timeout)
        if host in self.silent:
            raise httpcore.ConnectTimeout("timed out")
        if host in self.rejecting:
            raise httpcore.ConnectError("refused")

    def take(self) -> list[str]:
        tried, self.tried = self.tried, []
        return tried


@pytest.fixture
def connector(names: Names, monkeypatch: pytest.MonkeyPatch) -> Connector:
    names.release.set()
    names.found = ["::1", "127.0.0.2", "127.0.0.3"]
    return Connector(monkeypatch)


@pytest.mark.parametrize("way", [read, read_raw_async])
@pytest.mark.parametrize("failing", ["silent", "rejecting"])
def test_an_unreachable_first_address_costs_once(
    scripted: Scripted, connector: Connector, failing: str, way: Callable[[OrionSession], object]
) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    session = session_for(port_of(scripted))
    getattr(connector, failing).add("::1")
    tried = []
    for _ in range(4):
        way(session)
        tried.append(connector.take())
        exchange.close_connections()
    assert tried == [["::1", "127.0.0.2"], ["127.0.0.2"], ["127.0.0.2"], ["127.0.0.2"]]
    # The preferred address fails later.
    connector.silent, connector.rejecting = {"127.0.0.2"}, {"::1"}
    tried = []
    for _ in range(2):
        way(session)
        tried.append(connector.take())
        exchange.close_connections()
    assert tried == [["127.0.0.2", "::1", "127.0.0.3"], ["127.0.0.3"]]
    assert len(scripted.requests) == 6


@pytest.mark.parametrize("way", [read, read_raw_async])
def test_a_reachable_first_address_stays_first(
    scripted: Scripted, connector: Connector, names: Names, way: Callable[[OrionSession], object]
) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    session = session_for(port_of(scripted))
    way(session)
    exchange.close_connections()
    # The order of the system spreads the load.
    names.found.reverse()
    way(session)
    assert connector.take() == ["::1", "127.0.0.3"]


def _run(silent: set[str], rejecting: set[str], seconds: float, monkeypatch: pytest.MonkeyPatch, count: int = 3) -> Any:
    """Run the attempts on a clock of its own, and return them with the seconds that they took."""
    now = 0.0
    monkeypatch.setattr(CLOCK, "monotonic", lambda: now)
    attempts, tried = Attempts(NAME, 1, ["a", "b", "c"][:count], seconds), []
    for address, share in attempts:
        tried.append((address, round(share, 3)))
        if address in silent:
            now += share
        elif address in rejecting:
            attempts.reject(address)
        else:
            break
    return tried, round(now, 3)


@pytest.mark.parametrize(
    ("silent", "rejecting", "count", "tried", "seconds"),
    [
        ("", "", 3, [("a", 0.3)], 0),
        ("a", "", 3, [("a", 0.3), ("b", 0.3)], 0.3),
        ("ab", "", 3, [("a", 0.3), ("b", 0.3), ("c", 0.3)], 0.6),
        ("", "a", 2, [("a", 0.3), ("b", 10)], 0),
        ("a", "", 1, [("a", 10)], 10),
        (
            "ab", "", 2, [("a", 0.3), ("b", 0.3), ("a", 1), ("b", 1), ("a", 3.7), ("b", 3.7)], 10,
        ),
        ("", "abc", 3, [("a", 0.3), ("b", 0.3), ("c", 10)], 0),
    ],
)  # fmt: skip
def test_the_time_of_each_address(
    monkeypatch: pytest.MonkeyPatch,
    silent: str,
    rejecting: str,
    count: int,
    tried: list[tuple[str, float]],
    seconds: float,
) -> None:
    assert _run(set(silent), set(rejecting), 10, monkeypatch, count)[0][: len(tried)] == tried
    assert _run(set(silent), set(rejecting), 10, monkeypatch, count)[1] == pytest.approx(seconds, abs=0.01)


def test_many_silent_addresses_share_a_short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    tried, seconds = _run({"a", "b", "c"}, set(), 0.6, monkeypatch)
    assert [address for address, _ in tried][:3] == ["a", "b", "c"]
    assert seconds == pytest.approx(0.6, abs=0.01)
