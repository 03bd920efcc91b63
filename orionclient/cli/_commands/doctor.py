"""`ocli doctor`: diagnose the configuration and the connection to the server."""

from __future__ import annotations

import os
import platform
import stat
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from orionclient._runtime.user_files import expand_home
from orionclient._version import __version__
from orionclient.cli._core.commands import Command
from orionclient.cli._core.root import GROUPS
from orionclient.cli._core.shapes import list_of
from orionclient.cli._core.state import get_state
from orionclient.config import get_config_path
from orionclient.exceptions import InvalidCredentials, OrionError, ValidationError, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

    from orionclient.cli._core.state import State
    from orionclient.config import SessionConfig

_SHAPE: Final = list_of(check="string", ok="boolean", detail="string")
_MAX_CLOCK_SECONDS: Final = 60
_PROXIES: Final = (
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
)


def group(name: str) -> click.Command:
    """Create the command.

    Args:
        name: Name of the command.

    Returns:
        The command.
    """

    def run() -> None:
        state = get_state()
        checks = list(_run_checks(state))
        state.out.print_rows(checks, ("check", "ok", "detail"), key="check", full=True)
        if failed := [each["check"] for each in checks if not each["ok"]]:
            raise OrionError(f"failed checks: {', '.join(failed)}")

    return Command(
        name,
        callback=run,
        help=f"{GROUPS[name][1]} Checks the configuration and the server. The output contains no secrets.",
        shape=_SHAPE,
        example="ocli doctor",
    )


def _make_row(check: str, detail: str, *, ok: bool = True) -> dict[str, Any]:
    return {"check": check, "ok": ok, "detail": one_line(detail)}


def _run_checks(state: State) -> Iterator[dict[str, Any]]:
    yield _make_row(
        "version", f"ocli {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
    yield _check_mode()
    proxies = [name for name in _PROXIES if os.environ.get(name)]
    yield _make_row("proxy", f"set by {', '.join(proxies)}" if proxies else "none in the environment")
    yield _check_certificates()
    try:
        config = state.config()
    except Exception as error:  # noqa: BLE001 - any error is a failed check
        yield _make_row("profile", str(error), ok=False)
        return
    user = f" as {config.username}" if config.username else ""
    origin = f"profile {config.profile}" if config.profile else "the environment"
    yield _make_row("profile", f"{config.url}{user}, from {origin}")
    yield from _check_server(state, config)


def _check_certificates() -> dict[str, Any]:
    from orionclient._transport.pool import list_ca_paths  # noqa: PLC0415 - imports the HTTP library

    found = list_ca_paths()
    for name, path in found:
        try:
            exists = os.path.exists(expand_home(path))  # noqa: PTH110 - any string
        except ValueError as error:
            return _make_row("certificates", f"{name}: {error}", ok=False)
        if not exists:
            return _make_row("certificates", f"the path in {name} does not exist: {path}", ok=False)
    return _make_row("certificates", f"from {', '.join(dict(found)) or 'the system'}")


def _check_mode() -> dict[str, Any]:
    try:
        path = get_config_path()
    except ValidationError as error:
        return _make_row("file", str(error), ok=False)
    if not path.exists():
        return _make_row("file", f"{path} does not exist")
    mode = stat.S_IMODE(path.stat().st_mode)
    loose = os.name == "posix" and bool(mode & 0o077)
    return _make_row(
        "file", f"{path} has mode {mode:04o}" + ("; run: chmod 600 " + str(path) if loose else ""), ok=not loose
    )


def _check_server(state: State, config: SessionConfig) -> Iterator[dict[str, Any]]:
    started = time.monotonic()
    try:
        response = state.open_http().get(f"{config.url}/api/versions/")
    except OrionError as error:
        yield _make_row("server", str(error), ok=False)
        return
    yield _make_row(
        "server", f"status {response.status_code} in {time.monotonic() - started:.2f} s", ok=response.status_code < 500
    )
    if date := response.headers.get("Date"):
        try:
            offset = abs(time.time() - parsedate_to_datetime(date).timestamp())
        except (ValueError, OverflowError):
            yield _make_row("clock", f"not checked: the server sent an invalid Date header: {date!r:.60}", ok=False)
        else:
            yield _make_row("clock", f"differs by {offset:.0f} s from the server's", ok=offset < _MAX_CLOCK_SECONDS)
    try:
        user = state.session.get_user_profile()
        yield _make_row("token", f"belongs to {user.username}")
    except InvalidCredentials as error:
        yield _make_row("token", str(error), ok=False)
    except OrionError as error:
        yield _make_row("token", f"not checked: {error}", ok=False)
