"""Shapes of `filters=` and `params=` and of the objects, for type checkers."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from .types import JsonObject

Tag: TypeAlias = str


class DeleteCollectionFilters(TypedDict):
    immediate: NotRequired[bool]


class DeleteDatasetFilters(TypedDict):
    immediate: NotRequired[bool]


class UploadDatasetContentFilters(TypedDict):
    format: Literal["sdf", "smi", "csv", "json", "binary"]


RecordId: TypeAlias = int


class ListRecordsFilters(TypedDict):
    record_ids: NotRequired[list[RecordId]]
    offset: NotRequired[int]
    limit: NotRequired[int]


Fieldlist: TypeAlias = str


class DownloadDatasetFilters(TypedDict):
    format: NotRequired[Literal["binary", "json", "csv", "sdf", "smi"]]
    record_ids: NotRequired[list[RecordId]]
    offset: NotRequired[int]
    limit: NotRequired[int]
    fieldlist: NotRequired[list[Fieldlist]]


class DeleteFileFilters(TypedDict):
    immediate: NotRequired[bool]


class ListFoldersFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]
    project: NotRequired[int]


class ListGroupsFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]
    name: NotRequired[str]


class ListOrganizationsFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]


class ListProjectsFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]
    name: NotRequired[str]
    archived: NotRequired[bool]


class ListSecretsFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[int]
    tags: NotRequired[list[Tag]]


State: TypeAlias = str


class ListShardsFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]
    offset: NotRequired[int]
    state: NotRequired[list[State]]
    name: NotRequired[str]


class ListSharesFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]


class UnshareResourceFilters(TypedDict):
    target_type: Literal["user", "group", "project", "organization"]
    target_id: int


class ListTagsFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]


class RemoveTagsFilters(TypedDict):
    tag: list[Tag]
    project: NotRequired[int]


class ListTokensFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]


class ListUsersFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]
    username: NotRequired[str]


class BalanceInfo(TypedDict):
    """What an organization has left to spend."""

    organization: int
    amount: str
    currency: str
    updated: str


class CreateProject(TypedDict):
    """What a new project is."""

    name: str
    description: NotRequired[str]


class CreateSecret(TypedDict):
    """A new secret."""

    name: str
    value: str
    description: NotRequired[str]
    project: NotRequired[int]


class CreateToken(TypedDict):
    """What is known of a token before it is made."""

    description: NotRequired[str]


class CreatedToken(TypedDict):
    """A token that was just made, with its value."""

    id: int
    description: str
    created: str
    token: str


class Credentials(TypedDict):
    """A user name and its password."""

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
    systemtags: NotRequired[list[str]]
    deleted: NotRequired[str]


class DatasetPage(TypedDict):
    """One page of datasets."""

    count: int
    next: str | None
    results: list[DatasetInfo]


class GroupInfo(TypedDict):
    """Users of an organization under one name."""

    id: int
    name: str
    description: NotRequired[str]
    organization: int
    created: NotRequired[str]


class GroupPage(TypedDict):
    """One page of groups."""

    count: int
    next: str | None
    results: list[GroupInfo]


class IssuedToken(TypedDict):
    """A token, shown once."""

    token: str


class OrganizationInfo(TypedDict):
    """A company or institute with its users and projects."""

    id: int
    name: str
    created: NotRequired[str]


class OrganizationPage(TypedDict):
    """One page of organizations."""

    count: int
    next: str | None
    results: list[OrganizationInfo]


class Problem(TypedDict):
    """What the server says about a request that it refused."""

    detail: str
    code: NotRequired[str]
    line: NotRequired[int]


class ProjectInfo(TypedDict):
    """A room for the work of a team."""

    id: int
    name: str
    description: NotRequired[str]
    owner: NotRequired[int]
    organization: int
    created: NotRequired[str]
    archived: NotRequired[bool]


class ProjectPage(TypedDict):
    """One page of projects."""

    count: int
    next: str | None
    results: list[ProjectInfo]


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
    """One page of secrets."""

    count: int
    next: str | None
    results: list[SecretInfo]


class ShareTarget(TypedDict):
    """Whom to share a resource with."""

    target_type: Literal["user", "group", "project", "organization"]
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
    """One page of tokens."""

    count: int
    next: str | None
    results: list[TokenInfo]


class UpdateDataset(TypedDict):
    """The fields of a dataset to set."""

    name: NotRequired[str]
    description: NotRequired[str]
    project: NotRequired[int]


class UpdateFile(TypedDict):
    """The fields of a file to set."""

    name: NotRequired[str]
    description: NotRequired[str]
    project: NotRequired[int]


class UpdateProject(TypedDict):
    """The fields of a project to set."""

    name: NotRequired[str]
    description: NotRequired[str]
    archived: NotRequired[bool]


class UpdateSecret(TypedDict):
    """The fields of a secret to set."""

    name: NotRequired[str]
    value: NotRequired[str]
    description: NotRequired[str]
    project: NotRequired[int]


class UpdateToken(TypedDict):
    """The fields of a token to set."""

    description: NotRequired[str]


class UserInfo(TypedDict):
    """A person with an account."""

    id: int
    username: str
    email: NotRequired[str]
    first_name: NotRequired[str]
    last_name: NotRequired[str]
    organization: int
    created: NotRequired[str]


class UserPage(TypedDict):
    """One page of users."""

    count: int
    next: str | None
    results: list[UserInfo]


CollectionState: TypeAlias = str


FileState: TypeAlias = str


class FolderInfo(TypedDict):
    """A folder of a project."""

    path: str
    project: int
    owner: NotRequired[int]
    created: NotRequired[str]


FolderPath: TypeAlias = str


class PathAssignment(TypedDict):
    """A resource and the folder that it goes to."""

    resource_type: str
    id: int
    path: FolderPath
    name: NotRequired[str]


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


class ListCollectionsFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[int]
    tags: NotRequired[list[Tag]]
    path: NotRequired[FolderPath]
    deleted: NotRequired[bool]
    state: NotRequired[str]


class ListDatasetsFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[int]
    tags: NotRequired[list[Tag]]
    path: NotRequired[FolderPath]
    deleted: NotRequired[bool]


class ListFilesFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[int]
    tags: NotRequired[list[Tag]]
    path: NotRequired[FolderPath]
    deleted: NotRequired[bool]
    state: NotRequired[str]


class ApiVersions(TypedDict):
    """What the stack offers."""

    versions: JsonObject
    server: NotRequired[str]
    features: NotRequired[list[str]]


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
    deleted: NotRequired[str]


class CollectionPage(TypedDict):
    """One page of collections."""

    count: int
    next: str | None
    results: list[CollectionInfo]


class CreateCollection(TypedDict):
    """What is known of a collection before its shards."""

    name: NotRequired[str]
    description: NotRequired[str]
    metadata: NotRequired[JsonObject]
    project: NotRequired[int]
    path: NotRequired[FolderPath]
    version: NotRequired[int]


class CreateDataset(TypedDict):
    """What is known of a dataset before its records."""

    name: str
    description: NotRequired[str]
    project: NotRequired[int]
    path: NotRequired[FolderPath]


class CreateFile(TypedDict):
    """What is known of a file before its content."""

    name: str
    description: NotRequired[str]
    project: NotRequired[int]
    path: NotRequired[FolderPath]


class CreateShard(TypedDict):
    """What is known of a shard before its content."""

    name: NotRequired[str]
    metadata: NotRequired[JsonObject]


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
    deleted: NotRequired[str]


class FilePage(TypedDict):
    """One page of files."""

    count: int
    next: str | None
    results: list[FileInfo]


class FolderPage(TypedDict):
    """One page of folders."""

    count: int
    next: str | None
    results: list[FolderInfo]


class FolderPaths(TypedDict):
    """Folders to make."""

    paths: list[FolderPath]
    project: NotRequired[int]


class PathAssignments(TypedDict):
    """What goes where."""

    assignments: list[PathAssignment]


class RecordInfo(TypedDict):
    """A record with its id."""

    id: int
    dataset: int
    record: JsonObject


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
    """One page of shards."""

    count: int
    next: str | None
    results: list[ShardInfo]


class SharePage(TypedDict):
    """One page of shares."""

    count: int
    next: str | None
    results: list[ShareInfo]


class TagPage(TypedDict):
    """One page of tags."""

    count: int
    next: str | None
    results: list[TagInfo]


class UpdateCollection(TypedDict):
    """The fields of a collection to set."""

    name: NotRequired[str]
    description: NotRequired[str]
    metadata: NotRequired[JsonObject]
    project: NotRequired[int]


class UpdateShard(TypedDict):
    """The fields of a shard to set."""

    name: NotRequired[str]
    metadata: NotRequired[JsonObject]
