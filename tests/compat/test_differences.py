"""Every entry of docs/differences.md is true, and every entry has a check."""

from __future__ import annotations

import importlib.util
import pickle
import re
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import attrs
import pytest
from click.testing import CliRunner, Result
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import get_file

from orionclient import exceptions as errors
from orionclient import records
from orionclient._transport import exchange, pool
from orionclient.cli._core.root import ocli
from orionclient.config import SessionConfig, get_config_path, read_profiles, resolve, save_profile
from orionclient.helpers.collections import try_hard_to_download_shard
from orionclient.local import LocalOrion
from orionclient.records import default_codec
from orionclient.session import OrionSession, get_profile_config, get_session
from orionclient.types import Dataset, File, Project, Shard, ShardCollection, WorkFloeSpec
from orionclient.utils import TemporaryPath

ROOT = Path(__file__).parents[2]
ROWS = re.findall(
    r"^\| (D\d+) \|([^|]*)\|([^|]*)\|([^|]*)\|$", (ROOT / "docs/differences.md").read_text(), re.MULTILINE
)
FILE = {
    "id": 1,
    "name": "x",
    "state": "ready",
    "project": 1,
    "owner": 1,
    "created": "2020-01-01T00:00:00.000000Z",
    "size": 3,
}
Check = Callable[[Scripted, Path, pytest.MonkeyPatch], None]
CHECKS: dict[str, Check] = {}


def check(row: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        assert row not in CHECKS
        CHECKS[row] = check
        return check

    return register


def test_every_entry_has_a_check_and_every_check_an_entry() -> None:
    text = (ROOT / "docs/differences.md").read_text()
    assert [row[0] for row in ROWS] == [f"D{entry}" for entry in range(1, len(ROWS) + 1)]
    assert len(ROWS) == len(re.findall(r"^\| D", text, re.MULTILINE))
    assert all(cell.strip() for row in ROWS for cell in row)
    assert {row[0] for row in ROWS} == set(CHECKS)


@pytest.mark.parametrize("row", [row[0] for row in ROWS])
def test_the_entry_is_true(row: str, scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    CHECKS[row](scripted, tmp_path, monkeypatch)


@check("D1")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = type("Session", (), {"__module__": "requests.sessions"})()
    with pytest.raises(errors.ValidationError, match=r"use OrionSession\(requests_session=get_session\("):
        OrionSession(requests_session=session)
    scripted.then(ScriptedResponse())
    assert scripted.session().requests_session.get(scripted.url).ok
    assert "Authorization" not in scripted.requests[0].headers


@check("D2")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    http = get_session()
    assert type(http).__name__ == "HttpSession"
    names = ("request", "get", "head", "post", "put", "patch", "delete", "headers")
    assert all(hasattr(http, name) for name in names)
    assert not any(hasattr(http, name) for name in ("mount", "auth", "verify", "cookies"))
    for act in (lambda: http.verify, lambda: setattr(http, "verify", False)):  # type: ignore[attr-defined]
        with pytest.raises(AttributeError, match="set verify, ca_file and so on in the profile"):
            act()


@check("D3")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.then(ScriptedResponse(data=[1]))
    response = get_session().get(scripted.url)
    names = "ok status_code reason headers url text content json iter_content raise_for_status"
    assert all(hasattr(response, name) for name in names.split())
    assert type(response).__module__.startswith("orionclient.")
    assert not any(hasattr(response, name) for name in ("cookies", "history", "elapsed", "encoding", "iter_lines"))
    assert response.ok
    scripted.responses = [ScriptedResponse(304, raw=b"")]
    response = get_session().get(scripted.url)
    assert not response.ok
    with pytest.raises(errors.BadResponse, match="304"):
        response.raise_for_status()


@check("D4")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.ValidationError, match="by keyword"):
        OrionSession(scripted.config(), get_session())
    config = scripted.config()
    assert OrionSession(None, config).config is OrionSession(config, None).config is config


@check("D5")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Dataset(id=7).id == 7
    with pytest.raises(TypeError):
        Dataset("path", 7)  # type: ignore[misc]
    project = Project.from_msg(dict.fromkeys(Project.fields(), "7") | {"archived": False})
    assert attrs.asdict(project) == {"session": None, **{name: getattr(project, name) for name in Project.fields()}}
    assert attrs.fields(Dataset).name.name == "name"
    assert attrs.evolve(project, name="y").name == "y"
    assert attrs.define(type("Typed", (Shard,), {"__annotations__": {"kind": str}}))(kind="x", collection=3).kind == "x"
    with pytest.raises(errors.NotLoaded):
        attrs.asdict(File(id=1))
    with pytest.raises(TypeError, match="must not be frozen"):
        attrs.frozen(type("Fixed", (Shard,), {}))


@check("D6")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AttributeError, match="session.update_resource"):
        File(id=1, name="x").name = "y"  # type: ignore[misc]


