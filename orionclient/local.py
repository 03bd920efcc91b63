"""LocalOrion: a local Orion server in this process, with sessions and configurations for it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Never, Self

from orionclient._runtime.temporary import Temporary
from orionclient._transfer.names import check_path
from orionclient.config import SessionConfig
from orionclient.emulator import FolderError
from orionclient.emulator._server import Server
from orionclient.exceptions import LocalDataError
from orionclient.floes._loading import build_command, collect_floes, get_loading_target
from orionclient.session import OrionSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from types import TracebackType

    from orionclient._requesting.http_session import HttpSession
    from orionclient.emulator._storage import Storage
    from orionclient.emulator.faults import Faults

__all__ = ["LocalOrion"]


class LocalOrion:
    """A local Orion: a server with HTTP API, persistence and permissions in a thread of this process, on the loopback interface only.

    Requires the extra `local`. Everything that Orion's documentation leaves open is assumed; the contract marks it.

    Args:
        folder: Folder for the data. Defaults to a temporary folder, which is removed by `stop`.
        seed: ``demo`` creates an organization with the users `ada` and `grace` and three projects. If omitted, only the minimum.
        user: Name of the user for `session`, `token` and `environ`. Defaults to the first user.
        faults: Enables fault injection over HTTP, for other processes; the attribute `faults` always works.
        processing: Minimum seconds that a closed collection takes to become ready.
        floes: Floes to offer: functions with `@floe`, module names and paths of files. The built-in floes and those of installed
            packages (entry points of the group `orionclient.floes`) are always offered.
        jobs: Maximum number of jobs that run concurrently; with 0 they stay queued.
        cpus: The CPUs that the running jobs can have together; a job has one unless it asks for more (`cpu_count`). More than the
            machine has are possible, then jobs share them. Defaults to those that this process can use, or to `jobs` if that is more.
        memory_mb: Memory that a job can have, in MiB; a job has 1800 unless it asks for more (`memory_mb`). Defaults to the memory of the
            machine.
        storage: Opens a second origin for object storage, like a stack on S3: downloads of files and shards redirect to presigned URLs
            there, and parts of uploads are sent to presigned URLs. `server.storage` records its requests and injects faults.
        storage_seconds: Lifetime of a presigned URL in seconds.
        port: Port to listen on. Defaults to 0, a free port.
        proxied: Accepts any port in the `Host` header, for requests through a proxy on this machine.
        durable: True flushes to disk before each response, so that no data is lost in a power failure; with False, data survives only
            the end of the process, which is faster and enough for tests. Defaults to True for a given folder, False for a temporary one.
        clock: Returns the current time as a datetime with a time zone. The times of resources (`created`, `deleted`, ...) and what
            depends on them, such as the 30 days of the trash, follow it. Defaults to the time of the system.

    Attributes:
        folder: Folder of the data.
        server: The server.

    Raises:
        ImportError: The extra `local` is not installed; the message names it.
        ValidationError: An item of `floes` is not a floe, or the process that would run it cannot import it; raised by `start`.

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
        cpus: int | None = None,
        memory_mb: int | None = None,
        storage: bool = False,
        storage_seconds: float = 900.0,
        port: int = 0,
        proxied: bool = False,
        durable: bool | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._requested_folder = None if folder is None else Path(check_path(folder))
        self._seed = seed
        self._user = user
        self._accept_faults = faults
        self._processing = processing
        self._floes = list(floes)
        self._jobs = jobs
        self._machine = (cpus, memory_mb)
        self._storage = (storage, storage_seconds)
        self._port = port
        self._proxied = proxied
        self._durable = folder is not None if durable is None else durable
        self._clock = clock
        self._exit = ExitStack()
        self.folder: Path = Path()
        self.server: Server

    def start(self) -> Self:
        """Start the server.

        Returns:
            This object.

        Raises:
            RuntimeError: The file of a floe is being imported; it would start a local Orion for every job.
            LocalDataError: The folder is damaged or in use, or cannot be read or written; nothing in it was deleted or overwritten.
        """
        if file := get_loading_target():
            raise RuntimeError(
                f'{file} starts a local Orion while its floes are loaded; move the call under if __name__ == "__main__":'
            )
        floes = collect_floes(self._floes)
        with ExitStack() as stack:
            if self._requested_folder is None:
                self.folder = Path(stack.enter_context(Temporary(mkdtemp(prefix="orion-"))))
            else:
                self.folder = self._requested_folder
            self.server = Server(
                self.folder,
                seed=self._seed,
                port=self._port,
                faults=self._accept_faults,
                processing=self._processing,
                floes=floes,
                jobs=self._jobs,
                cpus=self._machine[0],
                memory_mb=self._machine[1],
                describe=build_command("describe"),
                storage=self._storage[0],
                storage_seconds=self._storage[1],
                proxied=self._proxied,
                durable=self._durable,
                clock=self._clock,
            )
            try:
                stack.enter_context(self.server)
            except FolderError as error:
                raise LocalDataError(str(error)) from error.__cause__
            self._exit = stack.pop_all()
        return self

    def __getstate__(self) -> Never:
        raise TypeError("a LocalOrion cannot be pickled; pass orion.environ to the other process")

    def stop(self) -> None:
        """Stop the server and remove its folder if it is temporary. In a forked child this does nothing."""
        self._exit.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """URL of the server."""
        return self.server.url

    @property
    def faults(self) -> Faults:
        """Fault injection and the log of received requests."""
        return self.server.faults

    @property
    def storage(self) -> Storage:
        """The object storage origin: its requests, its faults and the lifetime of its presigned URLs.

        Raises:
            RuntimeError: The local Orion was created without `storage=True`.
        """
        if self.server.storage is None:
            raise RuntimeError("this local Orion has no object storage; create it with LocalOrion(storage=True)")
        return self.server.storage

    @property
    def token(self) -> str:
        """API token of the user; random."""
        return self.get_token(self._user)

    def get_token(self, user: str | None) -> str:
        """Get the API token of a user, the same one on each call.

        Args:
            user: Name of the user; None for the first user.

        Returns:
            The token.
        """
        return self.server.issue_token(user)

    def config(self, user: str | None = None, **changes: Any) -> SessionConfig:
        """Create a configuration for this server.

        Args:
            user: Name of the user. Defaults to the `user` of the constructor.
            **changes: Other fields of the configuration, for example `project`.

        Returns:
            The configuration.
        """
        identity = self.server.identify(user or self._user)
        settings = {
            "url": self.url,
            "token": identity.token,
            "username": identity.username,
            "project": identity.project,
        }
        return SessionConfig(**{**settings, **changes})

    def session(self, user: str | None = None, requests_session: HttpSession | None = None) -> OrionSession:
        """Create a session on this server.

        Args:
            user: Name of the user. Defaults to the `user` of the constructor.
            requests_session: HTTP session from `get_session`. Optional.

        Returns:
            The session.
        """
        return OrionSession(self.config(user), requests_session=requests_session)

    @property
    def environ(self) -> dict[str, str]:
        """Environment variables that configure an Orion client in another process for this server.

        A spawned process inherits them after ``os.environ.update(orion.environ)``. It needs them for pickled sessions and configurations,
        which have no token.
        """
        config = self.config()
        return {"ORION_URL": config.url, "ORION_TOKEN": config.token, "ORION_PROJECT": str(config.project)}
