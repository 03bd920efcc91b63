"""Ears for the search for tokens: what tests capture themselves is told to `hear`, and tokens that are made to `learn`.

They are put in where the bytes pass, not where a test asks for them, so that no test can forget it.
"""

from __future__ import annotations

import io
import subprocess
import types
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click.testing
import pexpect.spawnbase
import pytest
from _pytest.raises import RaisesExc

from orionclient.config import SessionConfig
from orionclient.emulator import Server
from orionclient.emulator.credentials import Credentials

Hear = Callable[..., None]


def after(kind: type, name: str, then: Callable[..., None]) -> None:
    """Call `then` with the result and the arguments of a method, whenever the method has returned."""
    method = getattr(kind, name)

    def heard(*arguments: Any, **options: Any) -> Any:
        result = method(*arguments, **options)
        then(result, *arguments, **options)
        return result

    setattr(kind, name, heard)


def listen(hear: Hear, learn: Callable[[str, object], None], retire: Callable[[object], None]) -> None:
    """Put all ears in; once in a process."""
    _listen_to_calls(hear)
    _listen_to_processes(hear)
    _listen_to_errors(hear)
    _listen_to_makers(learn, retire)


def _listen_to_calls(hear: Hear) -> None:
    def invoked(result: click.testing.Result, *_: Any, **__: Any) -> None:
        hear("the output of CliRunner", result.stdout_bytes)
        hear("the errors of CliRunner", result.stderr_bytes)
        if result.exception is not None:
            hear("the exception of CliRunner", message(result.exception))

    after(click.testing.CliRunner, "invoke", invoked)

    def read(result: Any, *_: Any) -> None:
        for text in result:
            hear("what capsys or capfd gave", text)

    after(pytest.CaptureFixture, "readouterr", read)
    after(
        pexpect.spawnbase.SpawnBase,
        "_log",
        lambda _, self, data, direction: hear("a terminal", data, self) if direction == "read" else None,
    )


class _Heard(io.FileIO):
    """The reading end of a pipe from a process."""

    hear: Hear

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        self.hear("the output of a process", bytes(memoryview(buffer)[: count or 0]), self)
        return count

    def readall(self) -> bytes:
        data = super().readall()
        self.hear("the output of a process", data or b"", self)
        return data

    def read(self, size: int | None = -1) -> bytes | None:
        if size is None or size < 0:
            return self.readall()
        data = super().read(size)
        self.hear("the output of a process", data or b"", self)
        return data


def _listen_to_processes(hear: Hear) -> None:
    def opened(file: int, mode: str, buffering: int = -1) -> Any:
        if mode != "rb":
            return open(file, mode, buffering)
        raw = _Heard(file, mode)
        raw.hear = hear
        return raw if buffering == 0 else io.BufferedReader(raw, buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE)

    # What is read from a pipe in chunks, by whomever; `communicate` reads past it where it waits for a time.
    subprocess.io = types.SimpleNamespace(**{**vars(io), "open": opened})  # type: ignore[attr-defined]
    communicate = subprocess.Popen.communicate

    def communicated(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            result = communicate(self, *arguments, **options)
        except subprocess.TimeoutExpired as error:
            hear("the output of a process", error.output or b"")
            hear("the errors of a process", error.stderr or b"")
            raise
        hear("the output of a process", result[0] or b"")
        hear("the errors of a process", result[1] or b"")
        return result

    subprocess.Popen.communicate = communicated  # type: ignore[method-assign]


def _listen_to_errors(hear: Hear) -> None:
    def expected(result: bool, _: Any, kind: Any, error: BaseException | None, *__: Any) -> None:
        if error is not None:
            hear("an error that the test expects", message(error))

    after(RaisesExc, "__exit__", expected)
    after(warnings.WarningMessage, "__init__", lambda _, self, message, *__, **___: hear("a warning", str(message)))


def message(error: BaseException) -> str:
    """What a traceback of an error says, without the lines of the code."""
    texts: list[str] = []
    chain = [error]
    while chain:
        each = chain.pop()
        texts += getattr(each, "__notes__", [])
        for say in (str, repr):
            # Half an error, as tests make them, says nothing.
            with suppress(Exception):
                texts.append(say(each))
        chain += [] if each.__cause__ is None else [each.__cause__]
        chain += [] if each.__context__ is None or each.__suppress_context__ else [each.__context__]
        chain += each.exceptions if isinstance(each, BaseExceptionGroup) else []
    return "\n".join(texts)


def _listen_to_makers(learn: Callable[[str, object], None], retire: Callable[[object], None]) -> None:
    after(Credentials, "_derive_token", lambda token, self, *_: learn(token, self))
    after(Credentials, "create_token", lambda made, self, *_, **__: learn(made[1], self))
    after(SessionConfig, "__attrs_post_init__", lambda _, self: learn(self.token, None))
    stop = Server.stop

    def stopped(self: Server) -> None:
        running = self._running
        stop(self)
        if running is not None:
            retire(running.stack.credentials)

    Server.stop = stopped  # type: ignore[method-assign]
