"""Who may do what in a task. A task without members is open: everybody may do everything, as one person alone does.

check(store, "mail", "vic", "say")
  -> UserError: 'vic' is a viewer of 'mail', and may not give feedback; that takes an annotator; ask an owner: ada.

The first person who is made an owner closes the task. Each role may what those below it may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import UserError
from assistant.store.rows import Part

if TYPE_CHECKING:
    from assistant.store import Store

__all__ = ["ACTS", "ROLES", "check", "may"]

ROLES: tuple[Part, ...] = ("viewer", "annotator", "reviewer", "owner")
"""Those who may less come first."""
ACTS: dict[str, tuple[Part, str]] = {
    "look": ("viewer", "look at it"),
    "say": ("annotator", "give feedback"),
    "learn": ("annotator", "have it trained"),
    "comment": ("annotator", "comment"),
    "settle": ("reviewer", "settle disagreements"),
    "retract": ("reviewer", "take back what others said"),
    "release": ("reviewer", "hold feedback or release it"),
    "review": ("reviewer", "see how right each person is"),
    "export": ("reviewer", "export feedback"),
    "use": ("owner", "make a version live"),
    "people": ("owner", "change who is in the team"),
    "assign": ("owner", "change how work is shared out"),
    "guideline": ("owner", "write guidelines"),
    "gold": ("owner", "choose questions whose answer is known"),
}
"""What can be done, by the role that it takes at least, and in words."""


def may(store: Store, task: str, person: str, act: str) -> bool:
    """Whether the person may do one of `ACTS` in the task."""
    members = store.members(task)
    role = members[person].role if person in members else None
    return not members or (role is not None and ROLES.index(role) >= ROLES.index(ACTS[act][0]))


def check(store: Store, task: str, person: str, act: str) -> None:
    """Raises:
    UserError: the person may not do that.
    """
    if may(store, task, person, act):
        return
    members = store.members(task)
    owners = ", ".join(name for name, one in members.items() if one.role == "owner")
    least, words = ACTS[act]
    if person not in members:
        raise UserError(f"{person!r} is not in the team of {task!r}", do=f"ask an owner: {owners}")
    wrong = f"{person!r} is {_a(members[person].role or '')} of {task!r}, and may not {words}"
    raise UserError(wrong, f"that takes {_a(least)}", f"ask an owner: {owners}")


def _a(role: str) -> str:
    """
    >>> _a("owner"), _a("viewer")
    ('an owner', 'a viewer')
    """
    return f"{'an' if role[:1] in 'ao' else 'a'} {role}"
