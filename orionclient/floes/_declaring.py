"""The decorator: from the signature of a function to the specification of a floe."""

from __future__ import annotations

import inspect
import json
import types
import typing
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeVar

from attrs import evolve, frozen

from orionclient.exceptions import ValidationError
from orionclient.types import Dataset, File, Secret, ShardCollection

F = TypeVar("F", bound=Callable[..., Any])

_NAMESPACE: Final = uuid.UUID("6f1d5f3e-0c62-4d5c-9d27-6a2f7a0b7c11")
_MARK: Final = "__orion_floe__"
_TYPE_OF: Final[Mapping[Any, str]] = {
    str: "string",
    int: "integer",
    float: "decimal",
    bool: "boolean",
    dict: "json",
    list: "json",
    Mapping: "json",
    Sequence: "json",
    Any: "json",
    File: "file",
    Dataset: "dataset",
    ShardCollection: "collection",
    Secret: "secret",
}
_LISTS: Final = (list, Sequence)


@frozen(kw_only=True)
class Parameter:
    """What a hint cannot say of a parameter; goes into ``Annotated``.

    Args:
        title: Label in a form.
        description: What it means, with its unit.
        promoted_name: Name under which it is set when a job starts; the name in the signature without it, and None for a parameter that
            is set through its cube only.
        type: Type in the specification, where the hint does not tell.

    Example:
        >>> from typing import Annotated
        >>> from orionclient.floes import Parameter, floe
        >>> @floe
        ... def shift(by: Annotated[float, Parameter(description="in angstrom", promoted_name="distance")] = 1.0) -> None:
        ...     print(by)
    """

    title: str = ""
    description: str = ""
    promoted_name: str | None = ""
    type: str = ""


#: Name of the dataset that the floe will make.
DatasetOut = Annotated[str, Parameter(type="dataset_out")]
#: Name of the collection that the floe will make.
CollectionOut = Annotated[str, Parameter(type="collection_out")]
#: Name of the file that the floe will make.
FileOut = Annotated[str, Parameter(type="file_out")]


