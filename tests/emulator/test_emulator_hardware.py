"""The hardware of jobs: what a job asks for, what it finds, what is enforced, and which jobs run together."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from emulator_floes import FLOES, JOBS, floe, get, is_alive, log, outcome, reach, start

from orionclient.config import in_orion
from orionclient.emulator import Server
from orionclient.emulator._jobs import hardware, supervisor
from orionclient.emulator._jobs.processes import build_environment
from orionclient.emulator._jobs.specifications import ParametersError

Connect = Callable[..., httpx.Client]
linux = pytest.mark.skipif(sys.platform != "linux", reason="not enforced elsewhere")

DEFAULTS = {
    "cpu_count": 1,
    "memory_mb": 1800,
    "disk_space": 5120,
    "gpu_count": 0,
    "instance_type": "",
    "instance_tags": "",
    "max_backlog_wait": 600,
    "spot_policy": "Prohibited",
}
CPUS = {"name": "cpu_count", "promoted_name": "cpus", "type": "integer", "default": 2}
MEMORY = {"name": "memory_mb", "type": "decimal", "default": 700.5, "min_value": 300}
BIG = floe("big", CPUS, MEMORY)
BIG["specification"]["cubes"][0]["type"] = "source"
BIG["specification"]["cubes"].append({"name": "store", "title": "Store", "type": "sink"})
STACK = [*FLOES, BIG, floe("gpu", {"name": "gpu_count", "type": "integer", "default": 1})]
BIG_ID, GPU_ID = 4, 5
MACHINE = hardware.Machine(3, 4096)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with 3 CPUs for jobs, whether the machine has them or not."""
    with Server(tmp_path_factory.mktemp("stack"), seed="demo", floes=STACK, jobs=4, cpus=3, memory_mb=4096) as running:
        yield running


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Server]:
    """A server that runs no job, with 3 CPUs."""
    with Server(tmp_path / "queue", seed="demo", floes=STACK, jobs=0, cpus=3, memory_mb=4096) as running:
        yield running


def start_with(caller: httpx.Client, floe_id: int = 1, **fields: Any) -> httpx.Response:
    return caller.post(JOBS, json={"workfloe": floe_id, **fields})


# ---------------------------------------------------------------- what a job asks for


@pytest.mark.parametrize(
    ("parameters", "system", "expected"),
    [
        # The largest of all cubes counts.
        ({}, {}, {"cpu_count": 2, "memory_mb": 1800}),
        ({"cube": {"store": {"memory_mb": 256}}}, {}, {"cpu_count": 2, "memory_mb": 700.5}),
        ({}, {"cpu_count": 3, "spot_policy": "Allowed"}, {"cpu_count": 3, "spot_policy": "Allowed"}),
        # The values of a cube take precedence over those of the system, and these over the floe's.
        ({"cube": {"big": {"cpu_count": 1}}}, {"cpu_count": 3}, {"cpu_count": 3}),
        (
            {"cube": {"big": {"cpu_count": 1, "memory_mb": None}, "Store": {"cpu_count": 1, "disk_space": 6000}}},
            {"cpu_count": 3, "memory_mb": 400},
            {"cpu_count": 1, "memory_mb": 400, "disk_space": 6000},
        ),
        (
            {"promoted": {"cpus": 1}, "cube": {"big": {"cpu_count": 3}, "store": {"instance_type": "m5.large"}}},
            {"memory_mb": 512},
            {"cpu_count": 1, "memory_mb": 512, "instance_type": "m5.large"},
        ),
    ],
)
def test_the_origin_of_the_hardware_of_a_job(
    queue: Server, connect: Connect, parameters: Any, system: Any, expected: dict[str, Any]
) -> None:
    ada = connect(queue)
    made = start_with(ada, BIG_ID, parameters=parameters, system_parameters=system).json()
    assert made["hardware"] == {**DEFAULTS, **expected}
    assert (made["parameters"], made["system_parameters"]) == (parameters, system)
    assert get(ada, made) == made
    assert ada.get(JOBS).json()["results"] == [made]
    # A floe that sets none.
    assert start_with(ada, system_parameters={"other": [1]}).json()["hardware"] == DEFAULTS


