"""The public interface:

names, signatures and errors. A difference here is a change for users and belongs in the changelog.
"""

from __future__ import annotations

import ast
import builtins
import copy
import importlib
import inspect
import pickle
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import orionclient
from orionclient import exceptions, types
from orionclient._transport.response import Headers, Response
from orionclient.exceptions import CallInfo, OrionError, error_for
from orionclient.helpers.parameterize import parameterize_workfloe
from orionclient.session import OrionSession, get_session
from orionclient.types import KINDS, Dataset, File, WorkFloeJob, WorkFloePackage
from orionclient.utils import Backoff, TemporaryPath

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = {
    "orionclient": "APISession Dataset File OrionSession __version__ get_profile_config get_session in_orion",
    "orionclient.session": "APISession OrionSession SessionConfig get_profile_config get_session in_orion",
    "orionclient.types": (
        "Balance Dataset File Folder Group KINDS MolsearchDatabase MolsearchQuery Organization Project Resource ScalingGroup"
        " Secret ServiceSpec ServiceTask Shard ShardCollection Token Upload User WorkFloeJob WorkFloePackage WorkFloeSpec"
    ),
    "orionclient.exceptions": (
        "AuthorizationRequired BadResponse DatasetDimensionsTooLargeError InvalidAPIVersion InvalidCredentials MultipleResultsFound"
        " NoResultFound NotEnoughDiskError NotFoundResponse NotLoaded OrionConnectionError OrionError OrionLinkError OrionServiceError"
        " OrionTimeout RateLimitedResponse TransferErrors ValidationError LocalDataError"
    ),
    "orionclient.fs": "Entry FileSystem",
    "orionclient.links": "OrionLink RecordLink ShardLink link_to read_link resolve",
    "orionclient.utils": "Backoff TemporaryPath job_tag",
    "orionclient.records": "Codec OERecordCodec Record RecordCodec codec_for default_codec encode_molecule register_molecule_codec",
    "orionclient.local": "LocalOrion",
    "orionclient.floes": "COMPUTE_CUBE SINK_CUBE SOURCE_CUBE CollectionOut DatasetOut FileOut Parameter describe floe progress",
    "orionclient.helpers.storage": "store_file store_shard local_path start_collection",
    "orionclient.helpers.parameterize": "parameterize_workfloe",
    "orionclient.testing": "Counts FaultProxy Toxic set_testing",
    "orionclient.examples": "drugs",
    "orionclient.helpers": "filenames parameterize progress reports storage",
    "orionclient.helpers.collections": "try_hard_to_create_shard try_hard_to_download_shard",
    "orionclient.helpers.filenames": "UniqueFilenames safe_filename",
    "orionclient.helpers.progress": "rich_progress tqdm_progress",
    "orionclient._transfer.progress": "Meter Progress",
    "orionclient.helpers.reports": "DownloadedReport download_report",
    "orionclient.config": (
        "SessionConfig get_active_path get_config_path get_profile_config in_orion read_active_profile read_profiles remove_profile"
        " resolve restore_config save_profile update_profile"
    ),
    "orionclient.types.datasets": "Dataset get_format",
    "orionclient.types.files": "File",
    "orionclient.types.shards": "Shard",
    "orion_api": "AuthenticatedClient Client OPERATIONS",
}

#: Modules meant for users, besides one for each resource type.
MODULES = (
    "cli cli.__main__ config emulator emulator.faults examples examples.demo exceptions floes floes.__main__"
    " fs helpers helpers.collections helpers.filenames helpers.parameterize helpers.progress helpers.reports helpers.storage"
    " links local records session testing types utils"
)


def test_all_other_modules_are_private() -> None:
    root = Path(orionclient.__file__).parent
    found = {
        ".".join(["orionclient", *path.relative_to(root).with_suffix("").parts]).removesuffix(".__init__")
        for path in root.rglob("*.py")
    }
    public = {name for name in found if not re.search(r"\._(?!_main__)", name)}
    kinds = {kind.__module__ for kind in (*types.KINDS.values(), types.Balance, types.Folder)}
    assert public == {"orionclient", *(f"orionclient.{name}" for name in MODULES.split())} | kinds


