"""Objects reachable from a session: none shows the token in its repr, and only the documented ones hold it."""

from __future__ import annotations

import asyncio
import contextlib
import types
from collections.abc import Iterator
from typing import Any

import pytest
from helpers.canary import contains_token
from orion_api.api.files import get_file, list_files
from session.test_pickling import one_of_each

from orionclient._transport import exchange
from orionclient.exceptions import OrionError
from orionclient.local import LocalOrion
from orionclient.session import get_session
from orionclient.types import KINDS, File, Token

pytestmark = pytest.mark.usefixtures("real_time")
# The places of a token: objects that send it, that redact it from responses, and the one that shows a new token.
PLACES = {"SessionConfig.token", "CallInfo.secrets", "Token._value"}
ENDS = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, str, bytes, int, float, bool, type(None))


def is_ours(thing: Any) -> bool:
    return type(thing).__module__.partition(".")[0] in {"orionclient", "orion_api"}


def parts(thing: Any, *, properties: bool) -> Iterator[tuple[str, Any]]:
    """Return the parts of an object, each with its name."""
    if isinstance(thing, dict):
        yield from ((f"[{key!r}]", value) for key, value in list(thing.items()))
        yield from (("key", key) for key in list(thing))
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from (("", each) for each in list(thing))
    elif isinstance(thing, types.MethodType):
        yield "__self__", thing.__self__
    else:
        yield from getattr(thing, "__dict__", {}).items()
        for kind in type(thing).__mro__:
            slots = kind.__dict__.get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else slots:
                with contextlib.suppress(AttributeError):
                    yield name, getattr(thing, name)
            for name, value in list(vars(kind).items()):
                if properties and is_ours(thing) and isinstance(value, property) and not name.startswith("_"):
                    # Some attributes raise an error about a missing value.
                    with contextlib.suppress(Exception):
                        yield name, getattr(thing, name)
        if isinstance(thing, BaseException):
            yield from (("args", each) for each in thing.args)
            yield from (("cause", each) for each in (thing.__cause__, thing.__context__) if each is not None)


def reachable(roots: list[Any], *, properties: bool) -> Iterator[tuple[str, Any]]:
    """Return every reachable object once, each with the name of its holder: `Type.attribute`."""
    seen: dict[int, Any] = {}
    waiting = [("root", root) for root in roots]
    while waiting:
        place, thing = waiting.pop()
        if id(thing) in seen and not isinstance(thing, str | bytes):
            continue
        seen[id(thing)] = thing
        yield place, thing
        if not isinstance(thing, ENDS):
            # Containers are parts of their holders.
            held = isinstance(thing, dict | list | tuple | set | frozenset)
            waiting += [
                (place if held else f"{type(thing).__name__}.{name}", each)
                for name, each in parts(thing, properties=properties)
            ]


@pytest.fixture
def things(orion: LocalOrion) -> list[Any]:
    """Return a session after every kind of call, with its resources, responses and errors."""
    attempts: list[Any] = []
    http = get_session(retry_dict={})
    http.on_attempt = attempts.append
    session = orion.session(requests_session=http)
    made = one_of_each(session)
    made.append(Token.create(session, "shown once"))
    listed = session.list_resources(File)
    responses = [
        get_file.sync_detailed(made[4].id, client=session.raw),
        asyncio.run(list_files.asyncio_detailed(client=session.raw_async)),
        get_session(retry_dict={}).get(f"{orion.url}/api/v1/nothing/"),
    ]
    errors: list[Any] = []
    orion.faults.script("get_file", [500, 500, "reset"])
    for call in (
        lambda: session.get_resource(File, 7),
        lambda: asyncio.run(get_file.asyncio(7, client=session.raw_async)),
        lambda: session.get_resource(File, 7),
        lambda: session.get_resource(File, 10**6),
        lambda: session.get_resource(File, "../1"),
    ):
        with pytest.raises(OrionError) as raised:
            call()
        errors.append(raised.value)
    assert len(attempts) > 20
    return [
        session,
        session.raw,
        session.raw_async,
        http,
        attempts,
        made,
        listed,
        list(listed),
        responses,
        errors,
        exchange.REGISTRY,
    ]


def test_nothing_shows_the_token(things: list[Any], orion: LocalOrion) -> None:
    kinds = set()
    for place, thing in reachable([*things, orion], properties=True):
        if is_ours(thing):
            kinds.add(type(thing).__name__)
            assert not contains_token(f"{thing!r}\n{thing!s}\n{thing}"), place
    assert kinds >= {kind.__name__ for kind in KINDS.values()} | {
        "OrionSession", "SessionConfig", "HttpSession", "Policy", "Calls", "RawSender", "AsyncRawSender", "Response", "Headers", "CallInfo",
        "LocalOrion", "Server", "Faults",
    }  # fmt: skip


def test_only_documented_places_hold_the_token(things: list[Any]) -> None:
    found = {
        place
        for place, thing in reachable(things, properties=False)
        if isinstance(thing, str | bytes) and contains_token(thing)
    }
    assert found == PLACES
