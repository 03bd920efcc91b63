"""Clients of the generated operations that use a session: `session.raw` and `session.raw_async`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orion_api._shared import get_header

from orionclient import _transfer
from orionclient._requesting.calls import is_html_page
from orionclient._transport.checks import find_range_problem
from orionclient.exceptions import OrionConnectionError

if TYPE_CHECKING:
    from types import TracebackType

    from orion_api.errors import UnexpectedBody, UnexpectedStatus
    from orion_api.types import Request

    from orionclient._requesting.calls import Calls
    from orionclient._transport.async_exchange import AsyncConnections
    from orionclient._transport.response import AsyncResponse, Response


def _request_error(request: Request, response: Response | AsyncResponse) -> OrionConnectionError | None:
    """Create the error for a response with another byte range than the requested one; None if the range is right."""
    problem = find_range_problem(get_header(request.headers, "range"), response.status_code, response.headers)
    if problem is None:
        return None
    error = OrionConnectionError(problem)
    if response.call is not None:
        error.with_call(response.call)
    return error


class RawSender:
    """Client of the generated operations with a session's token, retries, timeouts and errors.

    Pass it as `client=` to the `sync` and `sync_detailed` functions of `orion_api`.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def send(self, request: Request) -> Response:
        """Send a generated request.

        Args:
            request: Request of a builder of `orion_api`.

        Returns:
            The response, with any status; the caller closes it. A download is verified at its end if the server sent a digest.

        Raises:
            BadResponse: The server sent a web page instead of content.
            OrionConnectionError: No response was received, or it has another byte range than the requested one.
            OrionTimeout: No response was received within the timeout.
        """
        response = self._calls.send(request)
        if request.operation.stream == "download":
            if is_html_page(response):
                with response:
                    raise response.error()
            if problem := _request_error(request, response):
                response.close()
                raise problem
            _transfer.content.verify_stream(response)
        return response

    def error(self, error: UnexpectedStatus | UnexpectedBody, response: Response) -> Exception:
        """Convert an error of a generated operation to an error of this package.

        Args:
            error: Error of the generated operation.
            response: The response.

        Returns:
            The error, not raised.
        """
        return self._calls.translate_error(error, response)


class AsyncRawSender:
    """Asynchronous client of the generated operations, for the `asyncio` and `asyncio_detailed` functions.

    Every call opens its own connection; inside `async with session.raw_async as client:` connections are pooled.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._connections: AsyncConnections | None = None

    async def asend(self, request: Request) -> AsyncResponse:
        """Send a generated request.

        Args:
            request: Request of a builder of `orion_api`.

        Returns:
            The response, with any status; the caller closes it. A download is verified at its end if the server sent a digest.

        Raises:
            BadResponse: The server sent a web page instead of content.
            OrionConnectionError: No response was received, or it has another byte range than the requested one.
            OrionTimeout: No response was received within the timeout.
        """
        response = await self._calls.send_async(request, self._connections)
        await self._calls.refresh_versions_async(request.operation, response.status_code, self._connections)
        if request.operation.stream == "download":
            if is_html_page(response):
                async with response:
                    raise response.to_sync(await response.aread()).error()
            if problem := _request_error(request, response):
                await response.aclose()
                raise problem
            _transfer.content.verify_stream(response)
        return response

    def error(self, error: UnexpectedStatus | UnexpectedBody, response: AsyncResponse) -> Exception:
        """Convert an error of a generated operation to an error of this package.

        Args:
            error: Error of the generated operation.
            response: The response.

        Returns:
            The error, not raised.
        """
        return self._calls.translate_error(error, response.to_sync(error.content), ask=False)

    async def __aenter__(self) -> Self:
        self._connections = self._calls.open_connections()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        connections, self._connections = self._connections, None
        if connections is not None:
            await connections.__aexit__(exc_type, exc, traceback)
