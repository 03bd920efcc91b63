"""Detect interactive interpreters and notebooks, in which a person waits for each call."""

from __future__ import annotations

import sys


def is_interactive() -> bool:
    """Check whether this code runs in an interactive interpreter or a notebook.

    Returns:
        True at a prompt of Python, with ``python -i``, and in IPython and Jupyter; False in scripts, tests and servers.
    """
    if hasattr(sys, "ps1") or sys.flags.interactive:
        return True
    # Without IPython running, `get_ipython` returns None.
    ipython = sys.modules.get("IPython")
    return ipython is not None and getattr(ipython, "get_ipython", lambda: None)() is not None
