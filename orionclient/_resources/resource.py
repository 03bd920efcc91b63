"""Base class of resources, and their fields."""

from __future__ import annotations

import copy
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Never, Self, TypeVar, cast, overload

from orionclient._resources.attributes import MISSING, Attributes, Missing, adapt_class
from orionclient._resources.declaration import Declaration
from orionclient._resources.interfaces import Endpoint, Id, SessionLike
from orionclient._resources.json_values import check_query
from orionclient._resources.registry import KINDS
from orionclient._runtime.plain import to_plain
from orionclient.exceptions import NotLoaded, OrionError, ValidationError

if TYPE_CHECKING:
    from orionclient._transport.response import Response

__all__ = [
    "MISSING", "Declaration", "Endpoint", "Field", "Id", "Parent", "Resource", "SessionLike", "reference_id", "resource_id",
]  # fmt: skip

T = TypeVar("T")
P = TypeVar("P", bound="Resource")


class Field(Generic[T]):
    """A field of a resource, converted from its JSON value on access.

    Args:
        convert: Converts the JSON value; a TypeError or ValueError becomes an `OrionError` that names the field.
        doc: Meaning and unit.
        default: Documented value if the field is missing or null. If omitted, accessing a missing field raises `NotLoaded`, and null is
            passed to `convert`.
        constructed: Documented value in an instance that was created by its constructor without the field.
        wire: JSON name of the field. Defaults to the name of the attribute.
    """

    def __init__(
        self,
        convert: Callable[[Any], T],
        doc: str,
        *,
        default: T | Missing = MISSING,
        constructed: Any = MISSING,
        wire: str = "",
    ) -> None:
        self.convert = convert
        self.default = default
        self.constructed = constructed
        self.wire: str = wire
        self.name: str = ""
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.wire = self.wire or name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Resource, owner: type) -> T: ...
    def __get__(self, instance: Resource | None, owner: type) -> Self | T:
        if instance is None:
            return self
        value = instance._data.get(self.wire, MISSING)
        if not isinstance(self.default, Missing) and (value is MISSING or value is None):
            return copy.copy(self.default)
        if value is MISSING:
            if instance._constructed and self.constructed is not MISSING:
                return copy.copy(self.constructed)  # type: ignore[no-any-return]
            raise NotLoaded(
                f"{instance._title()}: field {self.name!r} is not loaded; call session.refresh_resource(...)"
            )
        try:
            return self.convert(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise OrionError(f"{instance._title()}: the server sent {value!r:.60} for {self.name!r}") from error

    # `Never` makes assignments an error; the type of `value` is that of the keyword of the constructor.
    def __set__(self, instance: Never, value: T | str) -> None:
        if getattr(instance, "_initializing", False):
            instance._store(self, value)
            return
        raise AttributeError(
            f"{self.name!r} is read-only; change it with session.update_resource(resource, {{{self.name!r}: ...}})"
        )

    def to_wire(self, instance: Resource, value: Any) -> Any:  # noqa: ARG002 - subclasses use it
        """Convert an argument of the constructor of a resource to its JSON value.

        Args:
            instance: The resource.
            value: The argument.

        Returns:
            The JSON value.
        """
        return to_plain(value)


class Parent(Field[P]):
    """The parent of a resource: an id in JSON, a handle on access.

    Args:
        kind: Name of the resource type of the parent.
        doc: Meaning.
    """

    def __init__(self, kind: str, doc: str) -> None:
        super().__init__(lambda value: KINDS[kind](id=resource_id(value)), doc)  # type: ignore[arg-type, return-value]
        self.kind = kind

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Resource, owner: type) -> P: ...
    def __get__(self, instance: Resource | None, owner: type) -> Self | P:
        if instance is None:
            return self
        held = instance._parents.get(self.name)
        # Usually the stored parent is current, so that no handle has to be created.
        if held is None or held._data.get("id") != instance._data.get(self.wire):
            found = super().__get__(instance, owner)
            if not isinstance(found, Resource):
                return found
            # The stored parent may be an instance of a subclass.
            if held is None or held._ids() != found._ids():
                held = instance._parents[self.name] = found
        held.session = held.session or instance.session
        return held  # type: ignore[return-value]

    if TYPE_CHECKING:

        def __set__(self, instance: Never, value: P | Id) -> None: ...

    def to_wire(self, instance: Resource, value: Any) -> Any:
        """Store the parent, and use its session if the resource has none.

        Args:
            instance: The resource.
            value: The parent or its id.

        Returns:
            The id of the parent.

        Raises:
            ValidationError: The value is neither.
        """
        parent_id = reference_id(value, self.kind, self.name)
        if isinstance(value, Resource):
            instance._parents[self.name] = value
            instance.session = instance.session or value.session
        return parent_id


