"""Strict models of the objects of the contract, for a server."""

from __future__ import annotations

try:
    import pydantic  # noqa: F401
except ImportError:
    raise ImportError("orion_api.contract needs pydantic: pip install 'orion-platform-client[local]'") from None

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, ConfigDict, Field, RootModel, StrictBool, StrictFloat, StrictInt, StrictStr

from ._base import ContractModel


class Problem(ContractModel):
    """What the server says about a request that it rejected."""

    detail: Annotated[StrictStr, Field(description="One sentence for a person.")]
    code: Annotated[StrictStr | None, Field(description="Short machine-readable reason, for example `not_found`.")] = (
        None
    )
    line: Annotated[
        StrictInt | None,
        Field(
            description="Line of the uploaded text (counted from 1) where reading failed; only for rejected uploads."
        ),
    ] = None


class JsonObject(ContractModel):
    """Free-form JSON object."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="allow",
    )


class BalanceInfo(ContractModel):
    """What an organization has left to spend."""

    organization: Annotated[StrictInt, Field(description="Id of the organization.")]
    amount: Annotated[
        StrictStr,
        Field(
            description="What is left, in units of `currency`; negative where more was spent. A decimal number in a text: a JSON number becomes a binary fraction in most programs, and sums of money would be off by parts of a cent.",
            pattern="^-?[0-9]{1,15}\\.[0-9]{2,6}$",
        ),
    ]
    currency: Annotated[
        StrictStr, Field(description="Currency of the amount, three letters of ISO 4217, for example `USD`.")
    ]
    updated: Annotated[AwareDatetime, Field(description="When the balance last changed, ISO 8601 in UTC.")]


class UpdateCollection(ContractModel):
    """The fields of a collection to set."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name.", max_length=255)] = None
    description: Annotated[StrictStr | None, Field(description="New free text.", max_length=10000)] = None
    metadata: Annotated[
        JsonObject | None,
        Field(
            description="Free-form JSON object that takes the place of the whole old one; at most 262144 bytes as JSON in UTF-8 without blanks. A larger one is rejected with 422 (`metadata_too_large`)."
        ),
    ] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project to move it to; its folder stays behind.", ge=1, le=9223372036854775807),
    ] = None


