"""Tests of the record formats: valid and invalid files, line numbers of errors, and round trips."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orionclient.emulator._formats import molecules
from orionclient.emulator._formats.jsonlines import check_record
from orionclient.emulator._formats.records import MAX_RECORD, MalformedError
from orionclient.emulator._formats.smiles import check_smiles

ATOMS = "    0.0000    0.0000    0.0000 C   0  0\n    1.1280    0.0000    0.0000 O   0  0\n"
MOL = f"carbonyl\n  made\n\n  2  1  0  0  0  0  0  0  0  0999 V2000\n{ATOMS}  1  2  2  0\nM  END\n"
SDF = f"{MOL}> <a>\n1\n\n$$$$\n"
V3 = (
    "v3\n  made\n\n  0  0  0     0  0            999 V3000\nM  V30 BEGIN CTAB\nM  V30 COUNTS 2 1 0 0 0\nM  V30 BEGIN ATOM\n"
    "M  V30 1 C 0 0 0 0\nM  V30 2 O 1.1 -\nM  V30 0 0 0\nM  V30 END ATOM\nM  V30 BEGIN BOND\nM  V30 1 2 1 2\nM  V30 END BOND\n"
    "M  V30 BEGIN COLLECTION\nM  V30 DEFAULT CLASS\nM  V30 END COLLECTION\nM  V30 END CTAB\nM  END\n"
)


@pytest.fixture(scope="module")
def parse(tmp_path_factory):
    path = tmp_path_factory.mktemp("formats") / "file"

    def parse(form, text):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return list(molecules.read(path, form, 1 << 30))

    return parse


def write(form, *records, fields=None):
    return b"".join(molecules.write(form, lambda: enumerate(records, 1), fields)).decode()


def test_sdf(parse):
    text = (
        f"{MOL}>  <one>  (1) \nfirst\nsecond \n\n> 25 <two words> DT5\n\n>  <none>\n\n> <x>\n>50\n\n$$$$\n"
        f"{MOL.replace('carbonyl', '')}$$$$\n{V3}$$$$\n\n \n"
    )
    records = parse("sdf", text)
    assert records[0] == {
        "Title": "carbonyl",
        "Molecule": {"format": "sdf", "text": MOL.rstrip("\n")},
        "one": "first\nsecond ",
        "two words": "",
        "none": "",
        "x": ">50",
    }
    assert records[1]["Title"] == ""
    assert records[2]["Molecule"]["text"] == V3.rstrip("\n")
    assert parse("sdf", text.replace("\n", "\r\n")) == records
    assert parse("sdf", "\ufeff" + text) == records
    assert parse("sdf", MOL) == parse("sdf", MOL + "\n") == [{"Title": "carbonyl", "Molecule": records[0]["Molecule"]}]
    assert parse("sdf", SDF.replace("1\n\n$$$$", "1\n$$$$")) == parse("sdf", SDF)
    assert parse("sdf", SDF.rstrip("\n")) == parse("sdf", SDF)


def test_obsolete_and_rare_lines_are_kept(parse):
    rare = MOL.replace("  2  1  0", "  2  1  1").replace(
        "M  END", "  1 F    2  17  35\nA    1\nlabel\nG  1  2\nabbr\nS  SKP  1\nanything\nV    1 v\nM  END"
    )
    assert parse("sdf", rare + "$$$$\n")[0]["Molecule"]["text"] == rare.rstrip("\n")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("  2  1  0  0", "  x  1  0  0", 4, "counts line"),
        ("V2000", "V1000", 4, "neither in V2000"),
        ("  2  1  0  0", "  3  1  0  0", 7, "atom line"),
        ("  2  1  0  0", "  2  2  0  0", 8, "bond 2 of 2"),
        ("  2  1  0  0", "  2  0  0  0", 7, "more lines"),
        ("1.1280", "1.12x0", 6, "three coordinates"),
        ("1.1280", "1_1280", 6, "three coordinates"),
        ("1.1280", "   nan", 6, "three coordinates"),
        ("1.1280", "1. 280", 6, "three coordinates"),
        (" 1.1280", "-1-1280", 6, "three coordinates"),
        ("  1.1280", "1.1280 .", 6, "three coordinates"),
        ("0.0000 O ", "0.0000   ", 6, "element"),
        ("0.0000 O ", "0.0000O  ", 6, "element"),
        ("0.0000 O ", "0.0000 1 ", 6, "element"),
        ("  1  2  2", "  1  3  2", 7, "atoms 1 and 3, but 2"),
        ("  1  2  2", "  1  1  2", 7, "with itself"),
        ("  1  2  2", "  1  2 99", 7, "type 99"),
        ("  1  2  2", "  1  2  x", 7, "two atoms and a type"),
        ("M  END\n", "", 8, "no M  END before"),
        ("M  END\n> <a>", "> <a>", 8, "no M  END"),
        ("> <a>", "> a", 9, "is expected"),
        ("> <a>", "rubbish", 9, "is expected"),
        ("1\n\n$$$$\n", "1\n", 10, "truncated within"),
        ("\n$$$$\n", "\n", 11, "$$$$ is missing"),
        ("1\n\n", "1\n \n> <b>\n2\n\n", 12, "line of blanks before '> <b>'"),
        ("> <a>", "> <>", 9, "field name"),
        ("> <a>", "> <a", 9, "is expected"),
        ("carbonyl\n", "$$$$ x\n", 1, "no molblock"),
        ("> <a>", "> <Title>", 9, "field of every record"),
        ("> <a>", "> <Molecule>", 9, "field of every record"),
        ("$$$$", "> <a>\n2\n\n$$$$", 12, "duplicate"),
        ("1\n\n$$$$", "1\r2\n\n$$$$", 10, "carriage return"),
        ("1\n\n$$$$", "\0\n\n$$$$", 10, "NUL"),
        ("carbonyl\n  made\n\n", "carbonyl\n", 4, "neither in V2000"),
        ("> <a>", "> <%s>" % ("x" * 256), 9, "field name"),
        ("$$$$\n", "$$$$\n\n\n\n\n\nmore\n", 18, "blank lines and then"),
        ("$$$$\n", "$$$$\nmore\n", 13, "record 2 (more) is truncated"),
        ("1\n\n$$$$", "%s\n\n$$$$" % ("x" * (MAX_RECORD + 1)), 10, "Record 1: The line has more than 16777216 bytes"),
        ("$$$$\n", f"$$$$\n{MOL}", 20, "record 2 (carbonyl) is truncated"),
        ("carbonyl\n", "$$$$\n", 1, "no molblock"),
        ("M  END", "M  ENDE", 9, "no M  END before"),
    ],
)
def test_bad_sdf(parse, old, new, line, words):
    assert old in SDF
    with pytest.raises(molecules.MalformedError) as error:
        parse("sdf", SDF.replace(old, new, 1))
    assert (error.value.line, words.lower() in error.value.message.lower()) == (line, True), error.value.message


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("BEGIN CTAB", "BEGIN CTAP", 5, "BEGIN CTAB"),
        ("COUNTS 2 1", "COUNTS x 1", 6, "COUNTS"),
        ("COUNTS 2 1", "COUNTS 3 1", 11, "2 atoms, but 3"),
        ("COUNTS 2 1", "COUNTS 2 2", 14, "1 bonds, but 2"),
        ("M  V30 BEGIN ATOM\n", "", 7, "BEGIN ATOM"),
        ("1 C 0 0 0 0", "1 C 0", 8, "atom line"),
        ("2 O 1.1", "1 O 1.1", 10, "atom line"),
        ("1 2 1 2", "1 2 1 3", 13, "bond line"),
        ("1 2 1 2", "1 2 1 1", 13, "bond line"),
        ("M  V30 1 C", "M V30 1 C", 8, "M  V30"),
        ("M  V30 END CTAB\n", "", 18, "expected"),
        ("END COLLECTION", "END SGROUP", 17, "wrong place"),
        ("0 0 0\nM  V30 END", "0 0 0-\nM  V30 END", 12, "atom line"),
        ("M  V30 BEGIN BOND\nM  V30 1 2 1 2\nM  V30 END BOND\n", "", 12, "BEGIN BOND"),
    ],
)
def test_bad_v3000(parse, old, new, line, words):
    assert old in V3
    with pytest.raises(molecules.MalformedError) as error:
        parse("sdf", V3.replace(old, new, 1) + "$$$$\n")
    assert (error.value.line, words in error.value.message) == (line, True), error.value.message


@pytest.mark.parametrize("form", ["sdf", "smi", "csv"])
@pytest.mark.parametrize("text", ["", "\n", " \n\n\n\n\n", "\ufeff"])
def test_files_without_records(parse, form, text):
    with pytest.raises(molecules.MalformedError, match="no records|no header|header"):
        parse(form, text)


@pytest.mark.parametrize(
    "text",
    [
        "C",
        "CC(=O)Oc1ccccc1C(=O)O",
        "[Na+].[Cl-]",
        "C[C@@H](N)C(=O)O",
        "F/C=C\\F",
        "[13CH4]",
        "[OH3+]",
        "[Fe+++]",
        "[CH3:7]",
        "c1ccc2ccccc2c1",
        "C%10CCCC%10",
        "C%(100)CCC%(100)",
        "*",
        "[*]",
        "[se]1cccc1",
        "C1CC1.C1CC1",
        "CC(C)(C)C",
        "N#Cc1ccccc1",
        "[C-]#[O+]",
        "O=C=O",
        "[H][H]",
        "C(.C)C",
        "C1.C1",
        "[nH]1cccc1",
        "[Si@TH1](C)(N)(O)F",
        "C~C",
        "C=1CCCC=1",
        "BrBr",
        "C$C",
        "C:C",
    ],
)
def test_smiles(text):
    check_smiles(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no atom"),
        ("C(", "parenthesis"),
        ("C)", "')' at character 2"),
        ("C1CC", "ring 1"),
        ("C()C", "unexpected"),
        ("(C)C", "unexpected"),
        ("C=", "ends"),
        ("=C", "unexpected"),
        ("C==C", "unexpected"),
        ("C.", "ends"),
        (".C", "unexpected"),
        ("C..C", "unexpected"),
        ("C11", "that opened it"),
        ("[C", "'['"),
        ("C]", "']'"),
        ("[Xx]", "not a valid atom"),
        ("[]", "not a valid atom"),
        ("[C@@@H]", "not a valid atom"),
        ("smiles", "'m'"),
        ("C(=)C", "unexpected"),
        ("%10C", "unexpected"),
        ("C%1", "'%'"),
        ("Q", "'Q'"),
        ("C C", "' '"),
        ("c1ccccc1)", "unexpected"),
        ("C=.C", "unexpected"),
        ("[C+-]", "not a valid atom"),
        ("Ç", "'Ç'"),
    ],
)
def test_invalid_smiles(text, words):
    with pytest.raises(ValueError, match=".") as error:
        check_smiles(text)
    assert words in str(error.value)


def test_smi(parse):
    records = parse("smi", "\ufeffCCO ethanol\r\n\n  \nc1ccccc1\tbenzene  ring \nC\n")
    assert [(record["Molecule"]["text"], record["Title"]) for record in records] == [
        ("CCO", "ethanol"),
        ("c1ccccc1", "benzene  ring"),
        ("C", ""),
    ]
    assert write("smi", *records) == "CCO ethanol\nc1ccccc1 benzene  ring\nC\n"
    with pytest.raises(
        molecules.MalformedError, match="Record 2: 'C1CC' is not valid SMILES: ring 1 is not closed"
    ) as error:
        parse("smi", "C a\n\nC1CC b\n")
    assert error.value.line == 3
    with pytest.raises(molecules.MalformedError, match="UTF-8") as error:
        parse("smi", b"C a\nC \xe9\n")
    assert error.value.line == 2


def test_csv(parse):
    records = parse("csv", '\ufeffname,SMILES,"no,te"\r\naspirin,CCO,"two\nlines, ""quoted"""\r\n\r\nnone,,\r\n')
    assert records == [
        {"name": "aspirin", "SMILES": {"format": "smiles", "text": "CCO"}, "no,te": 'two\nlines, "quoted"'},
        {"name": "none", "no,te": ""},
    ]
    assert write("csv", *records) == 'name,SMILES,"no,te"\naspirin,CCO,"two\nlines, ""quoted"""\nnone,,\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a,a\n1,2\n", 1, "duplicate column 'a'"),
        ("%s,b\n1,2\n" % ("x" * 256), 1, "field name"),
        (",\n1,2\n", 1, "no header"),
        ("a,b\n1\n", 2, "1 values"),
        ("a,b\n1,2\n\n1,2,3\n", 4, "Record 2 has 3"),
        ('a,b\n"x\ny",2\n1\n', 4, "1 values"),
        ('a,b\n"x"y,2\n', 2, "not valid CSV"),
        ('a,b\n1,"x', 2, "starts in line 2"),
        ("smiles\nC\nC(\n", 3, "Record 2: 'C('"),
        ("a,b\n1,%s\n" % ("x" * MAX_RECORD), 2, "Record 1: The line has more than 16777216 bytes"),
        ('a,b\n1,2\n1,"%s' % (("x" * 1023 + "\n") * (1 << 14)), 16386, "Record 2 has more than 16777216 characters"),
        ("a,b\r1,2\r", 1, "The header, which starts in line 1, is not valid CSV: a carriage return outside quotes"),
        ("a,b\n1,2\n1,2\r3,4\n", 3, "Record 2, which starts in line 3, is not valid CSV: a carriage return"),
        ('a,b\n1,"2', 2, "a quote is not closed"),
        ("a;b,c\n1;2,3\n", 1, "may be separated by ',' or ';'"),
        ("a;b,c\n1|2|3\n", 1, "may be separated by ',' or ';'"),
        ("smiles;b\nC\n", 2, "has 1 values, but the header has 2"),
    ],
)
def test_bad_csv(parse, text, line, words):
    with pytest.raises(molecules.MalformedError) as error:
        parse("csv", text)
    assert (error.value.line, words in error.value.message) == (line, True), error.value.message


