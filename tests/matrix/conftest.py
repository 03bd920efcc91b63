"""The servers of the fault matrix, and its summary in the terminal report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from connections_certificates import DAY, NOW, context_for, make
from helpers.canary import CANARIES
from matrix_cells import CELLS, find_missing
from matrix_ground import Ground, Wires

from orionclient.local import LocalOrion
from orionclient.testing import FaultProxy


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """One server for all cells; its jobs stay queued."""
    with LocalOrion(tmp_path_factory.mktemp("orion"), seed="demo", jobs=0, proxied=True, durable=False) as orion:
        CANARIES.add(orion.token)
        yield Ground(orion)


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A server with content on a second origin."""
    with LocalOrion(tmp_path_factory.mktemp("stored"), seed="demo", jobs=0, storage=True, durable=False) as orion:
        CANARIES.add(orion.token)
        yield Ground(orion)


@pytest.fixture(scope="session")
def wires(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wires]:
    """Proxies to the server, without and with TLS."""
    folder = tmp_path_factory.mktemp("certificates")
    root = make("root", ca=True)
    ca_file = folder / "root.pem"
    ca_file.write_bytes(root.pem)
    context = context_for(folder, make("server", root, hosts=("localhost",)))
    with FaultProxy(ground.orion.url) as plain, FaultProxy(ground.orion.url, context=context) as tls:
        yield Wires(plain, tls, ca_file)


@pytest.fixture(scope="session")
def distrusted(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Wires]]:
    """TLS proxies with certificates that must be rejected, by reason."""
    folder = tmp_path_factory.mktemp("bad")
    root, other = make("root", ca=True), make("other", ca=True)
    ca_file = folder / "root.pem"
    ca_file.write_bytes(root.pem)
    leaves = {
        "untrusted": make("server", other, hosts=("localhost",)),
        "expired": make("server", root, hosts=("localhost",), starts=NOW - 2 * DAY, ends=NOW - DAY),
        "other host": make("server", root, hosts=("other.example",)),
    }
    proxies = {name: FaultProxy(ground.orion.url, context=context_for(folder, leaf)) for name, leaf in leaves.items()}
    for proxy in proxies.values():
        proxy.start()
    yield {name: Wires(proxy, proxy, ca_file) for name, proxy in proxies.items()}
    for proxy in proxies.values():
        proxy.stop()


def _read_reports(config: pytest.Config) -> list[tuple[pytest.TestReport, dict[str, Any]]]:
    """Return the reports of the tests that ran, with their recorded properties."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = [] if reporter is None else [*reporter.getreports("passed"), *reporter.getreports("failed")]
    return [(report, dict(report.user_properties)) for report in reports if report.when == "call"]


def _find_missing_cells(config: pytest.Config) -> list[str]:
    """List the cells that should have run and did not."""
    if config.option.collectonly or getattr(config.option, "lf", False) or hasattr(config, "workerinput"):
        return []
    ran = [str(properties["case"]) for _, properties in _read_reports(config) if "case" in properties]
    return find_missing(ran, config.args, config.invocation_params.dir, config.option.keyword)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail if cells were skipped, deselected or not collected by mistake."""
    if session.exitstatus == pytest.ExitCode.OK and _find_missing_cells(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Report the cells that ran, and the faults that each tool caused."""
    cells: defaultdict[str, list[bool]] = defaultdict(list)
    consumed: defaultdict[str, list[bool]] = defaultdict(list)
    tools: defaultdict[str, list[tuple[str, int, int]]] = defaultdict(list)
    runs = schedules = 0
    for report, properties in _read_reports(config):
        schedules += int(properties.get("schedules", 0))
        if "case" in properties:
            name, spent = properties["case"].rpartition("-")[0], properties.get("spent", [])
            cells[name].append(report.passed)
            consumed[name].append(bool(spent) and all(0 < due <= met for _, due, met in spent))
            runs += len(spent)
            for tool, due, met in spent:
                tools[tool].append((name, due, met))
    if schedules:
        terminalreporter.section("random faults")
        terminalreporter.line(
            f"{schedules} schedules in the completed tests; anything applied twice or changed silently fails a test"
        )
    if cells:
        passed, whole = (sum(all(each) for each in outcomes.values()) for outcomes in (cells, consumed))
        terminalreporter.section("fault matrix")
        terminalreporter.line(
            f"cells run {len(cells)} of {len(CELLS)}, passed {passed}, scripts fully consumed {whole}; {runs} runs"
        )
        for tool, met in sorted(tools.items()):
            names, due, count = {name for name, _, _ in met}, sum(each[1] for each in met), sum(each[2] for each in met)
            terminalreporter.line(f"{tool}: {count}, expected {due}, in {len(names)} cells")
    if missing := _find_missing_cells(config):
        terminalreporter.section(f"{len(missing)} cells of the matrix did not run", red=True)
        terminalreporter.line(", ".join(missing[:20]))
