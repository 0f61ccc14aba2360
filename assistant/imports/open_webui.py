"""Open WebUI's feedback, as *Admin panel, Evaluations, Feedbacks, Export* writes it: thumbs on answers in a chat.

    [{"id": "…", "user_id": "u1", "type": "rating", "created_at": 1764000000,
      "data": {"rating": 1, "model_id": "llama", "sibling_model_ids": ["qwen"], "reason": "clear", "comment": "", ...},
      "meta": {"message_id": "m2", "chat_id": "c1", "arena": false, ...},
      "snapshot": {"chat": {"title": "…", "chat": {"history": {"messages": {"m1": {"role": "user", ...}, "m2": …}}}}}}]

The input is what was said up to the answer: the question, or the conversation where there was more. Where other models
answered the same, the rated answer won against theirs, or lost, as Open WebUI's own leaderboard counts it; not against
one that got the same thumb. Reason and comment are what the person said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.imports import Judgement, Records, importer
from assistant.imports._fields import flag, given, moment

LOOKS = ({"type", "data", "meta", "snapshot"}, {"user_id", "data", "snapshot"})
KNOWN = {"id", "user_id", "user", "version", "type", "data", "meta", "snapshot", "created_at", "updated_at"}
USED = {"rating", "model_id", "sibling_model_ids", "reason", "comment"}
Messages = dict[str, dict[str, Any]]


@importer
def open_webui(records: Records) -> Iterator[Judgement]:
    """Thumbs, reasons and comments of Open WebUI, as JSON."""
    for record in records:
        yield from _rated(record, records)


def _rated(record: dict[str, Any], records: Records) -> Iterator[Judgement]:
    data, meta = _object(record.get("data")), _object(record.get("meta"))
    up = flag(data.get("rating")) if str(data.get("rating")) in ("1", "-1", "1.0", "-1.0") else None
    if up is None:
        records.skip("its rating is neither 1 nor -1")
        return
    messages = _messages(record)
    answer = messages.get(str(meta.get("message_id")))
    if answer is None:
        records.skip("the chat in its snapshot lacks the rated answer")
        return
    asked = _asked(answer, messages)
    if asked is None or not given(answer.get("content")):
        records.skip("it has no input" if asked is None else "the rated answer is empty")
        return
    shared = {
        "line": records.line,
        "input": asked,
        "author": _author(record),
        "at": moment(record.get("created_at")),
        "words": _words(data),
        "kept": _kept(record, data, meta),
    }
    said = answer["content"]
    yield Judgement(op="is" if up else "is_not", value=said, output=said, thumb=up, **shared)
    for other in _others(answer, messages, data):
        yield Judgement(order=((said,), (other,)) if up else ((other,), (said,)), **shared)


def _messages(record: dict[str, Any]) -> Messages:
    """The messages of the snapshot, by id; versions of Open WebUI nest them more or less deeply."""
    chat = _object(_object(record.get("snapshot")).get("chat"))
    places = [_object(chat.get("chat")), chat, _object(record.get("snapshot"))]
    for place in places:
        found = _object(place.get("history")).get("messages") or place.get("messages")
        some = list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else []
        messages = {str(one["id"]): one for one in some if isinstance(one, dict) and "id" in one}
        if messages:
            return messages
    return {}


def _asked(answer: dict[str, Any], messages: Messages) -> Any:
    """The question that an answer is to, or the conversation before it; None where there is none."""
    before: list[dict[str, str]] = []
    seen: set[str] = set()
    at = answer.get("parentId")
    while at is not None and str(at) in messages and str(at) not in seen:
        seen.add(str(at))
        message = messages[str(at)]
        before.insert(0, {"role": str(message.get("role")), "content": str(message.get("content") or "")})
        at = message.get("parentId")
    if not any(one["role"] == "user" and given(one["content"]) for one in before):
        return None
    return before[0]["content"] if len(before) == 1 else before


def _others(answer: dict[str, Any], messages: Messages, data: dict[str, Any]) -> Iterator[str]:
    """What other models answered to the same message, and nobody rated alike."""
    siblings = data["sibling_model_ids"] if isinstance(data.get("sibling_model_ids"), list) else []
    for other in messages.values():
        beside = other.get("parentId") == answer.get("parentId") and other is not answer
        if not beside or other.get("role") != "assistant" or other.get("model") not in siblings:
            continue
        alike = str(_object(other.get("annotation")).get("rating")) == str(data.get("rating"))
        content = other.get("content")
        if not alike and isinstance(content, str) and given(content) and content != answer["content"]:
            yield content


def _words(data: dict[str, Any]) -> str:
    """The comment, after the reason that was picked from Open WebUI's list ("not_helpful")."""
    reason, comment = str(data.get("reason") or "").replace("_", " ").strip(), str(data.get("comment") or "").strip()
    return ": ".join(part for part in (reason, comment) if part)


def _author(record: dict[str, Any]) -> str | None:
    user = _object(record.get("user"))
    name = user.get("email") or user.get("name") or record.get("user_id")
    return str(name) if given(name) else None


def _kept(record: dict[str, Any], data: dict[str, Any], meta: dict[str, Any]) -> dict[str, Any]:
    """Fields without a place here; the model's name is told with them, the chat is the input."""
    kept = {name: value for name, value in record.items() if name not in KNOWN and given(value)}
    kept |= {f"data.{name}": value for name, value in data.items() if name not in USED and given(value)}
    kept |= {f"meta.{name}": value for name, value in meta.items() if name != "message_id" and given(value)}
    return kept | ({"data.model_id": data["model_id"]} if given(data.get("model_id")) else {})


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
