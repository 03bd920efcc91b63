"""The `Server` class, which serves a data folder on the loopback interface with uvicorn in a background thread."""

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

from orionclient.emulator import _handlers, _storage
from orionclient.emulator._http.app import create_app
from orionclient.emulator._http.call import Limits, Services
from orionclient.emulator._http.contract import Operation, read_operations
from orionclient.emulator._http.presigned import PresignedUrls
from orionclient.emulator._http.serving import UvicornServer, bind, build_config
from orionclient.emulator._jobs.hardware import Machine, find_machine
from orionclient.emulator._jobs.jobs import JobEngine
from orionclient.emulator._jobs.services import ServiceEngine
from orionclient.emulator._jobs.specifications import FloeSpecification, check_floe
from orionclient.emulator._jobs.work import BackgroundWork
from orionclient.emulator._problems import FolderError, describe_database_error, get_sqlite_code
from orionclient.emulator._seed import apply_seed
from orionclient.emulator._storage import Storage
from orionclient.emulator._store.blobs import Blobs
from orionclient.emulator._store.checks import (
    DATABASE,
    build_folder_error,
    check_database,
    convert_errors,
)
from orionclient.emulator._store.credentials import Credentials, read_secret
from orionclient.emulator._store.parts import Parts
from orionclient.emulator._store.store import Store, read_system_clock
from orionclient.emulator.faults import Faults
from orionclient.emulator.faults._middleware import FaultMiddleware

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

    from starlette.types import ASGIApp

_LOG = logging.getLogger("orionclient.emulator")

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Identity(NamedTuple):
    """The username, default project id and API token of a user."""

    username: str
    project: int
    token: str


