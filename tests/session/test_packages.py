"""Floe packages through the session: checked before upload, listed with their manifest, run, shared and deleted."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import BadResponse, NotFoundResponse, OrionError, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, Project, WorkFloeJob, WorkFloePackage, WorkFloeSpec

pytestmark = pytest.mark.usefixtures("real_time")

MANIFEST = {"name": "my-floes", "version": "1.2.0", "python_version": "3.11", "requirements": []}
FLOE = '''
import my_helpers
from orionclient.floes import DatasetOut, floe
from orionclient.session import APISession, in_orion
from orionclient.types import Dataset


@floe(title="Count up", tags=["counting"])
def count_up(limit: int, dataset: DatasetOut = "numbers") -> None:
    """Write numbers into a dataset."""
    assert in_orion()
    made = Dataset.create(APISession, dataset)
    for value in my_helpers.numbers(limit):
        made.write({"Title": str(value)})
    made.finalize()
    print("module loaded from", my_helpers.__file__)
'''
FILES = {"floes/counting.py": FLOE, "my_helpers.py": "def numbers(limit):\n    return range(limit)\n"}


def compressed(manifest: Any = MANIFEST, files: dict[str, str] | None = None, top: str = "") -> bytes:
    given = {**(FILES if files is None else files)}
    if manifest is not None:
        given["manifest.json"] = manifest if isinstance(manifest, str) else json.dumps(manifest)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in given.items():
            member = tarfile.TarInfo(top + name)
            member.size = len(content.encode())
            archive.addfile(member, io.BytesIO(content.encode()))
    return out.getvalue()


@pytest.mark.parametrize("top", ["", "./", "my-floes-1.2.0/"])
def test_a_package_adds_its_floes(session: OrionSession, tmp_path: Path, top: str) -> None:
    path = tmp_path / "my-floes-1.2.0.tar.gz"
    path.write_bytes(compressed(top=top))
    package = WorkFloePackage.upload(session, str(path))
    assert package.state in {"queued", "ready"}
    package.wait(timeout=60)
    assert (package.state, package.reason, package.name, package.version) == ("ready", "", "my-floes", "1.2.0")
    (listed,) = session.list_resources(WorkFloePackage)
    assert (listed.id, listed.specification) == (package.id, MANIFEST)
    assert (listed.specification["name"], listed.specification["version"]) == ("my-floes", "1.2.0")
    spec = session.list_resources(WorkFloeSpec, {"tags": "counting"}).one()
    assert (spec.name, spec.title, spec.package, spec.description) == (
        "count_up", "Count up", package.id, "Write numbers into a dataset.",
    )  # fmt: skip
    job = spec.start("x", limit=3)
    job.wait(timeout=60)
    assert [record["Title"] for record in job.outputs(Dataset).one().records()] == ["0", "1", "2"]
    assert any("my_helpers.py" in line for line in job.logs())
    assert session.delete_resource(package)
    session.refresh_resource(spec)
    assert spec.state == "deprecated"
    with pytest.raises(BadResponse, match="deprecated"):
        WorkFloeJob.start(session, spec, "y", {"promoted": {"limit": 3}})
    with pytest.raises(NotFoundResponse):
        session.get_resource(WorkFloePackage, package.id)


@pytest.mark.parametrize("given", ["bytes", "file", "create_resource"])
def test_a_package_is_uploaded_from_any_source(session: OrionSession, tmp_path: Path, given: str) -> None:
    if given == "bytes":
        package = WorkFloePackage.upload(session, compressed())
    elif given == "file":
        content = io.BytesIO(b"before" + compressed())
        content.seek(6)
        package = WorkFloePackage.upload(session, content)
    else:
        path = tmp_path / "x.tar.gz"
        path.write_bytes(compressed())
        package = session.create_resource(WorkFloePackage, {"name": "x"}, {"file": path})
    assert package.specification == MANIFEST
    assert package.size > 100


def test_a_package_is_shared(orion: LocalOrion, session: OrionSession) -> None:
    package = WorkFloePackage.upload(session, compressed(), project=Project(id=session.get_current_project().id))
    grace = orion.session("grace")
    session.share_resource(package, grace.get_user_profile())
    assert grace.get_resource(WorkFloePackage, package.id).name == "my-floes"
    assert [each["target_type"] for each in session.list_shares(package)] == ["user"]


def test_unreadable_floes_are_reported(session: OrionSession) -> None:
    package = WorkFloePackage.upload(session, compressed(files={"floes/broken.py": "import no_such_module"}))
    with pytest.raises(OrionError, match=rf"WorkFloePackage {package.id} is 'error': .*no_such_module"):
        package.wait(timeout=60)
    assert "no_such_module" in package.reason
    none = WorkFloePackage.upload(session, compressed(files={}))
    with pytest.raises(OrionError, match="the package has no floe"):
        none.wait(timeout=60)
    twice = WorkFloePackage.upload(session, compressed(files={**FILES, "floes/again.py": FLOE}))
    with pytest.raises(OrionError, match="two floes named 'count_up'"):
        twice.wait(timeout=60)


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in MANIFEST.items() if name not in names}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a tar.gz archive"),
        (b"PK\x03\x04 a zip", "is not a tar.gz archive"),
        (gzip.compress(b"text" * 1000), "is not a tar.gz archive"),
        (compressed()[:200], "is not a tar.gz archive"),
        (compressed(manifest=None), r"contains no manifest\.json at its top level or in a top-level folder"),
        (compressed(top="a/b/"), r"contains no manifest\.json"),
        (compressed(manifest="{"), r"the manifest\.json of .* is not valid JSON"),
        (compressed(manifest="[]"), r"the manifest\.json of .* is not a JSON object"),
        (compressed(manifest=without("version")), r"the manifest\.json of .* lacks version"),
        (compressed(manifest=without("name", "requirements")), r"lacks name, requirements"),
        (compressed(manifest={**MANIFEST, "python_version": ""}), r"lacks python_version"),
        (compressed(manifest={**MANIFEST, "name": None}), r"lacks name"),
        (compressed(manifest='"' + "x" * (1 << 20) + '"'), r"has 1048578 bytes; the maximum is 1048576"),
    ],
    # Archives contain timestamps, and test ids must be stable.
    ids=lambda value: "" if isinstance(value, bytes) else value,
)
def test_an_invalid_package_is_rejected_before_any_request(
    scripted: Scripted, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "broken.tar.gz"
    path.write_bytes(content)
    with pytest.raises(ValidationError, match=message) as caught:
        WorkFloePackage.upload(scripted.session(), path)
    assert "broken.tar.gz" in str(caught.value)
    with pytest.raises(ValidationError, match=message):
        WorkFloePackage(id=1, session=scripted.session()).put_content(content)
    assert scripted.requests == []


def test_a_missing_file_is_an_os_error(scripted: Scripted, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        WorkFloePackage.upload(scripted.session(), tmp_path / "no.tar.gz")
    assert scripted.requests == []


def test_a_rejected_package_leaves_nothing_behind(session: OrionSession) -> None:
    with pytest.raises(BadResponse, match="evil"):
        WorkFloePackage.upload(session, compressed(files={**FILES, "../evil.py": "x"}))
    assert session.list_resources(WorkFloePackage).count() == 0


def test_a_package_whose_upload_fails_is_deleted(scripted: Scripted) -> None:
    made = {"id": 4, "name": "my-floes", "state": "uploading", "specification": {}}
    scripted.then(ScriptedResponse(201, made), ScriptedResponse(422, {"detail": "no"}), ScriptedResponse(204))
    with pytest.raises(BadResponse, match="no"):
        WorkFloePackage.upload(scripted.session(), compressed())
    assert [each.method for each in scripted.requests] == ["POST", "PUT", "DELETE"]
