"""Attributes of resource types for the functions and decorators of attrs."""

from __future__ import annotations

from typing import Any, Final

import attrs


class Missing:
    """Type of `MISSING`, the value of a field that was not given."""

    def __repr__(self) -> str:
        return "NOTHING"

    def __reduce__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()
_ATTRIBUTES: Final[dict[type, Any]] = {}
_GENERATED: Final = ("__eq__", "__ne__", "__repr__", "__getstate__", "__setstate__")


class Attributes:
    """Descriptor of `__attrs_attrs__`: the session and the fields of a resource type, collected on first access."""

    def __get__(self, instance: Any, owner: Any) -> Any:
        if owner not in _ATTRIBUTES:
            made = {name: attrs.field(default=MISSING, kw_only=True, eq=False, repr=False) for name in owner.fields()}
            made = {"session": attrs.field(default=None, kw_only=True, eq=False, repr=False), **made}
            _ATTRIBUTES[owner] = attrs.fields(attrs.make_class(owner.__name__, made, init=False, repr=False, eq=False))
        return _ATTRIBUTES[owner]


def keep_methods(kind: type) -> None:
    """Remove the methods that attrs generated for a resource type: they know neither its id nor its data.

    Args:
        kind: The decorated class.

    Raises:
        TypeError: The class is frozen.
    """
    if kind.__setattr__.__name__ == "_frozen_setattrs":
        raise TypeError(f"{kind.__name__} must not be frozen: refreshing a resource changes it; use attrs.define")
    generated = [name for name in _GENERATED if "by attrs" in (getattr(vars(kind).get(name), "__doc__", "") or "")]
    if "__eq__" in generated and vars(kind).get("__hash__", ...) is None:
        generated.append("__hash__")
    for name in generated:
        delattr(kind, name)
