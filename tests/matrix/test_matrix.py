"""The fault matrix, cell by cell: the outcome of each fault, and the effects on the server."""

from __future__ import annotations

import contextlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import foreign
from matrix_cells import CASES, CELLS, COLUMNS, DATA, FAULTS, Cell, Run, find_missing, list_runs, list_waivers
from matrix_faults import HOW, KINDS, another_zone, list_wires, present_bad_certificate
from matrix_ground import COLUMN, Ground, Wires, Work
from matrix_scene import Scene
from starlette.datastructures import Headers

from orionclient._requesting import retry_loop
from orionclient._requesting.limits import clear_limiters
from orionclient._runtime.clock import CLOCK, Clock
from orionclient._transfer import plans
from orionclient._transport import exchange
from orionclient.emulator._http import envelope
from orionclient.emulator.faults._middleware import FaultMiddleware
from orionclient.session import SessionConfig


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the size of multipart uploads, so that a cell is quick."""
    monkeypatch.setattr(plans, "_SINGLE_REQUEST_SIZE", 64 * 1024)
    monkeypatch.setattr(plans, "MIN_PART_SIZE", 64 * 1024)
    monkeypatch.setattr(plans, "MIB", 64 * 1024)


def real_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    for name in ("sleep", "monotonic", "time", "virtual"):
        monkeypatch.setattr(CLOCK, name, getattr(clock, name))


@pytest.mark.parametrize(("cell", "way"), [pytest.param(cell, way, id=name) for name, (cell, way) in CASES.items()])
def test_cell(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    cell: Cell,
    way: str,
) -> None:
    record_property("case", f"{cell.name}-{way}")
    if cell.real:
        real_clock(monkeypatch)
    if way != "keyed":
        # A stack without idempotency keys.
        monkeypatch.setattr(envelope, "FEATURES", ())
    if cell.fault in {"N20", "D12"}:
        request.getfixturevalue("small_parts")
    spent: list[tuple[str, int, int]] = []
    for index, run in enumerate(list_runs(cell, way)):
        variants = [False, True] if cell.expected(way) in "RS" and index == 0 else [False]
        for wire in list_wires(cell, run):
            spent += [play(request, tmp_path, cell, way, run, wire, stays=stays) for stays in variants]
    record_property("spent", spent)


def play(
    request: pytest.FixtureRequest, folder: Path, cell: Cell, way: str, run: Run, wire: str | None, *, stays: bool
) -> tuple[str, int, int]:
    ground: Ground = request.getfixturevalue("stored" if run.what == "storage" else "ground")
    work = Work(ground, folder, large=bool(cell.given.get("large")), known=bool(cell.given.get("known")))
    work.id = COLUMN[cell.column].prepare(work)
    scene = Scene(cell, way, run, ground, work, stays=stays)
    if wire is not None:
        use_proxy(scene, request, wire)
    if cell.fault in {"D7", "D19"}:
        work.filters = {"limit": 2}
    how = HOW.get(run.what) if run.kind == "how" else KINDS[run.kind]
    # Clear what earlier runs learned of keys and rates.
    retry_loop._KEYED_ORIGINS.clear()
    clear_limiters()
    exchange.close_connections()
    ground.faults.clear()
    with how(scene) if how is not None else present_bad_certificate(scene, scene.proxy), record_ranges(scene):  # type: ignore[arg-type]
        scene.call()
    scene.judge()
    spent = scene.count_faults()
    ground.faults.clear()
    return spent


@contextlib.contextmanager
def record_ranges(scene: Scene) -> Iterator[None]:
    """Record the `Range` headers of downloads; use another time zone for the cell with dates."""
    real = FaultMiddleware.__call__

    async def record(self: FaultMiddleware, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].endswith("/download"):
            scene.ranges.append(Headers(scope=scope).get("range"))
        await real(self, scope, receive, send)

    with (
        pytest.MonkeyPatch.context() as patch,
        another_zone() if scene.cell.fault == "S429c" else contextlib.nullcontext(),
    ):
        patch.setattr(FaultMiddleware, "__call__", record)
        yield


def use_proxy(scene: Scene, request: pytest.FixtureRequest, wire: str) -> None:
    """Connect the session through a fault proxy."""
    wires: Wires = request.getfixturevalue("wires")
    if scene.run.kind == "how" and scene.run.what in {"untrusted", "expired", "other host"}:
        wires = request.getfixturevalue("distrusted")[scene.run.what]
    scene.proxy = wires.proxies[wire]
    scene.config = replace_url(scene.config, scene.proxy.url, wires.ca_file if wire == "tls" else None)


def replace_url(config: SessionConfig, url: str, ca_file: Path | None) -> SessionConfig:
    if ca_file is not None:
        foreign.trust(ca_file)
    return SessionConfig(
        url=url, token=config.token, username=config.username, project=config.project,
        ca_file=None if ca_file is None else str(ca_file),
    )  # fmt: skip


def test_the_data_is_the_table_of_the_policy() -> None:
    assert len(FAULTS) == 62
    assert len(COLUMNS) == 10
    assert len(CELLS) == len({cell.name for cell in CELLS}) == 474
    assert Counter(cell.letter for cell in CELLS) == DATA["counts"]
    parts = Counter(cell.fault[0] for cell in CELLS)
    assert (parts["N"], parts["S"], parts["D"]) == (200, 197, 77)
    corrected = [cell.name for cell in CELLS if "corrected" in json.dumps(cell.given.get("note", ""))]
    assert corrected == ["S404-C", "S404-J"]


def test_every_waiver_is_listed() -> None:
    """Every cell with weaker assertions than the table is in `waivers`, with its reason."""
    found = defaultdict(list)
    for cell in CELLS:
        for reason in list_waivers(cell):
            found[reason].append(cell.name)
    assert dict(found) == {reason: names.split() for reason, names in DATA["waivers"].items()}


@pytest.mark.parametrize(
    ("ran", "options", "missing"),
    [
        (list(CASES), {}, 0),
        (list(CASES)[1:], {}, 1),
        ([], {"arguments": ["tests"]}, len(CASES)),
        ([], {"arguments": ["tests/matrix/test_stateful.py"]}, 0),
        ([], {"arguments": ["tests/matrix/test_matrix.py::test_cell"]}, 0),
        ([], {"keyword": "N1"}, 0),
    ],
)
def test_missing_cells_are_found(ran: list[str], options: dict[str, Any], missing: int) -> None:
    assert (
        len(find_missing(ran, **{"arguments": ["tests/matrix"], "folder": Path(__file__).parents[2], **options}))
        == missing
    )


def test_every_cell_has_a_fault() -> None:
    assert [cell.name for cell in CELLS if not list_runs(cell)] == []
