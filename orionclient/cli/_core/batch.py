"""Apply a function to the items of a command, and continue after a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from orionclient._transfer.bulk import Result
from orionclient.exceptions import TransferErrors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

V = TypeVar("V")


def apply_to_each(
    items: Iterable[Any],
    act: Callable[[Any], V],
    report: Callable[[list[V]], object],
    *,
    name_of: Callable[[Any], str],
) -> None:
    """Apply a function to several items, and continue with the next item after a failure.

    Args:
        items: The items.
        act: The function.
        report: Called with the results of the calls that succeeded, also after an interrupt.
        name_of: Names an item in the message about its failure.

    Raises:
        Exception: The error of a single item.
        TransferErrors: Some of several items failed.
    """
    done: list[V] = []
    failed: list[Result[str, V]] = []
    is_complete = False
    try:
        for item in items:
            try:
                done.append(act(item))
            except Exception as error:  # noqa: BLE001 - raised after the last item
                failed.append(Result(name_of(item), None, error))
        is_complete = True
    finally:
        if is_complete or done:
            report(done)
    count = len(done) + len(failed)
    if failed and count == 1 and failed[0].error is not None:
        raise failed[0].error
    if failed:
        raise TransferErrors(f"{len(failed)} of {count} failed", failed)
