"""Importing the client reads no file, opens no connection, and loads neither an HTTP library nor the local Orion."""

from __future__ import annotations

import ast
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orion_api
import pytest

import orionclient

if TYPE_CHECKING:
    from orionclient.local import LocalOrion

HEAVY = {
    "httpx", "httpcore", "httpx2", "httpcore2", "h11", "anyio", "urllib3", "requests", "ssl", "asyncio", "sqlite3", "certifi",
    "pydantic", "starlette", "uvicorn", "click", "rich", "orionclient._transport.exchange", "orionclient.emulator", "orionclient.local",
    "orion_api.client", "orion_api.contract", "orion_api.inputs", "orion_api.models",
}  # fmt: skip
PUBLIC = ("session", "types", "links", "utils", "exceptions", "config", "records")

# Every module costs each short-lived worker some 0.2 ms. With Python 3.11, `import orionclient.session` loads 60 modules of ours, and 55 of
# the standard library.
OURS, STANDARD = 70, 65

# Reports the modules that a script loaded, and the files and sockets that it touched. `attrs` is imported first,
# because it is the only dependency that is always needed.
REPORT = """
import sys, json, attrs
before = set(sys.modules)
touched = []
def hook(event, arguments):
    if event in {"open", "os.listdir", "os.scandir", "os.mkdir"} and ".orion" in str(arguments[0]).replace("\\\\", "/").split("/"):
        touched.append(f"{event} {arguments[0]}")
    elif event.startswith(("socket.", "subprocess.", "urllib.")):
        touched.append(event)
sys.addaudithook(hook)
%s
print(json.dumps({"touched": touched, "loaded": sorted(set(sys.modules) - before)}))
"""


def python(script: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a script in a separate process, which knows only the packages under test."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ORION_", "PYTHON", "COV_"))}
    for name in ("HOME", "USERPROFILE"):
        env.pop(name, None)
        if home is not None:
            env[name] = str(home)
    roots = {str(Path(str(package.__file__)).parents[1]) for package in (orionclient, orion_api)}
    env["PYTHONPATH"] = os.pathsep.join(sorted(roots))
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script], env=env, capture_output=True, text=True, timeout=300, check=False
    )


def report(script: str, home: Path | None = None) -> dict[str, Any]:
    done = python(REPORT % script, home)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


