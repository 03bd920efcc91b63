"""The steps of fault scripts: their constructors, and the parser of their JSON and one-line forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from orionclient.emulator import _strictjson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "Step", "broken_json", "close", "close_after", "cut", "digest", "drip", "garbage", "gzip_cut", "headers", "hints", "html",
    "length", "missing_next", "next_link", "null_field", "parse", "pass_", "redirect", "remove", "reset", "reset_after", "resize",
    "set_field", "stall", "status", "strip", "unasked_range",
]  # fmt: skip

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_MAX_WAIT = 86_400


@dataclass(frozen=True, slots=True)
class Step:
    """A fault for one request, created by the functions of this module or by `parse`.

    Args:
        name: Name of the step.
        values: The values of all its parameters.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form that `parse` reads, without parameters that have their default."""
        defaults = _STEPS[self.name]
        return {
            "step": self.name,
            **{name: value for name, value in self.values.items() if value != defaults[name].default},
        }


@dataclass(frozen=True, slots=True)
class _StepParameter:
    """A parameter of a step: the description of its values, their validation and the default."""

    description: str
    accepts: Callable[[Any], bool]
    default: Any = None
    required: bool = False

    def as_required(self) -> _StepParameter:
        return _StepParameter(self.description, self.accepts, required=True)

    def with_default(self, default: Any) -> _StepParameter:
        return _StepParameter(self.description, self.accepts, default)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_headers(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and _TOKEN.fullmatch(name) and _is_header_value(each) for name, each in value.items()
    )


def _is_header_value(value: Any) -> bool:
    texts = value if isinstance(value, list) else [value]
    return all(each is None or _is_int(each) or (isinstance(each, str) and _is_line(each)) for each in texts)


def _is_line(text: str) -> bool:
    return not re.search(r"[\r\n\0]", text) and all(ord(character) < 256 for character in text)


def _is_wait(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= _MAX_WAIT


def _is_json(value: Any) -> bool:
    try:
        _strictjson.dumps(value).encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _one_of(*choices: str) -> _StepParameter:
    return _StepParameter(f"one of {', '.join(choices)}", lambda value: value in choices, choices[0])


_CODE = _StepParameter("a status from 100 to 999", lambda value: _is_int(value) and 100 <= value <= 999)
_REDIRECT = _StepParameter("a status from 300 to 399", lambda value: _is_int(value) and 300 <= value <= 399, 302)
_SIZE = _StepParameter("a number of bytes, 0 or more", lambda value: value is None or (_is_int(value) and value >= 0))
_COUNT = _StepParameter("a number of bytes, 0 or more", lambda value: _is_int(value) and value >= 0)
_SECONDS = _StepParameter(f"seconds from 0 to {_MAX_WAIT}", _is_wait)
_BOOLEAN = _StepParameter("true or false", lambda value: isinstance(value, bool), default=False)
_STRING = _StepParameter("a string", lambda value: value is None or isinstance(value, str))
_LINE = _StepParameter("a string of one line", lambda value: isinstance(value, str) and _is_line(value))
_LOCATION = _StepParameter(
    "a string of one line", lambda value: value is None or (isinstance(value, str) and _is_line(value))
)
_NAME = _StepParameter("the dotted name of a field", lambda value: isinstance(value, str) and value != "")
_ANY = _StepParameter("a JSON value", _is_json)
_HEADERS = _StepParameter("an object of header names and values", lambda value: value is None or _is_headers(value))
_NAMES = _StepParameter(
    "a list of header names",
    lambda value: (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, str) and _TOKEN.fullmatch(each) for each in value)
    ),
)
_CUT_MODE = _one_of("reset", "close")
_NONZERO = _StepParameter("an integer other than 0", lambda value: _is_int(value) and value != 0)

_STEPS: dict[str, dict[str, _StepParameter]] = {
    "pass": {},
    "status": {
        "code": _CODE.as_required(), "headers": _HEADERS, "json": _ANY, "text": _STRING, "read": _SIZE, "applied": _BOOLEAN,
    },
    "html": {"code": _CODE.with_default(200), "text": _STRING, "applied": _BOOLEAN},
    "redirect": {"url": _LOCATION, "code": _REDIRECT},
    "reset": {"read": _SIZE, "applied": _BOOLEAN},
    "close": {"read": _SIZE, "applied": _BOOLEAN},
    "garbage": {"text": _STRING},
    "stall": {"seconds": _SECONDS.as_required(), "read": _SIZE, "sent": _SIZE, "applied": _BOOLEAN},
    "drip": {"seconds": _SECONDS.as_required(), "size": _SIZE.with_default(1), "head": _BOOLEAN},
    "cut": {"sent": _COUNT.with_default(0), "how": _CUT_MODE, "framing": _one_of("real", "length", "chunked", "close")},
    "length": {"by": _NONZERO.as_required()},
    "broken_json": {},
    "gzip_cut": {"how": _one_of("cut", "crc")},
    "set_field": {"field": _NAME.as_required(), "value": _ANY},
    "null_field": {"field": _NAME.as_required()},
    "remove": {"field": _NAME.as_required()},
    "missing_next": {},
    "next_link": {"url": _LINE.as_required()},
    "digest": {},
    "headers": {"headers": _HEADERS.as_required()},
    "hints": {"times": _NONZERO.with_default(1)},
    "strip": {"headers": _NAMES.as_required()},
    "resize": {"by": _NONZERO.as_required(), "framing": _one_of("length", "chunked", "close")},
    "unasked_range": {"start": _COUNT.with_default(0), "size": _SIZE},
}  # fmt: skip

# Aliases of common steps: name -> step and fixed parameters.
_ALIASES = {"reset_after": ("reset", {"applied": True}), "close_after": ("close", {"applied": True})}


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
    return status(code)


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
    short, extra = _ALIASES.get(name, (name, {}))
    parameters = _STEPS.get(short)
    if parameters is None:
        raise ValueError(f"unknown step {name!r}; known: {', '.join(sorted({*_STEPS, *_ALIASES}))}")
    given = {**given, **extra}
    unknown = sorted(set(given) - set(parameters))
    if unknown:
        known = ", ".join(parameters) or "none"
        raise ValueError(f"unknown parameter {', '.join(unknown)} of step {name}; known: {known}")
    values = {}
    for key, parameter in parameters.items():
        if key not in given and parameter.required:
            raise ValueError(f"step {name} requires the parameter {key}: {parameter.description}")
        value = given.get(key, parameter.default)
        if key in given and not parameter.accepts(value):
            raise ValueError(f"{key} of step {name} must be {parameter.description}, not {value!r}")
        values[key] = value
    _check_combination(name, values)
    return Step(short, values)


def _check_combination(name: str, values: Mapping[str, Any]) -> None:
    if values.get("applied") and values.get("read") is not None:
        raise ValueError(
            f"step {name}: read and applied are mutually exclusive, because the operation needs the whole body"
        )
    if name == "stall" and values["sent"] is not None and values["read"] is not None:
        raise ValueError(
            "step stall: read (wait during the request) and sent (during the response) are mutually exclusive"
        )
    if name == "status" and values["json"] is not None and values["text"] is not None:
        raise ValueError("step status: json and text are mutually exclusive")
    if name == "unasked_range" and values["size"] == 0:
        raise ValueError("step unasked_range: size must be at least 1")
    for key in ("size", "times"):
        if key in values and name != "unasked_range" and not (values[key] and 1 <= values[key] <= 1_000_000):
            raise ValueError(f"{key} of step {name} must be from 1 to 1000000")


def pass_() -> Step:
    """Send the real response."""
    return _build_step("pass", {})


def status(
    code: int,
    *,
    headers: Mapping[str, Any] | None = None,
    json: object = None,
    text: str | None = None,
    read: int | None = None,
    applied: bool = False,
) -> Step:
    """Send a response with this status.

    Args:
        code: The status, 100 to 999.
        headers: Additional headers, for example `Retry-After`; a value of None removes a default header.
        json: The body as JSON. If `json` and `text` are omitted, the body is a problem as Orion sends it.
        text: The body as plain text.
        read: Bytes of the request body to read before the response. If omitted, the whole body is read.
        applied: Whether to execute the operation first and discard its response. Defaults to False.
    """
    given = {"code": code, "headers": dict(headers) if headers else None, "json": json, "text": text}
    return _build_step("status", {**given, "read": read, "applied": applied})


def html(code: int = 200, *, text: str | None = None, applied: bool = False) -> Step:
    """Send an HTML page, like a captive portal or a load balancer."""
    return _build_step("html", {"code": code, "text": text, "applied": applied})


def redirect(url: str | None = None, *, code: int = 302) -> Step:
    """Send a redirect without executing the operation.

    Args:
        url: The target; `self` is the URL of the request. If omitted, there is no `Location` header.
        code: The status, 300 to 399. Defaults to 302.
    """
    return _build_step("redirect", {"url": url, "code": code})


def reset(*, read: int | None = None, applied: bool = False) -> Step:
    """Reset the connection (RST) before the response.

    Args:
        read: Bytes of the request body to read before the reset. If omitted, the whole body is read.
        applied: Whether to execute the operation first, so that only its response is lost. Defaults to False.
    """
    return _build_step("reset", {"read": read, "applied": applied})


def close(*, read: int | None = None, applied: bool = False) -> Step:
    """Close the connection (FIN) without a response; parameters as for `reset`."""
    return _build_step("close", {"read": read, "applied": applied})


def reset_after() -> Step:
    """Execute the operation, then reset the connection instead of sending the response."""
    return reset(applied=True)


def close_after() -> Step:
    """Execute the operation, then close the connection instead of sending the response."""
    return close(applied=True)


def garbage(text: str | None = None) -> Step:
    """Send bytes that are not HTTP, then close the connection."""
    return _build_step("garbage", {"text": text})


def stall(seconds: float, *, read: int | None = None, sent: int | None = None, applied: bool = False) -> Step:
    """Wait, then send the real response.

    Args:
        seconds: How long to wait. If the client times out earlier, the operation is not executed unless `applied` or `sent` is
            given.
        read: Wait after this number of bytes of the request body.
        sent: Wait after the head and this number of bytes of the response body.
        applied: Whether to execute the operation before the wait. Defaults to False.
    """
    return _build_step("stall", {"seconds": seconds, "read": read, "sent": sent, "applied": applied})


def drip(seconds: float, *, size: int = 1, head: bool = False) -> Step:
    """Send the real response slowly.

    Args:
        seconds: Delay before each chunk.
        size: Chunk size in bytes. Defaults to 1.
        head: Whether to send the head slowly too. Defaults to False.
    """
    return _build_step("drip", {"seconds": seconds, "size": size, "head": head})


def cut(
    sent: int = 0,
    *,
    how: Literal["reset", "close"] = "reset",
    framing: Literal["real", "length", "chunked", "close"] = "real",
) -> Step:
    """Truncate the body of the real response.

    Args:
        sent: Bytes of the body to send. Defaults to 0.
        how: How the connection ends. Defaults to `reset`.
        framing: How the response delimits its body: like the real response, by Content-Length, with chunked transfer coding, or
            by the end of the connection. Defaults to `real`.
    """
    return _build_step("cut", {"sent": sent, "how": how, "framing": framing})


def length(by: int) -> Step:
    """Send the real response with a wrong Content-Length.

    Args:
        by: Bytes added to the real length; negative for a length that is too small.
    """
    return _build_step("length", {"by": by})


def broken_json() -> Step:
    """Send the first half of the real JSON as a complete response."""
    return _build_step("broken_json", {})


def gzip_cut(how: Literal["cut", "crc"] = "cut") -> Step:
    """Send the real response compressed with gzip, truncated or with a wrong checksum, as a complete response."""
    return _build_step("gzip_cut", {"how": how})


def set_field(field: str, value: object = None) -> Step:
    """Set or add a field of the real JSON.

    Args:
        field: Name of the field. Dots separate nested names, `*` is every item of a list.
        value: The value. Defaults to null.
    """
    return _build_step("set_field", {"field": field, "value": value})


def null_field(field: str) -> Step:
    """Set an existing field of the real JSON to null.

    Args:
        field: Name of the field. Dots separate nested names, `*` is every item of a list.
    """
    return _build_step("null_field", {"field": field})


def remove(field: str) -> Step:
    """Remove a field of the real JSON.

    Args:
        field: Name of the field. Dots separate nested names, `*` is every item of a list.
    """
    return _build_step("remove", {"field": field})


def next_link(url: str = "self") -> Step:
    """Set the `next` link of a page.

    Args:
        url: The link. Defaults to `self`, the URL of the request.
    """
    return _build_step("next_link", {"url": url})


def missing_next() -> Step:
    """Remove the `next` link of a page that has a next page."""
    return _build_step("missing_next", {})


def resize(by: int, framing: Literal["length", "chunked", "close"] = "length") -> Step:
    """Send the real response with a body of another size, as a complete response without digest headers.

    Args:
        by: Bytes to append (zeros) or, if negative, to remove at the end.
        framing: How the response delimits its body: by the new Content-Length, with chunked transfer coding, or by the end of
            the connection. Defaults to `length`.
    """
    return _build_step("resize", {"by": by, "framing": framing})


def unasked_range(start: int = 0, size: int | None = None) -> Step:
    """Respond to a request without `Range` with a 206 and a byte range of the real content, without digest headers.

    Args:
        start: Position of the first byte. Defaults to 0.
        size: Number of bytes. Defaults to half of the bytes after `start`.
    """
    return _build_step("unasked_range", {"start": start, "size": size})


def digest() -> Step:
    """Send the real response with wrong digest headers."""
    return _build_step("digest", {})


def headers(headers: Mapping[str, Any]) -> Step:
    """Send the real response with changed headers; a value of None removes a header, a list sends it several times."""
    return _build_step("headers", {"headers": dict(headers)})


def hints(times: int = 1) -> Step:
    """Send 103 Early Hints before the real response.

    Args:
        times: How many. Defaults to 1.
    """
    return _build_step("hints", {"times": times})


def strip(*names: str) -> Step:
    """Remove headers from the request, so that the response is that of a server that does not know them."""
    return _build_step("strip", {"headers": list(names)})
