"""How values lie in the database, the same in SQLite and PostgreSQL, and lossless.

PostgreSQL takes no NUL in text, and neither database takes half a surrogate pair, but people paste both. So
text is stored with those characters written out after the symbol for escape, which itself is doubled that
way:

    "a\\x00b␛"  is stored as  "a␛0000b␛241b"  and read back as it was.

JSON is stored as such text, not as the databases' JSON types: those would lose NaN, the order of keys, or
NUL.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from assistant.errors import UserError

__all__ = ["Json", "Seq", "When", "Words", "canonical", "key", "seal"]

_TROUBLE = re.compile("[\x00\u241b\ud800-\udfff]")
_ESCAPED = re.compile("\u241b([0-9a-f]{4})")


def escape(text: str) -> str:
    return _TROUBLE.sub(lambda found: f"\u241b{ord(found[0]):04x}", text)


def unescape(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


class Words(TypeDecorator[str]):
    """Any Python string."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else escape(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else unescape(value)


class Json(TypeDecorator[Any]):
    """Any value that JSON can hold, and NaN and the infinities besides. Python's None is NULL."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else escape(canonical(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(unescape(value))


class When(TypeDecorator[datetime]):
    """A moment, in UTC; without a zone it is taken as UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite gives it back without the zone; PostgreSQL in the zone of the connection
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def Seq() -> sa.types.TypeEngine[int]:
    """A 64-bit counter. SQLite counts up by itself only in a column that is called INTEGER."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def canonical(value: Any) -> str:
    """`value` as JSON in which equal values look equal: sorted keys, no spaces.

    Raises:
        UserError: JSON can't hold it.
    """
    try:
        plain = value.model_dump() if isinstance(value, BaseModel) else value
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    except (TypeError, ValueError, OverflowError, RecursionError) as wrong:
        raise UserError(
            f"This can't be stored: {str(wrong)[:200]}",
            "what is stored is made of texts, numbers, true, false, null, lists and objects with text keys",
        ) from wrong


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, datetime):
        # in UTC: zones of long ago were off by seconds, which few readers of dates take
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")


def seal(*parts: Any) -> str:
    """The SHA-256 of the parts, in hexadecimal: what `verify` checks a row's content against."""
    return hashlib.sha256(canonical(parts).encode("utf-8", "surrogatepass")).hexdigest()


def key(text: str | None) -> str | None:
    """A short stand-in for a text of any length, for an index: PostgreSQL indexes no more than 2.7 kB."""
    if text is None:
        return None
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