@pytest.mark.parametrize(
    "module",
    [
        *(name for name in MODULES.split() if "__main__" not in name),
        *sorted({kind.__module__.partition(".")[2] for kind in types.KINDS.values()}),
    ],
)
def test_a_star_import_replaces_nothing(module: str) -> None:
    names: dict[str, Any] = {}
    exec(f"from orionclient.{module} import *", names)
    taken = {*dir(builtins), *sys.stdlib_module_names} - {"__builtins__", "__doc__", "__name__"}
    assert not {*names} & taken
    foreign = {name for name, value in names.items() if inspect.ismodule(value) and name != "__builtins__"}
    assert foreign == (
        {"filenames", "parameterize", "progress", "reports", "storage"} if module == "helpers" else set()
    )


@pytest.mark.parametrize("module", ["orionclient", "orionclient.types", "orionclient.helpers"])
def test_dir_shows_public_names_only(module: str) -> None:
    loaded = importlib.import_module(module)
    shown = {name for name in dir(loaded) if not name.startswith("__")}
    modules = {name for name in shown if inspect.ismodule(getattr(loaded, name))}
    assert shown - modules == {*loaded.__all__} - modules - {"__version__"}
    assert not [name for name in modules if name.startswith("_") or f"{module}.{name}" not in sys.modules]


@pytest.mark.parametrize("module", NAMES)
def test_public_names(module: str) -> None:
    loaded = importlib.import_module(module)
    # Modules that import every name as itself have no `__all__`.
    listed = getattr(loaded, "__all__", [name for name in vars(loaded) if re.match("[A-Z]", name)])
    # A new kind adds its class to the registry and nothing else.
    kinds = {kind.__name__ for kind in KINDS.values()} if module == "orionclient.types" else set()
    assert sorted(listed) == sorted({*NAMES[module].split(), *kinds})
    assert [name for name in listed if not hasattr(loaded, name)] == []


def test_the_names_of_kinds_match_the_registry() -> None:
    found = {name: kind.__name__ for name, kind in KINDS.items()}
    assert (
        found.items()
        >= {
            "collection": "ShardCollection",
            "dataset": "Dataset",
            "file": "File",
            "group": "Group",
            "job": "WorkFloeJob",
            "molsearch_database": "MolsearchDatabase",
            "molsearch_query": "MolsearchQuery",
            "organization": "Organization",
            "package": "WorkFloePackage",
            "project": "Project",
            "secret": "Secret",
            "shard": "Shard",
            "token": "Token",
            "upload": "Upload",
            "user": "User",
            "workfloe": "WorkFloeSpec",
        }.items()
    )


# All methods that the original documents.
PUBLISHED = {
    "assign_paths", "create_link", "create_paths", "create_resource", "delete_resource", "get_current_balance", "get_current_project",
    "get_link", "get_resource", "get_user_profile", "is_authenticated", "list_resources", "list_tags", "refresh_resource",
    "refresh_resource_until", "retrieve_token", "share_resource", "tag_resource", "unshare_resource", "untag_resource", "update_resource",
}  # fmt: skip
OURS = {
    "close",
    "config",
    "fs",
    "list_shares",
    "orion_versions",
    "requests_session",
    "raw",
    "restore_resource",
    "raw_async",
    "resolve_links",
    "download_files",
    "upload_files",
}


def test_the_session_has_the_published_methods_and_few_more() -> None:
    public = {name for name in dir(OrionSession) if not name.startswith("_")}
    assert public - OURS == PUBLISHED
    assert public >= OURS


# ---------------------------------------------------------------- signatures


