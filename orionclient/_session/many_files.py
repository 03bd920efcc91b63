"""Upload many files or datasets concurrently, skipping files that exist with the same content."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import frozen
from orion_api.api.files import list_files

from orionclient._resources.creating import find_existing, project_id
from orionclient._resources.listing import Listing
from orionclient._transfer import bulk
from orionclient._transfer.many import (
    TransferItem,
    TransferResult,
    check_regular_file,
    report_done,
    sha256_of,
    transfer_all,
)
from orionclient._transfer.names import check_path
from orionclient.exceptions import OrionError
from orionclient.types.datasets import Dataset
from orionclient.types.files import File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Executor

    from orionclient._resources.resource import SessionLike
    from orionclient._transfer.bulk import ProgressRelay, Result
    from orionclient._transfer.progress import Progress

R = TypeVar("R", File, Dataset)


@frozen
class FileUploadTask(Generic[R]):
    """Uploads one file, unless it exists with the same content.

    Attributes:
        kind: Class of the resource to create. A dataset is always created.
        session: The session.
        project: Id of the project; None if the server chooses it.
        folder_path: Path of the project folder.
        if_exists: What to do if the name exists, as for `File.upload`; None compares the content of files.
        options: Further arguments of the upload method.
        base: Working directory that relative paths are resolved against, also in other processes.
        relay: Receives the progress; None in another process.
    """

    kind: type[R]
    session: SessionLike
    project: int | None
    folder_path: str | None
    if_exists: str | None
    options: Mapping[str, Any]
    base: Path
    relay: ProgressRelay | None = None

    def __call__(self, item: TransferItem) -> TransferResult[R]:
        """Upload one file.

        Args:
            item: The file.

        Returns:
            The ready resource, and whether it existed.

        Raises:
            ValidationError: It is not a regular file, or the name exists and `if_exists` is ``error``.
            OSError: The file cannot be read.
            OrionError: The request failed; nothing is left on the server.
        """
        path = self.base / item.path
        if not item.force:
            check_regular_file(path)
        compare = self.kind is File and not item.force and self.if_exists is None
        found: Any = None
        if self.if_exists == "skip":
            found = find_existing(
                self.kind, self.session, item.name, project=self.project, folder_path=self.folder_path, if_exists="skip"
            )  # fmt: skip
        elif compare:
            found = self._find_same(self.project, item.name, path.stat().st_size, lambda: sha256_of(path))
        if found is not None:
            report_done(self.relay, item.name, found.to_dict().get("size"))
            return TransferResult(found, skipped=True)
        created: Any = self._upload(item, path)
        if compare:
            # If another process uploaded the same file earlier, keep only its copy. A failure of this check is not a failed upload.
            with contextlib.suppress(OrionError):
                older: Any = self._find_same(
                    created.project, created.name, created.size, lambda: created.sha256 or "", before=created.id
                )
                if older is not None:
                    self.session.delete_resource(created, immediate=True)
                    return TransferResult(older, skipped=True)
        return TransferResult(created, skipped=False)

    def _upload(self, item: TransferItem, path: Path) -> R:
        options: dict[str, Any] = {**self.options, "folder_path": self.folder_path, "if_exists": self.if_exists}
        if self.kind is File and self.relay is not None:
            options["progress"] = self.relay.for_item(item.name)
        return self.kind.upload(self.session, item.name, item.stream or path, self.project, **options)

    def _find_same(
        self, project: int | None, name: str, size: int, digest: Callable[[], str], *, before: int | None = None
    ) -> File | None:
        if project is None:
            # The project that the server will choose is unknown, so existing files cannot be compared.
            return None
        filters: dict[str, Any] = {"name": name, "project": project, "path": self.folder_path, "state": "ready"}
        given = {key: value for key, value in filters.items() if value}
        expected = ""
        for file in Listing(self.session, list_files, File(), given, exact=True):
            if file.size != size or not file.sha256 or (before is not None and file.id >= before):
                continue
            expected = expected or digest().lower()
            if file.sha256.lower() == expected:
                return file
        return None


def send_files(
    kind: type[R],
    session: SessionLike,
    items: Iterable[TransferItem],
    project: Any,
    *,
    folder_path: str | None,
    if_exists: str | None = None,
    options: Mapping[str, Any],
    workers: int,
    progress: Callable[[Progress], object] | None,
    executor: Executor | None = None,
    on_result: Callable[[Result[Path, R]], object] | None,
    return_exceptions: bool = False,
) -> list[Result[Path, R]]:
    """Upload files, see `OrionSession.upload_files`.

    Args:
        kind: Class of the resources to create.
        session: The session.
        items: The files.
        project: Project or its id.
        folder_path: Path of the project folder.
        if_exists: What to do if a name exists; None compares the content of files.
        options: Further arguments of `File.upload` or `Dataset.upload`.
        workers: Number of files transferred concurrently.
        progress: Called with the `Progress` of each item.
        executor: Any executor. Defaults to threads.
        on_result: Called with every result; only failures are then collected.
        return_exceptions: True returns failed results instead of raising.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: An item failed.
        ValidationError: The folder path is empty.
    """
    relay, local = bulk.ProgressRelay(progress), bulk.is_local(executor)
    send = FileUploadTask(
        kind, session, project_id(session, project), check_path(folder_path), if_exists, dict(options), Path.cwd(),
        relay if local else None,
    )  # fmt: skip

    def convert(result: Result[TransferItem, TransferResult[R]]) -> Result[Path, R]:
        done = result.value
        if done is None:
            return bulk.Result(result.item.path, None, result.error)
        created = done.value
        if not local:
            # The result of another process has its own session.
            created = kind.from_msg(created.to_dict(), session)
            report_done(relay, result.item.name, created.to_dict().get("size"))
        return bulk.Result(result.item.path, created, skipped=done.skipped)

    return transfer_all(
        send, items, convert, workers=workers, executor=executor, relay=relay, on_result=on_result, return_exceptions=return_exceptions
    )  # fmt: skip
