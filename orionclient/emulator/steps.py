"""The vocabulary of faults: what can go wrong with one request, in Python, in JSON and in one line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from orionclient.emulator import strictjson

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
    """What happens to one request. Made by the functions of this module, or by `parse`.

    Args:
        name: Name of the step.
        values: Its parameters, each with a value.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The form that `parse` reads; parameters that have their default are left out."""
        defaults = _STEPS[self.name]
        return {
            "step": self.name,
            **{name: value for name, value in self.values.items() if value != defaults[name].default},
        }


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter of a step: what it accepts, in words and as a test, and its default."""

    words: str
    accepts: Callable[[Any], bool]
    default: Any = None
    required: bool = False

    def needed(self) -> _Parameter:
        return _Parameter(self.words, self.accepts, required=True)

    def or_else(self, default: Any) -> _Parameter:
        return _Parameter(self.words, self.accepts, default)


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
        strictjson.dumps(value).encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _one_of(*choices: str) -> _Parameter:
    return _Parameter(f"one of {', '.join(choices)}", lambda value: value in choices, choices[0])


_CODE = _Parameter("a status from 100 to 999", lambda value: _is_int(value) and 100 <= value <= 999)
_REDIRECT = _Parameter("a status from 300 to 399", lambda value: _is_int(value) and 300 <= value <= 399, 302)
_SIZE = _Parameter("a number of bytes, 0 or more", lambda value: value is None or (_is_int(value) and value >= 0))
_COUNT = _Parameter("a number of bytes, 0 or more", lambda value: _is_int(value) and value >= 0)
_SECONDS = _Parameter(f"seconds from 0 to {_MAX_WAIT}", _is_wait)
_BOOLEAN = _Parameter("true or false", lambda value: isinstance(value, bool), default=False)
_STRING = _Parameter("a text", lambda value: value is None or isinstance(value, str))
_LINE = _Parameter("a text of one line", lambda value: isinstance(value, str) and _is_line(value))
_LOCATION = _Parameter(
    "a text of one line", lambda value: value is None or (isinstance(value, str) and _is_line(value))
)
_NAME = _Parameter("the name of a field, with dots", lambda value: isinstance(value, str) and value != "")
_ANY = _Parameter("JSON", _is_json)
_HEADERS = _Parameter("names and values of headers", lambda value: value is None or _is_headers(value))
_NAMES = _Parameter(
    "a list of header names",
    lambda value: (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, str) and _TOKEN.fullmatch(each) for each in value)
    ),
)
_CUT_MODE = _one_of("reset", "close")
_NUMBER = _Parameter("a whole number other than 0", lambda value: _is_int(value) and value != 0)

_STEPS: dict[str, dict[str, _Parameter]] = {
    "pass": {},
    "status": {
        "code": _CODE.needed(), "headers": _HEADERS, "json": _ANY, "text": _STRING, "read": _SIZE, "applied": _BOOLEAN,
    },
    "html": {"code": _CODE.or_else(200), "text": _STRING, "applied": _BOOLEAN},
    "redirect": {"url": _LOCATION, "code": _REDIRECT},
    "reset": {"read": _SIZE, "applied": _BOOLEAN},
    "close": {"read": _SIZE, "applied": _BOOLEAN},
    "garbage": {"text": _STRING},
    "stall": {"seconds": _SECONDS.needed(), "read": _SIZE, "sent": _SIZE, "applied": _BOOLEAN},
    "drip": {"seconds": _SECONDS.needed(), "size": _SIZE.or_else(1), "head": _BOOLEAN},
    "cut": {"sent": _COUNT.or_else(0), "how": _CUT_MODE, "framing": _one_of("real", "length", "chunked", "close")},
    "length": {"by": _NUMBER.needed()},
    "broken_json": {},
    "gzip_cut": {"how": _one_of("cut", "crc")},
    "set_field": {"field": _NAME.needed(), "value": _ANY},
    "null_field": {"field": _NAME.needed()},
    "remove": {"field": _NAME.needed()},
    "missing_next": {},
    "next_link": {"url": _LINE.needed()},
    "digest": {},
    "headers": {"headers": _HEADERS.needed()},
    "hints": {"times": _NUMBER.or_else(1)},
    "strip": {"headers": _NAMES.needed()},
    "resize": {"by": _NUMBER.needed(), "framing": _one_of("length", "chunked", "close")},
    "unasked_range": {"start": _COUNT.or_else(0), "size": _SIZE},
}  # fmt: skip

# Short forms that people write most.
_SHORT = {"reset_after": ("reset", {"applied": True}), "close_after": ("close", {"applied": True})}


