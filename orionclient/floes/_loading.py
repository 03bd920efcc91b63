"""Find floes in modules, files, extracted packages and entry points, and build the commands that run them."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import inspect
import sys
import warnings
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from orionclient.exceptions import ValidationError
from orionclient.floes._declaring import describe, get_floe, is_floe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

GROUP: Final = "orionclient.floes"
_LOADING: Final[list[str]] = []

#: Registration of a floe with the local Orion: its specification, tags and command.
Registration = dict[str, Any]


def get_loading_target() -> str:
    """Get the target that is currently being loaded.

    Returns:
        The target; empty if nothing is being loaded.
    """
    return _LOADING[-1] if _LOADING else ""


def build_command(*arguments: str) -> list[str]:
    """Build a command line of `python -m orionclient.floes`.

    Args:
        *arguments: Arguments of the command.

    Returns:
        The command line as a list.
    """
    return [sys.executable, "-m", "orionclient.floes", *arguments]


def load(target: str) -> Callable[..., Any]:
    """Load the function of a floe.

    Args:
        target: ``module:function`` or ``path.py:function``.

    Returns:
        The function.

    Raises:
        ValidationError: The target is invalid, or the floe does not exist.
        ImportError: The module does not exist.
        Exception: Any error raised while loading the module.
    """
    where, colon, name = target.rpartition(":")
    if not colon or not where or not name:
        raise ValidationError(f"the floe must be given as module:function or path.py:function, not {target!r:.100}")
    module = load_module(where)
    function: Any = getattr(module, name, None)
    if not is_floe(function):
        names = ", ".join(known.__name__ for known in find_floes(module)) or "none"
        raise ValidationError(f"{where} has no floe {name!r}; it has {names}")
    return function  # type: ignore[no-any-return]


def load_module(where: str) -> ModuleType:
    """Load a module or a Python file.

    Args:
        where: Module name, or path of a file; its folder is added to the import path.

    Returns:
        The module. A file is loaded again on every call.

    Raises:
        ValidationError: The file does not exist.
        Exception: Any error raised while loading it.
    """
    with _mark_loading(where):
        if not where.endswith(".py"):
            return importlib.import_module(where)
        path = Path(where).resolve()
        name = f"orion_floe_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None or not path.is_file():
            raise ValidationError(f"the file {where} does not exist")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        add_path(path.parent)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        return module


def add_path(folder: Path) -> None:
    """Add a folder to the import path.

    Args:
        folder: The folder.
    """
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


@contextlib.contextmanager
def _mark_loading(target: str) -> Iterator[None]:
    _LOADING.append(target)
    try:
        yield
    finally:
        _LOADING.pop()


def find_floes(module: ModuleType) -> list[Callable[..., Any]]:
    """Find the floes that a module defines.

    Args:
        module: The module.

    Returns:
        The functions in order, without imported ones.
    """
    found = [each for each in vars(module).values() if is_floe(each) and each.__module__ == module.__name__]
    return list(dict.fromkeys(found))


def build_registration(function: Callable[..., Any]) -> Registration:
    """Build the registration with which another process can find and run a floe.

    Args:
        function: The floe.

    Returns:
        The registration.

    Raises:
        ValidationError: The function is not a floe, is nested, or is not defined in a file.
    """
    name = get_floe(function).name
    file = inspect.getsourcefile(function)
    if file is None or not Path(file).is_file() or function.__qualname__ != function.__name__:
        raise ValidationError(
            f"the floe {name!r} cannot be imported by its own process; define it at the top level of a file"
        )
    path, module = Path(file).resolve(), sys.modules.get(function.__module__)
    spec = getattr(module, "__spec__", None)
    if spec is None or not spec.parent:
        return _make_registration(function, f"{path}:{function.__name__}")
    # A module of a package is imported by name, with the folder of its top-level package on the import path.
    root = path.parents[spec.name.count(".") + (path.name == "__init__.py")]
    return _make_registration(function, f"{spec.name}:{function.__name__}", root)


def _make_registration(function: Callable[..., Any], target: str, root: Path | None = None) -> Registration:
    paths = [] if root is None else ["--path", str(root)]
    return {
        "specification": describe(function),
        "tags": list(get_floe(function).tags),
        "argv": build_command("run", *paths, target),
    }


def collect_floes(given: Iterable[Any]) -> list[Registration]:
    """Build the registrations of the given floes, those of installed packages and the built-in ones.

    Args:
        given: Functions, modules, module names and file paths.

    Returns:
        The registrations; of floes with the same name only the first.

    Raises:
        ValidationError: An item is not a floe or contains none.
        Exception: Any error raised while loading a given module.
    """
    found = [each for thing in given for each in _register(thing)]
    for entry in entry_points(group=GROUP):
        try:
            with _mark_loading(entry.value):
                found += _register(entry.load())
        except Exception as error:  # noqa: BLE001 - a broken installed package must not affect other floes
            warnings.warn(f"skipping the floes of the entry point {entry.name} = {entry.value}: {error}", stacklevel=2)
    found += _register("orionclient.floes._builtin")
    by_name: dict[str, Registration] = {}
    for each in found:
        by_name.setdefault(each["specification"]["name"], each)
    return list(by_name.values())


def _register(thing: Any) -> list[Registration]:
    if isinstance(thing, str | Path):
        thing = load_module(str(thing))
    if not isinstance(thing, ModuleType):
        return [build_registration(thing)]
    functions = find_floes(thing)
    if not functions:
        raise ValidationError(f"{getattr(thing, '__file__', None) or thing.__name__} has no floe")
    return [build_registration(each) for each in functions]


def read_file_floes(path: Path) -> list[Registration]:
    """Build the registrations of the floes in a file.

    Args:
        path: The file.

    Returns:
        The registrations.

    Raises:
        ValidationError: The file does not exist or has no floe.
        Exception: Any error raised while loading it.
    """
    return _register(path)


def make_registration(function: Callable[..., Any], path: Path, root: Path) -> Registration:
    """Build the registration of a floe in a file of an extracted package.

    Args:
        function: The floe.
        path: The file.
        root: Folder of the package, which is added to the import path.

    Returns:
        The registration.
    """
    return _make_registration(function, f"{path}:{function.__name__}", root)