class DatasetInfo(ContractModel):
    """A dataset without its records."""

    id: Annotated[StrictInt, Field(description="Number of the dataset, unique in the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.")]
    description: Annotated[StrictStr | None, Field(description="Free text; may be empty.")] = None
    count: Annotated[StrictInt, Field(description="Number of records.")]
    dirty: Annotated[
        StrictBool | None,
        Field(
            description="True while records were added and the dataset was not finalized (the field is documented, its meaning assumed)."
        ),
    ] = None
    created: Annotated[AwareDatetime, Field(description="When the dataset was made, ISO 8601 in UTC.")]
    owner: Annotated[StrictInt, Field(description="Id of the user that made the dataset.")]
    project: Annotated[StrictInt, Field(description="Id of the project that the dataset belongs to.")]
    path: Annotated[
        StrictStr | None,
        Field(
            description="Path of the folder of its project that the dataset lies in, null where it lies in none (the field is documented, its meaning assumed).",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    systemtags: Annotated[list[StrictStr] | None, Field(description="Tags that the stack itself has set.")] = None
    deleted: Annotated[
        StrictStr | None,
        Field(description="When the dataset went to the trash, ISO 8601 in UTC; empty when it is not there."),
    ] = None


class UpdateDataset(ContractModel):
    """The fields of a dataset to set."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name.", max_length=255, min_length=1)] = None
    description: Annotated[StrictStr | None, Field(description="New free text.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project to move it to; its folder stays behind.", ge=1, le=9223372036854775807),
    ] = None


class RecordInfo(ContractModel):
    """A record with its id."""

    id: Annotated[StrictInt, Field(description="Number of the record, unique in its dataset.")]
    dataset: Annotated[StrictInt, Field(description="Id of the dataset.")]
    record: Annotated[
        JsonObject,
        Field(
            description="Field name -> value, in order. A molecule is an object with `format` (`sdf` or `smiles`) and `text`."
        ),
    ]


class DatasetPage(ContractModel):
    """One page of datasets."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[DatasetInfo], Field(description="The items of this page.")]


class UpdateFile(ContractModel):
    """The fields of a file to set."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name.", max_length=255, min_length=1)] = None
    description: Annotated[StrictStr | None, Field(description="New free text.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None,
        Field(description="Id of the project to move it to; its folder stays behind.", ge=1, le=9223372036854775807),
    ] = None


class FolderPath(RootModel[StrictStr]):
    root: Annotated[
        StrictStr,
        Field(
            description="Path from the root of a project: parts behind slashes, none of which is `.` or `..`. Repeated slashes and one at the end do not count.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ]


class FolderInfo(ContractModel):
    """A folder of a project."""

    path: Annotated[StrictStr, Field(description="Path from the root of the project, for example `/screens/june`.")]
    project: Annotated[StrictInt, Field(description="Id of the project that the folder belongs to.")]
    owner: Annotated[StrictInt | None, Field(description="Id of the user that made the folder.")] = None
    created: Annotated[AwareDatetime | None, Field(description="When the folder was made, ISO 8601 in UTC.")] = None


class FolderPaths(ContractModel):
    """Folders to make."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    paths: Annotated[list[FolderPath], Field(description="Paths of the folders.", max_length=100, min_length=1)]
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project of the folders; without it the caller's default project.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None


class PathAssignment(ContractModel):
    """A resource and the folder that it goes to."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    resource_type: Annotated[
        StrictStr,
        Field(
            description="Name of the kind of resource, for example `file`; a kind that cannot lie in folders is rejected with 400.",
            max_length=50,
            min_length=1,
        ),
    ]
    id: Annotated[StrictInt, Field(description="Id of the resource.", ge=1, le=9223372036854775807)]
    path: Annotated[
        StrictStr,
        Field(
            description="Path of the folder; `/` for none.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ]
    name: Annotated[
        StrictStr | None, Field(description="New display name of the resource.", max_length=255, min_length=1)
    ] = None


class PathAssignments(ContractModel):
    """What goes where."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    assignments: Annotated[
        list[PathAssignment],
        Field(
            description="The resources and their folders; where a resource is named twice, the last holds.",
            max_length=100,
            min_length=1,
        ),
    ]


class FolderPage(ContractModel):
    """One page of folders."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[FolderInfo], Field(description="The items of this page.")]


class GroupInfo(ContractModel):
    """Users of an organization under one name."""

    id: Annotated[StrictInt, Field(description="Number of the group, unique in the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the group.")]
    description: Annotated[StrictStr | None, Field(description="What the group is for; may be empty.")] = None
    organization: Annotated[StrictInt, Field(description="Id of the organization that the group belongs to.")]
    created: Annotated[AwareDatetime | None, Field(description="When the group was made, ISO 8601 in UTC.")] = None


class GroupPage(ContractModel):
    """One page of groups."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[GroupInfo], Field(description="The items of this page.")]


class Credentials(ContractModel):
    """A user name and its password."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    username: Annotated[StrictStr, Field(description="Name of the user.", max_length=150, min_length=1)]
    password: Annotated[
        StrictStr, Field(description="Password of the user; kept by nobody.", max_length=1000, min_length=1)
    ]


class IssuedToken(ContractModel):
    """A token, shown once."""

    token: Annotated[StrictStr, Field(description="The value for the Authorization header.")]


class ApiVersions(ContractModel):
    """What the stack offers."""

    versions: Annotated[
        JsonObject,
        Field(description="Name of a kind of resource -> list of the version numbers that the stack serves."),
    ]
    server: Annotated[StrictStr | None, Field(description="Name and version of the server.")] = None
    features: Annotated[list[StrictStr] | None, Field(description="Names of optional features.")] = None


class StartJob(ContractModel):
    """What to run, and how."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Empty where it is left out.", max_length=255),
    ] = None
    workfloe: Annotated[StrictInt, Field(description="Id of the floe.", ge=1, le=9223372036854775807)]
    parameters: Annotated[
        JsonObject | None,
        Field(
            description='`promoted` holds values by promoted name, `cube` values by name or title of the cube and name of the parameter (both documented); nothing else is known. A dataset is its id or `{"datasets": [{"id": 1, "records": [1, 2]}]}`; a file its id, `{"file": 1}` or `{"files": [{"id": 1}]}`; a collection its id or `{"collections": [{"id": 1, "shards": [1]}]}`; a secret its id or `{"secrets": [{"id": 1}]}`. null stands for no value.'
        ),
    ] = None
    system_parameters: Annotated[
        JsonObject | None,
        Field(
            description="How to run the job. It is kept and shown; the local Orion, which has one machine, does nothing with it."
        ),
    ] = None
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project to put it in; without it the caller's default project.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None


