"""Tests of molecule files as RDKit, OEChem, spreadsheets and programs on Windows write them."""

from __future__ import annotations

import csv
import gzip
import io

import pytest

from orionclient.emulator._formats import molecules
from orionclient.emulator._formats.records import MAX_RECORD, MalformedError, make_molecule

METHANE = make_molecule("smiles", "C")
MOL = "water\n  hand\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n    0.0000    0.0000    0.0000 O   0  0\nM  END\n"
V3000 = (
    "water\n  hand\n\n  0  0  0     0  0            999 V3000\nM  V30 BEGIN CTAB\nM  V30 COUNTS 1 0 0 0 0\nM  V30 BEGIN ATOM\n"
    "M  V30 1 O 0 0 0 0\nM  V30 END ATOM\nM  V30 END CTAB\nM  END\n"
)
WHOLE = {
    "sdf": f"{MOL}> <a>\n1\n\n$$$$\n",
    "csv": 'smiles,x\nC,"1\n2"\n',
    "smi": "C methane\n",
    "json": '{"x":1}\n',
    "binary": b"".join(molecules.write("binary", lambda: [(1, {"x": 1})], None)).decode(),
}


@pytest.fixture
def parse(tmp_path):
    def parse(form, content):
        (tmp_path / "file").write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(molecules.read(tmp_path / "file", form, 1 << 30))

    return parse


@pytest.fixture
def parse_items(parse):
    """Read one record from the lines of its data items; return these."""

    def parse_items(lines):
        (record,) = parse("sdf", f"{MOL}{lines}$$$$\n")
        assert record.pop("Title") == "water"
        assert record.pop("Molecule") == make_molecule("sdf", MOL.rstrip("\n"))
        return record

    return parse_items


def write(form, *records, fields=None):
    return b"".join(molecules.write(form, lambda: enumerate(records, 1), fields)).decode()


# ---------------------------------------------------------------- any format


@pytest.mark.parametrize("form", WHOLE)
def test_padding_at_the_end_is_ignored(parse, form):
    expected = parse(form, WHOLE[form])
    for end in ("\x1a", "\0" * 5000, "\x1a\0\x1a"):
        assert parse(form, WHOLE[form] + end) == parse(form, WHOLE[form].rstrip("\n") + end) == expected
    for end in ("\x1a\n", "\x1a\r\n\r\n", "\x1a\0\0\n\0\n", " \t\0\n  \n", "\x1a\r\n\x1a\r\n"):
        assert parse(form, WHOLE[form] + end) == expected
        assert parse(f"{form}.gz", gzip.compress((WHOLE[form] + end).encode())) == expected


@pytest.mark.parametrize(
    ("form", "content", "expected"),
    [
        ("smi", "C a\x1a\nC b\0\n", ["a\x1a", "b\0"]),
        ("csv", 'Title\n"\x1a"\n\x1a\nx\n', ["\x1a", "\x1a", "x"]),
        ("sdf", "\x1a\n" + MOL.partition("\n")[2] + "$$$$\n", ["\x1a"]),
    ],
)
def test_elsewhere_the_same_characters_are_data(parse, form, content, expected):
    assert [record["Title"] for record in parse(form, content)] == expected


def test_padding_is_bounded(parse):
    assert len(parse("smi", "C\n" + "\0\n" * 1000)) == 1
    with pytest.raises(MalformedError, match="Record 2: ") as error:
        parse("smi", "C\n" + "\0\n" * 1001)
    assert error.value.line == 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16(parse, encoding):
    # Excel saves "Unicode Text" in this way, with tabs; U+0A0A and U+0D0A have the bytes of line breaks.
    table = "\ufeffsmiles\tname\r\nC\t\u0a0a µM \U0001f9ea \u0d0a\r\n\r\nC\tb"
    expected = [{"smiles": METHANE, "name": "\u0a0a µM \U0001f9ea \u0d0a"}, {"smiles": METHANE, "name": "b"}]
    content = table.encode(encoding)
    assert parse("csv", content) == parse("csv.gz", gzip.compress(content)) == expected
    assert parse("csv", content + "\r\n\x1a".encode(encoding)) == expected
    with pytest.raises(MalformedError, match="Record 2: The line is not valid UTF-16: truncated data") as error:
        parse("smi", "\ufeffC a\nC bc".encode(encoding)[:-1])
    assert error.value.line == 2
    with pytest.raises(MalformedError, match="The line has more than 16777216 bytes"):
        parse("smi", ("\ufeffC " + "x" * MAX_RECORD).encode(encoding))


