"""Random molecules: fragments joined by single bonds, some with charges, isotopes and stereo centers, that RDKit finds valid."""

from __future__ import annotations

import importlib
import random
from typing import Any

Chem: Any = importlib.import_module("rdkit.Chem")

FRAGMENTS = [
    "C", "CC", "C=C", "C#C", "CO", "CN", "C#N", "C(=O)O", "C(=O)N", "S(=O)(=O)N", "CF", "CCl", "Br", "C1CC1", "C1CCNCC1", "C1CCOCC1",
    "c1ccccc1", "c1ccncc1", "c1cc[nH]c1", "c1ccsc1", "c1ccc2[nH]ccc2c1", "c1ccc2ccccc2c1", "c1ncc[nH]1", "C1CC2CCC1CC2", "CC(C)C",
    "CP(=O)(O)O", "C[Si](C)C", "[O-][N+](=O)C", "OB(O)C", "CC=CC",
]  # fmt: skip
COMPANIONS = ["[Na+]", "[Cl-]", "O"]
ISOTOPES = {"C": 13, "N": 15, "O": 18}


def make_molecules(count: int, seed: int) -> list[str]:
    """Return the SMILES of random molecules, with their atoms in random order. Small ones are there several times."""
    chance, made = random.Random(seed), list[str]()
    while len(made) < count:
        molecule = _make_molecule(chance)
        if molecule is not None:
            smiles = Chem.MolToSmiles(molecule, doRandom=True)
            assert Chem.MolFromSmiles(smiles) is not None, smiles
            made.append(smiles)
    return made


def _make_molecule(chance: random.Random) -> Any:
    """Return a molecule, or None if RDKit finds it invalid."""
    molecule = _pick(chance, FRAGMENTS)
    for _ in range(chance.randrange(5)):
        molecule = _join(chance, molecule, _pick(chance, FRAGMENTS))
    if chance.random() < 0.15:
        atom = chance.choice(list(molecule.GetAtoms()))
        atom.SetIsotope(ISOTOPES.get(atom.GetSymbol(), 0))
    amines = [atom for atom in molecule.GetAtoms() if atom.GetSymbol() == "N" and not atom.GetIsAromatic()]
    if amines and chance.random() < 0.15:
        chance.choice(amines).SetFormalCharge(1)
    if chance.random() < 0.05:
        molecule = Chem.RWMol(Chem.CombineMols(molecule, _pick(chance, COMPANIONS)))
    if Chem.SanitizeMol(molecule, catchErrors=True):
        return None
    _draw_stereo(chance, molecule)
    return molecule


def _pick(chance: random.Random, smiles: list[str]) -> Any:
    return Chem.RWMol(Chem.MolFromSmiles(chance.choice(smiles)))


def _join(chance: random.Random, first: Any, second: Any) -> Any:
    """Replace a hydrogen of each molecule by a bond between them, if both have one."""
    both = Chem.RWMol(Chem.CombineMols(first, second))
    ends = []
    for start, end in ((0, first.GetNumAtoms()), (first.GetNumAtoms(), both.GetNumAtoms())):
        ends.append([atom for atom in range(start, end) if both.GetAtomWithIdx(atom).GetTotalNumHs()])
    if not all(ends):
        return first
    bonded = [chance.choice(each) for each in ends]
    for atom in map(both.GetAtomWithIdx, bonded):
        atom.SetNumExplicitHs(max(atom.GetNumExplicitHs() - 1, 0))
    both.AddBond(*bonded, Chem.BondType.SINGLE)
    Chem.SanitizeMol(both)
    return both


def _draw_stereo(chance: random.Random, molecule: Any) -> None:
    """Draw about half of the stereo centers and double bonds, at random."""
    Chem.AssignStereochemistry(molecule)
    for found in Chem.FindPotentialStereo(molecule):
        if chance.random() < 0.5:
            continue
        if found.type == Chem.StereoType.Atom_Tetrahedral:
            tags = (Chem.ChiralType.CHI_TETRAHEDRAL_CW, Chem.ChiralType.CHI_TETRAHEDRAL_CCW)
            molecule.GetAtomWithIdx(found.centeredOn).SetChiralTag(chance.choice(tags))
        elif found.type == Chem.StereoType.Bond_Double:
            bond = molecule.GetBondWithIdx(found.centeredOn)
            bond.SetStereoAtoms(found.controllingAtoms[0], found.controllingAtoms[2])
            bond.SetStereo(chance.choice((Chem.BondStereo.STEREOCIS, Chem.BondStereo.STEREOTRANS)))