class CreateMolsearchDatabase(ContractModel):
    """What to make a database of."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Empty where it is left out.", max_length=255),
    ] = None
    dataset: Annotated[StrictInt, Field(description="Id of the dataset.", ge=1, le=9223372036854775807)]
    search_type: Annotated[Literal["2D", "3D"] | None, Field(description="What it is for; without it `2D`.")] = None
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project to put it in; without it the caller's default project.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None


class CreateMolsearchQuery(ContractModel):
    """What to search, and where."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Empty where it is left out.", max_length=255),
    ] = None
    query_type: Annotated[Literal["title", "subsearch", "graphsim", "fastrocs"], Field(description="What is compared.")]
    database: Annotated[StrictInt, Field(description="Id of the database.", ge=1, le=9223372036854775807)]
    parameters: Annotated[
        JsonObject,
        Field(
            description="For `title`: `titles` (list of exact titles). For `subsearch`: `mdlquery` (the query), `subsearch_query_type` (`SMARTS`, or `MDLJSON` for a molfile or JSON that holds one), `num_hits`. For `graphsim`: `smiles`, `fingerprint_type` (`Circular`, `Path` or `MACCS`), `similarity_measure_type` (`Tanimoto`, `Dice` or `Cosine`), `max_hits`, `cutoff` (least similarity). The names are documented, the values are assumed. Other names are rejected unless their value is null."
        ),
    ]
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project to put it in; without it the caller's default project.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None


class MolsearchHitInfo(ContractModel):
    """A record that a query found."""

    rank: Annotated[StrictInt, Field(description="Place among the hits of the query, counted from 1.")]
    dataset: Annotated[StrictInt, Field(description="Id of the dataset.")]
    record: Annotated[StrictInt, Field(description="Id of the record in the dataset.")]
    title: Annotated[
        StrictStr | None,
        Field(description="Title of the record, null where it has none.", json_schema_extra={"x-orion-nullable": True}),
    ] = None
    score: Annotated[
        StrictFloat | None,
        Field(
            description="Similarity, from 0 to 1; null for searches that do not measure it.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None


class MolsearchHitPage(ContractModel):
    """One page of hits."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[MolsearchHitInfo], Field(description="The items of this page.")]


class OrganizationInfo(ContractModel):
    """A company or institute with its users and projects."""

    id: Annotated[StrictInt, Field(description="Number of the organization, unique in the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the organization.")]
    created: Annotated[AwareDatetime | None, Field(description="When the organization was made, ISO 8601 in UTC.")] = (
        None
    )


class OrganizationPage(ContractModel):
    """One page of organizations."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[OrganizationInfo], Field(description="The items of this page.")]


class CreatePackage(ContractModel):
    """What is known of a package before its archive."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Empty where it is left out.", max_length=255),
    ] = None
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project to put it in; without it the caller's default project.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None


class ProjectInfo(ContractModel):
    """A room for the work of a team."""

    id: Annotated[StrictInt, Field(description="Number of the project, unique in the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the project.")]
    description: Annotated[StrictStr | None, Field(description="What the project is for; may be empty.")] = None
    owner: Annotated[StrictInt | None, Field(description="Id of the user that made the project.")] = None
    organization: Annotated[StrictInt, Field(description="Id of the organization that the project belongs to.")]
    created: Annotated[AwareDatetime | None, Field(description="When the project was made, ISO 8601 in UTC.")] = None
    archived: Annotated[
        StrictBool | None, Field(description="Whether the project is closed for changes; it can still be read.")
    ] = None


class CreateProject(ContractModel):
    """What a new project is."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr, Field(description="Name of the project; need not be unique.", max_length=255, min_length=1)
    ]
    description: Annotated[StrictStr | None, Field(description="What the project is for.", max_length=10000)] = None


class UpdateProject(ContractModel):
    """The fields of a project to set."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New name.", max_length=255, min_length=1)] = None
    description: Annotated[
        StrictStr | None, Field(description="New text of what the project is for.", max_length=10000)
    ] = None
    archived: Annotated[
        StrictBool | None, Field(description="True closes the project for changes, false opens it again.")
    ] = None


class ProjectPage(ContractModel):
    """One page of projects."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[ProjectInfo], Field(description="The items of this page.")]


class SecretInfo(ContractModel):
    """A secret without its value."""

    id: Annotated[StrictInt, Field(description="Number of the secret, unique in the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.")]
    description: Annotated[StrictStr | None, Field(description="Free text; may be empty.")] = None
    project: Annotated[StrictInt, Field(description="Id of the project that the secret belongs to.")]
    owner: Annotated[StrictInt, Field(description="Id of the user that made the secret.")]
    created: Annotated[AwareDatetime, Field(description="When the secret was made, ISO 8601 in UTC.")]
    changed: Annotated[AwareDatetime, Field(description="When the value was last set, ISO 8601 in UTC.")]


class CreateSecret(ContractModel):
    """A new secret."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.", max_length=255, min_length=1)]
    value: Annotated[
        StrictStr,
        Field(
            description="What is to be kept, 1 to 65536 characters; shown by no operation.",
            max_length=65536,
            min_length=1,
        ),
    ]
    description: Annotated[StrictStr | None, Field(description="Free text.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project to put it in; without it the caller's default project.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None


class UpdateSecret(ContractModel):
    """The fields of a secret to set."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name.", max_length=255, min_length=1)] = None
    value: Annotated[
        StrictStr | None,
        Field(
            description="What is to be kept from now on, 1 to 65536 characters; shown by no operation.",
            max_length=65536,
            min_length=1,
        ),
    ] = None
    description: Annotated[StrictStr | None, Field(description="New free text.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None, Field(description="Id of the project to move it to.", ge=1, le=9223372036854775807)
    ] = None


class SecretPage(ContractModel):
    """One page of secrets."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[SecretInfo], Field(description="The items of this page.")]


class CreateShard(ContractModel):
    """What is known of a shard before its content."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Empty where it is left out.", max_length=255),
    ] = None
    metadata: Annotated[
        JsonObject | None,
        Field(
            description="Free-form JSON object; at most 262144 bytes as JSON in UTF-8 without blanks. A larger one is rejected with 422 (`metadata_too_large`)."
        ),
    ] = None