def test_spreadsheet_formulas_stay_as_they_are(parse):
    assert write("csv", {"a": "=1+1", "b": "@x"}) == "a,b\n=1+1,@x\n"


def test_csv_of_uneven_records():
    mol = {"format": "sdf", "text": MOL}
    assert (
        write("csv", {"a": 1, "m": mol}, {"b": None, "a": True, "c": [1, "ä"]}, {})
        == 'a,b,c\n1,,\ntrue,,"[1,""ä""]"\n,,\n'
    )
    assert write("csv") == write("csv", {}) == ""
    assert write("csv", {"a": ""}) == 'a\n""\n'
    assert write("csv", {"a": 1}, fields=["b", "a"]) == "b,a\n,1\n"


def test_binary(parse):
    records = [{"a": 1}, {"END 0": "x", "ä": [None]}]
    text = write("binary", *records)
    lines = text.split("\n")
    assert lines[0] == "ORIONREC1"
    assert lines[3] == f"END 2 {hashlib.sha256(chr(10).join(lines[:3]).encode() + b'%c' % 10).hexdigest()}"
    assert parse("binary", text) == records
    assert parse("binary", write("binary")) == []
    for bad, line, words in (
        ("", 1, "truncated"),
        ("x\n", 1, "start with ORIONREC1"),
        ("\n".join(lines[:3]) + "\n", 3, "truncated"),
        (text + "x\n", 5, "after its END"),
        (text.replace("1", "2"), 1, "start"),
        (text.replace('"a":1', '"a":2'), 4, "modified"),
        (text.replace('{"a":1}\n', ""), 3, "modified"),
        (text.replace("END 2", "END 3"), 4, "modified"),
        ("ORIONREC1\nnonsense\n", 2, "not a valid record"),
    ):
        with pytest.raises(molecules.MalformedError) as error:
            parse("binary", bad)
        assert (error.value.line, words in error.value.message) == (line, True), (bad, error.value.message)


