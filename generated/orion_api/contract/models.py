"""Strict Pydantic models of the schemas of the contract, for servers."""

from __future__ import annotations

try:
    import pydantic  # noqa: F401
except ImportError:
    raise ImportError("orion_api.contract needs pydantic: pip install 'orion-platform-client[local]'") from None

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, ConfigDict, Field, RootModel, StrictBool, StrictFloat, StrictInt, StrictStr

from ._base import ContractModel


class Problem(ContractModel):
    """Error details of a rejected request."""

    detail: Annotated[StrictStr, Field(description="Human-readable explanation, one sentence.")]
    code: Annotated[
        StrictStr | None, Field(description="Short machine-readable error code, for example `not_found`.")
    ] = None
    line: Annotated[
        StrictInt | None,
        Field(
            description="Line of the uploaded file (counted from 1) that could not be parsed; only for rejected uploads."
        ),
    ] = None
    errors: Annotated[
        list[StrictStr] | None,
        Field(description="All faults, if there are several; only for rejected parameters of a job."),
    ] = None


class TagMatch(RootModel[Literal["exact", "iexact", "contains", "icontains", "startswith", "istartswith"]]):
    root: Annotated[
        Literal["exact", "iexact", "contains", "icontains", "startswith", "istartswith"],
        Field(description="How tags are compared."),
    ]


class JsonObject(ContractModel):
    """Free-form JSON object."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="allow",
    )


class BalanceInfo(ContractModel):
    """Balance of an organization."""

    organization: Annotated[StrictInt, Field(description="Id of the organization.")]
    amount: Annotated[
        StrictStr,
        Field(
            description="Remaining balance in units of `currency`; negative if overspent. A decimal number encoded as a string, because a JSON number is read as a binary float by most clients, which rounds amounts of money.",
            pattern="^-?[0-9]{1,15}\\.[0-9]{2,6}$",
        ),
    ]
    currency: Annotated[StrictStr, Field(description="Currency of the amount as an ISO 4217 code, for example `USD`.")]
    updated: Annotated[AwareDatetime, Field(description="Time of the last change of the balance, ISO 8601 in UTC.")]


class UpdateCollection(ContractModel):
    """Fields of a collection to update."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name.", max_length=255)] = None
    description: Annotated[StrictStr | None, Field(description="New free-form description.", max_length=10000)] = None
    metadata: Annotated[
        JsonObject | None,
        Field(
            description="Free-form JSON object that replaces the current one, at most 262144 bytes as compact JSON in UTF-8. A larger object is rejected with 422 (`metadata_too_large`)."
        ),
    ] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project to move it to; the folder is not moved.", ge=1, le=9223372036854775807),
    ] = None


