"""The ASGI application: routes built from the contract, with authentication and validation around each handler."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, Router

from orionclient.emulator._http.bodies import check_digest, check_media_type, read_json, read_upload
from orionclient.emulator._http.call import Call, ContentResult, Handler, Redirect, Result, Services
from orionclient.emulator._http.envelope import Envelope
from orionclient.emulator._http.idempotency import KEY_HEADER, REPLAYED_HEADER, IdempotencyKeys
from orionclient.emulator._http.parameters import read_headers, read_path, read_query, split_query
from orionclient.emulator._problems import ProblemError, not_found, unauthorized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from starlette.datastructures import Headers
    from starlette.types import Receive, Scope, Send

    from orionclient.emulator._http.contract import Operation
    from orionclient.emulator._store.parts import StoredPart

# Django REST Framework reads `Token <value>`; Orion's documentation prints `Token:<value>`.
_AUTHORIZATION = re.compile(r"Token(?: *: *| +)([\x21-\x7e]{1,500})", re.IGNORECASE)


# The key of the request's `RecordedRequest` in its ASGI scope.
REQUEST_LOG = "orion.request_log"


def create_app(stack: Services, handlers: Mapping[str, Handler], port: int) -> Envelope:
    """Build the application for a stack.

    Raises:
        LookupError: An operation of the contract has no handler, or a handler has no operation.
    """
    check_handlers(stack.operations, handlers)
    keys = IdempotencyKeys(stack.store)
    by_path: dict[str, dict[str, _OperationRoute]] = {}
    for operation in stack.operations:
        methods = by_path.setdefault(operation.path, {})
        methods[operation.method] = _OperationRoute(stack, keys, operation, handlers[operation.id])
    # Fixed paths are matched first, so that `users/me/` is not taken for a user with the id "me".
    routes = [
        Route(path, _Methods(by_path[path])) for path in sorted(by_path, key=lambda path: (path.count("{"), path))
    ]
    router = Router(routes, redirect_slashes=False, default=_unknown_path)
    return Envelope(router, port)


def check_handlers(operations: Iterable[Operation], handlers: Mapping[str, Handler]) -> None:
    """Reject a contract operation without a handler and a handler without an operation."""
    known = {operation.id for operation in operations}
    missing, unknown = sorted(known - set(handlers)), sorted(set(handlers) - known)
    if missing:
        raise LookupError(f"operations of the contract without a handler: {', '.join(missing)}")
    if unknown:
        raise LookupError(f"handlers without an operation in the contract: {', '.join(unknown)}")


async def _unknown_path(scope: Scope, receive: Receive, send: Send) -> NoReturn:  # noqa: ARG001 - the ASGI signature
    raise not_found(f"No operation has the path {scope['path'][:200]!r}.")


class _Methods:
    """The operations of one path."""

    def __init__(self, endpoints: Mapping[str, _OperationRoute]) -> None:
        self._endpoints = endpoints
        self._allow = ", ".join(sorted(endpoints))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._endpoints.get(scope["method"])
        if endpoint is None:
            raise ProblemError(
                405,
                f"Method {scope['method'][:100]} is not allowed for this path; allowed: {self._allow}.",
                "method_not_allowed",
                headers={"Allow": self._allow},
            )
        response = await endpoint.handle(Request(scope, receive))
        await response(scope, receive, send)


class _OperationRoute:
    """An operation and its handler."""

    def __init__(self, stack: Services, keys: IdempotencyKeys, operation: Operation, handler: Handler) -> None:
        self._stack = stack
        self._keys = keys
        self._operation = operation
        self._handler = handler

    async def handle(self, request: Request) -> Response:
        operation = self._operation
        caller = None
        if operation.needs_token:
            caller = await run_in_threadpool(self._stack.credentials.authenticate, read_token(request.headers))
        pairs = split_query(request.scope["query_string"])
        headers = read_headers(operation, request.headers.raw)
        call = Call(
            stack=self._stack,
            operation=operation,
            route=request.url.path,
            pairs=pairs,
            path=read_path(operation, request.path_params),
            query=read_query(operation, pairs),
            headers=headers,
            user=caller,
        )
        check_media_type(operation, request)
        if self._handler.receive:
            return await self._receive_part(request, call, headers, self._handler.receive)
        if operation.stream == "upload":
            return await self._receive_upload(request, call, headers)
        if operation.body_model:
            call = replace(call, body=await read_json(operation, request, self._stack.limits.json))
        return await self._run(request, call, headers)

    async def _receive_upload(self, request: Request, call: Call, headers: Mapping[str, str]) -> Response:
        if self._handler.before and not await self._is_retry(call, headers):
            await run_in_threadpool(self._handler.before, call)
        staged = self._stack.blobs.stage()
        try:
            await read_upload(request, staged, self._stack.limits.upload)
            check_digest(staged, headers.get("Content-Digest"))
            return await self._run(request, replace(call, upload=staged), headers)
        finally:
            staged.discard()

    async def _receive_part(
        self, request: Request, call: Call, headers: Mapping[str, str], receive: Callable[[Call], StoredPart]
    ) -> Response:
        part = await run_in_threadpool(receive, call)
        try:
            await read_upload(request, part, self._stack.limits.upload)
            check_digest(part, headers.get("Content-Digest"))
            return await self._run(request, replace(call, arrived=part), headers)
        finally:
            await run_in_threadpool(part.discard)

    async def _is_retry(self, call: Call, headers: Mapping[str, str]) -> bool:
        key = headers.get(KEY_HEADER)
        return key is not None and await run_in_threadpool(self._keys.has_response, call, key)

    async def _run(self, request: Request, call: Call, headers: Mapping[str, str]) -> Response:
        key, record = headers.get(KEY_HEADER), request.scope[REQUEST_LOG]
        if key is None:
            result = await run_in_threadpool(self._handler.run, call)
        else:
            result, record.replayed = await run_in_threadpool(self._keys.run, self._handler.run, call, key)
        record.ran = not record.replayed
        response = self._build_response(result)
        if record.replayed:
            response.headers[REPLAYED_HEADER] = "true"
        return response

    def _build_response(self, result: Result) -> Response:
        if isinstance(result, ContentResult):
            return DownloadResponse(result, self._operation.success_media)
        if isinstance(result, Redirect):
            return Response(status_code=302, headers={"Location": result.url})
        if result is None:
            return Response(status_code=self._operation.success)
        return JSONResponse(result, self._operation.success)


class DownloadResponse(StreamingResponse):
    """Streams a download and always closes it, also when the response is truncated or never starts."""

    def __init__(self, download: ContentResult, media_type: str | None) -> None:
        super().__init__(download.chunks, download.status or 200, headers=download.headers, media_type=media_type)
        self._download = download

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response, then close the download."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._download.close()


def read_token(headers: Headers) -> str:
    """Return the token in the Authorization header.

    Raises:
        ProblemError: 401, the header is missing or malformed.
    """
    values = headers.getlist("authorization")
    match = _AUTHORIZATION.fullmatch(values[0]) if len(values) == 1 else None
    if match is None:
        raise unauthorized("Authentication credentials were not provided: send Authorization: Token <value>.")
    return match[1]
