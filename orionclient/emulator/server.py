"""The server: a folder, a socket on the loopback interface, and uvicorn in a thread of its own."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from orion_api import contract

from orionclient.emulator import handlers, storage
from orionclient.emulator.app import build
from orionclient.emulator.blobs import Blobs
from orionclient.emulator.call import Limits, Services
from orionclient.emulator.contract import Operation, read_operations
from orionclient.emulator.credentials import Credentials
from orionclient.emulator.fault_middleware import FaultMiddleware
from orionclient.emulator.faults import Faults
from orionclient.emulator.idempotency import IdempotencyKeys
from orionclient.emulator.jobs import JobEngine
from orionclient.emulator.parts import Parts
from orionclient.emulator.presigned import PresignedUrls
from orionclient.emulator.seed import apply_seed
from orionclient.emulator.serving import UvicornServer, bind, build_config
from orionclient.emulator.specifications import FloeSpecification, check_floe
from orionclient.emulator.storage import Storage
from orionclient.emulator.store import Store
from orionclient.emulator.work import BackgroundWork

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType

    from starlette.types import ASGIApp

_LOG = logging.getLogger("orionclient.emulator")

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Identity(NamedTuple):
    """A user of the stack, as somebody needs to know who wants to speak as them."""

    username: str
    project: int
    token: str


class Server:
    """A local Orion over HTTP.

    Use it as a context manager, or call `start` and `stop`. Everything lies in the folder; a server started later on the
    same folder continues where this one stopped.

    Args:
        folder: Where the data lies; made when it does not exist. One server at a time may use it.
        seed: What a new stack starts with: None for one user `admin` with one project, `demo` for two users (`ada` with
            password `ada-demo`, `grace` with `grace-demo`) and three projects. A stack keeps what it was started with.
        host: A loopback address; others are rejected.
        port: 0 takes a free one.
        limits: The largest bodies.
        faults: Takes faults from other processes too: at `/_faults`, and by the header `X-Orion-Fault`.
        processing: Seconds that a collection takes at least to become ready after it was closed.
        floes: Floes that jobs can run besides those of packages; each a `FloeSpecification` or an object with its fields. Floes of
            an earlier start that are not given again become deprecated.
        jobs: The most jobs that run at once; with 0 they stay in the queue.
        describe: A command that prints the floes of an extracted package as a JSON list of objects with the fields of
            `FloeSpecification`; the folder of the package is appended. If omitted, packages cannot be read.
        storage: Opens a second origin on another port of the same host, as a stack on S3 has one: downloads of files and shards
            redirect to presigned addresses there, and the parts of uploads are sent to such.
        storage_seconds: How long a presigned address works.
        proxied: Takes requests with any port in their `Host` header, as they come through a proxy on this machine.
        durable: True flushes to disk before each response, so that a power cut loses nothing; with False, data survives the end of
            the process only.

    Raises:
        ValueError: The host is no loopback address, the number of jobs is negative, or something given as a floe is none.

    Attributes:
        faults: Makes requests go wrong on demand, and tells what reached the server.
        storage: The second origin: its requests, its faults, and how long its addresses work; None without one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seed: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits | None = None,
        faults: bool = False,
        processing: float = 0.0,
        floes: Iterable[FloeSpecification | Mapping[str, Any]] = (),
        jobs: int = 2,
        describe: Sequence[str] | None = None,
        storage: bool = False,
        storage_seconds: float = 900.0,
        proxied: bool = False,
        durable: bool = True,
    ) -> None:
        if jobs < 0:
            raise ValueError(f"jobs must be 0 or more, not {jobs}")
        if host not in LOOPBACK:
            raise ValueError(
                f"the local Orion listens on the loopback interface only ({', '.join(LOOPBACK)}), not {host!r}"
            )
        self.folder: Path = Path(folder)
        self._seed = seed
        self._address = (host, port)
        self._limits = limits or Limits()
        self._face = faults
        self._proxied = proxied
        self._durable = durable
        self._processing = processing
        self._floes = tuple(check_floe(floe) for floe in floes)
        self._pool = jobs
        self._describe = describe
        self.faults: Faults = Faults([operation.id for operation in _load_operations()])
        self.storage: Storage | None = Storage(storage_seconds) if storage else None
        self._running: _RunningServer | None = None

    @property
    def url(self) -> str:
        """Address of the running server, without a slash at the end."""
        return self._require().url

    def start(self) -> Self:
        """Open the folder, bind the socket and response requests in a thread; returns when requests are responded."""
        if self._running is not None:
            raise RuntimeError("the server runs already")
        running = self._running = self._open()
        try:
            running.start_thread()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the jobs and the requests under way (after two seconds at most), then close everything. Doing it again is harmless.

        In a forked child nothing happens: the server is its parent's.
        """
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def run(self) -> None:
        """Response requests in this thread until interrupted."""
        if self._running is not None:
            raise RuntimeError("the server runs already")
        running = self._running = self._open()
        try:
            running.serve()
        finally:
            self.stop()

    def _open(self) -> _RunningServer:
        return _RunningServer(
            self.folder,
            self._faulty,
            seed=self._seed,
            address=self._address,
            plan=_ServerOptions(self._limits, self._processing, self._floes, self._pool, self._describe, self._durable),
            second=self.storage,
        )

    def _faulty(self, stack: Services, port: int) -> FaultMiddleware:
        named = 0 if self._proxied else port
        return FaultMiddleware(build(stack, handlers.HANDLERS, named), self.faults, stack, named, face=self._face)

    def issue_token(self, username: str | None = None) -> str:
        """The token of a user without a password; of the first user without a name. The same one every time.

        Raises:
            LookupError: There is no such user.
        """
        return self.identify(username).token

    def identify(self, username: str | None = None) -> Identity:
        """Name, default project and token of a user; of the first user without a name.

        Raises:
            LookupError: There is no such user.
        """
        stack = self._require().stack
        with stack.store.reading() as db:
            row = db.execute(
                "SELECT id, username, default_project FROM users WHERE username = coalesce(?, username) ORDER BY id LIMIT 1",
                (username,),
            ).fetchone()
        if row is None:
            raise LookupError(f"there is no user {username!r}")
        return Identity(row["username"], row["default_project"], stack.credentials.get_token(row["id"]))

    def _require(self) -> _RunningServer:
        if self._running is None:
            raise RuntimeError("the server does not run")
        return self._running

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _ServerOptions(NamedTuple):
    """What a server was told about its stack."""

    limits: Limits
    processing: float
    floes: tuple[FloeSpecification, ...]
    jobs: int
    describe: Sequence[str] | None
    durable: bool


class _RunningServer:
    """Everything that is open while a server runs; nothing of it survives `stop`."""

    def __init__(
        self,
        folder: Path,
        build_app: Callable[[Services, int], ASGIApp],
        *,
        seed: str | None,
        address: tuple[str, int],
        plan: _ServerOptions,
        second: Storage | None,
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._process = os.getpid()
        self._guard = _lock_folder(folder)
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._sockets: list[socket.socket] = []
        self._store: Store | None = None
        self._work, self._slow = BackgroundWork(), BackgroundWork()
        self._engine: JobEngine | None = None
        try:
            self._store = Store(folder / "orion.sqlite", handlers.TABLES, durable=plan.durable)
            apply_seed(self._store, seed)
            self.stack = _open_services(folder, self._store, (self._work, self._slow), plan)
            self._engine = self.stack.engine
            handlers.resume(self.stack)
            port, self.url = self._listen(*address)
            app: ASGIApp
            if second is None:
                app = build_app(self.stack, port)
            else:
                second_port, second.url = self._listen(address[0], 0)
                addresses = PresignedUrls(second.url, self.stack.credentials.key_for("storage"), second.terms)
                self.stack = replace(self.stack, storage=addresses)
                app = storage.find_by_port(
                    {
                        port: build_app(self.stack, port),
                        second_port: storage.build(second, self.stack, addresses, second_port),
                    }
                )
            self._server = UvicornServer(build_config(app))
            # Jobs may ask from now on; they get their responds to when the server begins to response.
            self._engine.start(self.url)
        except BaseException:
            self.close()
            raise

    def _listen(self, host: str, port: int) -> tuple[int, str]:
        self._sockets.append(bind(host, port))
        taken = self._sockets[-1].getsockname()[1]
        return taken, f"http://{'[::1]' if host == '::1' else host}:{taken}"

    def start_thread(self) -> None:
        self._thread = threading.Thread(target=self._serve_quietly, name=f"local-orion {self.url}", daemon=True)
        self._thread.start()
        self._server.ready.wait()
        if not self._server.started:
            self._thread.join()
            raise RuntimeError("the local Orion did not start") from self._failure

    def _serve_quietly(self) -> None:
        try:
            self.serve()
        except BaseException as error:  # noqa: BLE001 - start_thread raises it, or it is in the log
            self._failure = error
            _LOG.critical("the local Orion at %s ended", self.url, exc_info=error)

    def serve(self) -> None:
        try:
            asyncio.run(self._server.serve(sockets=self._sockets))
        finally:
            self._server.ready.set()

    def stop(self) -> None:
        if os.getpid() != self._process:
            return
        # First, for a job must not take the end of the server for an error of its own.
        if self._engine is not None:
            self._engine.close()
        if self._thread is not None:
            self._server.end()
            self._thread.join()
        self.close()

    def close(self) -> None:
        for bound in self._sockets:
            bound.close()
        if self._engine is not None:
            self._engine.close()
        for work in (self._work, self._slow):
            work.close()
        if self._store is not None:
            self._store.close()
        self._guard.close()


@functools.cache
def _load_contract() -> dict[str, Any]:
    return contract.load()


@functools.cache
def _load_operations() -> tuple[Operation, ...]:
    return tuple(read_operations(_load_contract()))


def _open_services(
    folder: Path, store: Store, works: tuple[BackgroundWork, BackgroundWork], plan: _ServerOptions
) -> Services:
    blobs = Blobs(folder / "blobs", durable=plan.durable)
    with store.reading() as db:
        blobs.sweep(row[0] for query in handlers.BLOBS for row in db.execute(query))
    credentials = Credentials(store, folder / "secret")
    return Services(
        store,
        blobs,
        Parts(store, blobs),
        credentials,
        IdempotencyKeys(store),
        *works,
        JobEngine(store, credentials, folder, plan.jobs, plan.describe),
        plan.floes,
        handlers.KINDS,
        _load_operations(),
        _load_contract()["info"]["version"],
        plan.limits,
        plan.processing,
    )


def _lock_folder(folder: Path) -> sqlite3.Connection:
    # A locked SQLite file is the lock that works on every system and vanishes with its process.
    (folder / "lock.sqlite").touch(mode=0o600)
    guard = sqlite3.connect(folder / "lock.sqlite", timeout=0, isolation_level=None, check_same_thread=False)
    try:
        guard.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        guard.close()
        raise RuntimeError(f"another local Orion uses the folder {folder}") from None
    return guard
