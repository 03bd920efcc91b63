"""The search for leaked tokens finds them, wherever a test lets them out."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.canary import CANARY, leaks

TESTS = Path(__file__).parents[1]
WAYS = {
    "print": "print('before', TOKEN)",
    "stderr": "import sys; print(TOKEN, file=sys.stderr)",
    "log": "import logging; logging.getLogger('httpx').warning(TOKEN)",
    "error": "raise ValueError(TOKEN)",
    "base64": "import base64; print(base64.b64encode(b'Basic ' + TOKEN.encode() + b' and more').decode())",
    "url": "from urllib.parse import quote; print('http://x/?t=' + quote(TOKEN))",
}


@pytest.mark.parametrize("way", [*sorted(WAYS), "none"])
def test_a_token_in_the_output_fails_the_test(tmp_path: Path, way: str) -> None:
    path = tmp_path / "test_planted.py"
    statement = WAYS.get(way, "print('nothing')")
    path.write_text(f"from helpers.canary import CANARY as TOKEN\n\ndef test_it():\n    {statement}\n")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "helpers.canary",
            "-p",
            "no:randomly",
            "--rootdir",
            tmp_path,
            path,
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (0 if way == "none" else 1), done.stdout
    assert ("a token stands in the output" in done.stdout) == (way != "none")
    assert not leaks(done.stdout + done.stderr)


def test_every_form_is_found() -> None:
    for shift in range(3):
        assert leaks(base64.b64encode(b"x" * shift + CANARY.encode() + b"tail").decode())
    assert leaks(quote(CANARY, safe=""))
    assert leaks(f"... {CANARY} ...")
    assert not leaks("nothing to see")
