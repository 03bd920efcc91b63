"""Records: writing, reading, and the two codecs."""

from __future__ import annotations

import json
import pickle
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.examples import drugs
from orionclient.exceptions import BadResponse, NotLoaded, OrionConnectionError, OrionError, ValidationError
from orionclient.records import Record, RecordCodec, default_codec, json_lines
from orionclient.session import OrionSession
from orionclient.types import Dataset

BLOCK = drugs("sdf").read_text().partition("M  END")[0] + "M  END"
DATASETS = "/api/v1/storage/datasets/"


def test_write_buffers_and_finalize_sends(session: OrionSession, plain: Plain) -> None:
    dataset = Dataset.create(session, "x")
    for value in range(3):
        dataset.write({"n": value})
    assert plain.get(f"{DATASETS}{dataset.id}/")["count"] == 0
    dataset.finalize()
    wire = plain.get(f"{DATASETS}{dataset.id}/")
    assert (wire["count"], wire["dirty"], dataset.count, dataset.dirty) == (3, False, 3, False)
    assert [record["n"] for record in dataset.records()] == [0, 1, 2]


def test_many_records_are_sent_in_batches(session: OrionSession, plain: Plain) -> None:
    dataset = Dataset.create(session, "x")
    for value in range(1001):
        dataset.write({"n": value})
    wire = plain.get(f"{DATASETS}{dataset.id}/")
    assert (wire["count"], wire["dirty"]) == (1000, True)
    dataset.write({"big": "x" * (5 << 20)})
    assert plain.get(f"{DATASETS}{dataset.id}/")["count"] == 1002
    dataset.finalize()
    dataset.finalize()
    assert dataset.count == 1002


def test_finalize_without_writing_sends_nothing(scripted: Scripted) -> None:
    Dataset(id=1, session=scripted.session()).finalize()
    assert scripted.requests == []


@pytest.mark.parametrize("record", [[1], "x", None, 3, {"a": object()}, {"a": float("nan")}, {1: 2}, {"": 1}])
def test_values_that_are_not_records_are_rejected(session: OrionSession, plain: Plain, record: Any) -> None:
    dataset = Dataset.create(session, "x")
    with pytest.raises(ValidationError):
        dataset.write(record)
    dataset.finalize()
    assert plain.get(f"{DATASETS}{dataset.id}/")["count"] == 0


def test_order_and_values_survive(session: OrionSession) -> None:
    record = {"z": "ü\n", "a": [1, {"b": None}], "mol": {"format": "smiles", "text": "CC"}, "x": 1.5, "t": True}
    dataset = Dataset.create(session, "x")
    dataset.write(record)
    dataset.finalize()
    (back,) = dataset.records()
    assert back == record
    assert list(back) == list(record)
    assert back.molecule == record["mol"]


def test_records_that_were_not_sent_stay_buffered(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(429), ScriptedResponse(500), ScriptedResponse(200, {"id": 1, "count": 1}))
    dataset = Dataset(id=1, session=scripted.session())
    dataset.write({"n": 1})
    with pytest.raises(OrionError, match="429"):
        dataset.finalize()
    with pytest.raises(OrionError, match="500") as caught:
        dataset.finalize()
    assert caught.value.may_have_been_applied
    dataset.finalize()
    assert [request.path.rpartition("/1/")[2] for request in scripted.requests] == ["records/", "records/"]


def test_a_broken_stream_of_records(scripted: Scripted) -> None:
    for raw in (b'{"id": 1, "dataset": 1, "record": {}}\n{"id', b"[]\n", b'{"id": 1}\n'):
        scripted.responses = [ScriptedResponse(raw=raw, headers={"Content-Type": "application/x-ndjson"})]
        with pytest.raises(OrionConnectionError, match="stream of records of Dataset 1 is broken"):
            list(Dataset(id=1, session=scripted.session()).records())
    scripted.responses = [ScriptedResponse(404)]
    with pytest.raises(BadResponse, match="404"):
        list(Dataset(id=1, session=scripted.session()).records())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("record", value) for value in (None, [], [["a", 1]], "x", 7)),
        *(("dataset", value) for value in (None, "x", 1.5, True, [], -1)),
        *(("id", value) for value in (None, "x", 1.5, True, [], -1)),
    ],
    ids=str,
)
def test_an_invalid_record_is_an_error_that_names_the_field(scripted: Scripted, field: str, value: Any) -> None:
    good = {"id": 1, "dataset": 1, "record": {"a": 1}}
    raw = b"".join(json.dumps(item).encode() + b"\n" for item in (good, {**good, "id": "2", field: value}))
    scripted.then(ScriptedResponse(raw=raw, headers={"Content-Type": "application/x-ndjson"}))
    records = Dataset(id=1, session=scripted.session()).records()
    assert next(records) == {"a": 1}
    with pytest.raises(OrionConnectionError, match=rf"stream of records of Dataset 1 is broken: .*'{field}'"):
        next(records)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_json_lines_are_chunked_anywhere(size: int) -> None:
    items = [{"a": "ü\u2028"}, {"b": 1}]
    data = "\n\n".join(json.dumps(item, ensure_ascii=False) for item in items).encode()
    assert list(json_lines(data[start : start + size] for start in range(0, len(data), size))) == items


