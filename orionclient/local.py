"""LocalOrion: a local Orion in this process, with sessions and settings that point at it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from orionclient._temporary import TemporaryFolder
from orionclient.config import SessionConfig
from orionclient.emulator.server import Server
from orionclient.floes._loading import build_command, collect_floes, set_loading
from orionclient.session import OrionSession
from orionclient.transfer.names import check_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from orionclient._http_session import HttpSession
    from orionclient.emulator.faults import Faults
    from orionclient.emulator.storage import Storage

__all__ = ["LocalOrion"]


class LocalOrion:
    """A real server with HTTP, persistence and permissions, in a thread of this process, on this machine only.

    Needs the extra `emulator`. Everything that Orion's documentation leaves open is an assumption; the contract marks it.

    Args:
        folder: Folder to keep the data in; a temporary one, removed at the end, without it.
        seed: ``demo`` makes one organization with the users `ada` and `grace` and three projects; None only what must be there.
        user: Name of the user that `session`, `token` and `environ` speak as; the first one without it.
        faults: Takes faults from other processes too, over HTTP; `faults` of this object works always.
        processing: Seconds that a collection takes at least to become ready after it was closed.
        floes: Floes of your own: functions with `@floe`, names of modules, and paths of files. The built-in ones and those of installed
            packages (entry points of the group `orionclient.floes`) are there anyway.
        jobs: Number of jobs that run at once; with 0 they stay in the queue.
        storage: Opens a second origin, as a stack on S3 has one: downloads of files and shards redirect to presigned addresses there, and
            the parts of uploads are sent to such. `server.storage` tells what arrived there, and makes it go wrong on demand.
        storage_seconds: How long a presigned address works.
        port: Port to listen on; 0 takes a free one.
        proxied: Takes requests with any port in their `Host` header, as they come through a proxy on this machine.
        durable: True flushes to disk before each response, so that a power cut loses nothing; with False, data survives the end of
            the process only, which is faster and enough for tests. Defaults to True for a given folder, False for a temporary one.

    Attributes:
        folder: Folder of the data.
        server: The server.

    Raises:
        ImportError: The extra `emulator` is not installed; the text names it.
        ValidationError: Something given as a floe is none, or cannot be found by the process that would run it; raised by `start`.

    Example:
        >>> from orionclient.local import LocalOrion
        >>> with LocalOrion(seed="demo") as orion:
        ...     orion.session().get_user_profile().username
        'ada'
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        seed: str | None = None,
        user: str | None = None,
        faults: bool = False,
        processing: float = 0.0,
        floes: Iterable[Any] = (),
        jobs: int = 2,
        storage: bool = False,
        storage_seconds: float = 900.0,
        port: int = 0,
        proxied: bool = False,
        durable: bool | None = None,
    ) -> None:
        self._wanted = None if folder is None else Path(check_path(folder))
        self._seed = seed
        self._user = user
        self._remote_faults = faults
        self._processing = processing
        self._floes = list(floes)
        self._jobs = jobs
        self._storage = (storage, storage_seconds)
        self._port = port
        self._proxied = proxied
        self._durable = folder is not None if durable is None else durable
        self._exit = ExitStack()
        self.folder: Path = Path()
        self.server: Server

    def start(self) -> Self:
        """Start the server.

        Returns:
            This object.

        Raises:
            RuntimeError: The file of a floe is being loaded, which would start a local Orion for every job.
        """
        if file := set_loading():
            raise RuntimeError(
                f'{file} starts a local Orion while its floes are loaded; put that part under if __name__ == "__main__":'
            )
        floes = collect_floes(self._floes)
        with ExitStack() as stack:
            if self._wanted is None:
                self.folder = Path(stack.enter_context(TemporaryFolder("orion-")))
            else:
                self.folder = self._wanted
            self.server = stack.enter_context(
                Server(
                    self.folder,
                    seed=self._seed,
                    port=self._port,
                    faults=self._remote_faults,
                    processing=self._processing,
                    floes=floes,
                    jobs=self._jobs,
                    describe=build_command("describe"),
                    storage=self._storage[0],
                    storage_seconds=self._storage[1],
                    proxied=self._proxied,
                    durable=self._durable,
                )
            )
            self._exit = stack.pop_all()
        return self

    def stop(self) -> None:
        """Stop the server, and remove the folder if it was a temporary one. In a forked child both are left to the parent."""
        self._exit.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Address of the server."""
        return self.server.url

    @property
    def faults(self) -> Faults:
        """Makes requests go wrong on demand, and tells what reached the server."""
        return self.server.faults

    @property
    def storage(self) -> Storage:
        """The second origin: what arrived there, its faults, and how long its addresses work.

        Raises:
            RuntimeError: There is none; `storage=True` opens it.
        """
        if self.server.storage is None:
            raise RuntimeError("this local Orion has no second origin; LocalOrion(storage=True) opens one")
        return self.server.storage

    @property
    def token(self) -> str:
        """Token of the user; random."""
        return self.token_of(self._user)

    def token_of(self, user: str | None) -> str:
        """Make a token for a user, the same one each time.

        Args:
            user: Name of the user; the first one for None.

        Returns:
            The token.
        """
        return self.server.issue_token(user)

    def config(self, user: str | None = None, **changes: Any) -> SessionConfig:
        """Make a configuration that points at this server.

        Args:
            user: Name of the user; the usual one without it.
            **changes: Other fields of the configuration, for example `project`.

        Returns:
            The configuration.
        """
        who = self.server.identify(user or self._user)
        settings = {"url": self.url, "token": who.token, "username": who.username, "project": who.project}
        return SessionConfig(**{**settings, **changes})

    def session(self, user: str | None = None, requests_session: HttpSession | None = None) -> OrionSession:
        """Make a session on this server.

        Args:
            user: Name of the user; the usual one without it.
            requests_session: What `get_session` returned.

        Returns:
            The session.
        """
        return OrionSession(self.config(user), requests_session=requests_session)

    @property
    def environ(self) -> dict[str, str]:
        """Variables that point any Orion client of another process at this server."""
        config = self.config()
        return {"ORION_URL": config.url, "ORION_TOKEN": config.token, "ORION_PROJECT": str(config.project)}
