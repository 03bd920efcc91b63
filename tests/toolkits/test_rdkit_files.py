"""Molecule files compared with RDKit, record by record and cell by cell: those that it writes, and those that the local Orion writes.

The files are generated: the drugs of the examples and molecules with rare features, with odd titles, names and values. RDKit is in
the extra `rdkit`; `nox -s nightly` runs these tests, and each prints how much it compared.
"""

from __future__ import annotations

import csv
import importlib
import io
import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from orionclient.emulator._formats import molecules
from orionclient.emulator._formats.records import make_molecule
from orionclient.emulator._formats.smiles import check_smiles
from orionclient.examples import drugs

Chem: Any = importlib.import_module("rdkit.Chem")
AllChem: Any = importlib.import_module("rdkit.Chem.AllChem")
importlib.import_module("rdkit.RDLogger").DisableLog("rdApp.*")

FILES = 1000
# Rare features: charges, isotopes, stereo, radicals, dative bonds, attachment points, fragments.
SMILES = [
    *(row["SMILES"] for row in csv.DictReader(io.StringIO(drugs("csv").read_bytes().decode()))),
    "[Na+].[Cl-]", "[O-][n+]1ccccc1", "[2H]C([2H])[2H]", "[13CH4]", "[CH2]C", "F/C=C/F", "C[C@H](F)Cl |o1:1|", "C[C@@H](N)C(=O)O", "[Fe+2]",
    "[NH3]->[Pt](Cl)(Cl)<-[NH3]", "C[Pt@SP1](F)(Cl)Br", "*c1ccccc1", "[*:1]CC[*:2]", "[nH]1cccc1", "[se]1cccc1", "C~[Au]", "[238U]",
    "C1CC2CCC1CC2", "C[N+](C)(C)CC([O-])=O", "OB(O)c1ccccc1", "FS(F)(F)(F)(F)F", "[OH3+]", "[U+4]", "O=[Os](=O)(=O)=O",
]  # fmt: skip
QUERIES = ["[C,N]1ccccc1", "[!#6]CC", "[#6]~[#7]", "[R]@C"]
STRINGS = [
    "a", "IC50", "µM", "<", ">", " ", "\t", "> <b>", ">", "$", "M  END", "\x0b", "\x0c", "\x1a", "\x1c", "\x85", "\xa0", "\u2028", "\ufeff",
    '"', ",", ";", "|", "'", "0,5", "(1)", "=1+1", "\U0001f9ea", "-", "#", "\\", "aspirin", "two words", "5.0", "nM", "0", "é", "\u3000",
]  # fmt: skip
HEAD = "x\n  hand\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n    0.0000    0.0000    0.0000 O   0  0\nM  END\n"