def parse(value: object) -> Step:
    """A step from a `Step`, a status, a name, a line like ``stall;seconds=5`` or a JSON object like ``{"step": "stall", "seconds": 5}``.

    Raises:
        ValueError: It is none of these; the message names what is known.
    """
    if isinstance(value, Step):
        return _build_step(value.name, dict(value.values))
    if isinstance(value, int) and not isinstance(value, bool):
        return _bare_status(value)
    if isinstance(value, str):
        return _parse_line(value)
    if isinstance(value, dict) and isinstance(value.get("step"), str):
        values = {str(name): each for name, each in value.items() if name != "step"}
        return _build_step(value["step"], values)
    raise ValueError(f'{value!r} is no step; use a status, a name, or an object like {{"step": "stall", "seconds": 5}}')


def _bare_status(code: int) -> Step:
    if 200 <= code <= 299:
        raise ValueError(
            f'{code} alone says nothing about the body; use "pass" for the real response, or status({code}, json=...)'
        )
    return status(code)


def _parse_line(line: str) -> Step:
    text = line.strip()
    if text.startswith("{"):
        return parse(_decode(text))
    name, *parts = [part.strip() for part in text.split(";")]
    if name.isascii() and name.isdigit() and not parts:
        return _bare_status(int(name))
    values: dict[str, Any] = {}
    for part in parts:
        key, sign, raw = part.partition("=")
        if not sign:
            raise ValueError(f"{part!r} in {line!r} has no value; write name=value")
        values[key.strip()] = _decode_value(raw.strip())
    return _build_step(name, values)


def _decode(text: str) -> Any:
    try:
        return strictjson.loads(text)
    except ValueError as error:
        raise ValueError(f"the step is no JSON: {error}") from None


def _decode_value(text: str) -> Any:
    try:
        return strictjson.loads(text)
    except ValueError:
        return text


def _build_step(name: str, given: dict[str, Any]) -> Step:
    short, extra = _SHORT.get(name, (name, {}))
    parameters = _STEPS.get(short)
    if parameters is None:
        raise ValueError(f"there is no step {name!r}; known: {', '.join(sorted({*_STEPS, *_SHORT}))}")
    given = {**given, **extra}
    unknown = sorted(set(given) - set(parameters))
    if unknown:
        known = ", ".join(parameters) or "none"
        raise ValueError(f"step {name} has no {', '.join(unknown)}; its parameters: {known}")
    values = {}
    for key, parameter in parameters.items():
        if key not in given and parameter.required:
            raise ValueError(f"step {name} needs {key}: {parameter.words}")
        value = given.get(key, parameter.default)
        if key in given and not parameter.accepts(value):
            raise ValueError(f"{key} of step {name} must be {parameter.words}, not {value!r}")
        values[key] = value
    _check_together(name, values)
    return Step(short, values)


def _check_together(name: str, values: Mapping[str, Any]) -> None:
    if values.get("applied") and values.get("read") is not None:
        raise ValueError(
            f"step {name}: an operation is carried out with its whole body, so read and applied exclude each other"
        )
    if name == "stall" and values["sent"] is not None and values["read"] is not None:
        raise ValueError("step stall: it waits either while it reads (read) or while it responses (sent)")
    if name == "status" and values["json"] is not None and values["text"] is not None:
        raise ValueError("step status: the body is either json or text")
    if name == "unasked_range" and values["size"] == 0:
        raise ValueError("step unasked_range: a byte range has at least one byte")
    for key in ("size", "times"):
        if key in values and name != "unasked_range" and not (values[key] and 1 <= values[key] <= 1_000_000):
            raise ValueError(f"{key} of step {name} must be from 1 to 1000000")


def pass_() -> Step:
    """The real response."""
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
    """A response with this status.

    Args:
        code: The status, 100 to 999.
        headers: Further headers, for example `Retry-After`; None as a value leaves a usual one out.
        json: The body; without it and `text` a problem as Orion writes it.
        text: The body as plain text.
        read: Response after so many bytes of the request's body, and read no further.
        applied: Carry out the operation first; its own response is lost.
    """
    given = {"code": code, "headers": dict(headers) if headers else None, "json": json, "text": text}
    return _build_step("status", {**given, "read": read, "applied": applied})


def html(code: int = 200, *, text: str | None = None, applied: bool = False) -> Step:
    """A page of HTML, as a portal or a load balancer sends it."""
    return _build_step("html", {"code": code, "text": text, "applied": applied})


def redirect(url: str | None = None, *, code: int = 302) -> Step:
    """A redirect, with nothing carried out.

    Args:
        url: Where it leads; `self` is the address that was asked for. If omitted, there is no `Location`.
        code: The status, 300 to 399.
    """
    return _build_step("redirect", {"url": url, "code": code})


