"""Example data, 24 approved drugs as SDF, SMILES and CSV, and the demo that uses them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["drugs"]


def drugs(format: str = "sdf") -> Path:  # noqa: A002 - the word of `Dataset.download`
    """Return the path of a file with 24 approved drugs (structures from published SMILES; coordinates, weight and logP computed).

    All files have the columns ``Title``, ``SMILES``, ``MolWt`` (g/mol) and ``LogP`` (Crippen); ``sdf`` also has 3D structures. The columns
    of ``smi`` are separated by tabs and follow a header, as RDKit writes them.

    Args:
        format: ``sdf``, ``smi`` or ``csv``.

    Returns:
        The path.

    Raises:
        ValueError: The format is not available.

    Example:
        >>> from orionclient.examples import drugs
        >>> drugs("smi").read_text().splitlines()[1].split()
        ['CC(=O)Oc1ccccc1C(=O)O', 'aspirin', '180.16', '1.31']
    """
    if format not in {"sdf", "smi", "csv"}:
        raise ValueError(f"unknown format {format!r}: the drugs are available as sdf, smi and csv")
    return Path(__file__).with_name(f"drugs.{format}")
