"""Tests of packages over HTTP: validation, extraction, inspection and running their floes."""

from __future__ import annotations

import errno
import gzip
import io
import json
import sys
import tarfile
from pathlib import Path

import pytest
from emulator_floes import ARGV, JOBS, log, reach, specification, start, until

from orionclient.emulator import Server
from orionclient.emulator._jobs import archives

PATH = "/api/v1/packages/"
FLOES = "/api/v1/workfloes/"
MANIFEST = {"name": "tools", "version": "1.2.0", "python_version": "3.11", "requirements": ["numpy"]}

# Prints what `floes.json` of the package holds, with the code of the package as the program.
DESCRIBE = """
import json, os, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
assert not [name for name in os.environ if name.startswith("ORION_")], os.environ
if (folder / "describe.py").exists():
    exec((folder / "describe.py").read_text())
floes = json.loads((folder / "floes.json").read_text())
print(json.dumps([{**floe, "argv": [sys.executable, str(folder / "main.py")]} for floe in floes]))
"""
COMMAND = [sys.executable, "-I", "-S", "-c", DESCRIBE]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("stack"), seed="demo", describe=COMMAND) as running:
        yield running


def member(name, content=b"", **fields):
    found = tarfile.TarInfo(name)
    found.size = len(content)
    for field, value in fields.items():
        setattr(found, field, value)
    return found, content


def compressed(*members, manifest=MANIFEST, compress=True):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        if manifest is not None:
            text = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
            info, _ = member("manifest.json", text)
            tar.addfile(info, io.BytesIO(text))
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return gzip.compress(made.getvalue(), 1) if compress else made.getvalue()


def floes(*names, tags=(), **fields):
    found = [{"specification": specification(name, **fields), "tags": list(tags)} for name in names]
    return member("floes.json", json.dumps(found).encode())


MAIN = member("main.py", f"exec({ARGV[-1]!r})".encode())


def create(caller, **fields):
    response = caller.post(PATH, json=fields)
    assert response.status_code == 201, response.text
    return response.json()


def send(caller, package, content):
    return caller.put(f"{PATH}{package['id']}/upload/", content=content)


def settle(caller, package):
    look = lambda: caller.get(f"{PATH}{package['id']}/").json()  # noqa: E731
    return until(look, lambda found: found["state"] not in {"uploading", "queued"})


def upload(caller, content, **fields):
    package = create(caller, **fields)
    response = send(caller, package, content)
    assert response.status_code == 200, response.text
    return settle(caller, package)


def of_package(caller, package):
    return [floe for floe in caller.get(FLOES).json()["results"] if floe["package"] == package["id"]]


def folder_of(server, package):
    return server.folder / "packages" / str(package["id"])


# ---------------------------------------------------------------- good ones


def test_a_package_from_the_announcement_to_a_job(server, ada):
    made = create(ada, name="tools.tar.gz")
    assert made == {
        "id": made["id"],
        "name": "tools.tar.gz",
        "version": "",
        "state": "uploading",
        "reason": "",
        "specification": {},
        "size": 0,
        "sha256": None,
        "created": made["created"],
        "owner": 1,
        "project": 1,
    }
    content = compressed(MAIN, floes("one", "two", tags=["ETL"]))
    response = send(ada, made, content).json()
    assert response["state"] in {"queued", "ready"}
    ready = settle(ada, made)
    assert ready == {
        **made,
        "name": "tools",
        "version": "1.2.0",
        "state": "ready",
        "specification": MANIFEST,
        "size": len(content),
        "sha256": ready["sha256"],
    }
    assert ready in ada.get(PATH).json()["results"]
    found = of_package(ada, ready)
    assert [(floe["name"], floe["state"], floe["tags"]) for floe in found] == [
        ("one", "ready", ["ETL"]),
        ("two", "ready", ["ETL"]),
    ]
    assert ada.get(f"{FLOES}{found[0]['id']}/").json()["specification"] == specification("one")
    job = reach(
        ada, start(ada, "print('from the package', ask('GET', '/api/v1/users/me/')['username'])", found[1]["id"])
    )
    assert (job["outcome"], log(ada, job)) == ("succeeded", "from the package ada\n")


