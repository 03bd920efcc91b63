"""Input and output types of handlers: the validated request and the result that becomes the response."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from orionclient.emulator._store.store import format_time, read_system_clock

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping

    from orionclient.emulator._http.contract import Operation
    from orionclient.emulator._http.presigned import PresignedUrls
    from orionclient.emulator._jobs.jobs import JobEngine
    from orionclient.emulator._jobs.services import ServiceEngine
    from orionclient.emulator._jobs.specifications import FloeSpecification
    from orionclient.emulator._jobs.work import BackgroundWork
    from orionclient.emulator._store.blobs import Blobs, StagedBlob
    from orionclient.emulator._store.credentials import Caller, Credentials
    from orionclient.emulator._store.parts import Parts, StoredPart
    from orionclient.emulator._store.store import Clock, Database


@dataclass(frozen=True, slots=True)
class Limits:
    """Maximum sizes in bytes: of request bodies, and of the log of a job, whose start is omitted when it is longer."""

    json: int = 1024 * 1024
    upload: int = 5 * 1024**3
    log: int = 10 * 1024**2


@dataclass(frozen=True, slots=True)
class Services:
    """The components of a running local Orion.

    Args:
        work: Background work that takes seconds.
        slow: Background work that can take minutes.
        parts: The upload parts that are being received or stored.
        engine: The job engine.
        services: The service engine.
        floes: The floes given at start.
        processing: Minimum time in seconds until a closed collection becomes ready.
        storage: Signs URLs of the storage origin; None if the server has none.
        clock: Returns the current time.
    """

    store: Database
    blobs: Blobs
    parts: Parts
    credentials: Credentials
    work: BackgroundWork
    slow: BackgroundWork
    engine: JobEngine
    services: ServiceEngine
    floes: tuple[FloeSpecification, ...]
    kinds: Mapping[str, ResourceKind]
    operations: tuple[Operation, ...]
    version: str = "0"
    limits: Limits = field(default_factory=Limits)
    processing: float = 0.0
    storage: PresignedUrls | None = None
    clock: Clock = read_system_clock

    def now(self) -> str:
        """Return the time of the clock in the contract's format."""
        return format_time(self.clock())


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose token, parameters and body have been validated.

    `pairs` is the query as received, for the link to the next page.
    """

    stack: Services
    operation: Operation
    route: str
    pairs: list[tuple[str, str]]
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    user: Caller | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    upload: StagedBlob | None = None
    arrived: StoredPart | None = None
    headers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def caller(self) -> Caller:
        """The authenticated user; only for operations that need a token."""
        if self.user is None:
            raise RuntimeError(f"{self.operation.id} needs no token, so it has no caller")
        return self.user

    @property
    def content(self) -> StagedBlob:
        """The uploaded content; only for operations that take one."""
        if self.upload is None:
            raise RuntimeError(f"{self.operation.id} takes no content")
        return self.upload

    @property
    def part(self) -> StoredPart:
        """The uploaded part; only for operations that take one."""
        if self.arrived is None:
            raise RuntimeError(f"{self.operation.id} takes no part")
        return self.arrived


@dataclass(frozen=True, slots=True)
class ContentResult:
    """A response body of bytes. `close` is called once, also if the client disconnects. `status` defaults to 200."""

    chunks: Iterator[bytes]
    close: Callable[[], None]
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect to another URL."""

    url: str


Result = dict[str, Any] | ContentResult | Redirect | None


@dataclass(frozen=True, slots=True)
class Handler:
    """The implementation of an operation.

    Args:
        run: Handles the call; runs in a thread, so it may block.
        before: For uploads: checks the call before the body is read.
        receive: For upload parts: checks the call before the body is read and returns where the part is written.
    """

    run: Callable[[Call], Result]
    before: Callable[[Call], object] | None = None
    receive: Callable[[Call], StoredPart] | None = None


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """A kind of resource that belongs to a project.

    Args:
        name: As in the paths of the operations for tags and shares.
        table: Its table, with the columns of `migrations.create_kind_table`.
        id_parameter: Name of the path parameter.
        show: Converts a row to its JSON object.
        purge: Removes the dependents of a row; returns a function to call after the transaction is committed.
        taggable: Whether it can have tags.
        sharable: Whether it can be shared.
        in_folders: Whether it can be in a folder.
        trash: Whether deleting moves it to the trash.
        type_column: The column that the filter `types` and the order `type` use. Optional.
    """

    name: str
    table: str
    id_parameter: str
    show: Callable[[sqlite3.Row], dict[str, Any]]
    purge: Callable[[Call, sqlite3.Connection, sqlite3.Row], Callable[[], None]] = lambda _call, _db, _row: _do_nothing
    taggable: bool = False
    sharable: bool = False
    in_folders: bool = False
    trash: bool = False
    type_column: str = ""

    @property
    def noun(self) -> str:
        """What messages call a resource of this kind."""
        return self.name.replace("_", " ")


def _do_nothing() -> None:
    """Do nothing."""
