"""Configuration in detail:

every key written and read, every message of rejected values, and only the given environment.
"""

from __future__ import annotations

import os
import pickle
import warnings
from pathlib import Path
from typing import Any

import pytest

from orionclient.config import (
    SessionConfig,
    get_config_path,
    in_orion,
    is_loopback,
    parse_origin,
    read_profiles,
    remove_profile,
    resolve,
    restore_config,
    save_profile,
)
from orionclient.exceptions import InvalidCredentials, ValidationError

URL = "https://orion.example.com"
HINTS = (
    "\nto connect to an Orion stack, run: ocli{} config profile"
    "\nto try a local Orion on this machine, run: ocli local start"
)


def rejected(call: Any, kind: type[Exception] = ValidationError) -> str:
    with pytest.raises(kind) as raised:
        call()
    return str(raised.value)


def write(path: Path, data: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode())
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("address", ["https://a b/", "https://a\\b/", "https://a/\t", "https://a\x7f/"])
def test_an_address_with_gaps(address: str) -> None:
    assert (
        rejected(lambda: parse_origin(address))
        == "invalid URL: it contains white space, a control character or a backslash"
    )


def test_hosts() -> None:
    longest = ".".join(["a" * 63] * 3 + ["b" * 61])
    assert len(longest) == 253
    assert parse_origin(f"https://{longest}/") == ("https", longest, 443)
    unusable = "invalid URL: its host name is not valid; write international names in their xn--... form"
    assert rejected(lambda: parse_origin(f"https://{longest}b/")) == unusable
    assert rejected(lambda: parse_origin("https://a..b/")) == unusable
    assert parse_origin("http://[::1]/")[1:] == ("::1", 80)
    for broken in ("[::zz]", "[::1%25lo]", "[fe80::1%lo]"):
        assert rejected(lambda broken=broken: parse_origin(f"http://{broken}/")) in {
            unusable,
            "invalid URL: it cannot be parsed",
        }
    assert [is_loopback(host) for host in ("localhost", "127.9.9.9", "::1", "LOCAL", "10.0.0.1")] == [True] * 3 + [
        False
    ] * 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"url": " "}, "the URL of the Orion stack is empty"),
        (
            {"url": f"{URL}/path"},
            "the URL of the Orion stack must have no path or query, for example https://orion.example.com",
        ),
        (
            {"url": f"{URL}/X"},
            "the URL of the Orion stack must have no path or query, for example https://orion.example.com",
        ),
        (
            {"token": "a b"},
            "invalid token (not shown): it contains white space, a line break or a non-ASCII character; copy it again",
        ),
        ({"project": True}, "project must be the id of a project (an integer), not True"),
        ({"project": "²"}, "project must be the id of a project (an integer), not '²'"),
        ({"project": "-1"}, "project must be the id of a project (an integer), not '-1'"),
        ({"header_form": "x"}, "header_form must be 'space' or 'colon', not 'x'"),
        ({"verify": "no"}, "verify must be True or False; set ca_file to trust other certificates"),
        (
            {"url": "http://far.example"},
            "http://far.example would send the token unencrypted; use https, or set allow_http = true in the profile",
        ),
    ],
)
def test_invalid_values_are_rejected(values: dict[str, Any], words: str) -> None:
    assert rejected(lambda: SessionConfig(**{"url": URL, **values})) == words


def test_boundary_values() -> None:
    config = SessionConfig(url=f"  {URL}/ ", token="!~", project="0012")
    assert (config.url, config.token, config.project) == (URL, "!~", 12)
    assert SessionConfig(url="Orion.Example.COM").url == URL
    assert SessionConfig(url=URL, project="").project is None


