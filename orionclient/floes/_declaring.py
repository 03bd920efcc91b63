"""The floe decorator: derives the specification of a floe from the signature of a function."""

from __future__ import annotations

import inspect
import json
import types
import typing
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeVar

from attrs import asdict, frozen

from orionclient._resources.json_values import encode_json
from orionclient._runtime.hardware import HARDWARE
from orionclient._runtime.parameters import DATA, OUTPUTS, find_specification_faults, find_value_faults
from orionclient.exceptions import ValidationError
from orionclient.types import Dataset, File, Secret, ShardCollection

F = TypeVar("F", bound=Callable[..., Any])

#: `type` of a cube that puts data into a floe. The vendor's library has the name in `floe.constants` (documented); the value is assumed.
SOURCE_CUBE: Final = "source"
#: `type` of a cube that stores data (as `SOURCE_CUBE`).
SINK_CUBE: Final = "sink"
#: `type` of any other cube (name and value are assumed).
COMPUTE_CUBE: Final = "compute"

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
    File: "file_in",
    Dataset: "data_source",
    ShardCollection: "collection_source",
    Secret: "secret",
}
_LISTS: Final = (list, Sequence)


@frozen(kw_only=True)
class Parameter:
    """Properties of a parameter that its type hint cannot express, for use in ``Annotated``.

    The names are published (listed). `required`, `many` and `default` of the specification are those of the signature: a parameter
    without a default is required, and a list takes several values. An annotation of the items of a list applies to each of them.

    Args:
        title: Label in a form.
        description: Description, with the unit.
        promoted_name: Promoted name for starting a job. Defaults to the name in the signature; None for a parameter that is not promoted.
        type: Type in the specification. Defaults to the type of the hint.
        min_value: Smallest value of an int or float.
        max_value: Largest value of an int or float.
        max_length: Largest length of a string, in characters.
        choices: The possible values. Defaults to those of a `Literal`.
        level: Who needs the parameter, for example ``"advanced"``; Orion has the level ``"basic"`` if it is omitted (documented).
        hidden: True for a parameter that forms and the help of `ocli` do not show. It can be set nevertheless.

    Example:
        >>> from typing import Annotated
        >>> from orionclient.floes import Parameter, floe
        >>> @floe
        ... def shift(by: Annotated[float, Parameter(description="in angstrom", min_value=0, promoted_name="distance")] = 1.0) -> None:
        ...     print(by)
    """

    title: str = ""
    description: str = ""
    promoted_name: str | None = ""
    type: str = ""
    min_value: float | None = None
    max_value: float | None = None
    max_length: int | None = None
    choices: Sequence[Any] = ()
    level: str = ""
    hidden: bool = False


#: Name of a dataset that the floe creates.
DatasetOut = Annotated[str, Parameter(type="dataset_out")]
#: Name of a collection that the floe creates.
CollectionOut = Annotated[str, Parameter(type="collection_sink")]
#: Name of a file that the floe creates.
FileOut = Annotated[str, Parameter(type="file_out")]