def resource_id(value: object, what: str = "id", kind: str = "") -> int:
    """Parse an id: an int, another object with `__index__` (not a bool) or a string of digits.

    Args:
        value: The id.
        what: Name of the parameter, for the message.
        kind: Name of the resource type, whose addresses are accepted too, for example ``file://7``. Optional.

    Returns:
        The id as int.

    Raises:
        ValidationError: The value is none of these, for example a path, or the address of another resource type.
    """
    value = to_plain(value)
    if kind and isinstance(value, str) and "://" in value:
        from orionclient._resources.addresses import parse_address  # noqa: PLC0415 - rare

        return parse_address(value, kind)[1]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        return int(value)
    raise ValidationError(f"{what} must be an integer or a string of digits, not {value!r:.60}")


def reference_id(value: object, kind: str, what: str = "") -> int:
    """Parse a reference to a resource: the resource or its id.

    Args:
        value: The resource, its id or its address.
        kind: Name of its resource type.
        what: Name of the parameter, for the message. Defaults to the name of the resource type.

    Returns:
        The id.

    Raises:
        ValidationError: The value is another resource, or not a valid id.
    """
    what = what or kind
    if not isinstance(value, Resource):
        return resource_id(value, what, kind)
    if value.declaration.name != kind:
        raise ValidationError(f"{what} must be a {KINDS[kind].__name__} or its id, not a {type(value).__name__}")
    return int(value._id())


@typing.dataclass_transform(kw_only_default=True, eq_default=False)
class _Keywords:
    """Base class that makes the fields of a subclass keywords of its constructor for type checkers."""