@check("D7")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.NotLoaded, match="refresh_resource"):
        _ = File(id=1).name
    assert not hasattr(File(id=1), "name")
    assert (Dataset().name, Dataset().owner, Dataset().written) == ("", None, 0)
    assert not hasattr(Dataset(), "count")
    for value in (None, 7):
        with pytest.raises(errors.OrionError, match=f"File 1: the server sent {value} for 'name'"):
            _ = File.from_msg({"id": 1, "name": value}).name


@check("D8")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert File(id=1, name="x") == File(id=1) != File(id=2)
    assert File(id=1) != Dataset(id=1)
    assert len({File(id=1), File(id=1, name="x"), File(id=2)}) == 2


@check("D9")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.then(
        ScriptedResponse(201, {**FILE, "state": "open"}),
        ScriptedResponse(422, {"detail": "no"}),
        ScriptedResponse(204, raw=b""),
    )
    with pytest.raises(errors.OrionError, match="422"):
        File.upload(scripted.session(), "x", b"content")
    assert [request.method for request in scripted.requests] == ["POST", "PUT", "DELETE"]
    assert [request.body for request in scripted.requests][1] == b"content"
    assert any("digest" in name.lower() for name in scripted.requests[1].headers)


@check("D10")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert importlib.util.find_spec("datarecord") is None
    record = default_codec().decode({"Title": "aspirin"}, 1, 1)
    assert record["Title"] == "aspirin"
    assert dict(record) == {"Title": "aspirin"}
    oemol, molecule = type("OEMol", (), {}), type("Molecule", (), {"smiles": "CCO"})
    module = SimpleNamespace(OEMolToSmiles=lambda _: "C")
    monkeypatch.setitem(sys.modules, "openeye", SimpleNamespace(oechem=module))
    monkeypatch.setitem(sys.modules, "openeye.oechem", module)
    monkeypatch.setattr(records, "_MOLECULE_CODECS", {})
    records.register_molecule_codec(molecule, lambda each: each.smiles)
    assert [records.encode_molecule("x", each()) for each in (oemol, molecule)] == ["C", "CCO"]


@check("D11")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_profile(scripted.config(), "mine")
    with pytest.raises(errors.InvalidCredentials, match="mine"):
        get_profile_config("other")


@check("D12")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(issubclass(getattr(errors, name), errors.OrionError) for name in errors.__all__)
    for name, builtin in {
        "NotFoundResponse": LookupError,
        "ValidationError": ValueError,
        "OrionLinkError": ValueError,
        "OrionConnectionError": ConnectionError,
        "OrionTimeout": TimeoutError,
        "NotEnoughDiskError": OSError,
    }.items():
        assert issubclass(getattr(errors, name), builtin)


@check("D13")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert scripted.config().authorization == f"Token {CANARY}"
    assert scripted.config(header_form="colon").authorization == f"Token:{CANARY}"


@check("D14")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = OrionSession(scripted.config(), orion_versions={"files": [1, 2]})
    with pytest.raises(errors.InvalidAPIVersion, match="needs version 3 .* offers version 1, 2") as caught:
        known.get_resource(File, 1)
    assert (caught.value.response, scripted.requests) == (None, [])
    scripted.then(ScriptedResponse(404))
    scripted.versions = ScriptedResponse(data={"versions": {"files": [4]}})
    with pytest.raises(errors.InvalidAPIVersion, match="needs version 3 .* offers version 4") as caught:
        scripted.session().get_resource(File, 1)
    assert caught.value.response.status_code == 404


