"""Importing the client reads no file, opens no connection, and loads neither an HTTP library nor the local Orion."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orion_api
import pytest

import orionclient

HEAVY = {
    "httpx", "httpcore", "httpx2", "httpcore2", "h11", "anyio", "urllib3", "requests", "ssl", "asyncio", "sqlite3", "certifi",
    "pydantic", "starlette", "uvicorn", "click", "rich", "orionclient._transport.exchange", "orionclient.emulator", "orionclient.local",
    "orion_api.client", "orion_api.contract", "orion_api.inputs", "orion_api.models",
}  # fmt: skip
PUBLIC = ("session", "types", "links", "utils", "exceptions", "config", "records")

# Every module costs each short-lived worker some 0.2 ms. Measured with Python 3.11: 159 modules of ours (a kind adds one and one for each
# of its operations) and 55 of the standard library, 25 of them behind email.utils, which reads dates in Retry-After. Plus some 10 %.
OURS, STANDARD = 190, 65

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


def test_the_package_alone_loads_only_its_version_and_the_lazy_import() -> None:
    loaded = report("import orionclient; orionclient.__version__, dir(orionclient)")["loaded"]
    ours = [name for name in loaded if name.startswith(("orionclient.", "orion_api"))]
    assert ours == ["orionclient._runtime", "orionclient._runtime.lazy", "orionclient._version"]


@pytest.mark.parametrize(
    "script",
    [
        "import orionclient; orionclient.session.OrionSession()",
        "import orionclient; from orionclient.types import Dataset; orionclient.session.get_session()",
        "from orionclient import OrionSession, Dataset, File; OrionSession(), Dataset(id=1), File(id=1)",
        "import orionclient; assert {*orionclient.__all__} <= {*dir(orionclient)}; [getattr(orionclient, n) for n in orionclient.__all__]",
        "import orionclient; orionclient.testing.set_testing",
        "from orionclient import *; APISession, in_orion()",
    ],
)
def test_old_and_lazy_names_work(script: str) -> None:
    assert report(script)["touched"] == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Sessions'"):
        _ = orionclient.Sessions


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