def test_a_package_in_a_folder_of_the_archive(server, ada):
    text = json.dumps(MANIFEST).encode()
    inner = [floes("inner"), member("manifest.json", text), MAIN]
    for info, _ in inner:
        info.name = f"tools-1.2.0/{info.name}"
    content = compressed(member("tools-1.2.0", type=tarfile.DIRTYPE), *inner, manifest=None)
    package = upload(ada, content)
    MAIN[0].name = "main.py"
    assert (package["state"], [floe["name"] for floe in of_package(ada, package)]) == ("ready", ["inner"])


def test_links_inside_become_files(server, ada):
    content = compressed(
        floes(),
        member("./bin/tool", b"#!/bin/sh", mode=0o755),
        member("bin/first", type=tarfile.SYMTYPE, linkname="second"),
        member("bin/second", type=tarfile.SYMTYPE, linkname="../bin/tool"),
        member("hard", type=tarfile.LNKTYPE, linkname="bin/tool"),
    )
    package = upload(ada, content)
    assert (package["state"], package["reason"]) == ("ready", "")
    (folder,) = folder_of(server, package).iterdir()
    for name in ("bin/tool", "bin/first", "bin/second", "hard"):
        path = folder / name
        assert (path.read_bytes(), path.is_symlink(), path.stat().st_mode & 0o111 != 0) == (b"#!/bin/sh", False, True)


def test_the_same_archive_again_changes_nothing_and_another_is_rejected(server, ada, rejected):
    content = compressed(floes("same"))
    package = upload(ada, content)
    assert send(ada, package, content).json() == package
    other = compressed(floes("other"))
    assert send(ada, package, other) == rejected(409, "package_complete", "ready", "new package")
    assert [floe["name"] for floe in of_package(ada, package)] == ["same"]
    assert len(list(folder_of(server, package).iterdir())) == 1


def test_filters_and_sharing(fresh, connect, rejected):
    fresh.stop()
    with Server(fresh.folder, describe=COMMAND) as server:
        ada, grace = connect(server), connect(server, "grace")
        mine = upload(ada, compressed(floes("mine")))
        ours = create(ada, name="Ours", project=3)
        ids = lambda caller, **query: [each["id"] for each in caller.get(PATH, params=query).json()["results"]]  # noqa: E731
        assert (ids(ada), ids(grace)) == ([mine["id"], ours["id"]], [ours["id"]])
        assert ids(ada, name="TOOL") == ids(ada, state="ready") == ids(ada, project=1) == [mine["id"]]
        (floe,) = of_package(ada, mine)
        url, floe_url = f"{PATH}{mine['id']}/", f"{FLOES}{floe['id']}/"
        for response in (grace.get(url), grace.delete(url), send(grace, mine, b"x"), grace.get(floe_url)):
            assert response == rejected(403, "forbidden")
        assert grace.post(JOBS, json={"workfloe": floe["id"]}) == rejected(403, "forbidden", "package")
        assert of_package(grace, mine) == []
        share = {"target_type": "user", "target_id": 2}
        assert ada.post(f"/api/v1/shares/package/{mine['id']}/", json=share).status_code == 204
        assert grace.get(url).json() == mine
        assert of_package(grace, mine) == [floe]
        assert grace.post(JOBS, json={"workfloe": floe["id"]}).status_code == 201
        assert grace.delete(url) == rejected(403, "forbidden", "read-only")


