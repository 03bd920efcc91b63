"""What the global options say, and the session that follows from it."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path

    from orionclient.cli.output import Output
    from orionclient.config import SessionConfig
    from orionclient.session import OrionSession

FORMATS = ("table", "json", "jsonl", "csv", "ids")
TIMEOUT, MAX_RETRIES, PROFILE = 10.0, 2, "default"


class State:
    """The global options of one call of `ocli`.

    Attributes:
        timeout: Seconds for one request.
        max_retries: Number of retries.
        profile: Name of the profile; None where none was named.
        format: Form of the output; None for the table.
        quiet: True prints ids only, and no progress.
        color: False leaves colour out; None decides by the terminal.
        debug: True shows where an error came from.
        command: The command that runs, for hints.
        again: How to resume the transfers that are under way; empty where there are none, or none that can be resumed.
    """

    def __init__(self) -> None:
        self.timeout = TIMEOUT
        self.max_retries = MAX_RETRIES
        self.profile: str | None = None
        self.format: str | None = None
        self.quiet = False
        self.color: bool | None = None
        self.debug = False
        self.command = "ocli"
        self.again = ""

    @classmethod
    def of(cls, context: click.Context) -> State:
        """Find the options of the call that a context belongs to.

        Args:
            context: Any context of the call.

        Returns:
            The options, the same object each time.
        """
        root = context.find_root()
        if not isinstance(root.obj, cls):
            root.obj = cls()
        return root.obj

    def config(self) -> SessionConfig:
        """Find out where to speak and as whom: what `config use` chose stands in for the profile `default`.

        Returns:
            The configuration.

        Raises:
            InvalidCredentials: Nothing says where to speak.
        """
        from orionclient.config import in_orion, resolve  # noqa: PLC0415

        named = any(os.environ.get(name) for name in ("ORION_URL", "ORION_TOKEN", "ORION_PROFILE"))
        return resolve(self.profile or (None if named or in_orion() else active_profile()))

    @cached_property
    def session(self) -> OrionSession:
        """A session with the patience that the options give it."""
        from orionclient._http_session import HttpSession  # noqa: PLC0415
        from orionclient._retry import interactive_policy  # noqa: PLC0415
        from orionclient.session import OrionSession  # noqa: PLC0415

        policy = interactive_policy(self.timeout, self.max_retries)
        return OrionSession(self.config(), requests_session=HttpSession(policy))

    @cached_property
    def shard_session(self) -> OrionSession:
        """A session for the content of shards, which --max-retries does not reach (documented)."""
        from orionclient.session import OrionSession, get_session  # noqa: PLC0415

        return OrionSession(self.session.config, requests_session=get_session(request_timeout=self.timeout))

    @cached_property
    def out(self) -> Output:
        """What prints."""
        from orionclient.cli.output import Output  # noqa: PLC0415

        return Output(self.form, colors=self.colored(sys.stdout))

    @property
    def form(self) -> str:
        """Form of the output."""
        return "ids" if self.quiet else self.format or "table"

    def colored(self, stream: Any) -> bool:
        """Tell whether colour may go to a stream.

        Args:
            stream: Standard output or error.

        Returns:
            True on a terminal, unless --no-color, NO_COLOR or TERM=dumb say otherwise; CLICOLOR_FORCE wins over the terminal.
        """
        if self.color is not None:
            return self.color
        if os.environ.get("NO_COLOR"):
            return False
        forced = os.environ.get("CLICOLOR_FORCE", "0") not in {"", "0"}
        return forced or (stream.isatty() and os.environ.get("TERM") != "dumb")


def get_state() -> State:
    """Find the options of the call that runs.

    Returns:
        The options.
    """
    return State.of(click.get_current_context())


def active_path() -> Path:
    """Find the file that holds what `config use` chose.

    Returns:
        The path, beside the file of the profiles.
    """
    from orionclient.config import get_config_path  # noqa: PLC0415

    path = get_config_path()
    return path.with_name(f"{path.name}.active")


def active_profile() -> str | None:
    """Read what `config use` chose.

    Returns:
        Name of the profile; None where nothing was chosen.
    """
    try:
        return active_path().read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None
