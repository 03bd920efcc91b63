"""Addresses of items, such as `file://7`, and absolute paths in the virtual file system."""

from __future__ import annotations

import re
from typing import Final

from orionclient.exceptions import ValidationError

#: Resource types with addresses (listed).
ITEM_TYPES: Final = ("collection", "dataset", "file")
_ADDRESS: Final = re.compile(r"([a-z_]+)://([0-9]{1,20})", re.ASCII)
_ROOT: Final = re.compile(
    r"/+(project/+[0-9]+/+(team|user/+[^/]+|workspace/+[0-9]+)|organization)(/.*)?", re.ASCII | re.DOTALL
)
# Those that the contract excludes.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_ROOTS: Final = "/project/<id>/team, /project/<id>/user/<username>, /project/<id>/workspace/<id> or /organization"


def parse_address(value: str, kind: str = "") -> tuple[str, int]:
    """Parse the address of an item.

    Args:
        value: The address, for example ``file://7`` (listed).
        kind: Name of the resource type that is expected. If omitted, any with addresses.

    Returns:
        Name of the resource type, and id.

    Raises:
        ValidationError: The value is not an address, or that of another resource type; the message names both.
    """
    found = _ADDRESS.fullmatch(value)
    if found is None or found[1] not in ITEM_TYPES:
        known = f"{kind}://<id>" if kind in ITEM_TYPES else ", ".join(f"{each}://<id>" for each in ITEM_TYPES)
        raise ValidationError(f"{value!r:.60} is not a valid address; addresses are {known}")
    if kind and found[1] != kind:
        raise ValidationError(f"{value!r} is the address of a {found[1]}, but a {kind} is expected")
    return found[1], int(found[2])


def check_location(value: object) -> str:
    """Check an absolute path or an address.

    Args:
        value: The path, for example ``/project/3/team/screens``, or the address.

    Returns:
        The unchanged value.

    Raises:
        ValidationError: As for `check_absolute_path`, or the address is not valid.
    """
    if isinstance(value, str) and "://" in value:
        parse_address(value)
        return value
    return check_absolute_path(value)


def check_absolute_path(value: object) -> str:
    """Check an absolute path.

    Args:
        value: The path.

    Returns:
        The unchanged value.

    Raises:
        ValidationError: The path is outside every root, has a control character, or a name in it is ``.`` or ``..``.
    """
    if not isinstance(value, str):
        raise ValidationError(f"the path must be a string, not {value!r:.60}")
    for name in value.split("/"):
        if name in {".", ".."}:
            raise ValidationError(f"{value!r:.60} contains {name!r}; paths are absolute, without . and ..")
    if _CONTROL.search(value):
        raise ValidationError(
            f"{value!r:.60} contains a control character, which no path has; use the address of the item"
        )
    if not is_absolute(value):
        raise ValidationError(f"{value!r:.60} is outside every root; paths start with {_ROOTS}")
    return value


def is_absolute(path: object) -> bool:
    """Return whether a path of a folder or an item starts with a root.

    Args:
        path: The path; other values are not absolute.

    Returns:
        True for an absolute path, False for one relative to the team root of a project.
    """
    return isinstance(path, str) and _ROOT.fullmatch(path) is not None