def test_where_the_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert get_config_path({"ORION_CONFIG": "/x/y", "HOME": "/h"}) == Path("/x/y")
    assert get_config_path({"HOME": "/h", "USERPROFILE": "/u"}) == Path("/h/.orion/config")
    assert get_config_path({"USERPROFILE": "/u"}) == Path("/u/.orion/config")
    monkeypatch.setenv("HOME", "/somewhere")
    monkeypatch.setenv("USERPROFILE", "/somewhere")
    assert get_config_path({}) == Path("/somewhere/.orion/config")
    assert get_config_path({"ORION_CONFIG": "~/x", "HOME": "/h"}) == Path("/h/x")
    assert get_config_path({"ORION_CONFIG": "~", "HOME": "/h"}) == Path("/h")
    assert get_config_path({"ORION_CONFIG": "a~/x", "HOME": "/h"}) == Path("a~/x")
    if os.name == "posix":
        import pwd

        monkeypatch.setenv("HOME", "")
        monkeypatch.delenv("USERPROFILE")
        assert get_config_path() == Path(pwd.getpwuid(os.getuid()).pw_dir) / ".orion/config"
    monkeypatch.setenv("ORION_JOB_ID", "1")
    assert (in_orion(), in_orion({}), in_orion({"ORION_JOB_ID": "2"})) == (True, False, True)


FULL = {
    "url": "http://far.example", "token": "t0ken", "username": "ada", "project": 7, "ca_file": "/ca.pem", "proxy": "http://p:1",
    "allow_http": True, "header_form": "colon", "verify": False, "client_cert": "/cert.pem", "client_key": "/key.pem",
}  # fmt: skip


def test_every_setting_makes_a_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "config"
    config = SessionConfig(**FULL)
    save_profile(config, "full", path)
    save_profile(SessionConfig(url=URL, token="gläs".encode().hex()), "bare", path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert read_profiles(path)["full"] == {
        **{key: str(value) for key, value in FULL.items()}, "allow_http": "true", "verify": "false",
    }  # fmt: skip
    assert read_profiles(path)["bare"].keys() == {"url", "token"}
    found = resolve("full", {"ORION_CONFIG": str(path)})
    assert {key: getattr(found, key) for key in FULL} == FULL
    assert found.profile == "full"
    bare = resolve("bare", {"ORION_CONFIG": str(path)})
    assert (bare.username, bare.project, bare.ca_file, bare.proxy, bare.allow_http, bare.header_form, bare.verify) == (
        "", None, None, None, False, "space", True,
    )  # fmt: skip
    assert remove_profile("full", path)
    assert not remove_profile("full", path)
    assert list(read_profiles(path)) == ["bare"]
    assert sorted(each.name for each in path.parent.iterdir()) == ["config", "config.lock"]


@pytest.mark.parametrize("word", ["1", "true", "yes", "on", "TRUE", "Yes"])
def test_boolean_values(tmp_path: Path, word: str) -> None:
    other = {"1": "0", "true": "false", "yes": "no", "on": "off", "TRUE": "FALSE", "Yes": "Off"}[word]
    path = write(tmp_path / "config", f"[p]\nurl=http://far.example\nallow_http={word}\nverify={other}\n")
    config = resolve("p", {"ORION_CONFIG": str(path)})
    assert (config.allow_http, config.verify, config.token, config.username) == (True, False, "", "")
    path = write(tmp_path / "config", f"[p]\nurl={URL}\nallow_http={other}\nverify={word}\n")
    config = resolve("p", {"ORION_CONFIG": str(path)})
    assert (config.allow_http, config.verify) == (False, True)


def test_comments_and_other_characters(tmp_path: Path) -> None:
    data = f"# one\n; two\n[p]\n# three\nurl = {URL}\nusername = Zoë: x = y\n; four\n"
    path = write(tmp_path / "config", data)
    assert read_profiles(path) == {"p": {"url": URL, "username": "Zoë: x = y"}}
    save_profile(SessionConfig(url=URL), "q", path)
    assert read_profiles(path)["p"]["username"] == "Zoë: x = y"
    assert "Zoë" in path.read_bytes().decode("utf-8")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("url = x\n", "{} is not a valid profile file (line 1); each profile starts with its name in [brackets]"),
        (
            "[p]\nurl = x\nsecret\n",
            "{} is not a valid profile file (line 3); each profile starts with its name in [brackets]",
        ),
        ("[p]\n[p]\n", "{} is not a valid profile file (line 2); the profile is there twice"),
        ("[p]\nurl = x\nurl = y\n", "{} is not a valid profile file (line 3); the setting is there twice"),
        ("[p]\nurl: x\n", "{} is not a valid profile file (line 2); each profile starts with its name in [brackets]"),
    ],
)
def test_invalid_files_are_rejected(tmp_path: Path, data: str, words: str) -> None:
    path = write(tmp_path / "config", data)
    hint = "correct the file; show its path with: ocli config path"
    assert rejected(lambda: read_profiles(path)).splitlines() == [words.format(path), hint]


