"""Exit codes, error messages with hints, and the handling of closed pipes for calls of `ocli`."""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import sys
import textwrap
import warnings
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli._core.commands import MissingCommand
from orionclient.cli._core.signals import Terminated, install_signal_handlers
from orionclient.cli._core.state import State
from orionclient.cli._core.streams import echo, escape_unencodable
from orionclient.cli._core.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orionclient.exceptions import TransferErrors

SUCCESS, FAILURE, USAGE, NOT_RUNNING = 0, 1, 2, 3
AUTHENTICATION, NOT_FOUND, REJECTED, UNAVAILABLE, DEADLINE, LOCAL_FILE = 4, 5, 6, 7, 8, 9
INTERRUPTED, TERMINATED = 130, 143

#: Exit code -> its meaning, for the documentation.
CODES: Final = {
    SUCCESS: "success; also if the reader of a pipe closes it early",
    FAILURE: "failure: a job or a check of `ocli doctor` failed, a confirmation was declined, or an internal error of `ocli`",
    USAGE: "invalid command line",
    NOT_RUNNING: "`ocli local status`: no local Orion is running",
    AUTHENTICATION: "authentication required: no profile, no token, or a token that the server rejects",
    NOT_FOUND: "not found",
    REJECTED: "rejected: not permitted, not valid, or in conflict with the current state",
    UNAVAILABLE: "temporarily unavailable: connection error, timeout, rate limit exceeded or server error; retry later",
    DEADLINE: "deadline exceeded while waiting; the job or resource is not affected",
    LOCAL_FILE: "local file error: the disk is full, a file cannot be read or written, or the data of a local Orion is damaged",
    INTERRUPTED: "interrupted by Ctrl-C",
    TERMINATED: "terminated by SIGTERM, for example when a job is cancelled",
}
#: Code in the body of a rejection -> parameters of commands, one of which avoids it.
_REMEDIES: Final = {
    "exists": ("force", "parents"),
    "is_folder": ("recursive",),
    "no_parent": ("parents",),
    "not_empty": ("recursive",),
}
_MAX_LINE: Final = 200
_MAX_LINES: Final = 5
_MAX_WORD: Final = 120
_MAX_HINTS: Final = 3


def run(root: click.Command, arguments: list[str], name: str, extra: dict[str, Any]) -> int:
    """Run a call of `ocli`, and print its error if it fails.

    Args:
        root: The root command.
        arguments: The arguments.
        name: Name of the program in messages.
        extra: Settings of the click context.

    Returns:
        The exit code.
    """
    state = State()
    with _print_warnings(), install_signal_handlers():
        try:
            with root.make_context(name, list(arguments), obj=state, **extra) as context:
                root.invoke(context)
            sys.stdout.flush()
        except click.exceptions.Exit as error:
            return int(error.exit_code)
        except BaseException as error:  # noqa: BLE001 - users see a message, not a traceback
            return _handle_error(error, state)
    return SUCCESS


def _handle_error(error: BaseException, state: State) -> int:
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else FAILURE
    interrupt = _find_interrupt(error)
    if interrupt is not None:
        if state.resume_advice:
            word = "Terminated" if isinstance(interrupt, Terminated) else "Interrupted"
            with contextlib.suppress(OSError):
                echo(f"{word}: {state.resume_advice}", err=True)
        return TERMINATED if isinstance(interrupt, Terminated) else INTERRUPTED
    if isinstance(error, OSError) and error.errno in {errno.EPIPE, errno.ESHUTDOWN} and not _is_ours(error):
        _discard_output()
        return SUCCESS
    if state.debug:
        import traceback  # noqa: PLC0415

        echo("".join(traceback.format_exception(error)), err=True, nl=False)
    code, message, hint = describe_error(error, state)
    with contextlib.suppress(OSError):
        _report(error, state, message, hint)
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _discard_output()
    return code


def _report(error: BaseException, state: State, message: str, hint: str) -> None:
    """Print the failures of a command with several items, and the message and the hints of an error."""
    from orionclient._transfer.bulk import name_item  # noqa: PLC0415
    from orionclient.exceptions import TransferErrors  # noqa: PLC0415

    if isinstance(error, click.Abort):
        ended = isinstance(error.__cause__ or error.__context__, EOFError)
        echo("Aborted: standard input ended before the reply" if ended else "Aborted", err=True)
        return
    if isinstance(error, TransferErrors):
        for each in error.failed:
            _print_message("Failed:", f"{name_item(each.item)}: {describe_error(each.error, state)[1]}", state)
    _print_message("Error:", message, state)
    for line in escape_unencodable(hint, sys.stderr).splitlines():
        echo(f"Hint: {line:.{_MAX_LINE - 6}}", err=True)
    if isinstance(error, MissingCommand) and error.ctx is not None:
        echo(f"\n{error.ctx.get_help()}", err=True)


