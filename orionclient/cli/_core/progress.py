"""Show the progress of transfers: bars on a terminal, elsewhere one line for every tenth of a large transfer."""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from orionclient._runtime.cancellation import Cancelled
from orionclient.cli._core.output import escape_control_characters
from orionclient.cli._core.streams import echo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orionclient._transfer.progress import Progress
    from orionclient.cli._core.state import State

# Bytes from which a transfer reports its progress in lines; smaller ones are too short for that.
_LARGE: Final = 1 << 20
_MAX_NAME: Final = 40


class ProgressDisplay:
    """Relays progress, and cancels all transfers after an interrupt.

    Args:
        show: Shows the progress of a transfer. If None, nothing is shown.
        bars: Removes the bars from the terminal. If None, there are no bars.
    """

    def __init__(self, show: Callable[[Progress], object] | None, bars: Callable[[], object] | None = None) -> None:
        self._show = show
        self._bars = bars
        self._lock = threading.Lock()
        self._stopped = False

    def __call__(self, progress: Progress) -> None:
        """Show the progress of a transfer.

        Args:
            progress: The progress.

        Raises:
            Cancelled: The transfers were cancelled.
        """
        if self._stopped:
            raise Cancelled
        if self._show is not None:
            with self._lock:
                self._show(progress)

    @property
    def has_bars(self) -> bool:
        """True while bars are shown, so that nothing else can be written to the terminal."""
        return self._bars is not None

    def clear(self) -> None:
        """Remove the bars from the terminal."""
        if self._bars is not None:
            with self._lock:
                self._show = None
            self._bars()
            self._bars = None

    def stop(self) -> None:
        """Cancel the transfers at their next chunk."""
        self._stopped = True


@contextlib.contextmanager
def show_progress(state: State) -> Iterator[ProgressDisplay]:
    """Show the progress of transfers while a block runs, and cancel them if it raises.

    Args:
        state: The options.

    Yields:
        The progress callback of the transfers.
    """
    with contextlib.ExitStack() as stack:
        watch = ProgressDisplay(None)
        if not state.quiet:
            watch = (_bars(stack, state) if sys.stderr.isatty() else None) or ProgressDisplay(_ProgressLines())
        try:
            yield watch
        except BaseException:
            watch.stop()
            raise


def _bars(stack: contextlib.ExitStack, state: State) -> ProgressDisplay | None:
    """Make progress bars with rich; None if it is not installed."""
    try:
        from rich import progress as rich  # noqa: PLC0415
        from rich.console import Console  # noqa: PLC0415
    except ImportError:
        return None
    bars = stack.enter_context(
        rich.Progress(
            rich.TextColumn("{task.description}", markup=False),
            rich.BarColumn(bar_width=20),
            rich.DownloadColumn(),
            rich.TransferSpeedColumn(),
            rich.TimeRemainingColumn(),
            console=Console(stderr=True, no_color=not state.has_color(sys.stderr)),
            transient=True,
        )
    )
    tasks: dict[str, Any] = {}

    def show(progress: Progress) -> None:
        if progress.item not in tasks:
            tasks[progress.item] = bars.add_task(_shorten(progress.item), total=progress.total)
        bars.update(tasks[progress.item], completed=progress.bytes, total=progress.total)
        if progress.done:
            bars.remove_task(tasks.pop(progress.item))

    return ProgressDisplay(show, bars.stop)


class _ProgressLines:
    """Prints one line for every tenth of a transfer."""

    def __init__(self) -> None:
        self._tenths: dict[str, int] = {}

    def __call__(self, progress: Progress) -> None:
        if progress.total is None or progress.total < _LARGE:
            return
        tenth = 10 if progress.done else min(progress.bytes * 10 // progress.total, 9)
        if tenth > self._tenths.get(progress.item, 0):
            self._tenths[progress.item] = tenth
            left = (progress.total - progress.bytes) / progress.rate if progress.rate else 0.0
            rest = "" if progress.done else f", {left:.0f} s left"
            share = f"{tenth * 10} % of {format_size(progress.total)}"
            echo(f"{_shorten(progress.item)}: {share}, {format_size(progress.rate)}/s{rest}", err=True)
        if progress.done:
            self._tenths.pop(progress.item, None)


def _shorten(item: str) -> str:
    name = escape_control_characters(item)
    return name if len(name) <= _MAX_NAME else "…" + name[1 - _MAX_NAME :]


def format_size(count: float) -> str:
    """Format a number of bytes.

    Args:
        count: The bytes.

    Returns:
        The count with a decimal unit.

    Example:
        >>> from orionclient.cli._core.progress import format_size
        >>> format_size(1500), format_size(0)
        ('1.5 kB', '0 bytes')
    """
    if count < 1000:
        return f"{count:.0f} bytes"
    units = ["kB", "MB", "GB", "TB"]
    count /= 1000
    while count >= 1000 and len(units) > 1:
        count /= 1000
        units.pop(0)
    return f"{count:.1f} {units[0]}"
