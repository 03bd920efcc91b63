"""Export: a report of jobs or costs that the server writes as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Never, Self

from orion_api.api import exports as api

from orionclient._resources.content import Downloadable
from orionclient._resources.convert import boolean, identifier, integer, json_object, optional, string
from orionclient._resources.polling import wait_until_done
from orionclient._resources.resource import Declaration, Field, Id, Resource, SessionLike, reference_id
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from orion_api.inputs import CreateExport, ListExportsFilters

__all__ = ["Export"]


class Export(Downloadable):
    """A report of jobs or costs that the server writes as a CSV or JSON file (listed as commands; the form of all requests is assumed).

    ``jobs_summary`` has one row for each ended job of the caller's projects, also of deleted jobs. ``spend_summary`` has the cost of the
    jobs of the organization by project and owner; ``storage_use`` the count, size in bytes and cost of its items by project, owner and
    type. Listing takes the filters ``name`` (contains), ``report_type`` and ``state``. Deleting is permanent.

    In CSV, a string that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break has a ``'`` before it, since spreadsheets would run
    it as a formula; JSON has the string itself.

    Example:
        >>> from orionclient.types import Export
        >>> export = Export.create(session, "jobs_summary", start_date="2020-01-01", end_date="2020-01-31")
        >>> export.wait()
        >>> export.state, export.count
        ('ready', 0)
        >>> b"".join(export.download())[:20]
        b'job_id,name,outcome,'
    """

    declaration: ClassVar[Declaration] = Declaration("export", api, linkable=False)

    @classmethod
    def _inputs(cls, filters: ListExportsFilters, create: CreateExport, update: Never) -> None: ...

    id: Field[int] = Field(identifier, "Id of the export, unique in the stack (assumed).")
    name: Field[str] = Field(string, "Name of the file, for example ``jobs_summary-1.csv`` (assumed).")
    report_type: Field[str] = Field(
        string, "`jobs_summary` (assumed), `storage_use` or `spend_summary` (listed); other reports are possible."
    )
    format: Field[str] = Field(string, "`csv` or `json` (assumed).")
    state: Field[str] = Field(string, "`processing`, `ready` or `error` (assumed); other states are possible.")
    reason: Field[str] = Field(string, "Why the state is `error`; else empty (assumed).", default="")
    parameters: Field[dict[str, Any]] = Field(
        optional(json_object, {}), "The period and the filters as they were sent (assumed)."
    )
    notify: Field[bool] = Field(boolean, "Whether the user is notified when the report is ready (listed).")
    notified: Field[str | None] = Field(
        optional(string), "When the user was notified, ISO 8601 in UTC; None before and without `notify` (assumed)."
    )
    count: Field[int] = Field(integer, "Count of rows; 0 until the report is ready (assumed).")
    size: Field[int] = Field(integer, "Length of the file in bytes; 0 until the report is ready (assumed).")
    sha256: Field[str | None] = Field(
        optional(string), "SHA-256 digest of the file in hexadecimal; None until the report is ready (assumed)."
    )
    created: Field[str] = Field(string, "When the export was created, ISO 8601 in UTC (assumed).")
    finished: Field[str | None] = Field(
        optional(string), "When the report was ready or failed, ISO 8601 in UTC; None before (assumed)."
    )
    owner: Field[int] = Field(identifier, "Id of the user that created the export (assumed).")

    @classmethod
    def create(
        cls,
        session: SessionLike,
        report_type: str,
        *,
        format: str = "csv",  # noqa: A002 - the name of the field
        start_date: str | date | None = None,
        end_date: str | date | None = None,
        package_uuids: Iterable[str] | None = None,
        workfloe_uuid: str | None = None,
        job_ids: Iterable[Resource | Id] | None = None,
        notify: bool = False,
    ) -> Self:
        """Start to write a report; `wait` waits until it can be downloaded.

        Args:
            session: The session.
            report_type: ``jobs_summary``, ``spend_summary`` or ``storage_use``. The last two require the organization's capability "cost
                accounting" (assumed).
            format: ``csv`` or ``json``.
            start_date: Start of the period: an ISO 8601 date or time, a `date` or a `datetime`, in UTC unless it has an offset. Jobs that
                ended earlier are omitted, and content is charged from then on. Optional.
            end_date: End of the period, as `start_date`. A date includes that day, a time is exclusive. Defaults to now.
            package_uuids: Only jobs of floes of these packages, by the `uuid` in their manifests. For ``jobs_summary``.
            workfloe_uuid: Only jobs of the floe with this uuid. For ``jobs_summary``.
            job_ids: Only these jobs, or their ids. For ``jobs_summary``.
            notify: True asks the server to notify the user when the report is ready. The local Orion sends no message; it sets `notified`.

        Returns:
            The export, `processing` or `ready`.

        Raises:
            ValidationError: `package_uuids` is a string, or `job_ids` has something else than jobs and ids; raised before any request.
            AuthorizationRequired: The capability is missing.
            BadResponse: A date is not valid, the period ends before it starts, or the report has no such filter (422).
            OrionError: The request failed.
        """
        if isinstance(package_uuids, str):
            raise ValidationError(f"package_uuids must be a list of strings, not {package_uuids!r:.60}")
        return cls(session=session)._create(
            report_type=report_type,
            format=format,
            start_date=_format_date(start_date),
            end_date=_format_date(end_date),
            package_uuids=None if package_uuids is None else list(package_uuids),
            workfloe_uuid=workfloe_uuid,
            job_ids=None if job_ids is None else [reference_id(each, "job", "job_ids") for each in job_ids],
            notify=notify,
        )

    def wait(self, timeout: float = 600) -> None:
        """Wait until the report can be downloaded, polling every 0.5 to 30 s with back-off and jitter.

        Args:
            timeout: Maximum time to wait in seconds.

        Raises:
            OrionError: The report could not be written; the message has the reason.
            OrionTimeout: The timeout expired; the message has the last state.
            NotFoundResponse: The export was deleted.
        """
        wait_until_done(self, "ready", "error", timeout)


def _format_date(given: str | date | None) -> str | None:
    return given if given is None or isinstance(given, str) else given.isoformat()
