"""The verbs of the session that move many files at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.types._many import download_all, list_named_files
from orionclient.types.files import File

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from orionclient._resource import Id, SessionLike
    from orionclient.transfer.bulk import Paths, Result
    from orionclient.transfer.progress import Progress
    from orionclient.types import Project


class Transfers:
    """What `OrionSession` does with many files."""

    def upload_files(
        self: SessionLike,
        paths: Paths,
        project: Project | Id | None = None,
        *,
        folder_path: str | None = None,
        tags: Sequence[str | None] | None = None,
        workers: int = 8,
        progress: Callable[[Progress], object] | None = None,
        executor: Executor | None = None,
        on_result: Callable[[Result[Path, File]], object] | None = None,
        return_exceptions: bool = False,
    ) -> list[Result[Path, File]]:
        """Store many files.

        It may be called again after a failure or a crash: a file that is there, ready and with the same name, size and SHA-256 digest, in
        the same project and, where one is named, the same folder, is not sent again. Two processes may send the same at the same time:
        each removes what it sent where an older equal file is ready by then. Where the younger one is done first, both stay.

        Args:
            paths: A folder or file, or any number of them, also from an iterator. Of a folder all files are sent in sorted order, named
                by their paths relative to it with ``/``, without its own name; other files are named by the last part of their path.
                Equal names get a number. Links to folders are not followed.
            project: Project or its id; the session's own project without it.
            folder_path: Path of the folder of the project to put them in, which is made where it is missing.
            tags: Tags for those that are sent, for example ``[job_tag()]``; None among them is left out.
            workers: Number of files at a time; at most four times as many are looked ahead.
            progress: Called with the `Progress` of each file, one call at a time; if it raises, everything stops. With an executor of
                processes or machines it is called when a file is done.
            executor: Any `concurrent.futures.Executor`, of processes or machines too, which have to see the same files; threads without it.
            on_result: Called with each result in order; results of what went well are then not kept, which for very many saves memory.
            return_exceptions: True returns results that hold the errors; by default they are raised together when all is done.

        Returns:
            A `Result` for each file, in order: `item` is its path, `value` the file on the server, `error` None, `skipped` True if it was
            there already.

        Raises:
            TransferErrors: Some files failed; its `results` has all. The other files are there.
            ValidationError: A path is empty; of a folder or list raised before any request.
            OSError: The folder is not there.

        Example:
            >>> from pathlib import Path
            >>> for name in ("hits.smi", "misses.smi"):
            ...     _ = Path(name).write_text("CCO")
            >>> [result.value.name for result in session.upload_files(["hits.smi", "misses.smi"])]
            ['hits.smi', 'misses.smi']
        """
        from orionclient.types._many_files import send_files  # noqa: PLC0415 - loaded when used

        return send_files(
            File, self, list_named_files(paths), project, folder_path=folder_path, options={"tags": tuple(tags or ())}, workers=workers,
            progress=progress, executor=executor, on_result=on_result, return_exceptions=return_exceptions,
        )  # fmt: skip

    def download_files(
        self: SessionLike,
        files: Iterable[File],
        folder: str | os.PathLike[str],
        *,
        workers: int = 8,
        progress: Callable[[Progress], object] | None = None,
        executor: Executor | None = None,
        durable: bool = False,
        on_result: Callable[[Result[File, Path]], object] | None = None,
        return_exceptions: bool = False,
    ) -> list[Result[File, Path]]:
        """Fetch many files into a folder.

        Names are made safe and different, so that none leads out of the folder, through links in it neither; ``/`` in a name makes
        a folder. A file that is there already, with the same size and SHA-256 digest, is not fetched again.

        Args:
            files: The files, also a listing, which is read as it is needed.
            folder: The folder, which is made where it is missing.
            workers: Number of files at a time; at most four times as many are looked ahead.
            progress: As for `upload_files`.
            executor: As for `upload_files`; its workers have to see the same folder.
            durable: True waits after each file until the disk has it, so that it also survives a power failure.
            on_result: As for `upload_files`.
            return_exceptions: As for `upload_files`.

        Returns:
            A `Result` for each file, in order: `item` is the file on the server, `value` the path, `error` None, `skipped` True if it was
            there already.

        Raises:
            TransferErrors: Some files failed; its `results` has all. The other files are there, and none is there in part.
            ValidationError: The path of the folder is empty.
            OSError: The folder cannot be made.

        Example:
            >>> from orionclient.types import File
            >>> for name in ("hits", "hits"):
            ...     _ = File.upload(session, name, b"CCO")
            >>> files = session.list_resources(File, {"name": "hits"})
            >>> sorted(result.value.name for result in session.download_files(files, "here"))
            ['hits', 'hits-2']
        """
        return download_all(
            _attach_session(self, files), folder, workers=workers, progress=progress, executor=executor, durable=durable,
            on_result=on_result, return_exceptions=return_exceptions,
        )  # fmt: skip


def _attach_session(session: SessionLike, files: Iterable[File]) -> Iterable[File]:
    """Give the session to handles that have none."""
    for file in files:
        file.session = file.session or session
        yield file
