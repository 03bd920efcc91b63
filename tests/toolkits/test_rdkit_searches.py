"""Molecule searches compared with RDKit: 500 random molecules, stored as SMILES and as molfiles, and random queries of each type.

What RDKit finds is computed by other functions than those of the local Orion. `nox -s rdkit` runs these tests.
"""

from __future__ import annotations

import importlib
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from toolkits.random_molecules import make_molecules

from orionclient.emulator._formats import searching
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, MolsearchDatabase, MolsearchQuery

Chem: Any = importlib.import_module("rdkit.Chem")
AllChem: Any = importlib.import_module("rdkit.Chem.AllChem")
Descriptors: Any = importlib.import_module("rdkit.Chem.rdMolDescriptors")
DataStructs: Any = importlib.import_module("rdkit.DataStructs")
importlib.import_module("rdkit.RDLogger").DisableLog("rdApp.*")

pytestmark = pytest.mark.usefixtures("real_time")
COUNT, SEED = 500, 2026
# The default of the local Orion, more than all records.
MOST = 1000
FINGERPRINTS = {
    "circular": lambda molecule: Descriptors.GetMorganFingerprintAsBitVect(molecule, 2, 2048),
    "path": lambda molecule: Chem.RDKFingerprint(molecule, fpSize=2048),
    "maccs": Descriptors.GetMACCSKeysFingerprint,
}
FINGERPRINTS["circularvs"] = FINGERPRINTS["circular"]
MEASURES = {
    "tanimoto": DataStructs.BulkTanimotoSimilarity,
    "dice": DataStructs.BulkDiceSimilarity,
    "cosine": DataStructs.BulkCosineSimilarity,
}
CUTOFFS = (None, 0, 0.1, 0.25, 0.5, 0.75, 1)
# With atom lists, charges, isotopes, stereo, ring sizes, recursion, any bond, fragments, hydrogen counts.
SMARTS = [
    "c1ccccc1", "[#6]", "[C,N]~[N,O]", "[!#6;!#1]", "C=O", "c:n", "[#7;R]", "[R2]", "[r6]~[r5]", "[$(C=O)]-[#7]", "[NX3;H2]", "[nH]",
    "[O-]", "[+]", "[13C]", "C[C@H](F)Cl", "[#6][C@@H]([#7])[#6]", "C/C=C/C", "C/C=C\\C", "*~*~*~*", "[D4]", "C.N", "[Cl-].C", "C1CC1",
    "CC", "C@C", "C!@C", "S(=O)(=O)N", "[Si]", "C#N", "P(O)O", "[#6]-[#6]=[#6]", "[*;!R]-[*;R]", "c-c", "O=C[O,N]", "[CH3]", "[Br,Cl,F]",
    "B(O)O", "[Fe]",
]  # fmt: skip
CONSTRAINTS = ("aliphatic", "topology", "stereo", "isotope")


class Searched:
    """A database of random molecules, and these as RDKit reads them."""

    def __init__(self, session: OrionSession, form: str) -> None:
        self.session, self.random = session, random.Random(f"{SEED} {form}")
        molecules = [Chem.MolFromSmiles(smiles) for smiles in make_molecules(COUNT, SEED)]
        if form == "sdf":
            for molecule in molecules:
                AllChem.Compute2DCoords(molecule)
            blocks = [Chem.MolToMolBlock(molecule) for molecule in molecules]
            content = "".join(f"m{number}{block}$$$$\n" for number, block in enumerate(blocks, 1))
            molecules = [Chem.MolFromMolBlock(block) for block in blocks]
        else:
            content = "".join(
                f"{Chem.MolToSmiles(molecule, canonical=False)} m{number}\n"
                for number, molecule in enumerate(molecules, 1)
            )
        self.molecules = molecules
        dataset = Dataset.upload(session, form, content.encode(), format=form)
        self.database = MolsearchDatabase.create(session, form, dataset)
        self.database.wait()
        assert (dataset.count, self.database.count) == (COUNT, COUNT)

    def create(self, query_type: str, **arguments: Any) -> MolsearchQuery:
        """Start a search."""
        create = getattr(MolsearchQuery, f"create_{query_type}_query")
        return create(session=self.session, database_id=self.database.id, **arguments)

    def pick(self) -> str:
        """Return a molecule as SMILES with its atoms in random order."""
        return Chem.MolToSmiles(self.random.choice(self.molecules), doRandom=True)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrionSession]:
    with LocalOrion(tmp_path_factory.mktemp("orion"), durable=False) as running:
        yield running.session()