def test_record_pickles_with_its_ids() -> None:
    record = Record({"a": 1}, dataset_id=3, record_id=4)
    twin = pickle.loads(pickle.dumps(record))
    assert (twin, twin.dataset_id, twin.record_id, type(twin)) == (record, 3, 4, Record)
    assert Record().molecule is None


class FakeField:
    """A stand-in for datarecord.OEField."""

    def __init__(self, name: str, kind: Any) -> None:
        self.name, self.kind = name, kind

    def get_name(self) -> str:
        return self.name


class FakeRecord:
    """A stand-in for datarecord.OERecord."""

    def __init__(self) -> None:
        self.values: dict[str, tuple[FakeField, Any]] = {}

    def set_value(self, field: FakeField, value: Any) -> None:
        self.values[field.name] = (field, value)

    def get_value(self, field: FakeField) -> Any:
        return self.values[field.name][1]

    def get_fields(self) -> list[FakeField]:
        return [field for field, _ in self.values.values()]


class OEMol:
    """A stand-in for oechem.OEMol."""

    text = ""


@pytest.fixture
def datarecord(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Install stand-ins for the licensed packages."""
    module: Any = ModuleType("datarecord")
    kinds = SimpleNamespace(String="s", Int="i", Float="f", Bool="b", Chem=SimpleNamespace(Mol="m"))
    module.OERecord, module.OEField, module.Types = FakeRecord, FakeField, kinds

    class Stream:
        def SetFormat(self, form: str) -> None:
            self.form = form

        def openstring(self, text: str = "") -> None:
            self.text = text

        def GetString(self) -> bytes:
            return self.text.encode()

    def read(stream: Stream, molecule: OEMol) -> bool:
        molecule.text = f"{stream.form}:{stream.text}"
        return stream.text != "CCCC"

    def write(stream: Stream, molecule: OEMol) -> None:
        stream.text = f"{molecule.text}\n$$$$\n"

    chem: Any = ModuleType("openeye.oechem")
    chem.OEMol, chem.oemolistream, chem.oemolostream = OEMol, Stream, Stream
    chem.OEFormat_SDF, chem.OEFormat_SMI, chem.OEReadMolecule, chem.OEWriteMolecule = "sdf", "smi", read, write
    for name, each in {"datarecord": module, "openeye": ModuleType("openeye"), "openeye.oechem": chem}.items():
        monkeypatch.setitem(sys.modules, name, each)
    return module


def test_oerecords_make_a_round_trip(session: OrionSession, datarecord: Any) -> None:
    record = datarecord.OERecord()
    for name, value in {"s": "x", "i": 3, "f": 1.5, "b": True}.items():
        record.set_value(FakeField(name, "?"), value)
    molecule = OEMol()
    molecule.text = BLOCK
    record.set_value(FakeField("mol", "m"), molecule)
    dataset = Dataset.create(session, "x")
    dataset.write(record)
    dataset.write({"smiles": {"format": "smiles", "text": "CC"}, "list": [1], "none": None})
    dataset.finalize()
    back, plain = dataset.records()
    assert {field.name: field.kind for field in back.get_fields()} == {
        "s": "s",
        "i": "i",
        "f": "f",
        "b": "b",
        "mol": "m",
    }
    assert back.values["mol"][1].text == f"sdf:{BLOCK}"
    assert plain.values["smiles"][1].text == "smi:CC"
    assert plain.values["list"][1] == "[1]"
    assert "none" not in plain.values
    (first, _) = dataset.records(codec=RecordCodec())
    assert first["i"] == 3


def test_oerecords_with_unsupported_values(session: OrionSession, datarecord: Any) -> None:
    record = datarecord.OERecord()
    record.set_value(FakeField("x", "?"), object())
    dataset = Dataset.create(session, "x")
    with pytest.raises(ValidationError, match="unsupported type object"):
        dataset.write(record)
    dataset.write({"m": {"format": "smiles", "text": "CCCC"}})
    dataset.finalize()
    with pytest.raises(ValidationError, match="cannot parse the molecule"):
        list(dataset.records())


def test_without_datarecord_records_are_of_this_package() -> None:
    assert isinstance(default_codec(), RecordCodec)


def test_a_record_that_could_not_be_flushed_is_written_again_once(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(429), ScriptedResponse(200, {"id": 1, "count": 2}))
    dataset = Dataset(id=1, session=scripted.session())
    dataset.write({"n": 1})
    big = {"big": "x" * (5 << 20)}
    with pytest.raises(OrionError, match="429"):
        dataset.write(big)
    dataset.write(big)
    assert [line[:8] for line in scripted.requests[1].body.splitlines()] == [b'{"n": 1}', b'{"big": ']


def test_another_handle_can_finalize(session: OrionSession, plain: Plain) -> None:
    dataset = Dataset.create(session, "x")
    for value in range(1000):
        dataset.write({"n": value})
    other = session.get_resource(Dataset, dataset.id)
    assert other.dirty
    other.finalize()
    assert plain.get(f"{DATASETS}{dataset.id}/")["dirty"] is False


def test_a_constructed_dataset_has_the_documented_defaults(session: OrionSession) -> None:
    new = Dataset()
    published = {
        "path": None, "id": None, "name": "", "description": "", "dirty": False, "created": "", "owner": None, "project": None,
        "systemtags": [], "deleted": "", "session": None, "buffer": None, "written": 0, "buffer_count": 0,
    }  # fmt: skip
    assert {name: getattr(new, name) for name in published} == published
    new.systemtags.append("x")
    assert new.systemtags == []
    assert repr(Dataset(id=7, owner=None)) == "Dataset(id=7)"
    with pytest.raises(NotLoaded, match="'count' is not loaded"):
        _ = new.count
    handle = Dataset(id=Dataset.create(session, "x").id, session=session)
    assert (handle.name, handle.created) == ("", "")
    session.refresh_resource(handle)
    assert handle.name == "x"
    assert handle.created


@pytest.mark.parametrize("field", ["name", "description", "dirty", "created", "owner", "path", "systemtags", "deleted"])
def test_a_dataset_from_the_server_has_only_what_was_sent(scripted: Scripted, field: str) -> None:
    scripted.then(ScriptedResponse(200, {"id": 1}))
    handle = Dataset(id=1)
    scripted.session().refresh_resource(handle)
    for dataset in (handle, Dataset.from_msg({"id": 1}), scripted.session().get_resource(Dataset, 1)):
        with pytest.raises(NotLoaded, match=f"'{field}' is not loaded"):
            getattr(dataset, field)


def test_written_and_buffer(session: OrionSession) -> None:
    dataset = Dataset.create(session, "x")
    for value in range(1002):
        dataset.write({"n": value})
    assert (dataset.written, dataset.buffer_count, bytes(dataset.buffer or b"")) == (
        1002, 2, b'{"n": 1000}\n{"n": 1001}\n',
    )  # fmt: skip
    other = Dataset(id=dataset.id, session=session, buffer=dataset.buffer, written=dataset.written)
    assert (other.written, other.buffer_count) == (1002, 2)
    other.write({"n": 1002})
    other.finalize()
    assert (other.written, other.buffer, other.buffer_count, other.count) == (1003, None, 0, 1003)
    assert [record["n"] for record in other.records(offset=999)] == [999, 1000, 1001, 1002]
    assert "buffer" not in other.to_dict()


def test_a_record_that_was_rejected_is_not_counted(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(429), ScriptedResponse(200, {"id": 1, "count": 1}))
    dataset = Dataset(id=1, session=scripted.session(), buffer=b'{"n": 0}\n' * 999)
    with pytest.raises(OrionError, match="429"):
        dataset.write({"n": 1})
    assert (dataset.written, dataset.buffer_count) == (0, 999)
    dataset.write({"n": 1})
    assert (dataset.written, dataset.buffer_count) == (1, 0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"buffer": [b"{}"]}, "buffer must be bytes, as dataset.buffer is, not list"),
        ({"buffer": b"[1]"}, "buffer must have one JSON object per line: a line of the stream is not a JSON object"),
        ({"buffer": b"\xff{"}, "buffer must have one JSON object per line"),
        ({"written": -1}, "written must be a non-negative integer, not -1"),
        ({"written": True}, "written must be a non-negative integer, not True"),
    ],
)
def test_invalid_buffers_are_rejected(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Dataset(**fields)
