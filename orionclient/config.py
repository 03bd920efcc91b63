"""Where the stack is and who speaks: SessionConfig, profiles in a file, the environment, and which of them wins."""

from __future__ import annotations

import configparser
import contextlib
import functools
import ipaddress
import os
import re
import stat
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from orionclient._locks import CAN_LOCK_FILES, LockedFile
from orionclient.exceptions import UNSAFE, InvalidCredentials, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

DEFAULT_PROFILE: Final = "default"
_MAX_FILE: Final = 1 << 20
_HOST: Final = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?", re.ASCII)
_FORBIDDEN_IN_URLS: Final = re.compile(r"[\x00-\x20\x7f\\]")
_URL_START: Final = re.compile(r"(?:[^/?#]*//)?[^/?#]*")
_KEYS: Final = ("url", "username", "token", "project", "ca_file", "proxy", "allow_http", "header_form", "verify")


def parse_origin(url: str) -> tuple[str, str, int]:
    """Take scheme, host and port from an absolute http(s) address.

    Args:
        url: An absolute address.

    Returns:
        Scheme and host in lower case, port as a number.

    Raises:
        ValidationError: The address is relative, of another scheme, or written so that two programs could read two hosts from it.
    """
    if _FORBIDDEN_IN_URLS.search(url):
        raise ValidationError("the address holds white space, a control character or a backslash")
    return _parse_authority(_URL_START.match(url)[0])  # type: ignore[index]  # it matches everything


@functools.lru_cache(maxsize=256)
def _parse_authority(start: str) -> tuple[str, str, int]:
    """The same for what stands in front of the path, of which there are few."""
    try:
        parts = urlsplit(start)
        port = parts.port
    except ValueError:
        raise ValidationError("the address cannot be read") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValidationError("the address is not an absolute http or https one")
    if "@" in parts.netloc:
        raise ValidationError("the address holds a user name; Orion takes tokens only")
    if not _is_host(parts.hostname):
        raise ValidationError("the host of the address cannot be used; a name with other letters is written as xn--...")
    if port == 0:
        raise ValidationError("the address holds port 0")
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}[parts.scheme]


def _is_host(host: str) -> bool:
    if ":" not in host:
        return len(host) <= 253 and _HOST.fullmatch(host) is not None
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return "%" not in host


@functools.lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine.

    Args:
        host: Name or address, an IPv6 one without brackets.

    Returns:
        True for ``localhost`` and loopback addresses.
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _normalize_url(url: str) -> str:
    url = url.strip()
    if not url:
        raise ValidationError("the address of the Orion stack is empty")
    if "://" not in url:
        url = f"https://{url}"
    parts = urlsplit(url)
    parse_origin(url)
    if parts.query or parts.fragment or parts.path.strip("/"):
        raise ValidationError("the address of the Orion stack must end after the host: https://orion.example.com")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _check_token(token: str) -> str:
    if any(character < "!" or character > "~" for character in token):
        raise ValidationError(
            "the token holds white space, a line break or another character that no token has; copy it again (it is not shown here)"
        )
    return token


def _parse_project(project: int | str | None) -> int | None:
    if project in {None, ""}:
        return None
    if isinstance(project, bool) or not str(project).isascii() or not str(project).isdigit():
        raise ValidationError(f"the project must be the number of a project, not {project!r}")
    return int(str(project))


def _check_header_form(_instance: object, _attribute: object, value: str) -> None:
    if value not in {"space", "colon"}:
        raise ValidationError(f"header_form is 'space' or 'colon', not {value!r}")


def _check_verify(_instance: object, _attribute: object, value: object) -> None:
    if not isinstance(value, bool):
        raise ValidationError("verify is True or False; a file of certificates to trust is given as ca_file")