@pytest.mark.parametrize("form", WHOLE)
@pytest.mark.parametrize("end", ["\r\n", "\r\r\n"])
def test_line_endings_of_windows(parse, form, end):
    content = WHOLE[form].replace('"1\n2"', "1")
    assert parse(form, content.replace("\n", end)) == parse(form, content)


@pytest.mark.parametrize(
    ("form", "content", "line", "words"),
    [
        ("smi", "C a\rC b\rC c\r", 1, "Record 1: the line contains a carriage return"),
        ("smi", b"C a\n\nC \xb5M\n", 3, "Record 2: The line is not valid UTF-8: invalid start byte at byte 3; save"),
        ("csv", "a,b\n1,2\n3,4\r5,6\n", 3, "Record 2, which starts in line 3, is not valid CSV: a carriage return"),
        ("csv", b"a,\xb5M\n1,2\n", 1, "The header is not valid: The line is not valid UTF-8"),
        ("csv", b"a,b\n1,2\n\n1,\xb5M\n", 4, "Record 2: The line is not valid UTF-8"),
        ("csv", b"sep=;\na,\xb5\n", 2, "The header is not valid: The line"),
        ("sdf", MOL.replace("\n", "\r") + "$$$$\r", 1, "carriage return"),
        (
            "sdf",
            (MOL + "$$$$\n" + MOL).encode() + b"> <\xb5>\n1\n\n$$$$\n",
            14,
            "Record 2: The line is not valid UTF-8",
        ),
        ("json", "{}\n\n{}\n[]\n", 4, "Record 3: The line is not a valid record"),
        ("json", "{}\r{}\r", 1, "Record 1: The line is not a valid record"),
        ("json", "{}\xa0\n", 1, "Record 1: The line is not a valid record"),
    ],
)
def test_unreadable_lines_are_rejected_with_line_and_record(parse, form, content, line, words):
    with pytest.raises(MalformedError) as error:
        parse(form, content)
    assert (error.value.line, words in error.value.message) == (line, True), error.value.message


# ---------------------------------------------------------------- CSV


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(parse, separator):
    table = f'"a;b,c\td|e"{separator}smiles{separator}IC50\r\n"1;2"{separator}C{separator}0.5 nM\r\n'
    expected = [{"a;b,c\td|e": "1;2", "smiles": METHANE, "IC50": "0.5 nM"}]
    assert parse("csv", table) == parse("csv", "\ufeff" + table) == expected
    assert parse("csv", f"sep={separator}\r\n{table}") == parse("csv", f"\ufeffSEP={separator}\n{table}") == expected


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        # A decimal comma stays as it is.
        ("smiles;x\nC;0,5\n", {"x": "0,5"}),
        # Of several separators, the one that suits the first row, or gives a column of molecules.
        ("smiles;IC50 (nM, pH 7)\nC;5\n", {"IC50 (nM, pH 7)": "5"}),
        ("smiles;IC50 (nM, pH 7)\nC;0,5\n", {"IC50 (nM, pH 7)": "0,5"}),
        ("id,smiles,a|b\n1,C,2|3\n", {"id": "1", "a|b": "2|3"}),
        ("id,a;b,smiles\n1,2,C\n", {"id": "1", "a;b": "2"}),
        ('smiles;"a,\nb;c"\nC;"1;\n2"\n', {"a,\nb;c": "1;\n2"}),
        ('sep=,\nsmiles,a;b\nC,"1;2"\n', {"a;b": "1;2"}),
        ("sep=^\nsmiles^a,b\nC^1,2\n", {"a,b": "1,2"}),
        ("\r\n\nsmiles;x\nC;1\n", {"x": "1"}),
        # Blanks after separators, and around the name of a column of molecules.
        ("x, smiles, y \n1, C, 2 \n", {"x": "1", "y ": "2 "}),
        ('x, "smiles", "y, z"\n1, "C", " 2, 3"\n', {"x": "1", "y, z": " 2, 3"}),
        ("x, y,smiles\n 1, 2, C \n", {"x": " 1", " y": " 2"}),
        # Columns without a name, as pandas writes its index.
        (",smiles,x\n0,C,2\n", {"Unnamed: 0": "0", "x": "2"}),
        (",Unnamed: 0,smiles\n0,1,C\n", {"Unnamed: 0.1": "0", "Unnamed: 0": "1"}),
        (",smiles,,x,\n,C,,2,\n", {"x": "2"}),
        # White space is blank and tab alone.
        ("\xa0smiles,smiles\nN, C\t\n", {"\xa0smiles": "N"}),
    ],
)
def test_tables_with_one_molecule(parse, content, columns):
    (record,) = parse("csv", content)
    assert [record.pop(name) for name in list(record) if name.strip(" ") == "smiles"] == [METHANE]
    assert record == columns


