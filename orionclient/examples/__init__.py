"""Examples that come with the package: 24 approved drugs as SDF, SMILES and CSV, and the demo that works with them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["drugs"]


def drugs(format: str = "sdf") -> Path:  # noqa: A002 - the word of `Dataset.download`
    """Find a file of 24 approved drugs (structures from published SMILES; coordinates, weight and logP computed).

    Args:
        format: ``sdf``, ``smi`` or ``csv``.

    Returns:
        Its path.

    Raises:
        ValueError: There is no such file.

    Example:
        >>> from orionclient.examples import drugs
        >>> drugs("smi").read_text().splitlines()[0]
        'CC(=O)Oc1ccccc1C(=O)O aspirin'
    """
    if format not in {"sdf", "smi", "csv"}:
        raise ValueError(f"the drugs come as sdf, smi or csv, not {format!r}")
    return Path(__file__).with_name(f"drugs.{format}")
