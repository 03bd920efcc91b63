"""Protocol: an imaginary kind of resource."""

from __future__ import annotations

from typing import ClassVar

from orion_api.api.protocols import create_protocol, delete_protocol, get_protocol, list_protocols, update_protocol

from orionclient._resources.convert import identifier, integer, optional, string
from orionclient._resources.resource import Declaration, Field, Resource


class Protocol(Resource):
    """An example resource type."""

    declaration: ClassVar[Declaration] = Declaration(
        name="protocol",
        schema="ProtocolInfo",
        id_name="protocol_id",
        get=get_protocol,
        list=list_protocols,
        create=create_protocol,
        update=update_protocol,
        delete=delete_protocol,
        trash=True,
        taggable=True,
        sharable=True,
        in_folders=True,
    )

    id: Field[int] = Field(identifier, "Id of the protocol.")
    name: Field[str] = Field(string, "Display name.")
    steps: Field[int] = Field(integer, "Number of steps.")
    created: Field[str] = Field(string, "Time of creation, ISO 8601 in UTC.")
    owner: Field[int] = Field(identifier, "Id of the user who created it.")
    project: Field[int] = Field(identifier, "Id of the project.")
    path: Field[str | None] = Field(optional(string), "Path of the folder; None if it is not in a folder.")
    deleted: Field[str] = Field(string, "Time it was moved to the trash; empty if it is not in the trash.")
