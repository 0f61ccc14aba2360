"""What all records of the house are: frozen, strict about their fields, and equal by value."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = ["Record"]


class Record(BaseModel):
    """Frozen, strict about its fields, and equal by value."""

    model_config = ConfigDict(frozen=True, extra="forbid")
