"""How a call ends: exit codes, one line and one hint for an error, silence for a closed pipe, and what Ctrl-C and SIGTERM leave."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import warnings
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

DONE, FAILED, USAGE, LOGIN, NOT_FOUND, REFUSED, LATER, DEADLINE, LOCAL = 0, 1, 2, 4, 5, 6, 7, 8, 9
INTERRUPTED, TERMINATED = 130, 143

#: Exit code -> what it means, for the page of the docs.
CODES: Final = {
    DONE: "done; also when the reader of a pipe has had enough",
    FAILED: "failed: a job failed, a check of the doctor failed, a question was responded with no, or an error of ocli itself",
    USAGE: "the command line is not right",
    LOGIN: "login needed: no profile, no token, or a token that the server rejects",
    NOT_FOUND: "not found",
    REFUSED: "rejected: not allowed, not valid, or in conflict with the state of things",
    LATER: "try again later: no connection, no response in time, too many requests, or the server failed",
    DEADLINE: "the deadline of a wait passed; what was waited for goes on",
    LOCAL: "the disk is full, or a local file cannot be read or written",
    INTERRUPTED: "Ctrl-C",
    TERMINATED: "SIGTERM, as when a job is cancelled",
}


class Terminated(KeyboardInterrupt):
    """SIGTERM came: everything ends as with Ctrl-C, but for the code."""


def run(root: click.Command, arguments: list[str], name: str, extra: dict[str, Any]) -> int:
    """Run a call to its end.

    Args:
        root: The command.
        arguments: Its arguments.
        name: Its name, for messages.
        extra: Settings of the context.

    Returns:
        The exit code.
    """
    state = State()
    with _show_warnings_in_one_line(), _install_signal_handlers():
        try:
            with root.make_context(name, list(arguments), obj=state, **extra) as context:
                root.invoke(context)
            sys.stdout.flush()
        except click.exceptions.Exit as error:
            return int(error.exit_code)
        except BaseException as error:  # noqa: BLE001 - nobody shall see a traceback
            return _end(error, state)
    return DONE


def _end(error: BaseException, state: State) -> int:
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else FAILED
    interrupt = _interrupt(error)
    if interrupt is not None:
        if state.again:
            word = "Terminated" if isinstance(interrupt, Terminated) else "Interrupted"
            with contextlib.suppress(OSError):
                click.echo(f"{word}: {state.again}", err=True)
        return TERMINATED if isinstance(interrupt, Terminated) else INTERRUPTED
    if isinstance(error, OSError) and error.errno in {errno.EPIPE, errno.ESHUTDOWN} and not _is_ours(error):
        _discard_output()
        return DONE
    # Click has it since 8.2.
    if isinstance(error, click.UsageError) and type(error).__name__ == "NoArgsIsHelpError":
        click.echo(error.format_message(), err=True)
        return USAGE
    if state.debug:
        import traceback  # noqa: PLC0415

        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    code, line, hint = describe_error(error, state)
    with contextlib.suppress(OSError):
        colored = state.colored(sys.stderr)
        label = click.style("Error:", fg="red", bold=True) if colored else "Error:"
        click.echo(f"{label} {line}", err=True, color=colored)
        for each in hint.splitlines():
            click.echo(f"Hint: {each}", err=True)
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _discard_output()
    return code


def _is_ours(error: BaseException) -> bool:
    from orionclient.exceptions import OrionError  # noqa: PLC0415

    return isinstance(error, OrionError)


def _interrupt(error: BaseException) -> KeyboardInterrupt | None:
    # A question that is interrupted is given up.
    found = error.__context__ if isinstance(error, click.Abort) else error
    return found if isinstance(found, KeyboardInterrupt) else None


@contextlib.contextmanager
def _install_signal_handlers() -> Iterator[None]:
    """Let SIGTERM end a call as Ctrl-C does, and a second signal at once: threads end at their next chunk only."""
    received = False

    def end(number: int, _frame: FrameType | None) -> None:
        nonlocal received
        if received:
            os._exit(128 + number)
        received = True
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    replaced = {}
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
        # What is ignored, or handled by the program that calls this, stays so.
        if signal.getsignal(number) is usual:
            # Only the main thread may.
            with contextlib.suppress(ValueError):
                replaced[number] = signal.signal(number, end)
    try:
        yield
    finally:
        # After a signal the process is ending; a further one still finds the threads.
        if not received:
            for number, before in replaced.items():
                signal.signal(number, before)


def _discard_output() -> None:
    """Let the interpreter find nothing to flush into the closed pipe when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