BREAKING = ["a\n\nb", "\n", "a\n", "\na", "$$$$", "a\n$$$$ b", "a\n \n> <x>", "\r", "a\rb", "a\r\nb", "\0"]


@pytest.mark.parametrize("value", BREAKING)
def test_values_cannot_break_an_sd_file(value):
    with pytest.raises(molecules.ConversionError, match="would end the data item"):
        write("sdf", {"Molecule": {"format": "sdf", "text": MOL}, "x": value})


@pytest.mark.parametrize("title", ["a\nb", "\r", "$$$$", "$$$$ x", "\0"])
def test_titles_cannot_break_a_file(title):
    with pytest.raises(molecules.ConversionError, match="title contains a line break"):
        write("sdf", {"Title": title, "Molecule": {"format": "sdf", "text": MOL}})
    if "\n" in title or "\r" in title:
        with pytest.raises(molecules.ConversionError, match="line break"):
            write("smi", {"Title": title, "Molecule": {"format": "smiles", "text": "C"}})


@pytest.mark.parametrize("name", ["a\nb", "\r", "\0", "Molecule"])
def test_names_cannot_break_an_sd_file(name):
    with pytest.raises(molecules.ConversionError, match="not a valid name"):
        write("sdf", {"pose": {"format": "sdf", "text": MOL}, name: "x"})