@check("D15")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.then(ScriptedResponse(404, {"detail": "gone"}))
    session = OrionSession(scripted.config())
    with pytest.raises(errors.NotFoundResponse):
        session.get_resource(File, 1)
    assert len(scripted.requests) == 9
    with pytest.raises(errors.NotFoundResponse):
        session.create_resource(File, {"name": "x"})
    assert len(scripted.requests) == 10
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    with pytest.raises(errors.NotFoundResponse):
        session.get_resource(File, 1)
    assert len(scripted.requests) == 13
    scripted.responses[:] = [ScriptedResponse(404, {"detail": "gone"}, {"X-Orion-Replicas": "0"})]
    with pytest.raises(errors.NotFoundResponse, match="no replicas"):
        session.get_resource(File, 1)
    assert len(scripted.requests) == 14


@check("D16")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.then(ScriptedResponse(500))
    session = OrionSession(scripted.config())
    with pytest.raises(errors.OrionServiceError) as caught:
        session.create_resource(File, {"name": "x"})
    assert (caught.value.attempts, caught.value.may_have_been_applied) == (1, True)
    with pytest.raises(errors.OrionServiceError) as caught:
        session.get_resource(File, 1)
    assert caught.value.attempts > 1
    assert not caught.value.may_have_been_applied


@check("D17")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    exchange.close_connections()
    for _ in range(5):
        with scripted.session() as session:
            session.get_resource(File, 1)
    (transport,) = exchange.REGISTRY._pools.values()
    assert [len(idle) for idle in transport._idle.values()] == [1]


@check("D18")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_profile(scripted.config(), "mine")
    data = pickle.dumps(OrionSession(resolve("mine")))
    assert CANARY.encode() not in data
    assert pickle.loads(data).config.token == CANARY


@check("D19")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    scripted.then(ScriptedResponse(data=FILE, headers={"Set-Cookie": "a=b"}))
    for _ in range(2):
        scripted.session().get_resource(File, 1)
    assert [request.headers["Authorization"] for request in scripted.requests] == [f"Token {CANARY}"] * 2
    assert "Cookie" not in scripted.requests[1].headers


@check("D20")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = len(pool._tls_context(None, verify=True).get_ca_certs())
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "missing.pem"))
        with pytest.raises(errors.ValidationError, match=name):
            pool._tls_context(None, verify=True)
        monkeypatch.delenv(name)
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "empty"))
    assert len(pool._tls_context(None, verify=True).get_ca_certs()) == usual > 0


@check("D21")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = SessionConfig("https://127.0.0.1:9", CANARY, verify=False)
    for _ in range(2):
        with pytest.warns(UserWarning, match="unverified https request"), pytest.raises(errors.OrionConnectionError):
            OrionSession(config, requests_session=get_session({}, retry_timeout=0.01)).get_resource(File, 1)
    assert pool._tls_context(None, verify=True).hostname_checks_common_name is False


@check("D22")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.ValidationError, match="allow_http"):
        SessionConfig("http://orion.example.com", CANARY)
    assert SessionConfig("http://orion.example.com", CANARY, allow_http=True).url
    assert scripted.config().url.startswith("http://127.0.0.1")


@check("D23")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Scripted(ScriptedResponse(data=FILE)) as other:
        scripted.then(ScriptedResponse(302, headers={"Location": other.url}))
        assert scripted.session().get_resource(File, 1).id == 1
        assert "Authorization" not in other.requests[0].headers
        with pytest.raises(errors.BadResponse, match="302"):
            scripted.session().update_resource(File(id=1), {"name": "y"})
        scripted.responses = [ScriptedResponse(data={"count": 2, "next": other.url, "results": [FILE]})]
        with pytest.raises(errors.BadResponse, match="another host"):
            list(scripted.session().list_resources(File))
        assert len(other.requests) == 1
        scripted.requests = []
        scripted.responses = [ScriptedResponse(307, headers={"Location": "/other"}), ScriptedResponse(data=FILE)]
        scripted.session().update_resource(File(id=1), {"name": "y"})
        assert [request.method for request in scripted.requests][:2] == ["PATCH", "PATCH"]
        scripted.responses = [ScriptedResponse(307, headers={"Location": other.url})]
        with pytest.raises(errors.BadResponse, match="is not followed"):
            scripted.session().retrieve_token("ada", "password")
        assert len(other.requests) == 1
    scripted.responses = [ScriptedResponse(data={"count": 2, "results": [{**FILE, "id": each}]}) for each in (1, 2)]
    assert [each.id for each in scripted.session().list_resources(File)] == [1, 2]
    assert scripted.requests[-1].path.endswith("?offset=1&limit=1000")
    scripted.responses = [ScriptedResponse(302, headers={"Location": "/again"})]
    with pytest.raises(errors.OrionConnectionError, match="more than 5 redirects"):
        get_session().get(scripted.url)


