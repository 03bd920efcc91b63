"""Registry of the resource types: their names on the wire and their classes, which are imported on first access."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from orionclient._resources.resource import Resource


class Kinds(Mapping[str, "type[Resource]"]):
    """Resource classes by their name on the wire; `orionclient.types` registers them."""

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}

    def register(self, package: str, paths: Mapping[str, str]) -> None:
        """Register the classes of a package without importing them.

        Args:
            package: Name of the package.
            paths: Name on the wire -> submodule and class, for example ``files:File``.
        """
        self._paths.update({name: f"{package}.{path}" for name, path in paths.items()})

    def __getitem__(self, name: str) -> type[Resource]:
        module, _, class_name = self._paths[name].partition(":")
        return getattr(importlib.import_module(module), class_name)  # type: ignore[no-any-return]

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


#: Resource classes that have an id, by their name on the wire.
KINDS: Final = Kinds()
