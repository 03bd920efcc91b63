"""Shapes of `filters=` and `params=` and of the objects, for type checkers."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from .types import JsonObject

Tag: TypeAlias = str


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


class ListOrganizationsFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]


class ListProjectsFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]
    name: NotRequired[str]


class ListSharesFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]


class UnshareResourceFilters(TypedDict):
    target_type: Literal["user", "project", "organization"]
    target_id: int


class ListTagsFilters(TypedDict):
    limit: NotRequired[int]
    cursor: NotRequired[str]


class RemoveTagsFilters(TypedDict):
    tag: list[Tag]
    project: NotRequired[int]


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


class ProjectPage(TypedDict):
    """One page of projects."""

    count: int
    next: str | None
    results: list[ProjectInfo]


class ShareTarget(TypedDict):
    """Whom to share a resource with."""

    target_type: Literal["user", "project", "organization"]
    target_id: int


class TagNames(TypedDict):
    """Tags to add."""

    tags: list[Tag]
    project: NotRequired[int]


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

    resource_type: Literal["dataset", "file"]
    id: int
    path: FolderPath
    name: NotRequired[str]


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
