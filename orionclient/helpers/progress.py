"""Progress bars with rich or tqdm: callbacks for `progress=`, for one or many concurrent transfers. Both packages are optional."""

from __future__ import annotations

import importlib
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from orionclient.exceptions import OrionError, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orionclient._transfer.progress import Progress

__all__ = ["rich_progress", "tqdm_progress"]


@contextmanager
def rich_progress(**options: Any) -> Iterator[Callable[[Progress], None]]:
    """Show one `rich` progress bar for each running transfer.

    Args:
        **options: Passed to `rich.progress.Progress`, for example ``console=``.

    Yields:
        The callback to pass as `progress=`.

    Raises:
        OrionError: The package rich is not installed.

    Example:
        >>> from orionclient.helpers.progress import rich_progress
        >>> from orionclient.types import File
        >>> def store() -> File:
        ...     with rich_progress() as progress:
        ...         return File.upload(session, "three words", b"CNS", progress=progress)
    """
    rich = _import_or_explain("rich.progress")
    bars = rich.Progress(
        rich.TextColumn("{task.description}", markup=False),
        rich.BarColumn(),
        rich.DownloadColumn(),
        rich.TransferSpeedColumn(),
        rich.TimeRemainingColumn(),
        **options,
    )
    tasks: dict[str, Any] = {}
    lock = threading.Lock()

    def update(progress: Progress) -> None:
        with lock:
            if progress.item not in tasks:
                tasks[progress.item] = bars.add_task(_item_label(progress), total=progress.total)
            task = tasks[progress.item]
            bars.update(task, completed=progress.bytes, total=progress.total)
            if progress.done:
                # Remove the bars of finished items, so that 10,000 items do not fill the screen, but leave the last one visible.
                del tasks[progress.item]
                if tasks:
                    bars.remove_task(task)

    with bars:
        yield update


@contextmanager
def tqdm_progress(**options: Any) -> Iterator[Callable[[Progress], None]]:
    """Show one `tqdm` progress bar for each running transfer.

    Args:
        **options: Passed to `tqdm.tqdm`, for example ``file=``.

    Yields:
        The callback to pass as `progress=`.

    Raises:
        OrionError: The package tqdm is not installed.

    Example:
        >>> from orionclient.helpers.progress import tqdm_progress
        >>> from orionclient.types import File
        >>> def store() -> File:
        ...     with tqdm_progress() as progress:
        ...         return File.upload(session, "three words", b"CNS", progress=progress)
    """
    tqdm = _import_or_explain("tqdm")
    bars: dict[str, Any] = {}
    lock = threading.Lock()

    def update(progress: Progress) -> None:
        with lock:
            if progress.item not in bars:
                given = {"unit": "B", "unit_scale": True, "unit_divisor": 1024, "leave": False, **options}
                bars[progress.item] = tqdm.tqdm(total=progress.total, desc=_item_label(progress), **given)
            bar = bars[progress.item]
            bar.total = progress.total
            # The difference is negative if bytes are transferred again.
            bar.update(progress.bytes - bar.n)
            if progress.done:
                del bars[progress.item]
                bar.close()

    try:
        yield update
    finally:
        for bar in bars.values():
            bar.close()


def _import_or_explain(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        raise OrionError(f"{name}_progress requires the package {name}; install it with: pip install {name}") from None


def _item_label(progress: Progress) -> str:
    return one_line(progress.item, limit=60)
