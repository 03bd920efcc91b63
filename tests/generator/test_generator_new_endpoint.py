"""The recipe "Add an endpoint" of CONTRIBUTING.md works: a call of the new operation reaches the local Orion over HTTP."""

from __future__ import annotations

from typing import Any

from helpers.project_copy import ProjectCopy, list_recipe_files

OPERATION = """
  /api/v1/storage/collections/{collection_id}/restore/:
    post:
      operationId: restore_collection
      tags: [collections]
      summary: Restore a collection
      description: Moves a collection out of the trash. Has no effect on a collection that is not in the trash.
      x-orion-retry: write
      x-orion-evidence: assumed
      security: [{token: []}]
      parameters:
        - name: collection_id
          in: path
          required: true
          description: Id of the collection.
          x-orion-evidence: assumed
          schema: {type: integer, minimum: 1, maximum: 9223372036854775807}
      responses:
        '200':
          description: The collection.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/CollectionInfo'}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '429': {$ref: '#/components/responses/RateLimited'}
        '500': {$ref: '#/components/responses/ServerError'}
        '503': {$ref: '#/components/responses/Unavailable'}
"""
HANDLER = """
def restore_collection(call: Call) -> dict[str, Any]:
    with call.stack.store.write_transaction() as db:
        row = resources.find(call, db, COLLECTIONS, call.path["collection_id"], trashed=True)
        db.execute("UPDATE collections SET deleted = '' WHERE id = ?", (row["id"],))
        return COLLECTIONS.show(resources.find_named(call, db, COLLECTIONS))


"""
METHOD = """
    def restore(self) -> None:
        self._replace(self._require_session()._calls.request_json(api.restore_collection, self._ids()))

"""
TEST = """
def test_a_collection_is_restored(orion: LocalOrion, session: OrionSession) -> None:
    collection = ShardCollection.create(session, "frames")
    session.delete_resource(collection)
    collection.restore()
    assert collection.deleted == ""
    (request,) = orion.faults.requests("restore_collection")
    assert (request.path, request.status) == (f"/api/v1/storage/collections/{collection.id}/restore/", 200)
"""


def test_a_new_endpoint_is_at_most_six_files(run: Any, tmp_path_factory: Any) -> None:
    project = ProjectCopy(tmp_path_factory.mktemp("endpoint") / "project")
    client, handlers = "orionclient/types/collections.py", "orionclient/emulator/_handlers/collections.py"
    project.insert("openapi/collections.yaml", "components:", *OPERATION.strip("\n").splitlines())
    project.insert(handlers, "HANDLERS = {", *HANDLER.strip("\n").splitlines(), "", "")
    project.insert(handlers, '    "list_collections":', '    "restore_collection": Handler(restore_collection),')
    project.insert(client, "    def close(", *METHOD.strip("\n").splitlines(), "")
    with (project.folder / "tests/session/test_collections.py").open("a") as file:
        file.write(f"\n{TEST}")
    changed = project.changed()
    # This operation has no body, so that the retry table needs no arguments.
    recipe = {path.replace("<kind>", "collections") for path in list_recipe_files("Add an endpoint")}
    assert changed == recipe - {"tests/conformance/test_retry_table.py"}
    assert len(recipe) <= 6

    for command in ("generate", "check", "lint"):
        done = run("-m", "generator", command, cwd=project.folder, PYTHONPATH="")
        assert done.returncode == 0, done.stderr
    assert project.changed() == {*changed, "docs/evidence.md"}
    tests = (
        "tests/session/test_collections.py",
        "tests/surface/test_operations.py",
        "tests/conformance/test_retry_table.py",
    )
    project.python("-m", "pytest", "-q", *tests, "-k", "restore or lacks or is_in_the_table")
