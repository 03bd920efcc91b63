"""Share options, results and summaries between the commands that transfer content."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli._core.progress import format_size
from orionclient.cli._core.shapes import list_of
from orionclient.exceptions import TransferErrors
from orionclient.types import ShardCollection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orionclient._transfer.bulk import Result
    from orionclient.cli._core.progress import ProgressDisplay
    from orionclient.cli._core.state import State

#: How to resume an interrupted transfer.
RERUN_ADVICE: Final = "run the same command again to resume from there"
#: What --json prints of downloads.
DOWNLOADED: Final = list_of(id="integer", path="string", size="integer")
_FORMATS: Final = ("sdf", "smi", "csv", "json", "binary")


def jobs_option() -> click.Option:
    """Make the option --jobs.

    Returns:
        The option.
    """
    return click.Option(
        ["-j", "--jobs"], type=click.IntRange(1), default=4, show_default=True, help="Number of concurrent transfers."
    )


def format_option(variable: str, default: str) -> click.Option:
    """Make the option --as.

    Args:
        variable: Name of its variable.
        default: What it defaults to, for the help.

    Returns:
        The option.
    """
    return click.Option(
        ["--as", variable],
        metavar="FORMAT",
        shell_complete=lambda _context, _parameter, start: [each for each in _FORMATS if each.startswith(start)],
        help=f"Format: {', '.join(_FORMATS)} or another that the server supports; with .gz for gzip. Defaults to {default}.",
    )


def get_collection(state: State, resource_id: int) -> ShardCollection:
    """Get a collection for the transfer of its content, to which --max-retries does not apply.

    Args:
        state: The options.
        resource_id: Id of the collection.

    Returns:
        The collection.
    """
    collection = state.session.get_resource(ShardCollection, resource_id)
    collection.session = state.shard_session
    return collection


@contextmanager
def raise_single_error(*, single: bool) -> Iterator[None]:
    """Raise the error of a single transfer itself.

    Args:
        single: True if one item is transferred.

    Raises:
        OrionError: The error of the item.
    """
    try:
        yield
    except TransferErrors as error:
        if single and error.failed:
            raise error.failed[0].error from None
        raise


class Tally:
    """Counts results for a summary.

    Args:
        verb: The verb in the past tense, for example ``"uploaded"``.
    """

    def __init__(self, verb: str) -> None:
        self._verb = verb
        self._done = self._skipped = self._failed = self._bytes = 0

    def add(self, result: Result[Any, Any], count: int) -> None:
        """Count a result.

        Args:
            result: The result.
            count: Bytes of its content.
        """
        if result.error is not None:
            self._failed += 1
        elif result.skipped:
            self._skipped += 1
        else:
            self._done += 1
            self._bytes += count

    @property
    def is_empty(self) -> bool:
        """True if no transfer succeeded."""
        return not self._done and not self._skipped

    def __str__(self) -> str:
        failed = f", {self._failed} failed" if self._failed else ""
        # 63 MB rather than 63.0 MB.
        moved = format_size(self._bytes).replace(".0 ", " ")
        return f"{self._done} {self._verb}, {self._skipped} skipped{failed}, {moved}"


@contextmanager
def report_results(
    state: State, watch: ProgressDisplay, verb: str, *, summary: bool
) -> Iterator[Callable[[Result[Any, Any], dict[str, Any], str, int], None]]:
    """Print each result when it is complete, or all at the end where the form or progress bars require it, and a summary.

    Args:
        state: The options.
        watch: The progress display, which is cleared before results are printed at the end.
        verb: The verb of the summary in the past tense.
        summary: True prints a summary in the form `table`.

    Yields:
        A function that takes a result, its fields, its message and its size in bytes.
    """
    streams = state.form in {"table", "ids", "jsonl"} and not watch.has_bars
    pending: list[tuple[dict[str, Any], str]] = []
    tally = Tally(verb)

    def report(result: Result[Any, Any], item: dict[str, Any], sentence: str, count: int) -> None:
        tally.add(result, count)
        if result.error is not None:
            return
        if streams:
            state.out.print_results([item], [sentence])
        else:
            pending.append((item, sentence))

    whole = False
    try:
        yield report
        whole = True
    finally:
        watch.clear()
        if not streams and (whole or pending):
            state.out.print_results([item for item, _ in pending], [sentence for _, sentence in pending])
        if summary and state.form == "table" and not tally.is_empty:
            state.out.write(str(tally))