def test_deleting_a_package(fresh, connect, rejected, tmp_path):
    fresh.stop()
    with Server(fresh.folder, describe=COMMAND) as server:
        ada, gate = connect(server), tmp_path / "gate"
        package = upload(ada, compressed(MAIN, floes("busy")))
        (floe,) = of_package(ada, package)
        job = start(ada, f"wait_for({str(gate)!r})", floe["id"])
        url = f"{PATH}{package['id']}/"
        assert ada.delete(url) == rejected(409, "package_in_use", "1 of its jobs")
        gate.touch()
        assert reach(ada, job)["outcome"] == "succeeded"
        assert ada.delete(url).status_code == 204
        assert ada.get(url) == rejected(404, "not_found")
        assert not folder_of(server, package).exists()
        assert ada.get(f"{FLOES}{floe['id']}/").json()["state"] == "deprecated"
        assert ada.post(JOBS, json={"workfloe": floe["id"]}) == rejected(409, "floe_not_ready", "deprecated")


def test_packages_survive_a_restart_and_rubbish_does_not(fresh, connect):
    fresh.stop()
    with Server(fresh.folder, describe=COMMAND) as server:
        ada = connect(server)
        package = upload(ada, compressed(MAIN, floes("kept"), member("describe.py", b"time.sleep(0.5)")))
        cut = create(ada)
        send(ada, cut, compressed(MAIN, floes("cut"), member("describe.py", b"time.sleep(0.5)")))
    (folder_of(server, package) / "rubbish").mkdir()
    with Server(fresh.folder, describe=COMMAND) as server:
        ada = connect(server)
        assert settle(ada, cut)["state"] == "ready"
        (floe,) = of_package(ada, package)
        assert reach(ada, start(ada, "", floe["id"]))["outcome"] == "succeeded"
        assert len(list(folder_of(server, package).iterdir())) == 1
        assert [each["name"] for each in of_package(ada, cut)] == ["cut"]


# ---------------------------------------------------------------- packages that cannot be described


UNKNOWN_TYPE = json.dumps(
    [{"specification": specification("x", {"name": "p", "type": "molecule"}), "tags": [], "argv": ARGV}]
)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("sys.exit('no module named numpy')", "no module named numpy"),
        ("os._exit(7)", "the command that inspects packages exited with code 7"),
        ("os.kill(os.getpid(), 9)", "the command that inspects packages was killed by signal 9 (SIGKILL)"),
        ("print('{}'); sys.exit()", "did not print a JSON list"),
        ("print('['); sys.exit()", "JSON"),
        ("os.write(1, b'\\xff'); sys.exit()", "utf-8"),
        ("print('[{\"tags\": []}]'); sys.exit()", "a floe must have the fields"),
        ("print('[3]'); sys.exit()", "a floe must have the fields"),
        (f"print({UNKNOWN_TYPE!r}); sys.exit()", "has the unknown type 'molecule'; known: string"),
    ],
)
def test_floes_that_cannot_be_read_are_an_error_with_a_reason(ada, code, reason):
    package = upload(ada, compressed(floes("never"), member("describe.py", code.encode())))
    assert (package["state"], reason in package["reason"]) == ("error", True), package["reason"]
    assert of_package(ada, package) == []
    # Another archive can be uploaded.
    assert send(ada, package, compressed(floes("better"))).status_code == 200
    repaired = settle(ada, package)
    assert (repaired["state"], repaired["reason"]) == ("ready", "")
    assert [floe["name"] for floe in of_package(ada, package)] == ["better"]


def test_reading_floes_takes_no_longer_than_allowed(ada, monkeypatch):
    monkeypatch.setattr("orionclient.emulator._jobs.inspections.INSPECTION_SECONDS", 0.2)
    package = upload(ada, compressed(floes(), member("describe.py", b"time.sleep(60)")))
    assert (package["state"], package["reason"]) == (
        "error",
        "inspecting the package took more than 0.2 seconds",
    )


def test_a_server_that_cannot_describe_says_so(fresh, connect):
    package = upload(connect(fresh), compressed(floes()))
    assert (package["state"], "without a command" in package["reason"]) == ("error", True)


def test_a_command_that_is_not_there_is_an_error(fresh, connect):
    fresh.stop()
    with Server(fresh.folder, describe=["/nowhere/describe"]) as server:
        package = upload(connect(server), compressed(floes()))
        assert (package["state"], "/nowhere/describe" in package["reason"]) == ("error", True)