class UpdateShard(ContractModel):
    """The fields of a shard to set."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr | None, Field(description="New display name.", max_length=255)] = None
    metadata: Annotated[
        JsonObject | None,
        Field(
            description="Free-form JSON object that takes the place of the whole old one; at most 262144 bytes as JSON in UTF-8 without blanks. A larger one is rejected with 422 (`metadata_too_large`)."
        ),
    ] = None


class ShareTarget(ContractModel):
    """Whom to share a resource with."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    target_type: Annotated[
        Literal["user", "group", "project", "organization"], Field(description="Kind of those whom it is shared with.")
    ]
    target_id: Annotated[
        StrictInt, Field(description="Id of the user, group, project or organization.", ge=1, le=9223372036854775807)
    ]


class ShareInfo(ContractModel):
    """A share of a resource."""

    target_type: Annotated[
        StrictStr, Field(description="Kind of those whom it is shared with, for example `user` or `group`.")
    ]
    target_id: Annotated[StrictInt, Field(description="Id of the user, group, project or organization.")]
    owner: Annotated[StrictInt | None, Field(description="Id of the user that shared it.")] = None
    created: Annotated[AwareDatetime | None, Field(description="When it was shared, ISO 8601 in UTC.")] = None


class SharePage(ContractModel):
    """One page of shares."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[ShareInfo], Field(description="The items of this page.")]


class TagInfo(ContractModel):
    """A tag on a resource."""

    name: Annotated[StrictStr, Field(description="Text of the tag.")]
    project: Annotated[StrictInt, Field(description="Id of the project that the tag belongs to.")]
    created: Annotated[
        AwareDatetime | None, Field(description="When the resource was given the tag, ISO 8601 in UTC.")
    ] = None


class Tag(RootModel[StrictStr]):
    root: Annotated[StrictStr, Field(max_length=255, min_length=1)]


class TagNames(ContractModel):
    """Tags to add."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    tags: Annotated[list[Tag], Field(description="The texts of the tags.", max_length=50, min_length=1)]
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project that the tags belong to; without it the project of the resource.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None


class TagPage(ContractModel):
    """One page of tags."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[TagInfo], Field(description="The items of this page.")]


class TokenInfo(ContractModel):
    """A token without its value."""

    id: Annotated[StrictInt, Field(description="Number of the token, unique in the stack.")]
    description: Annotated[StrictStr, Field(description="What the token is for; may be empty.")]
    created: Annotated[AwareDatetime, Field(description="When the token was made, ISO 8601 in UTC.")]


class CreatedToken(ContractModel):
    """A token that was just made, with its value."""

    id: Annotated[StrictInt, Field(description="Number of the token, unique in the stack.")]
    description: Annotated[StrictStr, Field(description="What the token is for; may be empty.")]
    created: Annotated[AwareDatetime, Field(description="When the token was made, ISO 8601 in UTC.")]
    token: Annotated[StrictStr, Field(description="The value for the Authorization header, shown this once.")]


class CreateToken(ContractModel):
    """What is known of a token before it is made."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    description: Annotated[StrictStr | None, Field(description="What the token is for.", max_length=255)] = None


class UpdateToken(ContractModel):
    """The fields of a token to set."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    description: Annotated[
        StrictStr | None, Field(description="New text of what the token is for.", max_length=255)
    ] = None


class TokenPage(ContractModel):
    """One page of tokens."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[TokenInfo], Field(description="The items of this page.")]


