"""Builds, sends and validates operations of the contract, for the methods of the session and for raw operations."""

from __future__ import annotations

import json
import logging
import math
import re
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve
from orion_api.api import identity
from orion_api.errors import UnexpectedBody, UnexpectedStatus
from orion_api.types import Json, Request

from orionclient._requesting.pagination import find_missing_id, make_paginator
from orionclient._requesting.retry import Policy
from orionclient._requesting.retry_loop import CallOptions, send, send_async, with_timeouts
from orionclient._requesting.versions import ServerVersions, missing_version_message, parse_server_versions
from orionclient._resources.json_values import encode_json
from orionclient._runtime.clock import CLOCK
from orionclient._runtime.plain import to_plain
from orionclient._transport.checks import encode_url, is_loopback, is_success, parse_origin, resolve_url
from orionclient._transport.request import Body, Payload, PreparedRequest, check_encodable, encode_form
from orionclient.config import local_hints
from orionclient.exceptions import (
    BadResponse,
    InvalidAPIVersion,
    InvalidCredentials,
    OrionConnectionError,
    OrionError,
    ValidationError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from orion_api.types import Content, Operation

    from orionclient._resources.resource import Endpoint, Id
    from orionclient._transport.async_exchange import AsyncConnections
    from orionclient._transport.response import AsyncResponse, Response
    from orionclient.config import SessionConfig

    Check = Callable[[dict[str, Any]], object]

_log = logging.getLogger("orionclient")
# Statuses of a stack without the path of an operation.
_UNKNOWN_PATH: Final = frozenset({404, 405, 410, 501})
# Statuses of a response with the whole content, or with a byte range.
_CONTENT: Final = frozenset({200, 206})
_VERSIONS_SECONDS: Final = 5.0
# Page size to fall back to if a server rejects the maximum of the contract.
_FALLBACK_PAGE_SIZE: Final = 100
# Operations with a password or another secret in the request body.
_CONFIDENTIAL: Final = frozenset({"obtain_token", "create_secret", "update_secret"})

# Per server, when its API versions were fetched, and the versions; empty if they are not available. Fetched only to explain an error, and
# again at most once a minute, since the stack may have been updated.
_SERVER_VERSIONS: Final[dict[tuple[str, str, int], tuple[float, ServerVersions]]] = {}
_VERSIONS_MAX_AGE: Final = 60.0
# Maximum page size per server and operation, if below the maximum of the contract; 0 if the server accepts no `limit`.
_PAGE_SIZES: Final[dict[tuple[tuple[str, str, int], str], int]] = {}
# Undocumented success statuses that were logged already.
_LOGGED_STATUSES: Final[set[tuple[str, int]]] = set()


def _encode(body: Json | Content | None, *, redact: bool) -> tuple[Body | None, dict[str, str]]:
    if body is None:
        return None, {}
    if isinstance(body, Json):
        content = encode_json("the parameters", body.value)
        if b"\\ud" in content:
            check_encodable(body.value, redact=redact)
        return Body(content), {"Content-Type": "application/json"}
    return Body(body.payload, body.length), {"Content-Type": body.media_type}


class Calls:
    """Sends operations for one session.

    Args:
        config: Returns the configuration; called for each request.
        options: Options of the calls.
        server_versions: API versions that the stack offers; None assumes that it offers all.
    """

    def __init__(
        self, config: Callable[[], SessionConfig], options: CallOptions, server_versions: ServerVersions | None = None
    ) -> None:
        self._config = config
        self._options = options
        self._server_versions = server_versions

    def prepare(
        self, request: Request, is_incomplete: Callable[[Response | AsyncResponse], bool] | None = None
    ) -> tuple[PreparedRequest, SessionConfig]:
        """Convert a generated request to a prepared request.

        Args:
            request: Request of a builder of `orion_api`.
            is_incomplete: Checks whether the body of a successful response is truncated or damaged. Defaults to a check of JSON bodies.

        Returns:
            The prepared request, and the configuration with the token.

        Raises:
            InvalidAPIVersion: The stack is known not to offer the API version of the operation.
            InvalidCredentials: The operation needs a token and none is configured.
            ValidationError: The body cannot be encoded.
        """
        config = self._config()
        operation = request.operation
        if self._server_versions is not None and (problem := missing_version_message(self._server_versions, operation)):
            raise InvalidAPIVersion(None).with_problem(problem)
        if operation.auth and not config.token:
            where = f"profile {config.profile!r}" if config.profile else "the configuration"
            raise InvalidCredentials(f"{operation.id} needs a token, but {where} has none").with_hints(
                *(() if config.profile else local_hints(config.origin[1])),
                "to save one, run: ocli config profile",
                "in Python, request one with session.retrieve_token(...)",
            )
        if request.url is None:
            target = config.url + request.path
            if request.query:
                target = f"{target}?{encode_form(request.query)}"
        else:
            target = _absolute_url(config.url + request.path, request.url, config)
        body, headers = _encode(request.body, redact=operation.id in _CONFIDENTIAL)
        accept = {"Accept-Encoding": "identity"} if operation.stream == "download" else {"Accept": "application/json"}
        prepared = PreparedRequest(
            method=operation.method.upper(),
            url=target,
            action=f"{operation.id} {operation.method.upper()} {request.path}",
            operation=operation.id,
            retry_class=operation.retry,
            headers={**accept, **headers, **request.headers},
            body=body,
            stream=operation.stream is not None,
            keep_open=operation.stream == "download",
            is_incomplete=is_incomplete or _is_broken_json,
            confidential=operation.id in _CONFIDENTIAL,
        )
        return prepared, config

    def send(self, request: Request) -> Response:
        """Send a generated request.

        Args:
            request: The request.

        Returns:
            The response, with any status; open for downloads.
        """
        prepared, config = self.prepare(request)
        return send(prepared, self._options, config)

    def _read(
        self,
        endpoint: Endpoint,
        request: Request,
        timeout: float | None = None,
        check: Check | None = None,
        *,
        retry_timeout: float | None = None,
    ) -> tuple[dict[str, Any], Response]:
        """Send a request and validate its response; the body is decoded once, by the check for completeness."""
        found: dict[str, Any] | None = None

        def is_incomplete(response: Response | AsyncResponse) -> bool:
            nonlocal found
            try:
                found = _check_response(endpoint, response, check)
            except (UnexpectedStatus, UnexpectedBody):
                return _is_broken_json(response)
            return False

        prepared, config = self.prepare(request, is_incomplete)
        options, timeout = self._options, to_plain(timeout)
        if timeout is not None:
            options = with_timeouts(
                options, request_timeout=min(timeout, options.policy.request_timeout), retry_timeout=timeout
            )
        if retry_timeout is not None:
            options = evolve(options, retry_timeout=retry_timeout)
        response = send(prepared, options, config)
        if found is None:
            try:
                found = _check_response(endpoint, response, check)
            except (UnexpectedStatus, UnexpectedBody) as error:
                raise self.translate_error(error, response) from None
        return found, response

    def fetch_versions(self) -> dict[str, tuple[int, ...]]:
        """Fetch the API versions that the stack offers.

        Returns:
            API name -> version numbers.

        Raises:
            OrionError: The request failed.
        """
        return parse_server_versions(self._read(identity.get_api_versions, identity.get_api_versions.build())[0])

    def translate_error(
        self, error: UnexpectedStatus | UnexpectedBody, response: Response, *, ask: bool = True
    ) -> Exception:
        """Convert an error of a generated operation to an error of this package.

        Args:
            error: Error of the generated operation.
            response: The response.
            ask: False does not fetch the API versions, since that would block an event loop; see `refresh_versions_async`.

        Returns:
            The error, not raised. `InvalidAPIVersion` if the path is unknown because the stack does not offer the API version that this
            client needs.
        """
        # The title of a web page says more than that the body is not JSON.
        reason = error.reason if isinstance(error, UnexpectedBody) and not _is_html(response) else None
        found = response.error(reason)
        operation = error.operation
        changes = operation is not None and operation.retry != "read"
        if changes and is_success(response.status_code) and isinstance(found, OrionError) and found.call is not None:
            # The server reports success, only the body is not valid. A web page may be sent by a proxy instead of Orion.
            applied = found.call.applied or not _is_html(response)
            found.with_call(evolve(found.call, may_have_been_applied=True, applied=applied))
        if operation is None or response.status_code not in _UNKNOWN_PATH or not isinstance(found, BadResponse):
            return found
        if missing_version_message({}, operation) is None:
            # The path has no version, which includes the operation that fetches the versions.
            return found
        server_versions = self._known_versions(ask=ask)
        problem = missing_version_message(server_versions, operation) if server_versions else None
        if problem is None:
            return found
        explained = InvalidAPIVersion(response).with_problem(problem)
        return explained.with_call(found.call) if found.call else explained

    def _known_versions(self, *, ask: bool) -> ServerVersions:
        origin = self._config().origin
        fetched, versions = _SERVER_VERSIONS.get(origin, (-math.inf, {}))
        if ask and CLOCK.monotonic() >= fetched + _VERSIONS_MAX_AGE:
            # Set before the request, so that other threads do not fetch the versions, too.
            _SERVER_VERSIONS[origin] = CLOCK.monotonic(), versions
            try:
                versions = self._without_retries().fetch_versions()
            except OrionError:
                versions = {}
            _SERVER_VERSIONS[origin] = CLOCK.monotonic(), versions
        return versions

    async def refresh_versions_async(
        self, operation: Operation, status_code: int, connections: AsyncConnections | None
    ) -> None:
        """Fetch the cached API versions again in an event loop, if they are outdated and needed to explain a status.

        Args:
            operation: The operation.
            status_code: Status of its response.
            connections: Pooled connections; None opens a connection for this call.
        """
        origin = self._config().origin
        if status_code not in _UNKNOWN_PATH or operation.version is None or origin not in _SERVER_VERSIONS:
            return
        fetched, versions = _SERVER_VERSIONS[origin]
        if CLOCK.monotonic() < fetched + _VERSIONS_MAX_AGE:
            return
        _SERVER_VERSIONS[origin] = CLOCK.monotonic(), versions
        endpoint = identity.get_api_versions
        try:
            response = await self._without_retries().send_async(endpoint.build(), connections)
            versions = parse_server_versions(_check_response(endpoint, response, None))
        except (OrionError, UnexpectedStatus, UnexpectedBody):
            versions = {}
        _SERVER_VERSIONS[origin] = CLOCK.monotonic(), versions

    def _without_retries(self) -> Calls:
        """Create calls for a request that only explains an error."""
        policy = Policy(retry_dict={}, connection_retries=0, request_timeout=_VERSIONS_SECONDS)
        return Calls(self._config, evolve(self._options, policy=policy, on_attempt=None))

    def open_connections(self) -> AsyncConnections:
        """Create a connection pool for one event loop.

        Returns:
            The pool, for use with `async with`.
        """
        from orionclient._transport.async_exchange import AsyncConnections  # noqa: PLC0415 - imports the HTTP library
        from orionclient._transport.pool import Settings  # noqa: PLC0415

        return AsyncConnections(Settings.from_config(self._config()), self._options.transport)

    async def send_async(self, request: Request, connections: AsyncConnections | None) -> AsyncResponse:
        """Send a generated request in an event loop.

        Args:
            request: The request.
            connections: Pooled connections; None opens a connection for this call.

        Returns:
            The response, with any status.
        """
        prepared, config = self.prepare(request)
        return await send_async(prepared, self._options, config, connections)

    def request_json(
        self,
        endpoint: Endpoint,
        ids: Mapping[str, Id],
        *,
        query: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        retry_timeout: float | None = None,
        check: Check | None = None,
        **arguments: Any,
    ) -> dict[str, Any]:
        """Send a request and decode the JSON object of its response.

        Args:
            endpoint: The generated operation.
            ids: Ids for its path.
            query: Query parameters, including ones that the contract does not know; the server validates them.
            timeout: Seconds for the whole call. Defaults to the session's timeouts.
            retry_timeout: Seconds in which a retry may begin. Defaults to the whole call.
            check: Validates the JSON object; raises a ValueError with the reason. Optional.
            **arguments: Further arguments of its builder, for example `body`.

        Returns:
            The object, without conversions; empty if the response has no body.

        Raises:
            BadResponse: A resource has no id, or `check` failed.
            OrionError: The request failed.
        """
        try:
            request: Request = endpoint.build(**ids, **arguments)
        except TypeError:
            if not isinstance(arguments.get("body"), dict):
                raise
            # Values that the builder cannot convert, for example scalars of NumPy.
            arguments["body"] = json.loads(encode_json("the parameters", arguments["body"]))
            request = endpoint.build(**ids, **arguments)
        return self._read(
            endpoint, request.with_query(query) if query else request, timeout, check, retry_timeout=retry_timeout
        )[0]

    def iter_items(
        self,
        endpoint: Endpoint,
        ids: Mapping[str, Id],
        *,
        query: Mapping[str, Any] | None = None,
        page_size: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Iterate over all pages of a listing; each page is fetched when it is needed.

        Args:
            endpoint: The generated operation.
            ids: Ids for its path.
            query: Query parameters; `limit` sets the page size.
            page_size: Items per page. Defaults to the maximum of the contract. If the server rejects it, smaller pages are requested, also
                by later calls.

        Yields:
            The items, without conversions.

        Raises:
            BadResponse: A page is not valid, a resource has no id, a `next` link leads to another host or forms a cycle, or the pages end
                before the server's count of items.
            OrionError: The request failed.
        """
        operation, origin = endpoint.OPERATION, self._config().origin
        limit: int | None = None
        largest: int | None = _PAGE_SIZES.get((origin, operation.id), operation.largest_page)
        if largest is not None and "limit" not in (query or {}):
            limit = min(page_size or largest, largest) or None
        pages = make_paginator(endpoint.build(**ids).with_query(query or {}), origin, limit)
        smaller = False
        while pages.request is not None:
            try:
                page, response = self._read(endpoint, pages.request)
            except OrionError as error:
                if limit is None or not _rejects_page_size(error):
                    raise
                limit, smaller = _FALLBACK_PAGE_SIZE if limit > _FALLBACK_PAGE_SIZE else None, True
                if not pages.shrink(limit):
                    raise
                continue
            if smaller:
                # Only the success of a smaller page shows that the page size was the cause.
                _PAGE_SIZES[origin, operation.id] = limit or 0
            yield from pages.accept(page, response)

    def make_opener(self, endpoint: Endpoint, request: Request) -> Callable[[Mapping[str, str]], Response]:
        """Create a function that requests the content of a resource, for a download that may be resumed.

        Args:
            endpoint: The generated operation.
            request: Request of its builder.

        Returns:
            A function that takes additional headers and returns the open successful response, which the caller closes, or raises an
            `OrionError`.
        """

        def ask(headers: Mapping[str, str]) -> Response:
            response = self.send(evolve(request, headers={**request.headers, **headers}))
            if is_html_page(response):
                with response:
                    raise response.error()
            if response.status_code not in _CONTENT:
                # The content of another 2xx is not defined: a proxy has changed the content of a 203, for example.
                with response:
                    rejected = UnexpectedStatus(response.status_code, b"", response.headers, endpoint.OPERATION)
                    raise self.translate_error(rejected, response)
            return response

        return ask

    def open_foreign(self, url: str, headers: Mapping[str, str]) -> Response:
        """Request content from the URL of any server, without the token.

        Args:
            url: The URL. Its query is omitted from messages, since it may grant access.
            headers: Additional headers.

        Returns:
            The open successful response, with the stored bytes; the caller closes it.

        Raises:
            OrionConnectionError: No response was received, or a redirect leads to another scheme.
            OrionError: The status is not a success.
            ValidationError: The URL is not valid.
        """
        target = encode_url(url)
        prepared = PreparedRequest(
            method="GET", url=target, action=f"GET {target.partition('?')[0]}", headers={"Accept-Encoding": "identity", **headers},
            stream=True, keep_open=True, authenticate=False, is_foreign=True,
        )  # fmt: skip
        response = send(prepared, self._options, self._config())
        if response.status_code not in _CONTENT:
            with response:
                raise response.error()
        response.disable_decompression()
        return response

    def put_presigned(self, url: str, body: Payload, headers: Mapping[str, str], action: str) -> Response:
        """Upload content to a presigned URL, without the token.

        Args:
            url: The URL, from the server.
            body: The content.
            headers: Headers of the request.
            action: Operation and target, for messages.

        Returns:
            The response, with any status.

        Raises:
            OrionConnectionError: No response was received, or the URL is not valid.
            OrionTimeout: No response was received within the timeout.
        """
        config = self._config()
        try:
            target = _absolute_url(config.url, url, config)
        except ValidationError as error:
            raise OrionConnectionError(f"cannot use the presigned URL of the server: {error}") from None
        prepared = PreparedRequest(
            method="PUT", url=target, action=action, retry_class="write", headers=headers, body=Body(body), stream=True,
            authenticate=False,
        )  # fmt: skip
        return send(prepared, self._options, config)


def _absolute_url(base: str, url: str, config: SessionConfig) -> str:
    """Make a URL absolute; reject http if the profile uses https."""
    target = resolve_url(base, url)
    origin = parse_origin(target)
    if origin[0] == "http" and config.origin[0] == "https" and not is_loopback(origin[1]):
        raise ValidationError("invalid URL: it uses unencrypted http, but the profile uses https")
    return target


def is_html_page(response: Response | AsyncResponse) -> bool:
    """Check whether a successful response is a web page of a portal or load balancer: content of Orion has an ETag or a digest.

    Args:
        response: The response to a request for content.

    Returns:
        True for a web page.
    """
    success, headers = is_success(response.status_code), response.headers
    html = headers.get("content-type", "").lower().startswith("text/html")
    return success and html and not {"etag", "repr-digest", "content-digest"} & {name.lower() for name in headers}


def _is_html(response: Response) -> bool:
    return "html" in response.headers.get("content-type", "").lower()


def _check_response(endpoint: Endpoint, response: Response | AsyncResponse, check: Check | None) -> dict[str, Any]:
    """Parse and validate a response."""
    status_code, headers, content = response.status_code, response.headers, response.content or b""
    found = endpoint.check(status_code, headers, content)
    operation = endpoint.OPERATION
    # A download and an empty response have no id; the items of a page are validated by the paginator.
    if operation.paging is None and operation.stream != "download" and 204 not in operation.success:
        problem = find_missing_id(operation, found)
        if problem is not None:
            raise UnexpectedBody(operation, problem, status_code, content, headers)
    if check is not None:
        try:
            check(found)
        except ValueError as error:
            raise UnexpectedBody(operation, str(error), status_code, content, headers) from None
    if status_code not in operation.success and (operation.id, status_code) not in _LOGGED_STATUSES:
        _LOGGED_STATUSES.add((operation.id, status_code))
        _log.warning("%s: undocumented success status %d", operation.id, status_code)
    return found


def _rejects_page_size(error: OrionError) -> bool:
    """Check whether a smaller page may succeed: the server rejected `limit`, or the page is too large."""
    if isinstance(error, BadResponse):
        return error.response.status_code in {400, 422} and re.search(rb"\blimit\b", error.response.content) is not None
    from orionclient._transport.decompression import TooLargeError  # noqa: PLC0415 - for a rare error

    return isinstance(error.__cause__, TooLargeError)


def _is_broken_json(response: Response | AsyncResponse) -> bool:
    """Check whether a successful response is declared as JSON and is not."""
    if "json" not in response.headers.get("content-type", "").lower():
        return False
    if not response.content:
        # Neither Content-Length nor Transfer-Encoding: the body was most likely cut before its first byte.
        return response.status_code != 204 and not {"content-length", "transfer-encoding"} & {
            name.lower() for name in response.headers
        }
    try:
        json.loads(response.content)
    except (ValueError, RecursionError):
        return True
    return False