@frozen
class Floe:
    """The definition of a floe.

    Attributes:
        specification: The specification as a JSON object.
        tags: Tags of the specification.
    """

    specification: dict[str, Any]
    tags: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the floe and of its single cube."""
        return str(self.specification["name"])

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """Parameters of the single cube."""
        return list(self.specification["cubes"][0]["parameters"])


@typing.overload
def floe(function: F, /) -> F: ...
@typing.overload
def floe(
    *,
    name: str = "",
    title: str = "",
    tags: Iterable[str] = (),
    description: str = "",
    hardware: Mapping[str, Any] | None = None,
    classification: Iterable[Sequence[str]] = (),
) -> Callable[[F], F]: ...
def floe(
    function: Any = None,
    /,
    *,
    name: str = "",
    title: str = "",
    tags: Iterable[str] = (),
    description: str = "",
    hardware: Mapping[str, Any] | None = None,
    classification: Iterable[Sequence[str]] = (),
) -> Any:
    """Declare a function as a floe. It stays an ordinary function that tests can call.

    Every parameter needs a type hint: `str`, `int`, `float`, `bool`, `dict` or `list` (any JSON), `Literal` (of strings or integers),
    `File`, `Dataset`, `ShardCollection`, `Secret`, a list of one of these, or `DatasetOut`, `CollectionOut`, `FileOut` for the name of
    a resource that the floe creates. Parameters without a default are required when a job is started.

    Args:
        function: The function, if the decorator is used without parentheses.
        name: Name of the floe and of its single cube. Defaults to the name of the function.
        title: Title. Defaults to a title derived from the name.
        tags: Tags of the specification, for finding the floe.
        description: Description. Defaults to the first paragraph of the function's docstring.
        hardware: Defaults of hardware parameters (names, defaults and bounds are documented): `cpu_count`, `memory_mb` and `disk_space`
            in MiB, `gpu_count`, `instance_type`, `instance_tags`, `max_backlog_wait` in seconds and `spot_policy`. A job can set others as
            parameters of the cube. A parameter of the function with such a name is the hardware parameter, too.
        classification: Places of the floe in the tree of classifications, each a list of names from the top level down, for example
            ``[["Docking", "Posing"]]`` (as in public code). A name has no slash.

    Returns:
        The function itself.

    Raises:
        ValidationError: A parameter has no type hint, or an unsupported one; or its properties or its default contradict each other. The
            message has all contradictions. Or the classification is not a list of lists of names.

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
        parameters = _read_parameters(function, given)
        parameters += _declare_hardware(hardware or {}, parameters, given)
        paths = [_check_path(path, given) for path in classification]
        setattr(
            function,
            _MARK,
            Floe(
                {
                    "name": given,
                    "title": title or given.replace("_", " ").strip().capitalize(),
                    "description": description or paragraph,
                    # The UUID is stable, so that the floe is recognized however often and wherever it is registered.
                    "uuid": str(uuid.uuid5(_NAMESPACE, given)),
                    **({"classification": paths} if paths else {}),
                    "cubes": [
                        {
                            "name": given,
                            "title": title or given,
                            "type": _get_cube_type(parameters),
                            "parameters": parameters,
                        }
                    ],
                },
                tuple(tags),
            ),
        )
        return function

    return declare if function is None else declare(function)


def get_floe(function: Any) -> Floe:
    """Get the definition of a floe.

    Args:
        function: The decorated function.

    Returns:
        The definition.

    Raises:
        ValidationError: The function is not a floe.
    """
    # Looked up in vars(), since mocks return any attribute.
    found = vars(function).get(_MARK) if hasattr(function, "__dict__") else None
    if not isinstance(found, Floe):
        raise ValidationError(f"{function!r:.100} is not a floe; decorate the function with @orionclient.floes.floe")
    return found


def is_floe(thing: object) -> bool:
    """Check whether an object is a floe.

    Args:
        thing: Any object.

    Returns:
        True for a decorated function.
    """
    return inspect.isfunction(thing) and _MARK in vars(thing)