class DatasetInfo(ContractModel):
    """A dataset without its records."""

    id: Annotated[StrictInt, Field(description="Id of the dataset; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.")]
    description: Annotated[StrictStr | None, Field(description="Free-form description; may be empty.")] = None
    count: Annotated[StrictInt, Field(description="Number of records.")]
    dirty: Annotated[
        StrictBool | None,
        Field(
            description="True if records were added since the dataset was last finalized (the field is documented, its meaning assumed)."
        ),
    ] = None
    created: Annotated[AwareDatetime, Field(description="Time the dataset was created, ISO 8601 in UTC.")]
    owner: Annotated[StrictInt, Field(description="Id of the user who created the dataset.")]
    project: Annotated[StrictInt, Field(description="Id of the project that the dataset belongs to.")]
    path: Annotated[
        StrictStr | None,
        Field(
            description="Path of the folder in its root; null if the dataset is not in a folder (the field is documented, its meaning assumed).",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    location: Annotated[
        StrictStr | None,
        Field(
            description="Absolute path of the folder of the dataset, for example `/project/1/team/screens`; of the root if it is in no folder."
        ),
    ] = None
    systemtags: Annotated[
        list[StrictStr] | None,
        Field(
            description="Tags that the stack sets itself (the field is documented, its values are assumed): `Job <id>` if a job created the dataset."
        ),
    ] = None
    deleted: Annotated[
        StrictStr | None,
        Field(description="Time the dataset was moved to the trash, ISO 8601 in UTC; empty if it is not in the trash."),
    ] = None


class UpdateDataset(ContractModel):
    """Fields of a dataset to update."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name.", max_length=255, min_length=1)] = None
    description: Annotated[StrictStr | None, Field(description="New free-form description.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project to move it to; the folder is not moved.", ge=1, le=9223372036854775807),
    ] = None


class RecordInfo(ContractModel):
    """A record with its id."""

    id: Annotated[StrictInt, Field(description="Id of the record; unique within its dataset.")]
    dataset: Annotated[StrictInt, Field(description="Id of the dataset.")]
    record: Annotated[
        JsonObject,
        Field(
            description="Field names mapped to values, in order. A molecule is an object with `format` (`sdf` or `smiles`) and `text`."
        ),
    ]


class DatasetPage(ContractModel):
    """A page of datasets."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[DatasetInfo], Field(description="Items of this page.")]


class ExportInfo(ContractModel):
    """A report that the server writes as a file."""

    id: Annotated[StrictInt, Field(description="Id of the export; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the file, for example `jobs_summary-1.csv`.")]
    report_type: Annotated[
        StrictStr,
        Field(
            description="Type of the report, `jobs_summary` (assumed), `storage_use` or `spend_summary` (both listed)."
        ),
    ]
    format: Annotated[StrictStr | None, Field(description="Format of the file, `csv` or `json`.")] = None
    state: Annotated[StrictStr, Field(description="State of the export, `processing`, `ready` or `error`.")]
    reason: Annotated[StrictStr, Field(description="Why the state is `error`, one sentence; otherwise empty.")]
    parameters: Annotated[JsonObject | None, Field(description="The period and the filters as they were sent.")] = None
    notify: Annotated[
        StrictBool | None, Field(description="Whether the caller is notified when the report is ready.")
    ] = None
    notified: Annotated[
        AwareDatetime | None,
        Field(
            description="Time of the notification, ISO 8601 in UTC; null until then, and without `notify`.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    count: Annotated[StrictInt | None, Field(description="Count of rows; 0 until the report is ready.")] = None
    size: Annotated[StrictInt | None, Field(description="Size of the file in bytes; 0 until the report is ready.")] = (
        None
    )
    sha256: Annotated[
        StrictStr | None,
        Field(
            description="SHA-256 digest of the file in lower-case hexadecimal; null until the report is ready.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    created: Annotated[AwareDatetime | None, Field(description="Time the export was created, ISO 8601 in UTC.")] = None
    finished: Annotated[
        AwareDatetime | None,
        Field(
            description="Time the report was ready or failed, ISO 8601 in UTC; null until then.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    owner: Annotated[StrictInt | None, Field(description="Id of the user who created the export.")] = None


class PackageUuid(RootModel[StrictStr]):
    root: Annotated[StrictStr, Field(max_length=100, min_length=1)]


class JobId(RootModel[StrictInt]):
    root: Annotated[StrictInt, Field(ge=1, le=9223372036854775807)]


class CreateExport(ContractModel):
    """Fields of a new export."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    report_type: Annotated[
        Literal["jobs_summary", "storage_use", "spend_summary"],
        Field(
            description="Type of the report, `jobs_summary` (assumed), `storage_use` or `spend_summary` (both listed)."
        ),
    ]
    format: Annotated[
        Literal["csv", "json"] | None, Field(description="Format of the file, `csv` or `json`. Defaults to `csv`.")
    ] = None
    start_date: Annotated[
        StrictStr | None,
        Field(
            description="Start of the period, an ISO 8601 date or time, UTC unless it has an offset. Jobs that ended before it are omitted, and content is charged from then on.",
            max_length=50,
        ),
    ] = None
    end_date: Annotated[
        StrictStr | None,
        Field(
            description="End of the period, an ISO 8601 date or time, UTC unless it has an offset. A date includes that day, a time is exclusive. Defaults to now.",
            max_length=50,
        ),
    ] = None
    package_uuids: Annotated[
        list[PackageUuid] | None,
        Field(
            description="Only jobs of floes of these packages, by the `uuid` in their manifests. For `jobs_summary`.",
            max_length=200,
        ),
    ] = None
    workfloe_uuid: Annotated[
        StrictStr | None,
        Field(description="Only jobs of the floe with this uuid. For `jobs_summary`.", max_length=100, min_length=1),
    ] = None
    job_ids: Annotated[
        list[JobId] | None, Field(description="Only these jobs. For `jobs_summary`.", max_length=1000)
    ] = None
    notify: Annotated[
        StrictBool | None,
        Field(
            description="Whether to notify the caller when the report is ready. The local Orion sends no messages: it sets `notified` and writes a line to its log. Defaults to false."
        ),
    ] = None


class ExportPage(ContractModel):
    """A page of exports."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[ExportInfo], Field(description="Items of this page.")]


class UpdateFile(ContractModel):
    """Fields of a file to update."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name.", max_length=255, min_length=1)] = None
    description: Annotated[StrictStr | None, Field(description="New free-form description.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project to move it to; the folder is not moved.", ge=1, le=9223372036854775807),
    ] = None


class EntryPath(RootModel[StrictStr]):
    root: Annotated[
        StrictStr,
        Field(
            description="Absolute path of a folder or an item, or the address of an item. A path starts with one of the roots `/project/<id>/team/`, `/project/<id>/user/<username>/`, `/project/<id>/workspace/<id>/` and `/organization/`; no name in it is `.` or `..`, and repeated slashes are ignored. An address is `file://<id>`, `dataset://<id>` or `collection://<id>`.",
            max_length=1500,
            min_length=1,
            pattern="^((file|dataset|collection)://[0-9]{1,19}|(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))+/*)$",
        ),
    ]


class EntryInfo(ContractModel):
    """A folder or an item of the virtual file system."""

    type: Annotated[StrictStr, Field(description="Type of the entry.")]
    id: Annotated[
        StrictInt | None,
        Field(description="Id of the item; null for a folder.", json_schema_extra={"x-orion-nullable": True}),
    ]
    name: Annotated[StrictStr, Field(description="Name of the item, or last name of the folder's path.")]
    path: Annotated[StrictStr, Field(description="Absolute path, name included.")]
    owner: Annotated[
        StrictInt | None,
        Field(
            description="Id of the user who created the entry; null for a root.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project of the entry; null for a folder of the organization.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    size: Annotated[
        StrictInt | None,
        Field(
            description="Size of a file in bytes; null for other entries.", json_schema_extra={"x-orion-nullable": True}
        ),
    ] = None
    count: Annotated[
        StrictInt | None,
        Field(
            description="Count of the records of a dataset or of the shards of a collection; null for other entries.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    state: Annotated[
        StrictStr | None, Field(description="State of a file or collection; missing for other entries.")
    ] = None
    created: Annotated[
        AwareDatetime | None,
        Field(
            description="Time the entry was created, ISO 8601 in UTC; null for a root.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    deleted: Annotated[
        AwareDatetime | None,
        Field(
            description="Time the item was moved to the trash, ISO 8601 in UTC; null if it is not in the trash.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None


class EntryPage(ContractModel):
    """A page of entries."""

    count: Annotated[StrictInt, Field(description="Total count of entries over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[EntryInfo], Field(description="Entries of this page.")]


class EntryResults(ContractModel):
    """The entries that an operation made, moved or removed."""

    results: Annotated[list[EntryInfo], Field(description="The entries.")]


class CopyEntries(ContractModel):
    """What to copy, and where to."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    sources: Annotated[
        list[EntryPath], Field(description="Absolute paths or addresses of the sources.", max_length=100, min_length=1)
    ]
    destination: Annotated[
        StrictStr,
        Field(
            description="Absolute path of a folder, or the new path of the one source.",
            max_length=1500,
            min_length=1,
            pattern="^((file|dataset|collection)://[0-9]{1,19}|(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))+/*)$",
        ),
    ]
    recursive: Annotated[
        StrictBool | None, Field(description="If true, copy folders with their content. Defaults to false.")
    ] = False
    force: Annotated[
        StrictBool | None,
        Field(description="If true, move an existing item of the same name to the trash. Defaults to false."),
    ] = False


class MoveEntries(ContractModel):
    """What to move, and where to."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    sources: Annotated[
        list[EntryPath], Field(description="Absolute paths or addresses of the sources.", max_length=100, min_length=1)
    ]
    destination: Annotated[
        StrictStr,
        Field(
            description="Absolute path of a folder, or the new path of the one source.",
            max_length=1500,
            min_length=1,
            pattern="^((file|dataset|collection)://[0-9]{1,19}|(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))+/*)$",
        ),
    ]
    force: Annotated[
        StrictBool | None,
        Field(description="If true, move an existing item of the same name to the trash. Defaults to false."),
    ] = False


class RemoveEntries(ContractModel):
    """What to remove."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    sources: Annotated[
        list[EntryPath], Field(description="Absolute paths or addresses of the sources.", max_length=100, min_length=1)
    ]
    recursive: Annotated[
        StrictBool | None, Field(description="If true, remove folders with their content. Defaults to false.")
    ] = False
    immediate: Annotated[
        StrictBool | None,
        Field(description="If true, delete items permanently; if false, move them to the trash. Defaults to false."),
    ] = False
    dry_run: Annotated[
        StrictBool | None,
        Field(description="If true, remove nothing, only return what would be removed. Defaults to false."),
    ] = False


class FolderPath(RootModel[StrictStr]):
    root: Annotated[
        StrictStr,
        Field(
            description="Path from the team root of a project: names separated by slashes, none of them `.` or `..`. Repeated and trailing slashes are ignored. A path whose first name is `project` or `organization` is absolute: `/project/<id>/team/...`, `/project/<id>/user/<username>/...`, `/project/<id>/workspace/<id>/...` or `/organization/...`.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ]


class FolderInfo(ContractModel):
    """A folder of a project."""

    path: Annotated[StrictStr, Field(description="Path from its root, for example `/screens/june`.")]
    location: Annotated[
        StrictStr | None, Field(description="Absolute path, for example `/project/1/team/screens/june`.")
    ] = None
    project: Annotated[StrictInt, Field(description="Id of the project that the folder belongs to.")]
    owner: Annotated[StrictInt | None, Field(description="Id of the user who created the folder.")] = None
    created: Annotated[AwareDatetime | None, Field(description="Time the folder was created, ISO 8601 in UTC.")] = None


class FolderPaths(ContractModel):
    """Folders to create."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    paths: Annotated[list[FolderPath], Field(description="Paths of the folders.", max_length=100, min_length=1)]
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project of folders without an absolute path. Defaults to the caller's default project.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None
    parents: Annotated[
        StrictBool | None,
        Field(description="If true, create missing parents and accept existing folders. Defaults to true."),
    ] = True


class PathAssignment(ContractModel):
    """A resource and its new folder."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    resource_type: Annotated[
        StrictStr,
        Field(
            description="Type of the resource, for example `file`. A type that cannot be in folders is rejected with 400.",
            max_length=50,
            min_length=1,
        ),
    ]
    id: Annotated[StrictInt, Field(description="Id of the resource.", ge=1, le=9223372036854775807)]
    path: Annotated[
        StrictStr,
        Field(
            description="Path of the folder; `/` for no folder.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ]
    name: Annotated[
        StrictStr | None, Field(description="New display name of the resource.", max_length=255, min_length=1)
    ] = None


class PathAssignments(ContractModel):
    """The assignments."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    assignments: Annotated[
        list[PathAssignment],
        Field(
            description="Resources and their folders; if a resource is listed twice, the last entry applies.",
            max_length=100,
            min_length=1,
        ),
    ]


class FolderPage(ContractModel):
    """A page of folders."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[FolderInfo], Field(description="Items of this page.")]


class GroupInfo(ContractModel):
    """A named set of users of an organization."""

    id: Annotated[StrictInt, Field(description="Id of the group; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the group.")]
    description: Annotated[StrictStr | None, Field(description="Purpose of the group; may be empty.")] = None
    organization: Annotated[StrictInt, Field(description="Id of the organization that the group belongs to.")]
    created: Annotated[AwareDatetime | None, Field(description="Time the group was created, ISO 8601 in UTC.")] = None


class GroupPage(ContractModel):
    """A page of groups."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[GroupInfo], Field(description="Items of this page.")]


class Credentials(ContractModel):
    """User name and password."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    username: Annotated[StrictStr, Field(description="Name of the user.", max_length=150, min_length=1)]
    password: Annotated[
        StrictStr, Field(description="Password of the user; never stored.", max_length=1000, min_length=1)
    ]


class IssuedToken(ContractModel):
    """A token, returned once."""

    token: Annotated[StrictStr, Field(description="Value for the Authorization header.")]


class ApiVersions(ContractModel):
    """API versions and features of the stack."""

    versions: Annotated[JsonObject, Field(description="Resource types mapped to the lists of supported versions.")]
    server: Annotated[StrictStr | None, Field(description="Name and version of the server.")] = None
    features: Annotated[list[StrictStr] | None, Field(description="Names of the optional features.")] = None


class JobHardware(ContractModel):
    """The hardware of a job: for each hardware parameter of a cube the value of the job, or else of the floe, or else the default. The local Orion enforces `cpu_count` and `memory_mb` on Linux and rejects GPUs; it only stores the others."""

    cpu_count: Annotated[StrictInt | None, Field(description="Count of CPUs, 1 to 192. The default is 1.")] = None
    memory_mb: Annotated[StrictFloat | None, Field(description="Memory in MiB, at least 256. The default is 1800.")] = (
        None
    )
    disk_space: Annotated[
        StrictFloat | None, Field(description="Temporary disk space in MiB, at least 128. The default is 5120.")
    ] = None
    gpu_count: Annotated[StrictInt | None, Field(description="Count of GPUs, 0 to 16. The default is 0.")] = None
    instance_type: Annotated[StrictStr | None, Field(description="Type of the instance; empty for any.")] = None
    instance_tags: Annotated[
        StrictStr | None, Field(description="Tags that the instance must have, separated by commas; empty for any.")
    ] = None
    max_backlog_wait: Annotated[
        StrictInt | None,
        Field(description="Longest wait for an instance of one group in seconds, at least 300. The default is 600."),
    ] = None
    spot_policy: Annotated[
        StrictStr | None,
        Field(description="Whether spot instances are used. Public code has `Allowed` and `Prohibited`, the default."),
    ] = None


class StartJob(ContractModel):
    """Fields of a new job."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Defaults to an empty string.", max_length=255),
    ] = None
    workfloe: Annotated[StrictInt, Field(description="Id of the floe.", ge=1, le=9223372036854775807)]
    parameters: Annotated[
        JsonObject | None,
        Field(
            description='`promoted` maps promoted names to values; `cube` maps the name or title of a cube and the name of a parameter to values (both documented); other keys are rejected. Each cube has the hardware parameters of JobHardware in addition to its own. A dataset is its id or `{"datasets": [{"id": 1, "records": [1, 2]}]}`; a file its id, `{"file": 1}` or `{"files": [{"id": 1}]}`; a collection its id or `{"collections": [{"id": 1, "shards": [1]}]}`; a secret its id or `{"secrets": [{"id": 1}]}`. null means no value.'
        ),
    ] = None
    system_parameters: Annotated[
        JsonObject | None,
        Field(
            description="How to run the job: hardware parameters (see JobHardware) for all cubes. Values in `parameters` take precedence, and those of the floe do not. Other system parameters are stored and returned, and have no effect on the local Orion."
        ),
    ] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project. Defaults to the caller's default project.", ge=1, le=9223372036854775807),
    ] = None


class UpdateJob(ContractModel):
    """Fields of a job to update."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None, Field(description="New display name; may be empty, need not be unique.", max_length=255)
    ] = None


class JobLogSize(ContractModel):
    """Size of the log of a job."""

    size: Annotated[StrictInt, Field(description="Stored bytes of the log.")]
    written: Annotated[
        StrictInt,
        Field(description="Bytes that the job has written in all, those that are omitted from a long log included."),
    ]


class CreateMolsearchDatabase(ContractModel):
    """Fields of a new molecule database."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Defaults to an empty string.", max_length=255),
    ] = None
    dataset: Annotated[
        StrictInt | None,
        Field(
            description="Id of the dataset with the molecules. Required without `collection`.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None
    collection: Annotated[
        StrictInt | None,
        Field(
            description="Id of the collection with the molecules. Required without `dataset`.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None
    search_type: Annotated[
        Literal["2D", "3D"] | None, Field(description="Search type, `2D` or `3D`. Defaults to `2D`.")
    ] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project. Defaults to the caller's default project.", ge=1, le=9223372036854775807),
    ] = None
    pools: Annotated[StrictInt | None, Field(description="Count of pools of search servers.", ge=1, le=1000)] = None
    memory_mb: Annotated[
        StrictInt | None,
        Field(
            description="Memory for the search in MiB. Loading fails if the search index is larger.", ge=1, le=1048576
        ),
    ] = None
    disk_space: Annotated[
        StrictInt | None,
        Field(
            description="Disk space for the search in MiB. Loading fails if the search index is larger.",
            ge=1,
            le=104857600,
        ),
    ] = None
    cpu: Annotated[StrictInt | None, Field(description="CPUs for the search.", ge=1, le=1024)] = None
    gpu: Annotated[
        StrictInt | None,
        Field(description="GPUs for the search. The local Orion has none and rejects others than 0.", ge=0, le=1024),
    ] = None
    instance_type: Annotated[
        StrictStr | None, Field(description="Type of the instances that search.", max_length=255)
    ] = None
    server_is_remote: Annotated[
        StrictBool | None,
        Field(description="Whether the servers that search are outside of Orion. The local Orion rejects true."),
    ] = None


class UpdateMolsearchDatabase(ContractModel):
    """Fields of a molecule database to update."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name.", max_length=255)] = None
    project: Annotated[
        StrictInt | None, Field(description="Id of the project to move it to.", ge=1, le=9223372036854775807)
    ] = None
    pools: Annotated[StrictInt | None, Field(description="Count of pools of search servers.", ge=1, le=1000)] = None
    memory_mb: Annotated[
        StrictInt | None,
        Field(
            description="Memory for the search in MiB. Loading fails if the search index is larger.", ge=1, le=1048576
        ),
    ] = None
    disk_space: Annotated[
        StrictInt | None,
        Field(
            description="Disk space for the search in MiB. Loading fails if the search index is larger.",
            ge=1,
            le=104857600,
        ),
    ] = None
    cpu: Annotated[StrictInt | None, Field(description="CPUs for the search.", ge=1, le=1024)] = None
    gpu: Annotated[
        StrictInt | None,
        Field(description="GPUs for the search. The local Orion has none and rejects others than 0.", ge=0, le=1024),
    ] = None
    instance_type: Annotated[
        StrictStr | None, Field(description="Type of the instances that search.", max_length=255)
    ] = None
    server_is_remote: Annotated[
        StrictBool | None,
        Field(description="Whether the servers that search are outside of Orion. The local Orion rejects true."),
    ] = None


class CreateMolsearchQuery(ContractModel):
    """Fields of a new query."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Defaults to an empty string.", max_length=255),
    ] = None
    query_type: Annotated[
        Literal["title", "subsearch", "graphsim", "exact", "fastrocs"], Field(description="Type of the query.")
    ]
    database: Annotated[StrictInt, Field(description="Id of the database.", ge=1, le=9223372036854775807)]
    parameters: Annotated[
        JsonObject,
        Field(
            description="For `title`: `titles` (list of exact titles). For `subsearch`: `mdlquery` (the query), `subsearch_query_type` (`SMARTS`, or `MDLJSON` for a molfile or JSON that contains one), `num_hits`, and the booleans `aliphatic_constraint` (aromatic bonds match only aromatic bonds), `topology_constraint` (ring bonds match only ring bonds), `stereo_constraint` (stereo centers match as drawn) and `isotope_constraint` (isotopes are equal). For `graphsim`: `smiles`, `fingerprint_type` (`circularvs` or `circular`, `path`, `maccs`), `similarity_measure_type` (`tanimoto`, `dice`, `cosine`), `max_hits`, `cutoff` (minimum similarity). For `exact` (listed): `smiles` (molecules that are equal to this one) and `max_hits`. The case of these values is ignored. The names and the values `MDLJSON`, `circularvs` and `tanimoto` are documented, the other values are assumed. Other names are rejected unless their value is null."
        ),
    ]
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project. Defaults to the caller's default project.", ge=1, le=9223372036854775807),
    ] = None


class UpdateMolsearchQuery(ContractModel):
    """Fields of a query to update; omitted fields are unchanged."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name; need not be unique.", max_length=255)] = None


class ExportMolsearchQuery(ContractModel):
    """The dataset of an export."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(
            description="Name of the dataset; need not be unique. Defaults to `Hits of query ` and the id of the query.",
            max_length=255,
        ),
    ] = None
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project of the dataset. Defaults to the caller's default project.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None


class MolsearchSmiles(ContractModel):
    """The molecule of a record as SMILES."""

    title: Annotated[StrictStr, Field(description="Title of the record.")]
    record: Annotated[StrictInt, Field(description="Id of the record in the database, as in its hits.")]
    smiles: Annotated[StrictStr, Field(description="The SMILES.")]


class MolsearchHitInfo(ContractModel):
    """A record found by a query."""

    rank: Annotated[StrictInt, Field(description="Rank among the hits of the query, counted from 1.")]
    dataset: Annotated[
        StrictInt | None,
        Field(
            description="Id of the dataset; null for a database of a collection.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ]
    shard: Annotated[
        StrictInt | None,
        Field(
            description="Id of the shard with the record; null for a database of a dataset.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    record: Annotated[
        StrictInt,
        Field(
            description="Id of the record in the dataset, or its position in a database of a collection, counted from 1."
        ),
    ]
    title: Annotated[
        StrictStr | None,
        Field(description="Title of the record; null if it has none.", json_schema_extra={"x-orion-nullable": True}),
    ] = None
    score: Annotated[
        StrictFloat | None,
        Field(
            description="Similarity from 0 to 1; null for queries without a score.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None


class MolsearchHitPage(ContractModel):
    """A page of hits."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[MolsearchHitInfo], Field(description="Items of this page.")]


class OrganizationInfo(ContractModel):
    """A company or institute with its users and projects."""

    id: Annotated[StrictInt, Field(description="Id of the organization; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the organization.")]
    created: Annotated[
        AwareDatetime | None, Field(description="Time the organization was created, ISO 8601 in UTC.")
    ] = None


class OrganizationPage(ContractModel):
    """A page of organizations."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[OrganizationInfo], Field(description="Items of this page.")]


class PackageEnvironment(ContractModel):
    """What a package asks for, and what its floes run with."""

    id: Annotated[StrictInt, Field(description="Id of the package.")]
    python_version: Annotated[
        StrictStr, Field(description="Version of Python in the manifest; empty before the upload.")
    ]
    requirements: Annotated[
        list[StrictStr],
        Field(
            description="Requirements in the form of pip. Those of a file that the manifest names are known after the inspection."
        ),
    ]
    conda_dependencies: Annotated[list[StrictStr], Field(description="Dependencies from conda in the manifest.")]
    conda_channels: Annotated[list[StrictStr], Field(description="Channels of conda in the manifest.")]
    base_os: Annotated[StrictStr, Field(description="Operating system in the manifest; empty if it has none.")]
    build_requirements: Annotated[
        JsonObject, Field(description="Memory, GPU and instance tags for building the environment, from the manifest.")
    ]
    used_python_version: Annotated[
        StrictStr | None,
        Field(
            description="Version of Python that the floes run with; null before the inspection.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    used_base_os: Annotated[
        StrictStr | None,
        Field(
            description="Operating system that the floes run on; null before the inspection.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    used_packages: Annotated[
        list[StrictStr] | None,
        Field(
            description="Python packages that the floes can import, as `name==version`; empty before the inspection."
        ),
    ] = None
    missing_requirements: Annotated[
        list[StrictStr] | None, Field(description="Requirements of which no version is installed.")
    ] = None


class CreatePackage(ContractModel):
    """Fields of a new package."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Defaults to an empty string.", max_length=255),
    ] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project. Defaults to the caller's default project.", ge=1, le=9223372036854775807),
    ] = None


class ProjectInfo(ContractModel):
    """A project; it owns files, datasets and other resources."""

    id: Annotated[StrictInt, Field(description="Id of the project; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the project.")]
    description: Annotated[StrictStr | None, Field(description="Purpose of the project; may be empty.")] = None
    owner: Annotated[StrictInt | None, Field(description="Id of the user who created the project.")] = None
    organization: Annotated[StrictInt, Field(description="Id of the organization that the project belongs to.")]
    created: Annotated[AwareDatetime | None, Field(description="Time the project was created, ISO 8601 in UTC.")] = None
    archived: Annotated[
        StrictBool | None, Field(description="Whether the project is archived and therefore read-only.")
    ] = None
    deleted: Annotated[
        StrictStr | None,
        Field(description="Time the project was moved to the trash, ISO 8601 in UTC; empty if it is not in the trash."),
    ] = None


class CreateProject(ContractModel):
    """Fields of a new project."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr, Field(description="Name of the project; need not be unique.", max_length=255, min_length=1)
    ]
    description: Annotated[StrictStr | None, Field(description="Purpose of the project.", max_length=10000)] = None


class UpdateProject(ContractModel):
    """Fields of a project to update."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New name.", max_length=255, min_length=1)] = None
    description: Annotated[StrictStr | None, Field(description="New purpose of the project.", max_length=10000)] = None
    archived: Annotated[
        StrictBool | None, Field(description="If true, archive the project (read-only); if false, unarchive it.")
    ] = None


