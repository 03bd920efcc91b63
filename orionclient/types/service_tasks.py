"""ServiceTask: a running or stopped service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from orion_api.api import service_tasks as api

from orionclient._resources.convert import identifier, optional, string
from orionclient._resources.creating import create_with_tags
from orionclient._resources.logs import iter_log_lines
from orionclient._resources.polling import poll_states, raise_if_failed
from orionclient._resources.resource import Declaration, Field, Id, Resource, SessionLike, reference_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orion_api.inputs import CreateServiceTask, ListServiceTasksFilters, UpdateServiceTask

    from orionclient.types.service_specs import ServiceSpec

__all__ = ["ServiceTask"]

# States that a task leaves only after a request.
_AT_REST: Final = frozenset({"stopped", "failed"})


class ServiceTask(Resource):
    """A service that runs until it is stopped.

    Listing takes the filters ``name`` (contains), ``name_contains``, ``name_icontains``, ``project``, ``owner``, ``states`` and ``spec``.
    A task can be shared read-only, and deleting is permanent. That tasks are created, listed, updated, deleted and shared and have logs is
    listed; the paths and all fields are assumed.

    Example:
        >>> from orionclient.types import ServiceSpec, ServiceTask
        >>> echo = session.list_resources(ServiceSpec, {"name": "echo"}).one()
        >>> task = ServiceTask.create(session, "my echo", echo)
        >>> task.wait()
        >>> task.state, "serving at" in next(task.logs())
        ('running', True)
        >>> task.stop()
        >>> task.wait()
        >>> task.state
        'stopped'
    """

    declaration: ClassVar[Declaration] = Declaration("service_task", api, linkable=False, sharable=True)

    @classmethod
    def _inputs(
        cls, filters: ListServiceTasksFilters, create: CreateServiceTask, update: UpdateServiceTask
    ) -> None: ...

    id: Field[int] = Field(identifier, "Id of the task, unique in the stack.")
    name: Field[str] = Field(string, "Display name; may be empty and need not be unique.")
    description: Field[str] = Field(string, "Description; may be empty.")
    spec: Field[int] = Field(identifier, "Id of the service specification.")
    state: Field[str] = Field(
        string,
        "`queued` while the task waits for an instance or starts, `running`, `stopped`, or `failed` if the service ended by itself; "
        "other states are possible.",
    )
    desired_state: Field[str] = Field(string, "State that the task should be in: `running` or `stopped`.")
    reason: Field[str] = Field(string, "Why the state is `failed`; else empty.", default="")
    url: Field[str] = Field(string, "URL of the service while it is `running`; else empty.")
    started: Field[str | None] = Field(
        optional(string), "When the service was last started, ISO 8601 in UTC; None before."
    )
    owner: Field[int] = Field(identifier, "Id of the user that created the task.")
    project: Field[int] = Field(identifier, "Id of the project that the task belongs to.")
    created: Field[str] = Field(string, "When the task was created, ISO 8601 in UTC.")

    @classmethod
    def create(
        cls,
        session: SessionLike,
        name: str,
        spec: ServiceSpec | Id,
        project: Any = None,
        *,
        description: str | None = None,
    ) -> Self:
        """Create a task, which starts as soon as its scaling group has an instance.

        Args:
            session: The session.
            name: Display name.
            spec: The service specification or its id.
            project: Project or its id. Defaults to the session's project.
            description: Description.

        Returns:
            The task; call `wait` to wait until it runs.

        Raises:
            ValidationError: An argument is invalid; raised before any request.
            OrionError: The request failed. Unless `retry_dict` is set, a retry never creates the task twice.
        """
        return create_with_tags(
            cls, session, name or None, project, spec=reference_id(spec, "service_spec"), description=description
        )

    def start(self) -> None:
        """Start the task if it is stopped or has failed. `wait` waits until it runs.

        Raises:
            OrionError: The request failed.
        """
        self._call(api.update_service_task, body={"desired_state": "running"})

    def stop(self) -> None:
        """Stop the task. `wait` waits until it has ended.

        Raises:
            OrionError: The request failed.
        """
        self._call(api.update_service_task, body={"desired_state": "stopped"})

    def wait(self, timeout: float = 600) -> None:
        """Wait until the task is in its desired state.

        Args:
            timeout: Maximum time to wait in seconds.

        Raises:
            OrionError: The task failed; the message has the reason.
            OrionTimeout: The timeout expired; the message has the last state.
            NotFoundResponse: The task was deleted.
        """
        goal = self.to_dict().get("desired_state", "running")
        for state in poll_states(self, goal, timeout):
            if state == self.desired_state:
                return
            raise_if_failed(self, "failed")

    def logs(self, follow: bool = False) -> Iterator[str]:
        """Stream the lines of the log, which is continued when the task is started again.

        Args:
            follow: True follows the log until the task is stopped or has failed; False reads the current log.

        Yields:
            The lines without line endings. Invalid UTF-8 is replaced. The local Orion limits a log to 10 MiB (ours): a line in place of the
            omitted output has its size.

        Raises:
            OrionError: The request failed.
        """
        return iter_log_lines(self, api.download_service_task_logs, final=_AT_REST if follow else None)
