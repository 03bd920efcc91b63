"""The storage origin: an S3-like server for content and upload parts at presigned URLs."""

from __future__ import annotations

import os
import re
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape  # only escapes, does not parse  # nosec B406

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from orionclient.emulator._handlers.uploads import find_part_upload
from orionclient.emulator._http import ranges
from orionclient.emulator._http.app import REQUEST_LOG, DownloadResponse
from orionclient.emulator._http.bodies import check_digest, read_upload
from orionclient.emulator._http.contract import Operation
from orionclient.emulator._http.envelope import Envelope
from orionclient.emulator._http.presigned import UrlLifetimes
from orionclient.emulator._problems import ProblemError
from orionclient.emulator._store.parts import compute_range
from orionclient.emulator.faults import Faults
from orionclient.emulator.faults._middleware import FaultMiddleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from orionclient.emulator._http.call import Services
    from orionclient.emulator._http.presigned import PresignedUrls
    from orionclient.emulator._store.parts import StoredPart

_MAX_RECORDED = 10_000
_CONTENT = re.compile(r"/content/([0-9a-f]{32})")
_PART = re.compile(r"/parts/([0-9]{1,19})/([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class StorageRequest:
    """A request that reached the storage origin.

    Args:
        method: The HTTP method.
        path: The path without the query.
        query: The query string as received, with the signature.
        headers: The headers by lower-case name.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str] = field(default_factory=dict)


class Storage:
    """Controls and records of the storage origin, for tests. Thread-safe. The state persists across restarts of the server.

    Args:
        seconds: Lifetime of a presigned URL in seconds.

    Attributes:
        faults: Fault injection, as for the API's origin; the operations are `get_content` and `put_part`.
        url_lifetime: `url_lifetime.seconds` is the lifetime of new presigned URLs; `url_lifetime.expire()` expires those issued so far.
        url: The base URL without a trailing slash; empty before the start.
    """

    def __init__(self, seconds: float) -> None:
        self.faults: Faults = Faults([operation.id for operation in _OPERATIONS])
        self.url_lifetime: UrlLifetimes = UrlLifetimes(seconds)
        self.url: str = ""
        self._requests: deque[StorageRequest] = deque(maxlen=_MAX_RECORDED)
        self._lock = threading.Lock()

    def requests(self) -> list[StorageRequest]:
        """Return the request log: the last 10,000 requests, oldest first, including rejected and faulty ones."""
        with self._lock:
            return list(self._requests)

    def clear(self) -> None:
        """Clear the request log and the faults."""
        with self._lock:
            self._requests.clear()
        self.faults.clear()

    def _record_request(self, scope: Scope) -> None:
        query = scope["query_string"].decode("latin-1")
        with self._lock:
            self._requests.append(StorageRequest(scope["method"], scope["path"], query, dict(Headers(scope=scope))))


def create_storage_app(storage: Storage, stack: Services, presigned_urls: PresignedUrls, port: int) -> ASGIApp:
    """Build the application of the storage origin."""
    inner = FaultMiddleware(
        Envelope(_Origin(stack, presigned_urls), port),
        storage.faults,
        replace(stack, operations=_OPERATIONS),
        port,
        remote=False,
    )

    async def record_and_handle(scope: Scope, receive: Receive, send: Send) -> None:
        storage._record_request(scope)
        await inner(scope, receive, send)

    return record_and_handle


def dispatch_by_port(apps: dict[int, ASGIApp]) -> ASGIApp:
    """Build an application that dispatches requests by the port of their socket."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[scope["server"][1]](scope, receive, send)

    return dispatch


class _Origin:
    """Handles presigned requests. Errors are XML as on S3, so that clients cannot rely on the error format of the API."""

    def __init__(self, stack: Services, presigned_urls: PresignedUrls) -> None:
        self._stack = stack
        self._presigned_urls = presigned_urls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except ProblemError as problem:
            response = _build_error_response(problem)
        else:
            scope[REQUEST_LOG].ran = True
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if "authorization" in request.headers:
            raise ProblemError(
                400,
                "Only one authentication mechanism is allowed: the URL is presigned, so omit the Authorization header.",
                "InvalidArgument",
            )
        self._presigned_urls.check(request.method, request.url.path, dict(request.query_params))
        if match := _CONTENT.fullmatch(request.url.path):
            return await run_in_threadpool(self._download, request, match[1])
        if match := _PART.fullmatch(request.url.path):
            return await self._receive_part(request, int(match[1]), int(match[2]))
        raise ProblemError(404, "The key does not exist.", "NoSuchKey")

    def _download(self, request: Request, name: str) -> Response:
        try:
            file = self._stack.blobs.open(name)
        except FileNotFoundError:
            raise ProblemError(404, "The content was deleted.", "NoSuchKey") from None
        size, digest = os.fstat(file.fileno()).st_size, bytes.fromhex(request.query_params["sha256"])
        headers = {name: request.headers[name] for name in ("Range", "If-Range") if name in request.headers}
        return DownloadResponse(ranges.build_range_response(file, digest, size, headers), "application/octet-stream")

    async def _receive_part(self, request: Request, upload: int, number: int) -> Response:
        if "content-length" not in request.headers:
            raise ProblemError(411, "The Content-Length header is required.", "MissingContentLength")
        part = await run_in_threadpool(self._start_part, upload, number)
        try:
            await read_upload(request, part, self._stack.limits.upload)
            check_digest(part, request.headers.get("content-digest"))
            stored = await run_in_threadpool(part.commit, lambda db: find_part_upload(db, upload))
            return Response(headers={"ETag": f'"{stored["sha256"]}"'})
        finally:
            await run_in_threadpool(part.discard)

    def _start_part(self, upload: int, number: int) -> StoredPart:
        with self._stack.store.read_transaction() as db:
            part_range = compute_range(find_part_upload(db, upload), number)
        return self._stack.parts.receive(part_range)


def _build_error_response(problem: ProblemError) -> Response:
    code, text = escape(problem.code), escape(problem.detail)
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{text}</Message></Error>'
    return Response(body, problem.status, problem.headers, "application/xml")


def _build_operation(name: str, method: str, path: str) -> Operation:
    return Operation(name, "storage", method, path, (), False, 200, None, frozenset({200}))  # noqa: FBT003 - needs no token


_OPERATIONS = (
    _build_operation("get_content", "GET", "/content/{name}"),
    _build_operation("put_part", "PUT", "/parts/{upload}/{number}"),
)
