"""Use the example resource type in a process that has it; a failed assertion fails the process."""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path

import orion_api
import pytest

import orionclient
from orionclient.exceptions import AuthorizationRequired, NotFoundResponse
from orionclient.local import LocalOrion
from orionclient.testing import set_testing
from orionclient.types import KINDS, Protocol, Secret, User

HERE = Path(sys.argv[1])
assert all(HERE in Path(str(package.__file__)).parents for package in (orionclient, orion_api)), orionclient.__file__
assert KINDS["protocol"] is Protocol


def names(session, **filters):
    return [each.name for each in session.list_resources(Protocol, filters)]


with set_testing(), LocalOrion(HERE / "data", seed="demo") as orion:
    session, grace = orion.session("ada"), orion.session("grace")

    synthesis = session.create_resource(Protocol, {"name": "synthesis", "steps": 3})
    assay = session.create_resource(Protocol, {"name": "assay", "project": 3, "path": "/june"})
    assert (synthesis.id, synthesis.steps, synthesis.project, assay.steps, assay.path) == (1, 3, 1, 0, "/june")
    assert session.get_resource(Protocol, "1").to_dict() == synthesis.to_dict()

    assert names(session) == ["synthesis", "assay"]
    assert names(session, name="SYN") == names(session, project=1) == names(session, steps=3) == ["synthesis"]
    assert names(session, path="/june") == names(grace) == ["assay"]
    assert session.list_resources(Protocol).count() == 2
    assert session.list_resources(Protocol, {"name": "assay"}, exact=True).one() == assay
    assert [each.name for each in session.list_resources(Protocol, {"limit": 1})] == ["synthesis", "assay"]

    session.update_resource(synthesis, {"name": "long synthesis", "steps": 30})
    assert (synthesis.name, session.get_resource(Protocol, 1).steps) == ("long synthesis", 30)

    # A resource of another type has the same id and must not be affected.
    secret = Secret.create(session, "x", "value")
    assert secret.id == synthesis.id
    session.tag_resource(synthesis, "Job 7", "good")
    session.untag_resource(synthesis, "good")
    assert [tag["name"] for tag in session.list_tags(synthesis)] == ["Job 7"]
    assert list(session.list_tags(secret)) == []
    assert names(session, tags="Job 7") == ["long synthesis"]

    with pytest.raises(AuthorizationRequired, match="protocol 1"):
        grace.get_resource(Protocol, 1)
    session.share_resource(synthesis, User(id=2))
    assert [share["target_id"] for share in session.list_shares(synthesis)] == [2]
    assert grace.get_resource(Protocol, 1) == synthesis
    assert names(grace) == ["long synthesis", "assay"]
    session.unshare_resource(synthesis, User(id=2))
    assert names(grace) == ["assay"]

    link = json.loads(json.dumps(session.create_link(synthesis)))
    assert session.get_link(link).get_resource().to_dict() == synthesis.to_dict()

    session.assign_paths({"resource_type": Protocol, "id": 1, "path": "/a/b"})
    session.refresh_resource(synthesis)
    assert synthesis.path == "/a/b"
    assert names(session, path="/a/b") == ["long synthesis"]

    again = pickle.loads(pickle.dumps(synthesis))
    assert (again, again.to_dict()) == (synthesis, synthesis.to_dict())

    assert session.delete_resource(synthesis)
    assert session.delete_resource(assay, immediate=True)
    assert names(session) == []
    assert names(session, deleted=True) == ["long synthesis"]
    assert session.delete_resource(synthesis, immediate=True)
    assert names(session, deleted=True) == []
    with pytest.raises(NotFoundResponse, match="protocol 1"):
        session.get_resource(Protocol, 1)

# The data directory keeps the state, including tags and shares of deleted resources; a new server continues with it.
with LocalOrion(HERE / "data") as orion:
    made = orion.session().create_resource(Protocol, {"name": "next"})
    assert made.id == 3
    assert list(orion.session().list_tags(made)) == []
print("done")
