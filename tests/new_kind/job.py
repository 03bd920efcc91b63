"""Use the example resource type in a process that has it; a failed assertion fails the process."""

from __future__ import annotations

import json
import os
import pickle
import sys
from pathlib import Path

import orion_api
import pytest
from click.testing import CliRunner

import orionclient
from orionclient.cli._core.root import ocli
from orionclient.exceptions import AuthorizationRequired, NotFoundResponse
from orionclient.local import LocalOrion
from orionclient.testing import set_testing
from orionclient.types import KINDS, Secret, User, Widget

HERE = Path(sys.argv[1])
assert all(HERE in Path(str(package.__file__)).parents for package in (orionclient, orion_api)), orionclient.__file__
assert KINDS["widget"] is Widget


def names(session, **filters):
    return [each.name for each in session.list_resources(Widget, filters)]


with set_testing(), LocalOrion(HERE / "data", seed="demo") as orion:
    session, grace = orion.session("ada"), orion.session("grace")

    synthesis = session.create_resource(Widget, {"name": "synthesis", "description": "new"})
    assay = session.create_resource(Widget, {"name": "assay", "project": 3, "path": "/june"})
    assert (synthesis.id, synthesis.description, synthesis.project) == (1, "new", 1)
    assert (assay.description, assay.path) == ("", "/june")
    assert session.get_resource(Widget, "1").to_dict() == synthesis.to_dict()

    assert names(session) == ["synthesis", "assay"]
    assert names(session, name="SYN") == names(session, project=1) == ["synthesis"]
    assert names(session, path="/june") == names(grace) == ["assay"]
    assert names(session, order_by="name") == ["assay", "synthesis"]
    assert names(session, path_contains="un", name_contains="ss") == ["assay"]
    assert session.list_resources(Widget).count() == 2
    assert session.list_resources(Widget, {"name": "assay"}, exact=True).one() == assay
    assert [each.name for each in session.list_resources(Widget, {"limit": 1})] == ["synthesis", "assay"]

    session.update_resource(synthesis, {"name": "long synthesis", "description": "old"})
    assert (synthesis.name, session.get_resource(Widget, 1).description) == ("long synthesis", "old")

    # A resource of another type has the same id and must not be affected.
    secret = Secret.create(session, "x", "value")
    assert secret.id == synthesis.id
    session.tag_resource(synthesis, "Job 7", "good")
    session.untag_resource(synthesis, "good")
    assert [tag["name"] for tag in session.list_tags(synthesis)] == ["Job 7"]
    assert list(session.list_tags(secret)) == []
    assert names(session, tags="Job 7") == ["long synthesis"]

    with pytest.raises(AuthorizationRequired, match="widget 1"):
        grace.get_resource(Widget, 1)
    session.share_resource(synthesis, User(id=2))
    assert [share["target_id"] for share in session.list_shares(synthesis)] == [2]
    assert grace.get_resource(Widget, 1) == synthesis
    assert names(grace) == ["long synthesis", "assay"]
    session.unshare_resource(synthesis, User(id=2))
    assert names(grace) == ["assay"]

    link = json.loads(json.dumps(session.create_link(synthesis)))
    assert session.get_link(link).get_resource().to_dict() == synthesis.to_dict()

    session.assign_paths({"resource_type": Widget, "id": 1, "path": "/a/b"})
    session.refresh_resource(synthesis)
    assert synthesis.path == "/a/b"
    assert names(session, path="/a/b") == ["long synthesis"]

    again = pickle.loads(pickle.dumps(synthesis))
    assert (again, again.to_dict()) == (synthesis, synthesis.to_dict())

    assert session.delete_resource(synthesis)
    assert session.delete_resource(assay, immediate=True)
    assert names(session) == []
    assert names(session, deleted=True) == names(session, deleted=True, expired=True) == ["long synthesis"]
    session.restore_resource(synthesis)
    assert names(session) == ["long synthesis"]
    assert session.delete_resource(synthesis, immediate=True)
    assert names(session, deleted=True) == []
    with pytest.raises(NotFoundResponse, match="widget 1"):
        session.get_resource(Widget, 1)

    os.environ.update(ORION_URL=orion.url, ORION_TOKEN=session.config.token)
    for words, printed in (
        ("create first", "Created widget 3 'first'"),
        ("list --quiet", "3"),
        ("update 3 --name last", "Updated widget 3 'last'"),
        ("show 3 --quiet", "3"),
        ("tag 3 good", "Tagged widget 3 'last' with 'good'"),
        ("delete 3 --immediate --yes", "Deleted widget 3 'last'"),
    ):
        done = CliRunner().invoke(ocli, ["widgets", *words.split()])
        assert (done.exit_code, done.output) == (0, f"{printed}\n"), done.output

# The data directory keeps the state, including tags and shares of deleted resources; a new server continues with it.
with LocalOrion(HERE / "data") as orion:
    made = orion.session().create_resource(Widget, {"name": "next"})
    assert made.id == 4
    assert list(orion.session().list_tags(made)) == []
print("done")
