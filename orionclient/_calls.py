"""Operations of the contract, built, sent and checked; what the session's verbs and the raw endpoints stand on."""

from __future__ import annotations

import contextlib
import json
import logging
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

from attrs import evolve
from orion_api.api.identity import get_api_versions
from orion_api.errors import UnexpectedBody, UnexpectedStatus
from orion_api.types import Content, Json, Request

from orionclient._messages import AsyncResponse, Body, Payload, Response, encode_form, is_success
from orionclient._pagination import Paginator, find_missing_id
from orionclient._retry import Policy
from orionclient._retry_loop import CallOptions, PreparedRequest, send, send_async, with_timeouts
from orionclient._versions import ServerVersions, missing_version_message, parse_server_versions
from orionclient.config import is_loopback, origin_of
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

    from orionclient._http import AsyncConnections
    from orionclient._resource import Endpoint, Id
    from orionclient.config import SessionConfig

    Check = Callable[[dict[str, Any]], object]

_log = logging.getLogger("orionclient")
# What a stack responds to that knows no such path.
_UNKNOWN_PATH: Final = frozenset({404, 405, 410, 501})
# The statuses of content and of a range of it.
_CONTENT: Final = frozenset({200, 206})
_VERSIONS_SECONDS: Final = 5.0
# Number of items to ask for in a page where a server rejects the most that the contract allows.
_FALLBACK_PAGE_SIZE: Final = 100
# Operations whose body is a password or another secret.
_CONFIDENTIAL: Final = frozenset({"obtain_token", "create_secret", "update_secret"})

# What each server offers, asked once for a process and only to explain an error; empty where it does not say.
_SERVER_VERSIONS: Final[dict[tuple[str, str, int], ServerVersions]] = {}
# Largest page that each server accepts, by operation, where that is less than the contract allows; 0 where it accepts no limit.
_PAGE_SIZES: Final[dict[tuple[tuple[str, str, int], str], int]] = {}
# Successes that the contract does not document and of which the log has a line.
_LOGGED_STATUSES: Final[set[tuple[str, int]]] = set()


def _encode(body: Json | Content | object | None) -> tuple[Body | None, dict[str, str]]:
    if body is None:
        return None, {}
    if isinstance(body, Json):
        try:
            return Body(json.dumps(body.value, allow_nan=False).encode()), {"Content-Type": "application/json"}
        except (TypeError, ValueError) as error:
            raise ValidationError(f"the parameters cannot be written as JSON: {error}") from None
    if isinstance(body, Content):
        return Body(body.payload, body.length), {"Content-Type": body.media_type}
    raise ValidationError("a multipart body cannot be sent through a session; no operation of Orion's contract has one")


