"""Models of the API, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import attach

if TYPE_CHECKING:
    from .api_versions import ApiVersions as ApiVersions
    from .balance_info import BalanceInfo as BalanceInfo
    from .classification_info import ClassificationInfo as ClassificationInfo
    from .classification_page import ClassificationPage as ClassificationPage
    from .collection_info import CollectionInfo as CollectionInfo
    from .collection_page import CollectionPage as CollectionPage
    from .collection_state import CollectionState as CollectionState
    from .complete_upload import CompleteUpload as CompleteUpload
    from .copy_entries import CopyEntries as CopyEntries
    from .create_collection import CreateCollection as CreateCollection
    from .create_dataset import CreateDataset as CreateDataset
    from .create_export import CreateExport as CreateExport
    from .create_export_format import CreateExportFormat as CreateExportFormat
    from .create_export_report_type import CreateExportReportType as CreateExportReportType
    from .create_file import CreateFile as CreateFile
    from .create_molsearch_database import CreateMolsearchDatabase as CreateMolsearchDatabase
    from .create_molsearch_database_search_type import (
        CreateMolsearchDatabaseSearchType as CreateMolsearchDatabaseSearchType,
    )
    from .create_molsearch_query import CreateMolsearchQuery as CreateMolsearchQuery
    from .create_molsearch_query_query_type import CreateMolsearchQueryQueryType as CreateMolsearchQueryQueryType
    from .create_package import CreatePackage as CreatePackage
    from .create_project import CreateProject as CreateProject
    from .create_secret import CreateSecret as CreateSecret
    from .create_service_task import CreateServiceTask as CreateServiceTask
    from .create_shard import CreateShard as CreateShard
    from .create_token import CreateToken as CreateToken
    from .create_upload import CreateUpload as CreateUpload
    from .create_upload_resource_type import CreateUploadResourceType as CreateUploadResourceType
    from .create_workspace import CreateWorkspace as CreateWorkspace
    from .created_token import CreatedToken as CreatedToken
    from .credentials import Credentials as Credentials
    from .dataset_info import DatasetInfo as DatasetInfo
    from .dataset_page import DatasetPage as DatasetPage
    from .desired_task_state import DesiredTaskState as DesiredTaskState
    from .download_dataset_format import DownloadDatasetFormat as DownloadDatasetFormat
    from .download_molsearch_hits_format import DownloadMolsearchHitsFormat as DownloadMolsearchHitsFormat
    from .entry_info import EntryInfo as EntryInfo
    from .entry_info_state import EntryInfoState as EntryInfoState
    from .entry_info_type import EntryInfoType as EntryInfoType
    from .entry_page import EntryPage as EntryPage
    from .entry_results import EntryResults as EntryResults
    from .export_info import ExportInfo as ExportInfo
    from .export_info_format import ExportInfoFormat as ExportInfoFormat
    from .export_info_report_type import ExportInfoReportType as ExportInfoReportType
    from .export_info_state import ExportInfoState as ExportInfoState
    from .export_molsearch_query import ExportMolsearchQuery as ExportMolsearchQuery
    from .export_page import ExportPage as ExportPage
    from .file_info import FileInfo as FileInfo
    from .file_page import FilePage as FilePage
    from .file_state import FileState as FileState
    from .folder_info import FolderInfo as FolderInfo
    from .folder_page import FolderPage as FolderPage
    from .folder_paths import FolderPaths as FolderPaths
    from .group_info import GroupInfo as GroupInfo
    from .group_page import GroupPage as GroupPage
    from .issued_token import IssuedToken as IssuedToken
    from .job_hardware import JobHardware as JobHardware
    from .job_info import JobInfo as JobInfo
    from .job_log_size import JobLogSize as JobLogSize
    from .job_page import JobPage as JobPage
    from .job_state import JobState as JobState
    from .json_object import JsonObject as JsonObject
    from .list_entries_types_item import ListEntriesTypesItem as ListEntriesTypesItem
    from .list_molsearch_databases_search_type import (
        ListMolsearchDatabasesSearchType as ListMolsearchDatabasesSearchType,
    )
    from .molsearch_database_info import MolsearchDatabaseInfo as MolsearchDatabaseInfo
    from .molsearch_database_page import MolsearchDatabasePage as MolsearchDatabasePage
    from .molsearch_database_state import MolsearchDatabaseState as MolsearchDatabaseState
    from .molsearch_hit_info import MolsearchHitInfo as MolsearchHitInfo
    from .molsearch_hit_page import MolsearchHitPage as MolsearchHitPage
    from .molsearch_query_info import MolsearchQueryInfo as MolsearchQueryInfo
    from .molsearch_query_page import MolsearchQueryPage as MolsearchQueryPage
    from .molsearch_query_state import MolsearchQueryState as MolsearchQueryState
    from .molsearch_smiles import MolsearchSmiles as MolsearchSmiles
    from .move_entries import MoveEntries as MoveEntries
    from .organization_info import OrganizationInfo as OrganizationInfo
    from .organization_page import OrganizationPage as OrganizationPage
    from .package_environment import PackageEnvironment as PackageEnvironment
    from .package_info import PackageInfo as PackageInfo
    from .package_inspection import PackageInspection as PackageInspection
    from .package_page import PackagePage as PackagePage
    from .package_state import PackageState as PackageState
    from .part_info import PartInfo as PartInfo
    from .part_numbers import PartNumbers as PartNumbers
    from .part_page import PartPage as PartPage
    from .path_assignment import PathAssignment as PathAssignment
    from .path_assignments import PathAssignments as PathAssignments
    from .problem import Problem as Problem
    from .project_info import ProjectInfo as ProjectInfo
    from .project_page import ProjectPage as ProjectPage
    from .record_info import RecordInfo as RecordInfo
    from .remove_entries import RemoveEntries as RemoveEntries
    from .scaling_group_info import ScalingGroupInfo as ScalingGroupInfo
    from .scaling_group_page import ScalingGroupPage as ScalingGroupPage
    from .secret_info import SecretInfo as SecretInfo
    from .secret_page import SecretPage as SecretPage
    from .service_spec_info import ServiceSpecInfo as ServiceSpecInfo
    from .service_spec_page import ServiceSpecPage as ServiceSpecPage
    from .service_task_info import ServiceTaskInfo as ServiceTaskInfo
    from .service_task_page import ServiceTaskPage as ServiceTaskPage
    from .service_task_state import ServiceTaskState as ServiceTaskState
    from .shard_info import ShardInfo as ShardInfo
    from .shard_page import ShardPage as ShardPage
    from .shard_state import ShardState as ShardState
    from .share_info import ShareInfo as ShareInfo
    from .share_page import SharePage as SharePage
    from .share_target import ShareTarget as ShareTarget
    from .share_target_target_type import ShareTargetTargetType as ShareTargetTargetType
    from .start_job import StartJob as StartJob
    from .tag_info import TagInfo as TagInfo
    from .tag_match import TagMatch as TagMatch
    from .tag_names import TagNames as TagNames
    from .tag_page import TagPage as TagPage
    from .token_info import TokenInfo as TokenInfo
    from .token_page import TokenPage as TokenPage
    from .unshare_resource_target_type import UnshareResourceTargetType as UnshareResourceTargetType
    from .update_collection import UpdateCollection as UpdateCollection
    from .update_dataset import UpdateDataset as UpdateDataset
    from .update_file import UpdateFile as UpdateFile
    from .update_job import UpdateJob as UpdateJob
    from .update_molsearch_database import UpdateMolsearchDatabase as UpdateMolsearchDatabase
    from .update_molsearch_query import UpdateMolsearchQuery as UpdateMolsearchQuery
    from .update_project import UpdateProject as UpdateProject
    from .update_scaling_group import UpdateScalingGroup as UpdateScalingGroup
    from .update_secret import UpdateSecret as UpdateSecret
    from .update_service_task import UpdateServiceTask as UpdateServiceTask
    from .update_service_task_desired_state import UpdateServiceTaskDesiredState as UpdateServiceTaskDesiredState
    from .update_shard import UpdateShard as UpdateShard
    from .update_token import UpdateToken as UpdateToken
    from .upload_dataset_content_format import UploadDatasetContentFormat as UploadDatasetContentFormat
    from .upload_info import UploadInfo as UploadInfo
    from .upload_page import UploadPage as UploadPage
    from .upload_state import UploadState as UploadState
    from .upload_target import UploadTarget as UploadTarget
    from .upload_targets import UploadTargets as UploadTargets
    from .user_info import UserInfo as UserInfo
    from .user_page import UserPage as UserPage
    from .work_floe_spec_info import WorkFloeSpecInfo as WorkFloeSpecInfo
    from .work_floe_spec_page import WorkFloeSpecPage as WorkFloeSpecPage
    from .work_floe_spec_state import WorkFloeSpecState as WorkFloeSpecState
    from .workspace_info import WorkspaceInfo as WorkspaceInfo
    from .workspace_page import WorkspacePage as WorkspacePage
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "api_versions:ApiVersions",
            "balance_info:BalanceInfo",
            "classification_info:ClassificationInfo",
            "classification_page:ClassificationPage",
            "collection_info:CollectionInfo",
            "collection_page:CollectionPage",
            "collection_state:CollectionState",
            "complete_upload:CompleteUpload",
            "copy_entries:CopyEntries",
            "create_collection:CreateCollection",
            "create_dataset:CreateDataset",
            "create_export:CreateExport",
            "create_export_format:CreateExportFormat",
            "create_export_report_type:CreateExportReportType",
            "create_file:CreateFile",
            "create_molsearch_database:CreateMolsearchDatabase",
            "create_molsearch_database_search_type:CreateMolsearchDatabaseSearchType",
            "create_molsearch_query:CreateMolsearchQuery",
            "create_molsearch_query_query_type:CreateMolsearchQueryQueryType",
            "create_package:CreatePackage",
            "create_project:CreateProject",
            "create_secret:CreateSecret",
            "create_service_task:CreateServiceTask",
            "create_shard:CreateShard",
            "create_token:CreateToken",
            "create_upload:CreateUpload",
            "create_upload_resource_type:CreateUploadResourceType",
            "create_workspace:CreateWorkspace",
            "created_token:CreatedToken",
            "credentials:Credentials",
            "dataset_info:DatasetInfo",
            "dataset_page:DatasetPage",
            "desired_task_state:DesiredTaskState",
            "download_dataset_format:DownloadDatasetFormat",
            "download_molsearch_hits_format:DownloadMolsearchHitsFormat",
            "entry_info:EntryInfo",
            "entry_info_state:EntryInfoState",
            "entry_info_type:EntryInfoType",
            "entry_page:EntryPage",
            "entry_results:EntryResults",
            "export_info:ExportInfo",
            "export_info_format:ExportInfoFormat",
            "export_info_report_type:ExportInfoReportType",
            "export_info_state:ExportInfoState",
            "export_molsearch_query:ExportMolsearchQuery",
            "export_page:ExportPage",
            "file_info:FileInfo",
            "file_page:FilePage",
            "file_state:FileState",
            "folder_info:FolderInfo",
            "folder_page:FolderPage",
            "folder_paths:FolderPaths",
            "group_info:GroupInfo",
            "group_page:GroupPage",
            "issued_token:IssuedToken",
            "job_hardware:JobHardware",
            "job_info:JobInfo",
            "job_log_size:JobLogSize",
            "job_page:JobPage",
            "job_state:JobState",
            "json_object:JsonObject",
            "list_entries_types_item:ListEntriesTypesItem",
            "list_molsearch_databases_search_type:ListMolsearchDatabasesSearchType",
            "molsearch_database_info:MolsearchDatabaseInfo",
            "molsearch_database_page:MolsearchDatabasePage",
            "molsearch_database_state:MolsearchDatabaseState",
            "molsearch_hit_info:MolsearchHitInfo",
            "molsearch_hit_page:MolsearchHitPage",
            "molsearch_query_info:MolsearchQueryInfo",
            "molsearch_query_page:MolsearchQueryPage",
            "molsearch_query_state:MolsearchQueryState",
            "molsearch_smiles:MolsearchSmiles",
            "move_entries:MoveEntries",
            "organization_info:OrganizationInfo",
            "organization_page:OrganizationPage",
            "package_environment:PackageEnvironment",
            "package_info:PackageInfo",
            "package_inspection:PackageInspection",
            "package_page:PackagePage",
            "package_state:PackageState",
            "part_info:PartInfo",
            "part_numbers:PartNumbers",
            "part_page:PartPage",
            "path_assignment:PathAssignment",
            "path_assignments:PathAssignments",
            "problem:Problem",
            "project_info:ProjectInfo",
            "project_page:ProjectPage",
            "record_info:RecordInfo",
            "remove_entries:RemoveEntries",
            "scaling_group_info:ScalingGroupInfo",
            "scaling_group_page:ScalingGroupPage",
            "secret_info:SecretInfo",
            "secret_page:SecretPage",
            "service_spec_info:ServiceSpecInfo",
            "service_spec_page:ServiceSpecPage",
            "service_task_info:ServiceTaskInfo",
            "service_task_page:ServiceTaskPage",
            "service_task_state:ServiceTaskState",
            "shard_info:ShardInfo",
            "shard_page:ShardPage",
            "shard_state:ShardState",
            "share_info:ShareInfo",
            "share_page:SharePage",
            "share_target:ShareTarget",
            "share_target_target_type:ShareTargetTargetType",
            "start_job:StartJob",
            "tag_info:TagInfo",
            "tag_match:TagMatch",
            "tag_names:TagNames",
            "tag_page:TagPage",
            "token_info:TokenInfo",
            "token_page:TokenPage",
            "unshare_resource_target_type:UnshareResourceTargetType",
            "update_collection:UpdateCollection",
            "update_dataset:UpdateDataset",
            "update_file:UpdateFile",
            "update_job:UpdateJob",
            "update_molsearch_database:UpdateMolsearchDatabase",
            "update_molsearch_query:UpdateMolsearchQuery",
            "update_project:UpdateProject",
            "update_scaling_group:UpdateScalingGroup",
            "update_secret:UpdateSecret",
            "update_service_task:UpdateServiceTask",
            "update_service_task_desired_state:UpdateServiceTaskDesiredState",
            "update_shard:UpdateShard",
            "update_token:UpdateToken",
            "upload_dataset_content_format:UploadDatasetContentFormat",
            "upload_info:UploadInfo",
            "upload_page:UploadPage",
            "upload_state:UploadState",
            "upload_target:UploadTarget",
            "upload_targets:UploadTargets",
            "user_info:UserInfo",
            "user_page:UserPage",
            "work_floe_spec_info:WorkFloeSpecInfo",
            "work_floe_spec_page:WorkFloeSpecPage",
            "work_floe_spec_state:WorkFloeSpecState",
            "workspace_info:WorkspaceInfo",
            "workspace_page:WorkspacePage",
        ],
    )
