"""Many files sent at once: what is there already is not sent again."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen
from orion_api.api.files import list_files

from orionclient._listing import Listing
from orionclient.exceptions import OrionError
from orionclient.transfer import bulk
from orionclient.types._creating import project_id
from orionclient.types._many import moved, named_files, regular, sha256_of, tell
from orionclient.types.files import File

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from orionclient._resource import SessionLike
    from orionclient.transfer.bulk import Result, Watch
    from orionclient.transfer.progress import Progress


@frozen
class Piece:
    """A file to send.

    Attributes:
        path: The file.
        name: Its name on the server.
    """

    path: Path
    name: str


@frozen
class Send:
    """Sends one file, unless it is there.

    Attributes:
        session: The session.
        project: Id of the project; None where the server has to choose.
        folder_path: Path of the folder of the project.
        tags: Tags for what is sent.
        base: Folder that relative paths start from, also in a process that stands elsewhere.
        watch: Watches the transfers; None in another process.
    """

    session: SessionLike
    project: int | None
    folder_path: str | None
    tags: tuple[str | None, ...]
    base: Path
    watch: Watch | None = None

    def __call__(self, piece: Piece) -> File:
        """Send it.

        Args:
            piece: The file.

        Returns:
            The file on the server, ready.

        Raises:
            ValidationError: It is no file.
            OSError: It cannot be read.
            OrionError: The server refused, or no good answer came; nothing is left behind.
        """
        path = self.base / piece.path
        regular(path)
        found = self._found(self.project, piece.name, path.stat().st_size, lambda: sha256_of(path))
        if found is not None:
            tell(self.watch, piece.name, found.size)
            return found
        made = File.upload(
            self.session, piece.name, path, self.project, folder_path=self.folder_path, tags=self.tags,
            progress=self.watch.named(piece.name) if self.watch else None,
        )  # fmt: skip
        # Whoever did the same meanwhile was first. That it cannot be found out does not undo what is done.
        with contextlib.suppress(OrionError):
            older = self._found(made.project, made.name, made.size, lambda: made.sha256 or "", before=made.id)
            if older is not None:
                self.session.delete_resource(made, immediate=True)
                return older
        return made

    def _found(
        self, project: int | None, name: str, size: int, digest: Callable[[], str], *, before: int | None = None
    ) -> File | None:
        if project is None:
            # What lies in another project is not what the server would choose.
            return None
        filters: dict[str, Any] = {"name": name, "project": project, "path": self.folder_path, "state": "ready"}
        given = {key: value for key, value in filters.items() if value}
        wanted = ""
        for each in Listing(self.session, list_files, File(), given, exact=True):
            if each.size != size or not each.sha256 or (before is not None and each.id >= before):
                continue
            wanted = wanted or digest().lower()
            if each.sha256.lower() == wanted:
                return each
        return None


def send_files(
    session: SessionLike,
    paths: Any,
    project: Any,
    *,
    folder_path: str | None,
    tags: Sequence[str | None] | None,
    workers: int,
    progress: Callable[[Progress], object] | None,
    executor: Executor | None,
    each: Callable[[Result[Path, File]], object] | None,
    return_exceptions: bool,
) -> list[Result[Path, File]]:
    """Send files, see `OrionSession.upload_files`.

    Args:
        session: The session.
        paths: A folder, or paths.
        project: Project or its id.
        folder_path: Path of the folder of the project.
        tags: Tags for what is sent.
        workers: Number of files at a time.
        progress: Told how far each is.
        executor: Any executor; threads without it.
        each: Is given every result; only failures are kept then.
        return_exceptions: True returns results with errors.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: Something failed.
    """
    watch, local = bulk.Watch(progress), bulk.is_local(executor)
    send = Send(
        session, project_id(session, project), folder_path, tuple(tags or ()), Path.cwd(), watch if local else None
    )

    def shown(result: Result[Piece, File]) -> Result[Path, File]:
        file = result.value
        if file is not None and not local:
            # It came back with a session of its own.
            file = File.from_msg(file.to_dict(), session)
            tell(watch, result.item.name, file.size)
        return bulk.Result(result.item.path, file, result.error)

    return moved(
        send, (Piece(path, name) for path, name in named_files(paths)), shown, workers=workers, executor=executor, watch=watch,
        each=each, return_exceptions=return_exceptions,
    )  # fmt: skip