@frozen
class Floe:
    """What is known of a function that is a floe.

    Attributes:
        specification: The specification, as JSON.
        tags: Tags of the specification.
    """

    specification: dict[str, Any]
    tags: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the floe, and of its one cube."""
        return str(self.specification["name"])

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """Parameters of its one cube."""
        return list(self.specification["cubes"][0]["parameters"])


@typing.overload
def floe(function: F, /) -> F: ...
@typing.overload
def floe(*, name: str = "", title: str = "", tags: Iterable[str] = (), description: str = "") -> Callable[[F], F]: ...
def floe(
    function: Any = None,
    /,
    *,
    name: str = "",
    title: str = "",
    tags: Iterable[str] = (),
    description: str = "",
) -> Any:
    """Make a function a floe. It stays an ordinary function, which tests may call.

    Every parameter needs a hint: `str`, `int`, `float`, `bool`, `dict` or `list` (any JSON), `Literal` (one of some texts or numbers),
    `File`, `Dataset`, `ShardCollection`, `Secret`, a list of one of these, or `DatasetOut`, `CollectionOut`, `FileOut` for the name of
    something that the floe will make. A parameter without default must be given when a job starts.

    Args:
        function: The function, where the decorator stands without parentheses.
        name: Name of the floe and of its one cube; the function's name without it.
        title: Title; made of the name without it.
        tags: Tags of the specification, by which scripts find it.
        description: What it does; the first paragraph of the function's docstring without it.

    Returns:
        The same function.

    Raises:
        ValidationError: A parameter has no hint, or one that no parameter of a floe can have.

    Example:
        >>> from orionclient.floes import DatasetOut, floe
        >>> from orionclient.types import File
        >>> @floe(title="Import", tags=["ETL"])
        ... def import_file(file: File, dataset: DatasetOut = "imported") -> None:
        ...     "Make a dataset of a file."
    """

    def declare(function: F) -> F:
        given = name or function.__name__
        paragraph = (inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " ")
        setattr(
            function,
            _MARK,
            Floe(
                {
                    "name": given,
                    "title": title or given.replace("_", " ").strip().capitalize(),
                    "description": description or paragraph,
                    # The same floe is known again wherever and however often it is registered.
                    "uuid": str(uuid.uuid5(_NAMESPACE, given)),
                    "cubes": [
                        {
                            "name": given,
                            "title": title or given,
                            "type": function.__qualname__,
                            "parameters": _read_parameters(function, given),
                        }
                    ],
                },
                tuple(tags),
            ),
        )
        return function

    return declare if function is None else declare(function)


def get_floe(function: Any) -> Floe:
    """Find what the decorator has made of a function.

    Args:
        function: The function.

    Returns:
        What is known of the floe.

    Raises:
        ValidationError: It is no floe.
    """
    # What merely hands on every attribute, such as a mock, is no floe.
    found = vars(function).get(_MARK) if hasattr(function, "__dict__") else None
    if not isinstance(found, Floe):
        raise ValidationError(f"{function!r:.100} is no floe; decorate the function with @orionclient.floes.floe")
    return found


def is_floe(thing: object) -> bool:
    """Tell whether something is a floe.

    Args:
        thing: Anything.

    Returns:
        True for a function that the decorator has seen.
    """
    return inspect.isfunction(thing) and _MARK in vars(thing)


def describe(function: Callable[..., Any]) -> dict[str, Any]:
    """Give the specification of a floe.

    Args:
        function: The decorated function.

    Returns:
        The specification, as a dict that JSON can hold.

    Raises:
        ValidationError: It is no floe.

    Example:
        >>> from orionclient.floes import describe, floe
        >>> @floe
        ... def double(number: int) -> None:
        ...     print(2 * number)
        >>> [parameter["name"] for parameter in describe(double)["cubes"][0]["parameters"]]
        ['number']
    """
    described: dict[str, Any] = json.loads(json.dumps(get_floe(function).specification))
    return described


def _read_parameters(function: Callable[..., Any], name: str) -> list[dict[str, Any]]:
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise ValidationError(
            f"the hints of the floe {name!r} cannot be read: {error}; import what they name outside of TYPE_CHECKING"
        ) from None
    found = []
    for parameter in inspect.signature(function).parameters.values():
        where = f"the parameter {parameter.name!r} of the floe {name!r}"
        if parameter.kind not in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}:
            raise ValidationError(f"{where} cannot be passed by its name")
        if parameter.name not in hints:
            raise ValidationError(f"{where} has no hint")
        found.append(_read_parameter(parameter, hints[parameter.name], where))
    promoted = [each["promoted_name"] for each in found if "promoted_name" in each]
    for each in promoted:
        if promoted.count(each) > 1:
            raise ValidationError(f"the floe {name!r} has two parameters promoted as {each!r}")
    return found


def _read_parameter(parameter: inspect.Parameter, hint: Any, where: str) -> dict[str, Any]:
    hint, optional = _strip_none(hint)
    hint, message = _unwrap_annotated(hint)
    many = typing.get_origin(hint) in _LISTS or hint in _LISTS
    items = typing.get_args(hint)
    described: dict[str, Any] = {"name": parameter.name}
    if message.promoted_name is not None:
        described["promoted_name"] = message.promoted_name or parameter.name
    if many and items:
        item, inner = _unwrap_annotated(items[0])
        kind, choices = _get_type(item, where)
        kind = message.type or inner.type or kind
        many = kind != "json"
    else:
        kind, choices = _get_type(hint, where)
        kind, many = message.type or kind, False
    described |= {
        "type": kind,
        "title": message.title or parameter.name.replace("_", " ").strip().capitalize(),
        "description": message.description,
        "required": parameter.default is parameter.empty and not optional,
    }
    if choices:
        described["choices"] = choices
    if many:
        described["many"] = True
    if parameter.default is not parameter.empty and parameter.default is not None:
        try:
            described["default"] = json.loads(json.dumps(parameter.default, allow_nan=False))
        except (TypeError, ValueError):
            raise ValidationError(f"the default of {where} cannot be written as JSON") from None
    return described


def _strip_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        rest = [each for each in typing.get_args(hint) if each is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return hint, False


def _unwrap_annotated(hint: Any) -> tuple[Any, Parameter]:
    """Take a hint out of `Annotated`; of several notes the last one that says something counts."""
    message = Parameter()
    if typing.get_origin(hint) is Annotated:
        hint, *notes = typing.get_args(hint)
        for note in notes:
            if isinstance(note, Parameter):
                news = {name: getattr(note, name) for name in ("title", "description", "promoted_name", "type")}
                message = evolve(message, **{name: value for name, value in news.items() if value != ""})
        hint, _ = _strip_none(hint)
    return hint, message


def _get_type(hint: Any, where: str) -> tuple[str, list[Any]]:
    if typing.get_origin(hint) is Literal:
        choices = list(typing.get_args(hint))
        kinds = {type(each) for each in choices}
        if len(kinds) == 1 and (kind := kinds.pop()) in {str, int}:
            return _TYPE_OF[kind], choices
        raise ValidationError(f"{where} has choices that are neither all texts nor all whole numbers")
    try:
        return _TYPE_OF[typing.get_origin(hint) or hint], []
    except (KeyError, TypeError):
        known = "str, int, float, bool, dict, list, Literal, File, Dataset, ShardCollection, Secret and DatasetOut and its like"
        raise ValidationError(f"{where} has the hint {hint!r:.80}; known are {known}") from None
