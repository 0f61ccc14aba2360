"""Forget what somebody said, or what was said about something: an order that names it, so nothing is to be guessed.

    forget everything from Ann              ->  retract ("by:Ann",)
    forget what I said about refunds        ->  retract ("by:me", "about:refunds")
    please forget all about prices          ->  retract ("about:prices",)
    forget it · forget what I just said     ->  None: the latest is meant, which a parser reads

The targets of such an act are no outputs on screen. It always waits for a yes.
"""

from __future__ import annotations

import re

from assistant.types import Act, Critique, Reading

__all__ = ["Wish", "read_forgetting", "wish_of"]

NAME = r"(?P<by>(?!(?:i|you|we|it|that|this|they)\b)[\w.@+-]+(?: (?!said|told|taught|wrote|ever|has)[\w.@+-]+)?)"
ABOUT = r"(?: (?:about|on|regarding) (?P<about>.+))"
OPENS = r"(?:please |now )?(?:forget|unlearn)(?: please)? "
ALL = r"(?:everything|all|anything|whatever)(?: that)?"
SAID = r"(?:(?:'ve| have| has)? ?(?:ever )?(?:said|told you|taught you|taught|wrote))"
FORMS = tuple(
    re.compile(OPENS + form + r"(?: please)?[.! ]*", re.IGNORECASE)
    for form in (
        rf"(?:{ALL}|(?:all )?(?:the )?feedback) (?:from|by|of) {NAME}{ABOUT}?",
        rf"(?:{ALL}|what) {NAME} ?{SAID}{ABOUT}?",
        rf"{ALL} (?P<me>i) ?{SAID}{ABOUT}?",
        rf"what (?P<me>i) ?{SAID}{ABOUT}",
        rf"{ALL}(?: was said)?{ABOUT}",
    )
)
NOTHING = {"it", "that", "this", "them", "these", "those", "him", "her"}
ME = "me"


class Wish(dict[str, str]):
    """`by`: whose feedback, "me" for the speaker's; `about`: what it is about; one of them, or both."""


def read_forgetting(critique: Critique) -> Reading | None:
    """The reading of an order to forget; None where the words are none."""
    if critique.gesture is not None:
        return None
    words = " ".join(critique.text.split())
    found = next((match for form in FORMS if (match := form.fullmatch(words))), None)
    if found is None:
        return None
    given = found.groupdict()
    by, about = ME if given.get("me") else given.get("by"), (given.get("about") or "").strip(" .!\"'“”")
    if about.lower() in NOTHING or not (by or about):
        return None
    targets = (*([f"by:{by}"] if by else []), *([f"about:{about}"] if about else []))
    return Reading(acts=(Act(kind="retract", targets=targets),), confidence=1.0)


def wish_of(act: Act) -> Wish | None:
    """What an act asks to forget; None where it takes back the latest."""
    parts = [target.partition(":") for target in act.targets]
    wish = Wish({kind: rest for kind, _, rest in parts if kind in ("by", "about") and rest})
    return wish if act.kind == "retract" and wish else None