def describe_error(error: BaseException, state: State) -> tuple[int, str, str]:
    """Find exit code, line and hint for an error.

    Args:
        error: The error.
        state: The options of the call.

    Returns:
        The code, the line and the hint, which may be empty.
    """
    from orionclient.exceptions import one_line  # noqa: PLC0415

    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "ocli"
        if isinstance(error, click.FileError):
            return LOCAL, one_line(error.format_message()), "check the path and its permissions"
        return USAGE, one_line(error.format_message()), f"{path} --help shows what it takes, with an example"
    if isinstance(error, click.Abort):
        return FAILED, "given up: nobody responded the question", "options can response it; --help names them"
    code, hint = _exit_code_for(error, state)
    if code == FAILED and not _is_ours(error) and not isinstance(error, ImportError):
        return FAILED, one_line(f"unexpected {type(error).__name__}: {error}"), hint
    line, *hints = str(error).split("\n") if _is_ours(error) else [str(error)]
    # The other hints name calls of the Python API.
    return code, one_line(line) or type(error).__name__, "\n".join(hints) if hints and code == LOGIN else hint


def _exit_code_for(error: BaseException, state: State) -> tuple[int, str]:  # noqa: PLR0911 - one for each way to end
    from orionclient import exceptions as known  # noqa: PLC0415

    group = " ".join(state.command.split()[:2])
    profile = f" --profile {state.profile}" if state.profile else ""
    if (several := getattr(error, "results", None)) and isinstance(error, known.OrionError):
        codes = {_exit_code_for(result.error, state) for result in several if result.error is not None}
        if len({code for code, _ in codes}) == 1:
            return next(iter(codes))
    rules: list[tuple[type[BaseException] | tuple[type[BaseException], ...], int, str]] = [
        (known.InvalidCredentials, LOGIN, f"sign in with: ocli{profile} config profile"),
        (
            (known.NotFoundResponse, known.NoResultFound),
            NOT_FOUND,
            f"{group} list shows what is there" if group != "ocli" else "",
        ),
        (
            known.AuthorizationRequired,
            REFUSED,
            "you may not do this: ask the owner, or choose another user with --profile",
        ),
        (
            (known.RateLimitedResponse, known.OrionServiceError),
            LATER,
            "try again later; --max-retries raises the patience",
        ),
        (known.OrionConnectionError, LATER, "check network and address with: ocli doctor"),
        (known.NotEnoughDiskError, LOCAL, "make room, or choose another folder, and run the same command again"),
        (known.BadResponse, REFUSED, f"{state.command} --help shows what it takes"),
        (known.ValidationError, REFUSED, f"{state.command} --help shows what it takes"),
        (known.MultipleResultsFound, REFUSED, f"name it by its id; {group} list shows the ids"),
    ]
    if isinstance(error, known.OrionTimeout):
        # Only a wait has a deadline without a call that took too long.
        if error.call is None:
            return DEADLINE, "it goes on by itself; wait again, or give --deadline more seconds"
        return LATER, "--timeout gives a request more seconds"
    for kinds, code, hint in rules:
        if isinstance(error, kinds):
            return code, hint
    if isinstance(error, ImportError):
        return FAILED, "install what it names and run the command again"
    if isinstance(error, OSError) and not isinstance(error, known.OrionError):
        return LOCAL, "make room on the disk" if error.errno == errno.ENOSPC else "check the path and its permissions"
    if isinstance(error, known.OrionError):
        return FAILED, "ocli jobs logs ID shows what the job wrote" if group == "ocli jobs" else ""
    return FAILED, f"this is an error of ocli: {state.command} --debug shows where; please report it"


@contextlib.contextmanager
def _show_warnings_in_one_line() -> Iterator[None]:
    def show(message: Warning | str, category: type[Warning], *_rest: Any, **_more: Any) -> None:
        from orionclient.exceptions import one_line  # noqa: PLC0415

        if issubclass(category, UserWarning):
            with contextlib.suppress(OSError):
                click.echo(f"Warning: {one_line(str(message))}", err=True)

    with warnings.catch_warnings():
        warnings.simplefilter("default", UserWarning)
        warnings.showwarning = show
        yield
