"""Hooks for the search for tokens: they pass output that tests capture to `record`, and new tokens to `register`.

The hooks patch the functions through which the bytes pass, so that no test can bypass them.
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
from orionclient.emulator._store.credentials import Credentials

Record = Callable[..., None]


def call_after(kind: type, name: str, then: Callable[..., None]) -> None:
    """Patch a method to call `then` with its result and its arguments after each call."""
    method = getattr(kind, name)

    def patched(*arguments: Any, **options: Any) -> Any:
        result = method(*arguments, **options)
        then(result, *arguments, **options)
        return result

    setattr(kind, name, patched)


def install(record: Record, register: Callable[[str, object], None], retire: Callable[[object], None]) -> None:
    """Install all hooks; called once per process."""
    _hook_calls(record)
    _hook_processes(record)
    _hook_errors(record)
    _hook_makers(register, retire)


def _hook_calls(record: Record) -> None:
    def invoked(result: click.testing.Result, *_: Any, **__: Any) -> None:
        record("the output of CliRunner", result.stdout_bytes)
        record("the errors of CliRunner", result.stderr_bytes)
        if result.exception is not None:
            record("the exception of CliRunner", join_messages(result.exception))

    call_after(click.testing.CliRunner, "invoke", invoked)

    def read(result: Any, *_: Any) -> None:
        for output in result:
            record("the return value of capsys or capfd", output)

    call_after(pytest.CaptureFixture, "readouterr", read)
    call_after(
        pexpect.spawnbase.SpawnBase,
        "_log",
        lambda _, self, data, direction: record("a terminal", data, self) if direction == "read" else None,
    )


class _RecordedPipe(io.FileIO):
    """The read end of a pipe from a process, which records what is read."""

    record: Record

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        self.record("the output of a process", bytes(memoryview(buffer)[: count or 0]), self)
        return count

    def readall(self) -> bytes:
        data = super().readall()
        self.record("the output of a process", data or b"", self)
        return data

    def read(self, size: int | None = -1) -> bytes | None:
        if size is None or size < 0:
            return self.readall()
        data = super().read(size)
        self.record("the output of a process", data or b"", self)
        return data


def _hook_processes(record: Record) -> None:
    def opened(file: int, mode: str, buffering: int = -1) -> Any:
        if mode != "rb":
            return open(file, mode, buffering)
        raw = _RecordedPipe(file, mode)
        raw.record = record
        return raw if buffering == 0 else io.BufferedReader(raw, buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE)

    # This records all reads of a pipe in chunks. `communicate` with a timeout bypasses it, so it is patched too.
    subprocess.io = types.SimpleNamespace(**{**vars(io), "open": opened})  # type: ignore[attr-defined]
    communicate = subprocess.Popen.communicate

    def communicated(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            result = communicate(self, *arguments, **options)
        except subprocess.TimeoutExpired as error:
            record("the output of a process", error.output or b"")
            record("the errors of a process", error.stderr or b"")
            raise
        record("the output of a process", result[0] or b"")
        record("the errors of a process", result[1] or b"")
        return result

    subprocess.Popen.communicate = communicated  # type: ignore[method-assign]


def _hook_errors(record: Record) -> None:
    def expected(result: bool, _: Any, kind: Any, error: BaseException | None, *__: Any) -> None:
        if error is not None:
            record("an error that the test expects", join_messages(error))

    call_after(RaisesExc, "__exit__", expected)
    call_after(
        warnings.WarningMessage, "__init__", lambda _, self, message, *__, **___: record("a warning", str(message))
    )


def join_messages(error: BaseException) -> str:
    """Join the messages and notes that a traceback of an error shows, without its lines of code."""
    messages: list[str] = []
    chain = [error]
    while chain:
        each = chain.pop()
        messages += getattr(each, "__notes__", [])
        for convert in (str, repr):
            # Incomplete errors, as some tests construct them, have no message.
            with suppress(Exception):
                messages.append(convert(each))
        chain += [] if each.__cause__ is None else [each.__cause__]
        chain += [] if each.__context__ is None or each.__suppress_context__ else [each.__context__]
        chain += each.exceptions if isinstance(each, BaseExceptionGroup) else []
    return "\n".join(messages)


def _hook_makers(register: Callable[[str, object], None], retire: Callable[[object], None]) -> None:
    call_after(Credentials, "_derive_token", lambda token, self, *_: register(token, self))
    call_after(Credentials, "create_token", lambda made, self, *_, **__: register(made[1], self))
    call_after(SessionConfig, "__attrs_post_init__", lambda _, self: register(self.token, None))
    stop = Server.stop

    def stopped(self: Server) -> None:
        running = self._running
        stop(self)
        if running is not None:
            retire(running.stack.credentials)

    Server.stop = stopped  # type: ignore[method-assign]