# ---------------------------------------------------------------- environment and inspection

ENVIRONMENT = {
    "python_version": "3.11.9",
    "base_os": "Linux",
    "packages": ["attrs==25.1.0", "numpy==2.1.0"],
    "requirements": ["numpy", "unknown>=2"],
    "missing": ["unknown>=2"],
}


def report(**fields):
    """Return code for `describe.py` that prints an object instead of the list of floes."""
    return member(
        "describe.py",
        f"""
found = json.loads((folder / "floes.json").read_text())
argv = [sys.executable, str(folder / "main.py")]
print("reading floes", file=sys.stderr)
print(json.dumps({{"floes": [{{**floe, "argv": argv}} for floe in found], **{fields!r}}}))
sys.exit()
""".encode(),
    )


def test_the_environment_and_the_inspection_of_a_package(ada, grace, rejected):
    manifest = {
        **MANIFEST,
        "requirements": "orion-requirements.txt",
        "conda_dependencies": ["ambertools"],
        "conda_channels": "conda-forge",
        "base_os": "ubuntu-20.04",
        "build_requirements": {"memory": "8 GiB"},
    }
    package = create(ada)
    url = f"{PATH}{package['id']}/"
    before = ada.get(f"{url}inspection/").json()
    assert before == {
        "id": package["id"],
        "state": "uploading",
        "finished": None,
        "floes": [],
        "errors": [],
        "warnings": [],
        "log": "",
    }
    asked = {
        "id": package["id"],
        "python_version": "",
        "requirements": [],
        "conda_dependencies": [],
        "conda_channels": [],
        "base_os": "",
        "build_requirements": {},
        "used_python_version": None,
        "used_base_os": None,
        "used_packages": [],
        "missing_requirements": [],
    }
    assert ada.get(f"{url}environment/").json() == asked
    content = compressed(
        MAIN, floes("one", "two"), report(warnings=["no unknown"], environment=ENVIRONMENT), manifest=manifest
    )
    assert send(ada, package, content).status_code == 200
    settle(ada, package)
    found = ada.get(f"{url}inspection/").json()
    assert found == {
        **before,
        "state": "ready",
        "finished": found["finished"],
        "floes": of_package(ada, package),
        "warnings": ["no unknown"],
        "log": "reading floes\n",
    }
    assert package["created"] < found["finished"]
    assert [floe["name"] for floe in found["floes"]] == ["one", "two"]
    assert ada.get(f"{url}environment/").json() == {
        **asked,
        "python_version": "3.11",
        "requirements": ["numpy", "unknown>=2"],
        "conda_dependencies": ["ambertools"],
        "conda_channels": ["conda-forge"],
        "base_os": "ubuntu-20.04",
        "build_requirements": {"memory": "8 GiB"},
        "used_python_version": "3.11.9",
        "used_base_os": "Linux",
        "used_packages": ["attrs==25.1.0", "numpy==2.1.0"],
        "missing_requirements": ["unknown>=2"],
    }
    for name in ("environment", "inspection"):
        assert grace.get(f"{url}{name}/") == rejected(403, "forbidden")
        assert ada.get(f"{PATH}999/{name}/") == rejected(404, "not_found")


def test_all_errors_of_a_package_are_in_the_inspection(ada):
    content = compressed(floes("never"), report(errors=["one.py: no numpy", "two.py: no scipy"]))
    package = upload(ada, content)
    assert (package["state"], package["reason"]) == ("error", "one.py: no numpy (and 1 more errors)")
    found = ada.get(f"{PATH}{package['id']}/inspection/").json()
    assert (found["errors"], found["floes"]) == (["one.py: no numpy", "two.py: no scipy"], [])
    # Another archive has another inspection.
    send(ada, package, compressed(floes("better")))
    settle(ada, package)
    found = ada.get(f"{PATH}{package['id']}/inspection/").json()
    assert (found["errors"], [floe["name"] for floe in found["floes"]], found["log"]) == ([], ["better"], "")


