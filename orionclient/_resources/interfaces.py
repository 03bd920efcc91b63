"""Protocols of what resources use: generated operations, calls and the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, SupportsIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from orionclient._transport.response import Response
    from orionclient.config import SessionConfig

Id = int | str | SupportsIndex


class Endpoint(Protocol):
    """A generated operation module; modules satisfy it by their names."""

    @property
    def OPERATION(self) -> Any:  # noqa: N802 - the name of the constant in the module
        """Metadata of the operation."""
        ...

    @property
    def build(self) -> Callable[..., Any]:
        """Builds the request."""
        ...

    @property
    def check(self) -> Callable[[int, Mapping[str, str], bytes], dict[str, Any]]:
        """Parses and validates the response."""
        ...


class CallsLike(Protocol):
    """Interface of `orionclient._requesting.calls.Calls`, which sends the requests of resources."""

    def request_json(
        self,
        endpoint: Endpoint,
        ids: Mapping[str, Id],
        *,
        query: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        retry_timeout: float | None = None,
        check: Callable[[dict[str, Any]], object] | None = None,
        **arguments: Any,
    ) -> dict[str, Any]:
        """Send a request and decode the JSON object of its response."""
        ...

    def iter_items(
        self,
        endpoint: Endpoint,
        ids: Mapping[str, Id],
        *,
        query: Mapping[str, Any] | None = None,
        page_size: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Iterate over all pages of a listing."""
        ...

    def make_opener(self, endpoint: Endpoint, request: Any) -> Callable[[Mapping[str, str]], Response]:
        """Create a function that requests content and returns open successful responses."""
        ...

    def open_foreign(self, url: str, headers: Mapping[str, str]) -> Response:
        """Request content from the URL of any server, without the token, and return the open successful response."""
        ...

    def put_presigned(self, url: str, body: Any, headers: Mapping[str, str], action: str) -> Response:
        """Upload content to a presigned URL, without the token; the response may have any status."""
        ...


class SessionLike(Protocol):
    """Interface of the session that resources use."""

    @property
    def _calls(self) -> CallsLike: ...

    @property
    def config(self) -> SessionConfig:
        """Endpoint and credentials of the session."""
        ...

    def delete_resource(self, resource: Any, immediate: bool = False) -> bool:
        """Delete a resource."""
        ...