@pytest.fixture(scope="module", params=["smi", "sdf"])
def searched(session: OrionSession, request: pytest.FixtureRequest) -> Searched:
    return Searched(session, request.param)


def read_hits(query: MolsearchQuery) -> list[tuple[int, float | None]]:
    """Return the records and scores of the hits, and check their ranks and titles."""
    query.wait()
    hits = list(query.hits())
    assert query.count == len(hits)
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit["title"] for hit in hits] == [f"m{hit['record']}" for hit in hits]
    return [(hit["record"], hit["score"]) for hit in hits]


def compare(expected: dict[MolsearchQuery, list[tuple[int, float | None]]]) -> None:
    """Compare the hits of searches with those of RDKit, and check that most searches have some."""
    for query, hits in expected.items():
        assert read_hits(query) == hits, query.parameters
    found = [len(hits) for hits in expected.values()]
    assert sum(count > 0 for count in found) > len(found) / 2


def is_equal(first: Any, second: Any) -> bool:
    """Return whether two molecules are equal: each is a part of the other, and they have the same formula."""
    formulas = [Descriptors.CalcMolFormula(each, True) for each in (first, second)]
    return (
        formulas[0] == formulas[1]
        and first.HasSubstructMatch(second, useChirality=True)
        and second.HasSubstructMatch(first, useChirality=True)
    )


def test_exact_searches(searched: Searched) -> None:
    expected = {}
    queries = ["CC", "CC", "CC=CC", "CC=CC", *(searched.pick() for _ in range(50))]
    # The same molecules without stereo centers and isotopes, some of which are stored too.
    queries += [Chem.MolToSmiles(Chem.MolFromSmiles(smiles), isomericSmiles=False) for smiles in queries[:20]]
    for number, smiles in enumerate([*queries, "[U]"]):
        wanted = Chem.MolFromSmiles(smiles)
        records = [record for record, each in enumerate(searched.molecules, 1) if is_equal(each, wanted)]
        most = [None, 1, 3][number % 3]
        expected[searched.create("exact", smiles=smiles, max_hits=most)] = [(each, None) for each in records][:most]
    compare(expected)


@pytest.mark.parametrize("fingerprint", FINGERPRINTS)
def test_similarity_searches(searched: Searched, fingerprint: str) -> None:
    stored = [FINGERPRINTS[fingerprint](molecule) for molecule in searched.molecules]
    expected = {}
    for measure, compute in MEASURES.items():
        for cutoff in CUTOFFS:
            smiles, most = searched.pick(), searched.random.choice([None, 10, 100])
            scores = compute(FINGERPRINTS[fingerprint](Chem.MolFromSmiles(smiles)), stored)
            ranked = sorted((-score, record) for record, score in enumerate(scores, 1) if score >= (cutoff or 0))
            query = searched.create(
                "graphsim", smiles=smiles, fingerprint_type=fingerprint, similarity_measure_type=measure, cutoff=cutoff,
                max_hits=most,
            )  # fmt: skip
            expected[query] = [(record, -score) for score, record in ranked][:most]
    compare(expected)
    # The query is one of the molecules; a single atom has no paths, so that its path fingerprint is empty.
    best = [hits[0][1] for hits in expected.values() if hits]
    assert best.count(1) > len(best) / 2
    assert {*FINGERPRINTS} == {*searching.FINGERPRINTS}
    assert {*MEASURES} == {*searching.MEASURES}


