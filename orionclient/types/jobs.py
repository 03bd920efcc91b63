"""WorkFloeJob: a run of a floe, from the queue to the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar

from orion_api.api.jobs import cancel_job, create_job, delete_job, download_job_logs, get_job, list_jobs

from orionclient._clock import CLOCK
from orionclient._listing import Listing
from orionclient._polling import poll_intervals
from orionclient._resource import (
    Declaration,
    Field,
    Resource,
    SessionLike,
    identifier,
    json_object,
    number,
    optional,
    resource_id,
    string,
)
from orionclient.exceptions import OrionError, ValidationError
from orionclient.transfer.content import iter_verified
from orionclient.types._creating import create_with_tags
from orionclient.types._waiters import refresh
from orionclient.types.billing import parse_money
from orionclient.types.workfloes import WorkFloeSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

R = TypeVar("R", bound=Resource)

# The only end of a job (documented).
_END_STATES: Final = "complete"
_EXPORT_FIELDS: Final = ("name", "workfloe", "parameters", "system_parameters")
_DAY: Final = 86400.0
# Between two looks at a log that grows, in seconds.
_LOG_POLL_SECONDS: Final = 1.0


class WorkFloeJob(Resource):
    """A run of a floe, from the queue to the end.

    Whatever happens, `state` becomes ``complete`` (documented); a job that failed or was cancelled then has a `reason`. What a job makes
    carries the tag ``Job <id>`` (documented). Listing takes the filters ``name`` (contains), ``project``, ``tags``, ``state`` and
    ``workfloe``. Deleting removes for good, and only a complete one (assumed).

    Example:
        >>> from orionclient.types import WorkFloeJob, WorkFloeSpec
        >>> echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
        >>> job = WorkFloeJob.start(session, echo, "first try", {"promoted": {"text": "CNS"}})
        >>> job.wait()
        >>> job.state, job.reason, job.succeeded
        ('complete', '', True)
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="job",
        schema="JobInfo",
        id_name="job_id",
        get=get_job,
        list=list_jobs,
        create=create_job,
        delete=delete_job,
        taggable=True,
    )

    id: Field[int] = Field(identifier, "Number of the job, unique in the stack (documented).")
    name: Field[str] = Field(string, "Display name; may be empty and need not be unique (documented).")
    state: Field[str] = Field(
        string, "`complete` at the end (documented), `queued` and `running` before (assumed); others are possible."
    )
    reason: Field[str] = Field(
        string, "Why the job did not succeed; empty on success and before the end (documented).", default=""
    )
    outcome: Field[str | None] = Field(
        optional(string), "`succeeded`, `failed` or `cancelled`; None before the end (assumed)."
    )
    progress: Field[float] = Field(number, "How much is done, from 0 to 1, as the job itself says (assumed).")
    workfloe: Field[int] = Field(identifier, "Id of the floe (documented).")
    parameters: Field[dict[str, Any]] = Field(optional(json_object, {}), "The parameters as they were given (assumed).")
    system_parameters: Field[dict[str, Any]] = Field(
        optional(json_object, {}), "How to run the job, as it was given (assumed)."
    )
    created: Field[str] = Field(string, "When the job was made, ISO 8601 in UTC (assumed).")
    started: Field[str | None] = Field(
        optional(string), "When the job left the queue, ISO 8601 in UTC; None before (assumed)."
    )
    finished: Field[str | None] = Field(optional(string), "When the job ended, ISO 8601 in UTC; None before (assumed).")
    run_time: Field[float] = Field(number, "How long the job ran until now or its end, in seconds (assumed).")
    cost: Field[Decimal] = Field(parse_money, "What the job cost until now, in units of `currency` (assumed).")
    currency: Field[str] = Field(string, "Currency of the cost, three letters of ISO 4217 (assumed).")
    owner: Field[int] = Field(identifier, "Id of the user that made the job (assumed).")
    project: Field[int] = Field(identifier, "Id of the project that the job belongs to (assumed).")

    @classmethod
    def start(
        cls,
        session: SessionLike,
        workfloe: WorkFloeSpec | int | str | None = None,
        name: str | None = None,
        params: Mapping[str, Any] | None = None,
        *,
        param_dict: Mapping[str, Any] | None = None,
        system_parameters: Mapping[str, Any] | None = None,
        project: Any = None,
    ) -> Self:
        """Start a job. The server checks the parameters; `WorkFloeSpec.start` checks them before they are sent.

        Args:
            session: The session.
            workfloe: The floe or its id.
            name: Display name.
            params: ``{"promoted": {promoted name: value}, "cube": {cube: {parameter: value}}}``. Datasets, files, collections and secrets
                are given by their ids.
            param_dict: What `export_params` gave, in place of the other arguments; those that are given too replace its parts.
            system_parameters: How to run the job.
            project: Project or its id; the session's own project without it.

        Returns:
            The job, queued or running.

        Raises:
            ValidationError: No floe is named, or something given is no mapping that JSON can hold; raised before any request.
            BadResponse: The parameters do not fit the floe (422); the text names the known ones. Or the floe is deprecated (409).
            OrionError: The server rejected, or no good response came. After a lost response the job is not started twice.
        """
        given = dict(_check_mapping("param_dict", param_dict) or {})
        unknown = sorted(set(given) - set(_EXPORT_FIELDS))
        if unknown:
            raise ValidationError(f"param_dict has the key {unknown[0]!r:.60}; known are {', '.join(_EXPORT_FIELDS)}")
        floe = given.get("workfloe") if workfloe is None else workfloe
        if floe is None:
            raise ValidationError("no floe is named: pass workfloe=, or a param_dict that holds it")
        # What is empty is left out, so that a job and its repetition are started by the same request.
        return create_with_tags(
            cls,
            session,
            (given.get("name") if name is None else name) or None,
            project,
            workfloe=int(floe._id()) if isinstance(floe, WorkFloeSpec) else resource_id(floe, "workfloe"),
            parameters=_check_mapping("params", given.get("parameters") if params is None else params) or None,
            system_parameters=_check_mapping(
                "system_parameters", given.get("system_parameters") if system_parameters is None else system_parameters
            )
            or None,
        )

    def export_params(self) -> dict[str, Any]:
        """Give what the job was started with, to keep it or to start another one: ``start(session, param_dict=...)``.

        Returns:
            A dict that JSON can hold, with `name`, `workfloe` (the id), `parameters` and `system_parameters`.

        Raises:
            NotLoaded: The last response did not hold them; refresh the job first.

        Example:
            >>> from orionclient.types import WorkFloeJob, WorkFloeSpec
            >>> echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
            >>> job = WorkFloeJob.start(session, echo, "first try", {"promoted": {"text": "CNS"}})
            >>> again = WorkFloeJob.start(session, param_dict=job.export_params(), name="second try")
            >>> again.parameters
            {'promoted': {'text': 'CNS'}}
        """
        return {
            "name": self.name,
            "workfloe": self.workfloe,
            "parameters": self.parameters,
            "system_parameters": self.system_parameters,
        }

    @property
    def succeeded(self) -> bool:
        """True for a job that is complete and gives no reason why it should have failed; as of the last response."""
        failed = self.reason or self.to_dict().get("outcome") not in (None, "succeeded")
        return self.state == _END_STATES and not failed

    def wait(self, timeout: float = _DAY, *, on_progress: Callable[[Self], object] | None = None) -> None:
        """Wait until the job is complete, looking less often as time passes (every 0.5 to 30 s, with jitter).

        Args:
            timeout: Seconds to wait at most; a day without it. The job goes on when they are over.
            on_progress: Called with the job after every look.

        Raises:
            OrionError: The job failed or was cancelled; the text has the reason.
            OrionTimeout: The time is over; the text has the last state.
            NotFoundResponse: The job is gone.
        """
        what = f"{self._title()} to become {_END_STATES!r}"
        for _ in poll_intervals(lambda seconds: refresh(self, seconds), what, timeout, lambda: f"it is {self.state!r}"):
            if on_progress is not None:
                on_progress(self)
            if self.state == _END_STATES:
                break
        if not self.succeeded:
            how = self.to_dict().get("outcome") or "failed"
            raise OrionError(f"{self._title()} ({self.name!r:.100}) {how}: {self.reason or 'no reason is given'}")

    def cancel(self) -> None:
        """End the job; harmless where it is complete already. One that runs may take a moment to end: `wait` waits for that, and raises.

        Raises:
            OrionError: The server rejected, or no good response came.
        """
        self._replace(self._require_session()._calls.request_json(cancel_job, self._ids()))

    def logs(self, follow: bool = False) -> Iterator[str]:
        """Read the log.

        Args:
            follow: True goes on until the job is complete, as it writes; False reads what is there.

        Yields:
            The lines, without their ends. Bytes that are no UTF-8 are replaced.

        Raises:
            OrionError: The server rejected, or no good response came.

        Example:
            >>> from orionclient.types import WorkFloeSpec
            >>> echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
            >>> job = echo.start("first try", text="CNS")
            >>> ["CNS" in line for line in job.logs(follow=True)]
            [True]
        """
        offset, rest = 0, b""
        while True:
            if follow:
                refresh(self)
            # Looked at before the log is read, so that no last line is missed.
            last = not follow or self.state == _END_STATES
            for chunk in self._log(offset):
                offset += len(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                yield from (_decode_line(line) for line in lines)
            if last:
                break
            CLOCK.sleep(_LOG_POLL_SECONDS)
        if rest:
            yield _decode_line(rest)

    def _log(self, offset: int) -> Iterator[bytes]:
        request = download_job_logs.build(self._id(), offset=offset)
        yield from iter_verified(self._require_session()._calls.make_opener(download_job_logs, request))

    def outputs(self, kind: type[R]) -> Listing[R]:
        """List what the job has made, which carries its tag.

        Args:
            kind: Class of the resources, for example `Dataset`.

        Returns:
            An iterator with `count()`, `first()` and `one()`.

        Raises:
            ValidationError: The kind cannot be tagged or listed.
            OrionError: The server rejected, or no good response came.
        """
        endpoint = kind.declaration.list if isinstance(kind, type) and hasattr(kind, "declaration") else None
        if endpoint is None or not kind.declaration.taggable:
            raise ValidationError(f"{getattr(kind, '__name__', kind)!s:.60} cannot be listed by its tags")
        return Listing(self._require_session(), endpoint, kind(), {"tags": f"Job {self._id()}"})


def _decode_line(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace")


def _check_mapping(what: str, given: Any) -> dict[str, Any] | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise ValidationError(f"{what} is a mapping, not {type(given).__name__}")
    try:
        copied: dict[str, Any] = json.loads(json.dumps(dict(given), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ValidationError(f"{what} cannot be written as JSON: {error}; resources are given by their ids") from None
    return copied