class Calls:
    """Sends operations for one session.

    Args:
        config: Gives the configuration, at the first request and not before.
        terms: How often and how long to try.
        offers: Versions of the APIs that the stack offers; None takes them for granted.
    """

    def __init__(
        self, config: Callable[[], SessionConfig], terms: CallOptions, offers: ServerVersions | None = None
    ) -> None:
        self._config = config
        self._terms = terms
        self._offers = offers

    def outgoing(
        self, request: Request, broken: Callable[[Response | AsyncResponse], bool] | None = None
    ) -> tuple[PreparedRequest, SessionConfig]:
        """Turn a generated request into one that can be sent.

        Args:
            request: What a builder of `orion_api` returned.
            broken: Tells whether the body of a good response is cut or garbled; None for the usual test.

        Returns:
            The request, and whose token may go with it.

        Raises:
            InvalidAPIVersion: The session knows that the stack does not offer what the operation needs.
            InvalidCredentials: The operation needs a token and there is none.
            ValidationError: The body cannot be written.
        """
        config = self._config()
        operation = request.operation
        if self._offers is not None and (problem := missing_version_message(self._offers, operation)):
            raise InvalidAPIVersion(None).about(problem)
        if operation.auth and not config.token:
            where = f"profile {config.profile!r}" if config.profile else "the configuration"
            raise InvalidCredentials(f"{operation.id} needs a token and {where} has none; get one with retrieve_token")
        if request.url is None:
            target = config.url + request.path
            if request.query:
                target = f"{target}?{encode_form(request.query)}"
        else:
            target = _absolute_url(config.url + request.path, request.url, config)
        body, headers = _encode(request.body)
        accept = {"Accept-Encoding": "identity"} if operation.stream == "download" else {"Accept": "application/json"}
        out = PreparedRequest(
            method=operation.method.upper(),
            url=target,
            action=f"{operation.id} {operation.method.upper()} {request.path}",
            operation=operation.id,
            retry_class=operation.retry,
            headers={**accept, **headers, **request.headers},
            body=body,
            stream=operation.stream is not None,
            keep_open=operation.stream == "download",
            broken=broken or _is_broken_json,
            confidential=operation.id in _CONFIDENTIAL,
        )
        return out, config

    def send(self, request: Request) -> Response:
        """Send a generated request.

        Args:
            request: The request.

        Returns:
            The response, of any status; open for downloads.
        """
        out, config = self.outgoing(request)
        return send(out, self._terms, config)

    def _read(
        self, endpoint: Endpoint, request: Request, timeout: float | None = None, check: Check | None = None
    ) -> tuple[dict[str, Any], Response]:
        """Send and check; the body is decoded once, where it is found out whether it is whole."""
        found: dict[str, Any] | None = None

        def broken(answer: Response | AsyncResponse) -> bool:
            nonlocal found
            try:
                found = _check_response(endpoint, answer.status_code, answer.headers, answer.content or b"", check)
            except (UnexpectedStatus, UnexpectedBody):
                return _is_broken_json(answer)
            return False

        out, config = self.outgoing(request, broken)
        terms = self._terms
        if timeout is not None:
            terms = with_timeouts(
                terms, request_timeout=min(timeout, terms.policy.request_timeout), retry_timeout=timeout
            )
        response = send(out, terms, config)
        if found is None:
            try:
                found = _check_response(endpoint, response.status_code, response.headers, response.content, check)
            except (UnexpectedStatus, UnexpectedBody) as error:
                raise self.translated(error, response) from None
        return found, response

    def versions(self) -> dict[str, tuple[int, ...]]:
        """Ask the stack which versions of its APIs it offers.

        Returns:
            Name of an API -> version numbers.

        Raises:
            OrionError: The server rejected, or no good response came.
        """
        return parse_server_versions(self._read(get_api_versions, get_api_versions.build())[0])

    def translated(
        self, error: UnexpectedStatus | UnexpectedBody, response: Response, *, ask: bool = True
    ) -> Exception:
        """Make the error of this package that fits a response.

        Args:
            error: What the generated reader found.
            response: The response.
            ask: False asks the stack nothing, since an event loop must not wait for it.

        Returns:
            The error, not raised. Where the stack knows no such path because it does not offer the version of the API that this client
            needs, `InvalidAPIVersion`.
        """
        found = _translate_error(error, response)
        operation = error.operation
        changes = operation is not None and operation.retry != "read"
        if changes and is_success(response.status_code) and isinstance(found, OrionError) and found.call is not None:
            # The server says that it was carried out; only what it says of it cannot be read. A page may be somebody else's.
            applied = found.call.applied or not _is_html(response)
            found.during(evolve(found.call, may_have_been_applied=True, applied=applied))
        if operation is None or response.status_code not in _UNKNOWN_PATH or not isinstance(found, BadResponse):
            return found
        if missing_version_message({}, operation) is None:
            # Its path has no version, the question for the versions itself included.
            return found
        problem = missing_version_message(offers, operation) if (offers := self._known_offers(ask=ask)) else None
        if problem is None:
            return found
        explained = InvalidAPIVersion(response).about(problem)
        return explained.during(found.call) if found.call else explained

    def _known_offers(self, *, ask: bool) -> ServerVersions:
        origin = self._config().origin
        if origin not in _SERVER_VERSIONS and ask:
            # Before the question, whose own failure must not lead to it again.
            _SERVER_VERSIONS[origin] = {}
            request = get_api_versions.build()
            out, config = self.outgoing(request)
            once = CallOptions(
                Policy(retry_dict={}, connection_retries=0, request_timeout=_VERSIONS_SECONDS), self._terms.quota
            )
            with contextlib.suppress(OrionError, UnexpectedStatus, UnexpectedBody):
                response = send(out, once, config)
                _SERVER_VERSIONS[origin] = parse_server_versions(
                    get_api_versions.check(response.status_code, response.headers, response.content)
                )
        return _SERVER_VERSIONS.get(origin, {})

    def connections(self) -> AsyncConnections:
        """Make connections for one event loop.

        Returns:
            The connections; `async with` keeps them.
        """
        from orionclient._http import AsyncConnections, Settings  # noqa: PLC0415 - loads the HTTP library

        return AsyncConnections(Settings.of(self._config()))

    async def send_async(self, request: Request, connections: AsyncConnections | None) -> AsyncResponse:
        """Send a generated request in an event loop.

        Args:
            request: The request.
            connections: Connections to use again; None for none.

        Returns:
            The response, of any status.
        """
        out, config = self.outgoing(request)
        return await send_async(out, self._terms, config, connections)

    def json(
        self,
        endpoint: Endpoint,
        ids: Mapping[str, Id],
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        check: Check | None = None,
    ) -> dict[str, Any]:
        """Send a request and decode the JSON object of its response.

        Args:
            endpoint: The generated operation.
            ids: Ids for its path.
            query: Query parameters, also such as the contract does not know: the server decides.
            body: JSON body; None for none.
            timeout: Seconds for the whole call; the session's own without it.
            check: Optional. Checks the object of a good response; its ValueError says what is wrong with it.

        Returns:
            The object, nothing converted; empty where the response has no body.

        Raises:
            BadResponse: A resource came without an id, or `check` failed.
            OrionError: The server rejected, or no good response came.
        """
        request: Request = endpoint.build(**ids) if body is None else endpoint.build(**ids, body=dict(body))
        return self._read(endpoint, request.with_query(query) if query else request, timeout, check)[0]

    def items(
        self,
        endpoint: Endpoint,
        ids: Mapping[str, Id],
        *,
        query: Mapping[str, Any] | None = None,
        page_size: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Walk through all pages of a listing, one request a page, the next when it is needed.

        Args:
            endpoint: The generated operation.
            ids: Ids for its path.
            query: Query parameters; a `limit` among them is the size of the pages.
            page_size: Number of items to ask for in a page; if omitted, the most that the contract allows. A server that rejects it is
                asked for less, and remembered.

        Yields:
            The items, nothing converted.

        Raises:
            BadResponse: A page is none, a resource in it has no id, its `next` link leads to another host or in a circle, or the pages
                end before there are as many items as the server counts.
            OrionError: The server rejected, or no good response came.
        """
        operation, origin = endpoint.OPERATION, self._config().origin
        limit: int | None = None
        largest: int | None = _PAGE_SIZES.get((origin, operation.id), operation.largest_page)
        if largest is not None and "limit" not in (query or {}):
            limit = min(page_size or largest, largest) or None
        pages = Paginator(endpoint.build(**ids).with_query(query or {}), origin, limit)
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
                # Only now it is known that the size of the page was what was wrong.
                _PAGE_SIZES[origin, operation.id] = limit or 0
            yield from pages.accept(page, response)

    def call(self, endpoint: Endpoint, request: Request, *, check: Check | None = None) -> dict[str, Any]:
        """Send a request that was built and decode the JSON object of its response.

        Args:
            endpoint: The generated operation.
            request: What its builder returned.
            check: Optional. Checks the object of a good response; its ValueError says what is wrong with it.

        Returns:
            The object, nothing converted.

        Raises:
            BadResponse: `check` failed.
            OrionError: The server rejected, or no good response came.
        """
        return self._read(endpoint, request, check=check)[0]

    def opener(self, endpoint: Endpoint, request: Request) -> Callable[[Mapping[str, str]], Response]:
        """Make what asks for content, as often as a transfer needs it.

        Args:
            endpoint: The generated operation.
            request: What its builder returned.

        Returns:
            A function of headers to add. It gives the response, open and good, which the caller closes, or raises an `OrionError`.
        """

        def ask(headers: Mapping[str, str]) -> Response:
            response = self.send(evolve(request, headers={**request.headers, **headers}))
            if is_html_page(response):
                with response:
                    raise response.error()
            if response.status_code not in _CONTENT:
                # Of another 2xx nobody knows what it holds: a proxy has changed the content of a 203, for example.
                with response:
                    rejected = UnexpectedStatus(response.status_code, b"", response.headers, endpoint.OPERATION)
                    raise self.translated(rejected, response)
            return response

        return ask

    def put_elsewhere(self, url: str, body: Payload, headers: Mapping[str, str], action: str) -> Response:
        """Send content to an address that needs no token, and gets none.

        Args:
            url: The address, made by the server.
            body: The content.
            headers: Headers to send along.
            action: What is attempted, for messages.

        Returns:
            The response, of any status.

        Raises:
            OrionConnectionError: No response came, or the address cannot be used.
            OrionTimeout: No response came in time.
        """
        config = self._config()
        try:
            target = _absolute_url(config.url, url, config)
        except ValidationError as error:
            raise OrionConnectionError(f"the server names an address that cannot be used: {error}") from None
        out = PreparedRequest(
            method="PUT", url=target, action=action, retry_class="write", headers=headers, body=Body(body), stream=True,
            authenticate=False,
        )  # fmt: skip
        return send(out, self._terms, config)


def _absolute_url(base: str, url: str, config: SessionConfig) -> str:
    """Make an address absolute; https is not given up for it."""
    try:
        target = urljoin(base, url)
    except ValueError as error:
        raise ValidationError(f"the address cannot be used: {error}") from None
    origin = origin_of(target)
    if origin[0] == "http" and config.origin[0] == "https" and not is_loopback(origin[1]):
        raise ValidationError("the address is one of unencrypted http, although the profile's is https")
    return target


def is_html_page(response: Response | AsyncResponse) -> bool:
    """Tell whether a good response is the page of a portal or balancer: content of Orion carries a mark or a digest.

    Args:
        response: The response to a request for content.

    Returns:
        Whether it is one.
    """
    good, headers = is_success(response.status_code), response.headers
    html = headers.get("content-type", "").lower().startswith("text/html")
    return good and html and not {"etag", "repr-digest", "content-digest"} & {name.lower() for name in headers}


def _is_html(response: Response) -> bool:
    return "html" in response.headers.get("content-type", "").lower()


def _check_response(
    endpoint: Endpoint, status_code: int, headers: Mapping[str, str], content: bytes, check: Check | None = None
) -> dict[str, Any]:
    """Read the response, and see that what it tells of can be used."""
    found = endpoint.check(status_code, headers, content)
    operation = endpoint.OPERATION
    # No content has no id, and a page has those of its items.
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
    """Tell whether fewer items in a page may help: the server rejects the limit, or the page is too large to be read."""
    if isinstance(error, BadResponse):
        return error.response.status_code in {400, 422} and re.search(rb"\blimit\b", error.response.content) is not None
    from orionclient._decompression import TooLargeError  # noqa: PLC0415 - for an error that is rare

    return isinstance(error.__cause__, TooLargeError)


def _is_broken_json(response: Response | AsyncResponse) -> bool:
    """Tell whether a good response promises JSON and does not hold it."""
    if "json" not in response.headers.get("content-type", ""):
        return False
    if not response.content:
        # Nothing announced that it is empty: most likely it was cut before its first byte.
        return response.status_code != 204 and not {"content-length", "transfer-encoding"} & {
            name.lower() for name in response.headers
        }
    try:
        json.loads(response.content)
    except (ValueError, RecursionError):
        return True
    return False


def _translate_error(error: UnexpectedStatus | UnexpectedBody, response: Response) -> Exception:
    # The title of a portal's or balancer's page says more than that it is not JSON.
    if isinstance(error, UnexpectedStatus) or _is_html(response):
        return response.error()
    return response.error(error.reason)
