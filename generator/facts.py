"""Provides the operations of the merged document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .merge import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

# Pattern of the parameter `order_by`.
ORDERS = re.compile(r"\^-\?\(([a-z_|]+)\)\$")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Facts:
    """One operation of the contract."""

    id: str
    method: str
    route: str
    data: dict[str, Any]
    parameters: tuple[dict[str, Any], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Path of the operation in the document."""
        return "paths", self.route, self.method.lower()

    @property
    def tag(self) -> str:
        """Name of the package that contains the module of the operation."""
        return str(self.data["tags"][0])

    @property
    def auth(self) -> bool:
        """Whether the operation sends the token."""
        return bool(self.data.get("security"))

    @property
    def success(self) -> tuple[int, ...]:
        """Documented success statuses."""
        return tuple(sorted(int(status) for status in self.data["responses"] if status.startswith("2")))

    @property
    def version(self) -> int | None:
        """The N of /api/vN/; None if the path has none."""
        found = re.match(r"/api/v(\d+)/", self.route)
        return int(found[1]) if found else None

    @property
    def largest_page(self) -> int | None:
        """Maximum of the parameter `limit` of a paginated listing."""
        limit = self._get_paging_parameter("limit")
        return None if limit is None else limit["schema"].get("maximum")

    @property
    def offset(self) -> bool:
        """Whether a paginated listing has the parameter `offset`."""
        return self._get_paging_parameter("offset") is not None

    @property
    def orders(self) -> tuple[str, ...]:
        """Values that the pattern of the parameter `order_by` of a paginated listing allows, without a leading `-`."""
        order_by = self._get_paging_parameter("order_by") or {}
        found = ORDERS.fullmatch(str(order_by.get("schema", {}).get("pattern", "")))
        return tuple(found[1].split("|")) if found else ()

    def _get_paging_parameter(self, name: str) -> dict[str, Any] | None:
        paged = self.data.get("x-orion-paging") == "link"
        return next((each for each in self.parameters if paged and (each["in"], each["name"]) == ("query", name)), None)

    @property
    def stream(self) -> str | None:
        """Direction of a binary body: upload, download or None."""
        return self.data.get("x-orion-stream")


def iter_operations(document: dict[str, Any]) -> Iterator[Facts]:
    """Iterate over the operations in the order of the document."""
    for route, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                data = item[method]
                parameters = tuple(resolve(document, given) for given in data.get("parameters", ()))
                yield Facts(data.get("operationId", ""), method.upper(), route, data, parameters)


def get_media_types(document: dict[str, Any], body_or_response: Any) -> dict[str, Any]:
    """Map the media types of a request body or response to their resolved schemas."""
    content = resolve(document, body_or_response).get("content", {})
    return {media: resolve(document, given.get("schema", {})) for media, given in content.items()}


def is_binary(schema: dict[str, Any]) -> bool:
    """Return whether the schema is binary."""
    return schema.get("format") == "binary"