EVERYTHING = "import " + ", ".join(f"orionclient.{name}" for name in PUBLIC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a home folder with unreadable profiles, so that reading them raises an error."""
    (tmp_path / ".orion").mkdir()
    (tmp_path / ".orion" / "config").write_text("these are no profiles")
    (tmp_path / ".orion" / "config").chmod(0o600)
    return tmp_path


def test_importing_opens_neither_profile_nor_network(home: Path) -> None:
    assert report(EVERYTHING, home)["touched"] == []


def test_importing_needs_no_home_and_loads_nothing_heavy() -> None:
    loaded = report(EVERYTHING)["loaded"]
    assert "orionclient.session" in loaded
    assert [name for name in loaded if any(name == heavy or name.startswith(f"{heavy}.") for heavy in HEAVY)] == []


def test_importing_the_session_stays_within_its_budget() -> None:
    loaded = report("import orionclient.session")["loaded"]
    ours = [name for name in loaded if name.partition(".")[0] in {"orionclient", "orion_api"}]
    others = [name for name in loaded if name not in ours]
    foreign = [name for name in others if name.partition(".")[0] not in {*sys.stdlib_module_names, "typing.io"}]
    assert foreign == []
    assert (len(ours) <= OURS, len(others) <= STANDARD) == (True, True), (len(ours), len(others))


# Module of the resource type.
LOADED = {
    "File": "files",
    "Dataset": "datasets",
    "Shard": "shards",
    "ShardCollection": "collections",
    "WorkFloeSpec": "workfloes",
    "WorkFloeJob": "jobs",
    "MolsearchQuery": "molsearch_queries",
    "User": "users",
    "Balance": "billing",
}


@pytest.mark.parametrize("kind", LOADED)
def test_a_resource_type_loads_no_other_and_no_operation(kind: str) -> None:
    script = "from orionclient.session import OrionSession, get_session; OrionSession(requests_session=get_session())"
    before = {*report(script)["loaded"]}
    loaded = {*report(f"{script}; from orionclient.types import {kind}; {kind}")["loaded"]} - before
    assert {name.split(".")[2] for name in loaded if name.startswith("orionclient.types.")} == {LOADED[kind]}
    # Packages of operations may be loaded, without the operations.
    assert [name for name in loaded if name.startswith("orion_api.api.") and name.count(".") == 3] == []
    assert not [name for name in loaded if name.partition(".")[0] in HEAVY]


def test_using_a_file_loads_no_other_resource_type(orion: LocalOrion) -> None:
    config = orion.config()
    script = f"""
from orionclient.session import OrionSession, SessionConfig
from orionclient.types import File
session = OrionSession(SessionConfig({config.url!r}, {config.token!r}))
file = File.upload(session, "words", b"CNS")
assert [each.name for each in session.list_resources(File, {{"name": "words"}})] == ["words"]
session.tag_resource(session.get_resource(File, file.id), "a")
session.create_paths("/here")
session.assign_paths({{"resource_type": "file", "id": file.id, "path": "/here"}})
assert b"".join(session.get_link(session.create_link(file)).get_resource().download()) == b"CNS"
session.delete_resource(file)
"""
    loaded = report(script)["loaded"]
    assert [name for name in loaded if name.startswith("orionclient.types.")] == ["orionclient.types.files"]
    used = {name.split(".")[2] for name in loaded if name.startswith("orion_api.api.") and name.count(".") == 3}
    assert used == {"files", "folders", "tags"}


def test_a_session_at_module_level_costs_nothing(home: Path) -> None:
    script = """
from orionclient.session import APISession, OrionSession, get_session, in_orion
session = OrionSession(requests_session=get_session(retry_dict={503: 3}))
class Cube:
    inside = in_orion()
    session = APISession
assert Cube.inside is False
assert "not resolved" in repr(session) and "not resolved" in repr(Cube.session)
"""
    loaded = report(script, home)
    assert loaded["touched"] == []
    assert "httpx" not in loaded["loaded"]


def test_the_audit_hook_sees_reads_of_the_profile(home: Path) -> None:
    """The other tests depend on this hook."""
    (home / ".orion" / "config").write_text("[default]\nurl = https://orion.example.com\n")
    script = "import socket; from orionclient.session import APISession; APISession.config; socket.socket().close()"
    touched = report(script, home)["touched"]
    assert [event for event in touched if event.startswith("open ")]
    assert "socket.__new__" in touched


@pytest.mark.parametrize(("package", "loaded"), [("orionclient", "_version"), ("orion_api", "_lazy")])
def test_a_package_alone_imports_no_module_of_its_packages(package: str, loaded: str) -> None:
    """Else two threads can wait for each other: one imports the package, the other a module whose package it must wait for."""
    ours = [name for name in report(f"import {package}; {package}.__version__")["loaded"] if name.startswith("orion")]
    assert ours == [package, f"{package}.{loaded}"]


@pytest.mark.parametrize(
    "script",
    [
        "import orionclient; orionclient.session.OrionSession()",
        "import orionclient; from orionclient.types import Dataset; orionclient.session.get_session()",
        "from orionclient import OrionSession, Dataset, File; OrionSession(), Dataset(id=1), File(id=1)",
        "import orionclient; assert {*orionclient.__all__} <= {*dir(orionclient)}; [getattr(orionclient, n) for n in orionclient.__all__]",
        "import orionclient; orionclient.testing.set_testing",
        "import orionclient; orionclient.floes.floe, orionclient.emulator.faults.cut",
        "from orionclient import *; APISession, in_orion()",
    ],
)
def test_old_and_lazy_names_work(script: str) -> None:
    assert report(script)["touched"] == []


PACKAGES = (
    "orionclient", "orionclient.types", "orionclient.helpers", "orionclient._transfer", "orion_api", "orion_api.models",
    "orion_api.api.files",
)  # fmt: skip


@pytest.mark.parametrize("package", PACKAGES)
def test_an_unknown_name_raises_the_errors_of_a_module(package: str) -> None:
    module = importlib.import_module(package)
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'Sessions'"):
        _ = module.Sessions
    with pytest.raises(ImportError, match=f"cannot import name 'Sessions' from '{package}'"):
        exec(f"from {package} import Sessions", {})
    assert not hasattr(module, "Sessions")


@pytest.mark.parametrize("package", PACKAGES)
def test_a_lazy_package_is_like_a_module(package: str) -> None:
    """`dir`, star imports, `inspect` and `help` see all names, each of which is the same object at every access."""
    script = f"""
import copy, importlib, inspect, pickle, pydoc
module = importlib.import_module({package!r})
names = module.__all__
assert len(names) == len(set(names)) > 2 and set(names) <= set(dir(module))
star = {{}}
exec("from {package} import *", star)
assert set(names) == {{name for name in star if name != "__builtins__"}}
for name in names:
    found = getattr(module, name)
    assert found is star[name] is getattr(module, name)
    if inspect.isclass(found):
        assert pickle.loads(pickle.dumps(found)) is copy.copy(found) is found
        assert inspect.getmodule(found).__name__ == found.__module__
        assert found.__name__ in inspect.getsource(found)
    if inspect.ismodule(found):
        assert found.__name__.endswith("." + name)
members = dict(inspect.getmembers(module))
assert all(members[name] is star[name] for name in names)
shown = pydoc.plain(pydoc.render_doc(module))
assert not [name for name in names if name not in shown and name != "__version__"]
"""
    done = python(script)
    assert done.returncode == 0, done.stderr


def test_type_checkers_see_the_names_that_can_be_imported() -> None:
    for package in PACKAGES:
        module = importlib.import_module(package)
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        checked = {
            each.asname
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            or (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING")
            for imported in (node.body if isinstance(node, ast.If) else [node])
            for each in getattr(imported, "names", ())
            if each.asname
        }
        # Packages have modules that their star imports leave out.
        assert {*module.__all__} <= checked <= {*module.__all__, *dir(module)}, package


def test_the_first_access_is_safe_for_threads() -> None:
    script = """
import threading
from orionclient import types
names = [name for name in types.__all__ if name != "KINDS"] * 4
start, found, errors = threading.Barrier(len(names) + 1), [], []
def access(name):
    start.wait(60)
    try:
        found.append((name, getattr(types, name)))
        types.KINDS["shard"](id=1, collection=2).collection
    except BaseException as error:
        errors.append(error)
threads = [threading.Thread(target=access, args=[name]) for name in names]
[thread.start() for thread in threads]
start.wait(60)
[thread.join(60) for thread in threads]
assert not errors, errors
assert {name: kind.__name__ for name, kind in found} == {name: name for name in names}
assert len({id(kind) for _, kind in found}) == len(set(names))
"""
    done = python(script)
    assert done.returncode == 0, done.stderr


def test_the_first_imports_are_safe_for_threads() -> None:
    script = """
import importlib, threading
names = ["orionclient", "orionclient.types", "orionclient.helpers", "orionclient.session", "orionclient.links"] * 4
start, errors = threading.Barrier(len(names)), []
def load(name):
    start.wait(60)
    try:
        importlib.import_module(name)
    except BaseException as error:
        errors.append(error)
threads = [threading.Thread(target=load, args=[name]) for name in names]
[thread.start() for thread in threads]
[thread.join(60) for thread in threads]
assert not errors, errors
"""
    done = python(script)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "lazy"),
    [
        ("orionclient.session.OrionSession", "orionclient.OrionSession"),
        ("orionclient.types.files.File", "orionclient.types.File"),
        ("orionclient.types.files.File", "orionclient.File"),
    ],
)
def test_a_name_that_a_test_replaced_is_restored(name: str, lazy: str) -> None:
    """Also if the first access through its package is during the test."""
    script = f"""
from importlib import import_module
from unittest import mock
module, _, attribute = {name!r}.rpartition(".")
real = getattr(import_module(module), attribute)
package, _, attribute = {lazy!r}.rpartition(".")
with mock.patch({name!r}):
    getattr(import_module(package), attribute)
assert getattr(import_module(package), attribute) is real
"""
    done = python(script)
    assert done.returncode == 0, done.stderr


def test_the_registry_knows_names_without_loading() -> None:
    script = """
import sys, pickle
from orionclient.types import KINDS
assert "file" in KINDS and "files" not in KINDS and len(KINDS) == len(list(KINDS)) >= 16 and KINDS.get("x") is None
assert not [name for name in sys.modules if name.startswith("orionclient.types.")]
assert KINDS["file"].__name__ == "File"
assert [name for name in sys.modules if name.startswith("orionclient.types.")] == ["orionclient.types.files"]
assert {name: kind.declaration.name for name, kind in KINDS.items()} == {name: name for name in KINDS}
assert KINDS == dict(KINDS) == pickle.loads(pickle.dumps(KINDS))
"""
    done = python(script)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("missing", ["pydantic", "starlette", "uvicorn"])
@pytest.mark.parametrize("module", ["orionclient.local", "orionclient.emulator"])
def test_without_the_extra_the_error_names_it(missing: str, module: str) -> None:
    script = f"""
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocker())
import orionclient.session, orionclient.testing
try:
    import {module}
except ImportError as error:
    print(error)
"""
    done = python(script)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert missing in done.stdout
    assert "orion-platform-client[local]" in done.stdout
