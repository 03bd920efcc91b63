"""The mechanism under every resource class: its declaration, its fields, and the protocol by which it reaches its session."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Never, Protocol, Self, TypeVar, overload

from attrs import evolve, field, frozen

from orionclient.exceptions import NotLoaded, OrionError, ValidationError

if TYPE_CHECKING:
    from orionclient._messages import Response
    from orionclient.config import SessionConfig

T = TypeVar("T")
P = TypeVar("P", bound="Resource")
Id = int | str


class Endpoint(Protocol):
    """A generated operation module; modules satisfy it by their names."""

    @property
    def OPERATION(self) -> Any:  # noqa: N802 - the name of the constant in the module
        """The operation's row in the table of the contract."""
        ...

    @property
    def build(self) -> Callable[..., Any]:
        """Makes the request."""
        ...

    @property
    def check(self) -> Callable[[int, Mapping[str, str], bytes], dict[str, Any]]:
        """Reads the response."""
        ...


class CallsLike(Protocol):
    """How a resource sends: what `orionclient._calls.Calls` offers."""

    def request_json(
        self,
        endpoint: Endpoint,
        ids: Mapping[str, Id],
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        check: Callable[[dict[str, Any]], object] | None = None,
    ) -> dict[str, Any]:
        """Send a request and decode the JSON object of its response."""
        ...

    def iter_items(
        self,
        endpoint: Endpoint,
        ids: Mapping[str, Id],
        *,
        query: Mapping[str, Any] | None = None,
        page_size: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Walk through all pages of a listing."""
        ...

    def send_built(
        self, endpoint: Endpoint, request: Any, *, check: Callable[[dict[str, Any]], object] | None = None
    ) -> dict[str, Any]:
        """Send a request that was built and decode the JSON object of its response."""
        ...

    def make_opener(self, endpoint: Endpoint, request: Any) -> Callable[[Mapping[str, str]], Response]:
        """Make what asks for content; its responses are open and good."""
        ...

    def put_presigned(self, url: str, body: Any, headers: Mapping[str, str], action: str) -> Response:
        """Send content to an address that needs no token; the response may have any status."""
        ...


class SessionLike(Protocol):
    """What resources need of their session."""

    @property
    def _calls(self) -> CallsLike: ...

    @property
    def config(self) -> SessionConfig:
        """Where the session speaks and as whom."""
        ...

    def delete_resource(self, resource: Any, immediate: bool = False) -> bool:
        """Delete a resource."""
        ...


class _Missing:
    def __repr__(self) -> str:
        return "NOTHING"


MISSING = _Missing()


class Field(Generic[T]):
    """A field of a resource, converted from the wire when it is read.

    Args:
        convert: From the value on the wire to the value that people get; a TypeError or ValueError becomes an `OrionError` that names
            the field.
        doc: Meaning and unit.
        default: Documented value where the server sent nothing or null; without it reading raises `NotLoaded` or, for null, whatever
            `convert` makes of it.
        wire: Name on the wire, where it is another one.
    """

    def __init__(
        self, convert: Callable[[Any], T], doc: str, *, default: T | _Missing = MISSING, wire: str = ""
    ) -> None:
        self.convert = convert
        self.default = default
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
        if not isinstance(self.default, _Missing) and (value is MISSING or value is None):
            return copy.copy(self.default)
        if value is MISSING:
            raise NotLoaded(
                f"{instance._title()}: {self.name!r} was not in the last response; call session.refresh_resource(...)"
            )
        try:
            return self.convert(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise OrionError(f"{instance._title()}: the server sent {value!r:.60} for {self.name!r}") from error

    def __set__(self, instance: Resource, value: Never) -> None:
        raise AttributeError(
            f"{self.name!r} is what the server said; change it with session.update_resource(resource, {{{self.name!r}: ...}})"
        )

    def to_wire(self, instance: Resource, value: Any) -> Any:  # noqa: ARG002 - a field of another kind keeps more
        """Turn what the constructor of a resource was given into what the wire would hold.

        Args:
            instance: The resource.
            value: The value.

        Returns:
            The value on the wire.
        """
        return value


class Parent(Field[P]):
    """The resource that a resource belongs to: an id on the wire, a handle when it is read.

    Args:
        kind: Class of the other resource.
        doc: Meaning.
    """

    def __init__(self, kind: type[P], doc: str) -> None:
        super().__init__(lambda value: kind(id=resource_id(value)), doc)
        self.kind = kind

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Resource, owner: type) -> P: ...
    def __get__(self, instance: Resource | None, owner: type) -> Self | P:
        if instance is None:
            return self
        held = instance._parents.get(self.name)
        # Mostly it is the one that is held, and none has to be made to see that.
        if held is None or held._data.get("id") != instance._data.get(self.wire):
            found = super().__get__(instance, owner)
            if not isinstance(found, Resource):
                return found
            # What was given may be of a subclass.
            if held is None or held._ids() != found._ids():
                held = instance._parents[self.name] = found
        held.session = held.session or instance.session
        return held  # type: ignore[return-value]

    def to_wire(self, instance: Resource, value: Any) -> Any:
        """Keep the resource that was given, and take its session where there is none.

        Args:
            instance: The resource that belongs to it.
            value: The other resource, or its id.

        Returns:
            Its id.

        Raises:
            ValidationError: It is neither.
        """
        if not isinstance(value, Resource):
            return resource_id(value, self.name)
        if not isinstance(value, self.kind):
            raise ValidationError(f"{self.name} is a {self.kind.__name__} or its id, not a {type(value).__name__}")
        instance._parents[self.name] = value
        instance.session = instance.session or value.session
        return value._id()


def string(value: Any) -> str:
    """Read a string.

    Args:
        value: The value on the wire.

    Returns:
        The string.

    Raises:
        TypeError: It is of another type.
    """
    if isinstance(value, str):
        return value
    raise TypeError("it is not a string")


def integer(value: Any) -> int:
    """Read a whole number.

    Args:
        value: The value on the wire.

    Returns:
        The number.

    Raises:
        TypeError: It is of another type, for example a string of digits.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    # For JSON Schema 3.0 is a whole number, too; above 2^53 a float may stand for several of them.
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return int(value)
    raise TypeError("it is not a whole number")


def identifier(value: Any) -> int:
    """Read an id, which may come as a string of digits.

    Args:
        value: The value on the wire.

    Returns:
        The id.

    Raises:
        TypeError: It is of another type.
        ValidationError: It is a string of something else.
    """
    return resource_id(value) if isinstance(value, str) else integer(value)


def number(value: Any) -> float:
    """Read a number.

    Args:
        value: The value on the wire.

    Returns:
        The number.

    Raises:
        TypeError: It is of another type.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise TypeError("it is not a number")


def boolean(value: Any) -> bool:
    """Read true or false.

    Args:
        value: The value on the wire.

    Returns:
        The value.

    Raises:
        TypeError: It is of another type.
    """
    if isinstance(value, bool):
        return value
    raise TypeError("it is neither true nor false")


def string_list(value: Any) -> list[str]:
    """Read a list of strings.

    Args:
        value: The value on the wire.

    Returns:
        A list of its own.

    Raises:
        TypeError: It, or an item of it, is of another type.
    """
    if isinstance(value, list | tuple):
        return [string(item) for item in value]
    raise TypeError("it is not a list")


def json_object(value: Any) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        value: The value on the wire.

    Returns:
        A dict of its own.

    Raises:
        TypeError: It is of another type.
    """
    if isinstance(value, Mapping):
        return json.loads(json.dumps(dict(value)))  # type: ignore[no-any-return]
    raise TypeError("it is not a JSON object")


@overload
def optional(convert: Callable[[Any], T]) -> Callable[[Any], T | None]: ...
@overload
def optional(convert: Callable[[Any], T], null: T) -> Callable[[Any], T]: ...
def optional(convert: Callable[[Any], T], null: T | None = None) -> Callable[[Any], T | None]:
    """Allow null.

    Args:
        convert: Conversion of every other value.
        null: The documented value that null stands for.

    Returns:
        The conversion.
    """

    def read(value: Any) -> T | None:
        return copy.copy(null) if value is None else convert(value)

    return read


def read_field(data: Mapping[str, Any], name: str, kind: type[T], *, within: str = "") -> T:
    """Read a required field.

    Args:
        data: The JSON object.
        name: Name of the field.
        kind: Type of its value; a boolean is not an integer.
        within: Where the object stands in the response, for the message, for example ``targets[0]``.

    Returns:
        The value.

    Raises:
        ValueError: The field is missing, null or of another type; the message names it.
    """
    value = data.get(name)
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    path = f"{within}.{name}" if within else name
    if name not in data:
        raise ValueError(f"the field {path!r} is missing")
    # A string or what holds strings may be a secret, for example a presigned URL.
    shown = repr(value) if value is None or isinstance(value, int | float) else f"a {type(value).__name__}"
    raise ValueError(f"the server sent {shown:.60} for {path!r}")


def read_optional_field(data: Mapping[str, Any], name: str, kind: type[T], *, within: str = "") -> T | None:
    """Read a field that may be missing or null.

    Args:
        data: The JSON object.
        name: Name of the field.
        kind: Type of its value.
        within: As for `read_field`.

    Returns:
        The value; None where it is missing or null.

    Raises:
        ValueError: The field is of another type; the message names it.
    """
    return None if data.get(name) is None else read_field(data, name, kind, within=within)


def iter_objects(items: Iterable[Any], within: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Walk through a list of JSON objects.

    Args:
        items: The list.
        within: Where the list stands in the response.

    Yields:
        An object and where it stands, for example ``targets[0]``.

    Raises:
        ValueError: An item is no object; the message names it.
    """
    for index, item in enumerate(items):
        place = f"{within}[{index}]"
        if not isinstance(item, dict):
            raise ValueError(f"the server sent a {type(item).__name__} for {place!r}")  # noqa: TRY004 - not a caller's error
        yield item, place


def resource_id(value: object, what: str = "id") -> int:
    """Read an id: an int or a text of digits.

    Args:
        value: The id.
        what: Its name, for the message.

    Returns:
        The id as int.

    Raises:
        ValidationError: It is anything else, for example a path.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        return int(value)
    raise ValidationError(f"{what} must be a whole number (or its digits), not {value!r:.60}")


@frozen(kw_only=True)
class Declaration:
    """What a kind of resource is called and what can be done with it; a missing operation makes a verb reject the kind.

    Attributes:
        name: Name of the kind on the wire and in links.
        schema: Name of its schema in the contract.
        id_name: Name of its id in the paths of the contract.
        get: Operation that gets one.
        list: Operation that lists.
        create: Operation that creates one.
        update: Operation that changes one.
        delete: Operation that deletes one.
        upload: Operation that takes its content.
        parent: Name of the field with the resource that it belongs to; its ids are part of the paths.
        trash: True where deleting moves to the trash first.
        taggable: True where it can carry tags.
        sharable: True where it can be shared.
        in_folders: True where it can lie in a folder.
        linkable: True where links can lead to it.
        hidden: Fields of the schema that the class leaves out, each with the reason.
        write_only: Fields that are sent and that no text shows.
    """

    name: str
    schema: str
    id_name: str
    get: Endpoint | None = None
    list: Endpoint | None = None
    create: Endpoint | None = None
    update: Endpoint | None = None
    delete: Endpoint | None = None
    upload: Endpoint | None = None
    parent: str = ""
    trash: bool = False
    taggable: bool = False
    sharable: bool = False
    in_folders: bool = False
    linkable: bool = True
    hidden: Mapping[str, str] = field(factory=dict)
    write_only: tuple[str, ...] = ()

    @contextlib.contextmanager
    def redact_errors(self, params: Mapping[str, Any]) -> Iterator[None]:
        """Keep what must not show out of the text of errors, which may quote what the server says of it.

        Args:
            params: What is sent.

        Raises:
            OrionError: What the block raises.
        """
        try:
            yield
        except OrionError as error:
            values = tuple(str(params[name]) for name in self.write_only if params.get(name))
            if values and error.call is not None:
                error.call = evolve(error.call, secrets=(*error.call.secrets, *values))
            raise


class Resource:
    """Base of every kind of resource.

    Instances come from a session or, as handles, from keywords: `File(id=7)`. Fields that the server has not sent raise `NotLoaded`
    when they are read; reading never asks the server.

    Args:
        session: Session that the instance uses; None for a handle.
        **fields: Values of fields.

    Raises:
        TypeError: The kind has no such field.

    Attributes:
        declaration: What the kind is called and what can be done with it.
        session: The session; None for a handle that was never sent through one.
    """

    declaration: ClassVar[Declaration]
    session: SessionLike | None

    def __init__(self, *, session: SessionLike | None = None, **fields: Any) -> None:
        declared = _collect_fields(type(self))
        unknown = sorted(set(fields) - set(declared))
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {unknown[0]!r}; it has {', '.join(declared)}")
        self.session = session
        self._parents: dict[str, Resource] = {}
        self._data: dict[str, Any] = {
            declared[name].wire: declared[name].to_wire(self, fields[name]) for name in fields
        }

    @classmethod
    def fields(cls) -> dict[str, Field[Any]]:
        """Find the fields of the kind.

        Returns:
            Name -> field, in the order in which they are declared.
        """
        return dict(_collect_fields(cls))

    @classmethod
    def from_msg(cls, msg: Mapping[str, Any], session: SessionLike | None = None) -> Self:
        """Make an instance from what the server sent.

        Args:
            msg: The JSON object; unknown fields are kept and show in `to_dict`.
            session: Session that the instance uses.

        Returns:
            The instance.

        Raises:
            ValidationError: `msg` is no mapping.
        """
        if not isinstance(msg, Mapping):
            raise ValidationError(f"{cls.__name__}.from_msg takes a mapping, not {type(msg).__name__}")
        instance = cls(session=session)
        # People pass the resource itself where the server sends its id.
        given = {
            name: _collect_fields(cls)[name].to_wire(instance, value)
            for name, value in msg.items()
            if isinstance(value, Resource)
        }
        instance._replace({**msg, **given} if given else msg)
        return instance

    def _new_instance(self, msg: Mapping[str, Any], session: SessionLike | None) -> Self:
        """Make another instance of the kind, with what this one carries of its parents."""
        made = self.from_msg({**self._parent_data(), **msg}, session)
        made._parents.update(self._parents)
        return made

    def _make_handle(self, number: Id) -> Self:
        """Make a handle of the kind with what this one carries of its parents."""
        return self._new_instance({"id": number}, self.session)

    def _parent_data(self) -> dict[str, Any]:
        """What it belongs to, which stays known where a response does not retry it."""
        parent = self.declaration.parent if hasattr(self, "declaration") else ""
        return {parent: self._data[parent]} if parent in self._data else {}

    def to_dict(self) -> dict[str, Any]:
        """Copy everything the server sent about this resource, fields included that this class does not know.

        Returns:
            A dict of its own.
        """
        return copy.deepcopy(self._data)

    def _replace(self, data: Mapping[str, Any]) -> None:
        self._data = {**self._parent_data(), **data}

    def _ids(self) -> dict[str, Id]:
        """Ids for the path of an operation on this resource."""
        if self._data.get("id") is None:
            raise ValidationError(f"this {type(self).__name__} has no id")
        return {**self._parent_ids(), self.declaration.id_name: resource_id(self._data["id"])}

    def _parent_ids(self) -> dict[str, Id]:
        """Ids for the path of an operation on all resources of the kind."""
        name = self.declaration.parent
        if not name:
            return {}
        if name not in self._data:
            kind = type(self).__name__
            raise ValidationError(f"a {kind} belongs to a {name}; pass {kind}({name}=...)")
        parent: Resource = getattr(self, name)
        return parent._ids()

    def _id(self) -> Id:
        """The resource's own id, checked."""
        return self._ids()[self.declaration.id_name]

    def _require_session(self) -> SessionLike:
        if self.session is None:
            raise ValidationError(f"{self._title()} belongs to no session; get it from one, or pass session=")
        return self.session

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
        parts = []
        for name, described in self.fields().items():
            if described.wire in self._data:
                shown = repr(self._data[described.wire])
                parts.append(f"{name}={shown if len(shown) <= 100 else shown[:99] + '…'}")
        return f"{type(self).__name__}({', '.join(parts)})"


_FIELDS: Final[dict[type[Resource], Mapping[str, Field[Any]]]] = {}


def _collect_fields(kind: type[Resource]) -> Mapping[str, Field[Any]]:
    if kind not in _FIELDS:
        found: dict[str, Field[Any]] = {}
        for base in reversed(kind.__mro__):
            found.update({name: value for name, value in vars(base).items() if isinstance(value, Field)})
        _FIELDS[kind] = found
    return _FIELDS[kind]
