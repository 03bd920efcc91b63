"""Imports the modules of a package, and prints those that fail as JSON. Run alone, in a new process, by `imports.py`.

Arguments: the directory that contains the package, and the names of its modules.
"""

import importlib
import json
import sys
import traceback


def find_broken(folder: str, names: list[str]) -> list[tuple[str, int, str]]:
    """Import modules; return the file, line and message of each error."""
    sys.path.insert(0, folder)
    found: dict[tuple[str, int], str] = {}
    for name in names:
        try:
            module = importlib.import_module(name)
            for exported in getattr(module, "__all__", ()):
                getattr(module, exported)
        except Exception as error:  # noqa: BLE001 - any code may fail in any way
            # The last line in the package is the cause, also where another module imports it.
            frames = [(frame.filename, frame.lineno or 1) for frame in traceback.extract_tb(error.__traceback__)]
            if isinstance(error, SyntaxError) and error.filename:
                frames.append((error.filename, error.lineno or 1))
            inside = [frame for frame in frames if frame[0].startswith(folder)] or [(name, 1)]
            found.setdefault(inside[-1], f"{type(error).__name__}: {error}")
    return [(file, line, message) for (file, line), message in found.items()]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(find_broken(sys.argv[1], sys.argv[2:])))
