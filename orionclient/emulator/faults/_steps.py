"""Fault steps: the registry of faults, the types of their parameters, and the parser of the JSON and one-line forms."""

from __future__ import annotations

import functools
import inspect
import math
import re
import types
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Concatenate,
    Literal,
    NamedTuple,
    ParamSpec,
    Union,
    get_args,
    get_origin,
)

from orionclient.emulator import _strictjson

if TYPE_CHECKING:
    from orionclient.emulator.faults._request import FaultedRequest

P = ParamSpec("P")

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_MAX_WAIT = 86_400


class Check(NamedTuple):
    """The description of the valid values of a parameter, and their check; the metadata of an `Annotated` type."""

    description: str
    accepts: Callable[[Any], bool]


def _is_int(value: Any, low: float = -math.inf, high: float = math.inf) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_wait(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= _MAX_WAIT


def _is_line(value: Any) -> bool:
    return (
        isinstance(value, str)
        and not re.search(r"[\r\n\0]", value)
        and all(ord(character) < 256 for character in value)
    )


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _are_tokens(value: Any) -> bool:
    return isinstance(value, list) and value != [] and all(map(_is_token, value))


def _is_headers(value: Any) -> bool:
    return isinstance(value, dict) and all(
        _is_token(name) and all(item is None or _is_int(item) or _is_line(item) for item in _as_list(each))
        for name, each in value.items()
    )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_json(value: Any) -> bool:
    try:
        _strictjson.dumps(value).encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return True


# The types of the parameters of faults. A fault can also annotate a parameter with `bool`, `str` or a `Literal`.
Code = Annotated[int, Check("a status from 100 to 999", lambda value: _is_int(value, 100, 999))]
RedirectCode = Annotated[int, Check("a status from 300 to 399", lambda value: _is_int(value, 300, 399))]
Size = Annotated[int, Check("a number of bytes, 0 or more", lambda value: _is_int(value, 0))]
PositiveSize = Annotated[int, Check("at least 1", lambda value: _is_int(value, 1))]
Count = Annotated[int, Check("from 1 to 1000000", lambda value: _is_int(value, 1, 1_000_000))]
Difference = Annotated[int, Check("an integer other than 0", lambda value: _is_int(value) and value != 0)]
Seconds = Annotated[float, Check(f"seconds from 0 to {_MAX_WAIT}", _is_wait)]
Line = Annotated[str, Check("a string of one line", _is_line)]
FieldName = Annotated[str, Check("the dotted name of a field", lambda value: isinstance(value, str) and value != "")]
Json = Annotated[object, Check("a JSON value", _is_json)]
HeaderMap = Annotated[Mapping[str, Any], Check("an object of header names and values", _is_headers)]
HeaderNames = Annotated[
    str,
    Check("a list of header names", _are_tokens),
]

_PLAIN = {
    bool: Check("true or false", lambda value: isinstance(value, bool)),
    str: Check("a string", lambda value: isinstance(value, str)),
}


def _find_check(annotation: Any) -> Check:
    if get_origin(annotation) in {Union, types.UnionType}:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is Literal:
        choices = get_args(annotation)
        return Check(f"one of {', '.join(choices)}", lambda value: value in choices)
    metadata = getattr(annotation, "__metadata__", None)
    return metadata[0] if metadata else _PLAIN[annotation]


class _Fault(NamedTuple):
    """A registered fault."""

    action: Callable[..., Awaitable[None]]
    signature: inspect.Signature
    checks: Mapping[str, Check]
    exclusive: tuple[tuple[str, str], ...]


_FAULTS: dict[str, _Fault] = {}
_ALIASES: dict[str, Callable[[], Step]] = {}


@dataclass(frozen=True, slots=True)
class Step:
    """A fault for one request, created by the functions of `orionclient.emulator.faults` or by `parse`.

    Args:
        name: Name of the step.
        values: The values of all its parameters.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form that `parse` reads, without parameters that have their default."""
        parameters = _FAULTS[self.name].signature.parameters
        changed = {name: value for name, value in self.values.items() if value != parameters[name].default}
        return {"step": self.name, **changed}

    async def apply(self, request: FaultedRequest) -> None:
        """Inject the fault into a request."""
        fault = _FAULTS[self.name]
        bound = inspect.BoundArguments(fault.signature, dict(self.values))
        await fault.action(request, *bound.args, **bound.kwargs)


def fault(
    *exclusive: tuple[str, str],
) -> Callable[[Callable[Concatenate[FaultedRequest, P], Awaitable[None]]], Callable[P, Step]]:
    """Register a fault: a coroutine function that injects it into a request, turned into the function that builds its steps.

    The name, parameters and defaults of the step are those of the function; their values are checked by the annotations.

    Args:
        exclusive: Pairs of parameters of which at most one can be given.
    """

    def register(action: Callable[Concatenate[FaultedRequest, P], Awaitable[None]]) -> Callable[P, Step]:
        name, own = action.__name__.rstrip("_"), inspect.signature(action)
        signature = own.replace(parameters=list(own.parameters.values())[1:], return_annotation=Step)
        checks = {key: _find_check(parameter.annotation) for key, parameter in signature.parameters.items()}
        _FAULTS[name] = _Fault(action, signature, checks, exclusive)

        @functools.wraps(action)
        def build(*args: P.args, **kwargs: P.kwargs) -> Step:
            given = signature.bind(*args, **kwargs).arguments
            return _build_step(name, {key: _as_json_value(value) for key, value in given.items()})

        build.__signature__ = signature  # type: ignore[attr-defined]
        return build

    return register


def _as_json_value(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value


def alias(build: Callable[[], Step]) -> Callable[[], Step]:
    """Register another name for a step with fixed parameters."""
    _ALIASES[build.__name__] = build
    return build


def parse(value: object) -> Step:
    """Parse a step.

    Args:
        value: A `Step`, a status, a name, a line like ``stall;seconds=5``, or an object like ``{"step": "stall", "seconds": 5}``.

    Raises:
        ValueError: The value is none of these; the message names the known steps.
    """
    if isinstance(value, Step):
        return _build_step(value.name, dict(value.values))
    if isinstance(value, int) and not isinstance(value, bool):
        return _parse_status(value)
    if isinstance(value, str):
        return _parse_line(value)
    if isinstance(value, dict) and isinstance(value.get("step"), str):
        values = {str(name): each for name, each in value.items() if name != "step"}
        return _build_step(value["step"], values)
    raise ValueError(
        f'{value!r} is not a valid step; use a status, a name, or an object like {{"step": "stall", "seconds": 5}}'
    )


def _parse_status(code: int) -> Step:
    if 200 <= code <= 299:
        raise ValueError(f'status {code} needs a body; use "pass" for the real response, or status({code}, json=...)')
    return _build_step("status", {"code": code})


def _parse_line(line: str) -> Step:
    text = line.strip()
    if text.startswith("{"):
        return parse(_decode(text))
    name, *parts = [part.strip() for part in text.split(";")]
    if name.isascii() and name.isdigit() and not parts:
        return _parse_status(int(name))
    values: dict[str, Any] = {}
    for part in parts:
        key, sign, raw = part.partition("=")
        if not sign:
            raise ValueError(f"parameter {part!r} in {line!r} has no value; use name=value")
        values[key.strip()] = _decode_value(raw.strip())
    return _build_step(name, values)


def _decode(text: str) -> Any:
    try:
        return _strictjson.loads(text)
    except ValueError as error:
        raise ValueError(f"the step is not valid JSON: {error}") from None


def _decode_value(text: str) -> Any:
    try:
        return _strictjson.loads(text)
    except ValueError:
        return text


def _build_step(name: str, given: dict[str, Any]) -> Step:
    target = name
    if name in _ALIASES:
        fixed = _ALIASES[name]().as_json()
        target = fixed.pop("step")
        given = {**given, **fixed}
    if target not in _FAULTS:
        raise ValueError(f"unknown step {name!r}; known: {', '.join(sorted({*_FAULTS, *_ALIASES}))}")
    _, signature, checks, exclusive = _FAULTS[target]
    unknown = sorted(set(given) - set(checks))
    if unknown:
        raise ValueError(f"unknown parameter {', '.join(unknown)} of step {name}; known: {', '.join(checks) or 'none'}")
    values = {}
    for key, check in checks.items():
        default = signature.parameters[key].default
        if key not in given and default is inspect.Parameter.empty:
            raise ValueError(f"step {name} requires the parameter {key}: {check.description}")
        values[key] = given.get(key, default)
        if values[key] is not default and not check.accepts(values[key]):
            raise ValueError(f"{key} of step {name} must be {check.description}, not {values[key]!r}")
    for pair in exclusive:
        if all(values[key] != signature.parameters[key].default for key in pair):
            raise ValueError(f"step {name}: {' and '.join(pair)} are mutually exclusive")
    return Step(target, values)
