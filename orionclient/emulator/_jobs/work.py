"""A background thread for work that takes longer than a request should."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = logging.getLogger("orionclient.emulator")


class BackgroundWork:
    """Runs functions one after the other. Work that is unfinished at shutdown is resumed by the next start."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[Callable[..., None], tuple[Any, ...]] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def is_stopping(self) -> bool:
        """Whether the server is stopping; long-running work checks it and returns early."""
        return self._stopping.is_set()

    def submit(self, function: Callable[..., None], *args: Any) -> None:
        """Queue a function; call it after the transaction that makes the work necessary."""
        with self._lock:
            if self.is_stopping:
                return
            self._waiting.put((function, args))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="local-orion work", daemon=True)
                self._thread.start()

    def pause(self, seconds: float) -> bool:
        """Wait in the background thread; returns False if the server stops meanwhile."""
        return not self._stopping.wait(seconds)

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None and not self.is_stopping:
            function, args = item
            try:
                function(*args)
            except Exception:  # noqa: BLE001 - logged, and must not prevent later work
                _LOG.exception("background work failed")

    def close(self) -> None:
        """Stop after the function that is running now."""
        with self._lock:
            self._stopping.set()
            self._waiting.put(None)
        if self._thread is not None:
            self._thread.join()
