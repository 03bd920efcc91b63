"""TypedDicts of request bodies and of the arguments `filters` and `params`."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from .types import JsonObject

Tag: TypeAlias = str


TagFilter: TypeAlias = str


State: TypeAlias = str


class DeleteCollectionFilters(TypedDict):
    immediate: NotRequired[bool | None]


SystagFilter: TypeAlias = str


class DeleteDatasetFilters(TypedDict):
    immediate: NotRequired[bool | None]


class UploadDatasetContentFilters(TypedDict):
    format: str


RecordId: TypeAlias = int


class ListRecordsFilters(TypedDict):
    record_ids: NotRequired[int | list[RecordId] | None]
    offset: NotRequired[int | None]
    limit: NotRequired[int | None]


Fieldlist: TypeAlias = str


class DownloadDatasetFilters(TypedDict):
    format: NotRequired[str | None]
    record_ids: NotRequired[int | list[RecordId] | None]
    offset: NotRequired[int | None]
    limit: NotRequired[int | None]
    fieldlist: NotRequired[str | list[Fieldlist] | None]


class ListExportsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    report_type: NotRequired[str | None]
    state: NotRequired[str | None]


class DeleteFileFilters(TypedDict):
    immediate: NotRequired[bool | None]


class ListFoldersFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    project: NotRequired[int | None]
    owner: NotRequired[int | None]
    path_contains: NotRequired[str | None]


class ListGroupsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]


class DownloadJobLogsFilters(TypedDict):
    offset: NotRequired[int | None]


Type: TypeAlias = str


class ListMolsearchDatabasesFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    project: NotRequired[int | None]
    owner: NotRequired[int | None]
    state: NotRequired[str | None]
    states: NotRequired[str | list[State] | None]
    dataset: NotRequired[int | None]
    collection: NotRequired[int | None]
    search_type: NotRequired[Literal["2D", "3D"] | None]
    types: NotRequired[str | list[Type] | None]


class DownloadMolsearchDatabaseLogsFilters(TypedDict):
    offset: NotRequired[int | None]


class ListMolsearchQueriesFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    project: NotRequired[int | None]
    owner: NotRequired[int | None]
    state: NotRequired[str | None]
    states: NotRequired[str | list[State] | None]
    database: NotRequired[int | None]
    types: NotRequired[str | list[Type] | None]


class ListMolsearchHitsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]


class DownloadMolsearchHitsFilters(TypedDict):
    format: NotRequired[str | None]


class GetMolsearchSmilesFilters(TypedDict):
    title: str


class ListOrganizationsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]


class ListPackagesFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    project: NotRequired[int | None]
    owner: NotRequired[int | None]
    state: NotRequired[str | None]
    states: NotRequired[str | list[State] | None]
    version: NotRequired[str | None]


class ListProjectsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    owner: NotRequired[int | None]
    archived: NotRequired[bool | None]
    deleted: NotRequired[bool | None]
    expired: NotRequired[bool | None]


class ListScalingGroupsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]


class ListServiceSpecsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    project: NotRequired[int | None]
    owner: NotRequired[int | None]


class ListServiceTasksFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    project: NotRequired[int | None]
    owner: NotRequired[int | None]
    states: NotRequired[str | list[State] | None]
    spec: NotRequired[int | None]


class DownloadServiceTaskLogsFilters(TypedDict):
    offset: NotRequired[int | None]


class ListShardsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    state: NotRequired[str | list[State] | None]
    states: NotRequired[str | list[State] | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]


class ListSharesFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]


class UnshareResourceFilters(TypedDict):
    target_type: Literal["user", "group", "project", "workspace", "organization"]
    target_id: int


class ListTagsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]


class RemoveTagsFilters(TypedDict):
    tag: str | list[Tag]
    project: NotRequired[int | None]


class ListTokensFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]


class ListUploadsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    resource_type: NotRequired[str | None]
    resource_id: NotRequired[int | None]
    state: NotRequired[str | None]


class ListPartsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]


class ListUsersFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    username: NotRequired[str | None]


class ListClassificationsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    name: NotRequired[str | None]
    path: NotRequired[str | None]
    depth: NotRequired[int | None]


class ListWorkspacesFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    project: NotRequired[int | None]
    owner: NotRequired[int | None]


class ListWorkspaceUsersFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]


class BalanceInfo(TypedDict):
    """Balance of an organization."""

    organization: int
    amount: str
    currency: str
    updated: str


class CompleteUpload(TypedDict):
    """The expected size and digest of the content."""

    size: int
    digest: str


PackageUuid: TypeAlias = str


JobId: TypeAlias = int


class CreateExport(TypedDict):
    """Fields of a new export."""

    report_type: Literal["jobs_summary", "storage_use", "spend_summary"]
    format: NotRequired[Literal["csv", "json"]]
    start_date: NotRequired[str]
    end_date: NotRequired[str]
    package_uuids: NotRequired[list[PackageUuid]]
    workfloe_uuid: NotRequired[str]
    job_ids: NotRequired[list[JobId]]
    notify: NotRequired[bool]


class CreateMolsearchDatabase(TypedDict):
    """Fields of a new molecule database."""

    name: NotRequired[str]
    dataset: NotRequired[int]
    collection: NotRequired[int]
    search_type: NotRequired[Literal["2D", "3D"]]
    project: NotRequired[int]
    pools: NotRequired[int]
    memory_mb: NotRequired[int]
    disk_space: NotRequired[int]
    cpu: NotRequired[int]
    gpu: NotRequired[int]
    instance_type: NotRequired[str]
    server_is_remote: NotRequired[bool]


class CreatePackage(TypedDict):
    """Fields of a new package."""

    name: NotRequired[str]
    project: NotRequired[int]


class CreateProject(TypedDict):
    """Fields of a new project."""

    name: str
    description: NotRequired[str]


class CreateSecret(TypedDict):
    """Fields of a new secret."""

    name: str
    value: str
    description: NotRequired[str]
    project: NotRequired[int]


class CreateServiceTask(TypedDict):
    """Fields of a new service task."""

    spec: int
    name: NotRequired[str]
    description: NotRequired[str]
    project: NotRequired[int]


class CreateToken(TypedDict):
    """Fields of a new token."""

    description: NotRequired[str]


class CreateUpload(TypedDict):
    """Fields of a new multipart upload."""

    resource_type: Literal["file", "shard"]
    resource_id: int
    collection: NotRequired[int]
    size: int
    part_size: int


class CreateWorkspace(TypedDict):
    """Fields of a new workspace."""

    name: str
    description: NotRequired[str]
    project: NotRequired[int]


class CreatedToken(TypedDict):
    """A new token with its value."""

    id: int
    description: str
    created: str
    token: str


class Credentials(TypedDict):
    """User name and password."""

    username: str
    password: str


class DatasetInfo(TypedDict):
    """A dataset without its records."""

    id: int
    name: str
    description: NotRequired[str]
    count: int
    dirty: NotRequired[bool]
    created: str
    owner: int
    project: int
    path: NotRequired[str | None]
    location: NotRequired[str]
    systemtags: NotRequired[list[str]]
    deleted: NotRequired[str]


class DatasetPage(TypedDict):
    """A page of datasets."""

    count: int
    next: str | None
    results: list[DatasetInfo]


class EntryInfo(TypedDict):
    """A folder or an item of the virtual file system."""

    type: str
    id: int | None
    name: str
    path: str
    owner: NotRequired[int | None]
    project: NotRequired[int | None]
    size: NotRequired[int | None]
    count: NotRequired[int | None]
    state: NotRequired[str]
    created: NotRequired[str | None]
    deleted: NotRequired[str | None]


class EntryPage(TypedDict):
    """A page of entries."""

    count: int
    next: str | None
    results: list[EntryInfo]


class EntryResults(TypedDict):
    """The entries that an operation made, moved or removed."""

    results: list[EntryInfo]


class ExportMolsearchQuery(TypedDict):
    """The dataset of an export."""

    name: NotRequired[str]
    project: NotRequired[int]


class GroupInfo(TypedDict):
    """A named set of users of an organization."""

    id: int
    name: str
    description: NotRequired[str]
    organization: int
    created: NotRequired[str]


class GroupPage(TypedDict):
    """A page of groups."""

    count: int
    next: str | None
    results: list[GroupInfo]


class IssuedToken(TypedDict):
    """A token, returned once."""

    token: str


class JobLogSize(TypedDict):
    """Size of the log of a job."""

    size: int
    written: int


class MolsearchSmiles(TypedDict):
    """The molecule of a record as SMILES."""

    title: str
    record: int
    smiles: str


class OrganizationInfo(TypedDict):
    """A company or institute with its users and projects."""

    id: int
    name: str
    created: NotRequired[str]


class OrganizationPage(TypedDict):
    """A page of organizations."""

    count: int
    next: str | None
    results: list[OrganizationInfo]


class PartInfo(TypedDict):
    """A received part."""

    number: int
    size: int
    sha256: str


Number: TypeAlias = int


class PartNumbers(TypedDict):
    """Part numbers to obtain presigned URLs for."""

    numbers: list[Number]


class PartPage(TypedDict):
    """A page of parts."""

    count: int
    next: str | None
    results: list[PartInfo]


class Problem(TypedDict):
    """Error details of a rejected request."""

    detail: str
    code: NotRequired[str]
    line: NotRequired[int]
    errors: NotRequired[list[str]]


class ProjectInfo(TypedDict):
    """A project; it owns files, datasets and other resources."""

    id: int
    name: str
    description: NotRequired[str]
    owner: NotRequired[int]
    organization: int
    created: NotRequired[str]
    archived: NotRequired[bool]
    deleted: NotRequired[str]


class ProjectPage(TypedDict):
    """A page of projects."""

    count: int
    next: str | None
    results: list[ProjectInfo]


class ScalingGroupInfo(TypedDict):
    """Instances that run jobs or services."""

    id: int
    name: str
    description: str
    organization: int
    min_instances: int
    max_instances: int
    instances: int
    running: int
    queued: int
    created: str


class ScalingGroupPage(TypedDict):
    """A page of scaling groups."""

    count: int
    next: str | None
    results: list[ScalingGroupInfo]


class SecretInfo(TypedDict):
    """A secret without its value."""

    id: int
    name: str
    description: NotRequired[str]
    project: int
    owner: int
    created: str
    changed: str


class SecretPage(TypedDict):
    """A page of secrets."""

    count: int
    next: str | None
    results: list[SecretInfo]


class ServiceSpecInfo(TypedDict):
    """A service that tasks can run."""

    id: int
    name: str
    description: str
    scaling_group: int
    owner: int
    project: int
    created: str


class ServiceSpecPage(TypedDict):
    """A page of service specifications."""

    count: int
    next: str | None
    results: list[ServiceSpecInfo]


class ShareTarget(TypedDict):
    """Target of a share."""

    target_type: Literal["user", "group", "project", "workspace", "organization"]
    target_id: int


class TagNames(TypedDict):
    """Tags to add."""

    tags: list[Tag]
    project: NotRequired[int]


class TokenInfo(TypedDict):
    """A token without its value."""

    id: int
    description: str
    created: str


class TokenPage(TypedDict):
    """A page of tokens."""

    count: int
    next: str | None
    results: list[TokenInfo]


class UpdateDataset(TypedDict):
    """Fields of a dataset to update."""

    name: NotRequired[str]
    description: NotRequired[str]
    project: NotRequired[int]


class UpdateFile(TypedDict):
    """Fields of a file to update."""

    name: NotRequired[str]
    description: NotRequired[str]
    project: NotRequired[int]


class UpdateJob(TypedDict):
    """Fields of a job to update."""

    name: NotRequired[str]


class UpdateMolsearchDatabase(TypedDict):
    """Fields of a molecule database to update."""

    name: NotRequired[str]
    project: NotRequired[int]
    pools: NotRequired[int]
    memory_mb: NotRequired[int]
    disk_space: NotRequired[int]
    cpu: NotRequired[int]
    gpu: NotRequired[int]
    instance_type: NotRequired[str]
    server_is_remote: NotRequired[bool]


class UpdateMolsearchQuery(TypedDict):
    """Fields of a query to update; omitted fields are unchanged."""

    name: NotRequired[str]


class UpdateProject(TypedDict):
    """Fields of a project to update."""

    name: NotRequired[str]
    description: NotRequired[str]
    archived: NotRequired[bool]


class UpdateScalingGroup(TypedDict):
    """Limits of a scaling group to update."""

    min_instances: NotRequired[int]
    max_instances: NotRequired[int]


class UpdateSecret(TypedDict):
    """Fields of a secret to update."""

    name: NotRequired[str]
    value: NotRequired[str]
    description: NotRequired[str]
    project: NotRequired[int]


class UpdateServiceTask(TypedDict):
    """Fields of a service task to update."""

    name: NotRequired[str]
    description: NotRequired[str]
    desired_state: NotRequired[Literal["running", "stopped"]]


class UpdateToken(TypedDict):
    """Fields of a token to update."""

    description: NotRequired[str]


class UserInfo(TypedDict):
    """A user account."""

    id: int
    username: str
    email: NotRequired[str]
    first_name: NotRequired[str]
    last_name: NotRequired[str]
    organization: int
    created: NotRequired[str]


class UserPage(TypedDict):
    """A page of users."""

    count: int
    next: str | None
    results: list[UserInfo]


class WorkspaceInfo(TypedDict):
    """A workspace, which only its users can access."""

    id: int
    name: str
    description: NotRequired[str]
    project: int
    owner: int
    created: str


class WorkspacePage(TypedDict):
    """A page of workspaces."""

    count: int
    next: str | None
    results: list[WorkspaceInfo]


class ClassificationInfo(TypedDict):
    """A node of the tree of classifications."""

    name: str
    path: str
    depth: int
    count: int


CollectionState: TypeAlias = str


DesiredTaskState: TypeAlias = str


EntryPath: TypeAlias = str


FileState: TypeAlias = str


class FolderInfo(TypedDict):
    """A folder of a project."""

    path: str
    location: NotRequired[str]
    project: int
    owner: NotRequired[int]
    created: NotRequired[str]


FolderPath: TypeAlias = str


class JobHardware(TypedDict):
    """The hardware of a job: for each hardware parameter of a cube the value of the job, or else of the floe, or else the default. The local Orion enforces `cpu_count` and `memory_mb` on Linux and rejects GPUs; it only stores the others."""

    cpu_count: NotRequired[int]
    memory_mb: NotRequired[float]
    disk_space: NotRequired[float]
    gpu_count: NotRequired[int]
    instance_type: NotRequired[str]
    instance_tags: NotRequired[str]
    max_backlog_wait: NotRequired[int]
    spot_policy: NotRequired[str]


JobState: TypeAlias = str


MolsearchDatabaseState: TypeAlias = str


class MolsearchHitInfo(TypedDict):
    """A record found by a query."""

    rank: int
    dataset: int | None
    shard: NotRequired[int | None]
    record: int
    title: NotRequired[str | None]
    score: NotRequired[float | None]


MolsearchQueryState: TypeAlias = str


PackageState: TypeAlias = str


class PathAssignment(TypedDict):
    """A resource and its new folder."""

    resource_type: str
    id: int
    path: FolderPath
    name: NotRequired[str]


ServiceTaskState: TypeAlias = str


ShardState: TypeAlias = str


class ShareInfo(TypedDict):
    """A share of a resource."""

    target_type: str
    target_id: int
    owner: NotRequired[int]
    created: NotRequired[str]


class TagInfo(TypedDict):
    """A tag on a resource."""

    name: str
    project: int
    created: NotRequired[str]


UploadState: TypeAlias = str


class UploadTarget(TypedDict):
    """Presigned URL for one part."""

    number: int
    url: str
    expires: str


WorkFloeSpecState: TypeAlias = str


TagMatch: TypeAlias = Literal["exact", "iexact", "contains", "icontains", "startswith", "istartswith"]


class ListCollectionsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    project: NotRequired[int | None]
    owner: NotRequired[int | None]
    tags: NotRequired[str | list[Tag] | None]
    tag_filters: NotRequired[str | list[TagFilter] | None]
    tag_match: NotRequired[TagMatch | None]
    path: NotRequired[FolderPath | None]
    path_contains: NotRequired[str | None]
    deleted: NotRequired[bool | None]
    expired: NotRequired[bool | None]
    state: NotRequired[str | None]
    states: NotRequired[str | list[State] | None]


class ListDatasetsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    project: NotRequired[int | None]
    owner: NotRequired[int | None]
    tags: NotRequired[str | list[Tag] | None]
    tag_filters: NotRequired[str | list[TagFilter] | None]
    systag_filters: NotRequired[str | list[SystagFilter] | None]
    tag_match: NotRequired[TagMatch | None]
    path: NotRequired[FolderPath | None]
    path_contains: NotRequired[str | None]
    deleted: NotRequired[bool | None]
    expired: NotRequired[bool | None]


class ListFilesFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    project: NotRequired[int | None]
    owner: NotRequired[int | None]
    tags: NotRequired[str | list[Tag] | None]
    tag_filters: NotRequired[str | list[TagFilter] | None]
    tag_match: NotRequired[TagMatch | None]
    path: NotRequired[FolderPath | None]
    path_contains: NotRequired[str | None]
    deleted: NotRequired[bool | None]
    expired: NotRequired[bool | None]
    state: NotRequired[str | None]
    states: NotRequired[str | list[State] | None]


class ListEntriesFilters(TypedDict):
    path: EntryPath
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    name: NotRequired[str | None]
    tags: NotRequired[str | list[Tag] | None]
    owner: NotRequired[int | None]
    deleted: NotRequired[bool | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    types: NotRequired[
        Literal["folder", "file", "dataset", "collection"]
        | list[Literal["folder", "file", "dataset", "collection"]]
        | None
    ]
    expired: NotRequired[bool | None]
    order_by: NotRequired[str | None]


class GetEntryFilters(TypedDict):
    path: EntryPath


class ListJobsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    project: NotRequired[int | None]
    owner: NotRequired[int | None]
    tags: NotRequired[str | list[Tag] | None]
    tag_filters: NotRequired[str | list[TagFilter] | None]
    tag_match: NotRequired[TagMatch | None]
    state: NotRequired[str | None]
    states: NotRequired[str | list[State] | None]
    workfloe: NotRequired[int | None]
    job_type: NotRequired[str | None]


class ListSecretsFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    project: NotRequired[int | None]
    owner: NotRequired[int | None]
    tags: NotRequired[str | list[Tag] | None]
    tag_filters: NotRequired[str | list[TagFilter] | None]
    tag_match: NotRequired[TagMatch | None]


class ListWorkfloesFilters(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]
    offset: NotRequired[int | None]
    order_by: NotRequired[str | None]
    name: NotRequired[str | None]
    name_contains: NotRequired[str | None]
    name_icontains: NotRequired[str | None]
    title: NotRequired[str | None]
    state: NotRequired[str | None]
    states: NotRequired[str | list[State] | None]
    tags: NotRequired[str | list[Tag] | None]
    tag_filters: NotRequired[str | list[TagFilter] | None]
    tag_match: NotRequired[TagMatch | None]
    classification: NotRequired[str | None]
    uuid: NotRequired[str | None]
    package: NotRequired[int | None]
    version: NotRequired[str | None]
    owner: NotRequired[int | None]
    project: NotRequired[int | None]


class ApiVersions(TypedDict):
    """API versions and features of the stack."""

    versions: JsonObject
    server: NotRequired[str]
    features: NotRequired[list[str]]


class ClassificationPage(TypedDict):
    """A page of classifications."""

    count: int
    next: str | None
    results: list[ClassificationInfo]


class CollectionInfo(TypedDict):
    """A collection without its shards."""

    id: int
    name: str
    state: CollectionState
    metadata: JsonObject
    version: NotRequired[int]
    shard_count: NotRequired[int]
    created: NotRequired[str]
    owner: NotRequired[int]
    project: NotRequired[int]
    description: NotRequired[str]
    path: NotRequired[str | None]
    location: NotRequired[str]
    deleted: NotRequired[str]


class CollectionPage(TypedDict):
    """A page of collections."""

    count: int
    next: str | None
    results: list[CollectionInfo]


class CopyEntries(TypedDict):
    """What to copy, and where to."""

    sources: list[EntryPath]
    destination: EntryPath
    recursive: NotRequired[bool]
    force: NotRequired[bool]


class CreateCollection(TypedDict):
    """Fields of a new collection."""

    name: NotRequired[str]
    description: NotRequired[str]
    metadata: NotRequired[JsonObject]
    project: NotRequired[int]
    path: NotRequired[FolderPath]
    version: NotRequired[int]


class CreateDataset(TypedDict):
    """Fields of a new dataset."""

    name: str
    description: NotRequired[str]
    project: NotRequired[int]
    path: NotRequired[FolderPath]


class CreateFile(TypedDict):
    """Fields of a new file."""

    name: str
    description: NotRequired[str]
    project: NotRequired[int]
    path: NotRequired[FolderPath]


class CreateMolsearchQuery(TypedDict):
    """Fields of a new query."""

    name: NotRequired[str]
    query_type: Literal["title", "subsearch", "graphsim", "exact", "fastrocs"]
    database: int
    parameters: JsonObject
    project: NotRequired[int]


class CreateShard(TypedDict):
    """Fields of a new shard."""

    name: NotRequired[str]
    metadata: NotRequired[JsonObject]


class ExportInfo(TypedDict):
    """A report that the server writes as a file."""

    id: int
    name: str
    report_type: str
    format: NotRequired[str]
    state: str
    reason: str
    parameters: NotRequired[JsonObject]
    notify: NotRequired[bool]
    notified: NotRequired[str | None]
    count: NotRequired[int]
    size: NotRequired[int]
    sha256: NotRequired[str | None]
    created: NotRequired[str]
    finished: NotRequired[str | None]
    owner: NotRequired[int]


class ExportPage(TypedDict):
    """A page of exports."""

    count: int
    next: str | None
    results: list[ExportInfo]


class FileInfo(TypedDict):
    """A file without its content."""

    id: int
    name: str
    state: FileState
    size: int
    created: str
    owner: int
    project: int
    description: NotRequired[str]
    sha256: NotRequired[str | None]
    path: NotRequired[str | None]
    location: NotRequired[str]
    deleted: NotRequired[str]


class FilePage(TypedDict):
    """A page of files."""

    count: int
    next: str | None
    results: list[FileInfo]


class FolderPage(TypedDict):
    """A page of folders."""

    count: int
    next: str | None
    results: list[FolderInfo]


class FolderPaths(TypedDict):
    """Folders to create."""

    paths: list[FolderPath]
    project: NotRequired[int]
    parents: NotRequired[bool]


class JobInfo(TypedDict):
    """A run of a floe."""

    id: int
    name: str
    state: JobState
    reason: str
    outcome: NotRequired[str | None]
    progress: NotRequired[float]
    workfloe: int
    parameters: NotRequired[JsonObject]
    system_parameters: NotRequired[JsonObject]
    hardware: NotRequired[JobHardware]
    created: NotRequired[str]
    started: NotRequired[str | None]
    finished: NotRequired[str | None]
    run_time: NotRequired[float]
    cost: NotRequired[str]
    currency: NotRequired[str]
    owner: NotRequired[int]
    project: NotRequired[int]


class JobPage(TypedDict):
    """A page of jobs."""

    count: int
    next: str | None
    results: list[JobInfo]


class MolsearchDatabaseInfo(TypedDict):
    """Molecules that can be searched."""

    id: int
    name: str
    state: MolsearchDatabaseState
    search_type: str
    reason: NotRequired[str]
    dataset: NotRequired[int | None]
    collection: NotRequired[int | None]
    count: NotRequired[int]
    created: NotRequired[str]
    owner: NotRequired[int]
    project: NotRequired[int]
    pools: NotRequired[int | None]
    memory_mb: NotRequired[int | None]
    disk_space: NotRequired[int | None]
    cpu: NotRequired[int | None]
    gpu: NotRequired[int | None]
    instance_type: NotRequired[str | None]
    server_is_remote: NotRequired[bool]


class MolsearchDatabasePage(TypedDict):
    """A page of databases."""

    count: int
    next: str | None
    results: list[MolsearchDatabaseInfo]


class MolsearchHitPage(TypedDict):
    """A page of hits."""

    count: int
    next: str | None
    results: list[MolsearchHitInfo]


class MolsearchQueryInfo(TypedDict):
    """A query without its hits."""

    id: int
    name: str
    query_type: NotRequired[str]
    database: NotRequired[int]
    state: MolsearchQueryState
    reason: NotRequired[str]
    parameters: NotRequired[JsonObject]
    count: NotRequired[int]
    created: NotRequired[str]
    owner: NotRequired[int]
    project: NotRequired[int]


class MolsearchQueryPage(TypedDict):
    """A page of queries."""

    count: int
    next: str | None
    results: list[MolsearchQueryInfo]


class MoveEntries(TypedDict):
    """What to move, and where to."""

    sources: list[EntryPath]
    destination: EntryPath
    force: NotRequired[bool]


class PackageEnvironment(TypedDict):
    """What a package asks for, and what its floes run with."""

    id: int
    python_version: str
    requirements: list[str]
    conda_dependencies: list[str]
    conda_channels: list[str]
    base_os: str
    build_requirements: JsonObject
    used_python_version: NotRequired[str | None]
    used_base_os: NotRequired[str | None]
    used_packages: NotRequired[list[str]]
    missing_requirements: NotRequired[list[str]]


class PackageInfo(TypedDict):
    """A package without its archive."""

    id: int
    name: str
    version: NotRequired[str]
    state: PackageState
    reason: NotRequired[str]
    specification: JsonObject
    size: NotRequired[int]
    sha256: NotRequired[str | None]
    created: NotRequired[str]
    owner: NotRequired[int]
    project: NotRequired[int]


class PackagePage(TypedDict):
    """A page of packages."""

    count: int
    next: str | None
    results: list[PackageInfo]


class PathAssignments(TypedDict):
    """The assignments."""

    assignments: list[PathAssignment]


class RecordInfo(TypedDict):
    """A record with its id."""

    id: int
    dataset: int
    record: JsonObject


class RemoveEntries(TypedDict):
    """What to remove."""

    sources: list[EntryPath]
    recursive: NotRequired[bool]
    immediate: NotRequired[bool]
    dry_run: NotRequired[bool]


class ServiceTaskInfo(TypedDict):
    """A running or stopped service."""

    id: int
    name: str
    description: str
    spec: int
    state: ServiceTaskState
    desired_state: DesiredTaskState
    reason: str
    url: str
    started: str | None
    owner: int
    project: int
    created: str


class ServiceTaskPage(TypedDict):
    """A page of service tasks."""

    count: int
    next: str | None
    results: list[ServiceTaskInfo]


class ShardInfo(TypedDict):
    """A shard without its content."""

    id: int
    id_str: NotRequired[str]
    collection: int
    name: str
    state: ShardState
    size: NotRequired[int]
    metadata: JsonObject
    created: NotRequired[str]
    sha256: NotRequired[str | None]


class ShardPage(TypedDict):
    """A page of shards."""

    count: int
    next: str | None
    results: list[ShardInfo]


class SharePage(TypedDict):
    """A page of shares."""

    count: int
    next: str | None
    results: list[ShareInfo]


class StartJob(TypedDict):
    """Fields of a new job."""

    name: NotRequired[str]
    workfloe: int
    parameters: NotRequired[JsonObject]
    system_parameters: NotRequired[JsonObject]
    project: NotRequired[int]


class TagPage(TypedDict):
    """A page of tags."""

    count: int
    next: str | None
    results: list[TagInfo]


class UpdateCollection(TypedDict):
    """Fields of a collection to update."""

    name: NotRequired[str]
    description: NotRequired[str]
    metadata: NotRequired[JsonObject]
    project: NotRequired[int]


class UpdateShard(TypedDict):
    """Fields of a shard to update."""

    name: NotRequired[str]
    metadata: NotRequired[JsonObject]


class UploadInfo(TypedDict):
    """A multipart upload."""

    id: int
    resource_type: str
    resource_id: int
    collection: int | None
    size: int
    part_size: int
    state: UploadState
    presigned: bool
    received: int
    created: str
    owner: int


class UploadPage(TypedDict):
    """A page of uploads."""

    count: int
    next: str | None
    results: list[UploadInfo]


class UploadTargets(TypedDict):
    """Presigned URLs for parts."""

    targets: list[UploadTarget]


class WorkFloeSpecInfo(TypedDict):
    """A floe: a workflow with named parameters."""

    id: int
    name: str
    title: str
    uuid: str
    state: WorkFloeSpecState
    description: NotRequired[str]
    tags: NotRequired[list[str]]
    package: NotRequired[int | None]
    created: NotRequired[str]
    specification: JsonObject


class WorkFloeSpecPage(TypedDict):
    """A page of floes."""

    count: int
    next: str | None
    results: list[WorkFloeSpecInfo]


class PackageInspection(TypedDict):
    """What was found in a package."""

    id: int
    state: PackageState
    finished: NotRequired[str | None]
    floes: list[WorkFloeSpecInfo]
    errors: list[str]
    warnings: list[str]
    log: str