def reset(*, read: int | None = None, applied: bool = False) -> Step:
    """A reset of the connection (RST) before the response.

    Args:
        read: Reset after so many bytes of the request's body; None reads it whole.
        applied: Carry out the operation first, so that only its response is lost.
    """
    return _build_step("reset", {"read": read, "applied": applied})


def close(*, read: int | None = None, applied: bool = False) -> Step:
    """The end of the connection (FIN) without a response; parameters as for `reset`."""
    return _build_step("close", {"read": read, "applied": applied})


def reset_after() -> Step:
    """The operation is carried out, its response is lost by a reset."""
    return reset(applied=True)


def close_after() -> Step:
    """The operation is carried out, its response is lost by a closed connection."""
    return close(applied=True)


def garbage(text: str | None = None) -> Step:
    """Something that is not HTTP, then the end of the connection."""
    return _build_step("garbage", {"text": text})


def stall(seconds: float, *, read: int | None = None, sent: int | None = None, applied: bool = False) -> Step:
    """A wait, then the real response.

    Args:
        seconds: How long. A client that gives up before has changed nothing, unless `applied` or `sent` is given.
        read: Wait after so many bytes of the request's body.
        sent: Wait after the head and so many bytes of the response's body.
        applied: Carry out the operation before the wait.
    """
    return _build_step("stall", {"seconds": seconds, "read": read, "sent": sent, "applied": applied})


def drip(seconds: float, *, size: int = 1, head: bool = False) -> Step:
    """The real response in chunks of `size` bytes, one every so many seconds; with `head` its head too."""
    return _build_step("drip", {"seconds": seconds, "size": size, "head": head})


def cut(
    sent: int = 0,
    *,
    how: Literal["reset", "close"] = "reset",
    framing: Literal["real", "length", "chunked", "close"] = "real",
) -> Step:
    """The head and only so many bytes of the body of the real response.

    Args:
        sent: Bytes of the body.
        how: How the connection ends.
        framing: How the response says where its body ends: as it really does, by its length, in chunks, or by the end of the
            connection.
    """
    return _build_step("cut", {"sent": sent, "how": how, "framing": framing})


def length(by: int) -> Step:
    """A Content-Length that is wrong by so many bytes: larger than what comes, or (negative) smaller."""
    return _build_step("length", {"by": by})


def broken_json() -> Step:
    """The first half of the real JSON as a whole response."""
    return _build_step("broken_json", {})


def gzip_cut(how: Literal["cut", "crc"] = "cut") -> Step:
    """The real response in gzip, cut or with a wrong checksum, as a whole response."""
    return _build_step("gzip_cut", {"how": how})


def set_field(field: str, value: object = None) -> Step:
    """A field of the real JSON with another value, or a further one. Dots lead inside, `*` is every item of a list."""
    return _build_step("set_field", {"field": field, "value": value})


def null_field(field: str) -> Step:
    """The real JSON with null in a field that it has. Dots lead inside, `*` is every item of a list."""
    return _build_step("null_field", {"field": field})


def remove(field: str) -> Step:
    """The real JSON without a field."""
    return _build_step("remove", {"field": field})


def next_link(url: str = "self") -> Step:
    """A page whose `next` is this address; `self` is the address that was asked for."""
    return _build_step("next_link", {"url": url})


def missing_next() -> Step:
    """A page without `next`, although there is a next page."""
    return _build_step("missing_next", {})


def resize(by: int, framing: Literal["length", "chunked", "close"] = "length") -> Step:
    """The real response with content of another size, whole as a response and without digests.

    Args:
        by: Bytes to add (zeros at the end) or, negative, to leave out at the end.
        framing: How the response says where its body ends: by its own, new length, in chunks, or by the end of the connection.
    """
    return _build_step("resize", {"by": by, "framing": framing})


def unasked_range(start: int = 0, size: int | None = None) -> Step:
    """A 206 with a byte range of the real content, without digests, to a request without `Range`.

    Args:
        start: First byte.
        size: Bytes; if omitted, half of what follows `start`.
    """
    return _build_step("unasked_range", {"start": start, "size": size})


def digest() -> Step:
    """The real response with the digests of something else."""
    return _build_step("digest", {})


def headers(headers: Mapping[str, Any]) -> Step:
    """The real response with other headers; None as a value removes one, a list retries one."""
    return _build_step("headers", {"headers": dict(headers)})


def hints(times: int = 1) -> Step:
    """103 Early Hints before the real response."""
    return _build_step("hints", {"times": times})


def strip(*names: str) -> Step:
    """The real response to the request without these headers, as a server that does not know them would give it."""
    return _build_step("strip", {"headers": list(names)})