class CreateUpload(ContractModel):
    """Where the content goes, and how it is cut."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    resource_type: Annotated[Literal["file", "shard"], Field(description="Kind of what it goes to.")]
    resource_id: Annotated[
        StrictInt, Field(description="Id of the file or shard that it goes to.", ge=1, le=9223372036854775807)
    ]
    collection: Annotated[
        StrictInt | None,
        Field(
            description="Id of the collection of the shard; left out for a file. Otherwise the request is rejected with 422.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None
    size: Annotated[StrictInt, Field(description="Length of the whole content in bytes.", ge=1, le=5368709120)]
    part_size: Annotated[
        StrictInt,
        Field(description="Length of every part but the last in bytes; at most 10,000 parts.", ge=1, le=5368709120),
    ]


class PartInfo(ContractModel):
    """A part that is there."""

    number: Annotated[StrictInt, Field(description="Number of the part, counted from 1.")]
    size: Annotated[StrictInt, Field(description="Length of the part in bytes.")]
    sha256: Annotated[StrictStr, Field(description="SHA-256 digest of the part in lower-case hexadecimal.")]


class PartPage(ContractModel):
    """One page of parts."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[PartInfo], Field(description="The items of this page.")]


class Number(RootModel[StrictInt]):
    root: Annotated[StrictInt, Field(ge=1, le=10000)]


class PartNumbers(ContractModel):
    """The parts that addresses are wanted for."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    numbers: Annotated[
        list[Number], Field(description="Numbers of parts, counted from 1.", max_length=1000, min_length=1)
    ]


class UploadTarget(ContractModel):
    """An address for one part."""

    number: Annotated[StrictInt, Field(description="Number of the part, counted from 1.")]
    url: Annotated[StrictStr, Field(description="Whole address for a PUT of the part; whoever has it needs no token.")]
    expires: Annotated[AwareDatetime, Field(description="When the address stops working, ISO 8601 in UTC.")]


class CompleteUpload(ContractModel):
    """What the parts must be together."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    size: Annotated[StrictInt, Field(description="Length of the whole content in bytes.", ge=1, le=5368709120)]
    digest: Annotated[
        StrictStr,
        Field(
            description="SHA-256 digest in lower-case hexadecimal over the raw SHA-256 digests (32 bytes each) of the parts in order.",
            pattern="^[0-9a-f]{64}$",
        ),
    ]


class UserInfo(ContractModel):
    """A person with an account."""

    id: Annotated[StrictInt, Field(description="Number of the user, unique in the stack.")]
    username: Annotated[StrictStr, Field(description="Name that the user signs in with.")]
    email: Annotated[StrictStr | None, Field(description="Address for mail; empty where it is not shown.")] = None
    first_name: Annotated[StrictStr | None, Field(description="Given name; may be empty.")] = None
    last_name: Annotated[StrictStr | None, Field(description="Family name; may be empty.")] = None
    organization: Annotated[StrictInt, Field(description="Id of the organization of the user.")]
    created: Annotated[AwareDatetime | None, Field(description="When the account was made, ISO 8601 in UTC.")] = None


