"""`ocli config`: profiles, where they lie, and where each setting came from."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import evolve

from orionclient.cli.commands import Command, CommandGroup
from orionclient.cli.completion_types import complete_profiles
from orionclient.cli.confirmation import confirm, dry_run_option, print_plan, yes_option
from orionclient.cli.root import GROUPS
from orionclient.cli.state import PROFILE, active_path, active_profile, get_state
from orionclient.config import (
    SessionConfig,
    get_config_path,
    in_orion,
    read_profiles,
    remove_profile,
    save_profile,
)
from orionclient.exceptions import InvalidCredentials
from orionclient.transfer.names import check_path

if TYPE_CHECKING:
    from pathlib import Path

    from orionclient.cli.state import State

_SECRET: Final = "***"  # noqa: S105  # nosec B105 - what stands in the place of one
_TEXT: Final = {"type": "string"}
_PROFILE: Final = {
    "type": "object",
    "required": ["profile", "url", "username", "project", "path"],
    "properties": {
        "profile": _TEXT,
        "url": _TEXT,
        "username": _TEXT,
        "project": {"type": ["integer", "null"]},
        "path": _TEXT,
    },
}
_INFO: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["setting", "value", "origin"],
        "properties": {"setting": _TEXT, "origin": _TEXT},
    },
}
_LIST: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["profile", "active", "url", "username", "project"],
        "properties": {"profile": _TEXT, "active": {"type": "boolean"}, "url": _TEXT, "username": _TEXT},
    },
}
_PROFILE_ARGUMENT: Final = {"type": "object", "required": ["profile"], "properties": {"profile": _TEXT}}
_PATH: Final = {"type": "object", "required": ["path"], "properties": {"path": _TEXT}}
_SHOWN_SETTINGS: Final = (
    "url",
    "username",
    "token",
    "project",
    "ca_file",
    "proxy",
    "allow_http",
    "header_form",
    "verify",
)


def group(name: str) -> click.Group:
    """Make the group.

    Args:
        name: Its name.

    Returns:
        The group.
    """
    return CommandGroup(name, [_profile(), _info(), _list(), _use(), _remove(), _path()], help=GROUPS[name][1])


def _name(state: State) -> str:
    """The profile that a command is about; it need not be there."""
    return state.profile or os.environ.get("ORION_PROFILE") or active_profile() or PROFILE


def report_saved(config: SessionConfig, name: str) -> Path:
    """Write a profile, and let only the person read and write it and its folder.

    Args:
        config: The settings.
        name: Name of the profile.

    Returns:
        The file.
    """
    path = get_config_path()
    save_profile(config, name)
    with contextlib.suppress(OSError):
        path.chmod(0o600)
        # A folder that ORION_CONFIG names may be everybody's.
        if path.parent.name == ".orion":
            path.parent.chmod(0o700)
    return path


def _prompt(question: str, *, hide: bool = False) -> str:
    stdin = sys.stdin
    if stdin.isatty() or not hide:
        return str(click.prompt(question, hide_input=hide, err=False))
    # Without a terminal nothing is shown anyway, and the password prompt of Python would look for one.
    click.echo(f"{question}: ", nl=False)
    line = stdin.readline()
    click.echo()
    if not line:
        raise click.Abort
    return line.strip()


def _profile() -> Command:
    def run(
        *,
        url: str | None,
        username: str | None,
        password: str | None,
        with_token: bool,
        project: int | None,
        allow_http: bool,
        ca_file: str | None,
    ) -> None:
        state = get_state()
        if password is not None and with_token:
            raise click.UsageError("--password and --with-token exclude each other")
        check_path(ca_file)
        url = url or _prompt("Orion Url, ex: https://orion.eyesopen.us")
        username = username or _prompt("Orion Username")
        config = SessionConfig(url, username=username, project=project, allow_http=allow_http, ca_file=ca_file)
        if password is not None:
            # The dash asks for the password and is none itself.
            given = _prompt("Orion Password", hide=True) if password == "-" else password  # noqa: S105 - not one  # nosec B105
            token = _token_for(state, config, given)
        elif with_token and not sys.stdin.isatty():
            token = sys.stdin.read().strip()
        else:
            token = _prompt("Orion token", hide=True)
        if not token:
            raise InvalidCredentials("the token is empty")
        name = _name(state)
        path = report_saved(evolve(config, token=token), name)
        state.out.one(
            {"profile": name, "url": config.url, "username": username, "project": config.project, "path": str(path)},
            sentence=f"Saved profile {name!r} in {path}",
            key="profile",
        )

    return Command(
        "profile",
        params=[
            click.Option(["--url"], help="Address of the stack; asked for without it."),
            click.Option(["--username"], help="Name of the user; asked for without it."),
            click.Option(
                ["--password"],
                help="Get a token for this password; - asks for it, so that it stays out of the shell's history.",
            ),
            click.Option(
                ["--with-token"],
                is_flag=True,
                help="Read the token from standard input; on a terminal it is asked for.",
            ),
            click.Option(["--project"], type=click.INT, help="Project for what is new; the user's own without it."),
            click.Option(["--allow-http"], is_flag=True, help="Let the token go unencrypted to another machine."),
            click.Option(
                ["--ca-file"], type=click.Path(), help="File of certificates to trust besides the usual ones."
            ),
        ],
        callback=run,
        help="Make or replace a profile: the one that --profile names.",
        shape=_PROFILE,
        example="ocli --profile=work config profile --url https://orion.example.com --username ada --with-token",
    )


def _token_for(state: State, config: SessionConfig, password: str) -> str:
    from orionclient._http_session import HttpSession  # noqa: PLC0415
    from orionclient._retry import interactive_policy  # noqa: PLC0415
    from orionclient.session import OrionSession  # noqa: PLC0415

    session = OrionSession(config, requests_session=HttpSession(interactive_policy(state.timeout, state.max_retries)))
    return session.retrieve_token(config.username, password)


def settings(state: State) -> list[dict[str, Any]]:
    """Find every setting, masked where it is secret, and where it came from.

    Args:
        state: The options.

    Returns:
        Objects with `setting`, `value` and `origin`.

    Raises:
        InvalidCredentials: Nothing says where to speak.
    """
    config = state.config()
    if config.profile is None:
        origins = {
            name: f"${variable}"
            for name, variable in {"url": "ORION_URL", "token": "ORION_TOKEN", "username": "ORION_USERNAME"}.items()  # nosec B105 - names
        }
        named = "the job" if in_orion() else "environment"
    else:
        there = read_profiles().get(config.profile, {})
        origins = {name: f"{get_config_path()} [{config.profile}]" for name in _SHOWN_SETTINGS if there.get(name)}
        named = (
            "--profile"
            if state.profile
            else "$ORION_PROFILE"
            if os.environ.get("ORION_PROFILE")
            else "ocli config use"
            if active_profile()
            else "default"
        )
    if os.environ.get("ORION_PROJECT"):
        origins["project"] = "$ORION_PROJECT"
    rows: list[dict[str, Any]] = [{"setting": "profile", "value": config.profile, "origin": named}]
    for name in _SHOWN_SETTINGS:
        value = getattr(config, name)
        rows.append(
            {
                "setting": name,
                "value": _SECRET if name in {"token", "proxy"} and value else value,
                "origin": origins.get(name, "default"),
            }
        )
    rows.append(
        {"setting": "timeout", "value": state.timeout, "origin": "--timeout" if state.timeout != 10 else "default"}
    )
    rows.append(
        {
            "setting": "max_retries",
            "value": state.max_retries,
            "origin": "--max-retries" if state.max_retries != 2 else "default",
        }
    )
    return rows


def _info() -> Command:
    def run() -> None:
        state = get_state()
        state.out.rows(settings(state), ("setting", "value", "origin"), key="value")

    return Command(
        "info",
        callback=run,
        help="Show each setting, masked where it is secret, and where it came from.",
        shape=_INFO,
        example="ocli config info",
    )


def _list() -> Command:
    def run() -> None:
        state = get_state()
        active = _name(state)
        rows = [
            {
                "profile": name,
                "active": name == active,
                "url": values.get("url", ""),
                "username": values.get("username", ""),
                "project": int(values["project"]) if values.get("project", "").isdigit() else None,
            }
            for name, values in sorted(read_profiles().items())
        ]
        state.out.rows(rows, ("active", "profile", "project", "url", "username"), key="profile")

    return Command("list", callback=run, help="List the profiles.", shape=_LIST, example="ocli config list")


def _profile_argument() -> click.Argument:
    return click.Argument(
        ["name"], metavar="NAME", shell_complete=lambda _context, _parameter, text: complete_profiles(text)
    )


def _require_known(name: str) -> None:
    there = read_profiles()
    if name not in there:
        raise InvalidCredentials(
            f"there is no profile {name!r} in {get_config_path()}; it holds: {', '.join(sorted(there)) or 'none'}"
        )


def _use() -> Command:
    def run(name: str) -> None:
        _require_known(name)
        path = active_path()
        path.touch(mode=0o600)
        path.write_text(f"{name}\n", "utf-8")
        get_state().out.one({"profile": name}, sentence=f"ocli uses profile {name!r} from now on", key="profile")

    return Command(
        "use",
        params=[_profile_argument()],
        callback=run,
        help="Choose the profile that ocli uses where none is named. Scripts in Python resume the profile default.",
        shape=_PROFILE_ARGUMENT,
        example="ocli config use default",
    )


def _remove() -> Command:
    def run(name: str, yes: bool, dry_run: bool) -> None:
        state = get_state()
        _require_known(name)
        if dry_run:
            print_plan(state, "remove", [f"profile {name!r}"])
            return
        confirm(f"Remove profile {name!r} with its token?", sure=yes)
        remove_profile(name)
        if active_profile() == name:
            active_path().unlink(missing_ok=True)
        state.out.one({"profile": name}, sentence=f"Removed profile {name!r}", key="profile")

    return Command(
        "remove",
        params=[_profile_argument(), yes_option(), dry_run_option()],
        callback=run,
        help="Remove a profile.",
        shape=_PROFILE_ARGUMENT,
        example="ocli config remove old --yes",
    )


def _path() -> Command:
    def run() -> None:
        path = str(get_config_path())
        get_state().out.one({"path": path}, sentence=path, key="path")

    return Command("path", callback=run, help="Print where the profiles lie.", shape=_PATH, example="ocli config path")


def current_config_or_none(state: State) -> tuple[SessionConfig | None, Exception | None]:
    """Find the configuration without failing.

    Args:
        state: The options.

    Returns:
        The configuration, or the error.
    """
    try:
        return state.config(), None
    except Exception as error:  # noqa: BLE001 - the doctor tells it
        return None, error
