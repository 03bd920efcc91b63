"""Model `PackageEnvironment`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from .json_object import JsonObject


@_attrs.define(kw_only=True)
class PackageEnvironment:
    """What a package asks for, and what its floes run with.

    Attributes:
        id: Id of the package.
        python_version: Version of Python in the manifest; empty before the upload.
        requirements: Requirements in the form of pip. Those of a file that the manifest names are known after the
            inspection.
        conda_dependencies: Dependencies from conda in the manifest.
        conda_channels: Channels of conda in the manifest.
        base_os: Operating system in the manifest; empty if it has none.
        build_requirements: Memory, GPU and instance tags for building the environment, from the manifest.
        used_python_version: Version of Python that the floes run with; null before the inspection.
        used_base_os: Operating system that the floes run on; null before the inspection.
        used_packages: Python packages that the floes can import, as `name==version`; empty before the inspection.
        missing_requirements: Requirements of which no version is installed.
        additional_properties: Fields that are not in the contract.
    """

    id: int
    python_version: str
    requirements: list[str]
    conda_dependencies: list[str]
    conda_channels: list[str]
    base_os: str
    build_requirements: JsonObject
    used_python_version: str | None | Unset = UNSET
    used_base_os: str | None | Unset = UNSET
    used_packages: list[str] | Unset = UNSET
    missing_requirements: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "id": self.id,
                "python_version": self.python_version,
                "requirements": self.requirements,
                "conda_dependencies": self.conda_dependencies,
                "conda_channels": self.conda_channels,
                "base_os": self.base_os,
                "build_requirements": self.build_requirements,
                "used_python_version": self.used_python_version,
                "used_base_os": self.used_base_os,
                "used_packages": self.used_packages,
                "missing_requirements": self.missing_requirements,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("PackageEnvironment", src_dict)
        return cls(
            id=read.read_required("id", _wire.parse_integer),
            python_version=read.read_required("python_version", _wire.parse_string),
            requirements=read.read_required("requirements", _wire.list_of(_wire.parse_string)),
            conda_dependencies=read.read_required("conda_dependencies", _wire.list_of(_wire.parse_string)),
            conda_channels=read.read_required("conda_channels", _wire.list_of(_wire.parse_string)),
            base_os=read.read_required("base_os", _wire.parse_string),
            build_requirements=read.read_required("build_requirements", _wire.parse_object),
            used_python_version=read.read_optional("used_python_version", _wire.nullable(_wire.parse_string)),
            used_base_os=read.read_optional("used_base_os", _wire.nullable(_wire.parse_string)),
            used_packages=read.read_optional("used_packages", _wire.list_of(_wire.parse_string)),
            missing_requirements=read.read_optional("missing_requirements", _wire.list_of(_wire.parse_string)),
            additional_properties=read.get_unknown_fields(),
        )
