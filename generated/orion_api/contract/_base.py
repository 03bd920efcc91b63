"""Base of the contract's models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, model_validator


class ContractModel(BaseModel):
    """Rejects null for a field that may be absent but is not nullable, which Pydantic by itself takes for absent."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_null(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for name, field in cls.model_fields.items():
                extra = field.json_schema_extra
                nullable = isinstance(extra, dict) and extra.get("x-orion-nullable") is True
                wire_name = field.alias or name
                if wire_name in data and data[wire_name] is None and not nullable and not field.is_required():
                    raise ValueError(f"{wire_name} must not be null")
        return data