@pytest.mark.parametrize(
    ("function", "published"),
    [
        (get_session, "retry_dict=None, request_timeout=60, retry_timeout=300, backoff_dict=None"),
        (OrionSession, "config=None, orion_versions=None, requests_session=None, is_authenticated=None"),
        (OrionSession.is_authenticated, "reconnect=False"),
        (OrionSession.get_resource, "resource_type, resource_id, timeout=None"),
        (OrionSession.list_resources, "resource, filters=None"),
        (OrionSession.create_resource, "resource_type, params=None, files=None"),
        (OrionSession.update_resource, "resource, params"),
        (OrionSession.refresh_resource, "resource"),
        (OrionSession.delete_resource, "resource, immediate=False"),
        (OrionSession.tag_resource, "resource, *tags, project=None"),
        (OrionSession.untag_resource, "resource, *tags, project=None"),
        (OrionSession.list_tags, "resource"),
        (OrionSession.create_link, "resource"),
        (OrionSession.get_link, "link_dict"),
        (OrionSession.share_resource, "resource, share_with"),
        (OrionSession.unshare_resource, "resource, share_with"),
        (OrionSession.create_paths, "*paths"),
        (OrionSession.assign_paths, "*assignments"),
        (OrionSession.refresh_resource_until, "resource, attribute, until_value, timeout=60, sleep_time=1"),
        (OrionSession.get_current_balance, ""),
        (OrionSession.retrieve_token, "username, password"),
        (OrionSession.get_user_profile, ""),
        (OrionSession.get_current_project, ""),
        (orionclient.get_profile_config, "profile=None"),
        (Backoff, "cap=90.0, base=0.1, backoff_dict=None"),
        (Backoff.sleep, ""),
        (TemporaryPath, "suffix=None"),
        (Dataset.create, "session, name, project=None, folder_path=None"),
        (Dataset.upload, "session, name, filename, project=None"),
        (Dataset.download, "record_ids=None, offset=None, limit=None, format='binary', fieldlist=None"),
        (Dataset.download_to_file, "filename"),
        (Dataset.records, ""),
        (Dataset.write, "record"),
        (Dataset.finalize, ""),
        (Dataset.from_msg, "msg, session=None"),
        (File.upload, "session, name, filename, project=None"),
        (WorkFloeJob.start, "session, workfloe=None, name=None, params=None"),
        (WorkFloeJob.export_params, ""),
        (WorkFloePackage.upload, "session, filename"),
        (parameterize_workfloe, "workfloe, name, defaults, parameters"),
        (File.download_to_file, "filename"),
    ],
    ids=lambda value: getattr(value, "__qualname__", None),
)
def test_published_parameters_are_first_and_unchanged(function: Any, published: str) -> None:
    wanted = list(inspect.signature(eval(f"lambda {published}: ...")).parameters.values())
    ours = [value for name, value in inspect.signature(function).parameters.items() if name != "self"]
    shown = [(value.name, value.kind, value.default) for value in ours]
    assert shown[: len(wanted)] == [(value.name, value.kind, value.default) for value in wanted]
    # Further parameters of this package are optional.
    rest = ours[len(wanted) :]
    assert [value.name for value in rest if value.default is value.empty and value.kind is not value.VAR_KEYWORD] == []


def annotations(source: str) -> Iterator[str]:
    """Yield every annotation in a module, including those of attributes and nested functions."""
    for node in ast.walk(ast.parse(source)):
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None:
                yield ast.unparse(getattr(node, name))


LIBRARY = re.compile(r"\b(httpx2?|httpcore2?|requests|urllib3|aiohttp)\.")


def test_no_annotation_names_an_http_library() -> None:
    root = Path(str(orionclient.__file__)).parent
    found = {
        str(path.relative_to(root)): [text for text in annotations(path.read_text()) if LIBRARY.search(text)]
        for path in root.rglob("*.py")
    }
    # The modules that import the library have such annotations, so the search finds them.
    assert sum(len(found.pop(name)) for name in list(found) if name.startswith("_transport/")) > 5
    assert len(found) > 20
    assert {name: found_annotations for name, found_annotations in found.items() if found_annotations} == {}


# ---------------------------------------------------------------- errors

