"""Import the names of a package on first access (PEP 562)."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def attach(package: str, paths: Iterable[str]) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Build `__getattr__`, `__dir__` and `__all__` of a package.

    Args:
        package: Name of the package.
        paths: Names to import on first access: a submodule, or a name in a submodule as ``files:File``.

    Returns:
        The three. `__all__` has the names, and submodules that have their own path.
    """
    names = {name or module: module for module, _, name in (path.partition(":") for path in paths)}
    modules = {*names.values()}

    def __getattr__(name: str) -> Any:  # noqa: N807 - the name of the hook
        if name not in names and name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = importlib.import_module(f"{package}.{names.get(name, name)}")
        # Not stored in the package: a test that replaces the name in its module would replace it here for good.
        return module if name in modules else getattr(module, name)

    def __dir__() -> list[str]:  # noqa: N807
        found = vars(sys.modules[package])
        # Not what the package itself uses, for example `annotations` and this module.
        hidden = {
            name
            for name, value in found.items()
            if not name.startswith("__") and (name[0] == "_" or getattr(value, "__name__", "") != f"{package}.{name}")
        }
        return sorted({*found} - hidden | {*found["__all__"], *names, *modules})

    return __getattr__, __dir__, list(names)
