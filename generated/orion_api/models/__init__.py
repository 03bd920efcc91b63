"""The objects of the API. Each is loaded when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api_versions import ApiVersions
    from .balance_info import BalanceInfo
    from .create_dataset import CreateDataset
    from .create_file import CreateFile
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
    from .issued_token import IssuedToken
    from .json_object import JsonObject
    from .organization_info import OrganizationInfo
    from .organization_page import OrganizationPage
    from .path_assignment import PathAssignment
    from .path_assignment_resource_type import PathAssignmentResourceType
    from .path_assignments import PathAssignments
    from .problem import Problem
    from .project_info import ProjectInfo
    from .project_page import ProjectPage
    from .record_info import RecordInfo
    from .share_info import ShareInfo
    from .share_page import SharePage
    from .share_target import ShareTarget
    from .share_target_target_type import ShareTargetTargetType
    from .tag_info import TagInfo
    from .tag_names import TagNames
    from .tag_page import TagPage
    from .unshare_resource_target_type import UnshareResourceTargetType
    from .update_dataset import UpdateDataset
    from .update_file import UpdateFile
    from .upload_dataset_content_format import UploadDatasetContentFormat
    from .user_info import UserInfo
    from .user_page import UserPage

__all__ = (
    "ApiVersions",
    "BalanceInfo",
    "CreateDataset",
    "CreateFile",
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
    "IssuedToken",
    "JsonObject",
    "OrganizationInfo",
    "OrganizationPage",
    "PathAssignment",
    "PathAssignmentResourceType",
    "PathAssignments",
    "Problem",
    "ProjectInfo",
    "ProjectPage",
    "RecordInfo",
    "ShareInfo",
    "SharePage",
    "ShareTarget",
    "ShareTargetTargetType",
    "TagInfo",
    "TagNames",
    "TagPage",
    "UnshareResourceTargetType",
    "UpdateDataset",
    "UpdateFile",
    "UploadDatasetContentFormat",
    "UserInfo",
    "UserPage",
)

_MODULES = {
    "ApiVersions": ".api_versions",
    "BalanceInfo": ".balance_info",
    "CreateDataset": ".create_dataset",
    "CreateFile": ".create_file",
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
    "IssuedToken": ".issued_token",
    "JsonObject": ".json_object",
    "OrganizationInfo": ".organization_info",
    "OrganizationPage": ".organization_page",
    "PathAssignment": ".path_assignment",
    "PathAssignmentResourceType": ".path_assignment_resource_type",
    "PathAssignments": ".path_assignments",
    "Problem": ".problem",
    "ProjectInfo": ".project_info",
    "ProjectPage": ".project_page",
    "RecordInfo": ".record_info",
    "ShareInfo": ".share_info",
    "SharePage": ".share_page",
    "ShareTarget": ".share_target",
    "ShareTargetTargetType": ".share_target_target_type",
    "TagInfo": ".tag_info",
    "TagNames": ".tag_names",
    "TagPage": ".tag_page",
    "UnshareResourceTargetType": ".unshare_resource_target_type",
    "UpdateDataset": ".update_dataset",
    "UpdateFile": ".update_file",
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
