"""What the generator wants to know of an operation, read from the merged document once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .merge import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    def tag(self) -> str:
        """The name of the folder that its module lies in."""
        return str(self.data["tags"][0])

    @property
    def auth(self) -> bool:
        """Whether the token is sent."""
        return bool(self.data.get("security"))

    @property
    def success(self) -> tuple[int, ...]:
        """The documented statuses of a response that is no error."""
        return tuple(sorted(int(status) for status in self.data["responses"] if status.startswith("2")))

    @property
    def version(self) -> int | None:
        """The N of /api/vN/."""
        found = re.match(r"/api/v(\d+)/", self.route)
        return int(found[1]) if found else None

    @property
    def largest_page(self) -> int | None:
        """The maximum of the parameter `limit` of a paged listing."""
        limit = self._paging("limit")
        return None if limit is None else limit["schema"].get("maximum")

    @property
    def offset(self) -> bool:
        """Whether a paged listing has the parameter `offset`."""
        return self._paging("offset") is not None

    def _paging(self, name: str) -> dict[str, Any] | None:
        paged = self.data.get("x-orion-paging") == "link"
        return next((each for each in self.parameters if paged and (each["in"], each["name"]) == ("query", name)), None)

    @property
    def stream(self) -> str | None:
        """Direction in which raw bytes go: upload, download or none."""
        return self.data.get("x-orion-stream")


def operations(document: dict[str, Any]) -> Iterator[Facts]:
    """Yield the operations in the order of the document."""
    for route, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                data = item[method]
                parameters = tuple(resolve(document, given) for given in data.get("parameters", ()))
                yield Facts(data.get("operationId", ""), method.upper(), route, data, parameters)


def media_types(document: dict[str, Any], body_or_response: Any) -> dict[str, Any]:
    """Media type -> schema (resolved) of a request body or a response."""
    content = resolve(document, body_or_response).get("content", {})
    return {media: resolve(document, given.get("schema", {})) for media, given in content.items()}


def is_binary(schema: dict[str, Any]) -> bool:
    """Whether the schema stands for raw bytes."""
    return schema.get("format") == "binary"