def test_a_long_log_has_its_end(ada):
    code = "print('x' * 100_000 + '\\nthe end', file=sys.stderr)"
    package = upload(ada, compressed(floes("one"), member("describe.py", code.encode())))
    found = ada.get(f"{PATH}{package['id']}/inspection/").json()["log"]
    assert (len(found), found[-9:]) == (65536, "\nthe end\n")


# ---------------------------------------------------------------- classifications, and floes that are deleted


def test_classifications_are_a_tree(fresh, connect, rejected):
    fresh.stop()
    posing, shape = ["Docking", "Posing"], ["Ligand-based design", "Shape"]
    with Server(fresh.folder, describe=COMMAND) as server:
        ada, grace = connect(server), connect(server, "grace")

        def tree(caller, **query):
            found = caller.get(f"{FLOES}classifications/", params=query).json()["results"]
            return [(each["path"], each["name"], each["depth"], each["count"]) for each in found]

        def find(caller, path):
            return [each["name"] for each in caller.get(FLOES, params={"classification": path}).json()["results"]]

        upload(ada, compressed(floes("pose", "dock", classification=[posing])))
        upload(ada, compressed(floes("both", classification=[posing, ["Docking"], shape])), project=3)
        hidden = {**MANIFEST, "classify_floes": False}
        upload(ada, compressed(floes("hidden", classification=[["Hidden"]]), manifest=hidden))
        all_of_them = [
            ("Docking", "Docking", 1, 3),
            ("Docking/Posing", "Posing", 2, 3),
            ("Ligand-based design", "Ligand-based design", 1, 1),
            ("Ligand-based design/Shape", "Shape", 2, 1),
        ]
        assert tree(ada) == all_of_them
        assert tree(grace) == [(path, name, depth, 1) for path, name, depth, _ in all_of_them]
        assert tree(ada, path="/Docking/") == all_of_them[:2]
        assert tree(ada, path="Docking", depth=2, name="POS") == all_of_them[1:2]
        assert tree(ada, path="Dock") == tree(ada, depth=3) == []
        first = ada.get(f"{FLOES}classifications/", params={"limit": 3}).json()
        assert (first["count"], len(first["results"])) == (4, 3)
        assert [each["path"] for each in ada.get(first["next"]).json()["results"]] == [all_of_them[3][0]]
        assert ada.get(f"{FLOES}classifications/?depth=0") == rejected(400, "bad_parameter", "depth")
        assert find(ada, "Docking/Posing") == find(ada, "Docking") == ["pose", "dock", "both"]
        assert (find(ada, "Dock"), find(grace, "/Docking")) == ([], ["both"])
        # Only ready floes count.
        ada.delete(f"{PATH}1/")
        assert tree(ada)[0] == ("Docking", "Docking", 1, 1)
        bad = upload(ada, compressed(floes("bad", classification=[["a/b"]])))
        assert (bad["state"], "without slashes" in bad["reason"]) == ("error", True)


def test_a_deleted_floe(fresh, connect, rejected, tmp_path):
    fresh.stop()
    with Server(fresh.folder, describe=COMMAND) as server:
        ada, grace, gate = connect(server), connect(server, "grace"), tmp_path / "gate"
        package = upload(ada, compressed(MAIN, floes("busy", "other", classification=[["Busy"]])))
        busy, other = of_package(ada, package)
        url = f"{FLOES}{busy['id']}/"
        job = start(ada, f"wait_for({str(gate)!r})", busy["id"])
        assert ada.delete(url) == rejected(409, "floe_in_use", "1 of its jobs")
        assert grace.delete(url) == rejected(403, "forbidden")
        ada.post(f"/api/v1/shares/package/{package['id']}/", json={"target_type": "user", "target_id": 2})
        assert grace.get(url).json()["id"] == busy["id"]
        assert grace.delete(url) == rejected(403, "forbidden", "member of project")
        gate.touch()
        reach(ada, job)
        assert ada.delete(url).status_code == 204
        for response in (ada.get(url), ada.delete(url), ada.post(JOBS, json={"workfloe": busy["id"]})):
            assert response == rejected(404, "not_found", f"floe {busy['id']} does not exist")
        assert of_package(ada, package) == [other]
        assert ada.get(f"{PATH}{package['id']}/inspection/").json()["floes"] == [other]
        assert ada.get(f"{FLOES}classifications/").json()["results"][0]["count"] == 1
        assert (ada.get(f"{JOBS}{job['id']}/").json()["workfloe"], log(ada, job)) == (busy["id"], "")
        # A floe can be deleted after its package.
        ada.delete(f"{PATH}{package['id']}/")
        assert ada.delete(f"{FLOES}{other['id']}/").status_code == 204
        assert ada.get(FLOES).json()["results"] == []