def test_all_faults_are_reported_and_nothing_is_started(server: Server, connect: Connect, rejected: Any) -> None:
    ada = connect(server)
    before = ada.get(JOBS).json()["count"]
    response = start_with(
        ada,
        BIG_ID,
        parameters={
            "promoted": {"cpus": 193},
            "cube": {"big": {"memory_mb": 299, "gpu_count": -1, "nothing": 1}, "store": {"spot_policy": 3}},
        },
        system_parameters={"max_backlog_wait": 299, "disk_space": True, "other": None},
    )
    assert response == rejected(422, "bad_job_parameters", "7 faults")
    assert re.findall(
        "'([a-z_]+)'(?: of the cube '[a-z]+')? must be (at \\w+ \\d+|\\w+ \\w+)", response.json()["detail"]
    ) == [
        ("cpus", "at most 192"),
        ("memory_mb", "at least 300"),
        ("gpu_count", "at least 0"),
        ("spot_policy", "a string"),
        ("max_backlog_wait", "at least 300"),
        ("disk_space", "a number"),
    ]
    # Hardware parameters are not among the known names.
    assert "has no parameter 'nothing'; known names are 'code', 'cpu_count', 'memory_mb';" in response.json()["detail"]

    missing = start_with(ada, parameters={"cube": {"run": {"cpu_count": 4, "memory_mb": 4097, "gpu_count": 2}}})
    has = (
        "4 CPUs (cpu_count), and this local Orion has 3.",
        "4097 MiB of memory (memory_mb), and this local Orion has 4096.",
    )
    assert missing == rejected(422, "no_such_hardware", *has, "2 GPUs (gpu_count), and a local Orion has none.")
    assert start_with(ada, GPU_ID) == rejected(422, "no_such_hardware", "1 GPUs")
    assert start_with(ada, GPU_ID, system_parameters={"cpu_count": 1}) == rejected(422, "no_such_hardware", "1 GPUs")
    assert ada.get(JOBS).json()["count"] == before
    # With everything that there is.
    most = {"cpu_count": 3, "memory_mb": 4096, "gpu_count": 0}
    assert reach(ada, start_with(ada, GPU_ID, system_parameters=most).json())["outcome"] == "succeeded"


def test_a_stored_floe_with_invalid_hardware_is_an_error_of_its_jobs() -> None:
    """A version without hardware parameters has stored any defaults."""
    stored = floe("old", {**CPUS, "default": "all"})["specification"]
    with pytest.raises(ParametersError, match="'cpu_count' of the cube 'old' must be an integer, not 'all'"):
        hardware.resolve_hardware(stored, {}, {}, MACHINE)
    # Parameters that only have the name are none.
    others = [{**CPUS, "type": "string", "default": "all"}, {**MEMORY, "many": True, "default": [1]}]
    assert hardware.resolve_hardware(floe("old", *others)["specification"], {}, {}, MACHINE) == DEFAULTS
    assert hardware.load_hardware("{}") == DEFAULTS


def test_a_job_that_asks_for_no_memory_runs_on_a_small_machine() -> None:
    small = hardware.Machine(1, 512)
    found = hardware.resolve_hardware(FLOES[0]["specification"], {}, {}, small)
    assert found == {**DEFAULTS, "memory_mb": 512}
    hardware.check_machine(found, small)


