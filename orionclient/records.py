"""Records of datasets, and the codecs that encode and decode records and molecules."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol, TypeVar

from orionclient._runtime.plain import to_plain
from orionclient.exceptions import ValidationError

__all__ = [
    "Codec", "OERecordCodec", "Record", "RecordCodec", "codec_for", "default_codec", "encode_molecule", "register_molecule_codec",
]  # fmt: skip


class Record(dict[str, Any]):
    """A record: an ordered mapping of field name to value.

    A molecule is ``{"format": "sdf" | "smiles", "text": ...}``, stored verbatim; SD tags and CSV columns are the other fields, as strings.

    Args:
        fields: The fields.
        dataset_id: Id of the dataset that the record was read from; None for a new record.
        record_id: Id of the record in its dataset; None for a new record.

    Attributes:
        dataset_id: Id of the dataset; None for a new record.
        record_id: Id of the record; None for a new record.

    Example:
        >>> from orionclient.records import Record
        >>> record = Record({"Title": "aspirin", "Molecule": {"format": "smiles", "text": "CC(=O)Oc1ccccc1C(=O)O"}})
        >>> record.molecule["text"]
        'CC(=O)Oc1ccccc1C(=O)O'
    """

    def __init__(
        self, fields: Mapping[str, Any] | None = None, *, dataset_id: int | None = None, record_id: int | None = None
    ) -> None:
        super().__init__(fields or {})
        self.dataset_id = dataset_id
        self.record_id = record_id

    @property
    def molecule(self) -> dict[str, str] | None:
        """The first molecule among the fields; None if there is none."""
        return next((value for value in self.values() if is_molecule(value)), None)


def is_molecule(value: object) -> bool:
    """Check whether the value of a field is a molecule.

    Args:
        value: The value.

    Returns:
        True for a mapping with a known `format` and a string as `text`.
    """
    return (
        isinstance(value, Mapping) and value.get("format") in {"sdf", "smiles"} and isinstance(value.get("text"), str)
    )


class Codec(Protocol):
    """Converts between records in Python and JSON objects on the wire."""

    def encode(self, record: Any) -> dict[str, Any]:
        """Convert a record to a JSON object."""
        ...

    def decode(self, fields: dict[str, Any], dataset_id: int, record_id: int) -> Any:
        """Convert a JSON object to a record."""


class RecordCodec:
    """Codec of this package: encodes any mapping, decodes to `Record`."""

    def encode(self, record: Any) -> dict[str, Any]:
        """Convert a record to a JSON object.

        Args:
            record: A mapping of field names to JSON-serializable values.

        Returns:
            The object.

        Raises:
            ValidationError: The record is not a mapping with strings as keys.
        """
        if not isinstance(record, Mapping) or not all(isinstance(name, str) and name for name in record):
            raise ValidationError(f"a record must be a mapping of field names to values, not {type(record).__name__}")
        return dict(record)

    def decode(self, fields: dict[str, Any], dataset_id: int, record_id: int) -> Record:
        """Convert a JSON object to a record.

        Args:
            fields: The object.
            dataset_id: Id of its dataset.
            record_id: Its id in the dataset.

        Returns:
            The record.
        """
        return Record(fields, dataset_id=dataset_id, record_id=record_id)


_FORMATS: Final = {"sdf": "SDF", "smiles": "SMI"}


class OERecordCodec:
    """Codec for OERecords of the licensed package `datarecord`, for scripts written against the original.

    Unverified: it was tested with a stand-in for that package only, since the package itself is not public. Values of the types String,
    Int, Float and Bool are supported; molecules also need the OpenEye toolkit.

    Args:
        datarecord: The module.
    """

    def __init__(self, datarecord: Any) -> None:
        self._module = datarecord

    def encode(self, record: Any) -> dict[str, Any]:
        """Convert an OERecord to a JSON object.

        Args:
            record: The OERecord.

        Returns:
            The object.

        Raises:
            ValidationError: A field has a type that is not supported.
        """
        fields: dict[str, Any] = {}
        for field in record.get_fields():
            name, value = field.get_name(), to_plain(record.get_value(field))
            if isinstance(value, str | int | float | bool) or value is None:
                fields[name] = value
            elif _is_oe_molecule(value):
                fields[name] = {"format": "sdf", "text": self._write_molecule(value)}
            else:
                raise ValidationError(f"cannot encode the field {name!r:.60}: unsupported type {type(value).__name__}")
        return fields

    def decode(self, fields: dict[str, Any], dataset_id: int, record_id: int) -> Any:  # noqa: ARG002 - the interface of a codec
        """Convert a JSON object to an OERecord.

        Args:
            fields: The object.
            dataset_id: Id of its dataset.
            record_id: Its id in the dataset.

        Returns:
            The OERecord.
        """
        record = self._module.OERecord()
        types = self._module.Types
        for name, value in fields.items():
            if is_molecule(value):
                record.set_value(self._module.OEField(name, types.Chem.Mol), self._read_molecule(value))
            elif value is not None:
                kind = {bool: types.Bool, int: types.Int, float: types.Float}.get(type(value), types.String)
                converted = value if isinstance(value, str | int | float) else json.dumps(value)
                record.set_value(self._module.OEField(name, kind), converted)
        return record

    def _read_molecule(self, value: Mapping[str, str]) -> Any:
        chem = importlib.import_module("openeye.oechem")
        molecule = chem.OEMol()
        stream = chem.oemolistream()
        stream.SetFormat(getattr(chem, f"OEFormat_{_FORMATS[value['format']]}"))
        stream.openstring(value["text"])
        if not chem.OEReadMolecule(stream, molecule):
            raise ValidationError("the OpenEye toolkit cannot parse the molecule of the record")
        return molecule

    def _write_molecule(self, molecule: Any) -> str:
        chem = importlib.import_module("openeye.oechem")
        stream = chem.oemolostream()
        stream.SetFormat(chem.OEFormat_SDF)
        stream.openstring()
        chem.OEWriteMolecule(stream, molecule)
        block: str = stream.GetString().decode()
        return block[: block.index("M  END") + 6] if "M  END" in block else block


def _import_datarecord() -> Any:
    try:
        return importlib.import_module("datarecord")
    except ImportError:
        return None


def default_codec() -> Codec:
    """Choose the codec for reading.

    Returns:
        `OERecordCodec` if the package `datarecord` can be imported, else `RecordCodec`.
    """
    module = _import_datarecord()
    return RecordCodec() if module is None else OERecordCodec(module)


def codec_for(record: object) -> Codec:
    """Choose the codec for writing one record.

    Args:
        record: The record.

    Returns:
        `OERecordCodec` for objects with the interface of an OERecord, else `RecordCodec`.
    """
    if not isinstance(record, Mapping) and hasattr(record, "get_fields"):
        return OERecordCodec(_import_datarecord())
    return RecordCodec()


M = TypeVar("M")
_MOLECULE_CODECS: Final[dict[type, Callable[[Any], str]]] = {}


def register_molecule_codec(kind: type[M], encode: Callable[[M], str]) -> None:
    """Register how molecules of a toolkit are converted to SMILES for molecule searches. Those of RDKit and OEChem need none.

    Args:
        kind: Class of the molecules; subclasses are included.
        encode: Converts a molecule to SMILES.

    Example:
        >>> from orionclient.records import encode_molecule, register_molecule_codec
        >>> class Molecule:
        ...     smiles = "CCO"
        >>> register_molecule_codec(Molecule, lambda molecule: molecule.smiles)
        >>> encode_molecule("smiles", Molecule())
        'CCO'
    """
    _MOLECULE_CODECS[kind] = encode


def encode_molecule(what: str, value: Any, *, as_query: bool = False) -> Any:
    """Convert a molecule of a toolkit to SMILES, which has no coordinates.

    Args:
        what: Name of the value, for the message.
        value: A molecule of a class that is registered, of RDKit, or of OEChem. OEChem was not tested, since it is licensed.
        as_query: Whether the molecule is a substructure. RDKit writes it as SMARTS then, so that the query finds what
            ``HasSubstructMatch`` finds. Defaults to False.

    Returns:
        The SMILES or SMARTS; every other value unchanged.

    Raises:
        ValidationError: The molecule cannot be converted; the message has the reason.
    """
    encode = next((_MOLECULE_CODECS[each] for each in type(value).__mro__ if each in _MOLECULE_CODECS), None)
    if encode is None and _is_rdkit_molecule(value):
        encode = _encode_rdkit_query if as_query else _encode_rdkit_molecule
    if encode is None and _is_oe_molecule(value):
        encode = _encode_oe_molecule
    if encode is None:
        return value
    try:
        smiles: object = encode(value)
    except Exception as error:
        raise ValidationError(f"{what}: cannot convert the {type(value).__name__} to SMILES: {error}") from error
    if not isinstance(smiles, str) or not smiles:
        raise ValidationError(f"{what}: the codec of {type(value).__name__} returned {smiles!r:.60}, not a SMILES")
    return smiles


def _is_rdkit_molecule(value: object) -> bool:
    return any((each.__module__, each.__name__) == ("rdkit.Chem.rdchem", "Mol") for each in type(value).__mro__)


def _encode_rdkit_molecule(molecule: Any) -> Any:
    return importlib.import_module("rdkit.Chem").MolToSmiles(molecule)


def _encode_rdkit_query(molecule: Any) -> Any:
    return importlib.import_module("rdkit.Chem").MolToSmarts(molecule)


def _is_oe_molecule(value: object) -> bool:
    return hasattr(value, "CreateCopy") or type(value).__name__.startswith("OE")


def _encode_oe_molecule(molecule: Any) -> Any:
    try:
        chem = importlib.import_module("openeye.oechem")
    except ImportError:
        raise ValidationError(
            "it needs the OpenEye toolkit; or register orionclient.records.register_molecule_codec(type, function)"
        ) from None
    return chem.OEMolToSmiles(molecule)


def json_lines(chunks: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """Parse a stream of JSON objects, one per line.

    Args:
        chunks: Chunks of the stream, split at any byte.

    Yields:
        The objects.

    Raises:
        ValueError: A line is not a JSON object.
    """
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                yield _parse_object(line)
    if rest.strip():
        yield _parse_object(rest)


def _parse_object(line: bytes) -> dict[str, Any]:
    value = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("a line of the stream is not a JSON object")  # noqa: TRY004 - invalid data of the server
    return value
