"""Floe functions: described by their signature, found in files, modules, packages and entry points, and run as jobs."""

from __future__ import annotations

import importlib
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest

from orionclient._runtime.hardware import HARDWARE
from orionclient.examples import drugs
from orionclient.exceptions import BadResponse, ValidationError
from orionclient.floes import COMPUTE_CUBE, SINK_CUBE, SOURCE_CUBE, Parameter, _builtin, describe, floe, progress
from orionclient.floes import _loading as loading
from orionclient.floes.__main__ import main
from orionclient.floes._arguments import parse_arguments
from orionclient.floes._progress import _FOLDER
from orionclient.local import LocalOrion
from orionclient.session import APISession, OrionSession
from orionclient.types import Dataset, File, Secret, Shard, ShardCollection, WorkFloeJob, WorkFloeSpec

if TYPE_CHECKING:
    from decimal import Decimal

pytestmark = pytest.mark.usefixtures("real_time")

PERSON = Path(__file__).with_name("user_floes.py")


@pytest.fixture
def module() -> Any:
    """Import the module of `PERSON` and unload it afterwards."""
    before = list(sys.path)
    yield loading.load_module(str(PERSON))
    sys.path[:] = before


@pytest.fixture
def no_job() -> Any:
    """Run without a job folder, before and after the test."""
    yield
    _FOLDER.clear()


def spec_of(orion: LocalOrion, name: str) -> WorkFloeSpec:
    return next(each for each in orion.session().list_resources(WorkFloeSpec) if each.name == name)


def ran(orion: LocalOrion, floe_name: str, /, **promoted: Any) -> Any:
    job = spec_of(orion, floe_name).start("x", **promoted)
    job.wait(timeout=60)
    return job


# ---------------------------------------------------------------- signatures


def test_a_classification_is_a_list_of_paths() -> None:
    @floe(classification=[["Docking", "Posing"], ("Test",)])
    def pose() -> None: ...

    assert describe(pose)["classification"] == [["Docking", "Posing"], ["Test"]]
    for wrong in (["Docking"], [[]], [["a/b"]], [[""]], [[1]]):
        with pytest.raises(ValidationError, match="the classification of the floe 'pose' must be a list of paths"):
            floe(name="pose", classification=wrong)(lambda: None)  # type: ignore[arg-type]


def test_a_signature_becomes_a_specification(module: Any) -> None:
    specification = describe(module.take)
    (cube,) = specification.pop("cubes")
    assert re.fullmatch("[0-9a-f-]{36}", specification.pop("uuid"))
    assert specification == {"name": "everything", "title": "All there is", "description": "Takes anything."}
    assert (cube["name"], cube["title"], cube["type"]) == ("everything", "All there is", SOURCE_CUBE)
    shown = [
        (each["name"], each.get("promoted_name"), each["type"], each["required"], each.get("default"), each.get("many"))
        for each in cube["parameters"]
    ]
    assert shown == [
        ("file", "file", "file_in", True, None, None),
        ("dataset", "in", "data_source", False, None, None),
        ("collections", "collections", "collection_source", False, None, True),
        ("secret", "secret", "secret", False, None, None),
        ("text", "text", "string", False, "x", None),
        ("number", None, "integer", False, 3, None),
        ("ratio", "ratio", "decimal", False, 1, None),
        ("flag", "flag", "boolean", False, False, None),
        ("data", "data", "json", False, None, None),
        ("rows", "rows", "json", False, None, None),
        ("words", "words", "string", False, None, True),
        ("level", "level", "integer", False, 1, None),
        ("made", "made", "dataset_out", False, "made", None),
    ]
    by_name = {each["name"]: each for each in cube["parameters"]}
    assert by_name["level"]["choices"] == [1, 2]
    assert (by_name["dataset"]["title"], by_name["made"]["title"], by_name["words"]["title"]) == (
        "Input",
        "Made",
        "Words",
    )
    assert by_name["number"]["description"] == "counts"
    assert loading.build_registration(module.take)["tags"] == ["a", "b"]


COUNT = Annotated[int, Parameter(min_value=1, max_value=9, level="advanced")]


