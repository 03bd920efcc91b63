"""Exports through the session: created, waited for, downloaded and deleted."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import AuthorizationRequired, BadResponse, NotFoundResponse, OrionError, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Export, WorkFloeJob, WorkFloePackage, WorkFloeSpec

DONE = {"id": 5, "name": "jobs_summary-5.csv", "report_type": "jobs_summary", "state": "ready", "reason": ""}


def test_a_report_is_created_and_downloaded(session: OrionSession, tmp_path: Path) -> None:
    echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
    job, other = (WorkFloeJob.start(session, echo, name) for name in ("first", "second"))
    for each in (job, other):
        each.wait(timeout=60)
    day = date.fromisoformat(job.created[:10])
    export = Export.create(
        session, "jobs_summary", format="json", start_date=day, job_ids=[job, str(other.id)], workfloe_uuid=echo.uuid,
        notify=True,
    )  # fmt: skip
    assert export.parameters == {
        "start_date": day.isoformat(), "job_ids": [job.id, other.id], "workfloe_uuid": echo.uuid,
    }  # fmt: skip
    export.wait(timeout=60)
    assert (export.state, export.count, export.notified) == ("ready", 2, export.finished)
    path = tmp_path / export.name
    export.download_to_file(path)
    assert [row["name"] for row in json.loads(path.read_bytes())] == ["first", "second"]
    assert b"".join(export.download()) == path.read_bytes()
    assert [each.id for each in session.list_resources(Export, {"report_type": "jobs_summary"})] == [export.id]
    assert session.delete_resource(export)
    with pytest.raises(NotFoundResponse):
        export.wait()


def test_jobs_are_selected_by_the_uuid_of_their_package(session: OrionSession) -> None:
    manifest = {"name": "mine", "version": "1", "python_version": "3.11", "requirements": [], "uuid": "0A-1"}
    program = b"from orionclient.floes import floe\n@floe(title='made')\ndef made() -> None:\n    pass\n"
    compressed = io.BytesIO()
    with tarfile.open(fileobj=compressed, mode="w:gz") as archive:
        for name, content in (("manifest.json", json.dumps(manifest).encode()), ("made.py", program)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    package = WorkFloePackage.upload(session, compressed.getvalue())
    package.wait(timeout=60)
    job = session.list_resources(WorkFloeSpec, {"package": package.id}).one().start("first")
    job.wait(timeout=60)
    # The report has the package after its deletion.
    session.delete_resource(job)
    session.delete_resource(package)
    for uuids, expected in ((["0a-1", "other"], [job.id]), (["other"], [])):
        export = Export.create(session, "jobs_summary", format="json", package_uuids=uuids)
        export.wait(timeout=60)
        rows = json.loads(b"".join(export.download()))
        assert [row["job_id"] for row in rows] == expected
        assert {(row["package"], row["package_uuid"], row["workfloe"]) for row in rows} <= {("mine", "0A-1", "made")}


def test_rejected_reports(orion: LocalOrion, session: OrionSession) -> None:
    with pytest.raises(ValidationError, match="package_uuids must be a list of strings, not 'abc'"):
        Export.create(session, "jobs_summary", package_uuids="abc")
    with pytest.raises(ValidationError, match="job_ids must be an integer"):
        Export.create(session, "jobs_summary", job_ids=["first"])
    end = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(BadResponse, match=r"The end_date 2026-01-01T00:00:00\+00:00 is before"):
        Export.create(session, "jobs_summary", start_date="2026-01-02", end_date=end)
    with pytest.raises(AuthorizationRequired, match="cost accounting"):
        Export.create(orion.session("grace"), "storage_use")
    assert session.list_resources(Export).count() == 0


def test_a_report_that_failed(scripted: Scripted) -> None:
    scripted.then(
        ScriptedResponse(data={**DONE, "state": "processing"}),
        ScriptedResponse(data={**DONE, "state": "error", "reason": "no space left"}),
    )
    export = Export(id=5, session=scripted.session())
    with pytest.raises(OrionError, match="Export 5 is 'error': no space left"):
        export.wait()


def test_a_truncated_report_is_an_error(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(raw=b"job_id", headers={"Content-Type": "application/octet-stream"}))
    export = Export.from_msg({**DONE, "size": 7}, session=scripted.session())
    with pytest.raises(OrionError, match="6"):
        list(export.download())
