"""Handler that restores resources from the trash; no such operation of Orion is published."""

from __future__ import annotations

from orionclient.emulator._handlers import collections, projects, resources
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._problems import ProblemError, not_found
from orionclient.emulator._store import access, folders


def restore_resource(call: Call) -> None:
    """Restore a resource to its project and folder, which is created if missing."""
    name, resource_id = call.path["resource_type"], call.path["resource_id"]
    kind = call.stack.kinds.get(name)
    with call.stack.store.write_transaction() as db:
        if name == "project":
            row, table = projects.find_own(call, db, resource_id, "restore", trashed=True), "projects"
        elif kind is None or not kind.trash:
            raise not_found(f'Resources of type "{name}" have no trash.')
        else:
            row, table = resources.find(call, db, kind, resource_id, trashed=True), kind.table
        if not row["deleted"]:
            return
        if row["deleted"] < resources.compute_expiry(call):
            detail = f"The {name} {resource_id} was deleted more than {resources.RETENTION.days} days ago."
            raise ProblemError(409, detail, "expired")
        if name == "collection" and row["state"] == "deleting":
            raise collections.build_busy_problem(f"The collection {resource_id} is deleting; it cannot be restored.")
        if name != "project":
            project = None if access.is_of_organization(row) else row["project"]
            folders.create_folder(db, access.Location(project, row["root"], row["path"]), call.caller.id)
        db.execute(f"UPDATE {table} SET deleted = '' WHERE id = ?", (resource_id,))  # noqa: S608 - constants  # nosec B608


HANDLERS = {"restore_resource": Handler(restore_resource)}