@frozen
class SessionConfig:
    """Where a session speaks and as whom. Immutable; the token is never shown, and stays behind when this is pickled.

    Args:
        url: Address of the stack, for example ``https://orion.example.com``; ``https://`` is added where no scheme stands.
        token: Token of the user; empty where there is none yet.
        username: Name of the user; only for information.
        project: Id of the project that new resources go to; None for the user's default project.
        profile: Name of the profile that this comes from; None for none.
        ca_file: File of certificates to trust besides the usual ones; None for none.
        proxy: Address of a proxy; None for what the environment says.
        allow_http: True lets the token go over unencrypted http to another machine.
        header_form: ``space`` sends ``Token <value>``, ``colon`` the published ``Token:<value>``.
        verify: False takes any certificate of the server, with a `UserWarning` for every request that goes out by https. No variable
            of the environment does the same.

    Raises:
        ValidationError: A value is not usable. The text never holds the token.
    """

    url: str = field(converter=_normalize_url)
    token: str = field(default="", converter=_check_token, repr=lambda token: "'***'" if token else "''")
    username: str = ""
    project: int | None = field(default=None, converter=_parse_project)
    profile: str | None = None
    ca_file: str | None = None
    proxy: str | None = field(default=None, repr=lambda proxy: "None" if proxy is None else "'***'")
    allow_http: bool = False
    header_form: str = field(default="space", validator=_check_header_form)
    verify: bool = field(default=True, validator=_check_verify)

    def __attrs_post_init__(self) -> None:
        scheme, host, _ = self.origin
        if scheme == "http" and not self.allow_http and not is_loopback(host):
            raise ValidationError(
                f"http://{host} would carry the token unencrypted; use https, or set allow_http = true in the profile"
            )

    def __getstate__(self) -> dict[str, Any]:
        state = {name: getattr(self, name) for name in (*_KEYS, "profile")}
        return {**state, "token": "", "proxy": None}  # empties it  # nosec B105

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port, the only ones that the token goes to."""
        return parse_origin(self.url)

    @property
    def authorization(self) -> str:
        """Value of the Authorization header."""
        return f"Token {self.token}" if self.header_form == "space" else f"Token:{self.token}"


def in_orion(environ: Mapping[str, str] | None = None) -> bool:
    """Tell whether this code runs inside an Orion job.

    Args:
        environ: The environment to look at; the process's own without it.

    Returns:
        True when ``ORION_JOB_ID`` is set and not empty (how the original decides is not published).

    Example:
        >>> from orionclient.session import in_orion
        >>> in_orion()
        False
    """
    return bool((os.environ if environ is None else environ).get("ORION_JOB_ID"))


def get_config_path(environ: Mapping[str, str] | None = None) -> Path:
    """Find the file of the profiles.

    Args:
        environ: The environment to look at; the process's own without it.

    Returns:
        ``ORION_CONFIG`` where it is set, else ``~/.orion/config``. The file need not exist.
    """
    environ = os.environ if environ is None else environ
    if named := environ.get("ORION_CONFIG"):
        return Path(named)
    home = environ.get("HOME") or environ.get("USERPROFILE")
    if home:
        return Path(home) / ".orion" / "config"
    try:
        return Path.home() / ".orion" / "config"
    except RuntimeError:
        return Path("~/.orion/config")


def read_profiles(path: Path | None = None) -> dict[str, dict[str, str]]:
    """Read every profile.

    Args:
        path: The file; where `get_config_path` says without it.

    Returns:
        Name -> its settings as text; empty when there is no file. A `UserWarning` tells of a file that others can read, or that belongs
        to another user.

    Raises:
        ValidationError: The file is too large or no INI file.
    """
    path = get_config_path() if path is None else path
    try:
        status = path.stat()
        if status.st_size > _MAX_FILE:
            raise ValidationError(f"{path} is larger than {_MAX_FILE} bytes and is not read")
        text = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ValidationError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValidationError(f"{path} is not text in UTF-8") from None
    if os.name == "posix" and status.st_uid != os.geteuid():
        # Whoever it belongs to can read it and say where the tokens go, whatever its mode.
        warnings.warn(f"{path} holds tokens and belongs to another user; copy it and use the copy", stacklevel=2)
    elif os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
        warnings.warn(f"{path} holds tokens and can be read by others; run: chmod 600 {path}", stacklevel=2)
    parser = _make_parser()
    try:
        parser.read_string(text)
    except configparser.Error as error:
        # The parser quotes the line it stumbled over, which may hold a token; only its number is passed on.
        lines = [number for number, _ in getattr(error, "errors", [])] or [getattr(error, "lineno", None)]
        where = f" (line {lines[0]})" if lines[0] else ""
        raise ValidationError(
            f"{path} is no file of profiles{where}; each starts with its name in [brackets]"
        ) from None
    return {name: dict(parser[name]) for name in parser.sections()}


def save_profile(config: SessionConfig, name: str, path: Path | None = None) -> None:
    """Write one profile and leave the others as they are.

    Args:
        config: The settings.
        name: Name of the profile.
        path: The file; where `get_config_path` says without it. Folder 0700, file 0600, replaced as a whole.

    Raises:
        ValidationError: The name or a value cannot stand in a file of profiles; the text names the setting, not the value.
    """
    if not name or name != name.strip() or any(character in "[]\r\n" for character in name) or name == "DEFAULT":
        raise ValidationError(f"{name!r} cannot be the name of a profile")
    values = {key: getattr(config, key) for key in _KEYS}
    values["allow_http"] = "true" if config.allow_http else None
    values["header_form"] = None if config.header_form == "space" else config.header_form
    values["verify"] = None if config.verify else "false"
    for key, value in values.items():
        # A break would be read back as the next setting, or as the next profile.
        if re.search(f"[{UNSAFE}]", str(value or "")):
            raise ValidationError(f"{key} holds a control character and cannot stand in a file of profiles")
    _edit_file(
        path,
        lambda parser: parser.read_dict({name: {k: str(v) for k, v in values.items() if v not in {None, ""}}}),
        name,
    )


def remove_profile(name: str, path: Path | None = None) -> bool:
    """Take one profile out of the file.

    Args:
        name: Name of the profile.
        path: The file; where `get_config_path` says without it.

    Returns:
        True if there was one.
    """
    found = name in read_profiles(path)
    if found:
        _edit_file(path, lambda _parser: None, name)
    return found


def _make_parser() -> configparser.RawConfigParser:
    return configparser.RawConfigParser(default_section="", delimiters=("=",), comment_prefixes=("#", ";"), strict=True)


def _edit_file(path: Path | None, change: Callable[[configparser.RawConfigParser], object], replaced: str) -> None:
    # A link stays one: what it leads to is replaced, so that nothing old is left there.
    path = (get_config_path() if path is None else path).resolve()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _lock_file(path.with_name(path.name + ".lock")):
        parser = _make_parser()
        parser.read_dict(read_profiles(path))
        parser.remove_section(replaced)
        change(parser)
        # mkstemp makes the file 0600 under a name nobody can foresee; the rename swaps it in whole.
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                parser.write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def _lock_file(path: Path) -> Iterator[None]:
    if not CAN_LOCK_FILES:  # pragma: no cover - Windows, where the rename alone has to do
        yield
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    path.chmod(0o600)
    handle = LockedFile(descriptor, wait=True)
    try:
        yield
    finally:
        handle.close()


def _load_profile(name: str, environ: Mapping[str, str]) -> SessionConfig:
    path = get_config_path(environ)
    profiles = read_profiles(path)
    if name not in profiles:
        known = (
            f"it holds: {', '.join(sorted(profiles))}"
            if profiles
            else "it holds none"
            if path.exists()
            else "the file does not exist"
        )
        raise InvalidCredentials(f"no profile {name!r} in {path} ({known}). {_configuration_hint(path)}")
    values = profiles[name]
    if not values.get("url"):
        raise InvalidCredentials(f"profile {name!r} in {path} has no url. {_configuration_hint(path)}")
    try:
        return SessionConfig(
            url=values["url"],
            token=values.get("token", ""),
            username=values.get("username", ""),
            project=values.get("project"),
            profile=name,
            ca_file=values.get("ca_file"),
            proxy=values.get("proxy"),
            allow_http=values.get("allow_http", "").lower() in {"1", "true", "yes", "on"},
            header_form=values.get("header_form", "space"),
            verify=values.get("verify", "").lower() not in {"0", "false", "no", "off"},
        )
    except ValidationError as error:
        raise ValidationError(f"profile {name!r} in {path}: {error}") from None


def _configuration_hint(path: Path) -> str:
    return (
        "Looked at the variables ORION_URL with ORION_TOKEN, ORION_PROFILE and ORION_CONFIG. "
        f"To configure, write {path} like this: [default] / url = https://orion.example.com / username = you / "
        "token = <from the web page, My Tokens> / project = <number>, one setting a line"
    )


def resolve(profile: str | None = None, environ: Mapping[str, str] | None = None) -> SessionConfig:
    """Find out where to speak and as whom.

    The first that applies wins: inside a job ``ORION_URL`` with ``ORION_TOKEN``, whatever the profile; the profile named by the
    argument; ``ORION_URL`` with ``ORION_TOKEN``; the profile named by ``ORION_PROFILE``; the profile ``default``. An empty variable is
    no value. ``ORION_PROJECT`` replaces the project of whichever it is.

    Args:
        profile: Name of a profile; None for none named.
        environ: The environment; the process's own without it.

    Returns:
        The configuration.

    Raises:
        InvalidCredentials: Nothing says where to speak, or the named profile does not exist; the text says how to configure.
        ValidationError: A value found is not usable.
    """
    environ = os.environ if environ is None else environ
    url, token = environ.get("ORION_URL", ""), environ.get("ORION_TOKEN", "")
    inside = in_orion(environ)
    if url and token and (inside or not profile):
        config = SessionConfig(url=url, token=token, username=environ.get("ORION_USERNAME", ""))
    elif (url or token) and not profile and not inside:
        given, missing = ("ORION_URL", "ORION_TOKEN") if url else ("ORION_TOKEN", "ORION_URL")
        raise InvalidCredentials(f"{given} is set but {missing} is not; set both or neither")
    else:
        config = _load_profile(profile or environ.get("ORION_PROFILE") or DEFAULT_PROFILE, environ)
    if project := environ.get("ORION_PROJECT"):
        config = evolve(config, project=project)
    return config


def restore_config(
    origin: tuple[str, str, int], profile: str | None, environ: Mapping[str, str] | None = None
) -> SessionConfig:
    """Find the credentials of an unpickled session again; pickles never hold them.

    The first that leads to the same origin wins: the environment, the profile of the old session, any other profile.

    Args:
        origin: Scheme, host and port of the old session.
        profile: Name of its profile; None for none.
        environ: The environment; the process's own without it.

    Returns:
        The configuration.

    Raises:
        InvalidCredentials: Nothing here leads to that origin.
    """
    environ = os.environ if environ is None else environ
    candidates: list[Callable[[], SessionConfig]] = []
    if environ.get("ORION_URL") and environ.get("ORION_TOKEN"):
        candidates.append(lambda: resolve(environ=environ))
    names = list(read_profiles(get_config_path(environ)))
    candidates += [
        lambda name=name: _load_profile(name, environ)  # type: ignore[misc]
        for name in sorted(names, key=lambda name: (name != profile, name))
    ]
    for candidate in candidates:
        with contextlib.suppress(ValidationError, InvalidCredentials):
            config = candidate()
            if config.origin == origin and config.token:
                return config
    scheme, host, port = origin
    raise InvalidCredentials(
        f"this session was made elsewhere for {scheme}://{host}:{port}, and nothing here has a token for it. "
        f"{_configuration_hint(get_config_path(environ))}"
    )


def get_profile_config(profile: str | None = None) -> SessionConfig:
    """Get the configuration of a profile.

    Args:
        profile: Name of the profile; None for the one that `APISession` uses. Inside a job the response is the job's own configuration
            whatever the name (documented).

    Returns:
        The configuration.

    Raises:
        InvalidCredentials: There is no such profile; the text names the known ones.
    """
    return resolve(profile)
