"""ASGI middleware that injects faults and records requests."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from orionclient.emulator import _strictjson
from orionclient.emulator._http.app import REQUEST_LOG, read_token
from orionclient.emulator._http.bodies import read_body
from orionclient.emulator._http.envelope import Envelope, problem_response
from orionclient.emulator._problems import ProblemError, bad_body, bad_parameter, from_exception
from orionclient.emulator.faults._records import AppliedFault, RecordedRequest, RequestRecorder
from orionclient.emulator.faults._request import FaultedRequest
from orionclient.emulator.faults._steps import parse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from orionclient.emulator._http.call import Services
    from orionclient.emulator.faults._scripts import Faults
    from orionclient.emulator.faults._steps import Step

CONTROL = "/_faults"
_HEADER = "x-orion-fault"
_MAX_SCRIPT_SIZE = 200
_LOG = logging.getLogger("orionclient.emulator")


class FaultMiddleware:
    """ASGI middleware around the application.

    Args:
        app: The application with its envelope.
        faults: The fault scripts and the request log.
        stack: The stack, for its operations and credentials.
        port: The port that the `Host` header must name; 0 accepts any.
        remote: Whether other processes can inject faults, at `/_faults` and with the header `X-Orion-Fault`.
    """

    def __init__(self, app: Envelope, faults: Faults, stack: Services, port: int, *, remote: bool) -> None:
        self._app = app
        self._faults = faults
        self._stack = stack
        self._port = port
        self._remote = remote
        self._control = Envelope(self._handle_control, port)
        # Fixed paths are matched first, as in the router.
        self._routes = [
            (operation.method, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation.path))), operation.id)
            for operation in sorted(stack.operations, key=lambda operation: (operation.path.count("{"), operation.path))
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        headers = Headers(scope=scope)
        if not self._app.allows(headers):
            await self._app(scope, receive, send)
            return
        if scope["path"] == CONTROL and self._remote:
            await self._control(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        operation = self._find_operation(method, path)
        record = RecordedRequest(
            operation or f"{method} {path[:_MAX_SCRIPT_SIZE]}",
            method,
            path[:_MAX_SCRIPT_SIZE],
            _shorten(headers.get("x-request-id")),
            _shorten(headers.get("idempotency-key")),
            _shorten(headers.get("x-attempt")),
        )
        self._faults._record_request(record)
        recorder = RequestRecorder(receive, send, record)
        scope = {**scope, REQUEST_LOG: record}
        try:
            step = await self._read_step(headers)
        except Exception as error:  # noqa: BLE001 - no envelope wraps this code
            if not isinstance(error, ProblemError):
                _LOG.exception("cannot determine the fault step of %s %s", method, path)
                error = from_exception(error)
            await Envelope(problem_response(error), self._port)(scope, recorder.receive, recorder.send)
            return
        if step is None:
            step = self._faults._next_step(operation, method, path)
        if step is None:
            await self._app(scope, recorder.receive, recorder.send)
            return
        record.step = step.name
        entry = AppliedFault(record.operation, step.as_json())
        self._faults._record_step(entry)
        try:
            await step.apply(FaultedRequest(self._app, self._port, scope, recorder, entry))
        except Exception:
            _LOG.exception("fault step %s failed on %s", step.name, record.operation)
            raise

    def _find_operation(self, method: str, path: str) -> str | None:
        for verb, pattern, name in self._routes:
            if verb == method and pattern.fullmatch(path):
                return name
        return None

    async def _read_step(self, headers: Headers) -> Step | None:
        text = headers.get(_HEADER)
        if text is None:
            return None
        if not self._remote:
            raise ProblemError(400, "X-Orion-Fault is not enabled; start the server with faults=True.", "faults_off")
        await run_in_threadpool(self._stack.credentials.authenticate, read_token(headers))
        try:
            return parse(text)
        except ValueError as error:
            raise bad_parameter(f"X-Orion-Fault: {error}") from None

    async def _handle_control(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await run_in_threadpool(self._stack.credentials.authenticate, read_token(request.headers))
        response: ASGIApp
        if request.method == "GET":
            response = JSONResponse({**self._faults.report().as_json(), "requests": self._list_requests()})
        elif request.method == "DELETE":
            self._faults.clear()
            response = Response(status_code=204)
        elif request.method == "POST":
            await self._load(request)
            response = JSONResponse(self._faults.report().as_json(), 201)
        else:
            raise ProblemError(
                405,
                f"Method {request.method[:100]} is not allowed for this path; allowed: DELETE, GET, POST.",
                "method_not_allowed",
                headers={"Allow": "DELETE, GET, POST"},
            )
        await response(scope, receive, send)

    async def _load(self, request: Request) -> None:
        try:
            self._faults.load(_strictjson.loads((await read_body(request, self._stack.limits.json)).decode()))
        except ValueError as error:
            raise bad_body(f"The fault scripts are not valid: {error}.") from None

    def _list_requests(self) -> list[dict[str, object]]:
        return [
            {name: getattr(record, name) for name in RecordedRequest.__slots__} for record in self._faults.requests()
        ]


def _shorten(value: str | None) -> str | None:
    return None if value is None else value[:_MAX_SCRIPT_SIZE]
