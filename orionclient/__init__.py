"""Python client for the Orion platform; submodules and top-level names are imported on first access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient._version import __version__ as __version__

if TYPE_CHECKING:
    from orionclient import config as config
    from orionclient import emulator as emulator
    from orionclient import examples as examples
    from orionclient import exceptions as exceptions
    from orionclient import floes as floes
    from orionclient import helpers as helpers
    from orionclient import links as links
    from orionclient import local as local
    from orionclient import records as records
    from orionclient import session as session
    from orionclient import testing as testing
    from orionclient import types as types
    from orionclient import utils as utils
    from orionclient.session import APISession as APISession
    from orionclient.session import OrionSession as OrionSession
    from orionclient.session import get_profile_config as get_profile_config
    from orionclient.session import get_session as get_session
    from orionclient.session import in_orion as in_orion
    from orionclient.types import Dataset as Dataset
    from orionclient.types import File as File
else:
    _SESSION = ["APISession", "OrionSession", "get_profile_config", "get_session", "in_orion"]
    _MODULES = [
        "config",
        "emulator",
        "examples",
        "exceptions",
        "floes",
        "helpers",
        "links",
        "local",
        "records",
        "testing",
        "utils",
    ]
    _NAMES = [*(f"session:{name}" for name in _SESSION), "types:Dataset", "types:File"]
    __all__ = ["Dataset", "File", "__version__", *_SESSION]  # noqa: PLE0604 - a list of strings

    def _attach() -> Any:
        # While this module is imported, importing a module of a package would let it and another thread wait for each other.
        from orionclient._runtime.lazy import attach  # noqa: PLC0415

        return attach(__name__, [*_NAMES, *_MODULES])

    def __getattr__(name: str) -> Any:
        return _attach()[0](name)

    def __dir__() -> list[str]:
        return _attach()[1]()
