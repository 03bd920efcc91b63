"""Where floes are: in modules, in files, in decompressed packages and behind entry points; and how another process finds them again."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import inspect
import json
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
_MANIFEST: Final = "manifest.json"
_LOADING: Final[list[str]] = []

#: What the local Orion is told of a floe: its specification, its tags, and the command that runs it.
Registration = dict[str, Any]


def get_loading_target() -> str:
    """Tell what is being loaded at this moment.

    Returns:
        The target; empty where nothing is.
    """
    return _LOADING[-1] if _LOADING else ""


def build_command(*words: str) -> list[str]:
    """Make the command that runs this package's own program for floes.

    Args:
        *words: What follows its name.

    Returns:
        The words of the command.
    """
    return [sys.executable, "-m", "orionclient.floes", *words]


def load(target: str) -> Callable[..., Any]:
    """Load a floe.

    Args:
        target: ``module:function`` or ``path.py:function``.

    Returns:
        The function.

    Raises:
        ValidationError: The target is none, or there is no such floe.
        ImportError: There is no such module.
        Exception: Whatever loading the module raises.
    """
    where, colon, name = target.rpartition(":")
    if not colon or not where or not name:
        raise ValidationError(f"a floe is named module:function or path.py:function, not {target!r:.100}")
    module = load_module(where)
    function: Any = getattr(module, name, None)
    if not is_floe(function):
        known = ", ".join(each.__name__ for each in find_floes(module)) or "none"
        raise ValidationError(f"{where} has no floe {name!r}; it has {known}")
    return function  # type: ignore[no-any-return]


def load_module(where: str) -> ModuleType:
    """Load a module.

    Args:
        where: Its name, or the path of its file, whose folder is where it finds its neighbours.

    Returns:
        The module; a file is read anew each time.

    Raises:
        ValidationError: There is no such file.
        Exception: Whatever loading it raises.
    """
    with _mark_loading(where):
        if not where.endswith(".py"):
            return importlib.import_module(where)
        path = Path(where).resolve()
        name = f"orion_floe_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None or not path.is_file():
            raise ValidationError(f"there is no file {where}")
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
    """Let modules be imported from a folder.

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
        Its functions, in order; those that it only imports are left out.
    """
    found = [each for each in vars(module).values() if is_floe(each) and each.__module__ == module.__name__]
    return list(dict.fromkeys(found))


def build_registration(function: Callable[..., Any]) -> Registration:
    """Say of a function how another process finds and runs it.

    Args:
        function: The floe.

    Returns:
        Its registration.

    Raises:
        ValidationError: It is no floe, or no other process can find it: it is nested, or stands in no file.
    """
    name = get_floe(function).name
    file = inspect.getsourcefile(function)
    if file is None or not Path(file).is_file() or function.__qualname__ != function.__name__:
        raise ValidationError(
            f"the floe {name!r} runs in a process of its own, which cannot find it; write it at the top level of a file"
        )
    path, module = Path(file).resolve(), sys.modules.get(function.__module__)
    spec = getattr(module, "__spec__", None)
    if spec is None or not spec.parent:
        return _make_registration(function, f"{path}:{function.__name__}")
    # A module of a package is imported by its name, from where its outermost package lies.
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
    """Register what a person names, the built-in floes and those of installed packages.

    Args:
        given: Functions, modules, names of modules, and paths of files.

    Returns:
        The registrations; the first of several with the same name stays.

    Raises:
        ValidationError: Something given is or has no floe.
        Exception: Whatever loading a module that was given raises.
    """
    found = [each for thing in given for each in _register(thing)]
    for entry in entry_points(group=GROUP):
        try:
            with _mark_loading(entry.value):
                found += _register(entry.load())
        except Exception as error:  # noqa: BLE001 - a package that is merely installed must not keep the others from working
            warnings.warn(
                f"the floes of the entry point {entry.name} = {entry.value} are left out: {error}", stacklevel=2
            )
    found += _register("orionclient.floes.builtin")
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
    """Register the floes of a file.

    Args:
        path: The file.

    Returns:
        The registrations.

    Raises:
        ValidationError: There is no such file, or it has no floe.
        Exception: Whatever loading it raises.
    """
    return _register(path)


def read_package_floes(folder: Path) -> list[Registration]:
    """Register the floes of an decompressed package: of the files in its folder ``floes``, else of those beside its manifest.

    Args:
        folder: Where it was decompressed; the manifest lies there or in the only folder there.

    Returns:
        The registrations.

    Raises:
        ValidationError: It has no manifest, no floe, or two of the same name.
        Exception: Whatever loading a file raises.
    """
    roots = [each for each in (folder, *folder.iterdir()) if (each / _MANIFEST).is_file()]
    if not roots:
        raise ValidationError(f"the package has no {_MANIFEST}")
    root = roots[0]
    json.loads((root / _MANIFEST).read_text("utf-8"))
    add_path(root)
    files = sorted((root / "floes").glob("*.py")) or sorted(
        path for path in root.glob("*.py") if path.name != "setup.py"
    )
    found = [
        _make_registration(function, f"{path}:{function.__name__}", root)
        for path in files
        for function in find_floes(load_module(str(path)))
    ]
    names = [each["specification"]["name"] for each in found]
    for name in names:
        if names.count(name) > 1:
            raise ValidationError(f"the package has two floes named {name!r}")
    if not found:
        raise ValidationError(
            "the package has no floe: no file in its folder floes, or beside its manifest, has a function with @floe"
        )
    return found