def is_ring_bond(molecule: Any, bond: Any) -> bool:
    """Return whether the atoms of a bond are connected without it."""
    end, seen, open_atoms = bond.GetEndAtomIdx(), {bond.GetBeginAtomIdx()}, [bond.GetBeginAtomIdx()]
    while open_atoms:
        for each in molecule.GetAtomWithIdx(open_atoms.pop()).GetBonds():
            new = {each.GetBeginAtomIdx(), each.GetEndAtomIdx()} - seen
            if each.GetIdx() != bond.GetIdx() and new:
                seen |= new
                open_atoms += new
    return end in seen


def find_substructure(searched: Searched, query: Any, constraints: set[str]) -> list[tuple[int, None]]:
    """Return the records with a match of the query that meets the constraints, out of all matches."""
    bonds = []
    for bond in query.GetBonds():
        is_aromatic = all(atom.GetIsAromatic() for atom in (bond.GetBeginAtom(), bond.GetEndAtom()))
        in_ring = is_ring_bond(query, bond)
        bonds.append((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), is_aromatic and in_ring, in_ring))
    isotopes = [atom.GetIsotope() for atom in query.GetAtoms()]

    def fits(molecule: Any, match: tuple[int, ...]) -> bool:
        found = [molecule.GetBondBetweenAtoms(match[begin], match[end]) for begin, end, _, _ in bonds]
        return (
            ("aliphatic" not in constraints or [each.GetIsAromatic() for each in found] == [each[2] for each in bonds])
            and ("topology" not in constraints or [each.IsInRing() for each in found] == [each[3] for each in bonds])
            and (
                "isotope" not in constraints
                or [molecule.GetAtomWithIdx(atom).GetIsotope() for atom in match] == isotopes
            )
        )

    use_stereo = "stereo" in constraints
    return [
        (record, None)
        for record, molecule in enumerate(searched.molecules, 1)
        if any(
            fits(molecule, match)
            for match in molecule.GetSubstructMatches(
                query, uniquify=False, useChirality=use_stereo, maxMatches=100_000
            )
        )
    ]


def pick_fragment(searched: Searched) -> Any:
    """Cut connected atoms out of a molecule."""
    molecule = searched.random.choice(searched.molecules)
    atoms = {searched.random.randrange(molecule.GetNumAtoms())}
    for _ in range(searched.random.randrange(2, 8)):
        near = {each.GetIdx() for atom in atoms for each in molecule.GetAtomWithIdx(atom).GetNeighbors()} - atoms
        if near:
            atoms.add(searched.random.choice(sorted(near)))
    return molecule, atoms


def test_substructure_searches(searched: Searched) -> None:
    expected = {}
    texts = [(text, "SMARTS") for text in SMARTS]
    for _ in range(20):
        molecule, atoms = pick_fragment(searched)
        texts.append((Chem.MolFragmentToSmarts(molecule, atomsToUse=sorted(atoms)), "SMARTS"))
    for text, _ in texts[-20:]:
        fragment = Chem.MolFromSmiles(Chem.MolToSmiles(Chem.MolFromSmarts(text)))
        if fragment is not None:
            AllChem.Compute2DCoords(fragment)
            texts.append((Chem.MolToMolBlock(fragment), "MDLJSON"))
    texts.append((json.dumps({"m": [{"mol": Chem.MolToMolBlock(Chem.MolFromSmiles("c1ccccc1C"))}]}), "MDLJSON"))
    for number, (text, form) in enumerate(texts):
        query = (
            Chem.MolFromSmarts(text)
            if form == "SMARTS"
            else Chem.MolFromMolBlock(json.loads(text)["m"][0]["mol"] if text[0] == "{" else text)
        )
        for chosen in (set(), {each for each in CONSTRAINTS if searched.random.random() < 0.4}):
            given: dict[str, Any] = {f"{each}_constraint": True for each in chosen}
            made = searched.create(
                "subsearch", mdlquery=text, subsearch_query_type=form, num_hits=[None, 5][number % 2], **given
            )
            expected[made] = find_substructure(searched, query, chosen)[: [None, 5][number % 2]]
    compare(expected)
