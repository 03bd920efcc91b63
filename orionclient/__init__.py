"""Python client for the Orion platform; submodules and top-level names are imported on first access."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from orionclient._version import __version__

if TYPE_CHECKING:
    from orionclient.session import APISession, OrionSession, get_profile_config, get_session, in_orion
    from orionclient.types import Dataset, File

_NAMES = {
    "APISession": "session",
    "OrionSession": "session",
    "get_profile_config": "session",
    "get_session": "session",
    "in_orion": "session",
    "Dataset": "types",
    "File": "types",
}
_MODULES = (
    "config",
    "emulator",
    "examples",
    "exceptions",
    "helpers",
    "links",
    "local",
    "records",
    "session",
    "testing",
    "types",
    "utils",
)

__all__ = [
    "APISession",
    "Dataset",
    "File",
    "OrionSession",
    "__version__",
    "get_profile_config",
    "get_session",
    "in_orion",
]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(importlib.import_module(f"orionclient.{_NAMES[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"orionclient.{name}")
    raise AttributeError(f"module 'orionclient' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES, *_MODULES})