# ---------------------------------------------------------------- bad archives


def without(name):
    return {key: value for key, value in MANIFEST.items() if key != name}


DEVICE = {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 5}
BAD = {
    "empty": (b"", ("tar.gz",)),
    "text": (b"name,smiles\n", ("gzip",)),
    "tar without gzip": (compressed(compress=False), ("gzip",)),
    "gzip without tar": (gzip.compress(b"name,smiles\n" * 100), ("tar",)),
    "cut": (compressed(member("big", bytes(range(256)) * 4000))[:-2000], ("truncated",)),
    "cut inside": (gzip.compress(compressed(member("big", b"x" * 9000), compress=False)[:3000]), ("damaged",)),
    "no manifest": (compressed(member("other.json", b"{}"), manifest=None), ("no manifest.json",)),
    "manifest too deep": (compressed(member("a/b/manifest.json", b"{}"), manifest=None), ("no manifest.json",)),
    "manifest no JSON": (compressed(manifest=b"name: tools"), ("manifest.json is not valid", "JSON")),
    "manifest no UTF-8": (compressed(manifest=b"\xff\xfe"), ("not valid UTF-8",)),
    "manifest no object": (compressed(manifest=b"[]"), ("not a JSON object",)),
    "manifest too large": (compressed(manifest=b" " * 1024 * 1025 + b"{}"), ("larger than",)),
    "manifest without fields": (
        compressed(manifest={"name": "a"}),
        ("lacks the fields: version, python_version, requirements",),
    ),
    **{
        f"manifest without {name}": (compressed(manifest=without(name)), (f"lacks the fields: {name}",))
        for name in MANIFEST
    },
    "empty name": (compressed(manifest={**MANIFEST, "name": ""}), ("The name in the manifest.json",)),
    "version of a number": (compressed(manifest={**MANIFEST, "version": 1}), ("The version in the manifest.json",)),
    "absolute": (compressed(member("/etc/evil", b"x")), ("'/etc/evil'", "absolute")),
    "up": (compressed(member("../evil", b"x")), ("'../evil'", "points outside")),
    "up and down": (compressed(member("a/../../evil", b"x")), ("points outside",)),
    "up inside": (compressed(member("a/../evil", b"x")), ("points outside",)),
    "drive": (compressed(member("C:/evil", b"x")), ("non-POSIX",)),
    "backslash": (compressed(member("a\\..\\..\\evil", b"x")), ("non-POSIX",)),
    "control": (compressed(member("a\nb", b"x")), ("not have a valid name",)),
    "long": (compressed(member("a/" * 600 + "b", b"x")), ("not have a valid name",)),
    "long part": (compressed(member("a" * 400, b"x")), ("cannot be decompressed",)),
    "file as folder": (compressed(member("a", b"x"), member("a/b", b"x")), ("cannot be decompressed",)),
    "symlink out": (compressed(member("l", type=tarfile.SYMTYPE, linkname="../../evil")), ("'l'", "points outside")),
    "symlink absolute": (compressed(member("l", type=tarfile.SYMTYPE, linkname="/etc/passwd")), ("'l'", "absolute")),
    "hard link out": (compressed(member("l", type=tarfile.LNKTYPE, linkname="../evil")), ("points outside",)),
    "link to a folder": (
        compressed(member("d", type=tarfile.DIRTYPE), member("l", type=tarfile.SYMTYPE, linkname="d")),
        ("The link 'l' points to 'd'", "not a file"),
    ),
    "link to nothing": (compressed(member("l", type=tarfile.SYMTYPE, linkname="gone")), ("'gone'", "not a file")),
    "links in a ring": (
        compressed(
            member("a", type=tarfile.SYMTYPE, linkname="b"),
            member("b", type=tarfile.SYMTYPE, linkname="a"),
        ),
        ("not a file",),
    ),
    "through a link": (
        compressed(member("d", type=tarfile.SYMTYPE, linkname="."), member("d/../../evil", b"x")),
        ("points outside",),
    ),
    "device": (compressed(member("null", **DEVICE)), ("'null'", "is not a file, folder")),
    "pipe": (compressed(member("pipe", type=tarfile.FIFOTYPE)), ("is not a file",)),
}