@check("D24")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert get_config_path() == Path.home() / ".orion" / "config"
    monkeypatch.setenv("ORION_CONFIG", str(tmp_path / "other"))
    assert get_config_path() == tmp_path / "other"
    save_profile(SessionConfig("https://chosen.example.com"), "chosen")
    (tmp_path / "other.active").write_bytes(b"chosen")
    assert resolve().profile == "chosen"
    monkeypatch.setenv("ORION_URL", scripted.url)
    monkeypatch.setenv("ORION_TOKEN", CANARY)
    assert resolve().url == scripted.url


@check("D25")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.ValidationError, match="the filter .tags. is an empty list"):
        scripted.session().list_resources(File, {"tags": []})
    assert scripted.requests == []


@check("D26")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = scripted.session().create_link(File(id=1))
    assert {"version", "id", "id_str"} <= set(link)
    with pytest.raises(errors.OrionLinkError):
        scripted.session().get_link({"id": 1, "type": "file"})


@check("D27")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with TemporaryPath(suffix=".sdf") as path:
        assert isinstance(path, str)
    temporary = TemporaryPath(suffix="a/b.sdf")
    assert Path(temporary).exists()
    assert temporary.path.endswith("a_b.sdf")


@check("D28")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
    scripted.then(ScriptedResponse(raw=b"content", headers={"Repr-Digest": wrong}))
    target = tmp_path / "target"
    with pytest.raises(errors.OrionConnectionError, match="digest"):
        File(id=1, session=scripted.session()).download_to_file(str(target))
    known = {"id": 1, "name": "x", "size": 9}
    scripted.responses[:] = [
        ScriptedResponse(raw=b"content"),
        ScriptedResponse(data=known),
        ScriptedResponse(raw=b"content"),
    ]
    with pytest.raises(errors.OrionConnectionError, match="received 7 bytes, the resource has 9"):
        File.from_msg(known, scripted.session()).download_to_file(str(target))
    assert list(tmp_path.iterdir()) == []


@check("D29")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.then(ScriptedResponse(204, raw=b""), ScriptedResponse(403, {"detail": "no"}))
    assert scripted.session().delete_resource(File(id=1)) is True
    with pytest.raises(errors.AuthorizationRequired):
        scripted.session().delete_resource(File(id=1))


@check("D30")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"ocli": "orionclient.cli:main"}


@check("D31")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    found = get_file.sync(1, client=scripted.session().raw)
    assert found.name == "x"
    assert hasattr(scripted.session().raw_async, "asend")


@check("D32")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (project["name"], project["requires-python"]) == ("orion-platform-client", ">=3.11")
    assert sys.version_info >= (3, 11)


@check("D33")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.then(ScriptedResponse(503, {"detail": f"no\nspace for {CANARY}"}))
    with pytest.raises(errors.OrionServiceError) as caught:
        OrionSession(scripted.config()).get_resource(File, 1)
    message = str(caught.value)
    assert re.fullmatch(
        r"get_file GET /api/v3/storage/files/1/: 503 Service Unavailable: no space for \*\*\* \(request \w+, \d+ attempts in .* s\)",
        message,
    )