def test_sdf_of_other_records(parse):
    mol = {"format": "sdf", "text": MOL}
    text = write(
        "sdf",
        {"Title": 7, "pose": mol, "n": 1.5, "l": [1], "t": None, "s": {"format": "smiles", "text": "CO"}, "e": ""},
    )
    assert parse("sdf", text) == [
        {
            "Title": "7",
            "Molecule": {**mol, "text": MOL.replace("carbonyl", "7").rstrip("\n")},
            "n": "1.5",
            "l": "[1]",
            "s": "CO",
            "e": "",
        }
    ]
    assert write("sdf", {"Molecule": mol}).startswith("carbonyl\n")
    assert write("sdf", {"a": mol, "b": mol}, fields=["b"]) == MOL + "$$$$\n"
    for bad, words in (
        ({"a": mol, "b": mol}, "second structure"),
        ({"a": 1}, "no SDF structure"),
        ({}, "no SDF structure"),
    ):
        with pytest.raises(molecules.ConversionError, match=words):
            write("sdf", bad)


def test_smi_with_more_fields(parse):
    smiles, other = ({"format": "smiles", "text": text} for text in ("CO", "N"))
    records = [
        {"x": 1, "s": smiles, "t": other, "Title": 5},
        {"Molecule": smiles, "y": "a b", "m": {"format": "sdf", "text": MOL}},
    ]
    written = write("smi", *records)
    assert written == "SMILES\tTitle\tx\tt\ty\nCO\t5\t1\tN\t\nCO\t\t\t\ta b\n"
    assert [list(record.values()) for record in parse("smi", written)] == [
        ["5", smiles, "1", "N", ""],
        ["", smiles, "", "", "a b"],
    ]
    assert write("smi", *records, fields=["Title", "m", "nowhere"]) == "CO 5\nCO\n"
    assert write("smi", records[0], fields=["t"]) == "N 5\n"
    assert write("smi", records[0], fields=["x", "Title", "x"]) == "SMILES\tTitle\tx\nCO\t5\t1\n"