@pytest.mark.parametrize("name", BAD)
def test_an_invalid_package_is_rejected_and_leaves_nothing(server, ada, rejected, name):
    content, words = BAD[name]
    package = create(ada, name="bad")
    before = {path for path in server.folder.parent.rglob("*") if "sqlite" not in path.name}
    assert send(ada, package, content) == rejected(422, "bad_package", *words)
    after = {path for path in server.folder.parent.rglob("*") if "sqlite" not in path.name}
    assert after - before <= {folder_of(server, package), server.folder / "packages"}
    assert ada.get(f"{PATH}{package['id']}/").json() == package
    # Another archive can be uploaded.
    assert send(ada, package, compressed(floes())).status_code == 200
    assert settle(ada, package)["state"] == "ready"


def write(path, content):
    path.write_bytes(content)
    return path


def test_a_decompression_bomb_is_rejected(tmp_path):
    bounds = archives.ArchiveLimits(size=1_000_000, members=10)
    zeros = member("zeros", b"\0" * 5_000_000)
    many = [member(f"empty{n}") for n in range(20)]
    head = member("x", pax_headers={"comment": "y" * 3_000_000})
    copies = [
        member("half", b"x" * 400_000),
        *(member(f"l{n}", type=tarfile.LNKTYPE, linkname="half") for n in range(3)),
    ]
    for members, words in (
        ([zeros], "when decompressed"),
        (many, "more than 10 members"),
        ([head], "header is too long"),
        (copies, "when decompressed"),
    ):
        with pytest.raises(archives.BadArchiveError, match=words):
            archives.extract(write(tmp_path / "bomb", compressed(*members)), tmp_path / "out", bounds)
        assert not (tmp_path / "out").exists()
    # A tar header with a false size, and an endless tar.
    lying = gzip.compress(compressed(compress=False)[:1536] + member("zeros", b"")[0].tobuf() + b"\0" * 50_000_000)
    liar, _ = member("liar")
    liar.size = 2**40
    claimed = gzip.compress(liar.tobuf() + b"\0" * 5000)
    archives.extract(write(tmp_path / "fine", lying), tmp_path / "fine.out", bounds)
    with pytest.raises(archives.BadArchiveError, match="when decompressed"):
        archives.extract(write(tmp_path / "bomb", claimed), tmp_path / "out", bounds)


def test_a_full_disk_is_no_fault_of_the_archive(tmp_path, monkeypatch):
    def full(self, *args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    archive = write(tmp_path / "good", compressed(floes()))
    with monkeypatch.context() as patch:
        patch.setattr(archives._Extraction, "_write", full)
        with pytest.raises(OSError, match="No space"):
            archives.extract(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert archives.extract(archive, tmp_path / "out") == MANIFEST
    assert sorted(path.name for path in Path(tmp_path / "out").iterdir()) == ["floes.json", "manifest.json"]
