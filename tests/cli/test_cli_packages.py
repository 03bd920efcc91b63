"""`ocli packages` and `ocli workfloes`: a package from its skeleton to a job, its inspection and environment, and deleted floes."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Call

from orionclient.floes._loading import load_module
from orionclient.local import LocalOrion
from orionclient.types import Dataset, WorkFloeJob, WorkFloePackage

pytestmark = pytest.mark.usefixtures("real_time")

FLOE = "from orionclient.floes import floe\n@floe\ndef good() -> None:\n    pass\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    with LocalOrion(tmp_path_factory.mktemp("stack"), seed="demo", durable=False) as running:
        yield running


def ask(call: Call, server: LocalOrion, *words: str) -> Any:
    done = call("--json", *words, on=server)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def write_package(folder: Path, manifest: dict[str, Any], **files: str) -> str:
    needed = {"name": folder.name, "version": "1", "python_version": "3.11", "requirements": []}
    (folder / "floes").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({**needed, **manifest}))
    for name, content in files.items():
        (folder / "floes" / f"{name}.py").write_text(content)
    return str(folder)


def test_the_skeleton_uploads_and_runs_unchanged(call: Call, server: LocalOrion, tmp_path: Path) -> None:
    folder = tmp_path / "my-floes"
    made = ask(call, server, "packages", "init", str(folder))
    assert (
        set(made["files"])
        == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        >= {"manifest.json", "floes/count_up.py", "tests/test_count_up.py"}
    )
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert {"name", "version", "uuid", "python_version", "requirements", "conda_dependencies", "classify_floes"} <= {
        *manifest
    }
    assert (folder / manifest["documentation_root"]).is_dir()
    package = str(ask(call, server, "packages", "upload", str(folder))[0]["id"])
    assert ask(call, server, "packages", "wait", package)["state"] == "ready"
    (floe,) = ask(call, server, "workfloes", "list", f"package={package}", "states=ready,deprecated", "tags=example")
    started = ask(call, server, "jobs", "start", str(floe["id"]), "first", "--limit=3", "--wait")
    job = server.session().get_resource(WorkFloeJob, started["id"])
    assert (job.outcome, [record["Title"] for record in job.outputs(Dataset).one().records()]) == (
        "succeeded", ["0", "1", "2"],
    )  # fmt: skip
    inspection = ask(call, server, "packages", "inspection", package)
    assert (inspection["floes"], inspection["errors"], inspection["warnings"]) == ([floe], [], [])
    environment = ask(call, server, "packages", "environment", package)
    assert environment["python_version"] == ".".join(platform.python_version_tuple()[:2])
    assert environment["used_python_version"] == platform.python_version()
    assert environment["used_base_os"] == platform.platform()
    assert f"attrs=={version('attrs')}" in environment["used_packages"]
    shown = call("workfloes", "list-classifications", "path=Examples", on=server).stdout.splitlines()
    assert [line.split() for line in (shown[0], shown[2])] == [
        ["name", "path", "depth", "count"], ["Examples", "Examples", "1", "1"],
    ]  # fmt: skip
    # The test of the skeleton passes.
    load_module(str(folder / "tests" / "test_count_up.py")).test_count_up(tmp_path)


def test_the_inspection_shows_all_errors_and_what_is_missing(call: Call, server: LocalOrion, tmp_path: Path) -> None:
    manifest = {
        "python_version": "3.6",
        "requirements": "orion-requirements.txt",
        "conda_dependencies": ["ambertools"],
        "conda_channels": ["conda-forge"],
        "base_os": "ubuntu-20.04",
    }
    folder = tmp_path / "broken"
    given = write_package(folder, manifest, first="import no_such_module", good=FLOE, second="raise SystemExit('no')")
    (folder / "orion-requirements.txt").write_text("# needed\nattrs>=1  # any\nno-such-package == 2\n-r more.txt\n")
    package = ask(call, server, "packages", "upload", given)[0]["id"]
    failed = call("packages", "wait", str(package), on=server)
    assert failed.exit_code != 0
    assert "floes/first.py: ModuleNotFoundError: No module named 'no_such_module' (and 1 more errors)" in failed.stderr
    assert [each["id"] for each in ask(call, server, "packages", "list", "states=error,queued", "name=broken")] == [
        package
    ]
    # Not with `ocli`, since its tests allow no traceback in an output.
    found = server.session().get_resource(WorkFloePackage, package).inspection()
    assert found["errors"] == [
        "floes/first.py: ModuleNotFoundError: No module named 'no_such_module'",
        "floes/second.py: SystemExit: no",
    ]
    assert found["warnings"] == [
        f"the manifest asks for Python 3.6, but floes run with Python {platform.python_version()}",
        "the requirement 'no-such-package == 2' is not installed",
        "the conda dependencies of the manifest are not installed",
    ]
    assert "Traceback" in found["log"]
    assert found["log"].endswith("SystemExit: no\n")
    environment = ask(call, server, "packages", "environment", str(package))
    assert environment["requirements"] == ["attrs>=1", "no-such-package == 2"]
    assert environment["missing_requirements"] == ["no-such-package == 2"]
    shown = [line.split() for line in call("packages", "environment", str(package), on=server).stdout.splitlines()]
    assert ["conda_channels", "conda-forge"] in shown
    assert ["requirements", "attrs>=1,", "no-such-package", "==", "2"] in shown


@pytest.mark.parametrize("name", ["missing.txt", "../outside.txt"])
def test_requirements_are_a_file_of_the_package(call: Call, server: LocalOrion, tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.txt").write_text("attrs")
    given = write_package(tmp_path / "package", {"requirements": name}, good=FLOE)
    package = str(ask(call, server, "packages", "upload", given)[0]["id"])
    assert call("packages", "wait", package, on=server).exit_code != 0
    (error,) = ask(call, server, "packages", "inspection", package)["errors"]
    assert f"names the file {name!r} with requirements, which is not in the package" in error


def test_the_table_of_an_inspection_ends_with_the_log(call: Call, server: LocalOrion, tmp_path: Path) -> None:
    given = write_package(
        tmp_path / "package", {"requirements": ["no-such-package"]}, good=f"print('a\\x1b[1m')\n{FLOE}"
    )
    package = str(ask(call, server, "packages", "upload", given)[0]["id"])
    ask(call, server, "packages", "wait", package)
    table = call("packages", "inspection", package, on=server).stdout.splitlines()
    assert [line.split(maxsplit=1) for line in table if line.split()[:1] in (["state"], ["floes"], ["warnings"])] == [
        ["state", "ready"],
        ["floes", "good"],
        ["warnings", "the requirement 'no-such-package' is not installed"],
    ]
    assert table[-2:] == ["", r"a\x1b[1m"]


def test_a_floe_is_deleted_after_a_confirmation(call: Call, server: LocalOrion, tmp_path: Path) -> None:
    package = str(ask(call, server, "packages", "upload", write_package(tmp_path / "package", {}, good=FLOE))[0]["id"])
    ask(call, server, "packages", "wait", package)
    (floe,) = ask(call, server, "workfloes", "list", f"package={package}")
    declined = call("workfloes", "delete", str(floe["id"]), on=server, input="n\n")
    assert declined.exit_code != 0
    assert ask(call, server, "workfloes", "info", str(floe["id"]))["id"] == floe["id"]
    assert ask(call, server, "workfloes", "delete", str(floe["id"]), "--yes") == [{"id": floe["id"], "deleted": True}]
    assert ask(call, server, "workfloes", "list", f"package={package}") == []
    built_in = call("workfloes", "delete", "1", "--yes", on=server)
    assert built_in.exit_code == 6
    assert "belongs to the stack" in built_in.stderr