def describe(function: Callable[..., Any]) -> dict[str, Any]:
    """Get the specification of a floe.

    Args:
        function: The decorated function.

    Returns:
        The specification as a JSON-serializable dict.

    Raises:
        ValidationError: The function is not a floe.

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


def _check_path(path: Any, name: str) -> list[str]:
    if (
        isinstance(path, str)
        or not path
        or not all(isinstance(each, str) and each and "/" not in each for each in path)
    ):
        raise ValidationError(
            f"the classification of the floe {name!r} must be a list of paths, each a list of names without slashes, not {path!r:.60}"
        )
    return list(path)


def _get_cube_type(parameters: Iterable[Mapping[str, Any]]) -> str:
    """Return the role of the single cube. One that reads data and stores data is a source."""
    types = {parameter["type"] for parameter in parameters}
    return SOURCE_CUBE if types & DATA.keys() - {"secret"} else SINK_CUBE if types & OUTPUTS.keys() else COMPUTE_CUBE


def _read_parameters(function: Callable[..., Any], name: str) -> list[dict[str, Any]]:
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise ValidationError(
            f"cannot resolve the type hints of the floe {name!r}: {error}; import their types outside of TYPE_CHECKING"
        ) from None
    found = []
    for parameter in inspect.signature(function).parameters.values():
        where = f"the parameter {parameter.name!r} of the floe {name!r}"
        if parameter.kind not in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}:
            raise ValidationError(f"{where} cannot be passed by keyword")
        if parameter.name not in hints:
            raise ValidationError(f"{where} has no type hint")
        found.append(_read_parameter(parameter, hints[parameter.name], where))
    faults = [*find_specification_faults([{"name": name, "parameters": found}])]
    if faults:
        raise ValidationError(f"the floe {name!r} is not valid: {'; '.join(faults)}")
    return found


def _declare_hardware(
    hardware: Mapping[str, Any], others: Iterable[Mapping[str, Any]], name: str
) -> list[dict[str, Any]]:
    """Return the hardware parameters of a floe that its function does not take."""
    taken = {each["name"] for each in others}
    faults = []
    for each, value in hardware.items():
        label = f"the hardware parameter {each!r}"
        if each not in HARDWARE:
            faults.append(f"{label} is unknown; known names are {', '.join(HARDWARE)}")
        elif each in taken:
            faults.append(f"{label} is a parameter of the function; set its default there")
        else:
            faults += find_value_faults(HARDWARE[each], value, label)
    if faults:
        raise ValidationError(f"the floe {name!r} is not valid: {'; '.join(faults)}")
    shown = {"promoted": False, "description": "", "required": False, "hidden": False}
    return [{**HARDWARE[each], **shown, "default": value} for each, value in hardware.items()]


def _read_parameter(parameter: inspect.Parameter, hint: Any, where: str) -> dict[str, Any]:
    hint, optional = _strip_none(hint)
    hint, properties = _unwrap_annotated(hint)
    items = typing.get_args(hint) if typing.get_origin(hint) in _LISTS else ()
    if items:
        item, inner = _unwrap_annotated(items[0])
        kind, choices = _get_type(item, where)
        properties = inner | properties
    else:
        kind, choices = _get_type(hint, where)
    kind = str(properties.pop("type", kind))
    promoted = properties.pop("promoted_name", parameter.name)
    described: dict[str, Any] = {
        "name": parameter.name,
        "promoted": promoted is not None,
        **({} if promoted is None else {"promoted_name": promoted}),
        "type": kind,
        "title": parameter.name.replace("_", " ").strip().capitalize(),
        "description": "",
        "required": parameter.default is parameter.empty and not optional,
        **({"choices": choices} if choices else {}),
        **({"many": True} if items and kind != "json" else {}),
        **properties,
    }
    if parameter.default is not parameter.empty and parameter.default is not None:
        described["default"] = json.loads(encode_json(f"the default of {where}", parameter.default))
    encoded: dict[str, Any] = json.loads(encode_json(f"the properties of {where}", described))
    return encoded


def _strip_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        rest = [each for each in typing.get_args(hint) if each is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return hint, False


def _unwrap_annotated(hint: Any) -> tuple[Any, dict[str, Any]]:
    """Unwrap a hint from `Annotated` and merge the properties of its annotations; later ones take precedence."""
    properties: dict[str, Any] = {}
    if typing.get_origin(hint) is Annotated:
        hint, *annotations = typing.get_args(hint)
        for annotation in annotations:
            if isinstance(annotation, Parameter):
                properties |= asdict(
                    annotation, recurse=False, filter=lambda attribute, value: value != attribute.default
                )
        hint, _ = _strip_none(hint)
    return hint, properties


def _get_type(hint: Any, where: str) -> tuple[str, list[Any]]:
    if typing.get_origin(hint) is Literal:
        choices = list(typing.get_args(hint))
        kinds = {type(each) for each in choices}
        if len(kinds) == 1 and (kind := kinds.pop()) in {str, int}:
            return _TYPE_OF[kind], choices
        raise ValidationError(f"{where} has choices that are neither all strings nor all integers")
    try:
        return _TYPE_OF[typing.get_origin(hint) or hint], []
    except (KeyError, TypeError):
        known = "str, int, float, bool, dict, list, Literal, File, Dataset, ShardCollection, Secret, DatasetOut, CollectionOut and FileOut"
        raise ValidationError(f"{where} has the unsupported type hint {hint!r:.80}; supported are {known}") from None
