"""Demo of the main use cases against a local Orion with 24 approved drugs: `python -m orionclient.examples.demo`."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess  # nosec B404
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
from orionclient.types import Dataset, File, MolsearchDatabase, MolsearchQuery, WorkFloeSpec

__all__ = ["main"]


class Checks:
    """Prints the steps of the demo and collects failed checks."""

    def __init__(self) -> None:
        self.passed: int = 0
        self.failed: list[str] = []

    def step(self, title: str) -> None:
        """Print the title of a step.

        Args:
            title: The title.
        """
        print(f"\n{title}")

    def expect(self, condition: object, description: str) -> None:
        """Check a condition.

        Args:
            condition: True if the check passes.
            description: Description of the check.
        """
        print(f"  {'ok ' if condition else 'BAD'}  {description}")
        if condition:
            self.passed += 1
        else:
            self.failed.append(description)


def show_identity(session: OrionSession, check: Checks) -> None:
    """Show the current user and project.

    Args:
        session: The session.
        check: The checks.
    """
    check.step("Current user and project")
    user, project = session.get_user_profile(), session.get_current_project()
    check.expect(session.is_authenticated(), "the token is valid")
    check.expect(user.username == "ada", f"user {user.username} of organization {user.organization}")
    check.expect(project.id == session.config.project, f"project {project.id}, {project.name!r}")


def transfer_file(session: OrionSession, folder: Path, check: Checks) -> None:
    """Upload a file and download it.

    Args:
        session: The session.
        folder: Folder for downloads.
        check: The checks.
    """
    check.step("Upload and download a file")
    source = drugs("sdf")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    file = File.upload(session, "24 approved drugs", source)
    check.expect(file.state == "ready", f"uploaded {source.name} as {file!r:.60}…")
    target = folder / "downloaded.sdf"
    session.get_resource(File, file.id).download_to_file(target)
    downloaded = hashlib.sha256(target.read_bytes()).hexdigest()
    check.expect(downloaded == digest, f"downloaded {target.stat().st_size} bytes, SHA-256 {downloaded[:12]}… is equal")
    check.expect(file.sha256 == digest, "the server has the same digest")
    check.expect(session.delete_resource(file), "deleted the file")


def upload_dataset(session: OrionSession, folder: Path, check: Checks) -> Dataset:
    """Create a dataset of the drugs and read it in every format.

    Args:
        session: The session.
        folder: Folder for downloads.
        check: The checks.

    Returns:
        The dataset.
    """
    check.step("Create and read a dataset of molecules")
    drug_set = Dataset.upload(session, "approved drugs", drugs("sdf"))
    check.expect(drug_set.count == 24, f"uploaded the SDF as dataset {drug_set.id} with {drug_set.count} records")
    found = list(session.list_resources(Dataset, {"name": "drugs", "project": session.config.project}))
    check.expect([each.id for each in found] == [drug_set.id], f"listing by name and project finds {len(found)}")
    session.refresh_resource(found[0])
    check.expect(found[0].count == 24 and not found[0].dirty, "refreshed the listed dataset")
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
    check.expect(same, "uploading the downloaded SDF creates the same 24 records")
    session.delete_resource(again, immediate=True)
    return drug_set


def tag_and_link(session: OrionSession, drug_set: Dataset, check: Checks) -> None:
    """Add tags, find a dataset by its tag and remove a tag; create and resolve a link.

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
    check.expect([tag["name"] for tag in session.list_tags(drug_set)] == ["Job 4242"], "removed one tag")
    link = json.dumps(session.create_link(drug_set))
    linked = session.get_link(json.loads(link)).get_resource()
    check.expect(
        linked == drug_set and linked.name == drug_set.name, f"resolved a link after a JSON round trip: {link}"
    )


def run_jobs(session: OrionSession, folder: Path, check: Checks) -> None:
    """Run floes as jobs, and read their outputs.

    Args:
        session: The session.
        folder: Folder for downloads.
        check: The checks.
    """
    check.step("Run jobs")
    file = File.upload(session, "drugs to convert", drugs("sdf"))
    spec = session.list_resources(WorkFloeSpec, {"tags": "ETL"}).one()
    started = spec.start("convert the drugs", file=file, dataset="converted drugs")
    check.expect(started.state != "complete", f"started {spec.title!r} as job {started.id}, {started.state}")
    started.wait(timeout=300)
    check.expect(
        started.succeeded,
        f"the job is {started.state} after {started.run_time:.1f} s and cost {started.cost} {started.currency}",
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
        f"downloaded a report of {len(found.pages)} pages for offline reading: {', '.join(found.pages[:3])}",
    )