def test_unreadable_files(tmp_path: Path) -> None:
    path = write(tmp_path / "config", f"[p]\nurl = {URL}\n".ljust(1 << 20, "\n"))
    assert read_profiles(path) == {"p": {"url": URL}}
    write(path, "\n" * ((1 << 20) + 1))
    assert rejected(lambda: read_profiles(path)) == f"cannot read profiles from {path}: the file is larger than 1 MiB"
    path.write_bytes(b"\xff")
    assert rejected(lambda: read_profiles(path)) == f"cannot read profiles from {path}: the file is not UTF-8"
    assert rejected(lambda: read_profiles(tmp_path)) == f"cannot read profiles from {tmp_path}: Is a directory"
    assert read_profiles(tmp_path / "none") == read_profiles(path / "below") == {}


def test_a_file_readable_by_others_warns_the_caller(tmp_path: Path) -> None:
    path = write(tmp_path / "config", "")
    path.chmod(0o640)
    with pytest.warns(UserWarning, match="contains tokens") as caught:
        read_profiles(path)
    assert str(caught[0].message) == f"{path} contains tokens and is readable by other users; run: chmod 600 {path}"
    path.chmod(0o700)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_profiles(path)


@pytest.mark.skipif(os.name != "posix", reason="files have owners where there is POSIX")
def test_a_file_of_another_user_warns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "config", f"[p]\nurl = {URL}\n")
    if os.geteuid() == 0:
        os.chown(path, 4321, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    # One message for every mode, because a user who does not own the file cannot change its mode.
    for mode in (0o600, 0o644):
        path.chmod(mode)
        with pytest.warns(UserWarning, match="another user") as caught:
            assert read_profiles(path) == {"p": {"url": URL}}
        words = f"{path} contains tokens and belongs to another user; use a copy of your own"
        assert [str(each.message) for each in caught] == [words]
    if os.geteuid() == 0:
        # A saved file belongs to the current user from then on.
        with pytest.warns(UserWarning, match="another user"):
            save_profile(SessionConfig(url=URL), "q", path)
        assert list(read_profiles(path)) == ["p", "q"]


BROKEN = {
    "BOM in the middle": (f"\n\ufeff[p]\nurl = {URL}\n".encode(), "{} is not a valid profile file (line 2)"),
    "cut in a name": (f"[p]\nurl = {URL}\n[defau".encode(), "{} is not a valid profile file (line 3)"),
    "cut in a setting": (f"[p]\r\nurl = {URL}\r\ntok".encode(), "{} is not a valid profile file (line 3)"),
    "of another kind": (b'{"p": {"url": "https://a"}}', "{} is not a valid profile file (line 1)"),
    "UTF-16": (
        f"[p]\nurl = {URL}\n".encode("utf-16"),
        "cannot read profiles from {}: the file is UTF-16; save it as UTF-8",
    ),
    "UTF-16 big-endian": (
        f"\ufeff[p]\nurl = {URL}\n".encode("utf-16-be"),
        "cannot read profiles from {}: the file is UTF-16; save it as UTF-8",
    ),
    "Latin-1": ("[p]\nusername = Zoë\n".encode("latin-1"), "cannot read profiles from {}: the file is not UTF-8"),
    "too large": (b"#" * (10 << 20), "cannot read profiles from {}: the file is larger than 1 MiB"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_never_overwritten(tmp_path: Path, name: str) -> None:
    content, words = BROKEN[name]
    path = tmp_path / "config"
    path.write_bytes(content)
    path.chmod(0o600)
    for call in (
        lambda: resolve("p", {"ORION_CONFIG": str(path)}),
        lambda: save_profile(SessionConfig(url=URL), "q", path),
        lambda: remove_profile("p", path),
        lambda: restore_config(("https", "orion.example.com", 443), None, {"ORION_CONFIG": str(path)}),
    ):
        assert rejected(call).startswith(words.format(path))
        assert path.read_bytes() == content
    assert {each.name for each in tmp_path.iterdir()} == {"config", "config.lock"}


def test_windows_line_ends(tmp_path: Path) -> None:
    path = write(tmp_path / "config", f"[p]\r\nurl = {URL}\r\ntoken = t0ken\r\n\r\n[empty]\r\n")
    assert read_profiles(path) == {"p": {"url": URL, "token": "t0ken"}, "empty": {}}
    assert resolve("p", {"ORION_CONFIG": str(path)}).token == "t0ken"
    save_profile(SessionConfig(url=URL), "q", path)
    assert read_profiles(path)["p"] == {"url": URL, "token": "t0ken"}


def test_an_empty_file_is_filled(tmp_path: Path) -> None:
    path = write(tmp_path / "config", "")
    assert read_profiles(path) == {}
    save_profile(SessionConfig(url=URL), "q", path)
    assert read_profiles(path) == {"q": {"url": URL}}


@pytest.mark.parametrize("name", ["", " a", "a ", "a]", "[a", "a\nb", "a\rb", "DEFAULT"])
def test_unknown_profiles(tmp_path: Path, name: str) -> None:
    words = rejected(lambda: save_profile(SessionConfig(url=URL), name, tmp_path / "config"))
    assert words == " ".join(f"{name!r} is not a valid profile name".split())
    save_profile(SessionConfig(url=URL), "X y", tmp_path / "config")


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config"
    save_profile(SessionConfig(url=URL), "p", path)
    before, seen = path.read_bytes(), []

    def fail(_handle: int) -> None:
        seen.extend(each.name for each in tmp_path.iterdir() if each.name.startswith(".config."))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        save_profile(SessionConfig(url=URL), "q", path)
    assert path.read_bytes() == before
    assert len(seen) == 1
    assert sorted(each.name for each in tmp_path.iterdir()) == ["config", "config.lock"]


def test_missing_settings_are_named(tmp_path: Path) -> None:
    path = tmp_path / "config"
    environ = {"ORION_CONFIG": str(path)}
    assert (
        rejected(lambda: resolve("p", environ), InvalidCredentials)
        == f"no profile 'p' in {path}; the file does not exist{HINTS.format(' --profile p')}"
    )
    write(path, "")
    assert (
        rejected(lambda: resolve("p", environ), InvalidCredentials)
        == f"no profile 'p' in {path}; the file has no profiles{HINTS.format(' --profile p')}"
    )
    write(path, "[b]\n[a]\ntoken = x\n")
    assert (
        rejected(lambda: resolve(None, environ), InvalidCredentials)
        == f"ORION_URL is not set and there is no profile 'default' in {path}; known profiles: a, b{HINTS.format('')}"
    )
    assert (
        rejected(lambda: resolve("a", environ), InvalidCredentials)
        == f"profile 'a' in {path} has no url{HINTS.format(' --profile a')}"
    )
    write(path, "[a]\nurl = http://far.example\n")
    assert rejected(lambda: resolve("a", environ)).startswith(f"profile 'a' in {path}: http://far.example would send")
    half = "{} is set but {} is not; set both or neither"
    assert rejected(lambda: resolve(None, {**environ, "ORION_URL": URL}), InvalidCredentials) == half.format(
        "ORION_URL", "ORION_TOKEN"
    )
    assert rejected(lambda: resolve(None, {"ORION_TOKEN": "x"}), InvalidCredentials) == half.format(
        "ORION_TOKEN", "ORION_URL"
    )


def test_only_the_given_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "config", f"[default]\nurl=https://d.example\n[p]\nurl={URL}\ntoken=x\nproject=3\n")
    for name, value in {"ORION_URL": "https://wrong.example", "ORION_TOKEN": "wrong", "ORION_JOB_ID": "1"}.items():
        monkeypatch.setenv(name, value)
    base = {"ORION_CONFIG": str(path)}
    assert resolve(None, base).url == "https://d.example"
    assert resolve(None, {**base, "ORION_PROFILE": "p"}).url == URL
    assert resolve("p", {**base, "ORION_PROFILE": "none", "ORION_PROJECT": "9"}).project == 9
    pair = {**base, "ORION_URL": "https://e.example", "ORION_TOKEN": "e"}
    assert resolve("p", pair).url == URL
    found = resolve(None, {**pair, "ORION_USERNAME": "eve"})
    assert (found.url, found.token, found.username, found.profile) == ("https://e.example", "e", "eve", None)
    assert resolve(None, pair).username == ""
    assert resolve("p", {**pair, "ORION_JOB_ID": "5"}).url == "https://e.example"
    # In a job, a url without a token is ignored.
    assert resolve("p", {**base, "ORION_URL": "https://e.example", "ORION_JOB_ID": "5"}).url == URL


def test_credentials_are_found_by_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = f"[broken]\nurl=://\n[a]\nurl={URL}\ntoken=ta\n[b]\nurl={URL}\ntoken=tb\n[empty]\nurl={URL}\n"
    path = write(tmp_path / "config", data)
    environ = {"ORION_CONFIG": str(path)}
    origin = ("https", "orion.example.com", 443)
    assert restore_config(origin, None, environ).profile == "a"
    assert restore_config(origin, "b", environ).token == "tb"
    assert restore_config(origin, "empty", environ).token == "ta"
    assert restore_config(origin, "b", {**environ, "ORION_URL": URL, "ORION_TOKEN": "te"}).token == "te"
    assert restore_config(origin, "b", {**environ, "ORION_URL": "https://e.example", "ORION_TOKEN": "te"}).token == "tb"
    monkeypatch.setenv("ORION_URL", URL)
    monkeypatch.setenv("ORION_TOKEN", "wrong")
    words = rejected(lambda: restore_config(("https", "gone.example", 444), None, environ), InvalidCredentials)
    assert words == (
        f"no token for the pickled session on https://gone.example:444 in the environment or in {path}"
        + HINTS.format("")
    )


def test_the_content_of_a_pickle() -> None:
    config = SessionConfig(**FULL, profile="p")
    again = pickle.loads(pickle.dumps(config))
    assert (again.token, again.proxy) == ("", None)
    pickled = (set(FULL) | {"profile"}) - {"token", "proxy"}
    assert {key: getattr(again, key) for key in pickled} == {key: getattr(config, key) for key in pickled}
    assert config.authorization == "Token:t0ken"
    assert SessionConfig(url=URL, token="x").authorization == "Token x"
    assert not {"t0ken", "p:1"} & set(repr(config).split("'"))


def test_a_profile_file_of_windows(tmp_path: Path) -> None:
    path = write(tmp_path / "config", f"\ufeff[p]\r\nurl = {URL}\r\nusername = Zoë\r\ntoken = abc\r\n")
    found = resolve("p", {"ORION_CONFIG": str(path)})
    assert (found.url, found.username, found.token) == (URL, "Zoë", "abc")
    save_profile(SessionConfig(url=URL, token="other"), "q", path)
    assert (
        path.read_bytes().decode()
        == f"[p]\nurl = {URL}\nusername = Zoë\ntoken = abc\n\n[q]\nurl = {URL}\ntoken = other\n\n"
    )


@pytest.mark.parametrize("setting", ["ca_file", "client_cert", "client_key"])
def test_where_a_path_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    path = tmp_path / "settings" / "config"
    others: dict[str, Any] = {"client_cert": "/cert.pem"} if setting == "client_key" else {}

    def resolved(value: str) -> str | None:
        lines = [f"{name} = {value}" for name, value in {**others, setting: value}.items()]
        write(path, "\n".join(["[p]", f"url = {URL}", *lines, ""]))
        return getattr(resolve("p", {"ORION_CONFIG": str(path)}), setting)  # type: ignore[no-any-return]

    monkeypatch.chdir(tmp_path)
    assert resolved("ca.pem") == str(tmp_path / "settings" / "ca.pem")
    assert resolved("../ca.pem") == str(tmp_path / "settings" / ".." / "ca.pem")
    assert resolved("/etc/ca.pem") == "/etc/ca.pem"
    assert resolved("~/ca.pem") == "~/ca.pem"
    assert not resolved("")
    # A relative path of Python starts at the working directory, also if another profile is saved next to it.
    for given, saved in [("ca.pem", str(tmp_path / "ca.pem")), ("~/ca.pem", "~/ca.pem"), (None, None)]:
        save_profile(SessionConfig(**{"url": URL, **others, setting: given}), "p", path)
        assert read_profiles(path)["p"].get(setting) == saved
