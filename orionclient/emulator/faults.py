"""Faults on demand: scripts of what goes wrong with which requests, and the record of what then reached the server."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from orionclient.emulator.steps import (  # the steps are written next to the scripts
    Step,
    broken_json,
    close,
    close_after,
    cut,
    digest,
    drip,
    garbage,
    gzip_cut,
    headers,
    hints,
    html,
    length,
    missing_next,
    next_link,
    null_field,
    parse,
    pass_,
    redirect,
    remove,
    reset,
    reset_after,
    resize,
    set_field,
    stall,
    status,
    strip,
    unasked_range,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "AppliedFault",
    "FaultReport",
    "Faults",
    "RecordedRequest",
    "Script",
    "Step",
    "broken_json",
    "close",
    "close_after",
    "cut",
    "digest",
    "drip",
    "garbage",
    "gzip_cut",
    "headers",
    "hints",
    "html",
    "length",
    "missing_next",
    "next_link",
    "null_field",
    "pass_",
    "redirect",
    "remove",
    "reset",
    "reset_after",
    "resize",
    "set_field",
    "stall",
    "status",
    "strip",
    "unasked_range",
]  # fmt: skip

_MAX_SCRIPTS = 1_000
_MAX_STEPS = 10_000
_MAX_RECORDED = 10_000
_PATTERN = re.compile(r"(GET|PUT|POST|PATCH|DELETE|\*) (/\S*|\*)")


@dataclass(slots=True)
class RecordedRequest:
    """A request that reached the server.

    Args:
        operation: Operation of the contract; method and path where there is none.
        method: Its method.
        path: Its path.
        request_id: Header `X-Request-Id` as it came.
        idempotency_key: Header `Idempotency-Key` as it came.
        attempt: Header `X-Attempt` as it came: which try of the client this is.
        received: Bytes of its body that were read so far.
        ran: The operation was carried out: it changed what it changes.
        replayed: The response was one kept under the idempotency key; nothing was carried out again.
        status: Status of the response that was sent; None without a response.
        step: Name of the step that was applied.
    """

    operation: str
    method: str
    path: str
    request_id: str | None = None
    idempotency_key: str | None = None
    attempt: str | None = None
    received: int = 0
    ran: bool = False
    replayed: bool = False
    status: int | None = None
    step: str | None = None


@dataclass(slots=True)
class AppliedFault:
    """A step that was taken by a request.

    Args:
        operation: As in `Seen`.
        step: The step, as JSON.
        applied: The request met the fault; False where the step did not fit, for example a JSON field of a download.
        status: Status of the response that was sent; None without a response.
        reason: Why it was not applied.
    """

    operation: str
    step: dict[str, Any]
    applied: bool = False
    status: int | None = None
    reason: str = "the request ended before"


class Script:
    """Steps for one operation, taken one by each request.

    Args:
        target: An operation of the contract, `METHOD /pattern`, or `*`.
        steps: The steps.
        lock: Guards them.
    """

    def __init__(self, target: str, steps: tuple[Step, ...], lock: threading.Lock) -> None:
        self.target = target
        self._steps = steps
        self._lock = lock
        self._taken = 0

    @property
    def total(self) -> int:
        """How many steps there are."""
        return len(self._steps)

    @property
    def consumed(self) -> int:
        """How many steps were taken."""
        with self._lock:
            return self._taken

    @property
    def left(self) -> list[Step]:
        """The steps that nobody took."""
        with self._lock:
            return list(self._steps[self._taken :])

    def __repr__(self) -> str:
        return f"Script({self.target!r}, {self.consumed} of {self.total} steps consumed)"

    def _take(self) -> Step | None:
        # Under the lock already.
        if self._taken == len(self._steps):
            return None
        self._taken += 1
        return self._steps[self._taken - 1]

    def _fits(self, operation: str | None, method: str, path: str) -> bool:
        if self.target in {"*", operation}:
            return True
        verb, _, pattern = self.target.partition(" ")
        return bool(pattern) and verb in {"*", method} and fnmatchcase(path, pattern)


@dataclass(frozen=True, slots=True)
class FaultReport:
    """What became of the scripts."""

    scripts: tuple[Script, ...]
    applied: tuple[AppliedFault, ...] = field(default_factory=tuple)

    @property
    def consumed(self) -> bool:
        """Whether every step of every script was taken."""
        return not any(script.left for script in self.scripts)

    def as_json(self) -> dict[str, Any]:
        """The response of `GET /_faults`."""
        return {
            "consumed": self.consumed,
            "scripts": [
                {
                    "operation": script.target,
                    "total": script.total,
                    "consumed": script.consumed,
                    "left": [step.as_json() for step in script.left],
                }
                for script in self.scripts
            ],
            "applied": [
                {"operation": each.operation, "step": each.step, "applied": each.applied, "status": each.status,
                 **({} if each.applied else {"reason": each.reason})}
                for each in self.applied
            ],
        }  # fmt: skip


class Faults:
    """The faults of one server. Threads may share it; it outlives a restart of its server.

    Args:
        operations: The operations of the contract.
    """

    def __init__(self, operations: Collection[str]) -> None:
        self._operations = frozenset(operations)
        self._lock = threading.Lock()
        self._scripts: list[Script] = []
        self._applied: deque[AppliedFault] = deque(maxlen=_MAX_RECORDED)
        self._seen: deque[RecordedRequest] = deque(maxlen=_MAX_RECORDED)

    def script(self, operation: str, steps: Iterable[object] | Step | int | str, times: int = 1) -> Script:
        """Say what happens to the next requests of an operation: the first takes the first step, and so on.

        Without a step left, requests are responded as usual. Of several scripts that fit a request, one for its operation comes
        before one for a pattern, and that before `*`; then the older one.

        Args:
            operation: An operation of the contract, `METHOD /pattern` (with `*` for anything), or `*` for all requests.
            steps: Steps; a number is a status, a text the name of a step.
            times: How often the steps are retried.

        Returns:
            The script, which tells what is left of it.

        Raises:
            ValueError: The operation or a step is not known; the message names the known ones.
        """
        script = self._build(operation, steps, times)
        self._add([script])
        return script

    def load(self, data: object) -> list[Script]:
        """Add scripts from decoded JSON: `{"operation": ..., "steps": [...], "times": 1}` or a list of such; all or none.

        Raises:
            ValueError: The data is not that.
        """
        items = data if isinstance(data, list) else [data]
        scripts = []
        for item in items:
            if not isinstance(item, dict) or not {"operation", "steps"} <= set(item) <= {"operation", "steps", "times"}:
                raise ValueError(
                    'a script is an object like {"operation": "get_dataset", "steps": [503, "reset"], "times": 1}'
                )
            shape = (isinstance(item["operation"], str), isinstance(item["steps"], list))
            if shape != (True, True):
                raise ValueError("operation is a text and steps a list")
            scripts.append(self._build(item["operation"], item["steps"], item.get("times", 1)))
        self._add(scripts)
        return scripts

    def _build(self, operation: str, steps: Iterable[object] | Step | int | str, times: int) -> Script:
        if operation not in self._operations and operation != "*" and not _PATTERN.fullmatch(operation):
            known = ", ".join(sorted(self._operations))
            raise ValueError(f'there is no operation {operation!r}; use "*", "METHOD /pattern", or one of: {known}')
        if not isinstance(times, int) or isinstance(times, bool) or times < 1:
            raise ValueError(f"times must be 1 or more, not {times!r}")
        single = isinstance(steps, (Step, int, str, dict)) or not isinstance(steps, Iterable)
        parsed = tuple(parse(step) for step in ([steps] if single else steps))  # type: ignore[union-attr]
        if not 1 <= len(parsed) * times <= _MAX_STEPS:
            raise ValueError(f"a script has 1 to {_MAX_STEPS} steps, not {len(parsed) * times}")
        return Script(operation, parsed * times, self._lock)

    def _add(self, scripts: list[Script]) -> None:
        with self._lock:
            if len(self._scripts) + len(scripts) > _MAX_SCRIPTS:
                raise ValueError(f"there are {_MAX_SCRIPTS} scripts already; clear them first")
            self._scripts += scripts

    def clear(self) -> None:
        """Forget every script and everything that was recorded."""
        with self._lock:
            self._scripts.clear()
            self._applied.clear()
            self._seen.clear()

    def report(self) -> FaultReport:
        """What is left of the scripts, and what was applied (the last 10,000)."""
        with self._lock:
            scripts, applied = tuple(self._scripts), tuple(replace(each) for each in self._applied)
        return FaultReport(scripts, applied)

    @property
    def consumed(self) -> bool:
        """Whether every step of every script was taken."""
        return self.report().consumed

    def assert_consumed(self) -> None:
        """Fail when a step was not taken, or was taken and did not fit the response.

        Raises:
            AssertionError: It names the steps.
        """
        report = self.report()
        wrong = [f"{script.target}: not taken: {each.as_json()}" for script in report.scripts for each in script.left]
        wrong += [
            f"{each.operation}: not applied: {each.step} ({each.reason})" for each in report.applied if not each.applied
        ]
        if wrong:
            raise AssertionError(f"steps without effect ({len(wrong)}): {'; '.join(wrong[:10])}")

    def requests(self, operation: str | None = None) -> list[RecordedRequest]:
        """The requests that reached the server (the last 10,000), oldest first; of one operation or of all."""
        with self._lock:
            return [replace(seen) for seen in self._seen if operation in {None, seen.operation}]

    def effects(self, operation: str | None = None) -> int:
        """How many of these requests carried their operation out."""
        return sum(seen.ran for seen in self.requests(operation))

    def _arrive(self, seen: RecordedRequest) -> None:
        with self._lock:
            self._seen.append(seen)

    def _take(self, operation: str | None, method: str, path: str) -> Step | None:
        with self._lock:
            for script in sorted(self._scripts, key=_count_wildcards):
                if script._fits(operation, method, path) and (step := script._take()):
                    return step
        return None

    def _enter(self, entry: AppliedFault) -> None:
        with self._lock:
            self._applied.append(entry)


def _count_wildcards(script: Script) -> int:
    return 2 if script.target == "*" else 1 if " " in script.target else 0