class ProjectPage(ContractModel):
    """A page of projects."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[ProjectInfo], Field(description="Items of this page.")]


class ScalingGroupInfo(ContractModel):
    """Instances that run jobs or services."""

    id: Annotated[StrictInt, Field(description="Id of the scaling group; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the scaling group.")]
    description: Annotated[StrictStr, Field(description="What runs in the scaling group; may be empty.")]
    organization: Annotated[StrictInt, Field(description="Id of the organization.")]
    min_instances: Annotated[
        StrictInt, Field(description="Minimum count of instances; these are ready even if nothing runs.")
    ]
    max_instances: Annotated[
        StrictInt, Field(description="Maximum count of instances. Each runs one job or service; others wait.")
    ]
    instances: Annotated[StrictInt, Field(description="Count of instances now.")]
    running: Annotated[StrictInt, Field(description="Count of jobs or services that run now.")]
    queued: Annotated[StrictInt, Field(description="Count of jobs or services that wait for an instance.")]
    created: Annotated[AwareDatetime, Field(description="Time the scaling group was created, ISO 8601 in UTC.")]


class UpdateScalingGroup(ContractModel):
    """Limits of a scaling group to update."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    min_instances: Annotated[
        StrictInt | None, Field(description="New minimum count of instances, 0 to 1000.", ge=0, le=1000)
    ] = None
    max_instances: Annotated[
        StrictInt | None, Field(description="New maximum count of instances, 0 to 1000.", ge=0, le=1000)
    ] = None


