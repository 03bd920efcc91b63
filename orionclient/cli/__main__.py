"""Entry point of `python -m orionclient.cli`."""

from __future__ import annotations

from orionclient.cli import main

if __name__ == "__main__":
    main()
