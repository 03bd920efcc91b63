"""The generated operations, spoken through a session: what `session.raw` and `session.raw_async` are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orionclient._calls import is_html_page
from orionclient._ranges import find_range_problem
from orionclient.exceptions import OrionConnectionError
from orionclient.transfer.content import verify_stream

if TYPE_CHECKING:
    from types import TracebackType

    from orion_api.errors import UnexpectedBody, UnexpectedStatus
    from orion_api.types import Request

    from orionclient._calls import Calls
    from orionclient._http import AsyncConnections
    from orionclient._messages import AsyncResponse, Response


def _request_error(request: Request, response: Response | AsyncResponse) -> OrionConnectionError | None:
    """Make the error of a response that holds another range than the requested one."""
    requested = next((value for name, value in request.headers.items() if name.lower() == "range"), None)
    problem = find_range_problem(requested, response.status_code, response.headers)
    if problem is None:
        return None
    error = OrionConnectionError(problem)
    if response.call is not None:
        error.with_call(response.call)
    return error


class RawSender:
    """Lets the generated operations speak through a session: its token, retries, time-outs and errors.

    Pass it as `client=` to the `sync` and `sync_detailed` functions of `orion_api`.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def send(self, request: Request) -> Response:
        """Send a generated request.

        Args:
            request: What a builder of `orion_api` returned.

        Returns:
            The response, of any status; the caller closes it. Content that is read to its end is verified there, where a digest of it was
            announced.

        Raises:
            BadResponse: A web page came in place of content.
            OrionConnectionError: No response came, or it holds another range of the content than the requested one.
            OrionTimeout: No response came in time.
        """
        response = self._calls.send(request)
        if request.operation.stream == "download":
            if is_html_page(response):
                with response:
                    raise response.error()
            if problem := _request_error(request, response):
                response.close()
                raise problem
            verify_stream(response)
        return response

    def error(self, error: UnexpectedStatus | UnexpectedBody, response: Response) -> Exception:
        """Make the error of this package that fits a response.

        Args:
            error: What the generated reader found.
            response: The response.

        Returns:
            The error, not raised.
        """
        return self._calls.translate_error(error, response)


class AsyncRawSender:
    """The same for the `asyncio` and `asyncio_detailed` functions.

    Every call opens its own connection; inside `async with session.raw_async as client:` they are kept and used again.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._connections: AsyncConnections | None = None

    async def asend(self, request: Request) -> AsyncResponse:
        """Send a generated request.

        Args:
            request: What a builder of `orion_api` returned.

        Returns:
            The response, of any status; the caller closes it. Content that is read to its end is verified there, where a digest of it was
            announced.

        Raises:
            BadResponse: A web page came in place of content.
            OrionConnectionError: No response came, or it holds another range of the content than the requested one.
            OrionTimeout: No response came in time.
        """
        response = await self._calls.send_async(request, self._connections)
        if request.operation.stream == "download":
            if is_html_page(response):
                async with response:
                    raise response.to_sync(await response.aread()).error()
            if problem := _request_error(request, response):
                await response.aclose()
                raise problem
            verify_stream(response)
        return response

    def error(self, error: UnexpectedStatus | UnexpectedBody, response: AsyncResponse) -> Exception:
        """Make the error of this package that fits a response.

        Args:
            error: What the generated reader found.
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
