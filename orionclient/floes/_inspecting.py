"""Inspect extracted packages: find their floes, and compare what their manifest asks for with this Python."""

from __future__ import annotations

import json
import platform
import re
import sys
import traceback
from importlib.metadata import PackageNotFoundError, distributions, version
from typing import TYPE_CHECKING, Any, Final

from orionclient._runtime.user_files import decode_utf8
from orionclient.exceptions import ValidationError
from orionclient.floes._loading import Registration, add_path, find_floes, load_module, make_registration

if TYPE_CHECKING:
    from pathlib import Path

_MANIFEST: Final = "manifest.json"
_COMMENT: Final = re.compile(r"(^|\s)#.*")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def inspect_package(folder: Path) -> dict[str, Any]:
    """Inspect an extracted package: the files in its folder ``floes``, else those beside its manifest.

    Args:
        folder: Folder of the extracted archive; the manifest is in it or in its only subfolder.

    Returns:
        The report, a JSON object with `floes` (registrations), `errors` and `warnings` (lists of sentences) and `environment`. A file that
        cannot be loaded is an error, and does not affect the others; its traceback is written to standard error.

    Raises:
        ValidationError: The package has no manifest, or a file with its requirements is missing.
    """
    roots = [each for each in (folder, *folder.iterdir()) if (each / _MANIFEST).is_file()]
    if not roots:
        raise ValidationError(f"the package has no {_MANIFEST}")
    root = roots[0]
    manifest = json.loads(decode_utf8((root / _MANIFEST).read_bytes()))
    floes, errors = _load_floes(root)
    environment = _describe_environment(manifest, root)
    return {
        "floes": floes,
        "errors": errors,
        "warnings": _find_warnings(manifest, environment),
        "environment": environment,
    }


def _load_floes(root: Path) -> tuple[list[Registration], list[str]]:
    add_path(root)
    files = sorted((root / "floes").glob("*.py")) or sorted(
        path for path in root.glob("*.py") if path.name != "setup.py"
    )
    found: list[Registration] = []
    errors = []
    for path in files:
        try:
            functions = find_floes(load_module(str(path)))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - any error of the user's file is reported
            traceback.print_exc(file=sys.stderr)
            errors.append(f"{path.relative_to(root)}: {type(error).__name__}: {' '.join(str(error).split())}")
        else:
            found += [make_registration(function, path, root) for function in functions]
    names = [each["specification"]["name"] for each in found]
    errors += [f"the package has two floes named {name!r}" for name in dict.fromkeys(names) if names.count(name) > 1]
    if not found and not errors:
        errors.append(
            "the package has no floe: no file in its folder floes or beside its manifest has a function decorated with @floe"
        )
    return found, errors


def _describe_environment(manifest: dict[str, Any], root: Path) -> dict[str, Any]:
    requirements = _read_requirements(manifest, root)
    packages = {str(each.metadata["Name"]): each.version for each in distributions()}
    return {
        "python_version": platform.python_version(),
        "base_os": platform.platform(),
        "packages": [f"{name}=={packages[name]}" for name in sorted(packages, key=str.casefold)],
        "requirements": requirements,
        "missing": [each for each in requirements if not _is_installed(each)],
    }


def _read_requirements(manifest: dict[str, Any], root: Path) -> list[str]:
    """Return the requirements: those in the manifest, or of the file that it names."""
    given = manifest.get("requirements")
    if not isinstance(given, str):
        return [str(each) for each in given or ()]
    path = (root / given).resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        raise ValidationError(
            f"the {_MANIFEST} names the file {given!r} with requirements, which is not in the package"
        )
    lines = (_COMMENT.sub("", line).strip() for line in decode_utf8(path.read_bytes()).splitlines())
    return [line for line in lines if line and not line.startswith("-")]


def _is_installed(requirement: str) -> bool:
    """Return whether any version of a required package is installed; the versions are not compared."""
    name = _NAME.match(requirement)
    try:
        return name is not None and bool(version(name[0]))
    except PackageNotFoundError:
        return False


def _find_warnings(manifest: dict[str, Any], environment: dict[str, Any]) -> list[str]:
    used, asked = environment["python_version"], str(manifest.get("python_version") or "")
    warnings = []
    if asked and asked.split(".")[:2] != used.split(".")[:2]:
        warnings.append(f"the manifest asks for Python {asked}, but floes run with Python {used}")
    warnings += [f"the requirement {each!r} is not installed" for each in environment["missing"]]
    if manifest.get("conda_dependencies"):
        warnings.append("the conda dependencies of the manifest are not installed")
    return warnings