@pytest.mark.parametrize("name", ["", "a\tb", "a\nb", "a\rb", "smiles", "Molecule"])
def test_a_header_of_smi_has_only_names_that_can_be_read(name):
    record = {"s": {"format": "smiles", "text": "CO"}, name: "x"}
    with pytest.raises(molecules.ConversionError, match=f"cannot name the field {re.escape(repr(name))}"):
        write("smi", record)
    assert write("smi", record, fields=["s"]) == "CO\n"


@pytest.mark.parametrize("cell", ["a\tb", "a\nb", "a\rb"])
def test_a_cell_of_smi_has_no_tab_or_line_break(cell):
    record = {"s": {"format": "smiles", "text": "CO"}, "x": cell}
    with pytest.raises(molecules.ConversionError, match="Record 1 has a tab or line break in 'x'"):
        write("smi", record)


@pytest.mark.parametrize(
    "text",
    ["", "x", MOL + "more", MOL + "$$$$\n", MOL + MOL, MOL.replace("\n", "\r\n"), MOL.replace("carbonyl", "$$$$")],
)
def test_molecules_in_records_are_checked(text):
    with pytest.raises(ValueError, match="'m' is not valid sdf"):
        check_record({"m": {"format": "sdf", "text": text}})


def test_objects_that_are_no_molecules_are_plain_values():
    record = {
        "a": {"format": "pdb", "text": "x"},
        "b": {"format": "sdf"},
        "c": {"format": ["sdf"], "text": ""},
        "d": {"format": "sdf", "text": MOL, "x": 1},
    }
    assert check_record(record) == record


FAST = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    database=None,
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
names = st.text(min_size=1, max_size=20)


@FAST
@given(records=st.lists(st.dictionaries(names, values, max_size=4), max_size=4))
@pytest.mark.parametrize("form", ["json", "binary"])
def test_any_record_goes_round(parse, form, records):
    back = parse(form, write(form, *records))
    assert json.dumps(back) == json.dumps(records)


# Characters that mean something in a format, or that Python takes for white space or for a line break.
TRICKY = "<>$ \t\x0b\x0c\x1a\x1c\x85\xa0\u2028\ufeff,;|\"'"
characters = st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0")
line = st.text(st.sampled_from(TRICKY) | characters)
title = line.filter(lambda text: not text.startswith("$$$$"))
# A line of blanks is only rejected before what looks like the header of a data item.
value_line = line.filter(lambda text: text and not text.startswith("$$$$") and not (text[0] == ">" and "<" in text))
item_name = st.text(st.sampled_from(TRICKY) | characters, min_size=1, max_size=20)
items = st.dictionaries(
    item_name.filter(lambda name: name not in {"Title", "Molecule"}),
    st.lists(value_line, max_size=3).map("\n".join),
    max_size=4,
)


