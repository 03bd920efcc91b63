"""Attributes of resource types for the functions and decorators of attrs."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable


class Missing:
    """Type of `MISSING`, the value of a field that was not given."""

    def __repr__(self) -> str:
        return "NOTHING"


MISSING: Final = Missing()
_ATTRIBUTES: Final[dict[type, Any]] = {}
_REMOVED: Final = ("__eq__", "__ne__", "__repr__", "__getstate__", "__setstate__")


class Attributes:
    """Descriptor of `__attrs_attrs__`: the session and the fields of a resource type, collected on first access."""

    def __get__(self, instance: Any, owner: Any) -> Any:
        if owner not in _ATTRIBUTES:
            made = {name: attrs.field(default=MISSING, kw_only=True, eq=False, repr=False) for name in owner.fields()}
            made = {"session": attrs.field(default=None, kw_only=True, eq=False, repr=False), **made}
            _ATTRIBUTES[owner] = attrs.fields(attrs.make_class(owner.__name__, made, init=False, repr=False, eq=False))
        return _ATTRIBUTES[owner]


def adapt_class(kind: type, initialize: Callable[[Any], None]) -> None:
    """Adapt the methods that attrs generated for a resource type, which know neither its id nor its data.

    Args:
        kind: The decorated class.
        initialize: Initializes an instance without fields.

    Raises:
        TypeError: The class is frozen.
    """
    if kind.__setattr__.__name__ == "_frozen_setattrs":
        raise TypeError(f"{kind.__name__} must not be frozen: refreshing a resource changes it; use attrs.define")
    generated = {name: each for name, each in vars(kind).items() if "by attrs" in (getattr(each, "__doc__", "") or "")}
    for name in ("__init__", "__attrs_init__"):
        if name in generated:
            setattr(kind, name, _wrap(generated[name], initialize))
    removed: list[str] = [name for name in _REMOVED if name in generated]
    if "__eq__" in removed and vars(kind).get("__hash__", ...) is None:
        removed.append("__hash__")
    for name in removed:
        delattr(kind, name)


def _wrap(method: Callable[..., None], initialize: Callable[[Any], None]) -> Callable[..., None]:
    @functools.wraps(method)
    def construct(self: Any, *args: Any, **fields: Any) -> None:
        initialize(self)
        self._initializing = True
        try:
            method(self, *args, **fields)
        finally:
            self._initializing = False

    return construct