def _print_message(label: str, message: str, state: State) -> None:
    has_color = state.has_color(sys.stderr)
    message = escape_unencodable(message, sys.stderr)
    shown = click.style(label, fg="red", bold=True) if has_color else label
    echo(f"{shown} {message if state.debug else wrap_message(message)}", err=True, color=has_color)


def _is_ours(error: BaseException) -> bool:
    from orionclient.exceptions import OrionError  # noqa: PLC0415

    return isinstance(error, OrionError)


def _find_interrupt(error: BaseException) -> KeyboardInterrupt | None:
    # Click raises Abort for Ctrl-C at a prompt.
    found = error.__context__ if isinstance(error, click.Abort) else error
    return found if isinstance(found, KeyboardInterrupt) else None


def _discard_output() -> None:
    """Redirect standard output to the null device, so that the interpreter does not fail to flush a closed pipe at exit."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())


def wrap_message(message: str) -> str:
    """Wrap an error message, so that no line, including the label in front, is longer than 200 characters.

    Args:
        message: The message, in one line.

    Returns:
        At most 5 lines, the later ones indented. Words of more than 120 characters are shortened in the middle.
    """
    words = [word if len(word) <= _MAX_WORD else f"{word[:80]}…{word[-30:]}" for word in message.split()]
    lines = textwrap.wrap(
        " ".join(words),
        # An encoding without the ellipsis shows it as three characters.
        _MAX_LINE - len("Failed: ") - 4,
        subsequent_indent="  ",
        max_lines=_MAX_LINES,
        placeholder=" …",
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def describe_unknown_option(error: click.NoSuchOption) -> str:
    """Describe an unknown option with the closest known ones.

    Args:
        error: The error of click.

    Returns:
        The message.
    """
    context = error.ctx
    options = [
        each
        for each in (context.command.get_params(context) if context is not None else ())
        if isinstance(each, click.Option)
    ]
    shown = [option.opts[0] for option in options if not option.hidden]
    names = [name for option in options for name in (*option.opts, *option.secondary_opts) if name.startswith("--")]
    return (
        f"unknown option {error.option_name!r}. {suggest(error.option_name, names, 'options', listed=shown)}".rstrip()
    )


def describe_error(error: BaseException, state: State) -> tuple[int, str, str]:
    """Determine the exit code, the message and the hint of an error.

    Args:
        error: The error.
        state: The state of the call.

    Returns:
        The exit code, the message in one line, and the hint: one advice per line, or empty.
    """
    from orionclient.exceptions import OrionError, TransferErrors, one_line  # noqa: PLC0415

    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else state.command
        message = one_line(error.format_message())
        if isinstance(error, click.FileError):
            return LOCAL_FILE, message, "check the path and its permissions"
        if isinstance(error, click.NoSuchOption):
            message = one_line(describe_unknown_option(error))
        hint = getattr(error, "hint", "") or f"see the options and an example with: {path} --help"
        return USAGE, message[:1].lower() + message[1:], hint
    if isinstance(error, TransferErrors):
        return _describe_failures(error, state)
    if isinstance(error, UnicodeDecodeError):
        problem = f"standard input or a file is not valid {error.encoding}: {error.reason} at byte {error.start}"
        return LOCAL_FILE, one_line(problem), "check the encoding; PYTHONUTF8=1 selects UTF-8"
    code, hint = _get_exit_code(error, state)
    if code == FAILURE and not _is_ours(error) and not isinstance(error, ImportError):
        return FAILURE, one_line(f"unexpected {type(error).__name__}: {error}"), one_line(hint)
    # The hints of the error itself are more specific.
    own = (one_line(each) for each in getattr(error, "hints", ()) if not each.startswith("in Python"))
    hint = "\n".join(own) or one_line(hint)
    message = error._complete_message() if isinstance(error, OrionError) else one_line(str(error))
    return code, message or type(error).__name__, hint


def _describe_failures(error: TransferErrors, state: State) -> tuple[int, str, str]:
    """Describe the failure of a command with several items; each failed item has a line of its own."""
    from orionclient.exceptions import one_line  # noqa: PLC0415

    # Without a failed item, the items could not be listed.
    causes: list[BaseException] = [*error.exceptions]
    if not causes and error.__cause__ is not None:
        causes = [error.__cause__]
    described = [describe_error(each, state) for each in causes]
    hints = dict.fromkeys(line for _, _, hint in described for line in hint.splitlines())
    code = described[0][0] if described else FAILURE
    summary = str(error.args[0]).partition("; the first, ")[0]
    return code, one_line(summary), "\n".join([*hints][:_MAX_HINTS])


def _find_list_command(state: State, profile: str) -> str:
    """Find the command that lists the resources of the group of a command; empty if it is this command, or needs arguments."""
    context = state.context
    while context is not None:
        group = context.command
        if isinstance(group, click.Group) and "list" in group.commands:
            found = f"{context.command_path} list"
            if found == state.command or any(parameter.required for parameter in group.commands["list"].params):
                return ""
            return found.replace("ocli", f"ocli{profile}", 1)
        context = context.parent
    return ""


def _find_remedy(error: BaseException, context: click.Context | None) -> str:
    """Name the option that avoids a rejection, unless the command lacks it or it was given; empty if there is none."""
    import json  # noqa: PLC0415

    try:
        code = json.loads(getattr(getattr(error, "response", None), "content", ""))["code"]
    except (LookupError, TypeError, ValueError):
        return ""
    if code == "ambiguous":
        return "give one of the addresses in place of the path"
    if context is None:
        return ""
    for option in context.command.params:
        if option.name in _REMEDIES.get(code, ()) and not context.params[option.name]:
            return f"give {option.opts[0]}: {getattr(option, 'help', '')}"
    return ""


def _get_exit_code(error: BaseException, state: State) -> tuple[int, str]:  # noqa: PLR0911 - one branch for each kind of error
    from orionclient import exceptions as known  # noqa: PLC0415

    profile = f" --profile {shlex.quote(state.profile)}" if state.profile else ""
    see_help = _find_remedy(error, state.context)
    see_help = see_help or f"see the expected values and an example with: {state.command} --help"
    if isinstance(error, known.OrionTimeout):
        # Only the deadline of a wait is exceeded without a failed request.
        if error.call is None:
            return DEADLINE, "to wait longer, run the command again, or raise --deadline"
        return UNAVAILABLE, "raise the timeout with: --timeout SECONDS"
    if isinstance(error, (known.NotFoundResponse, known.NoResultFound)):
        from orionclient.cli._core import missing  # noqa: PLC0415

        return NOT_FOUND, missing.make_hint(state, profile) or see_help
    if isinstance(error, known.MultipleResultsFound):
        listing = _find_list_command(state, profile)
        return REJECTED, f"use the id instead; list the ids with: {listing}" if listing else see_help
    rules: list[tuple[type[BaseException] | tuple[type[BaseException], ...], int, str]] = [
        (known.InvalidCredentials, AUTHENTICATION, f"save a new token with: ocli{profile} config profile"),
        (known.AuthorizationRequired, REJECTED, "ask the owner for access, or choose another user with --profile"),
        (
            (known.RateLimitedResponse, known.OrionServiceError),
            UNAVAILABLE,
            "retry later, or allow more attempts with --max-retries",
        ),
        (known.OrionConnectionError, UNAVAILABLE, f"check the network and the URL with: ocli{profile} doctor"),
        (
            known.NotEnoughDiskError,
            LOCAL_FILE,
            "free disk space or choose another folder, then run the same command again",
        ),
        (known.LocalDataError, LOCAL_FILE, "start an empty one with: ocli local start --folder FOLDER"),
        (known.BadResponse, REJECTED, see_help),
        (known.ValidationError, REJECTED, see_help),
    ]
    for kinds, code, hint in rules:
        if isinstance(error, kinds):
            return code, hint
    if isinstance(error, ImportError):
        return FAILURE, "install the missing package, then run the command again"
    if isinstance(error, OSError) and not isinstance(error, known.OrionError):
        # Without a number, the message is our own and says what is wrong with the path.
        advice = {None: see_help, errno.ENOSPC: "free disk space"}
        return LOCAL_FILE, advice.get(error.errno, "check the path and its permissions")
    if isinstance(error, known.OrionError):
        is_job = state.command.startswith("ocli jobs ")
        job_id = state.context.params.get("resource_id", "ID") if state.context is not None else "ID"
        return FAILURE, f"show the log of the job with: ocli{profile} jobs logs {job_id}" if is_job else ""
    return FAILURE, f"this is a bug of ocli; please report it with the traceback of: {state.command} --debug"


@contextlib.contextmanager
def _print_warnings() -> Iterator[None]:
    shown: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *_rest: Any, **_more: Any) -> None:
        from orionclient.exceptions import one_line  # noqa: PLC0415

        if issubclass(category, UserWarning) and str(message) not in shown:
            shown.add(str(message))
            with contextlib.suppress(OSError):
                echo(f"Warning: {one_line(str(message))}", err=True)

    with warnings.catch_warnings():
        warnings.simplefilter("default", UserWarning)
        warnings.showwarning = show
        yield
