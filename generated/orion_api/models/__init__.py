"""Models of the API, imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api_versions import ApiVersions
    from .balance_info import BalanceInfo
    from .collection_info import CollectionInfo
    from .collection_page import CollectionPage
    from .collection_state import CollectionState
    from .complete_upload import CompleteUpload
    from .create_collection import CreateCollection
    from .create_dataset import CreateDataset
    from .create_file import CreateFile
    from .create_molsearch_database import CreateMolsearchDatabase
    from .create_molsearch_database_search_type import CreateMolsearchDatabaseSearchType
    from .create_molsearch_query import CreateMolsearchQuery
    from .create_molsearch_query_query_type import CreateMolsearchQueryQueryType
    from .create_package import CreatePackage
    from .create_project import CreateProject
    from .create_secret import CreateSecret
    from .create_shard import CreateShard
    from .create_token import CreateToken
    from .create_upload import CreateUpload
    from .create_upload_resource_type import CreateUploadResourceType
    from .created_token import CreatedToken
    from .credentials import Credentials
    from .dataset_info import DatasetInfo
    from .dataset_page import DatasetPage
    from .download_dataset_format import DownloadDatasetFormat
    from .file_info import FileInfo
    from .file_page import FilePage
    from .file_state import FileState
    from .folder_info import FolderInfo
    from .folder_page import FolderPage
    from .folder_paths import FolderPaths
    from .group_info import GroupInfo
    from .group_page import GroupPage
    from .issued_token import IssuedToken
    from .job_info import JobInfo
    from .job_page import JobPage
    from .job_state import JobState
    from .json_object import JsonObject
    from .list_molsearch_databases_search_type import ListMolsearchDatabasesSearchType
    from .molsearch_database_info import MolsearchDatabaseInfo
    from .molsearch_database_page import MolsearchDatabasePage
    from .molsearch_database_state import MolsearchDatabaseState
    from .molsearch_hit_info import MolsearchHitInfo
    from .molsearch_hit_page import MolsearchHitPage
    from .molsearch_query_info import MolsearchQueryInfo
    from .molsearch_query_page import MolsearchQueryPage
    from .molsearch_query_state import MolsearchQueryState
    from .organization_info import OrganizationInfo
    from .organization_page import OrganizationPage
    from .package_info import PackageInfo
    from .package_page import PackagePage
    from .package_state import PackageState
    from .part_info import PartInfo
    from .part_numbers import PartNumbers
    from .part_page import PartPage
    from .path_assignment import PathAssignment
    from .path_assignments import PathAssignments
    from .problem import Problem
    from .project_info import ProjectInfo
    from .project_page import ProjectPage
    from .record_info import RecordInfo
    from .secret_info import SecretInfo
    from .secret_page import SecretPage
    from .shard_info import ShardInfo
    from .shard_page import ShardPage
    from .shard_state import ShardState
    from .share_info import ShareInfo
    from .share_page import SharePage
    from .share_target import ShareTarget
    from .share_target_target_type import ShareTargetTargetType
    from .start_job import StartJob
    from .tag_info import TagInfo
    from .tag_names import TagNames
    from .tag_page import TagPage
    from .token_info import TokenInfo
    from .token_page import TokenPage
    from .unshare_resource_target_type import UnshareResourceTargetType
    from .update_collection import UpdateCollection
    from .update_dataset import UpdateDataset
    from .update_file import UpdateFile
    from .update_project import UpdateProject
    from .update_secret import UpdateSecret
    from .update_shard import UpdateShard
    from .update_token import UpdateToken
    from .upload_dataset_content_format import UploadDatasetContentFormat
    from .upload_info import UploadInfo
    from .upload_page import UploadPage
    from .upload_state import UploadState
    from .upload_target import UploadTarget
    from .upload_targets import UploadTargets
    from .user_info import UserInfo
    from .user_page import UserPage
    from .work_floe_spec_info import WorkFloeSpecInfo
    from .work_floe_spec_page import WorkFloeSpecPage
    from .work_floe_spec_state import WorkFloeSpecState

__all__ = (
    "ApiVersions",
    "BalanceInfo",
    "CollectionInfo",
    "CollectionPage",
    "CollectionState",
    "CompleteUpload",
    "CreateCollection",
    "CreateDataset",
    "CreateFile",
    "CreateMolsearchDatabase",
    "CreateMolsearchDatabaseSearchType",
    "CreateMolsearchQuery",
    "CreateMolsearchQueryQueryType",
    "CreatePackage",
    "CreateProject",
    "CreateSecret",
    "CreateShard",
    "CreateToken",
    "CreateUpload",
    "CreateUploadResourceType",
    "CreatedToken",
    "Credentials",
    "DatasetInfo",
    "DatasetPage",
    "DownloadDatasetFormat",
    "FileInfo",
    "FilePage",
    "FileState",
    "FolderInfo",
    "FolderPage",
    "FolderPaths",
    "GroupInfo",
    "GroupPage",
    "IssuedToken",
    "JobInfo",
    "JobPage",
    "JobState",
    "JsonObject",
    "ListMolsearchDatabasesSearchType",
    "MolsearchDatabaseInfo",
    "MolsearchDatabasePage",
    "MolsearchDatabaseState",
    "MolsearchHitInfo",
    "MolsearchHitPage",
    "MolsearchQueryInfo",
    "MolsearchQueryPage",
    "MolsearchQueryState",
    "OrganizationInfo",
    "OrganizationPage",
    "PackageInfo",
    "PackagePage",
    "PackageState",
    "PartInfo",
    "PartNumbers",
    "PartPage",
    "PathAssignment",
    "PathAssignments",
    "Problem",
    "ProjectInfo",
    "ProjectPage",
    "RecordInfo",
    "SecretInfo",
    "SecretPage",
    "ShardInfo",
    "ShardPage",
    "ShardState",
    "ShareInfo",
    "SharePage",
    "ShareTarget",
    "ShareTargetTargetType",
    "StartJob",
    "TagInfo",
    "TagNames",
    "TagPage",
    "TokenInfo",
    "TokenPage",
    "UnshareResourceTargetType",
    "UpdateCollection",
    "UpdateDataset",
    "UpdateFile",
    "UpdateProject",
    "UpdateSecret",
    "UpdateShard",
    "UpdateToken",
    "UploadDatasetContentFormat",
    "UploadInfo",
    "UploadPage",
    "UploadState",
    "UploadTarget",
    "UploadTargets",
    "UserInfo",
    "UserPage",
    "WorkFloeSpecInfo",
    "WorkFloeSpecPage",
    "WorkFloeSpecState",
)

_MODULES = {
    "ApiVersions": ".api_versions",
    "BalanceInfo": ".balance_info",
    "CollectionInfo": ".collection_info",
    "CollectionPage": ".collection_page",
    "CollectionState": ".collection_state",
    "CompleteUpload": ".complete_upload",
    "CreateCollection": ".create_collection",
    "CreateDataset": ".create_dataset",
    "CreateFile": ".create_file",
    "CreateMolsearchDatabase": ".create_molsearch_database",
    "CreateMolsearchDatabaseSearchType": ".create_molsearch_database_search_type",
    "CreateMolsearchQuery": ".create_molsearch_query",
    "CreateMolsearchQueryQueryType": ".create_molsearch_query_query_type",
    "CreatePackage": ".create_package",
    "CreateProject": ".create_project",
    "CreateSecret": ".create_secret",
    "CreateShard": ".create_shard",
    "CreateToken": ".create_token",
    "CreateUpload": ".create_upload",
    "CreateUploadResourceType": ".create_upload_resource_type",
    "CreatedToken": ".created_token",
    "Credentials": ".credentials",
    "DatasetInfo": ".dataset_info",
    "DatasetPage": ".dataset_page",
    "DownloadDatasetFormat": ".download_dataset_format",
    "FileInfo": ".file_info",
    "FilePage": ".file_page",
    "FileState": ".file_state",
    "FolderInfo": ".folder_info",
    "FolderPage": ".folder_page",
    "FolderPaths": ".folder_paths",
    "GroupInfo": ".group_info",
    "GroupPage": ".group_page",
    "IssuedToken": ".issued_token",
    "JobInfo": ".job_info",
    "JobPage": ".job_page",
    "JobState": ".job_state",
    "JsonObject": ".json_object",
    "ListMolsearchDatabasesSearchType": ".list_molsearch_databases_search_type",
    "MolsearchDatabaseInfo": ".molsearch_database_info",
    "MolsearchDatabasePage": ".molsearch_database_page",
    "MolsearchDatabaseState": ".molsearch_database_state",
    "MolsearchHitInfo": ".molsearch_hit_info",
    "MolsearchHitPage": ".molsearch_hit_page",
    "MolsearchQueryInfo": ".molsearch_query_info",
    "MolsearchQueryPage": ".molsearch_query_page",
    "MolsearchQueryState": ".molsearch_query_state",
    "OrganizationInfo": ".organization_info",
    "OrganizationPage": ".organization_page",
    "PackageInfo": ".package_info",
    "PackagePage": ".package_page",
    "PackageState": ".package_state",
    "PartInfo": ".part_info",
    "PartNumbers": ".part_numbers",
    "PartPage": ".part_page",
    "PathAssignment": ".path_assignment",
    "PathAssignments": ".path_assignments",
    "Problem": ".problem",
    "ProjectInfo": ".project_info",
    "ProjectPage": ".project_page",
    "RecordInfo": ".record_info",
    "SecretInfo": ".secret_info",
    "SecretPage": ".secret_page",
    "ShardInfo": ".shard_info",
    "ShardPage": ".shard_page",
    "ShardState": ".shard_state",
    "ShareInfo": ".share_info",
    "SharePage": ".share_page",
    "ShareTarget": ".share_target",
    "ShareTargetTargetType": ".share_target_target_type",
    "StartJob": ".start_job",
    "TagInfo": ".tag_info",
    "TagNames": ".tag_names",
    "TagPage": ".tag_page",
    "TokenInfo": ".token_info",
    "TokenPage": ".token_page",
    "UnshareResourceTargetType": ".unshare_resource_target_type",
    "UpdateCollection": ".update_collection",
    "UpdateDataset": ".update_dataset",
    "UpdateFile": ".update_file",
    "UpdateProject": ".update_project",
    "UpdateSecret": ".update_secret",
    "UpdateShard": ".update_shard",
    "UpdateToken": ".update_token",
    "UploadDatasetContentFormat": ".upload_dataset_content_format",
    "UploadInfo": ".upload_info",
    "UploadPage": ".upload_page",
    "UploadState": ".upload_state",
    "UploadTarget": ".upload_target",
    "UploadTargets": ".upload_targets",
    "UserInfo": ".user_info",
    "UserPage": ".user_page",
    "WorkFloeSpecInfo": ".work_floe_spec_info",
    "WorkFloeSpecPage": ".work_floe_spec_page",
    "WorkFloeSpecState": ".work_floe_spec_state",
}


# Type checkers see the imports above, so that they report unknown names.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_MODULES[name], __name__), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
