"""Fault scripts for the requests of a server, and the request log."""

from __future__ import annotations

import re
import threading
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from orionclient.emulator.faults._steps import Step, parse

if TYPE_CHECKING:
    from collections.abc import Collection

    from orionclient.emulator.faults._records import AppliedFault, RecordedRequest

_MAX_SCRIPTS = 1_000
_MAX_STEPS = 10_000
_MAX_RECORDED = 10_000
_PATTERN = re.compile(r"(GET|PUT|POST|PATCH|DELETE|\*) (/\S*|\*)")


class Script:
    """A fault script: steps for one operation, of which each request consumes one.

    Args:
        target: An operation of the contract, `METHOD /pattern`, or `*`.
        steps: The steps.
        lock: Guards the steps.
    """

    def __init__(self, target: str, steps: tuple[Step, ...], lock: threading.Lock) -> None:
        self.target = target
        self._steps = steps
        self._lock = lock
        self._taken = 0

    @property
    def total(self) -> int:
        """The number of steps."""
        return len(self._steps)

    @property
    def consumed(self) -> int:
        """The number of consumed steps."""
        with self._lock:
            return self._taken

    @property
    def remaining(self) -> list[Step]:
        """The steps that are not consumed yet."""
        with self._lock:
            return list(self._steps[self._taken :])

    def __repr__(self) -> str:
        return f"Script({self.target!r}, {self.consumed} of {self.total} steps consumed)"

    def _next_step(self) -> Step | None:
        # The caller holds the lock.
        if self._taken == len(self._steps):
            return None
        self._taken += 1
        return self._steps[self._taken - 1]

    def _matches(self, operation: str | None, method: str, path: str) -> bool:
        if self.target in {"*", operation}:
            return True
        verb, _, pattern = self.target.partition(" ")
        return bool(pattern) and verb in {"*", method} and fnmatchcase(path, pattern)


