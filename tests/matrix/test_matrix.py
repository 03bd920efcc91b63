"""The fault matrix, cell by cell: what comes of a fault, and what really reached the server."""

from __future__ import annotations

import contextlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from matrix_cells import CASES, CELLS, COLUMNS, DATA, FAULTS, Cell, Run, not_run, runs_of, waiver_of
from matrix_faults import HOW, KINDS, another_zone, distrusted, ways_there
from matrix_ground import COLUMN, Ground, Wires, Work
from matrix_scene import Scene
from starlette.datastructures import Headers

from orionclient import _http, _retry_loop
from orionclient._clock import CLOCK, Clock
from orionclient._limits import clear_limiters
from orionclient.emulator import envelope
from orionclient.emulator.fault_middleware import FaultMiddleware
from orionclient.session import SessionConfig
from orionclient.transfer import plans


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large content begins early, so that a cell is quick."""
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
        # A stack that takes no idempotency keys.
        monkeypatch.setattr(envelope, "FEATURES", ())
    if cell.fault in {"N20", "D12"}:
        request.getfixturevalue("calm")
    spent: list[tuple[str, int, int]] = []
    for number, run in enumerate(runs_of(cell, way)):
        variants = [False, True] if cell.expected(way) in "RS" and number == 0 else [False]
        for wire in ways_there(cell, run):
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
        over(scene, request, wire)
    if cell.fault in {"D7", "D19"}:
        work.filters = {"limit": 2}
    how = HOW.get(run.what) if run.kind == "how" else KINDS[run.kind]
    # What was learned of keys and paces belongs to the run before.
    _retry_loop._KEYED_ORIGINS.clear()
    clear_limiters()
    _http.close_connections()
    ground.faults.clear()
    with how(scene) if how is not None else distrusted(scene, scene.proxy), listening(scene):  # type: ignore[arg-type]
        scene.call()
    scene.judge()
    spent = scene.spent()
    ground.faults.clear()
    return spent


@contextlib.contextmanager
def listening(scene: Scene) -> Iterator[None]:
    """Note what the requests say that the record of the server leaves out; and be in another zone where dates are read."""
    real = FaultMiddleware.__call__

    async def heard(self: FaultMiddleware, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].endswith("/download"):
            scene.ranges.append(Headers(scope=scope).get("range"))
        await real(self, scope, receive, send)

    with (
        pytest.MonkeyPatch.context() as patch,
        another_zone() if scene.cell.fault == "S429c" else contextlib.nullcontext(),
    ):
        patch.setattr(FaultMiddleware, "__call__", heard)
        yield


def over(scene: Scene, request: pytest.FixtureRequest, wire: str) -> None:
    """Lead the session through a proxy."""
    wires: Wires = request.getfixturevalue("wires")
    if scene.run.kind == "how" and scene.run.what in {"untrusted", "expired", "other host"}:
        wires = request.getfixturevalue("distrusted")[scene.run.what]
    scene.proxy = wires.proxies[wire]
    scene.config = changed(scene.config, scene.proxy.url, wires.ca_file if wire == "tls" else None)


def changed(config: SessionConfig, url: str, ca_file: Path | None) -> SessionConfig:
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
    """Whatever the data says of a cell that is less than the table asks for stands in `waivers` as well, with its reason."""
    found = defaultdict(list)
    for cell in CELLS:
        for reason in waiver_of(cell):
            found[reason].append(cell.name)
    assert dict(found) == {reason: names.split() for reason, names in DATA["waivers"].items()}


@pytest.mark.parametrize(
    ("ran", "options", "missing"),
    [
        (list(CASES), {}, 0),
        (list(CASES)[1:], {}, 1),
        ([], {"asked": ["tests"]}, len(CASES)),
        ([], {"asked": ["tests/matrix/test_stateful.py"]}, 0),
        ([], {"asked": ["tests/matrix/test_matrix.py::test_cell"]}, 0),
        ([], {"keyword": "N1"}, 0),
    ],
)
def test_a_run_that_leaves_cells_out_is_found(ran: list[str], options: dict[str, Any], missing: int) -> None:
    assert len(not_run(ran, **{"asked": ["tests/matrix"], "folder": Path(__file__).parents[2], **options})) == missing


def test_every_cell_has_a_fault() -> None:
    assert [cell.name for cell in CELLS if not runs_of(cell)] == []