def watch_job(session: OrionSession, check: Checks) -> None:
    """Watch a job with `ocli jobs watch`, which prints a line for each change if its output is not a terminal.

    Args:
        session: The session.
        check: The checks.
    """
    check.step("Watch a job")
    slow = session.list_resources(WorkFloeSpec, {"name": "slow"}, exact=True).one()
    job = slow.start("watched", seconds=1, steps=4)
    config = session.config
    settings = {"ORION_URL": config.url, "ORION_TOKEN": config.token, "ORION_PROJECT": str(config.project)}
    command = [sys.executable, "-m", "orionclient.cli", "jobs", "watch", str(job.id)]
    done = subprocess.run(  # noqa: S603 - our own module  # nosec B603
        command, env={**os.environ, **settings}, capture_output=True, encoding="utf-8", check=False
    )
    for line in done.stdout.splitlines():
        print(f"       {line}")
    check.expect(done.returncode == 0 and "succeeded" in done.stdout, "ocli jobs watch ended when the job was complete")


def search_molecules(session: OrionSession, drug_set: Dataset, check: Checks) -> None:
    """Search the drugs by title, and store the hits as a dataset.

    Args:
        session: The session.
        drug_set: The dataset.
        check: The checks.
    """
    check.step("Search molecules")
    database = MolsearchDatabase.create(session, "approved drugs", drug_set)
    database.wait(timeout=60)
    check.expect(
        database.state == "LOADED", f"database {database.id} is {database.state} with {database.count} molecules"
    )
    query = MolsearchQuery.create_title_query(
        name="stimulants", database_id=database.id, titles=["caffeine", "aspirin"], session=session
    )
    query.wait(timeout=60)
    found = sorted(str(hit["title"]) for hit in query.hits())
    check.expect(found == ["aspirin", "caffeine"], f"query {query.id} is {query.state}: {', '.join(found)}")
    hits = query.export("hits")
    check.expect(hits.count == 2, f"exported the hits as dataset {hits.id} with {hits.count} records")


def call_operations(session: OrionSession, drug_set: Dataset, check: Checks) -> None:
    """Call generated operations directly.

    Args:
        session: The session.
        drug_set: The dataset.
        check: The checks.
    """
    check.step("Call generated operations")
    model = get_dataset.sync(drug_set.id, client=session.raw)
    check.expect(model.count == 24, f"get_dataset.sync -> {type(model).__name__}(id={model.id}, count={model.count})")
    page = asyncio.run(list_projects.asyncio(client=session.raw_async))
    check.expect(page.count > 0, f"list_projects.asyncio -> {', '.join(project.name for project in page.results)}")


def rename_and_delete(session: OrionSession, drug_set: Dataset, check: Checks) -> None:
    """Rename and delete a dataset.

    Args:
        session: The session.
        drug_set: The dataset.
        check: The checks.
    """
    check.step("Rename and delete")
    session.update_resource(drug_set, {"name": "approved drugs, checked", "description": "24 structures"})
    check.expect(drug_set.name == "approved drugs, checked", f"renamed to {drug_set.name!r}")
    check.expect(session.delete_resource(drug_set), "moved to the trash")
    trash = [each.id for each in session.list_resources(Dataset, {"deleted": True})]
    check.expect(drug_set.id in trash, "the trash lists it")
    try:
        session.get_resource(Dataset, drug_set.id)
        check.expect(None, "getting a deleted dataset must fail")
    except NotFoundResponse as error:
        check.expect(error, f"getting it fails: {error}")


def main() -> int:
    """Run the demo.

    Returns:
        0 if every check passed, else 1.
    """
    check = Checks()
    print("orionclient demo: the main use cases, on a local Orion, with 24 approved drugs")
    with LocalOrion(seed="demo") as orion, tempfile.TemporaryDirectory() as place:
        print(f"local Orion at {orion.url}, data in {orion.folder}")
        # By default a 404 is retried for some 50 s, as documented for Orion, whose data is replicated; a local Orion needs no retries.
        session = orion.session(requests_session=get_session(retry_dict={503: 5}))
        show_identity(session, check)
        transfer_file(session, Path(place), check)
        drug_set = upload_dataset(session, Path(place), check)
        tag_and_link(session, drug_set, check)
        run_jobs(session, Path(place), check)
        watch_job(session, check)
        search_molecules(session, drug_set, check)
        call_operations(session, drug_set, check)
        rename_and_delete(session, drug_set, check)
    print(f"\n{check.passed} checks passed, {len(check.failed)} failed")
    for description in check.failed:
        print(f"  failed: {description}", file=sys.stderr)
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