def test_annotations_become_properties() -> None:
    @floe
    def bounded(
        count: Annotated[COUNT, Parameter(max_value=5, description="counts")] = 2,
        counts: Annotated[list[COUNT] | None, Parameter(title="Some", hidden=True)] = None,
        word: Annotated[str, Parameter(choices=("a", "bc"), max_length=2)] = "a",
        inner: Annotated[bool, Parameter(promoted_name=None)] = False,
    ) -> None: ...

    common = {"description": "", "required": False}
    assert describe(bounded)["cubes"][0]["parameters"] == [
        {
            **common, "name": "count", "promoted": True, "promoted_name": "count", "type": "integer", "title": "Count", "default": 2,
            "description": "counts", "min_value": 1, "max_value": 5, "level": "advanced",
        },
        {
            **common, "name": "counts", "promoted": True, "promoted_name": "counts", "type": "integer", "title": "Some", "many": True,
            "min_value": 1, "max_value": 9, "level": "advanced", "hidden": True,
        },
        {
            **common, "name": "word", "promoted": True, "promoted_name": "word", "type": "string", "title": "Word", "default": "a",
            "choices": ["a", "bc"], "max_length": 2,
        },
        {**common, "name": "inner", "promoted": False, "type": "boolean", "title": "Inner", "default": False},
    ]  # fmt: skip


def test_the_type_of_a_cube_is_its_role(orion: LocalOrion) -> None:
    session = orion.session()
    specs = list(session.list_resources(WorkFloeSpec))
    for spec in specs:
        session.refresh_resource(spec)
    found = {cube["name"]: cube["type"] for spec in specs for cube in spec.specification["cubes"]}
    assert {name: found[name] for name in ("etl", "collection_to_dataset", "report", "slow")} == {
        "etl": SOURCE_CUBE,
        "collection_to_dataset": SOURCE_CUBE,
        "report": SINK_CUBE,
        "slow": COMPUTE_CUBE,
    }
    assert len({SOURCE_CUBE, SINK_CUBE, COMPUTE_CUBE}) == 3


def test_name_title_and_description_are_those_of_the_function(module: Any) -> None:
    specification = describe(module.report)
    assert (specification["name"], specification["title"]) == ("report", "Report")
    assert specification["description"] == "Upload what a job can see of its environment."
    specification["cubes"].clear()
    assert describe(module.report)["cubes"] != []
    again = loading.load_module(str(PERSON))
    assert describe(again.report)["uuid"] == specification["uuid"]
    assert describe(again.take)["uuid"] != specification["uuid"]


def test_a_floe_is_still_a_function() -> None:
    @floe
    def double(value: int) -> int:
        return 2 * value

    assert double(4) == 8
    assert double.__name__ == "double"


