"""What a handler gets and gives: the request after every check, and the response before it is on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from orionclient.emulator.blobs import Blobs, StagedBlob
    from orionclient.emulator.contract import Operation
    from orionclient.emulator.credentials import Caller, Credentials
    from orionclient.emulator.idempotency import IdempotencyKeys
    from orionclient.emulator.jobs import JobEngine
    from orionclient.emulator.parts import Parts, StoredPart
    from orionclient.emulator.presigned import PresignedUrls
    from orionclient.emulator.resources import ResourceKind
    from orionclient.emulator.specifications import FloeSpecification
    from orionclient.emulator.store import Database
    from orionclient.emulator.work import BackgroundWork


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest bodies, in bytes."""

    json: int = 1024 * 1024
    upload: int = 5 * 1024**3


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a running local Orion is made of.

    Args:
        work: For what takes seconds.
        slow: For what may take minutes.
        parts: Parts of uploads on their way to the disk.
        engine: Runs jobs.
        floes: What the stack was started with.
        processing: Seconds that a collection takes at least to become ready.
        storage: Makes addresses of the second origin; None without one.
    """

    store: Database
    blobs: Blobs
    parts: Parts
    credentials: Credentials
    keys: IdempotencyKeys
    work: BackgroundWork
    slow: BackgroundWork
    engine: JobEngine
    floes: tuple[FloeSpecification, ...]
    kinds: Mapping[str, ResourceKind]
    operations: tuple[Operation, ...]
    version: str = "0"
    limits: Limits = field(default_factory=Limits)
    processing: float = 0.0
    storage: PresignedUrls | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose token, parameters and body are all right.

    `pairs` is the query as it came, for links to the next page.
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
        """The user that calls; only for operations that need a token."""
        if self.user is None:
            raise RuntimeError(f"{self.operation.id} is open to everybody and has no caller")
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
class Download:
    """Bytes as a response; `close` is called once, whether or not the client took them all. `status` where it is not the usual one."""

    chunks: Iterator[bytes]
    close: Callable[[], None]
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """A response that lies at another address."""

    url: str


Result = dict[str, Any] | Download | Redirect | None


@dataclass(frozen=True, slots=True)
class Handler:
    """The code behind an operation.

    Args:
        run: Responses the call; runs in a thread, so it may block.
        before: For uploads: rejects before the body is read.
        receive: For parts of uploads: gives the room for one, or rejects before the body is read.
    """

    run: Callable[[Call], Result]
    before: Callable[[Call], object] | None = None
    receive: Callable[[Call], StoredPart] | None = None