@dataclass(frozen=True, slots=True)
class FaultReport:
    """The state of the fault scripts, and the steps that requests consumed."""

    scripts: tuple[Script, ...]
    applied: tuple[AppliedFault, ...] = field(default_factory=tuple)

    @property
    def consumed(self) -> bool:
        """Whether every step of every script was consumed."""
        return not any(script.remaining for script in self.scripts)

    def as_json(self) -> dict[str, Any]:
        """Return the report as the body of `GET /_faults`."""
        return {
            "consumed": self.consumed,
            "scripts": [
                {
                    "operation": script.target,
                    "total": script.total,
                    "consumed": script.consumed,
                    "left": [step.as_json() for step in script.remaining],
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
    """The fault scripts and the request log of one server. Thread-safe. The state persists across restarts of the server.

    Args:
        operations: The operation ids of the contract.
    """

    def __init__(self, operations: Collection[str]) -> None:
        self._operations = frozenset(operations)
        self._lock = threading.Lock()
        self._scripts: list[Script] = []
        self._applied: deque[AppliedFault] = deque(maxlen=_MAX_RECORDED)
        self._requests: deque[RecordedRequest] = deque(maxlen=_MAX_RECORDED)

    def script(self, operation: str, steps: Iterable[object] | Step | int | str, times: int = 1) -> Script:
        """Add a fault script for the next requests of an operation: the first request consumes the first step, and so on.

        Once all steps are consumed, requests get their normal response. If several scripts match a request, one for its
        operation takes precedence over one for a pattern, and that over `*`; then the older script.

        Args:
            operation: An operation id of the contract, `METHOD /pattern` (`*` is a wildcard), or `*` for all requests.
            steps: Steps; an integer is a status, a string the name of a step.
            times: How often to run through the steps. Defaults to 1.

        Returns:
            The script, with its consumed and remaining steps.

        Raises:
            ValueError: The operation or a step is unknown; the message names the known ones.
        """
        script = self._build(operation, steps, times)
        self._add([script])
        return script

    def load(self, data: object) -> list[Script]:
        """Add one or more scripts from decoded JSON; if one is not valid, none is added.

        Args:
            data: An object `{"operation": ..., "steps": [...], "times": 1}`, or a list of such objects.

        Raises:
            ValueError: The data is not valid.
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
                raise ValueError("operation must be a string and steps a list")
            scripts.append(self._build(item["operation"], item["steps"], item.get("times", 1)))
        self._add(scripts)
        return scripts

    def _build(self, operation: str, steps: Iterable[object] | Step | int | str, times: int) -> Script:
        if operation not in self._operations and operation != "*" and not _PATTERN.fullmatch(operation):
            known = ", ".join(sorted(self._operations))
            raise ValueError(f'unknown operation {operation!r}; use "*", "METHOD /pattern", or one of: {known}')
        if not isinstance(times, int) or isinstance(times, bool) or times < 1:
            raise ValueError(f"times must be 1 or more, not {times!r}")
        single = isinstance(steps, (Step, int, str, dict)) or not isinstance(steps, Iterable)
        parsed = tuple(parse(step) for step in ([steps] if single else steps))  # type: ignore[union-attr]
        if not 1 <= len(parsed) * times <= _MAX_STEPS:
            raise ValueError(f"a script must have 1 to {_MAX_STEPS} steps, not {len(parsed) * times}")
        return Script(operation, parsed * times, self._lock)

    def _add(self, scripts: list[Script]) -> None:
        with self._lock:
            if len(self._scripts) + len(scripts) > _MAX_SCRIPTS:
                raise ValueError(f"more than {_MAX_SCRIPTS} scripts; clear the existing ones first")
            self._scripts += scripts

    def clear(self) -> None:
        """Remove all scripts and clear the request log."""
        with self._lock:
            self._scripts.clear()
            self._applied.clear()
            self._requests.clear()

    def report(self) -> FaultReport:
        """Return the state of the scripts and the last 10,000 consumed steps."""
        with self._lock:
            scripts, applied = tuple(self._scripts), tuple(replace(each) for each in self._applied)
        return FaultReport(scripts, applied)

    @property
    def consumed(self) -> bool:
        """Whether every step of every script was consumed."""
        return self.report().consumed

    def assert_consumed(self) -> None:
        """Check that every step was consumed and applied.

        Raises:
            AssertionError: A step was not consumed or not applicable; the message names it.
        """
        report = self.report()
        wrong = [
            f"{script.target}: not consumed: {each.as_json()}" for script in report.scripts for each in script.remaining
        ]
        wrong += [
            f"{each.operation}: not applied: {each.step} ({each.reason})" for each in report.applied if not each.applied
        ]
        if wrong:
            # A step that was to be applied several times is listed once.
            listed = [f"{step} ({count} times)" if count > 1 else step for step, count in Counter(wrong).items()]
            raise AssertionError(f"{len(wrong)} fault steps had no effect: {'; '.join(listed[:10])}")

    def requests(self, operation: str | None = None) -> list[RecordedRequest]:
        """Return the request log: the last 10,000 requests, oldest first.

        Args:
            operation: Only the requests of this operation. If omitted, all requests.
        """
        with self._lock:
            return [replace(record) for record in self._requests if operation in {None, record.operation}]

    def effects(self, operation: str | None = None) -> int:
        """Return how many requests executed their operation.

        Args:
            operation: Only the requests of this operation. If omitted, all requests.
        """
        return sum(record.ran for record in self.requests(operation))

    def _record_request(self, record: RecordedRequest) -> None:
        with self._lock:
            self._requests.append(record)

    def _next_step(self, operation: str | None, method: str, path: str) -> Step | None:
        with self._lock:
            for script in sorted(self._scripts, key=_get_precedence):
                if script._matches(operation, method, path) and (step := script._next_step()):
                    return step
        return None

    def _record_step(self, entry: AppliedFault) -> None:
        with self._lock:
            self._applied.append(entry)


def _get_precedence(script: Script) -> int:
    return 2 if script.target == "*" else 1 if " " in script.target else 0