class ScalingGroupPage(ContractModel):
    """A page of scaling groups."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[ScalingGroupInfo], Field(description="Items of this page.")]


class SecretInfo(ContractModel):
    """A secret without its value."""

    id: Annotated[StrictInt, Field(description="Id of the secret; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.")]
    description: Annotated[StrictStr | None, Field(description="Free-form description; may be empty.")] = None
    project: Annotated[StrictInt, Field(description="Id of the project that the secret belongs to.")]
    owner: Annotated[StrictInt, Field(description="Id of the user who created the secret.")]
    created: Annotated[AwareDatetime, Field(description="Time the secret was created, ISO 8601 in UTC.")]
    changed: Annotated[AwareDatetime, Field(description="Time the value was last set, ISO 8601 in UTC.")]


class CreateSecret(ContractModel):
    """Fields of a new secret."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.", max_length=255, min_length=1)]
    value: Annotated[
        StrictStr,
        Field(description="Value of the secret, 1 to 65536 characters; write-only.", max_length=65536, min_length=1),
    ]
    description: Annotated[StrictStr | None, Field(description="Free-form description.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project. Defaults to the caller's default project.", ge=1, le=9223372036854775807),
    ] = None


class UpdateSecret(ContractModel):
    """Fields of a secret to update."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name.", max_length=255, min_length=1)] = None
    value: Annotated[
        StrictStr | None,
        Field(
            description="New value of the secret, 1 to 65536 characters; write-only.", max_length=65536, min_length=1
        ),
    ] = None
    description: Annotated[StrictStr | None, Field(description="New free-form description.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None, Field(description="Id of the project to move it to.", ge=1, le=9223372036854775807)
    ] = None


class SecretPage(ContractModel):
    """A page of secrets."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[SecretInfo], Field(description="Items of this page.")]


