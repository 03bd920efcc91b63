"""`ocli doctor`: why it does not work."""

from __future__ import annotations

import os
import platform
import stat
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from orionclient._version import __version__
from orionclient.cli.commands import Command
from orionclient.cli.config import current_config_or_none
from orionclient.cli.root import GROUPS
from orionclient.cli.state import get_state
from orionclient.config import get_config_path
from orionclient.exceptions import InvalidCredentials, OrionError, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

    from orionclient.cli.state import State
    from orionclient.config import SessionConfig

_SHAPE: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["check", "ok", "detail"],
        "properties": {"check": {"type": "string"}, "ok": {"type": "boolean"}, "detail": {"type": "string"}},
    },
}
_MOST_SECONDS: Final = 60
_PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def group(name: str) -> click.Command:
    """Make the command.

    Args:
        name: Its name.

    Returns:
        The command.
    """

    def run() -> None:
        state = get_state()
        found = list(_checks(state))
        state.out.rows(found, ("check", "ok", "detail"), key="check")
        if not all(each["ok"] for each in found):
            bad = ", ".join(each["check"] for each in found if not each["ok"])
            raise OrionError(f"not as it should be: {bad}")

    return Command(
        name,
        callback=run,
        help=f"{GROUPS[name][1]} Checks the settings and the server; holds no secrets.",
        shape=_SHAPE,
        example="ocli doctor",
    )


def _row(check: str, detail: str, *, ok: bool = True) -> dict[str, Any]:
    return {"check": check, "ok": ok, "detail": one_line(detail)}


def _checks(state: State) -> Iterator[dict[str, Any]]:
    yield _row(
        "version", f"ocli {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
    yield _modes()
    set_ = [name for name in _PROXIES if os.environ.get(name)]
    yield _row("proxy", f"from {', '.join(set_)}" if set_ else "none in the environment")
    given = [name for name in _CERTIFICATES if os.environ.get(name)]
    missing = [name for name in given if not os.path.exists(os.environ[name])]  # noqa: PTH110 - a text of the environment
    yield _row(
        "certificates",
        f"{missing[0]} names nothing that is there" if missing else f"from {', '.join(given) or 'the system'}",
        ok=not missing,
    )
    config, error = current_config_or_none(state)
    if config is None:
        yield _row("profile", str(error), ok=False)
        return
    yield _row(
        "profile",
        f"{config.url} as {config.username or 'nobody'}, from {'profile ' + config.profile if config.profile else 'the environment'}",
    )
    yield from _server(state, config)


def _modes() -> dict[str, Any]:
    path = get_config_path()
    if not path.exists():
        return _row("file", f"{path} is not there")
    mode = stat.S_IMODE(path.stat().st_mode)
    loose = os.name == "posix" and bool(mode & 0o077)
    return _row(
        "file", f"{path} has mode {mode:04o}" + ("; run: chmod 600 " + str(path) if loose else ""), ok=not loose
    )


def _server(state: State, config: SessionConfig) -> Iterator[dict[str, Any]]:
    from orionclient._http_session import HttpSession  # noqa: PLC0415
    from orionclient._retry import interactive_policy  # noqa: PLC0415

    began = time.monotonic()
    try:
        response = HttpSession(interactive_policy(state.timeout, state.max_retries)).get(f"{config.url}/api/versions/")
    except OrionError as error:
        yield _row("server", str(error), ok=False)
        return
    yield _row(
        "server", f"responses {response.status_code} in {time.monotonic() - began:.2f} s", ok=response.status_code < 500
    )
    if date := response.headers.get("Date"):
        try:
            off = abs(time.time() - parsedate_to_datetime(date).timestamp())
        except (ValueError, OverflowError):
            yield _row("clock", f"cannot be checked: the server's Date is {date!r:.60}", ok=False)
        else:
            yield _row("clock", f"{off:.0f} s apart from the server's", ok=off < _MOST_SECONDS)
    try:
        user = state.session.get_user_profile()
        yield _row("token", f"belongs to {user.username}")
    except InvalidCredentials as error:
        yield _row("token", str(error), ok=False)
    except OrionError as error:
        yield _row("token", f"cannot be checked: {error}", ok=False)