class Corpus:
    """Random molecules and strings, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def string(self, lines: int = 1) -> str:
        strings = STRINGS if self.random.random() < 0.98 else [*STRINGS, "\r", "$$$$", "\n"]
        # Some strings are empty, and few lines of longer ones.
        shortest = int(lines > 1 and self.random.random() < 0.95)
        return "\n".join(
            "".join(self.random.choices(strings, k=self.random.randint(shortest, 5))) for _ in range(lines)
        )

    def molecule(self) -> Any:
        dice = self.random.random()
        if dice < 0.05:
            return Chem.MolFromSmarts(self.random.choice(QUERIES))
        if dice < 0.06:
            # RDKit writes more than 999 atoms as V3000.
            return Chem.MolFromSmiles("C" * 1001)
        molecule = Chem.MolFromSmiles(self.random.choice(SMILES))
        molecule.ClearProp("_CXSMILES_Data")
        if dice < 0.5:
            AllChem.Compute2DCoords(molecule)
        return molecule

    def items(self) -> dict[str, str]:
        return {
            self.string() or "x": self.string(self.random.choice([1, 1, 2, 3])) for _ in range(self.random.randrange(4))
        }


@pytest.fixture
def found() -> Iterator[Counter[str]]:
    """Count what a test compares, and print it. At least nine of ten files have to be compared."""
    counter = Counter[str]()
    yield counter
    print(dict(counter))
    assert counter["rejected"] * 9 < counter["compared"]
    assert counter["compared"] >= FILES * 0.9


def read(folder: Path, form: str, content: str) -> list[dict[str, Any]]:
    (folder / "file").write_bytes(content.encode())
    return list(molecules.read(folder / "file", form, 1 << 30))


def write(form: str, records: list[dict[str, Any]]) -> str:
    return b"".join(molecules.write(form, lambda: enumerate(records, 1), None)).decode()


@contextmanager
def only_rejected_if(expected: bool, found: Counter[str]) -> Iterator[None]:
    """Count the file as compared, or as rejected if it may be."""
    try:
        yield
    except (molecules.MalformedError, molecules.ConversionError):
        if not expected:
            raise
        found["rejected"] += 1
    else:
        found["compared"] += 1


def breaks_file(title: str, items: dict[str, str]) -> bool:
    """Return whether an SD file cannot hold a record: by carriage returns, `$$$$`, empty lines, or a line of blanks before a header."""
    values = "".join(f"|{value}\n" for value in items.values())
    return bool(
        re.search(r"\r|(^|\n|\|)\$\$\$\$|\n\n|\|\n.|(^|\n|\|)[ \t]+\n>.*<.*>", values)
        or re.search(r"[\r\n]|^\$\$\$\$", title)
        or any(re.search(r"[\r\n]", name) for name in items)
    )


def read_with_rdkit(content: str) -> list[dict[str, Any]]:
    """Read an SD file with RDKit."""
    supplier = Chem.SDMolSupplier()
    supplier.SetData(content.removeprefix("\ufeff"), sanitize=False, removeHs=False)
    records = []
    for molecule in supplier:
        names = molecule.GetPropNames(includePrivate=False, includeComputed=False)
        values = {"Title": molecule.GetProp("_Name"), **{name: molecule.GetProp(name) for name in names}}
        # RDKit leaves carriage returns at the ends of lines.
        records.append({name: re.sub(r"\r+$", "", value, flags=re.MULTILINE) for name, value in values.items()})
        records[-1]["Molecule"] = Chem.MolToCXSmiles(molecule)
    return records


def with_smiles(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return records with the SMILES of their structures, as RDKit reads them."""
    blocks = [f"{record['Molecule']['text']}\n" for record in records]
    parsed = [Chem.MolFromMolBlock(block, sanitize=False, removeHs=False) for block in blocks]
    return [
        {**record, "Molecule": Chem.MolToCXSmiles(molecule)} for record, molecule in zip(records, parsed, strict=True)
    ]


def test_sd_files_that_rdkit_writes(tmp_path: Path, found: Counter[str]) -> None:
    corpus = Corpus(1)
    for _ in range(FILES):
        stream, broken = io.StringIO(), False
        writer = Chem.SDWriter(stream)
        writer.SetForceV3000(corpus.random.random() < 0.3)
        for _ in range(corpus.random.choice([1, 1, 2, 4])):
            molecule, title, items = corpus.molecule(), corpus.string(), corpus.items()
            molecule.SetProp("_Name", title)
            for name, value in items.items():
                molecule.SetProp(name, value)
            writer.write(molecule)
            broken |= breaks_file(title, items)
        writer.close()
        with only_rejected_if(broken, found):
            records = read(tmp_path, "sdf", stream.getvalue())
            assert with_smiles(records) == read_with_rdkit(stream.getvalue())
            found["records"] += len(records)


def test_data_items_of_other_programs(tmp_path: Path, found: Counter[str]) -> None:
    corpus = Corpus(2)
    lines = [
        "> <a>",
        ">  <b>  (1) ",
        "> 25 <c> DT3",
        "> <d>e>",
        "1",
        "two words",
        "> 5",
        ">",
        " ",
        "\t",
        "",
        "",
        "",
        "<x>",
        "\x0c",
        "\xa0",
    ]
    for _ in range(5 * FILES):
        body = "\n".join(["> <first>", *corpus.random.choices(lines, k=corpus.random.randrange(8)), "", "$$$$\n"])
        # Whatever is read at all is what RDKit reads; it drops what stands between data items, and the first of duplicates.
        with only_rejected_if(expected=True, found=Counter()):
            assert with_smiles(read(tmp_path, "sdf", HEAD + body)) == read_with_rdkit(HEAD + body)
            found["compared"] += 1


