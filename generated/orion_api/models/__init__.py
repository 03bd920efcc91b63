"""The objects of the API. Each is loaded when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api_versions import ApiVersions
    from .balance_info import BalanceInfo
    from .collection_info import CollectionInfo
    from .collection_page import CollectionPage
    from .collection_state import CollectionState
    from .create_collection import CreateCollection
    from .create_dataset import CreateDataset
    from .create_file import CreateFile
    from .create_project import CreateProject
    from .create_secret import CreateSecret
    from .create_shard import CreateShard
    from .create_token import CreateToken
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
    from .json_object import JsonObject
    from .organization_info import OrganizationInfo
    from .organization_page import OrganizationPage
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
    from .user_info import UserInfo
    from .user_page import UserPage

__all__ = (
    "ApiVersions",
    "BalanceInfo",
    "CollectionInfo",
    "CollectionPage",
    "CollectionState",
    "CreateCollection",
    "CreateDataset",
    "CreatedToken",
    "CreateFile",
    "CreateProject",
    "CreateSecret",
    "CreateShard",
    "CreateToken",
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
    "JsonObject",
    "OrganizationInfo",
    "OrganizationPage",
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
    "UserInfo",
    "UserPage",
)

_MODULES = {
    "ApiVersions": ".api_versions",
    "BalanceInfo": ".balance_info",
    "CollectionInfo": ".collection_info",
    "CollectionPage": ".collection_page",
    "CollectionState": ".collection_state",
    "CreateCollection": ".create_collection",
    "CreateDataset": ".create_dataset",
    "CreateFile": ".create_file",
    "CreateProject": ".create_project",
    "CreateSecret": ".create_secret",
    "CreateShard": ".create_shard",
    "CreateToken": ".create_token",
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
    "JsonObject": ".json_object",
    "OrganizationInfo": ".organization_info",
    "OrganizationPage": ".organization_page",
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
    "UserInfo": ".user_info",
    "UserPage": ".user_page",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name], __name__), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