class ServiceSpecInfo(ContractModel):
    """A service that tasks can run."""

    id: Annotated[StrictInt, Field(description="Id of the service specification; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.")]
    description: Annotated[StrictStr, Field(description="What the service does; may be empty.")]
    scaling_group: Annotated[StrictInt, Field(description="Id of the scaling group whose instances run the tasks.")]
    owner: Annotated[StrictInt, Field(description="Id of the user who created the service specification.")]
    project: Annotated[StrictInt, Field(description="Id of the project that the service specification belongs to.")]
    created: Annotated[AwareDatetime, Field(description="Time the service specification was created, ISO 8601 in UTC.")]


class ServiceSpecPage(ContractModel):
    """A page of service specifications."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[ServiceSpecInfo], Field(description="Items of this page.")]


class CreateServiceTask(ContractModel):
    """Fields of a new service task."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    spec: Annotated[StrictInt, Field(description="Id of the service specification.", ge=1, le=9223372036854775807)]
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Defaults to an empty string.", max_length=255),
    ] = None
    description: Annotated[StrictStr | None, Field(description="Free-form description.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project. Defaults to the caller's default project.", ge=1, le=9223372036854775807),
    ] = None


class UpdateServiceTask(ContractModel):
    """Fields of a service task to update."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name.", max_length=255)] = None
    description: Annotated[StrictStr | None, Field(description="New free-form description.", max_length=10000)] = None
    desired_state: Annotated[
        Literal["running", "stopped"] | None, Field(description="`running` starts the task, `stopped` stops it.")
    ] = None


class CreateShard(ContractModel):
    """Fields of a new shard."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Defaults to an empty string.", max_length=255),
    ] = None
    metadata: Annotated[
        JsonObject | None,
        Field(
            description="Free-form JSON object of at most 262144 bytes, as compact JSON in UTF-8. A larger object is rejected with 422 (`metadata_too_large`)."
        ),
    ] = None


class UpdateShard(ContractModel):
    """Fields of a shard to update."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name.", max_length=255)] = None
    metadata: Annotated[
        JsonObject | None,
        Field(
            description="Free-form JSON object that replaces the current one, at most 262144 bytes as compact JSON in UTF-8. A larger object is rejected with 422 (`metadata_too_large`)."
        ),
    ] = None


class ShareTarget(ContractModel):
    """Target of a share."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    target_type: Annotated[
        Literal["user", "group", "project", "workspace", "organization"], Field(description="Type of the share target.")
    ]
    target_id: Annotated[
        StrictInt,
        Field(description="Id of the user, group, project, workspace or organization.", ge=1, le=9223372036854775807),
    ]


class ShareInfo(ContractModel):
    """A share of a resource."""

    target_type: Annotated[StrictStr, Field(description="Type of the share target, for example `user` or `group`.")]
    target_id: Annotated[StrictInt, Field(description="Id of the user, group, project, workspace or organization.")]
    owner: Annotated[StrictInt | None, Field(description="Id of the user who shared the resource.")] = None
    created: Annotated[AwareDatetime | None, Field(description="Time the resource was shared, ISO 8601 in UTC.")] = None


class SharePage(ContractModel):
    """A page of shares."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[ShareInfo], Field(description="Items of this page.")]


class TagInfo(ContractModel):
    """A tag on a resource."""

    name: Annotated[StrictStr, Field(description="Name of the tag.")]
    project: Annotated[StrictInt, Field(description="Id of the project that the tag belongs to.")]
    created: Annotated[AwareDatetime | None, Field(description="Time the tag was added, ISO 8601 in UTC.")] = None


class Tag(RootModel[StrictStr]):
    root: Annotated[StrictStr, Field(max_length=255, min_length=1)]


class TagNames(ContractModel):
    """Tags to add."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    tags: Annotated[list[Tag], Field(description="Names of the tags.", max_length=50, min_length=1)]
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project that the tags belong to. Defaults to the project of the resource.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None


class TagPage(ContractModel):
    """A page of tags."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[TagInfo], Field(description="Items of this page.")]


class TokenInfo(ContractModel):
    """A token without its value."""

    id: Annotated[StrictInt, Field(description="Id of the token; unique within the stack.")]
    description: Annotated[StrictStr, Field(description="Purpose of the token; may be empty.")]
    created: Annotated[AwareDatetime, Field(description="Time the token was created, ISO 8601 in UTC.")]


class CreatedToken(ContractModel):
    """A new token with its value."""

    id: Annotated[StrictInt, Field(description="Id of the token; unique within the stack.")]
    description: Annotated[StrictStr, Field(description="Purpose of the token; may be empty.")]
    created: Annotated[AwareDatetime, Field(description="Time the token was created, ISO 8601 in UTC.")]
    token: Annotated[StrictStr, Field(description="Value for the Authorization header; returned only here.")]


class CreateToken(ContractModel):
    """Fields of a new token."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    description: Annotated[StrictStr | None, Field(description="Purpose of the token.", max_length=255)] = None


class UpdateToken(ContractModel):
    """Fields of a token to update."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    description: Annotated[StrictStr | None, Field(description="New purpose of the token.", max_length=255)] = None


class TokenPage(ContractModel):
    """A page of tokens."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[TokenInfo], Field(description="Items of this page.")]


class CreateUpload(ContractModel):
    """Fields of a new multipart upload."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    resource_type: Annotated[Literal["file", "shard"], Field(description="Type of the resource.")]
    resource_id: Annotated[StrictInt, Field(description="Id of the file or shard.", ge=1, le=9223372036854775807)]
    collection: Annotated[
        StrictInt | None,
        Field(
            description="Id of the collection of the shard; omitted for a file. Otherwise the request is rejected with 422.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None
    size: Annotated[StrictInt, Field(description="Size of the whole content in bytes.", ge=1, le=5368709120)]
    part_size: Annotated[
        StrictInt,
        Field(description="Size of each part in bytes, except the last; at most 10,000 parts.", ge=1, le=5368709120),
    ]


class PartInfo(ContractModel):
    """A received part."""

    number: Annotated[StrictInt, Field(description="Part number, counted from 1.")]
    size: Annotated[StrictInt, Field(description="Size of the part in bytes.")]
    sha256: Annotated[StrictStr, Field(description="SHA-256 digest of the part in lower-case hexadecimal.")]


class PartPage(ContractModel):
    """A page of parts."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[PartInfo], Field(description="Items of this page.")]