@check("D34")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.then(
        ScriptedResponse(data={"count": 2, "next": None, "results": []}),
        ScriptedResponse(data={"id": 7, "state": "ready"}),
    )
    with pytest.warns(UserWarning, match="2 shards of ShardCollection 7 not closed"):
        ShardCollection(id=7, session=scripted.session()).close()
    assert [each.method for each in scripted.requests] == ["GET", "POST"]


@check("D35")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.then(ScriptedResponse(500))
    shard = Shard(collection=7, id=9, session=scripted.session())
    monkeypatch.setattr("orionclient.helpers.collections._WARNED", set())
    with pytest.warns(DeprecationWarning, match="try_hard_to_download_shard"), pytest.raises(errors.OrionServiceError):
        try_hard_to_download_shard(shard, str(tmp_path / "shard"), attempts=100)
    assert len(scripted.requests) == 1


@check("D36")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = Dataset(id=1, session=scripted.session())
    scripted.then(ScriptedResponse(raw=b"content"))
    for name in ("a.OEB.GZ", "a.sdf", "a"):
        dataset.download_to_file(tmp_path / name)
    dataset.download_to_file(tmp_path / "b.oeb.gz", format="csv")
    requests = [each.path.partition("format=")[2].partition("&")[0] for each in scripted.requests]
    assert requests == ["oeb.gz", "sdf", "binary", "csv"]


@check("D37")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.responses = [ScriptedResponse(data={**FILE, "id": 1})]
    monkeypatch.setenv("ORION_URL", scripted.url)
    monkeypatch.setenv("ORION_TOKEN", "token")
    monkeypatch.setenv("HOME", str(tmp_path))

    def call(*words: str, given: str = "") -> Result:
        return CliRunner().invoke(ocli, [*words], prog_name="ocli", input=given)

    assert call("files", "show", "1", "--json").stdout == call("files", "info", "1", "--json").stdout
    assert "show" not in call("files", "--help").stdout
    assert call("files", "list", "name=x", "--name=x").exit_code == 2
    words = ("config", "profile", "--url", "x.org", "--username", "u", "--with-token")
    assert "Warning: --password is deprecated" in call(*words, "--password", "x", given="t").stderr
    assert "Warning: ocli config token is deprecated" in call("config", "token", given="other").stderr
    assert read_profiles()["default"]["token"] == "other"


@check("D38")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalOrion(tmp_path / "stack", durable=False) as orion:
        session, team = orion.session(), "/project/1/team"
        session.create_paths("/screens")
        assert session.fs.info(f"{team}/screens").type == "folder"
        first, second = (File.upload(session, "hits", b"CNS") for _ in range(2))
        with pytest.raises(errors.BadResponse, match=f"file://{first.id} and file://{second.id}"):
            session.fs.info(f"{team}/hits")
        session.fs.cp(first, destination=f"{team}/screens")
        for verb in (session.fs.cp, session.fs.mv):
            with pytest.raises(errors.BadResponse, match="use force to replace it"):
                verb(first, destination=f"{team}/screens")
        with pytest.raises(errors.NotFoundResponse):
            session.fs.rm(first, "file://99")
        assert session.fs.ls(team, types="file").count() == 2
        session.delete_resource(first)
        session.restore_resource(first)
        assert session.fs.ls(team, types="file").count() == 2


@check("D39")
def _(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalOrion(tmp_path / "stack", seed="demo", durable=False, jobs=0) as orion:
        session = orion.session()
        echo = session.list_resources(WorkFloeSpec, {"name": "echo"}).one()
        job = echo.start("first", text="password=hunter2")
        session.update_resource(job, {"name": "renamed"})
        with pytest.raises(errors.BadResponse, match="only the log of a complete job can be deleted"):
            job.delete_logs()
        watch = ["jobs", "watch", str(job.id)]
        found = CliRunner(env=orion.environ).invoke(ocli, [*watch, "--json", "--deadline", "0"])
        assert (found.exit_code, found.stdout.count("\n"), "renamed" in found.stdout) == (8, 1, True)
        job.cancel()
        assert CliRunner(env=orion.environ).invoke(ocli, watch).exit_code == 1
        job.debug_export(tmp_path / "job.zip")
        shown = zipfile.Path(tmp_path / "job.zip", "parameters.json").read_bytes()
        assert b'"password=***"' in shown
