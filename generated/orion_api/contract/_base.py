"""Base class of the models of the contract."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator


class ContractModel(BaseModel):
    """Base model that rejects null for optional fields that are not nullable; Pydantic alone would accept it."""

    # A field of the contract may be called `model_...`.
    model_config: ClassVar[ConfigDict] = ConfigDict(protected_namespaces=())

    @model_validator(mode="before")
    @classmethod
    def _reject_null(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for name, field in cls.model_fields.items():
                extra = field.json_schema_extra
                nullable = isinstance(extra, dict) and extra.get("x-orion-nullable") is True
                wire_name = field.alias or name
                if wire_name in data and data[wire_name] is None and not nullable and not field.is_required():
                    raise ValueError(f"{wire_name} must not be null")
        return data
