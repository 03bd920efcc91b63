"""Molecule search: the parameters of each query type, and matchers for the records.

Title queries need no toolkit. Substructure and similarity queries need RDKit, which is imported when a query runs; the results are
those of RDKit, not the platform's. Queries for which the platform uses licensed programs are rejected.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._formats.records import MOLECULE, SDF, SMILES, TITLE, is_molecule, make_molecule

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from orionclient.emulator._formats.molecules import Record

# Returns the score of a record from 0 to 1; None if it does not match.
Match = Callable[["Record"], float | None]

# Names in lower case -> names in RDKit. The vendor's examples use `circularvs` and `tanimoto`; the other names are assumed.
FINGERPRINTS = {"circularvs": "Circular", "circular": "Circular", "path": "Path", "maccs": "MACCS"}
MEASURES = {"tanimoto": "Tanimoto", "dice": "Dice", "cosine": "Cosine"}
QUERY_LANGUAGES = ("MDLJSON", "SMARTS")

# The form of a molecule in the formats of files that hold one form.
_FORMS = {"sdf": SDF, "smi": SMILES, "csv": SMILES}

# Molecules, fingerprints and canonical SMILES that are kept for the next search.
_CACHED = 5_000
_MAX_HITS = 100_000
_DEFAULT_HITS = 1000


class QueryError(ValueError):
    """A query that cannot be run."""


def check(query_type: str, parameters: Mapping[str, Any]) -> None:
    """Validate the parameters of a query.

    Raises:
        QueryError: A parameter is unknown, missing, or has the wrong type, or the query type is not supported.
    """
    if query_type == "fastrocs":
        raise QueryError("Shape search (fastrocs) is not supported by the local Orion: it needs a licensed program.")
    known = _KNOWN[query_type]
    for name, value in parameters.items():
        if name not in known and value is not None:
            raise QueryError(
                f"Unknown parameter {name[:100]!r} of a query of type {query_type}. Known: {', '.join(known)}."
            )
    for name, (needed, words, fits) in known.items():
        value = parameters.get(name)
        if value is None and needed:
            raise QueryError(f"A query of type {query_type} requires the parameter {name!r}.")
        if value is not None and not fits(value):
            raise QueryError(f"The parameter {name!r} must be {words}.")


def max_hits(query_type: str, parameters: Mapping[str, Any]) -> int:
    """Return the maximum number of hits."""
    if query_type == "title":
        return _MAX_HITS
    return int(parameters.get("num_hits") or parameters.get("max_hits") or _DEFAULT_HITS)


def build_matcher(query_type: str, parameters: Mapping[str, Any]) -> Match:
    """Build the function that scores records.

    Raises:
        QueryError: RDKit is not installed or cannot parse the query.
    """
    if query_type == "title":
        titles = set(parameters["titles"])
        return lambda record: 1.0 if isinstance(record.get(TITLE), str) and record[TITLE] in titles else None
    chem = _import_rdkit(f"A query of type {query_type}")
    return {"subsearch": _subsearch, "graphsim": _graphsim, "exact": _exact}[query_type](chem, parameters)


def to_smiles(molecule: Any) -> str:
    """Return the SMILES of the value of a molecule.

    Raises:
        QueryError: The value is no molecule; or it is a molfile, and RDKit is not installed or cannot parse it.
    """
    if not is_molecule(molecule):
        raise QueryError("The record has no molecule.")
    if molecule["format"] == SMILES:
        return str(molecule["text"])
    chem = _import_rdkit("Converting a molfile to SMILES")
    parsed = chem.MolFromMolBlock(molecule["text"])
    if parsed is None:
        raise QueryError("RDKit cannot parse the molfile.")
    return str(chem.MolToSmiles(parsed))


def convert(record: Record, form: str) -> Record:
    """Return a record with its molecule in the form that a file format holds, if RDKit is installed and can convert it."""
    molecule: Any = record.get(MOLECULE)
    needed = _FORMS.get(form)
    if needed is None or not is_molecule(molecule) or molecule["format"] == needed:
        return record
    try:
        text = to_smiles(molecule) if needed == SMILES else _to_molfile(molecule)
    except QueryError:
        return record
    return {**record, MOLECULE: make_molecule(needed, text)}


def _to_molfile(molecule: Mapping[str, Any]) -> str:
    chem = _import_rdkit("Converting SMILES to a molfile")
    parsed = chem.MolFromSmiles(molecule["text"])
    if parsed is None:
        raise QueryError("RDKit cannot parse the SMILES.")
    importlib.import_module("rdkit.Chem.rdDepictor").Compute2DCoords(parsed)
    return str(chem.MolToMolBlock(parsed)).removesuffix("\n")


def _import_rdkit(what: str) -> Any:
    try:
        chem = importlib.import_module("rdkit.Chem")
        importlib.import_module("rdkit.RDLogger").DisableLog("rdApp.*")
    except ImportError:
        detail = "needs RDKit in the environment of the local Orion: pip install 'orion-platform-client[rdkit]'"
        raise QueryError(f"{what} {detail}.") from None
    return chem


def _subsearch(chem: Any, parameters: Mapping[str, Any]) -> Match:
    text = parameters["mdlquery"]
    if (parameters.get("subsearch_query_type") or QUERY_LANGUAGES[0]) == "SMARTS":
        query = chem.MolFromSmarts(text)
    else:
        query = chem.MolFromMolBlock(_molfile(text))
    if query is None:
        raise QueryError("RDKit cannot parse the query.")

    wanted = _match_parameters(chem, query, parameters)

    def match(record: Record) -> float | None:
        value: Any = record.get(MOLECULE)
        molecule = _parse(value["format"], value["text"]) if is_molecule(value) else None
        return 1.0 if molecule is not None and molecule.HasSubstructMatch(query, wanted) else None

    return match


def _match_parameters(chem: Any, query: Any, parameters: Mapping[str, Any]) -> Any:
    """Return parameters of RDKit that apply the constraints."""
    aliphatic, topology, isotope = (
        bool(parameters.get(f"{name}_constraint")) for name in ("aliphatic", "topology", "isotope")
    )
    wanted = chem.SubstructMatchParameters()
    wanted.useChirality = bool(parameters.get("stereo_constraint"))
    if not (aliphatic or topology or isotope):
        return wanted
    chem.FastFindRings(query)
    bonds = [
        (
            bond.GetBeginAtomIdx(),
            bond.GetEndAtomIdx(),
            # A bond of SMARTS is aromatic between aromatic atoms of a ring.
            bond.GetIsAromatic()
            or (bond.IsInRing() and bond.GetBeginAtom().GetIsAromatic() and bond.GetEndAtom().GetIsAromatic()),
            bond.IsInRing(),
        )
        for bond in query.GetBonds()
    ]
    isotopes = [atom.GetIsotope() for atom in query.GetAtoms()]

    def fits(molecule: Any, atoms: Any) -> bool:
        for begin, end, is_aromatic, is_in_ring in bonds:
            found = molecule.GetBondBetweenAtoms(atoms[begin], atoms[end])
            if (aliphatic and found.GetIsAromatic() != is_aromatic) or (topology and found.IsInRing() != is_in_ring):
                return False
        found_isotopes = [molecule.GetAtomWithIdx(atom).GetIsotope() for atom in atoms]
        return not isotope or found_isotopes == isotopes

    wanted.setExtraFinalCheck(fits)
    return wanted


def _molfile(text: str) -> str:
    """Return the molfile of a query, which is the query itself or a string in its JSON."""
    try:
        level = [_strictjson.loads(text)]
    except ValueError:
        return text
    while level:
        for value in level:
            if isinstance(value, str) and "M  END" in value:
                return value
        level = [
            child
            for value in level
            for child in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
        ]
    raise QueryError("The query is JSON without a molfile; the local Orion supports only molfiles and SMARTS.")


def _parse_smiles(chem: Any, parameters: Mapping[str, Any]) -> Any:
    query = chem.MolFromSmiles(parameters["smiles"])
    if query is None:
        raise QueryError("RDKit cannot parse the SMILES of the query.")
    return query


def _exact(chem: Any, parameters: Mapping[str, Any]) -> Match:
    """Match molecules with the same canonical SMILES: with equal isotopes, charges and stereo centers."""
    wanted = chem.MolToSmiles(_parse_smiles(chem, parameters))
    return lambda record: 1.0 if _compute(chem.MolToSmiles, record) == wanted else None


def _graphsim(chem: Any, parameters: Mapping[str, Any]) -> Match:
    query = _parse_smiles(chem, parameters)
    fingerprint = _get_fingerprint(FINGERPRINTS[(parameters.get("fingerprint_type") or "circular").lower()])
    measure = MEASURES[(parameters.get("similarity_measure_type") or "tanimoto").lower()]
    similarity = getattr(importlib.import_module("rdkit.DataStructs"), f"{measure}Similarity")
    wanted, cutoff = fingerprint(query), parameters.get("cutoff") or 0.0

    def match(record: Record) -> float | None:
        found = _compute(fingerprint, record)
        score = None if found is None else float(similarity(wanted, found))
        return score if score is not None and score >= cutoff else None

    return match


@cache
def _get_fingerprint(name: str) -> Callable[[Any], Any]:
    generators = importlib.import_module("rdkit.Chem.rdFingerprintGenerator")
    if name == "Circular":
        made: Callable[[Any], Any] = generators.GetMorganGenerator(radius=2, fpSize=2048).GetFingerprint
    elif name == "Path":
        made = generators.GetRDKitFPGenerator(fpSize=2048).GetFingerprint
    else:
        made = importlib.import_module("rdkit.Chem.MACCSkeys").GenMACCSKeys
    return made


def _compute(function: Callable[[Any], Any], record: Record) -> Any:
    """Return what a function computes of the molecule of a record; None if it has none that RDKit can parse."""
    value: Any = record.get(MOLECULE)
    return _compute_cached(function, value["format"], value["text"]) if is_molecule(value) else None


@lru_cache(maxsize=_CACHED)
def _compute_cached(function: Callable[[Any], Any], form: str, text: str) -> Any:
    molecule = _parse(form, text)
    return None if molecule is None else function(molecule)


@lru_cache(maxsize=_CACHED)
def _parse(form: str, text: str) -> Any:
    chem = importlib.import_module("rdkit.Chem")
    return (chem.MolFromMolBlock if form == SDF else chem.MolFromSmiles)(text)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MAX_HITS


def _is_fraction(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_string(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _are_titles(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(title, str) for title in value)


_Rule = tuple[bool, str, Callable[[Any], bool]]


def _one_of(words: Collection[str], change: Callable[[str], str] = str) -> _Rule:
    return False, f"one of: {', '.join(words)}", lambda value: isinstance(value, str) and change(value) in words


_COUNT: _Rule = (False, f"an integer from 1 to {_MAX_HITS}", _is_count)
_FLAG: _Rule = (False, "true or false", lambda value: isinstance(value, bool))
_KNOWN: dict[str, dict[str, _Rule]] = {
    "title": {"titles": (True, "a non-empty list of strings", _are_titles)},
    "subsearch": {
        "mdlquery": (True, "a non-empty string", _is_string),
        "subsearch_query_type": _one_of(QUERY_LANGUAGES),
        "num_hits": _COUNT,
        **{f"{name}_constraint": _FLAG for name in ("aliphatic", "topology", "stereo", "isotope")},
    },
    "exact": {"smiles": (True, "a non-empty string", _is_string), "max_hits": _COUNT},
    "graphsim": {
        "smiles": (True, "a non-empty string", _is_string),
        "fingerprint_type": _one_of(FINGERPRINTS, str.lower),
        "similarity_measure_type": _one_of(MEASURES, str.lower),
        "max_hits": _COUNT,
        "cutoff": (False, "a number from 0 to 1", _is_fraction),
    },
}
