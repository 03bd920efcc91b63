"""The cost model of the local Orion and its ledger of job runs; prices and rules are assumptions.

- A job run costs its run time multiplied by the prices of its CPUs and its memory, rounded to 0.0001. Time in the queue costs nothing.
- Each job run that ended is one row of the ledger, written in the transaction that ends the job and lowers the balance of the
  organization. Rows stay when jobs, floes and packages are deleted; renaming a job renames its row.
- Content costs its size multiplied by the time since the item was created, in the trash too, until it is deleted permanently. Reports show
  this cost; it does not lower the balance, which only job runs do.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

# Prices in currency units: of a CPU and of a MiB of memory for an hour, and of a GiB of content for a month of 30 days.
CPU_HOUR: Final = Decimal("0.27")
MEMORY_HOUR: Final = Decimal("0.00005")
STORAGE_MONTH: Final = Decimal("0.023")
MONTH_SECONDS: Final = 30 * 86400
_UNIT: Final = Decimal("0.0001")
# The cost of small content would be zero otherwise.
_STORAGE_UNIT: Final = Decimal("0.000001")


class Hardware(NamedTuple):
    """The count of CPUs and the memory in MiB that a job run is charged for."""

    cpu_count: int
    memory_mb: float


def read_hardware(parameters: Mapping[str, Any]) -> Hardware:
    """Select what is charged from the hardware parameters of a job."""
    return Hardware(*(parameters[name] for name in Hardware._fields))


def compute_cost(seconds: float, hardware: Hardware) -> Decimal:
    """Compute the cost of a job run from its run time in seconds."""
    hourly = CPU_HOUR * hardware.cpu_count + MEMORY_HOUR * Decimal(str(hardware.memory_mb))
    return (Decimal(repr(seconds)) * hourly / 3600).quantize(_UNIT)


def compute_storage_cost(byte_seconds: float) -> Decimal:
    """Compute the cost of content from its bytes multiplied by seconds."""
    return (Decimal(repr(byte_seconds)) / 1024**3 / MONTH_SECONDS * STORAGE_MONTH).quantize(_STORAGE_UNIT)


def record_charge(db: sqlite3.Connection, job: int, hardware: Hardware) -> None:
    """Add a job that has ended to the ledger, and lower the balance of its organization by its cost."""
    db.execute(
        "INSERT INTO charges (job, name, workfloe, workfloe_uuid, package, package_uuid, project, owner, organization,"
        " created, started, finished, run_time, cpu_count, memory_mb, cost, currency, outcome, reason)"
        " SELECT jobs.id, jobs.name, workfloes.name, workfloes.uuid, coalesce(packages.name, ''),"
        " coalesce(CAST(json_extract(packages.specification, '$.uuid') AS TEXT), ''), jobs.project, jobs.owner,"
        " users.organization, jobs.created, jobs.started, jobs.finished, jobs.run_time, ?, ?, jobs.cost, jobs.currency,"
        " jobs.outcome, jobs.reason"
        " FROM jobs JOIN workfloes ON workfloes.id = jobs.workfloe JOIN users ON users.id = jobs.owner"
        " LEFT JOIN packages ON packages.id = workfloes.package WHERE jobs.id = ?",
        (*hardware, job),
    )
    query = "SELECT organization, balance, cost FROM charges JOIN organizations ON organizations.id = organization WHERE job = ?"
    organization, balance, cost = db.execute(query, (job,)).fetchone()
    if Decimal(cost):
        db.execute(
            "UPDATE organizations SET balance = ? WHERE id = ?", (str(Decimal(balance) - Decimal(cost)), organization)
        )


def record_deletion(db: sqlite3.Connection, job: int) -> None:
    """Note in the ledger that a job is being deleted."""
    db.execute("UPDATE charges SET deleted = ? WHERE job = ?", (now(db), job))
