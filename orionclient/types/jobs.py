"""WorkFloeJob: a job that runs a floe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar

from orion_api.api import jobs as api

from orionclient._resources.convert import identifier, json_object, money, number, optional, read_field, string
from orionclient._resources.creating import create_with_tags
from orionclient._resources.json_values import check_mapping
from orionclient._resources.listing import Listing
from orionclient._resources.logs import iter_log_lines
from orionclient._resources.polling import poll_states, refresh
from orionclient._resources.resource import Declaration, Field, Id, Resource, SessionLike, reference_id
from orionclient.exceptions import AuthorizationRequired, NotFoundResponse, OrionError, ValidationError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping
    from decimal import Decimal
    from typing import BinaryIO

    from orion_api.inputs import ListJobsFilters, StartJob, UpdateJob

    from orionclient.types.workfloes import WorkFloeSpec

__all__ = ["WorkFloeJob"]

R = TypeVar("R", bound=Resource)

# The only final state of a job (documented).
_FINAL_STATE: Final = "complete"
_EXPORT_FIELDS: Final = ("name", "workfloe", "parameters", "system_parameters")
_DAY: Final = 86400.0


class WorkFloeJob(Resource):
    """A job that runs a floe.

    The final `state` is always ``complete`` (documented); a job that failed or was cancelled then has a `reason`. Resources that a job
    creates carry the tag ``Job <id>`` (documented). Listing takes the filters ``name`` (contains), ``name_contains``, ``name_icontains``,
    ``project``, ``owner``, ``tags``, ``tag_filters``, ``tag_match``, ``state``, ``states``, ``workfloe`` and ``job_type``. A job can be
    renamed in any state (listed): ``session.update_resource(job, {"name": "new"})``. Only a complete job can be deleted, permanently
    (assumed).

    Example:
        >>> from orionclient.types import WorkFloeJob, WorkFloeSpec
        >>> echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
        >>> job = WorkFloeJob.start(session, echo, "first try", {"promoted": {"text": "CNS"}})
        >>> job.wait()
        >>> job.state, job.reason, job.succeeded
        ('complete', '', True)
    """

    declaration: ClassVar[Declaration] = Declaration("job", api, taggable=True)

    @classmethod
    def _inputs(cls, filters: ListJobsFilters, create: StartJob, update: UpdateJob) -> None: ...

    id: Field[int] = Field(identifier, "Id of the job, unique in the stack (documented).")
    name: Field[str] = Field(string, "Display name; may be empty and need not be unique (documented).")
    state: Field[str] = Field(
        string,
        "`complete` at the end (documented), `queued` and `running` before (assumed); other states are possible.",
    )
    reason: Field[str] = Field(
        string, "Why the job did not succeed; empty on success and before the end (documented).", default=""
    )
    outcome: Field[str | None] = Field(
        optional(string), "`succeeded`, `failed` or `cancelled`; None before the end (assumed)."
    )
    progress: Field[float] = Field(number, "Progress from 0 to 1, as reported by the job (assumed).")
    workfloe: Field[int] = Field(identifier, "Id of the floe (documented).")
    parameters: Field[dict[str, Any]] = Field(
        optional(json_object, {}), "The parameters that the job was started with (assumed)."
    )
    system_parameters: Field[dict[str, Any]] = Field(
        optional(json_object, {}), "The system parameters that the job was started with (assumed)."
    )
    hardware: Field[dict[str, Any]] = Field(
        optional(json_object, {}),
        "The hardware that the job has: `cpu_count`, `memory_mb` and so on (names documented for cubes; the field is assumed).",
    )
    created: Field[str] = Field(string, "When the job was created, ISO 8601 in UTC (assumed).")
    started: Field[str | None] = Field(
        optional(string), "When the job left the queue, ISO 8601 in UTC; None before (assumed)."
    )
    finished: Field[str | None] = Field(optional(string), "When the job ended, ISO 8601 in UTC; None before (assumed).")
    run_time: Field[float] = Field(number, "Run time until now or the end in seconds (assumed).")
    cost: Field[Decimal] = Field(money, "Cost until now in units of `currency` (assumed).")
    currency: Field[str] = Field(string, "Currency of the cost, ISO 4217 code (assumed).")
    owner: Field[int] = Field(identifier, "Id of the user that created the job (assumed).")
    project: Field[int] = Field(identifier, "Id of the project that the job belongs to (assumed).")

    @classmethod
    def start(
        cls,
        session: SessionLike,
        workfloe: WorkFloeSpec | Id | None = None,
        name: str | None = None,
        params: Mapping[str, Any] | None = None,
        *,
        param_dict: Mapping[str, Any] | None = None,
        system_parameters: Mapping[str, Any] | None = None,
        project: Any = None,
    ) -> Self:
        """Start a job. The server validates the parameters; `WorkFloeSpec.start` also validates them before sending.

        Args:
            session: The session.
            workfloe: The floe or its id.
            name: Display name.
            params: ``{"promoted": {promoted name: value}, "cube": {cube: {parameter: value}}}``. Datasets, files, collections and secrets
                are passed by id.
            param_dict: Result of `export_params`, in place of the other arguments. Other arguments override its values.
            system_parameters: Settings that control how the job runs.
            project: Project or its id. Defaults to the session's project.

        Returns:
            The job, queued or running.

        Raises:
            ValidationError: No floe is given, or an argument is not a JSON-serializable mapping; raised before any request.
            BadResponse: The parameters are invalid (422; the message lists the known ones), or the floe is deprecated (409).
            OrionError: The request failed. Unless `retry_dict` is set, a retry never starts the job twice.
        """
        given = dict(check_mapping("param_dict", param_dict) or {})
        unknown = sorted(set(given) - set(_EXPORT_FIELDS))
        if unknown:
            raise ValidationError(
                f"param_dict has the unknown key {unknown[0]!r:.60}; known keys are {', '.join(_EXPORT_FIELDS)}"
            )
        floe = given.get("workfloe") if workfloe is None else workfloe
        if floe is None:
            raise ValidationError("no floe given: pass workfloe=, or a param_dict that contains it")
        # Empty values are omitted, so that starting from export_params sends an identical request.
        return create_with_tags(
            cls,
            session,
            (given.get("name") if name is None else name) or None,
            project,
            workfloe=reference_id(floe, "workfloe"),
            parameters=check_mapping("params", given.get("parameters") if params is None else params) or None,
            system_parameters=check_mapping(
                "system_parameters", given.get("system_parameters") if system_parameters is None else system_parameters
            )
            or None,
        )

    def export_params(self) -> dict[str, Any]:
        """Export the parameters of the job, to start another one with ``start(session, param_dict=...)``.

        Returns:
            A JSON-serializable dict with `name`, `workfloe` (the id), `parameters` and `system_parameters`.

        Raises:
            NotLoaded: The last response did not contain them; refresh the job first.

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
        """Whether the job is complete and did not fail, as of the last response."""
        failed = self.reason or self.to_dict().get("outcome") not in (None, "succeeded")
        return self.state == _FINAL_STATE and not failed

    def wait(self, timeout: float = _DAY, *, on_progress: Callable[[Self], object] | None = None) -> None:
        """Wait until the job is complete, polling every 0.5 to 30 s with back-off and jitter.

        Args:
            timeout: Maximum time to wait in seconds. Defaults to one day. The job continues after a timeout.
            on_progress: Called with the job after every poll.

        Raises:
            OrionError: The job failed or was cancelled; the message has the reason.
            OrionTimeout: The timeout expired; the message has the last state.
            NotFoundResponse: The job was deleted.
        """
        for state in poll_states(self, _FINAL_STATE, timeout):
            if on_progress is not None:
                on_progress(self)
            if state == _FINAL_STATE:
                break
        if not self.succeeded:
            raise self._build_error()

    def _build_error(self) -> OrionError:
        """Return the error of a complete job that did not succeed."""
        how = self.to_dict().get("outcome") or "failed"
        return OrionError(f"{self._title()} ({self.name!r:.100}) {how}: {self.reason or 'no reason given'}")

    def cancel(self) -> None:
        """Cancel the job. Has no effect on a complete job. A running job may take a moment to end: `wait` waits for it, and raises.

        Raises:
            OrionError: The request failed.
        """
        self._call(api.cancel_job)

    def logs(self, follow: bool = False) -> Iterator[str]:
        """Stream the lines of the log.

        Args:
            follow: True follows the log until the job is complete; False reads the current log.

        Yields:
            The lines without line endings. Invalid UTF-8 is replaced. The local Orion limits a log to 10 MiB (ours): a line in place of the
            omitted output has its size.

        Raises:
            OrionError: The request failed.

        Example:
            >>> from orionclient.types import WorkFloeSpec
            >>> echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
            >>> job = echo.start("first try", text="CNS")
            >>> ["CNS" in line for line in job.logs(follow=True)]
            [True]
        """
        return iter_log_lines(self, api.download_job_logs, final={_FINAL_STATE} if follow else None)

    def log_size(self) -> int:
        """Return the size of the stored log in bytes; 0 if there is none, for example after `delete_logs`.

        Raises:
            OrionError: The request failed.
        """

        def read(data: Mapping[str, Any]) -> int:
            return read_field(data, "size", int)

        return read(self._request(api.get_job_log_size, check=read))

    def delete_logs(self) -> None:
        """Delete the log permanently; the job stays. Has no effect if the log is deleted already.

        Raises:
            BadResponse: The job is not complete (409; that this is rejected is assumed).
            OrionError: The request failed.
        """
        self._request(api.delete_job_logs)

    def debug_export(self, target: str | os.PathLike[str] | BinaryIO) -> None:
        """Write a zip file for a report of a problem, with nothing secret in it. The job is refreshed.

        The file has `job.json`, `specification.json` (the floe; null if it cannot be read), `parameters.json` (the result of
        `export_params`), `log.txt` (the current log) and `README`. Secrets are there by id only. Tokens, passwords, private keys and the
        queries of URLs, which may contain signatures, are replaced by ``***`` where they are recognized. Two exports of an unchanged job
        are equal. The name is published, the content is ours.

        Args:
            target: The path; an existing file is replaced. Or an open binary file.

        Raises:
            OrionError: A request failed.
            OSError: The file cannot be written.
        """
        from orion_api.api.workfloes import get_workfloe  # noqa: PLC0415

        from orionclient._resources.debug_exports import write_export  # noqa: PLC0415

        session = self._require_session()
        refresh(self)
        try:
            floe = session._calls.request_json(get_workfloe, {"workfloe_id": self.workfloe})
        except (NotFoundResponse, AuthorizationRequired):
            floe = None
        documents = {"job.json": self.to_dict(), "specification.json": floe, "parameters.json": self.export_params()}
        write_export(target, documents, self.logs(), self.id, [session.config.token])

    def outputs(self, kind: type[R]) -> Listing[R]:
        """List the resources that the job has created, by its tag.

        Args:
            kind: Class of the resources, for example `Dataset`.

        Returns:
            An iterator with `count()`, `first()` and `one()`.

        Raises:
            ValidationError: The resource type cannot be tagged or listed.
            OrionError: The request failed.
        """
        endpoint = kind.declaration.list if isinstance(kind, type) and hasattr(kind, "declaration") else None
        if endpoint is None or not kind.declaration.taggable:
            raise ValidationError(f"{getattr(kind, '__name__', kind)!s:.60} cannot be listed by its tags")
        return Listing(self._require_session(), endpoint, kind(), {"tags": f"Job {self._id()}"})
