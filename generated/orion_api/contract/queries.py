"""Pydantic models of the query parameters of the contract, for servers; unknown parameters are rejected."""

from __future__ import annotations

try:
    import pydantic  # noqa: F401
except ImportError:
    raise ImportError("orion_api.contract needs pydantic: pip install 'orion-platform-client[local]'") from None

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel


class Tag(RootModel[str]):
    root: Annotated[str, Field(max_length=255, min_length=1)]


class TagFilter(RootModel[str]):
    root: Annotated[str, Field(max_length=255, min_length=1)]


class State(RootModel[str]):
    root: Annotated[str, Field(max_length=50)]


class DeleteCollectionQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    immediate: bool | None = False


class SystagFilter(RootModel[str]):
    root: Annotated[str, Field(max_length=255, min_length=1)]


class DeleteDatasetQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    immediate: bool | None = False


class UploadDatasetContentQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    format: Annotated[str, Field(max_length=255, min_length=1)]


class RecordId(RootModel[int]):
    root: Annotated[int, Field(ge=1, le=9223372036854775807)]


class ListRecordsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    record_ids: Annotated[list[RecordId] | None, Field(max_length=200)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = 0
    limit: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None


class Fieldlist(RootModel[str]):
    root: Annotated[str, Field(max_length=255, min_length=1)]


class DownloadDatasetQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    format: Annotated[str | None, Field(max_length=255, min_length=1)] = "binary"
    record_ids: Annotated[list[RecordId] | None, Field(max_length=200)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = 0
    limit: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    fieldlist: Annotated[list[Fieldlist] | None, Field(max_length=200)] = None


class ListExportsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    report_type: Annotated[str | None, Field(max_length=50)] = None
    state: Annotated[str | None, Field(max_length=50)] = None


class DeleteFileQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    immediate: bool | None = False


class ListFoldersQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    path_contains: Annotated[str | None, Field(max_length=1000, min_length=1)] = None


class ListGroupsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None


class DownloadJobLogsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = 0


class Type(RootModel[str]):
    root: Annotated[str, Field(max_length=50)]


class ListMolsearchDatabasesQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created|type)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    state: Annotated[str | None, Field(max_length=50)] = None
    states: Annotated[list[State] | None, Field(max_length=50)] = None
    dataset: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    collection: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    search_type: Literal["2D", "3D"] | None = None
    types: Annotated[list[Type] | None, Field(max_length=50)] = None


class DownloadMolsearchDatabaseLogsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = 0


class ListMolsearchQueriesQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created|type)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    state: Annotated[str | None, Field(max_length=50)] = None
    states: Annotated[list[State] | None, Field(max_length=50)] = None
    database: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    types: Annotated[list[Type] | None, Field(max_length=50)] = None


class ListMolsearchHitsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None


class DownloadMolsearchHitsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    format: Annotated[str | None, Field(max_length=255, min_length=1)] = "csv"


class GetMolsearchSmilesQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    title: Annotated[str, Field(max_length=1000, min_length=1)]


class ListOrganizationsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None


class ListPackagesQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    state: Annotated[str | None, Field(max_length=50)] = None
    states: Annotated[list[State] | None, Field(max_length=50)] = None
    version: Annotated[str | None, Field(max_length=255)] = None


class ListProjectsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    archived: bool | None = None
    deleted: bool | None = False
    expired: bool | None = False


class ListScalingGroupsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None


class ListServiceSpecsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None


class ListServiceTasksQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    states: Annotated[list[State] | None, Field(max_length=50)] = None
    spec: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None


class DownloadServiceTaskLogsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = 0


class ListShardsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    state: Annotated[list[State] | None, Field(max_length=50)] = None
    states: Annotated[list[State] | None, Field(max_length=50)] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None


class ListSharesQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None


class UnshareResourceQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    target_type: Literal["user", "group", "project", "workspace", "organization"]
    target_id: Annotated[int, Field(ge=1, le=9223372036854775807)]


class ListTagsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None


class RemoveTagsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    tag: Annotated[list[Tag], Field(max_length=50, min_length=1)]
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None


class ListTokensQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|created)$")] = None


class ListUploadsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|created|type)$")] = None
    resource_type: Annotated[str | None, Field(max_length=50)] = None
    resource_id: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    state: Annotated[str | None, Field(max_length=50)] = None


class ListPartsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None


class ListUsersQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    username: Annotated[str | None, Field(max_length=150)] = None


class ListClassificationsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    path: Annotated[str | None, Field(max_length=255)] = None
    depth: Annotated[int | None, Field(ge=1, le=100)] = None


class ListWorkspacesQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None


class ListWorkspaceUsersQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None


class ListCollectionsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    tags: Annotated[list[Tag] | None, Field(max_length=50)] = None
    tag_filters: Annotated[list[TagFilter] | None, Field(max_length=50)] = None
    tag_match: Annotated[
        Literal["exact", "iexact", "contains", "icontains", "startswith", "istartswith"] | None,
        Field(description="How tags are compared."),
    ] = None
    path: Annotated[
        str | None,
        Field(
            description="Path from the team root of a project: names separated by slashes, none of them `.` or `..`. Repeated and trailing slashes are ignored. A path whose first name is `project` or `organization` is absolute: `/project/<id>/team/...`, `/project/<id>/user/<username>/...`, `/project/<id>/workspace/<id>/...` or `/organization/...`.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ] = None
    path_contains: Annotated[str | None, Field(max_length=1000, min_length=1)] = None
    deleted: bool | None = False
    expired: bool | None = False
    state: Annotated[str | None, Field(max_length=50)] = None
    states: Annotated[list[State] | None, Field(max_length=50)] = None


class ListDatasetsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    tags: Annotated[list[Tag] | None, Field(max_length=50)] = None
    tag_filters: Annotated[list[TagFilter] | None, Field(max_length=50)] = None
    systag_filters: Annotated[list[SystagFilter] | None, Field(max_length=50)] = None
    tag_match: Annotated[
        Literal["exact", "iexact", "contains", "icontains", "startswith", "istartswith"] | None,
        Field(description="How tags are compared."),
    ] = None
    path: Annotated[
        str | None,
        Field(
            description="Path from the team root of a project: names separated by slashes, none of them `.` or `..`. Repeated and trailing slashes are ignored. A path whose first name is `project` or `organization` is absolute: `/project/<id>/team/...`, `/project/<id>/user/<username>/...`, `/project/<id>/workspace/<id>/...` or `/organization/...`.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ] = None
    path_contains: Annotated[str | None, Field(max_length=1000, min_length=1)] = None
    deleted: bool | None = False
    expired: bool | None = False


class ListFilesQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    tags: Annotated[list[Tag] | None, Field(max_length=50)] = None
    tag_filters: Annotated[list[TagFilter] | None, Field(max_length=50)] = None
    tag_match: Annotated[
        Literal["exact", "iexact", "contains", "icontains", "startswith", "istartswith"] | None,
        Field(description="How tags are compared."),
    ] = None
    path: Annotated[
        str | None,
        Field(
            description="Path from the team root of a project: names separated by slashes, none of them `.` or `..`. Repeated and trailing slashes are ignored. A path whose first name is `project` or `organization` is absolute: `/project/<id>/team/...`, `/project/<id>/user/<username>/...`, `/project/<id>/workspace/<id>/...` or `/organization/...`.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ] = None
    path_contains: Annotated[str | None, Field(max_length=1000, min_length=1)] = None
    deleted: bool | None = False
    expired: bool | None = False
    state: Annotated[str | None, Field(max_length=50)] = None
    states: Annotated[list[State] | None, Field(max_length=50)] = None


class ListEntriesQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    path: Annotated[
        str,
        Field(
            description="Absolute path of a folder or an item, or the address of an item. A path starts with one of the roots `/project/<id>/team/`, `/project/<id>/user/<username>/`, `/project/<id>/workspace/<id>/` and `/organization/`; no name in it is `.` or `..`, and repeated slashes are ignored. An address is `file://<id>`, `dataset://<id>` or `collection://<id>`.",
            max_length=1500,
            min_length=1,
            pattern="^((file|dataset|collection)://[0-9]{1,19}|(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))+/*)$",
        ),
    ]
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    tags: Annotated[list[Tag] | None, Field(max_length=50)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    deleted: bool | None = False
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    types: Annotated[list[Literal["folder", "file", "dataset", "collection"]] | None, Field(max_length=10)] = None
    expired: bool | None = False
    order_by: Annotated[str | None, Field(pattern="^-?(name|id|created|type)$")] = "name"


class GetEntryQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    path: Annotated[
        str,
        Field(
            description="Absolute path of a folder or an item, or the address of an item. A path starts with one of the roots `/project/<id>/team/`, `/project/<id>/user/<username>/`, `/project/<id>/workspace/<id>/` and `/organization/`; no name in it is `.` or `..`, and repeated slashes are ignored. An address is `file://<id>`, `dataset://<id>` or `collection://<id>`.",
            max_length=1500,
            min_length=1,
            pattern="^((file|dataset|collection)://[0-9]{1,19}|(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))+/*)$",
        ),
    ]


class ListJobsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    tags: Annotated[list[Tag] | None, Field(max_length=50)] = None
    tag_filters: Annotated[list[TagFilter] | None, Field(max_length=50)] = None
    tag_match: Annotated[
        Literal["exact", "iexact", "contains", "icontains", "startswith", "istartswith"] | None,
        Field(description="How tags are compared."),
    ] = None
    state: Annotated[str | None, Field(max_length=50)] = None
    states: Annotated[list[State] | None, Field(max_length=50)] = None
    workfloe: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    job_type: Annotated[str | None, Field(max_length=50)] = None


class ListSecretsQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    tags: Annotated[list[Tag] | None, Field(max_length=50)] = None
    tag_filters: Annotated[list[TagFilter] | None, Field(max_length=50)] = None
    tag_match: Annotated[
        Literal["exact", "iexact", "contains", "icontains", "startswith", "istartswith"] | None,
        Field(description="How tags are compared."),
    ] = None


class ListWorkfloesQuery(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    limit: Annotated[int | None, Field(ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(max_length=2000)] = None
    offset: Annotated[int | None, Field(ge=0, le=9223372036854775807)] = None
    order_by: Annotated[str | None, Field(pattern="^-?(id|name|created|recently_used)$")] = None
    name: Annotated[str | None, Field(max_length=255)] = None
    name_contains: Annotated[str | None, Field(max_length=255)] = None
    name_icontains: Annotated[str | None, Field(max_length=255)] = None
    title: Annotated[str | None, Field(max_length=255)] = None
    state: Annotated[str | None, Field(max_length=50)] = None
    states: Annotated[list[State] | None, Field(max_length=50)] = None
    tags: Annotated[list[Tag] | None, Field(max_length=50)] = None
    tag_filters: Annotated[list[TagFilter] | None, Field(max_length=50)] = None
    tag_match: Annotated[
        Literal["exact", "iexact", "contains", "icontains", "startswith", "istartswith"] | None,
        Field(description="How tags are compared."),
    ] = None
    classification: Annotated[str | None, Field(max_length=255)] = None
    uuid: Annotated[str | None, Field(max_length=255)] = None
    package: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    version: Annotated[str | None, Field(max_length=255)] = None
    owner: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
    project: Annotated[int | None, Field(ge=1, le=9223372036854775807)] = None