def test_sd_files_for_rdkit(tmp_path: Path, found: Counter[str]) -> None:
    corpus = Corpus(3)
    for _ in range(FILES):
        records: list[dict[str, Any]] = []
        broken = False
        for _ in range(corpus.random.choice([1, 1, 2, 4])):
            title, items = corpus.string(), corpus.items()
            _, _, block = Chem.MolToMolBlock(corpus.molecule()).rstrip("\n").partition("\n")
            records.append({"Title": title, "Molecule": make_molecule("sdf", f"{title}\n{block}"), **items})
            broken |= breaks_file(title, items) or any(value[-1:] == "\n" for value in items.values())
        with only_rejected_if(broken, found):
            content = write("sdf", records)
            assert read(tmp_path, "sdf", content) == records
            assert read_with_rdkit(content) == with_smiles(records)
            found["records"] += len(records)


@pytest.mark.parametrize("separator", [" ", "\t"])
@pytest.mark.parametrize("with_header", [True, False])
@pytest.mark.parametrize("names", [[], ["p", "two words"]])
def test_smiles_files_that_rdkit_writes(
    tmp_path: Path, found: Counter[str], separator: str, with_header: bool, names: list[str]
) -> None:
    corpus = Corpus(4)
    names = [name.replace(" ", "_") if separator == " " else name for name in names]
    for _ in range(FILES):
        stream = io.StringIO()
        writer = Chem.SmilesWriter(stream, separator, "Name", with_header)
        writer.SetProps(names)
        expected = []
        for _ in range(corpus.random.choice([1, 2, 4])):
            molecule = Chem.MolFromSmiles(corpus.random.choice(SMILES))
            title, *values = (re.sub("[\r\n\t]", "", corpus.string()) for _ in ("Name", *names))
            if separator == " " and names:
                title, *values = (value.replace(" ", "_") for value in (title, *values))
            molecule.SetProp("_Name", title or "x")
            for name, value in zip(names, values, strict=True):
                molecule.SetProp(name, value)
            writer.write(molecule)
            cells = dict(zip(names, values, strict=True)) if with_header else {}
            rest = separator.join([title or "x", *([] if with_header else values)])
            if not names or not with_header:
                rest = rest.strip(" \t")
            expected.append({"Title": rest, "Molecule": Chem.MolToSmiles(molecule), **cells})
        writer.close()
        with only_rejected_if(expected=False, found=found):
            records = read(tmp_path, "smi", stream.getvalue())
            assert [{**record, "Molecule": record["Molecule"]["text"]} for record in records] == expected
            found["records"] += len(records)


def test_smiles_files_for_rdkit(tmp_path: Path, found: Counter[str]) -> None:
    corpus = Corpus(5)
    for _ in range(FILES):
        records = [
            {
                "Title": re.sub("[ \t\r\n]", "", corpus.string()),
                "Molecule": make_molecule("smiles", smiles.split()[0]),
            }
            for smiles in corpus.random.choices(SMILES, k=corpus.random.choice([1, 2, 4]))
        ]
        with only_rejected_if(expected=False, found=found):
            content = write("smi", records)
            assert read(tmp_path, "smi", content) == records
            (tmp_path / "file").write_bytes(content.encode())
            supplier = Chem.SmilesMolSupplier(str(tmp_path / "file"), titleLine=False)
            for record, molecule in zip(records, supplier, strict=True):
                assert Chem.MolToSmiles(molecule) == Chem.MolToSmiles(Chem.MolFromSmiles(record["Molecule"]["text"]))
                assert (molecule.GetProp("_Name") if molecule.HasProp("_Name") else "") == record["Title"]
            found["records"] += len(records)


def test_smiles_that_rdkit_writes(found: Counter[str]) -> None:
    corpus = Corpus(6)
    options = ["isomericSmiles", "kekuleSmiles", "canonical", "allBondsExplicit", "allHsExplicit", "doRandom"]
    for _ in range(FILES):
        molecule = Chem.AddHs(
            Chem.MolFromSmiles(corpus.random.choice(SMILES)), onlyOnAtoms=range(corpus.random.randrange(1))
        )
        chosen = {option: corpus.random.random() < 0.5 for option in options}
        if chosen["kekuleSmiles"]:
            Chem.Kekulize(molecule)
        check_smiles(Chem.MolToSmiles(molecule, **chosen))
        found["compared"] += 1
