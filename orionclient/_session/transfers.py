"""Bulk transfer methods of OrionSession: upload and download many files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient import _transfer, types
from orionclient._resources.creating import project_id
from orionclient._transfer.names import check_folder_path

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from orionclient._resources.resource import Id, SessionLike
    from orionclient._transfer.bulk import Paths, Result
    from orionclient._transfer.progress import Progress
    from orionclient.types import File, Project


class Transfers:
    """Mixin with the bulk transfer methods of `OrionSession`."""

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
        """Upload many files.

        The call can be repeated after a failure or crash: a file is skipped if a ready file with the same name, size and SHA-256 digest
        exists in the same project and, if `folder_path` is given, in that folder. If two processes upload equal files concurrently, each
        deletes its own upload if an older equal file is ready by then. If the newer one is ready first, both stay.

        Args:
            paths: A file or folder, or an iterable of them. The files of a folder are uploaded in sorted order and named by their path
                relative to the folder, with ``/``; other files are named by their file name. Equal names get a numeric suffix. Symbolic
                links to folders are not followed.
            project: Project or its id. Defaults to the session's project.
            folder_path: Path of a folder in the project, or absolute as for `session.fs`; created if missing. Optional.
            tags: Tags for the uploaded files, for example ``[job_tag()]``; None among them is ignored. Optional.
            workers: Number of concurrent uploads; at most four times as many files are read ahead.
            progress: Called with the `Progress` of each file, one call at a time; an exception that it raises cancels all uploads. With an
                executor of processes or machines it is called when a file is complete.
            executor: Any `concurrent.futures.Executor`, also of processes or machines that can access the same files. Defaults to threads.
            on_result: Called with each result in order; successful results are then not stored, which saves memory for very many files.
            return_exceptions: True returns results with their errors; by default one error for all failures is raised at the end.

        Returns:
            A `Result` for each file, in order: `item` is its path, `value` the file on the server, `error` None, `skipped` True if it
            already existed.

        Raises:
            TransferErrors: Some files failed; `results` has all results. The other files were uploaded.
            ValidationError: A path is empty; for a folder or list raised before any request.
            OSError: The folder does not exist.

        Example:
            >>> from pathlib import Path
            >>> for name in ("hits.smi", "misses.smi"):
            ...     _ = Path(name).write_text("CCO")
            >>> [result.value.name for result in session.upload_files(["hits.smi", "misses.smi"])]
            ['hits.smi', 'misses.smi']
        """
        send = types.files.FileSend(
            self,
            project_id(self, project, folder_path),
            check_folder_path(folder_path),
            None,
            {"tags": tuple(tags or ())},
        )
        return _transfer.many.transfer_all(
            send, _transfer.many.list_named_files(paths), workers=workers, progress=progress, executor=executor, on_result=on_result,
            return_exceptions=return_exceptions,
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
        """Download many files into a folder.

        File names are sanitized and made unique, so that no file is written outside of the folder, also not through symbolic links; ``/``
        in a name creates a subfolder. A file that already exists with the same size and SHA-256 digest is skipped.

        Args:
            files: The files, also a listing, whose pages are fetched when they are needed.
            folder: The folder; created if missing.
            workers: Number of concurrent downloads; at most four times as many files are read ahead.
            progress: As for `upload_files`.
            executor: As for `upload_files`; its workers need access to the same folder.
            durable: True flushes each file to the disk, so that it survives a power failure.
            on_result: As for `upload_files`.
            return_exceptions: As for `upload_files`.

        Returns:
            A `Result` for each file, in order: `item` is the file on the server, `value` the path, `error` None, `skipped` True if it
            already existed.

        Raises:
            TransferErrors: Some files failed; `results` has all results. The other files are complete, and no file is partial.
            ValidationError: The path of the folder is empty.
            OSError: The folder cannot be created.

        Example:
            >>> from orionclient.types import File
            >>> for name in ("hits", "hits"):
            ...     _ = File.upload(session, name, b"CCO")
            >>> files = session.list_resources(File, {"name": "hits"})
            >>> sorted(result.value.name for result in session.download_files(files, "here"))
            ['hits', 'hits-2']
        """
        return _transfer.many.download_all(
            _attach_session(self, files), folder, workers=workers, progress=progress, executor=executor, durable=durable,
            on_result=on_result, return_exceptions=return_exceptions,
        )  # fmt: skip


def _attach_session(session: SessionLike, files: Iterable[File]) -> Iterable[File]:
    """Set the session of handles that have none."""
    for file in files:
        file.session = file.session or session
        yield file