def no_hint(a) -> None: ...  # type: ignore[no-untyped-def]
def odd(a: set[int]) -> None: ...
def odd_list(a: list[bytes]) -> None: ...
def union(a: int | str) -> None: ...
def mixed(a: Literal["x", 1]) -> None: ...
def rest(*a: int) -> None: ...
def words(**a: int) -> None: ...
def by_place(a: int, /) -> None: ...
def no_json(a: dict = {1, 2}) -> None: ...  # type: ignore[assignment,type-arg]  # noqa: B006
def twice(a: int, b: Annotated[int, Parameter(promoted_name="a")]) -> None: ...
def unseen(a: Decimal) -> None: ...
def narrow(a: Annotated[int, Parameter(min_value=3, max_value=2)] = 5) -> None: ...
def no_choice(a: Literal["x", "y"] = "z") -> None: ...  # type: ignore[assignment]
def strange(a: Annotated[str, Parameter(type="molecule")]) -> None: ...
def no_number(a: Annotated[str, Parameter(min_value=3)], b: Annotated[int, Parameter(choices=["x"])]) -> None: ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (no_hint, "parameter 'a' of the floe 'no_hint' has no type hint"),
        (odd, r"'a' of the floe 'odd' has the unsupported type hint set\[int\]; supported are str, int"),
        (odd_list, "has the unsupported type hint <class 'bytes'>"),
        (union, r"has the unsupported type hint int \| str"),
        (mixed, "choices that are neither all strings nor all integers"),
        (rest, "cannot be passed by keyword"),
        (words, "cannot be passed by keyword"),
        (by_place, "cannot be passed by keyword"),
        (no_json, "the default of the parameter 'a' of the floe 'no_json' is not JSON serializable"),
        (twice, "two parameters with the promoted name 'a'"),
        (unseen, "'Decimal' is not defined; import their types outside of TYPE_CHECKING"),
        (
            narrow,
            "min_value of the parameter 'a' of the cube 'narrow' is greater than its max_value: 3 > 2; the default of .* at most 2, not 5",
        ),
        (no_choice, "the default of the parameter 'a' of the cube 'no_choice' must be one of: 'x', 'y'; not 'z'"),
        (strange, "the parameter 'a' of the cube 'strange' has the unknown type 'molecule'; known: string, integer"),
        (
            no_number,
            "min_value of .* does not apply to the type string; a choice of .*'b'.* must be an integer, not 'x'",
        ),
    ],
)
def test_an_unsupported_signature_is_rejected(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        floe(function)


def test_the_hardware_of_a_floe_is_in_its_specification(orion: LocalOrion) -> None:
    @floe(hardware={"memory_mb": 512.5, "spot_policy": "Allowed"})
    def both(cpu_count: int = 2, gpu_count: str = "none") -> None: ...

    first, other, *declared = describe(both)["cubes"][0]["parameters"]
    # The function receives the first; the type of the second is none of hardware.
    assert (first["promoted_name"], first["default"], other["default"]) == ("cpu_count", 2, "none")
    assert [(each["name"], each["default"], each["required"], each.get("promoted_name")) for each in declared] == [
        ("memory_mb", 512.5, False, None),
        ("spot_policy", "Allowed", False, None),
    ]
    with pytest.raises(ValidationError) as caught:

        @floe(hardware={"cpus": 2, "cpu_count": 0, "memory_mb": 100, "instance_type": 5, "gpu_count": 1})
        def wrong(gpu_count: int = 17) -> None: ...

    assert "default of the parameter 'gpu_count' of the cube 'wrong' must be at most 16, not 17" in str(caught.value)
    with pytest.raises(ValidationError) as caught:

        @floe(hardware={"cpus": 2, "cpu_count": 0, "memory_mb": 100, "instance_type": 5, "gpu_count": 1})
        def wrong_too(gpu_count: int = 1) -> None: ...

    assert str(caught.value).splitlines()[-1].partition(": the hardware parameter ")[2].split(
        "; the hardware parameter "
    ) == [
        f"'cpus' is unknown; known names are {', '.join(HARDWARE)}",
        "'cpu_count' must be at least 1, not 0",
        "'memory_mb' must be at least 256, not 100",
        "'instance_type' must be a string, not 5",
        "'gpu_count' is a parameter of the function; set its default there",
    ]


def test_a_job_has_the_hardware_of_its_floe(tmp_path: Path) -> None:
    path = tmp_path / "hard.py"
    path.write_bytes(
        b"import os\nfrom orionclient.floes import floe\n@floe(hardware={'memory_mb': 512})\n"
        b"def hard(cpu_count: int = 2) -> None:\n    print(cpu_count, os.environ['ORION_CPU'], os.environ['ORION_MEM'])\n"
    )
    with LocalOrion(tmp_path / "orion", seed="demo", floes=[path], durable=False, cpus=3, memory_mb=1000) as orion:
        spec = spec_of(orion, "hard")
        jobs = [
            spec.start("own"),
            spec.start("promoted", cpu_count=3),
            # The function does not take this one.
            spec.start("cube", {"cube": {"hard": {"memory_mb": 600, "cpu_count": 1}}}),
        ]
        for job in jobs:
            job.wait(timeout=60)
        assert [list(job.logs()) for job in jobs] == [["2 2 512"], ["3 3 512"], ["1 1 600"]]
        assert [job.hardware["memory_mb"] for job in jobs] == [512, 512, 600]
        # All faults, before a request; what there is, only the server knows.
        with pytest.raises(ValidationError) as caught:
            spec.start("no", {"cube": {"hard": {"memory_mb": 1, "disk_space": "much"}}}, cpu_count=0)
        for fault in (
            "'memory_mb' of the cube 'hard' must be at least 256",
            "'disk_space' of the cube",
            "'cpu_count' must be",
        ):
            assert fault in str(caught.value)
        with pytest.raises(BadResponse, match="asks for 1001 MiB of memory"):
            spec.start("no", {"cube": {"hard": {"memory_mb": 1001}}})
        assert orion.session().list_resources(WorkFloeJob).count() == len(jobs)


def test_only_floes_are_described() -> None:
    for thing in (len, 5, object()):
        with pytest.raises(ValidationError, match="is not a floe; decorate"):
            describe(thing)  # type: ignore[arg-type]


# ---------------------------------------------------------------- discovery


def test_a_floe_that_cannot_be_imported_is_rejected() -> None:
    @floe
    def nested() -> None: ...

    names: dict[str, Any] = {"__name__": "typed"}
    exec("from orionclient.floes import floe\n@floe\ndef typed() -> None: ...", names)
    for function in (nested, names["typed"]):
        with pytest.raises(ValidationError, match="define it at the top level of a file"):
            LocalOrion(floes=[function]).start()


def test_a_module_of_a_package_is_named_with_its_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "root" / "our_floes" / "deep"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("from orionclient.floes import floe\n@floe\ndef top() -> None: ...\n")
    (package / "__init__.py").touch()
    (package / "more.py").write_text(
        "from orionclient.floes import floe\nfrom .. import top\n@floe\ndef inner() -> None: ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path / "root")
    found = loading.collect_floes(["our_floes.deep.more", importlib.import_module("our_floes")])
    words = [each["argv"][3:] for each in found[:2]]
    root = str((tmp_path / "root").resolve())
    assert words == [["run", "--path", root, "our_floes.deep.more:inner"], ["run", "--path", root, "our_floes:top"]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("no_such_file.py", "the file no_such_file.py does not exist"),
        (json, "json.*has no floe"),
        (5, "5 is not a floe"),
    ],
)
def test_a_source_without_a_floe_is_rejected(given: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        LocalOrion(floes=[given]).start()


def test_an_error_in_a_file_is_reported_unchanged(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("import no_such_module_at_all")
    before = set(sys.modules)
    with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
        LocalOrion(floes=[tmp_path / "bad.py"]).start()
    assert loading.get_loading_target() == ""
    assert not [name for name in set(sys.modules) - before if "_bad_" in name]


def test_a_file_that_starts_a_local_orion_is_an_error_that_shows_the_guard(tmp_path: Path) -> None:
    script = """
        from orionclient.floes import floe
        from orionclient.local import LocalOrion

        @floe
        def mine() -> None:
            print("done")

        {guard}
            with LocalOrion(floes=[mine]) as orion:
                from orionclient.types import WorkFloeSpec
                job = orion.session().list_resources(WorkFloeSpec, {{"title": "mine"}}).one().start("x")
                job.wait(timeout=60)
                print(list(job.logs()))
        """
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(script.format(guard='if __name__ == "__main__":')))
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout == "['done']\n"
    path.write_text(textwrap.dedent(script.format(guard="if True:")))
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert (
        'starts a local Orion while its floes are loaded; move the call under if __name__ == "__main__":' in done.stderr
    )


def test_no_local_orion_starts_while_a_file_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text("from orionclient.local import LocalOrion\nLocalOrion().start()\n")
    with pytest.raises(RuntimeError, match=r"script\.py starts a local Orion while its floes are loaded"):
        LocalOrion(floes=[path]).start()


def test_a_floe_of_the_user_replaces_a_built_in_one(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from orionclient.floes import floe\n@floe(title='Mine')\ndef echo() -> None: ...\n"
    )
    found = [each for each in loading.collect_floes([tmp_path / "mine.py"]) if each["specification"]["name"] == "echo"]
    assert [each["specification"]["title"] for each in found] == ["Mine"]


# ---------------------------------------------------------------- running


@pytest.mark.parametrize("form", ["path", "string", "function", "module"])
def test_a_floe_from_a_file_runs_as_a_job(tmp_path: Path, module: Any, form: str) -> None:
    given = {"path": PERSON, "string": str(PERSON), "function": module.report, "module": module}[form]
    with LocalOrion(tmp_path / "orion", seed="demo", floes=[given]) as orion:
        job = ran(orion, "report")
        content = b"".join(job.outputs(File).one().download()).decode()
        assert content == repr((True, str(job.id), "ada", job.project))
        assert job.progress == 1.0


def test_a_floe_behind_an_entry_point_runs_as_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "site"
    information = root / "their_floes-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: their-floes\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[orionclient.floes]\none = their_floes:greet\nall = their_floes\nbroken = their_floes:missing\n"
    )
    (root / "their_floes.py").write_text(
        "from orionclient.floes import floe\n"
        "@floe\ndef greet(name: str) -> None:\n    print('hello', name)\n"
        "@floe\ndef component() -> None: ...\n"
    )
    monkeypatch.syspath_prepend(root)
    with pytest.warns(UserWarning, match="skipping the floes of the entry point broken = their_floes:missing"):
        orion = LocalOrion(tmp_path / "orion", seed="demo").start()
    try:
        assert list(ran(orion, "greet", name="Ada").logs()) == ["hello Ada"]
        assert spec_of(orion, "component").state == "ready"
    finally:
        orion.stop()


def test_ids_become_resources(tmp_path: Path, module: Any) -> None:
    with LocalOrion(tmp_path / "orion", seed="demo", floes=[module]) as orion:
        session = orion.session()
        file, dataset = File.upload(session, "f", b"x"), Dataset.create(session, "hits")
        collections = [ShardCollection.create(session, name) for name in ("one", "two")]
        secret = Secret.create(session, "password", "s3cret")
        job = ran(
            orion,
            "everything",
            file=file,
            collections=collections,
            secret=secret,
            words=["a"],
            level=2,
            **{"in": dataset},
        )
        assert list(job.logs()) == [
            "['File', 'Dataset', 'ShardCollection', 'ShardCollection', 'Secret', 'int']",
            f"[{file.id}, 'hits', ['one', 'two'], ['a'], 2, 'made']",
        ]
        job = ran(orion, "everything", file=file, ratio=2, **{"in": None})
        assert next(job.logs()) == "['File', 'NoneType', 'NoneType', 'float']"


def parameter(kind: str, **more: Any) -> dict[str, Any]:
    return {"name": "p", "promoted_name": "P", "type": kind, "required": True, **more}


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (parameter("dataset"), {"datasets": [{"id": 1, "records": [2]}]}, "takes dataset ids"),
        (parameter("file"), {"path": "x.sdf"}, "and paths, are not supported"),
        (parameter("file"), {"files": []}, "takes one file, not 0"),
        (parameter("integer"), True, "must be an integer, not True"),
        (parameter("string"), 5, "must be a string, not 5"),
        (parameter("string", choices=["a"]), "b", r"must be one of: 'a'; not 'b'"),
        (parameter("string", many=True), ["a", 5], "must be a string, not 5"),
    ],
)
def test_a_value_of_another_type_is_rejected(session: OrionSession, kind: Any, value: Any, message: str) -> None:
    cube = {"name": "c", "title": "C", "parameters": [kind]}
    with pytest.raises(ValidationError, match=message):
        parse_arguments(cube, {"promoted": {"P": value}}, session)