class Resource(_Keywords):
    """Base class of all resource types.

    Instances are returned by a session or created as handles from keywords: `File(id=7)`. Accessing a field that the server has not sent
    raises `NotLoaded`; accessing a field never sends a request.

    Args:
        session: Session that the instance uses. Optional for a handle.
        **fields: Values of fields, checked by type checkers; `from_msg` also takes unknown fields.

    Raises:
        TypeError: The resource type has no such field.

    Attributes:
        declaration: Names, operations and capabilities of the resource type.
        session: The session; None for a handle that was not used with one.
    """

    declaration: ClassVar[Declaration]
    session: SessionLike | None = None
    # Whether no data of the server was stored, and whether a constructor of attrs is running.
    _constructed = False
    _initializing = False

    def __init__(self, *, session: SessionLike | None = None, **fields: Any) -> None:
        declared = _collect_fields(type(self))
        unknown = sorted(set(fields) - set(declared))
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {unknown[0]!r}; it has {', '.join(declared)}")
        self.session = session
        self._parents: dict[str, Resource] = {}
        self._data: dict[str, Any] = {}
        self._constructed = True
        for name, value in fields.items():
            self._store(declared[name], value)

    def _store(self, field: Field[Any], value: Any) -> None:
        """Store an argument of the constructor."""
        if field.wire == "id":
            value = self._parse_address(value)
        if value is not MISSING and not (value is None and field.constructed is None):
            self._data[field.wire] = field.to_wire(self, value)

    # ------------------------------------------------------------------ attrs

    #: Attributes for `attrs.fields`, `attrs.asdict` and so on, and for subclasses that are decorated with `attrs.define`.
    __attrs_attrs__: ClassVar[Any] = Attributes()

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        adapt_class(cls, Resource.__init__)

    # Declares the types of `filters` of `list_resources` and of `params` of `create_resource` and `update_resource` for type checkers.
    @classmethod
    def _inputs(cls, filters: Any, create: Any, update: Any) -> None: ...

    @classmethod
    def fields(cls) -> dict[str, Field[Any]]:
        """Return the fields of the resource type.

        Returns:
            Name -> field, in the order of declaration.
        """
        return dict(_collect_fields(cls))

    @classmethod
    def from_msg(cls, msg: Mapping[str, Any], session: SessionLike | None = None) -> Self:
        """Create an instance from a JSON object of the server.

        Args:
            msg: The JSON object; unknown fields are stored and returned by `to_dict`.
            session: Session that the instance uses. Optional.

        Returns:
            The instance.

        Raises:
            ValidationError: `msg` is not a mapping.
        """
        if not isinstance(msg, Mapping):
            raise ValidationError(f"{cls.__name__}.from_msg: msg must be a mapping, not {type(msg).__name__}")
        instance = cls(session=session)
        # Callers may pass a resource in place of its id.
        given = {
            name: _collect_fields(cls)[name].to_wire(instance, value)
            for name, value in msg.items()
            if isinstance(value, Resource)
        }
        instance._replace({**msg, **given} if given else msg)
        return instance

    def _new_instance(self, msg: Mapping[str, Any], session: SessionLike | None) -> Self:
        """Create another instance of the resource type with the same parent."""
        instance = self.from_msg({**self._parent_data(), **msg}, session)
        instance._parents.update(self._parents)
        return instance

    def _make_handle(self, resource_id: Id) -> Self:
        """Create a handle of the resource type with the same parent."""
        return self._new_instance({"id": self._parse_address(resource_id)}, self.session)

    def _parse_address(self, value: Any) -> Any:
        """Convert the address of a resource of this type to its id; other values are unchanged."""
        return resource_id(value, "id", self.declaration.name) if isinstance(value, str) and "://" in value else value

    def _parent_data(self) -> dict[str, Any]:
        """Return the field with the parent, which is preserved if a response does not contain it."""
        parent = self.declaration.parent if hasattr(self, "declaration") else ""
        return {parent: self._data[parent]} if parent in self._data else {}

    def to_dict(self) -> dict[str, Any]:
        """Return a copy of all data that the server sent for this resource, including unknown fields.

        Returns:
            A new dict.
        """
        return copy.deepcopy(self._data)

    def _replace(self, data: Mapping[str, Any]) -> None:
        self._data = {**self._parent_data(), **data}
        self._constructed = False

    def _ids(self) -> dict[str, Id]:
        """Return the ids in the path of an operation on this resource."""
        if self._data.get("id") is None:
            raise ValidationError(f"this {type(self).__name__} has no id")
        return {**self._parent_ids(), self.declaration.id_name: resource_id(self._data["id"])}

    def _parent_ids(self) -> dict[str, Id]:
        """Return the ids in the path of an operation on all resources of the type."""
        name = self.declaration.parent
        if not name:
            return {}
        if name not in self._data:
            kind = type(self).__name__
            raise ValidationError(f"a {kind} needs its {name}; pass {kind}({name}=...)")
        parent: Resource = getattr(self, name)
        return parent._ids()

    def _id(self) -> Id:
        """Return the validated id of the resource."""
        return self._ids()[self.declaration.id_name]

    def _require_session(self) -> SessionLike:
        if self.session is None:
            raise ValidationError(f"{self._title()} has no session; get it from a session, or pass session=...")
        return self.session

    def _request(self, endpoint: Endpoint, **options: Any) -> dict[str, Any]:
        """Send a request for this resource and return the JSON object of its response."""
        return self._require_session()._calls.request_json(endpoint, self._ids(), **options)

    def _call(self, endpoint: Endpoint, **options: Any) -> None:
        """Send a request for this resource, and store the resource in the response."""
        self._replace(self._request(endpoint, **options))

    def _create(self, **params: Any) -> Self:
        """Create a resource of this type with the same parent; parameters that are None are omitted."""
        calls, endpoint = self._require_session()._calls, cast("Endpoint", self.declaration.create)
        body = {name: value for name, value in params.items() if value is not None}
        return self._new_instance(calls.request_json(endpoint, self._parent_ids(), body=body), self.session)

    def _opener(
        self, endpoint: Endpoint, query: Mapping[str, Any] | None = None
    ) -> Callable[[Mapping[str, str]], Response]:
        """Create a function that requests content of this resource."""
        request = endpoint.build(*self._ids().values()).with_query(check_query("the parameter", query or {}))
        return self._require_session()._calls.make_opener(endpoint, request)

    def _title(self) -> str:
        return f"{type(self).__name__} {self._data.get('id', 'without id')}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Resource) or type(self) is not type(other):
            return NotImplemented
        return self is other if self._data.get("id") is None else self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        try:
            return (type(self).__name__, *sorted(self._ids().items()))
        except OrionError:
            return (type(self).__name__, str(self._data.get("id")))

    def __repr__(self) -> str:
        arguments = []
        for name, declared in self.fields().items():
            if declared.wire in self._data:
                shown = repr(self._data[declared.wire])
                arguments.append(f"{name}={shown if len(shown) <= 100 else shown[:99] + '…'}")
        return f"{type(self).__name__}({', '.join(arguments)})"


_FIELDS: Final[dict[type[Resource], Mapping[str, Field[Any]]]] = {}


def _collect_fields(kind: type[Resource]) -> Mapping[str, Field[Any]]:
    if kind not in _FIELDS:
        found: dict[str, Field[Any]] = {}
        for base in reversed(kind.__mro__):
            found.update({name: value for name, value in vars(base).items() if isinstance(value, Field)})
        _FIELDS[kind] = found
    return _FIELDS[kind]