BASES = {
    "OrionError": (Exception,),
    "BadResponse": (OrionError,),
    "AuthorizationRequired": (exceptions.BadResponse,),
    "NotFoundResponse": (exceptions.BadResponse, LookupError),
    "RateLimitedResponse": (exceptions.BadResponse,),
    "OrionServiceError": (exceptions.BadResponse,),
    "InvalidAPIVersion": (exceptions.BadResponse,),
    "InvalidCredentials": (OrionError,),
    "OrionConnectionError": (OrionError, ConnectionError),
    "OrionTimeout": (OrionError, TimeoutError),
    "ValidationError": (OrionError, ValueError),
    "OrionLinkError": (OrionError, ValueError),
    "LocalDataError": (OrionError, OSError),
    "NotEnoughDiskError": (OrionError, OSError),
    "DatasetDimensionsTooLargeError": (OrionError, ValueError),
    "MultipleResultsFound": (OrionError, LookupError),
    "NoResultFound": (OrionError, LookupError),
    "NotLoaded": (OrionError, AttributeError),
    "TransferErrors": (OrionError,),
}
WITH_RESPONSE = [name for name in BASES if issubclass(getattr(exceptions, name), exceptions.BadResponse)]


def response(status: int = 409, content: bytes = b'{"detail": "two\\nlines"}') -> Response:
    return Response(
        status, Headers([("Content-Type", "application/json")]), "https://orion.example.com/x/", content=content
    )


def made(name: str, message: str = "one line") -> OrionError:
    kind = getattr(exceptions, name)
    error: OrionError
    if name == "InvalidAPIVersion":
        error = kind(response())
    elif name in WITH_RESPONSE:
        error = kind(response(), custom_error_msg=message)
    else:
        error = kind(message)
    return error


def test_the_table_holds_every_error() -> None:
    assert sorted(BASES) == sorted(exceptions.__all__)


@pytest.mark.parametrize("name", BASES)
def test_an_error_has_its_bases(name: str) -> None:
    assert getattr(exceptions, name).__bases__ == BASES[name]


@pytest.mark.parametrize("name", WITH_RESPONSE)
def test_errors_of_responses_hold_the_response(name: str) -> None:
    kind, original = getattr(exceptions, name), response()
    published = ["response"] if name == "InvalidAPIVersion" else ["response", "custom_error_msg"]
    assert list(inspect.signature(kind).parameters) == published
    error = kind(original)
    assert error.response is original
    assert str(error) == "409 Conflict: two lines"


@pytest.mark.parametrize("called", [False, True], ids=["alone", "during a call"])
@pytest.mark.parametrize("name", BASES)
def test_an_error_survives_pickle_and_copy(name: str, called: bool) -> None:
    error = made(name)
    if called:
        error.with_call(CallInfo("get_file GET /files/7/", 3, 1.5, "abc", True, ("s3cret-token",)))
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert (again.attempts, again.request_id, again.may_have_been_applied) == (
            (3, "abc", True) if called else (0, "", False)
        )
        assert (getattr(again, "response", None) is None) == (name not in WITH_RESPONSE)
    assert b"s3cret-token" not in pickle.dumps(error)


@pytest.mark.parametrize("called", [False, True], ids=["alone", "during a call"])
@pytest.mark.parametrize("name", BASES)
def test_the_message_of_an_error_is_one_line(name: str, called: bool) -> None:
    error = made(name, "first\r\nsecond\x1b[31m\u2028third")
    if called:
        error.with_call(CallInfo("get_file GET /files/7/"))
    assert len(str(error).splitlines()) == 1
    assert str(error).isprintable()


def test_the_message_names_the_attempts() -> None:
    error = made("NotFoundResponse", "no token s3cret").with_call(
        CallInfo("get_file GET /files/7/", 3, 1.5, "abc", True, ("s3cret",))
    )
    assert str(error) == (
        "get_file GET /files/7/: 409 Conflict: no token *** (request abc, 3 attempts in 1.5 s, it may have been applied)"
    )


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadResponse"),
        (401, "InvalidCredentials"),
        (403, "AuthorizationRequired"),
        (404, "NotFoundResponse"),
        (409, "BadResponse"),
        (429, "RateLimitedResponse"),
        (460, "BadResponse"),
        (500, "OrionServiceError"),
        (599, "OrionServiceError"),
        (999, "BadResponse"),
    ],
)
def test_a_status_has_its_error(status: int, name: str) -> None:
    assert type(error_for(response(status))).__name__ == name