def test_values_are_accepted_by_any_name_and_in_any_form(session: OrionSession) -> None:
    ids = [File.upload(session, "f", b"x").id for _ in range(3)]
    many, one = {"name": "c", "title": "C", "parameters": [parameter("file", many=True)]}, {
        "name": "c", "title": "C", "parameters": [parameter("file")],
    }  # fmt: skip

    def found(cube: Any, /, **given: Any) -> Any:
        files = parse_arguments(cube, given, session).get("p")
        return [each.id for each in files] if isinstance(files, list) else files and files.id

    assert found(one, promoted={"P": ids[0]}) == ids[0]
    assert found(one, promoted={"P": {"file": ids[0]}}) == ids[0]
    assert found(one, promoted={"P": {"files": [{"id": ids[0]}]}}) == ids[0]
    assert found(one, cube={"C": {"p": ids[0]}}) == ids[0]
    assert found(one, cube={"C": {"p": ids[0]}, "c": {"p": ids[1]}}) == ids[1]
    assert found(one, promoted={"P": ids[2]}, cube={"c": {"p": ids[1]}}) == ids[2]
    assert found(one, promoted={"P": None}, cube={"c": {"p": ids[1]}}) == ids[1]
    assert found(one) is None
    assert found(many, promoted={"P": {"files": [{"id": each} for each in ids]}}) == ids
    assert found(many, promoted={"P": ids}) == ids


