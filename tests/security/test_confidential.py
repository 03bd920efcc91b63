"""Confidential data:

values of secrets in errors, modes of files of the local Orion and of profiles, and links to missing ids.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from helpers.canary import CANARY, allow_token
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.cli._core.root import ocli
from orionclient.config import SessionConfig, read_profiles, remove_profile, save_profile
from orionclient.exceptions import OrionError, ValidationError
from orionclient.helpers.reports import download_report
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import File, Secret, Shard, ShardCollection

VALUE = "correct horse battery staple"
URL = "https://orion.example.com"
posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")

VERBS: dict[str, Callable[[OrionSession], Any]] = {
    "create": lambda session: Secret.create(session, "key", VALUE),
    "set_value": lambda session: Secret(session=session, id=1).set_value(VALUE),
    "create_resource": lambda session: session.create_resource(Secret, {"name": "key", "value": VALUE}),
    "update_resource": lambda session: session.update_resource(Secret(id=1), {"value": VALUE}),
}


@pytest.mark.parametrize("verb", sorted(VERBS))
@pytest.mark.parametrize("status", [400, 401, 500])
def test_no_verb_quotes_the_value_of_a_secret(scripted: Scripted, status: int, verb: str) -> None:
    scripted.then(ScriptedResponse(status, {"value": [f"{VALUE} is too long"]}))
    with pytest.raises(OrionError) as raised:
        VERBS[verb](scripted.session())
    assert VALUE.encode() in scripted.requests[0].body
    assert VALUE not in str(raised.value)
    assert "*** is too long" in str(raised.value)


def open_to_others(folder: Path) -> list[str]:
    """List the entries of a folder that other users may read."""
    return sorted(each.name for each in folder.iterdir() if each.lstat().st_mode & 0o077)


@posix
@pytest.mark.usefixtures("real_time")
def test_an_existing_folder_exposes_no_files(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    before = os.umask(0o022)
    try:
        for start in range(2):
            with LocalOrion(folder, seed="demo") as orion:
                Secret.create(orion.session(), "key", VALUE)
                File.upload(orion.session(), "x", b"CNS")
                assert open_to_others(folder) == []
            # The mode of an existing folder stays. Files of an older version are restricted at the next start.
            assert stat.S_IMODE(folder.stat().st_mode) == 0o755
            if not start:
                (folder / "orion.sqlite").chmod(0o644)
    finally:
        os.umask(before)
    assert VALUE.encode() in (folder / "orion.sqlite").read_bytes()


@pytest.mark.parametrize("letter", ["\r", "\n", "\x00", "\x1b", "\x85", "\u2028"])
@pytest.mark.parametrize("field", ["username", "proxy", "ca_file", "token"])
def test_no_value_of_a_profile_becomes_another_line(own_home: Path, field: str, letter: str) -> None:
    save_profile(SessionConfig(url=URL, token="other"), "other")
    before = read_profiles()
    value = f"x{letter}[other]{letter}token = stolen"
    with pytest.raises(ValidationError) as raised:
        save_profile(SessionConfig(**{"url": URL, "token": "t", field: value}), "mine")
    assert field in str(raised.value)
    assert "stolen" not in str(raised.value)
    assert read_profiles() == before


@posix
def test_a_linked_profiles_file_stays_a_link(own_home: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "orion"
    real.parent.mkdir()
    link = own_home / ".orion" / "config"
    link.parent.mkdir(mode=0o700)
    link.symlink_to(real)
    with allow_token("the profile file stores tokens", real):
        for name in ("one", "two"):
            save_profile(SessionConfig(url=URL, token=f"{name}{CANARY}"), name)
    assert link.is_symlink()
    assert sorted(read_profiles(real)) == ["one", "two"]
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert remove_profile("one")
    assert link.is_symlink()
    assert f"one{CANARY}" not in real.read_text()
    assert sorted(read_profiles()) == ["two"]


@pytest.mark.parametrize("date", ["yesterday", "", "Thu, 99 Foo 99999 99:99:99 GMT"])
def test_the_doctor_reports_an_invalid_date(scripted: Scripted, monkeypatch: pytest.MonkeyPatch, date: str) -> None:
    monkeypatch.setenv("ORION_URL", scripted.url)
    monkeypatch.setenv("ORION_TOKEN", CANARY)
    scripted.versions = ScriptedResponse(200, [], headers={"Date": date})
    scripted.then(ScriptedResponse(404, {}))
    done = CliRunner().invoke(ocli, ["doctor"], prog_name="ocli")
    assert "unexpected" not in done.output
    assert ("not checked: the server sent an invalid Date" in done.output) is bool(date)


@pytest.mark.parametrize("value", [b"Infinity", b"-Infinity", b"NaN", b"1e999"])
def test_an_invalid_number_is_a_typed_error(scripted: Scripted, value: bytes) -> None:
    scripted.then(ScriptedResponse(raw=b'{"id": 1, "name": "x", "size": %b}' % value))
    with pytest.raises(OrionError, match=r".") as raised:
        _ = scripted.session().get_resource(File, 1).size
    assert not isinstance(raised.value, ArithmeticError)


@pytest.mark.usefixtures("real_time")
def test_a_link_without_an_id_is_unchanged(session: OrionSession) -> None:
    report = ShardCollection.create(session, "report")
    link = f"/api/v3/storage/files/{'9' * 20}/download"
    page = Shard.create(report, "page", file=f'<a href="{link}">x</a>'.encode())
    report.close()
    report.wait(timeout=60)
    session.update_resource(report, {"metadata": {"index_pages": [{"id": page.id}]}})
    made = io.BytesIO()
    found = download_report(report, made)
    assert found.missing == (link,)
    with zipfile.ZipFile(made) as archive:
        assert link in archive.read(found.pages[0]).decode()


@posix
def test_a_warning_about_profiles_points_at_the_caller(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("[p]\nurl = https://orion.example.com\n")
    path.chmod(0o644)
    with pytest.warns(UserWarning, match="readable by other users") as caught:
        read_profiles(path)
    if os.geteuid() == 0:
        path.chmod(0o600)
        os.chown(path, 4321, -1)
        with pytest.warns(UserWarning, match="another user") as more:
            read_profiles(path)
        assert more[0].filename == __file__
    assert caught[0].filename == __file__
