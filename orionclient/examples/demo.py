"""The main job, played against a local Orion with 24 approved drugs: `python -m orionclient.examples.demo`."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import tempfile
from pathlib import Path

from orion_api.api.datasets import get_dataset
from orion_api.api.projects import list_projects

from orionclient.examples import drugs
from orionclient.exceptions import NotFoundResponse
from orionclient.helpers.reports import download_report
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import Dataset, File, WorkFloeSpec


class Checks:
    """Prints what is done and remembers what did not come out as it should."""

    def __init__(self) -> None:
        self.passed: int = 0
        self.failed: list[str] = []

    def step(self, title: str) -> None:
        """Open a chapter.

        Args:
            title: What follows.
        """
        print(f"\n{title}")

    def expect(self, good: object, text: str) -> None:
        """Check one thing.

        Args:
            good: Whether it is as it should be.
            text: What it is.
        """
        print(f"  {'ok ' if good else 'BAD'}  {text}")
        if good:
            self.passed += 1
        else:
            self.failed.append(text)


def show_identity(session: OrionSession, check: Checks) -> None:
    """Ask who and where we are.

    Args:
        session: The session.
        check: The checks.
    """
    check.step("Who am I, and where?")
    user, project = session.get_user_profile(), session.get_current_project()
    check.expect(session.is_authenticated(), "the token is good")
    check.expect(user.username == "ada", f"user {user.username} of organization {user.organization}")
    check.expect(project.id == session.config.project, f"project {project.id}, {project.name!r}")


def transfer_file(session: OrionSession, folder: Path, check: Checks) -> None:
    """Store a file and read it back.

    Args:
        session: The session.
        folder: Folder for what is downloaded.
        check: The checks.
    """
    check.step("A file there and back")
    source = drugs("sdf")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    file = File.upload(session, "24 approved drugs", source)
    check.expect(file.state == "ready", f"uploaded {source.name} as {file!r:.60}…")
    target = folder / "back.sdf"
    session.get_resource(File, file.id).download_to_file(target)
    back = hashlib.sha256(target.read_bytes()).hexdigest()
    check.expect(back == digest, f"read back {target.stat().st_size} bytes, SHA-256 {back[:12]}… equal")
    check.expect(file.sha256 == digest, "the server has the same digest")
    check.expect(session.delete_resource(file), "deleted it again")


def upload_dataset(session: OrionSession, folder: Path, check: Checks) -> Dataset:
    """Make a dataset of the drugs and read it in every way.

    Args:
        session: The session.
        folder: Folder for what is downloaded.
        check: The checks.

    Returns:
        The dataset.
    """
    check.step("A dataset of molecules")
    drug_set = Dataset.upload(session, "approved drugs", drugs("sdf"))
    check.expect(drug_set.count == 24, f"uploaded the SDF as dataset {drug_set.id} with {drug_set.count} records")
    found = list(session.list_resources(Dataset, {"name": "drugs", "project": session.config.project}))
    check.expect([each.id for each in found] == [drug_set.id], f"listing by name and project finds {len(found)}")
    session.refresh_resource(found[0])
    check.expect(found[0].count == 24 and not found[0].dirty, "refreshed what the listing gave")
    titles = [record["Title"] for record in drug_set.records()]
    check.expect(len(titles) == 24 and "caffeine" in titles, f"records: {', '.join(titles[:5])}, …")
    for name in ("drugs.csv", "drugs.sdf"):
        drug_set.download_to_file(folder / name)
    rows = (folder / "drugs.csv").read_text().splitlines()
    check.expect(len(rows) == 25, f"as CSV: {rows[0]} / {rows[1]}")
    blocks = (folder / "drugs.sdf").read_text()
    check.expect(blocks.count("$$$$") == 24, f"as SDF: {len(blocks)} characters, 24 structures")
    again = Dataset.upload(session, "approved drugs, again", folder / "drugs.sdf")
    same = all(one == other for one, other in zip(drug_set.records(), again.records(), strict=True))
    check.expect(same, "the SDF that came back makes the same 24 records")
    session.delete_resource(again, immediate=True)
    return drug_set


def tag_and_link(session: OrionSession, drug_set: Dataset, check: Checks) -> None:
    """Tag, find by tag, untag; link and follow the link.

    Args:
        session: The session.
        drug_set: The dataset.
        check: The checks.
    """
    check.step("Tags and links")
    session.tag_resource(drug_set, "Job 4242", "approved")
    names = sorted(tag["name"] for tag in session.list_tags(drug_set))
    check.expect(names == ["Job 4242", "approved"], f"tagged: {', '.join(names)}")
    hits = [each.id for each in session.list_resources(Dataset, {"tags": "Job 4242"})]
    check.expect(hits == [drug_set.id], "the job's tag finds its output")
    session.untag_resource(drug_set, "approved")
    check.expect([tag["name"] for tag in session.list_tags(drug_set)] == ["Job 4242"], "took one tag off")
    text = json.dumps(session.create_link(drug_set))
    linked = session.get_link(json.loads(text)).get_resource()
    check.expect(linked == drug_set and linked.name == drug_set.name, f"a link through JSON leads back: {text}")


def run_jobs(session: OrionSession, folder: Path, check: Checks) -> None:
    """Run a floe as a job, and read what it made.

    Args:
        session: The session.
        folder: Folder for what is downloaded.
        check: The checks.
    """
    check.step("A job that really runs")
    file = File.upload(session, "drugs to convert", drugs("sdf"))
    spec = session.list_resources(WorkFloeSpec, {"tags": "ETL"}).one()
    started = spec.start("convert the drugs", file=file, dataset="converted drugs")
    check.expect(started.state != "complete", f"started {spec.title!r} as job {started.id}, {started.state}")
    started.wait(timeout=300)
    check.expect(
        started.succeeded,
        f"it is {started.state} after {started.run_time:.1f} s and cost {started.cost} {started.currency}",
    )
    made = started.outputs(Dataset).one()
    check.expect(
        made.count == 24,
        f"its tag 'Job {started.id}' finds dataset {made.id}, {made.name!r}, with {made.count} records",
    )
    for line in started.logs():
        print(f"       {line}")
    writer = session.list_resources(WorkFloeSpec, {"name": "report"}, exact=True).one()
    report = writer.start("write a report", title="Drugs", pages=3)
    report.wait(timeout=300)
    found = download_report(report, folder / "report.zip")
    check.expect(
        "index.html" in found.pages,
        f"a report of {len(found.pages)} pages, to be read offline: {', '.join(found.pages[:3])}",
    )


def call_operations(session: OrionSession, drug_set: Dataset, check: Checks) -> None:
    """Call generated operations directly.

    Args:
        session: The session.
        drug_set: The dataset.
        check: The checks.
    """
    check.step("Straight to the generated operations")
    model = get_dataset.sync(drug_set.id, client=session.raw)
    check.expect(model.count == 24, f"get_dataset.sync -> {type(model).__name__}(id={model.id}, count={model.count})")
    page = asyncio.run(list_projects.asyncio(client=session.raw_async))
    check.expect(page.count > 0, f"list_projects.asyncio -> {', '.join(project.name for project in page.results)}")


def rename_and_delete(session: OrionSession, drug_set: Dataset, check: Checks) -> None:
    """Rename and delete.

    Args:
        session: The session.
        drug_set: The dataset.
        check: The checks.
    """
    check.step("Change and delete")
    session.update_resource(drug_set, {"name": "approved drugs, checked", "description": "24 structures"})
    check.expect(drug_set.name == "approved drugs, checked", f"renamed to {drug_set.name!r}")
    check.expect(session.delete_resource(drug_set), "moved to the trash")
    trash = [each.id for each in session.list_resources(Dataset, {"deleted": True})]
    check.expect(drug_set.id in trash, "the trash lists it")
    try:
        session.get_resource(Dataset, drug_set.id)
        check.expect(None, "a deleted dataset must not be found")
    except NotFoundResponse as error:
        check.expect(error, f"and it is gone: {error}")


def main() -> int:
    """Play the whole job.

    Returns:
        0 if every check passed, else 1.
    """
    check = Checks()
    print("orionclient demo: the main job, on a local Orion, with 24 approved drugs")
    with LocalOrion(seed="demo") as orion, tempfile.TemporaryDirectory() as place:
        print(f"local Orion at {orion.url}, data in {orion.folder}")
        # By default a 404 is asked for again for some 50 s, as Orion's documentation says; here nothing is replicated.
        session = orion.session(requests_session=get_session(retry_dict={503: 5}))
        show_identity(session, check)
        transfer_file(session, Path(place), check)
        drug_set = upload_dataset(session, Path(place), check)
        tag_and_link(session, drug_set, check)
        run_jobs(session, Path(place), check)
        call_operations(session, drug_set, check)
        rename_and_delete(session, drug_set, check)
    print(f"\n{check.passed} checks passed, {len(check.failed)} failed")
    for text in check.failed:
        print(f"  failed: {text}", file=sys.stderr)
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