class UserPage(ContractModel):
    """One page of users."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[UserInfo], Field(description="The items of this page.")]


class CollectionInfo(ContractModel):
    """A collection without its shards."""

    id: Annotated[StrictInt, Field(description="Number of the collection, unique in the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; may be empty and need not be unique.")]
    state: Annotated[StrictStr, Field(description="Whether the collection takes shards.")]
    metadata: Annotated[JsonObject, Field(description="Free-form JSON object, as it was given.")]
    version: Annotated[
        StrictInt | None,
        Field(
            description="Version of the collection, 1 or 2; the ids of shards in one of version 2 are greater than 2^53."
        ),
    ] = None
    shard_count: Annotated[StrictInt | None, Field(description="Number of shards that are there, in any state.")] = None
    created: Annotated[AwareDatetime | None, Field(description="When the collection was made, ISO 8601 in UTC.")] = None
    owner: Annotated[StrictInt | None, Field(description="Id of the user that made the collection.")] = None
    project: Annotated[StrictInt | None, Field(description="Id of the project that the collection belongs to.")] = None
    description: Annotated[StrictStr | None, Field(description="Free text; may be empty.")] = None
    path: Annotated[
        StrictStr | None,
        Field(
            description="Path of the folder of its project that the collection lies in; null where it lies in none.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    deleted: Annotated[
        StrictStr | None,
        Field(description="When the collection went to the trash, ISO 8601 in UTC; empty when it is not there."),
    ] = None


class CreateCollection(ContractModel):
    """What is known of a collection before its shards."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[
        StrictStr | None,
        Field(description="Display name; need not be unique. Empty where it is left out.", max_length=255),
    ] = None
    description: Annotated[StrictStr | None, Field(description="Free text.", max_length=10000)] = None
    metadata: Annotated[
        JsonObject | None,
        Field(
            description="Free-form JSON object; at most 262144 bytes as JSON in UTF-8 without blanks. A larger one is rejected with 422 (`metadata_too_large`)."
        ),
    ] = None
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project to put it in; without it the caller's default project.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None
    path: Annotated[
        StrictStr | None,
        Field(
            description="Path of the folder to put it in, which is made where it is missing; without it, it lies in none.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ] = None
    version: Annotated[
        StrictInt | None, Field(description="Version of the collection, 1 or 2; without it 1.", ge=1, le=2)
    ] = None


class CollectionPage(ContractModel):
    """One page of collections."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[CollectionInfo], Field(description="The items of this page.")]


class CreateDataset(ContractModel):
    """What is known of a dataset before its records."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.", max_length=255, min_length=1)]
    description: Annotated[StrictStr | None, Field(description="Free text.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project to put it in; without it the caller's default project.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None
    path: Annotated[
        StrictStr | None,
        Field(
            description="Path of the folder to put it in, which is made where it is missing; without it, it lies in none.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ] = None


class FileInfo(ContractModel):
    """A file without its content."""

    id: Annotated[StrictInt, Field(description="Number of the file, unique in the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.")]
    state: Annotated[StrictStr, Field(description="Whether the content is there.")]
    size: Annotated[StrictInt, Field(description="Length of the content in bytes; 0 before the upload.")]
    created: Annotated[AwareDatetime, Field(description="When the file was made, ISO 8601 in UTC.")]
    owner: Annotated[StrictInt, Field(description="Id of the user that made the file.")]
    project: Annotated[StrictInt, Field(description="Id of the project that the file belongs to.")]
    description: Annotated[StrictStr | None, Field(description="Free text; may be empty.")] = None
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
            description="Path of the folder of its project that the file lies in; null where it lies in none.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    deleted: Annotated[
        StrictStr | None,
        Field(description="When the file went to the trash, ISO 8601 in UTC; empty when it is not there."),
    ] = None


class CreateFile(ContractModel):
    """What is known of a file before its content."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
    )
    name: Annotated[StrictStr, Field(description="Display name; need not be unique.", max_length=255, min_length=1)]
    description: Annotated[StrictStr | None, Field(description="Free text.", max_length=10000)] = None
    project: Annotated[
        StrictInt | None,
        Field(
            description="Id of the project to put it in; without it the caller's default project.",
            ge=1,
            le=9223372036854775807,
        ),
    ] = None
    path: Annotated[
        StrictStr | None,
        Field(
            description="Path of the folder to put it in, which is made where it is missing; without it, it lies in none.",
            max_length=1000,
            min_length=1,
            pattern="^(/+([^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.[^/.\\x00-\\x1f\\x7f][^/\\x00-\\x1f\\x7f]*|\\.\\.[^/\\x00-\\x1f\\x7f]+))*/*$",
        ),
    ] = None


class FilePage(ContractModel):
    """One page of files."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[FileInfo], Field(description="The items of this page.")]


class JobInfo(ContractModel):
    """A run of a floe."""

    id: Annotated[StrictInt, Field(description="Number of the job, unique in the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; may be empty and need not be unique.")]
    state: Annotated[
        StrictStr, Field(description="How far the job is; `complete` is the only end, also of one that failed.")
    ]
    reason: Annotated[
        StrictStr, Field(description="Why the job did not succeed, in a sentence; empty on success and before the end.")
    ]
    outcome: Annotated[
        StrictStr | None,
        Field(
            description="How the job ended: `succeeded`, `failed` or `cancelled`; null before.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    progress: Annotated[
        StrictFloat | None, Field(description="How much is done, from 0 to 1, as the job itself says.")
    ] = None
    workfloe: Annotated[StrictInt, Field(description="Id of the floe.")]
    parameters: Annotated[JsonObject | None, Field(description="The parameters as they were given.")] = None
    system_parameters: Annotated[
        JsonObject | None, Field(description="What was said about how to run the job, as it was given.")
    ] = None
    created: Annotated[AwareDatetime | None, Field(description="When the job was made, ISO 8601 in UTC.")] = None
    started: Annotated[
        AwareDatetime | None,
        Field(
            description="When the job left the queue, ISO 8601 in UTC; null before.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    finished: Annotated[
        AwareDatetime | None,
        Field(
            description="When the job ended, ISO 8601 in UTC; null before.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    run_time: Annotated[
        StrictFloat | None,
        Field(
            description="How long the job ran until now or its end, in seconds; waiting in the queue does not count."
        ),
    ] = None
    cost: Annotated[
        StrictStr | None,
        Field(
            description="What the job cost until now, in units of `currency`. A decimal number in a text, see BalanceInfo.",
            pattern="^[0-9]{1,15}\\.[0-9]{2,6}$",
        ),
    ] = None
    currency: Annotated[
        StrictStr | None, Field(description="Currency of the cost, three letters of ISO 4217, for example `USD`.")
    ] = None
    owner: Annotated[StrictInt | None, Field(description="Id of the user that made the job.")] = None
    project: Annotated[StrictInt | None, Field(description="Id of the project that the job belongs to.")] = None


class JobPage(ContractModel):
    """One page of jobs."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[JobInfo], Field(description="The items of this page.")]


class MolsearchDatabaseInfo(ContractModel):
    """A dataset that can be searched for molecules."""

    id: Annotated[StrictInt, Field(description="Number of the database, unique in the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; may be empty and need not be unique.")]
    state: Annotated[StrictStr, Field(description="Whether it can be searched.")]
    search_type: Annotated[
        StrictStr, Field(description="What it is for, `2D` (title, substructure and fingerprint search) or `3D`.")
    ]
    dataset: Annotated[StrictInt | None, Field(description="Id of the dataset that it was made of.")] = None
    count: Annotated[StrictInt | None, Field(description="Number of records when it was loaded; 0 before.")] = None
    created: Annotated[AwareDatetime | None, Field(description="When the database was made, ISO 8601 in UTC.")] = None
    owner: Annotated[StrictInt | None, Field(description="Id of the user that made the database.")] = None
    project: Annotated[StrictInt | None, Field(description="Id of the project that the database belongs to.")] = None


class MolsearchDatabasePage(ContractModel):
    """One page of databases."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[MolsearchDatabaseInfo], Field(description="The items of this page.")]


class MolsearchQueryInfo(ContractModel):
    """A search without its hits."""

    id: Annotated[StrictInt, Field(description="Number of the query, unique in the stack.")]
    name: Annotated[StrictStr, Field(description="Display name; may be empty and need not be unique.")]
    query_type: Annotated[
        StrictStr | None, Field(description="What is compared, `title`, `subsearch`, `graphsim` or `fastrocs`.")
    ] = None
    database: Annotated[StrictInt | None, Field(description="Id of the database.")] = None
    state: Annotated[StrictStr, Field(description="How far the query is.")]
    reason: Annotated[StrictStr | None, Field(description="Why the state is `ERROR`, in a sentence; else empty.")] = (
        None
    )
    parameters: Annotated[JsonObject | None, Field(description="What is searched for, as it was given.")] = None
    count: Annotated[StrictInt | None, Field(description="Number of hits; 0 before the end.")] = None
    created: Annotated[AwareDatetime | None, Field(description="When the query was made, ISO 8601 in UTC.")] = None
    owner: Annotated[StrictInt | None, Field(description="Id of the user that made the query.")] = None
    project: Annotated[StrictInt | None, Field(description="Id of the project that the query belongs to.")] = None


class MolsearchQueryPage(ContractModel):
    """One page of queries."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[MolsearchQueryInfo], Field(description="The items of this page.")]


class PackageInfo(ContractModel):
    """A package without its archive."""

    id: Annotated[StrictInt, Field(description="Number of the package, unique in the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the package, from its manifest once that is there.")]
    version: Annotated[StrictStr | None, Field(description="Version from the manifest; empty before the upload.")] = (
        None
    )
    state: Annotated[StrictStr, Field(description="Whether the floes of the package are there.")]
    reason: Annotated[StrictStr | None, Field(description="Why the state is `error`, in a sentence; else empty.")] = (
        None
    )
    specification: Annotated[
        JsonObject, Field(description="The manifest; empty before the upload. Listings hold it too (observed).")
    ]
    size: Annotated[StrictInt | None, Field(description="Length of the archive in bytes; 0 before the upload.")] = None
    sha256: Annotated[
        StrictStr | None,
        Field(
            description="SHA-256 digest of the archive in lower-case hexadecimal; null before the upload.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    created: Annotated[AwareDatetime | None, Field(description="When the package was made, ISO 8601 in UTC.")] = None
    owner: Annotated[StrictInt | None, Field(description="Id of the user that made the package.")] = None
    project: Annotated[StrictInt | None, Field(description="Id of the project that the package belongs to.")] = None


class PackagePage(ContractModel):
    """One page of packages."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[PackageInfo], Field(description="The items of this page.")]


class ShardInfo(ContractModel):
    """A shard without its content."""

    id: Annotated[
        StrictInt,
        Field(description="Number of the shard, unique in the stack; greater than 2^53 in a collection of version 2."),
    ]
    id_str: Annotated[
        StrictStr | None,
        Field(
            description="The same number as text, which survives programs that read every number as a double. The name is documented for links."
        ),
    ] = None
    collection: Annotated[StrictInt, Field(description="Id of the collection that the shard belongs to.")]
    name: Annotated[StrictStr, Field(description="Display name; may be empty and need not be unique.")]
    state: Annotated[StrictStr, Field(description="Whether the content is there and final.")]
    size: Annotated[StrictInt | None, Field(description="Length of the content in bytes; 0 before the upload.")] = None
    metadata: Annotated[JsonObject, Field(description="Free-form JSON object, as it was given.")]
    created: Annotated[AwareDatetime | None, Field(description="When the shard was made, ISO 8601 in UTC.")] = None
    sha256: Annotated[
        StrictStr | None,
        Field(
            description="SHA-256 digest of the content in lower-case hexadecimal; null before the upload.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None


class ShardPage(ContractModel):
    """One page of shards."""

    count: Annotated[
        StrictInt, Field(description="Number of items in all pages together; those that `offset` leaves out count too.")
    ]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[ShardInfo], Field(description="The items of this page.")]


class UploadInfo(ContractModel):
    """An upload in parts."""

    id: Annotated[StrictInt, Field(description="Number of the upload, unique in the stack.")]
    resource_type: Annotated[StrictStr, Field(description="Kind of what it goes to, `file` or `shard`.")]
    resource_id: Annotated[StrictInt, Field(description="Id of the file or shard that it goes to.")]
    collection: Annotated[
        StrictInt | None,
        Field(
            description="Id of the collection of the shard; null for a file.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ]
    size: Annotated[StrictInt, Field(description="Length of the whole content in bytes.")]
    part_size: Annotated[StrictInt, Field(description="Length of every part but the last in bytes.")]
    state: Annotated[StrictStr, Field(description="Whether parts are still taken.")]
    presigned: Annotated[
        StrictBool,
        Field(
            description="True where parts go to addresses of obtain_upload_targets, false where they go to upload_part."
        ),
    ]
    received: Annotated[StrictInt, Field(description="Length of the parts that are there together in bytes.")]
    created: Annotated[AwareDatetime, Field(description="When the upload was made, ISO 8601 in UTC.")]
    owner: Annotated[StrictInt, Field(description="Id of the user that made the upload.")]


class UploadPage(ContractModel):
    """One page of uploads."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[UploadInfo], Field(description="The items of this page.")]


class UploadTargets(ContractModel):
    """Addresses for parts."""

    targets: Annotated[list[UploadTarget], Field(description="One address for each number, in the same order.")]


class WorkFloeSpecInfo(ContractModel):
    """A floe: a program with named parameters."""

    id: Annotated[StrictInt, Field(description="Number of the floe, unique in the stack.")]
    name: Annotated[StrictStr, Field(description="Name of the floe; need not be unique.")]
    title: Annotated[StrictStr, Field(description="What a person reads in place of the name; may be empty.")]
    uuid: Annotated[StrictStr, Field(description="Identity of the floe over all its versions.")]
    state: Annotated[StrictStr, Field(description="Whether jobs can be started of it.")]
    description: Annotated[StrictStr | None, Field(description="Free text; may be empty.")] = None
    tags: Annotated[list[StrictStr] | None, Field(description="The tags of the floe; its maker gives them.")] = None
    package: Annotated[
        StrictInt | None,
        Field(
            description="Id of the package that it came in, null where it is part of the stack.",
            json_schema_extra={"x-orion-nullable": True},
        ),
    ] = None
    created: Annotated[
        AwareDatetime | None, Field(description="When the stack first saw the floe, ISO 8601 in UTC.")
    ] = None
    specification: Annotated[
        JsonObject,
        Field(
            description="Empty in a listing. Else `name`, `title`, `description`, `uuid` and `cubes`. Each cube has `name`, `type`, perhaps `title`, and `parameters`. Each parameter has `name`, `type`, `title`, `description`, `required`, and where they apply `promoted_name`, `default`, `choices` (list) and `many` (true where it takes a list). Types are string, integer, decimal, boolean, json, file, dataset, collection, secret, and for the names of what is made dataset_out, collection_out and file_out (the types are assumed)."
        ),
    ]


class WorkFloeSpecPage(ContractModel):
    """One page of floes."""

    count: Annotated[StrictInt, Field(description="Number of items in all pages together.")]
    next: Annotated[
        StrictStr | None,
        Field(description="Link to the next page, null on the last.", json_schema_extra={"x-orion-nullable": True}),
    ]
    results: Annotated[list[WorkFloeSpecInfo], Field(description="The items of this page.")]