def test_a_column_is_no_table(parse):
    assert parse("csv", "smiles\nC\n") == [{"smiles": METHANE}]
    assert parse("csv", '"a;b|c"\n"1;2"\n') == [{"a;b|c": "1;2"}]
    assert parse("csv", '"sep=;"\n1\n') == [{"sep=;": "1"}]


@pytest.mark.parametrize(
    "cell", ["a\rb", "\r", "a\r\nb", "a\nb", 'a"b', '"', "", " a ", "\xa0", "x" * (1 << 20), "=1+1"]
)
def test_cells_are_the_same_for_any_reader(parse, cell):
    records = [{"x": cell, "z": "1"}, {"x": "2", "z": cell}]
    table = write("csv", *records)
    assert parse("csv", table) == records
    csv.field_size_limit(MAX_RECORD)
    assert list(csv.reader(io.StringIO(table, newline=""))) == [["x", "z"], [cell, "1"], ["2", cell]]
    if 0 < len(cell) < 255:
        records = [{cell: "1", "z": "2"}]
        assert parse("csv", write("csv", *records)) == records


def test_a_row_may_be_as_large_as_a_record(parse):
    record = {"x": "x" * (MAX_RECORD - 100_000), "y": "\n" * 50_000}
    assert parse("csv", write("csv", record, record)) == [record, record]


# ---------------------------------------------------------------- SDF


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (">  <a>  (12) ", "a"),
        ("> DT12 <a> (MD-1) DT3", "a"),
        ("><a>", "a"),
        (">  <1 > 2>", "1 > 2"),
        ("> <IC50 <nM> (1)", "IC50 <nM"),
        ("> <a -> b>\t(1)", "a -> b"),
        ("> <<>>", "<>"),
        ("> < a\xa0\u2028>", " a\xa0\u2028"),
    ],
)
def test_names_of_data_items(parse_items, header, name):
    assert parse_items(f"{header}\n1\n\n> <last>\n2\n\n") == {name: "1", "last": "2"}
    record = {"m": make_molecule("sdf", MOL), name: "1"}
    assert f">  <{name}>\n1\n\n$$$$\n" in write("sdf", record)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "a\n \nb",
        "\t\n ",
        "> <b>",
        "a\n> <b>\nc",
        ">10 <i>mM</i>",
        "\x0b",
        "\x0c\n\x1c\n\x85\n\xa0\n\u2028\n\u3000",
        "M  END",
        "x $$$$",
        " $$$$",
        "x" * 5000,
    ],
)
def test_values_of_data_items(parse, parse_items, value):
    assert parse_items(f"> <a>\n{value}\n\n> <b>\n2\n\n") == {"a": value, "b": "2"}
    records = [{"Title": "t", "Molecule": make_molecule("sdf", MOL.replace("water", "t").rstrip("\n")), "a": value}]
    assert parse("sdf", write("sdf", *records)) == records


def test_ends_of_values(parse_items):
    assert parse_items("> <a>\n1\n\n\n \n\n> <b>\n2\n") == {"a": "1", "b": "2"}
    assert parse_items("> <a>\n1\n \n\t\n") == {"a": "1"}
    # RDKit takes the rest for the value, other programs for a data item.
    with pytest.raises(
        MalformedError, match=r"record 1 \(water\) has a line of blanks before '> <b>'|Record 1"
    ) as error:
        parse_items("> <a>\n1\n \n> <b>\n2\n\n")
    assert error.value.line == 10


@pytest.mark.parametrize(
    "counts",
    [
        "  1  0  0  0  0",
        "  1  0",
        "  1  0  0     0  0              1",
        "  1  0  0  0  0  0  0  0  0  0999 v2000",
        "  1  0  0  0  0  0  0  0  0  0999 V2000 edited by hand",
    ],
)
def test_counts_lines(parse, counts):
    content = MOL.replace("  1  0  0  0  0  0  0  0  0  0999 V2000", counts)
    assert parse("sdf", content + "$$$$\n")[0]["Molecule"] == make_molecule("sdf", content.rstrip("\n"))