@pytest.mark.parametrize(
    ("given", "outcome"),
    [({}, ""), ({"code": 0}, ""), ({"code": 3}, "SystemExit: 3"), ({"text": "no more"}, "SystemExit: no more")],
)
def test_a_floe_may_exit(
    tmp_path: Path, no_job: None, module: Any, capfd: pytest.CaptureFixture[str], given: Any, outcome: str
) -> None:
    (tmp_path / "parameters.json").write_text(json.dumps({"promoted": given}))
    assert main(["run", f"{PERSON}:leave", str(tmp_path)]) == bool(outcome)
    reason = tmp_path / "reason"
    assert (reason.read_text() if reason.exists() else "") == outcome
    assert (tmp_path / "progress").exists() != bool(outcome)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["parameters.json", "reason" if outcome else "progress"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (f"{PERSON}:nothing", "ValidationError: .* has no floe 'nothing'; it has report, take, leave"),
        ("floe", "ValidationError: the floe must be given as module:function or path.py:function, not 'floe'"),
        ("no_such_module_:f", "ModuleNotFoundError: No module named 'no_such_module_'"),
    ],
)
def test_a_load_failure_is_the_reason_of_the_job(
    tmp_path: Path, no_job: None, module: Any, capfd: pytest.CaptureFixture[str], target: str, reason: str
) -> None:
    (tmp_path / "parameters.json").write_text("{}")
    assert main(["run", "--path", str(tmp_path), target, str(tmp_path)]) == 1
    assert re.fullmatch(reason, (tmp_path / "reason").read_text())
    assert "Traceback" in capfd.readouterr().err
    sys.path.remove(str(tmp_path))


