"""The environment variables that this package reads; running this module prints the table of the documentation."""

from __future__ import annotations

from typing import Final

_CERTIFICATES: Final = (
    "certificates of certificate authorities to trust in addition to the system's; `~` is the home directory"
)

#: Name -> meaning and default. An empty variable counts as unset. Names of proxies are read in lower case, too.
VARIABLES: Final[dict[str, tuple[str, str]]] = {
    "ORION_URL": ("URL of the stack; only together with `ORION_TOKEN`", "that of the profile"),
    "ORION_TOKEN": ("API token; only together with `ORION_URL`", "that of the profile"),
    "ORION_USERNAME": ("name of the user, for display, if `ORION_URL` and `ORION_TOKEN` are used", "none"),
    "ORION_PROJECT": ("id of the project of new resources, whatever the profile", "that of the profile"),
    "ORION_PROFILE": ("name of the profile", "that of `ocli config use`, else `default`"),
    "ORION_CONFIG": ("path of the profile file; `~` is the home directory", "`~/.orion/config`"),
    "ORION_JOB_ID": ("id of the job that the process belongs to; Orion sets it (documented)", "not in a job"),
    "ORION_HTTP_LIBRARY": ("HTTP library: `httpx` or `httpx2`", "`httpx`"),
    "ORION_CLIENT_CERT": (
        "file of a client certificate, whatever the profile; `~` is the home directory",
        "that of the profile",
    ),
    "ORION_CLIENT_KEY": (
        "file of its private key; only together with `ORION_CLIENT_CERT`",
        "the file of the certificate",
    ),
    "ORION_CLIENT_KEY_PASSWORD": (
        "password of the private key of the client certificate",
        "a key that is not encrypted",
    ),
    "HTTPS_PROXY": ("URL of the proxy for `https` URLs", "`ALL_PROXY`"),
    "HTTP_PROXY": ("URL of the proxy for `http` URLs", "`ALL_PROXY`"),
    "ALL_PROXY": ("URL of the proxy for all URLs", "none"),
    "NO_PROXY": ("hosts, domains, addresses and networks to connect to directly", "loopback addresses"),
    "SSL_CERT_FILE": (f"file of {_CERTIFICATES}", "none"),
    "SSL_CERT_DIR": (f"folders of {_CERTIFICATES}, separated as in `PATH`", "none"),
    "REQUESTS_CA_BUNDLE": ("file or folder, as `SSL_CERT_FILE`", "none"),
    "CURL_CA_BUNDLE": ("file or folder, as `SSL_CERT_FILE`", "none"),
    "NO_COLOR": ("any value disables colour in `ocli`", "colour on a terminal"),
    "CLICOLOR_FORCE": ("a value other than 0 enables colour in `ocli` without a terminal", "colour on a terminal"),
    "TERM": ("`dumb` disables colour in `ocli`", "colour on a terminal"),
    "HOME": ("home directory, for `~`", "that of the user account"),
    "USERPROFILE": ("home directory if `HOME` is not set (Windows)", "that of the user account"),
    "_OCLI_COMPLETE": ("set by the scripts of `ocli completion`", "none"),
}


def format_table() -> str:
    """Format the variables as a table in Markdown.

    Returns:
        The table.
    """
    rows = [f"| `{name}` | {meaning} | {default} |" for name, (meaning, default) in VARIABLES.items()]
    return "\n".join(["| variable | meaning | default |", "| --- | --- | --- |", *rows])


if __name__ == "__main__":
    print(format_table())