@pytest.mark.parametrize("options", [{"cpus": 0}, {"memory_mb": 255}])
def test_a_server_with_less_than_a_job_needs(tmp_path: Path, options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be at least"):
        Server(tmp_path, **options)


def test_the_machine_is_the_default() -> None:
    machine = hardware.find_machine(None, None, 2)
    assert machine.cpus == max(2, len(hardware.list_cpus()))
    assert machine.memory_mb > 256
    assert hardware.find_machine(None, None, 500).cpus == 500


# ---------------------------------------------------------------- what a job finds


def test_the_environment_is_as_published(server: Server, connect: Connect) -> None:
    ada = connect(server)
    code = "print(json.dumps([dict(os.environ), sorted(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else None]))"
    job = start_with(
        ada,
        BIG_ID,
        parameters={"promoted": {"code": code}, "cube": {"store": {"instance_type": "m5.large", "disk_space": 6048.5}}},
    ).json()
    assert outcome(reach(ada, job)) == ("complete", "succeeded", "")
    environ, cpus = json.loads(log(ada, job))
    threads = ("BLIS_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENMM_CPU_THREADS", "PYTHON_CPU_COUNT")
    assert {name: environ.get(name) for name in threads} == dict.fromkeys(threads, "2")
    found = {name: value for name, value in environ.items() if name.startswith("ORION_") and name != "ORION_TOKEN"}
    listed = [int(cpu) for cpu in found.pop("ORION_CPU_LIST").split(",")]
    assert found == {
        "ORION_JOB_ID": str(job["id"]),
        "ORION_URL": server.url,
        "ORION_PROJECT": "1",
        "ORION_CPU": "2",
        "ORION_MEM": "1800",
        "ORION_DISK": "6048",
        "ORION_GPU": "0",
        "ORION_INSTANCE": "m5.large",
    }
    assert environ["CUBE_TYPE"] == "source_cube"
    if sys.platform == "linux":
        assert cpus == listed
    assert len(listed) == min(2, len(hardware.list_cpus()))
    assert in_orion(environ)
    # Other programs of the server, such as the inspection of a package, are not in a job.
    assert not in_orion(build_environment())


def test_a_floe_of_another_kind_has_no_cube_type(server: Server, connect: Connect) -> None:
    ada = connect(server)
    code = "print(os.environ.get('CUBE_TYPE'), os.environ['ORION_INSTANCE'], os.environ['ORION_CPU'])\n"
    job = start(ada, code + "print(len(os.sched_getaffinity(0)) if sys.platform == 'linux' else 1)")
    reach(ada, job)
    assert log(ada, job) == "None local 1\n1\n"


# ---------------------------------------------------------------- what is enforced

# Each process writes to its memory, and prints its id when it has it.
HUNGRY = """
import mmap
def hold(mib):
    block = mmap.mmap(-1, mib << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for page in range(0, mib << 20, 4096):
        block[page] = 1
    print(os.getpid(), flush=True)
    return block
"""
MANY = """
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        block = hold(130)
        wait_for('/nowhere')
(folder / "reason").write_bytes(b"mine")
wait_for('/nowhere')
"""


@linux
@pytest.mark.parametrize(
    ("code", "processes"),
    [
        ("block = hold(400)\nwait_for('/nowhere')", 1),
        # None of them alone, and each in a session of its own.
        (MANY, 3),
    ],
)
def test_a_job_that_uses_too_much_memory_is_killed(server: Server, connect: Connect, code: str, processes: int) -> None:
    ada = connect(server)
    job = reach(ada, start(ada, HUNGRY + code, system_parameters={"memory_mb": 300}))
    assert outcome(job) == ("complete", "failed", "used more than 300 MiB of memory")
    pids = [int(line) for line in log(ada, job).split()]
    assert len(pids) <= processes
    assert not any(map(is_alive, pids))


@linux
def test_memory_that_processes_share_counts_once() -> None:
    program = f"""
import ctypes, importlib.util, json, os, signal, sys
spec = importlib.util.spec_from_file_location("supervisor", {supervisor.__file__!r})
supervisor = importlib.util.module_from_spec(spec)
spec.loader.exec_module(supervisor)
# As in `supervise`, so that no process is lost when its parent is killed.
ctypes.CDLL(None).prctl({supervisor._SET_CHILD_SUBREAPER}, 1, 0, 0, 0)
{HUNGRY}
def report(*bounds):
    print(json.dumps([supervisor.exceeds_memory(bound << 20) for bound in bounds]), flush=True)

first, go = os.pipe(), os.pipe()
if os.fork() == 0:
    block = hold(100)
    for _ in range(4):
        if os.fork() == 0:
            os.write(first[1], b"1")
            os.read(go[0], 1)
            for page in range(0, 100 << 20, 4096):
                block[page] = 2
            os.write(first[1], b"2")
            signal.pause()
    signal.pause()
report(50)
for _ in range(4):
    os.read(first[0], 1)
report(250, 90)
os.write(go[1], b"1234")
for _ in range(4):
    os.read(first[0], 1)
report(250, 600)
supervisor._kill_all()
"""
    # Before the first fork there may be a process, but it has no memory yet.
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=120, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"[")]
    assert lines[1:] == [[False, True], [True, False]]


def test_the_exit_code_of_a_job_below_its_memory_is_its_own(server: Server, connect: Connect) -> None:
    ada = connect(server)
    job = reach(ada, start(ada, HUNGRY + "block = hold(200)\nsys.exit(3)", system_parameters={"memory_mb": 300}))
    assert outcome(job) == ("complete", "failed", "the floe exited with code 3")