@FAST
@given(records=st.lists(st.tuples(title, items), min_size=1, max_size=3))
def test_any_sd_record_goes_round(parse, records):
    made = [
        {"Title": name, "Molecule": {"format": "sdf", "text": MOL.replace("carbonyl", name, 1).rstrip("\n")}, **data}
        for name, data in records
    ]
    assert parse("sdf", write("sdf", *made)) == made


@FAST
@given(data=st.data())
def test_any_table_goes_round(parse, data):
    text = st.text(
        st.sampled_from(TRICKY + "\r\n\0") | st.characters(exclude_categories=["Cs"]), max_size=20
    ) | st.sampled_from(["sep=;", "SEP=,", "\ufeffx", "Unnamed: 0"])
    column = text.filter(lambda name: name and name.strip(" \t").lower() != "smiles")
    columns = data.draw(st.lists(column, min_size=1, max_size=4, unique=True))
    rows = data.draw(st.lists(st.tuples(*[text] * len(columns)), min_size=1, max_size=4))
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    assert parse("csv", write("csv", *records)) == records


@FAST
@given(titles=st.lists(line, min_size=1))
def test_any_title_goes_round(parse, titles):
    records = [{"Title": text, "Molecule": {"format": "smiles", "text": "C"}} for text in titles]
    assert [record["Title"] for record in parse("smi", write("smi", *records))] == [
        text.strip(" \t") for text in titles
    ]


@FAST
@given(
    content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    form=st.sampled_from(["sdf", "smi", "csv", "json", "binary"]),
)
def test_any_bytes_are_read_or_rejected_with_a_line(parse, content, form):
    try:
        records = parse(form, content)
    except molecules.MalformedError as error:
        found = error
    else:
        assert all(isinstance(record, dict) for record in records)
        return
    assert 1 <= found.line <= content.count(b"\n") + 1
    assert found.message.endswith(".")


@FAST
@given(data=st.data())
def test_a_damaged_sd_file_is_never_taken_for_another_record(parse, data):
    lines = SDF.split("\n")
    index = data.draw(st.integers(0, len(lines) - 2))
    del lines[index]
    try:
        records = parse("sdf", "\n".join(lines))
    except molecules.MalformedError:
        return
    assert len(records) == 1
    assert parse("sdf", write("sdf", *records)) == records


def test_gzip_of_any_format(tmp_path):
    for name, text in {"smi": "CCO ethanol\n", "CSV": "smiles\nCCO\n", "jsonl": '{"a":1}\n'}.items():
        path = tmp_path / name
        path.write_bytes(gzip.compress(text.encode()))
        records = list(molecules.read(path, f"{name}.gz", 1 << 20))
        assert len(records) == 1
        chunks = b"".join(molecules.write(f"{name}.GZ", lambda records=records: enumerate(records, 1), None))
        assert gzip.decompress(chunks).decode() == text


@pytest.mark.parametrize("name", ["oeb", "oeb.gz", "", "gz", ".gz", "sdf.gz.gz", "sdf "])
def test_an_unknown_format_names_the_known_ones(name):
    with pytest.raises(molecules.UnknownFormatError, match="known formats are sdf, smi, csv, json, binary.*gzip"):
        molecules.get_format(name)


def test_a_damaged_gzip_file(tmp_path):
    content = gzip.compress(b"CCO ethanol\n" * 10_000)
    path = tmp_path / "x"
    for damaged in (b"CCO ethanol\n", content[:-9], content[:20], content[:-8] + b"12345678"):
        path.write_bytes(damaged)
        with pytest.raises(MalformedError, match="damaged or truncated"):
            list(molecules.read(path, "smi.gz", 1 << 30))


def test_a_gzip_bomb_takes_neither_memory_nor_disk(tmp_path):
    path = tmp_path / "x"
    line = gzip.compress(b" " * (8 << 20))
    for content in (gzip.compress(b"C %s\n" % (b"x" * 1000) * (1 << 12)), line * 8):
        path.write_bytes(content)
        tracemalloc.start()
        try:
            with pytest.raises((molecules.ContentTooLargeError, MalformedError), match="more than"):
                for _ in molecules.read(path, "smi.gz", 1 << 20):
                    pass
            assert tracemalloc.get_traced_memory()[1] < 8 << 20
        finally:
            tracemalloc.stop()