class Number(RootModel[StrictInt]):
    root: Annotated[StrictInt, Field(ge=1, le=10000)]


class PartNumbers(ContractModel):
    """Part numbers to obtain presigned URLs for."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    numbers: Annotated[list[Number], Field(description="Part numbers, counted from 1.", max_length=1000, min_length=1)]


class UploadTarget(ContractModel):
    """Presigned URL for one part."""

    number: Annotated[StrictInt, Field(description="Part number, counted from 1.")]
    url: Annotated[
        StrictStr, Field(description="Presigned URL to send the part to with PUT; it grants access without a token.")
    ]
    expires: Annotated[AwareDatetime, Field(description="Expiry time of the URL, ISO 8601 in UTC.")]


class CompleteUpload(ContractModel):
    """The expected size and digest of the content."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    size: Annotated[StrictInt, Field(description="Size of the whole content in bytes.", ge=1, le=5368709120)]
    digest: Annotated[
        StrictStr,
        Field(
            description="SHA-256 digest in lower-case hexadecimal of the concatenated raw SHA-256 digests (32 bytes each) of the parts, in order.",
            pattern="^[0-9a-f]{64}$",
        ),
    ]


class UserInfo(ContractModel):
    """A user account."""

    id: Annotated[StrictInt, Field(description="Id of the user; unique within the stack.")]
    username: Annotated[StrictStr, Field(description="Name to sign in with.")]
    email: Annotated[StrictStr | None, Field(description="Email address; empty if hidden.")] = None
    first_name: Annotated[StrictStr | None, Field(description="First name; may be empty.")] = None
    last_name: Annotated[StrictStr | None, Field(description="Last name; may be empty.")] = None
    organization: Annotated[StrictInt, Field(description="Id of the organization of the user.")]
    created: Annotated[AwareDatetime | None, Field(description="Time the account was created, ISO 8601 in UTC.")] = None


class UserPage(ContractModel):
    """A page of users."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[UserInfo], Field(description="Items of this page.")]


class ClassificationInfo(ContractModel):
    """A node of the tree of classifications."""

    name: Annotated[StrictStr, Field(description="Last component of the path.")]
    path: Annotated[
        StrictStr,
        Field(
            description="Names from the top level to this classification, joined by `/`; unique (the form is assumed)."
        ),
    ]
    depth: Annotated[
        StrictInt, Field(description="Count of names in the path; 1 is the top level (the value is assumed).")
    ]
    count: Annotated[StrictInt, Field(description="Count of floes in this classification and below it.")]


class ClassificationPage(ContractModel):
    """A page of classifications."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[ClassificationInfo], Field(description="Items of this page.")]


class WorkspaceInfo(ContractModel):
    """A workspace, which only its users can access."""

    id: Annotated[StrictInt, Field(description="Id of the workspace; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the workspace.")]
    description: Annotated[StrictStr | None, Field(description="Purpose of the workspace; may be empty.")] = None
    project: Annotated[StrictInt, Field(description="Id of the project that the workspace belongs to.")]
    owner: Annotated[StrictInt, Field(description="Id of the user who created the workspace.")]
    created: Annotated[AwareDatetime, Field(description="Time the workspace was created, ISO 8601 in UTC.")]


class CreateWorkspace(ContractModel):
    """Fields of a new workspace."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr, Field(description="Name of the workspace; need not be unique.", max_length=255, min_length=1)
    ]
    description: Annotated[StrictStr | None, Field(description="Purpose of the workspace.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project. Defaults to the caller's default project.", ge=1, le=9223372036854775807),
    ] = None


class WorkspacePage(ContractModel):
    """A page of workspaces."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[WorkspaceInfo], Field(description="Items of this page.")]