class Server:
    """A local Orion over HTTP.

    Use it as a context manager, or call `start` and `stop`. All data is stored in the folder; a server started later with
    the same folder serves the same data.

    Args:
        folder: The data folder, created if missing. Only one server at a time can use it.
        seed: Initial data of a new stack: None for one user `admin` with one project, `demo` for two users (`ada` with
            password `ada-demo`, `grace` with `grace-demo`) and three projects. An existing stack keeps its seed.
        host: A loopback address. Defaults to 127.0.0.1.
        port: The TCP port; 0 chooses a free one. Defaults to 0.
        limits: Maximum sizes of bodies and logs. Defaults to `Limits()`.
        faults: Whether other processes can inject faults, at `/_faults` and with the header `X-Orion-Fault`. Defaults to False.
        processing: Minimum time in seconds until a closed collection becomes ready. Defaults to 0.
        floes: Floes that jobs can run in addition to those of packages; each a `FloeSpecification` or an object with its
            fields. Floes of an earlier start that are omitted become deprecated.
        jobs: Maximum number of jobs that run at once; with 0, jobs stay queued. Defaults to 2.
        cpus: The CPUs that the running jobs can have together. Defaults to those that this process can use, or to `jobs` if that
            is more.
        memory_mb: Memory that a job can have, in MiB. Defaults to the memory of the machine.
        describe: A command that prints the floes of an extracted package as a JSON list of objects with the fields of
            `FloeSpecification`, or an object with this list as `floes` and optionally `errors` and `warnings`, lists of sentences, and
            `environment`, an object; the package's folder is appended to it. If omitted, packages cannot be inspected.
        storage: Whether to open a storage origin on another port of the same host, like the S3 storage of a hosted stack:
            downloads of files and shards redirect to presigned URLs there, and upload parts are sent to presigned URLs.
            Defaults to False.
        storage_seconds: Lifetime of a presigned URL in seconds. Defaults to 900.
        proxied: Whether to accept any port in the `Host` header, for requests through a proxy on this machine. Defaults to
            False.
        durable: Whether to flush to disk before each response. If False, data survives the end of the process but not a
            power failure. Defaults to True.
        clock: Returns the current time, for the times of resources. Defaults to the time of the system.

    Raises:
        ValueError: The host is not a loopback address, `jobs` is negative, `cpus` or `memory_mb` is too low, or a floe is not valid.
        FolderError: The folder is damaged or in use, or cannot be read or written; raised by `start`.

    Attributes:
        faults: Fault injection and the request log.
        storage: The storage origin with its request log, faults and URL lifetime; None unless `storage` is True.
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
        cpus: int | None = None,
        memory_mb: int | None = None,
        describe: Sequence[str] | None = None,
        storage: bool = False,
        storage_seconds: float = 900.0,
        proxied: bool = False,
        durable: bool = True,
        clock: Callable[[], datetime] | None = None,
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
        self._remote_faults = faults
        self._proxied = proxied
        self._durable = durable
        self._clock = clock or read_system_clock
        self._processing = processing
        self._floes = tuple(check_floe(floe) for floe in floes)
        self._max_jobs = jobs
        self._machine = find_machine(cpus, memory_mb, jobs)
        self._describe = describe
        self.faults: Faults = Faults([operation.id for operation in _load_operations()])
        self.storage: Storage | None = Storage(storage_seconds) if storage else None
        self._running: _RunningServer | None = None

    @property
    def url(self) -> str:
        """Base URL of the running server, without a trailing slash."""
        return self._require().url

    def start(self) -> Self:
        """Open the folder, bind the socket and serve requests in a background thread.

        Returns when the server accepts requests.
        """
        if self._running is not None:
            raise RuntimeError("the server is already running")
        running = self._running = self._open()
        try:
            running.start_thread()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the jobs, finish or drop the running requests within two seconds, and close everything.

        Calling it again has no effect, and neither has calling it in a forked child: the server belongs to the parent.
        """
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def run(self) -> None:
        """Serve requests in this thread until interrupted."""
        if self._running is not None:
            raise RuntimeError("the server is already running")
        running = self._running = self._open()
        try:
            running.serve()
        finally:
            self.stop()

    def _open(self) -> _RunningServer:
        return _RunningServer(
            self.folder,
            self._build_app,
            seed=self._seed,
            address=self._address,
            options=_ServerOptions(
                self._limits,
                self._processing,
                self._floes,
                self._max_jobs,
                self._machine,
                self._describe,
                self._durable,
                self._clock,
            ),
            storage_origin=self.storage,
        )

    def _build_app(self, stack: Services, port: int) -> FaultMiddleware:
        accepted_port = 0 if self._proxied else port
        return FaultMiddleware(
            create_app(stack, _handlers.HANDLERS, accepted_port),
            self.faults,
            stack,
            accepted_port,
            remote=self._remote_faults,
        )

    def issue_token(self, username: str | None = None) -> str:
        """Return the API token of a user, without a password. Every call returns the same token.

        Args:
            username: If omitted, the first user.

        Raises:
            LookupError: The user does not exist.
        """
        return self.identify(username).token

    def identify(self, username: str | None = None) -> Identity:
        """Return the username, default project and API token of a user.

        Args:
            username: If omitted, the first user.

        Raises:
            LookupError: The user does not exist.
        """
        stack = self._require().stack
        with stack.store.read_transaction() as db:
            row = db.execute(
                "SELECT id, username, default_project FROM users WHERE username = coalesce(?, username) ORDER BY id LIMIT 1",
                (username,),
            ).fetchone()
        if row is None:
            raise LookupError(f"user {username!r} does not exist")
        return Identity(row["username"], row["default_project"], stack.credentials.get_password_token(row["id"]))

    def _require(self) -> _RunningServer:
        if self._running is None:
            raise RuntimeError("the server is not running")
        return self._running

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _ServerOptions(NamedTuple):
    """The options of a server that concern its stack."""

    limits: Limits
    processing: float
    floes: tuple[FloeSpecification, ...]
    jobs: int
    machine: Machine
    describe: Sequence[str] | None
    durable: bool
    clock: Callable[[], datetime]