# ---------------------------------------------------------------- which jobs run together


def test_jobs_wait_for_cpus_in_the_order_of_the_queue(server: Server, connect: Connect, tmp_path: Path) -> None:
    ada = connect(server)
    first, second = tmp_path / "first", tmp_path / "second"
    running = start(ada, f"wait_for({str(first)!r})", system_parameters={"cpu_count": 2})
    reach(ada, running, "running")
    waiting, small, last = (
        start(ada, f"wait_for({str(second)!r})", system_parameters={"cpu_count": count}) for count in (2, 1, 2)
    )
    # One CPU is free, but the small job is behind one that needs two. There is nothing to wait for, so ask several times.
    assert {get(ada, job)["state"] for job in (waiting, small, last) for _ in range(10)} == {"queued"}
    ada.post(f"{JOBS}{waiting['id']}/cancel/").raise_for_status()
    reach(ada, small, "running")
    assert [get(ada, job)["state"] for job in (running, last)] == ["running", "queued"]
    first.touch()
    reach(ada, last, "running")
    second.touch()
    assert {reach(ada, job)["outcome"] for job in (running, small, last)} == {"succeeded"}


def test_all_jobs_that_fit_start_when_a_job_ends(server: Server, connect: Connect, tmp_path: Path) -> None:
    ada = connect(server)
    gate, marks = tmp_path / "gate", [tmp_path / "one", tmp_path / "two"]
    big = start(ada, f"wait_for({str(gate)!r})", system_parameters={"cpu_count": 3})
    reach(ada, big, "running")
    # Each ends only after the other has started.
    pair = [start(ada, f"note({str(a)!r}, 'x')\nwait_for({str(b)!r})") for a, b in (marks, marks[::-1])]
    gate.touch()
    assert {reach(ada, job)["outcome"] for job in (big, *pair)} == {"succeeded"}


def test_running_jobs_have_no_more_cpus_than_there_are(server: Server, connect: Connect, tmp_path: Path) -> None:
    ada, notes = connect(server), tmp_path / "notes"
    counts = [1, 2, 1, 3, 1, 1, 2]
    jobs = []
    for count in counts:
        code = f"""
note({str(notes)!r}, "{count}")
time.sleep(0.05)
note({str(notes)!r}, "-{count}")
"""
        jobs.append(start(ada, code, system_parameters={"cpu_count": count}))
    assert {reach(ada, job)["outcome"] for job in jobs} == {"succeeded"}
    used, most = 0, 0
    for line in notes.read_bytes().split():
        used += int(line)
        most = max(most, used)
    assert used == 0
    assert most <= 3


def test_a_machine_that_became_smaller(queue: Server, connect: Connect) -> None:
    ada = connect(queue)
    asked = [{"cpu_count": 3}, {"memory_mb": 2000}, {}]
    jobs = [start(ada, system_parameters=each) for each in asked]
    queue.stop()
    with Server(queue.folder, floes=STACK, jobs=2, cpus=2, memory_mb=1900) as smaller:
        ada = connect(smaller)
        assert [reach(ada, job)["reason"] for job in jobs] == [
            "The job asks for 3 CPUs (cpu_count), and this local Orion has 2.",
            "The job asks for 2000 MiB of memory (memory_mb), and this local Orion has 1900.",
            "",
        ]


def test_jobs_get_the_cpus_that_the_fewest_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "list_cpus", lambda: [0, 2, 4, 5])
    pool = hardware.CpuPool(6)
    assert pool.take("a", 3)
    assert pool.take("b", 2)
    assert (pool.get("a"), pool.get("b")) == ([0, 2, 4], [0, 5])
    assert not pool.take("c", 2)
    assert pool.take("c", 1)
    assert pool.get("c") == [2]
    pool.release("a")
    pool.release("a")
    assert not pool.take("d", 4)
    assert pool.take("d", 3)
    assert pool.get("d") == [0, 2, 4]
    for key in "bcd":
        pool.release(key)
    # More than there are: all, and the job fails when it starts.
    assert pool.take("e", 99)
    assert pool.get("e") == [0, 2, 4, 5]
    assert not pool.take("f", 1)