class CollectionInfo(ContractModel):
    """A collection without its shards."""

    id: Annotated[StrictInt, Field(description="Id of the collection; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; may be empty, need not be unique.")]
    state: Annotated[StrictStr, Field(description="Whether shards can be added.")]
    metadata: Annotated[JsonObject, Field(description="Free-form JSON object, returned as it was sent.")]
    version: Annotated[
        StrictInt | None,
        Field(
            description="Version of the collection, 1 or 2. Shard ids in a version 2 collection are greater than 2^53."
        ),
    ] = None
    shard_count: Annotated[StrictInt | None, Field(description="Count of shards in any state.")] = None
    created: Annotated[AwareDatetime | None, Field(description="Time the collection was created, ISO 8601 in UTC.")] = (
        None
    )
    owner: Annotated[StrictInt | None, Field(description="Id of the user who created the collection.")] = None
    project: Annotated[StrictInt | None, Field(description="Id of the project that the collection belongs to.")] = None
    description: Annotated[StrictStr | None, Field(description="Free-form description; may be empty.")] = None
    path: Annotated[
        StrictStr | None,
        Field(
            description="Path of the folder in its root; null if the collection is not in a folder.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    location: Annotated[
        StrictStr | None,
        Field(
            description="Absolute path of the folder of the collection, for example `/project/1/team/screens`; of the root if it is in no folder."
        ),
    ] = None
    deleted: Annotated[
        StrictStr | None,
        Field(
            description="Time the collection was moved to the trash, ISO 8601 in UTC; empty if it is not in the trash."
        ),
    ] = None


class CreateCollection(ContractModel):
    """Fields of a new collection."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Defaults to an empty string.", max_length=255),
    ] = None
    description: Annotated[StrictStr | None, Field(description="Free-form description.", max_length=10000)] = None
    metadata: Annotated[
        JsonObject | None,
        Field(
            description="Free-form JSON object of at most 262144 bytes, as compact JSON in UTF-8. A larger object is rejected with 422 (`metadata_too_large`)."
        ),
    ] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project. Defaults to the caller's default project.", ge=1, le=9223372036854775807),
    ] = None
    path: Annotated[
        StrictStr | None,
        Field(
            description="Path of the folder, created if missing; an absolute path also decides the project. Defaults to no folder.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ] = None
    version: Annotated[
        StrictInt | None, Field(description="Version of the collection, 1 or 2. Defaults to 1.", ge=1, le=2)
    ] = None


class CollectionPage(ContractModel):
    """A page of collections."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[CollectionInfo], Field(description="Items of this page.")]


class CreateDataset(ContractModel):
    """Fields of a new dataset."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.", max_length=255, min_length=1)]
    description: Annotated[StrictStr | None, Field(description="Free-form description.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project. Defaults to the caller's default project.", ge=1, le=9223372036854775807),
    ] = None
    path: Annotated[
        StrictStr | None,
        Field(
            description="Path of the folder, created if missing; an absolute path also decides the project. Defaults to no folder.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ] = None


class FileInfo(ContractModel):
    """A file without its content."""

    id: Annotated[StrictInt, Field(description="Id of the file; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.")]
    state: Annotated[StrictStr, Field(description="Whether the content was uploaded.")]
    size: Annotated[StrictInt, Field(description="Size of the content in bytes; 0 before the upload.")]
    created: Annotated[AwareDatetime, Field(description="Time the file was created, ISO 8601 in UTC.")]
    owner: Annotated[StrictInt, Field(description="Id of the user who created the file.")]
    project: Annotated[StrictInt, Field(description="Id of the project that the file belongs to.")]
    description: Annotated[StrictStr | None, Field(description="Free-form description; may be empty.")] = None
    sha256: Annotated[
        StrictStr | None,
        Field(
            description="SHA-256 digest of the content in lower-case hexadecimal; null before the upload.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    path: Annotated[
        StrictStr | None,
        Field(
            description="Path of the folder in its root; null if the file is not in a folder.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    location: Annotated[
        StrictStr | None,
        Field(
            description="Absolute path of the folder of the file, for example `/project/1/team/screens`; of the root if it is in no folder."
        ),
    ] = None
    deleted: Annotated[
        StrictStr | None,
        Field(description="Time the file was moved to the trash, ISO 8601 in UTC; empty if it is not in the trash."),
    ] = None


class CreateFile(ContractModel):
    """Fields of a new file."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.", max_length=255, min_length=1)]
    description: Annotated[StrictStr | None, Field(description="Free-form description.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project. Defaults to the caller's default project.", ge=1, le=9223372036854775807),
    ] = None
    path: Annotated[
        StrictStr | None,
        Field(
            description="Path of the folder, created if missing; an absolute path also decides the project. Defaults to no folder.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ] = None


class FilePage(ContractModel):
    """A page of files."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[FileInfo], Field(description="Items of this page.")]


class JobInfo(ContractModel):
    """A run of a floe."""

    id: Annotated[StrictInt, Field(description="Id of the job; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; may be empty, need not be unique.")]
    state: Annotated[
        StrictStr, Field(description="State of the job; `complete` is the only final state, for failed jobs too.")
    ]
    reason: Annotated[
        StrictStr,
        Field(description="Why the job did not succeed, one sentence; empty on success and until the job is complete."),
    ]
    outcome: Annotated[
        StrictStr | None,
        Field(
            description="Outcome of the job: `succeeded`, `failed` or `cancelled`; null until the job is complete.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    progress: Annotated[StrictFloat | None, Field(description="Progress from 0 to 1, as reported by the job.")] = None
    workfloe: Annotated[StrictInt, Field(description="Id of the floe.")]
    parameters: Annotated[JsonObject | None, Field(description="Parameters as they were sent.")] = None
    system_parameters: Annotated[JsonObject | None, Field(description="System parameters as they were sent.")] = None
    hardware: Annotated[JobHardware | None, Field(description="Hardware that the job has.")] = None
    created: Annotated[AwareDatetime | None, Field(description="Time the job was created, ISO 8601 in UTC.")] = None
    started: Annotated[
        AwareDatetime | None,
        Field(
            description="Time the job left the queue, ISO 8601 in UTC; null while it is queued.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    finished: Annotated[
        AwareDatetime | None,
        Field(
            description="Time the job completed, ISO 8601 in UTC; null until then.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    run_time: Annotated[
        StrictFloat | None,
        Field(description="Run time in seconds, so far or in total; time in the queue is not included."),
    ] = None
    cost: Annotated[
        StrictStr | None,
        Field(
            description="Cost so far in units of `currency`. A decimal number encoded as a string, see BalanceInfo.",
            pattern="^[0-9]{1,15}\\.[0-9]{2,6}$",
        ),
    ] = None
    currency: Annotated[
        StrictStr | None, Field(description="Currency of the cost as an ISO 4217 code, for example `USD`.")
    ] = None
    owner: Annotated[StrictInt | None, Field(description="Id of the user who created the job.")] = None
    project: Annotated[StrictInt | None, Field(description="Id of the project that the job belongs to.")] = None


class JobPage(ContractModel):
    """A page of jobs."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[JobInfo], Field(description="Items of this page.")]


class MolsearchDatabaseInfo(ContractModel):
    """Molecules that can be searched."""

    id: Annotated[StrictInt, Field(description="Id of the database; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; may be empty, need not be unique.")]
    state: Annotated[StrictStr, Field(description="Whether the database can be searched.")]
    search_type: Annotated[
        StrictStr, Field(description="Search type, `2D` (title, substructure and fingerprint search) or `3D`.")
    ]
    reason: Annotated[
        StrictStr | None, Field(description="Why the state is `ERROR`, one sentence; otherwise empty.")
    ] = None
    dataset: Annotated[
        StrictInt | None,
        Field(
            description="Id of the source dataset; null if the source is a collection.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    collection: Annotated[
        StrictInt | None,
        Field(
            description="Id of the source collection; null if the source is a dataset.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    count: Annotated[
        StrictInt | None, Field(description="Count of records in the search index; 0 unless the database is loaded.")
    ] = None
    created: Annotated[AwareDatetime | None, Field(description="Time the database was created, ISO 8601 in UTC.")] = (
        None
    )
    owner: Annotated[StrictInt | None, Field(description="Id of the user who created the database.")] = None
    project: Annotated[StrictInt | None, Field(description="Id of the project that the database belongs to.")] = None
    pools: Annotated[
        StrictInt | None,
        Field(
            description="Count of pools of search servers; null if it was not set.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    memory_mb: Annotated[
        StrictInt | None,
        Field(
            description="Memory for the search in MiB; null if it was not set.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    disk_space: Annotated[
        StrictInt | None,
        Field(
            description="Disk space for the search in MiB; null if it was not set.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    cpu: Annotated[
        StrictInt | None,
        Field(description="CPUs for the search; null if it was not set.", json_schema_extra={"x-orion-nullable": True}),
    ] = None
    gpu: Annotated[
        StrictInt | None,
        Field(description="GPUs for the search; null if it was not set.", json_schema_extra={"x-orion-nullable": True}),
    ] = None
    instance_type: Annotated[
        StrictStr | None,
        Field(
            description="Type of the instances that search; null if it was not set.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    server_is_remote: Annotated[
        StrictBool | None, Field(description="Whether the servers that search are outside of Orion.")
    ] = None


class MolsearchDatabasePage(ContractModel):
    """A page of databases."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[MolsearchDatabaseInfo], Field(description="Items of this page.")]


class MolsearchQueryInfo(ContractModel):
    """A query without its hits."""

    id: Annotated[StrictInt, Field(description="Id of the query; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; may be empty, need not be unique.")]
    query_type: Annotated[
        StrictStr | None,
        Field(description="Type of the query: `title`, `subsearch`, `graphsim`, `exact` or `fastrocs`."),
    ] = None
    database: Annotated[StrictInt | None, Field(description="Id of the database.")] = None
    state: Annotated[StrictStr, Field(description="State of the query.")]
    reason: Annotated[
        StrictStr | None, Field(description="Why the state is `ERROR` or `CANCELLED`, one sentence; otherwise empty.")
    ] = None
    parameters: Annotated[JsonObject | None, Field(description="Search parameters as they were sent.")] = None
    count: Annotated[StrictInt | None, Field(description="Number of hits; 0 until the query is finished.")] = None
    created: Annotated[AwareDatetime | None, Field(description="Time the query was created, ISO 8601 in UTC.")] = None
    owner: Annotated[StrictInt | None, Field(description="Id of the user who created the query.")] = None
    project: Annotated[StrictInt | None, Field(description="Id of the project that the query belongs to.")] = None


class MolsearchQueryPage(ContractModel):
    """A page of queries."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[MolsearchQueryInfo], Field(description="Items of this page.")]


class PackageInfo(ContractModel):
    """A package without its archive."""

    id: Annotated[StrictInt, Field(description="Id of the package; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the package; taken from the manifest after the upload.")]
    version: Annotated[StrictStr | None, Field(description="Version from the manifest; empty before the upload.")] = (
        None
    )
    state: Annotated[StrictStr, Field(description="Whether the floes of the package are available.")]
    reason: Annotated[
        StrictStr | None, Field(description="Why the state is `error`, one sentence; otherwise empty.")
    ] = None
    specification: Annotated[
        JsonObject, Field(description="The manifest; empty before the upload. Included in listings (observed).")
    ]
    size: Annotated[StrictInt | None, Field(description="Size of the archive in bytes; 0 before the upload.")] = None
    sha256: Annotated[
        StrictStr | None,
        Field(
            description="SHA-256 digest of the archive in lower-case hexadecimal; null before the upload.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    created: Annotated[AwareDatetime | None, Field(description="Time the package was created, ISO 8601 in UTC.")] = None
    owner: Annotated[StrictInt | None, Field(description="Id of the user who created the package.")] = None
    project: Annotated[StrictInt | None, Field(description="Id of the project that the package belongs to.")] = None


class PackagePage(ContractModel):
    """A page of packages."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[PackageInfo], Field(description="Items of this page.")]


class ServiceTaskInfo(ContractModel):
    """A running or stopped service."""

    id: Annotated[StrictInt, Field(description="Id of the service task; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; may be empty, need not be unique.")]
    description: Annotated[StrictStr, Field(description="Free-form description; may be empty.")]
    spec: Annotated[StrictInt, Field(description="Id of the service specification.")]
    state: Annotated[StrictStr, Field(description="State of the service task.")]
    desired_state: Annotated[StrictStr, Field(description="State that the task should be in.")]
    reason: Annotated[StrictStr, Field(description="Why the state is `failed`, one sentence; empty in other states.")]
    url: Annotated[StrictStr, Field(description="URL of the service while it is `running`; empty in other states.")]
    started: Annotated[
        AwareDatetime | None,
        Field(
            description="Time the service was last started, ISO 8601 in UTC; null before the first start.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ]
    owner: Annotated[StrictInt, Field(description="Id of the user who created the service task.")]
    project: Annotated[StrictInt, Field(description="Id of the project that the service task belongs to.")]
    created: Annotated[AwareDatetime, Field(description="Time the service task was created, ISO 8601 in UTC.")]


class ServiceTaskPage(ContractModel):
    """A page of service tasks."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[ServiceTaskInfo], Field(description="Items of this page.")]


class ShardInfo(ContractModel):
    """A shard without its content."""

    id: Annotated[
        StrictInt,
        Field(description="Id of the shard; unique within the stack, greater than 2^53 in a collection of version 2."),
    ]
    id_str: Annotated[
        StrictStr | None,
        Field(
            description="The id as a string, for clients that read JSON numbers as doubles. The name is documented for links."
        ),
    ] = None
    collection: Annotated[StrictInt, Field(description="Id of the collection that the shard belongs to.")]
    name: Annotated[StrictStr, Field(description="Display name; may be empty, need not be unique.")]
    state: Annotated[StrictStr, Field(description="Whether the shard has content and whether it is final.")]
    size: Annotated[StrictInt | None, Field(description="Size of the content in bytes; 0 before the upload.")] = None
    metadata: Annotated[JsonObject, Field(description="Free-form JSON object, returned as it was sent.")]
    created: Annotated[AwareDatetime | None, Field(description="Time the shard was created, ISO 8601 in UTC.")] = None
    sha256: Annotated[
        StrictStr | None,
        Field(
            description="SHA-256 digest of the content in lower-case hexadecimal; null before the upload.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None


class ShardPage(ContractModel):
    """A page of shards."""

    count: Annotated[
        StrictInt, Field(description="Total count of items over all pages, including those skipped by `offset`.")
    ]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[ShardInfo], Field(description="Items of this page.")]


class UploadInfo(ContractModel):
    """A multipart upload."""

    id: Annotated[StrictInt, Field(description="Id of the upload; unique within the stack.")]
    resource_type: Annotated[StrictStr, Field(description="Type of the resource, `file` or `shard`.")]
    resource_id: Annotated[StrictInt, Field(description="Id of the file or shard.")]
    collection: Annotated[
        StrictInt | None,
        Field(
            description="Id of the collection of the shard; null for a file.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ]
    size: Annotated[StrictInt, Field(description="Size of the whole content in bytes.")]
    part_size: Annotated[StrictInt, Field(description="Size of each part in bytes, except the last.")]
    state: Annotated[StrictStr, Field(description="Whether the upload accepts parts.")]
    presigned: Annotated[
        StrictBool,
        Field(
            description="If true, parts are sent to presigned URLs of obtain_upload_targets; if false, to upload_part."
        ),
    ]
    received: Annotated[StrictInt, Field(description="Number of bytes received so far.")]
    created: Annotated[AwareDatetime, Field(description="Time the upload was created, ISO 8601 in UTC.")]
    owner: Annotated[StrictInt, Field(description="Id of the user who created the upload.")]


class UploadPage(ContractModel):
    """A page of uploads."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[UploadInfo], Field(description="Items of this page.")]


class UploadTargets(ContractModel):
    """Presigned URLs for parts."""

    targets: Annotated[list[UploadTarget], Field(description="One URL for each part number, in the same order.")]


class WorkFloeSpecInfo(ContractModel):
    """A floe: a workflow with named parameters."""

    id: Annotated[StrictInt, Field(description="Id of the floe; unique within the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the floe; need not be unique.")]
    title: Annotated[StrictStr, Field(description="Display title of the floe; may be empty.")]
    uuid: Annotated[StrictStr, Field(description="UUID of the floe, the same in all its versions.")]
    state: Annotated[StrictStr, Field(description="Whether jobs can be started from the floe.")]
    description: Annotated[StrictStr | None, Field(description="Free-form description; may be empty.")] = None
    tags: Annotated[list[StrictStr] | None, Field(description="Tags of the floe, set by its author.")] = None
    package: Annotated[
        StrictInt | None,
        Field(
            description="Id of the package that contains the floe; null if it is part of the stack.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    created: Annotated[
        AwareDatetime | None, Field(description="Time the floe was added to the stack, ISO 8601 in UTC.")
    ] = None
    specification: Annotated[
        JsonObject,
        Field(
            description="Empty in listings. Otherwise `name`, `title`, `description`, `uuid`, `cubes` and, if it has any, `classification`, a list of paths, each a list of names (as in public code). Each cube has `name`, `type`, optionally `title`, and `parameters`. The type of a cube is `source` if it puts data into the floe, `sink` if it stores data, and `compute` otherwise (that the types differ is observed, their values are assumed). Each parameter has `name`, `type`, `title`, `description`, `required` and, if applicable, `promoted` (false if a job sets it for its cube only), `promoted_name`, `default`, `many` (true if it takes a list), `choices` (list), `min_value` and `max_value` of numbers, `max_length` of strings, `level` (`basic` if omitted) and `hidden` (true if forms do not show it). Types are string, integer, decimal, boolean, data_source, collection_source and file_in for existing data, and dataset_out, collection_sink and file_out for the names of created resources (listed); and json and secret, and the older names dataset, collection, file and collection_out (assumed)."
        ),
    ]


class WorkFloeSpecPage(ContractModel):
    """A page of floes."""

    count: Annotated[StrictInt, Field(description="Total count of items over all pages.")]
    next: Annotated[
        StrictStr | None,
        Field(
            description="Link to the next page; null on the last page.", json_schema_extra={"x-orion-nullable": True}
        ),
    ]
    results: Annotated[list[WorkFloeSpecInfo], Field(description="Items of this page.")]


class PackageInspection(ContractModel):
    """What was found in a package."""

    id: Annotated[StrictInt, Field(description="Id of the package.")]
    state: Annotated[StrictStr, Field(description="State of the package.")]
    finished: Annotated[
        AwareDatetime | None,
        Field(
            description="Time the inspection ended, ISO 8601 in UTC; null before that.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    floes: Annotated[
        list[WorkFloeSpecInfo],
        Field(description="Floes of the package, without their specifications and without deleted ones."),
    ]
    errors: Annotated[list[StrictStr], Field(description="Why the state is `error`, one sentence per error.")]
    warnings: Annotated[
        list[StrictStr],
        Field(description="What may fail when the floes run, for example requirements that are not installed."),
    ]
    log: Annotated[StrictStr, Field(description="End of the output of the inspection, at most 64 KiB.")]