@pytest.mark.parametrize("counts", ["  1  0  0  0 V4000", "  1  0  0  0 v200", "  1  0  0  x", "water", ""])
def test_bad_counts_lines(parse, counts):
    with pytest.raises(MalformedError, match="counts line") as error:
        parse("sdf", MOL.replace("  1  0  0  0  0  0  0  0  0  0999 V2000", counts) + "$$$$\n")
    assert error.value.line == 4


@pytest.mark.parametrize("blank", ["\n", " \t \n", "\n\n"])
@pytest.mark.parametrize("block", [MOL, V3000, MOL.replace("M  END", "M  CHG  1   1  -1\nM  END")])
def test_blank_lines_before_the_end_of_a_molblock(parse, blank, block):
    content = block.replace("M  END", f"{blank}M  END")
    assert parse("sdf", content + "$$$$\n")[0]["Molecule"] == make_molecule("sdf", content.rstrip("\n"))
    assert parse("json", write("json", *parse("sdf", content))) == parse("sdf", content)
    with pytest.raises(MalformedError):
        parse("sdf", block.replace("M  END", "\x0c\nM  END") + "$$$$\n")


def test_labels_of_atoms_with_the_form_of_headers(parse):
    record = {"Title": "water", "Molecule": make_molecule("sdf", MOL.replace("M  END\n", "A    1\n> <x>\nM  END"))}
    assert parse("json", write("json", record)) == parse("sdf", write("sdf", record)) == [record]


def test_a_title_may_start_with_a_byte_order_mark(parse):
    # The start of a file that was appended to another one.
    records = parse("sdf", f"\ufeff\ufeff{MOL}$$$$\n\ufeff{MOL}$$$$\n{MOL}$$$$\n")
    assert [record["Title"] for record in records] == ["\ufeffwater", "\ufeffwater", "water"]
    assert parse("sdf", write("sdf", *records)) == records


# ---------------------------------------------------------------- SMILES


@pytest.mark.parametrize(
    ("line", "smiles", "title"),
    [
        ("C\ta b\tc", "C", "a b\tc"),
        (" \tC  a\t ", "C", "a"),
        ("C \xa0a\u2028", "C", "\xa0a\u2028"),
        ("C |$a$| x", "C", "|$a$| x"),
        ("[NH3]->[Pt]<-[NH3] dative", "[NH3]->[Pt]<-[NH3]", "dative"),
        ("C\t\t", "C", ""),
    ],
)
def test_lines_of_smiles(parse, line, smiles, title):
    record = {"Title": title, "Molecule": make_molecule("smiles", smiles)}
    assert parse("smi", f"{line}\n") == parse("smi", f"\n \t\n{line}\r\n") == [record]
    assert parse("smi", write("smi", record)) == [record]
    for header in ("SMILES Name ", "SMILES\tName\t", "smiles zinc_id", "  SMILES"):
        assert parse("smi", f"\ufeff{header}\n{line}\n") == [record]


def test_columns_of_smiles(parse):
    methane = {"Title": "a b", "Molecule": METHANE, "x": "1 2", "y": ""}
    assert parse("smi", "SMILES\tName\tx\ty\nC\ta b\t1 2\t\n") == [methane]
    assert parse("smi", "SMILES Name x y\nC a 1 \n") == [{**methane, "Title": "a", "x": "1"}]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("SMILES\tName\tx\nC\ta\t1\nC a 1\n", 3, "Record 2: the line has 1 values, but the header has 3 columns"),
        ("SMILES Name x\nC two words 1\n", 2, "Record 1: the line has 4 values"),
        ("SMILES Name x x\nC a 1 2\n", 1, "duplicate"),
        ("SMILES Name  x\nC a  2\n", 1, "empty"),
        ("SMILES Name Title\nC a 2\n", 1, "reserved"),
        ("C a\nSMILES Name\n", 2, "Record 2: 'SMILES' is not valid SMILES"),
        ("SMILES Name\nSMILES Name\n", 2, "Record 1: 'SMILES' is not valid SMILES"),
        ("SMILES Name\n", 1, "no records"),
        ("C\xa0a\n", 1, "not valid SMILES"),
        ("CC>>C a\n", 1, "unexpected '>'"),
        ("# a comment\n", 1, "unexpected '#'"),
        ("\x0b\n", 1, "not valid SMILES"),
    ],
)
def test_bad_smiles_files(parse, content, line, words):
    with pytest.raises(MalformedError) as error:
        parse("smi", content)
    assert (error.value.line, words in error.value.message) == (line, True), error.value.message