def test_invalid_arguments_are_the_reason_of_the_job(
    tmp_path: Path, no_job: None, module: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "parameters.json").write_text('{"promoted": {"code": "x"}}')
    assert main(["run", f"{PERSON}:leave", str(tmp_path)]) == 1
    assert (tmp_path / "reason").read_text() == "ValidationError: the parameter 'code' must be an integer, not 'x'"
    (tmp_path / "parameters.json").write_text('{"promoted": {"message": "one\\ntwo"}}')
    assert main(["run", "orionclient.floes._builtin:fail", str(tmp_path)]) == 1
    assert (tmp_path / "reason").read_text() == "RuntimeError: one two"
    trace = capfd.readouterr().err
    assert "_builtin.py" in trace
    assert "_running.py" not in trace.rpartition("Traceback")[2]


@pytest.fixture
def here(orion: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Point APISession at the local Orion."""
    for name, value in orion.environ.items():
        monkeypatch.setenv(name, value)
    APISession._config = None
    yield orion
    APISession._config = None


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("drugs.sdf", drugs("sdf").read_bytes(), 24),
        ("drugs", drugs("sdf").read_bytes(), 24),
        ("drugs", drugs("smi").read_bytes(), 24),
        ("drugs", b"SMILES,Title\nCCO,ethanol\n", 1),
        ("drugs", b"compound name;smiles\r\nethanol;CCO\r\n", 1),
        ("drugs", b"CCO ethanol, absolute\nC methane\n", 2),
        ("drugs", b"SMILES Name \nCCO ethanol\n", 1),
    ],
)
def test_built_in_floes_are_ordinary_functions(here: LocalOrion, name: str, content: bytes, count: int) -> None:
    session = here.session()
    _builtin.etl(File.upload(session, name, content), "out")
    (dataset,) = session.list_resources(Dataset)
    assert (dataset.name, dataset.count) == ("out", count)
    _builtin.dataset_to_collection(dataset, "shards", 10)
    (collection,) = session.list_resources(ShardCollection)
    assert (collection.shard_count, collection.state) == (-(-count // 10), "ready")
    _builtin.collection_to_dataset(collection, "back")
    back = session.list_resources(Dataset, {"name": "back"}).one()
    assert list(back.records()) == list(dataset.records())


def test_built_in_floes_reject_invalid_input(here: LocalOrion) -> None:
    session = here.session()
    with pytest.raises(ValidationError, match="shard_size must be at least 1, not 0"):
        _builtin.dataset_to_collection(Dataset.create(session, "x"), "y", 0)
    collection = ShardCollection.create(session, "c")
    shard = Shard.create(collection, "odd", file=b"no records\n")
    with pytest.raises(ValidationError, match=f"shard {shard.id} 'odd' contains no valid records"):
        _builtin.collection_to_dataset(collection, "y")


def test_built_in_floes_for_tests(here: LocalOrion, capfd: pytest.CaptureFixture[str]) -> None:
    session = here.session()
    _builtin.echo(text="ü", output="report")
    reported = json.loads(b"".join(session.list_resources(File, {"name": "report"}).one().download()))
    assert reported == json.loads(capfd.readouterr().out)
    assert reported["text"] == "ü"
    _builtin.slow(0.01, 2)
    assert capfd.readouterr().out == "step 1 of 2\nstep 2 of 2\n"
    with pytest.raises(RuntimeError, match="always fails"):
        _builtin.fail()
    _builtin.report("A & B")
    (collection,) = session.list_resources(ShardCollection, {"tags": "floe_report"})
    (page,) = collection.list_shards()
    assert collection.metadata == {"index_pages": [{"id": page.id}]}
    assert b"<h1>A &amp; B</h1>" in b"".join(page.download())


def test_describe_prints_json_and_nothing_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "loud.py"
    path.write_text("from orionclient.floes import floe\nprint('loading')\n@floe\ndef loud() -> None: ...\n")
    assert main(["describe", str(path)]) == 0
    printed = capfd.readouterr()
    assert [each["specification"]["name"] for each in json.loads(printed.out)] == ["loud"]
    assert printed.err == "loading\n"
    path.write_text("raise SystemExit('not\\ntoday')")
    assert main(["describe", str(path)]) == 1
    assert capfd.readouterr() == ("", "SystemExit: not today\n")
    assert main(["describe", str(tmp_path)]) == 1
    assert capfd.readouterr() == ("", "ValidationError: the package has no manifest.json\n")
    sys.path.remove(str(tmp_path))


@pytest.mark.parametrize("top", ["", "x-1.0"])
def test_the_floes_of_an_extracted_package(tmp_path: Path, capfd: pytest.CaptureFixture[str], top: str) -> None:
    root = tmp_path / "extracted" / top
    root.mkdir(parents=True)
    (root / "manifest.json").write_text("{}")
    (root / "beside.py").write_text("from orionclient.floes import floe\n@floe\ndef one() -> None: ...\n")
    (root / "setup.py").write_text("raise SystemExit('not to be loaded')")
    before = list(sys.path)

    def report() -> Any:
        assert main(["describe", str(tmp_path / "extracted")]) == 0
        return json.loads(capfd.readouterr().out)

    def described() -> Any:
        found = report()
        assert (found["errors"], found["warnings"]) == ([], [])
        return [(each["specification"]["name"], each["argv"][3:]) for each in found["floes"]]

    try:
        assert described() == [("one", ["run", "--path", str(root), f"{root / 'beside.py'}:one"])]
        (root / "floes").mkdir()
        (root / "floes" / "two.py").write_text(
            "import beside\nfrom orionclient.floes import floe\n@floe\ndef two() -> None: ...\n"
        )
        assert [name for name, _ in described()] == ["two"]
        (root / "floes" / "three.py").write_text(
            "from orionclient.floes import floe\n@floe(name='two')\ndef x() -> None: ...\n"
        )
        assert report()["errors"] == ["the package has two floes named 'two'"]
        for path in (root / "floes").glob("*.py"):
            path.write_text("")
        (error,) = report()["errors"]
        assert error.startswith("the package has no floe: ")
    finally:
        sys.path[:] = before
        sys.modules.pop("beside", None)


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan"), "half", None])
def test_progress_is_from_0_to_1(fraction: Any) -> None:
    with pytest.raises(ValidationError, match="a number from 0 to 1"):
        progress(fraction)


def test_progress_outside_a_job_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    progress(0.5)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs groups of processes")
def test_a_job_ends_with_its_child_processes_if_the_server_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "long.py"
    path.write_text(
        "import subprocess, sys\nfrom orionclient.floes import floe\n@floe\ndef long() -> None:\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "    print(child.pid, repr(sys.stdin.read()), flush=True)\n    child.wait()\n"
    )
    (tmp_path / "parameters.json").write_text("{}")
    runner = subprocess.Popen(
        [sys.executable, "-m", "orionclient.floes", "run", f"{path}:long", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "ORION_JOB_ID": "1"},
        start_new_session=True,
    )
    assert runner.stdin is not None
    assert runner.stdout is not None
    with runner, runner.stdout as output:
        # The function has no input for this parameter of the server.
        child, message = output.readline().decode().split()
        assert message == "''"
        assert runner.poll() is None
        runner.stdin.close()
        assert runner.wait(120) == -signal.SIGKILL
    end = time.monotonic() + 120
    while _is_running(int(child)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _is_running(int(child))


def _is_running(process_id: int) -> bool:
    # An orphan in state Z has ended and only waits to be reaped.
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_runner_without_a_server_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "parameters.json").write_text('{"promoted": {"seconds": 0.2, "steps": 1}}')
    command = [sys.executable, "-m", "orionclient.floes", "run", "orionclient.floes._builtin:slow", str(tmp_path)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout) == (0, "step 1 of 1\n")