class _RunningServer:
    """The open resources of a running server, all closed by `stop`."""

    def __init__(
        self,
        folder: Path,
        build_app: Callable[[Services, int], ASGIApp],
        *,
        seed: str | None,
        address: tuple[str, int],
        options: _ServerOptions,
        storage_origin: Storage | None,
    ) -> None:
        self._process = os.getpid()
        with convert_errors(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder_lock = _lock_folder(folder)
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._sockets: list[socket.socket] = []
        self._store: Store | None = None
        self._work, self._slow = BackgroundWork(), BackgroundWork()
        self._engine: JobEngine | None = None
        self._services: ServiceEngine | None = None
        try:
            with convert_errors(folder):
                is_new = check_database(folder)
                # Written before the database, so that a crash never leaves a database without its secret.
                secret = read_secret(folder / "secret", creating=is_new)
                self._store = Store(folder / DATABASE, durable=options.durable, creating=is_new, clock=options.clock)
                apply_seed(self._store, seed)
                self.stack = _open_services(folder, self._store, secret, (self._work, self._slow), options)
                self._engine, self._services = self.stack.engine, self.stack.services
                _handlers.resume(self.stack)
            port, self.url = self._listen(*address)
            app: ASGIApp
            if storage_origin is None:
                app = build_app(self.stack, port)
            else:
                storage_port, storage_origin.url = self._listen(address[0], 0)
                presigned_urls = PresignedUrls(
                    storage_origin.url, self.stack.credentials.derive_key("storage"), storage_origin.url_lifetime
                )
                self.stack = replace(self.stack, storage=presigned_urls)
                app = _storage.dispatch_by_port(
                    {
                        port: build_app(self.stack, port),
                        storage_port: _storage.create_storage_app(
                            storage_origin, self.stack, presigned_urls, storage_port
                        ),
                    }
                )
            self._server = UvicornServer(build_config(app))
            # The socket is bound, so requests of jobs wait in its backlog until the server accepts them.
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
            raise RuntimeError("the local Orion failed to start") from self._failure

    def _serve_quietly(self) -> None:
        try:
            self.serve()
        except BaseException as error:  # noqa: BLE001 - start_thread raises it, or it is in the log
            self._failure = error
            _LOG.critical("the local Orion at %s stopped unexpectedly", self.url, exc_info=error)

    def serve(self) -> None:
        try:
            asyncio.run(self._server.serve(sockets=self._sockets))
        finally:
            self._server.ready.set()

    def stop(self) -> None:
        if os.getpid() != self._process:
            return
        # Jobs are stopped first, so that none fails because the server is gone.
        if self._engine is not None:
            self._engine.close()
        if self._thread is not None:
            self._server.stop()
            self._thread.join()
        self.close()

    def close(self) -> None:
        for bound in self._sockets:
            bound.close()
        if self._engine is not None:
            self._engine.close()
        if self._services is not None:
            self._services.close()
        for work in (self._work, self._slow):
            work.close()
        if self._store is not None:
            self._store.close()
        self._folder_lock.close()


@functools.cache
def _load_contract() -> dict[str, Any]:
    return contract.load()


@functools.cache
def _load_operations() -> tuple[Operation, ...]:
    return tuple(read_operations(_load_contract()))


def _open_services(
    folder: Path, store: Store, secret: bytes, works: tuple[BackgroundWork, BackgroundWork], options: _ServerOptions
) -> Services:
    blobs = Blobs(folder / "blobs", durable=options.durable)
    with store.read_transaction() as db:
        blobs.sweep(row[0] for query in _handlers.BLOBS for row in db.execute(query))
    credentials = Credentials(store, secret)
    return Services(
        store,
        blobs,
        Parts(store, blobs),
        credentials,
        *works,
        JobEngine(
            store,
            credentials,
            folder,
            options.jobs,
            machine=options.machine,
            describe=options.describe,
            log_limit=options.limits.log,
        ),
        ServiceEngine(store, folder, options.limits.log),
        options.floes,
        _handlers.KINDS,
        _load_operations(),
        _load_contract()["info"]["version"],
        options.limits,
        options.processing,
        clock=options.clock,
    )


def _lock_folder(folder: Path) -> sqlite3.Connection:
    # A locked SQLite file is a lock that works on every system and is released when its process ends.
    path = folder / "lock.sqlite"
    path.touch(mode=0o600)
    try:
        lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except BaseException:
            lock.close()
            raise
    except sqlite3.Error as error:
        if get_sqlite_code(error) == sqlite3.SQLITE_BUSY:
            raise FolderError(f"the folder {folder} is in use by another local Orion") from None
        raise build_folder_error(path, describe_database_error(error), "delete this file, which has no data") from error
    return lock
