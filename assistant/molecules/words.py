"""What chemists say of molecules, as the task's vocabulary; and constraints as parsers give them, in the task's terms.

vocabulary().properties[1]                               ->  Property("logp", synonyms=("greasy", ...), ...)
normal(ConstraintAct(property="substructure", operator="not_contains", value="nitro groups", ...))
    ->  the same with value="nitro"
normal(... property="alerts", value="pains filter")      ->  value="PAINS"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from assistant.errors import UserError
from assistant.molecules.components._table import PROPERTIES, find
from assistant.molecules.components.alerts import CATALOGUES
from assistant.molecules.groups import resolve
from assistant.molecules.profiles import profile
from assistant.types import Act, ConstraintAct, Property, Vocabulary

__all__ = ["meant", "normal", "vocabulary"]

SAID = {
    "mw": ("weight", "heavy", "big", "large", "light", "size", "molecular weight"),
    "logp": ("greasy", "lipophilic", "lipophilicity", "greasiness", "hydrophobic", "clogp"),
    "tpsa": ("polar", "polarity", "polar surface area", "psa"),
    "hbd": ("donors", "hydrogen-bond donors", "NH and OH"),
    "hba": ("acceptors", "hydrogen-bond acceptors"),
    "rotatable_bonds": ("floppy", "flexible", "rotors", "rotatable bonds", "rigid"),
    "rings": ("ring count", "number of rings", "cycles"),
    "aromatic_rings": ("aromatic rings", "aryl rings", "aromaticity"),
    "fsp3": ("flat", "three-dimensional", "saturated", "sp3", "3D"),
    "stereocentres": ("stereocenters", "chiral centres", "stereo", "chirality"),
    "qed": ("drug-likeness", "drug-like", "druglikeness"),
    "sa": ("synthesis", "synthetic accessibility", "hard to make", "complexity of synthesis", "easy to make"),
    "solubility": ("soluble", "brick dust", "dissolve", "logS", "solubility in water"),
    "charge": ("formal charge", "charged", "net charge"),
    "halogens": ("halogen atoms", "number of halogens"),
    "heavy_atoms": ("heavy atom count", "number of heavy atoms", "atoms"),
}
"""The words for a property that are worth telling a parser; `find` knows many more."""
OTHERS = (
    Property(
        name="substructure", synonyms=("group", "contains", "motif", "functional group"), values="part", title="it"
    ),
    Property(name="alerts", synonyms=("structural alerts", "PAINS", "BRENK", "filter"), values="text", title="it"),
    Property(
        name="profile", synonyms=("brain penetrant", "CNS", "lead-like", "rule of five", "fragment"), values="text"
    ),
    Property(name="similarity", synonyms=("similar", "like", "resembles"), values="text"),
    Property(name="scaffold", synonyms=("core", "framework", "skeleton"), values="text"),
)
NEUTRAL = {"neutral": 0, "uncharged": 0, "none": 0}
NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
COMPARED = ("eq", "ne", "lt", "le", "gt", "ge")
DIRECTIONS = ("increase", "decrease")
LONGEST = 4
"""Words in the name of a group or a profile."""


def vocabulary() -> Vocabulary:
    """What may be said about molecules."""
    counted = tuple(
        Property(
            name=name, synonyms=words, unit=PROPERTIES[name].unit or None, values="number", title=PROPERTIES[name].title
        )
        for name, words in SAID.items()
    )
    return Vocabulary(properties=(*counted, *OTHERS), objects=("group", "ring", "atom", "linker", "chain"))


def meant(act: Act, text: str) -> Act:
    """The act in the goal's terms; `text` is the whole message. Raises UserError as `normal` does.

    What is better in one respect is so in a property; "I like 2's scaffold" is a wish about scaffolds.
    """
    if act.constraint is not None:
        return act.model_copy(update={"constraint": normal(act.constraint, text)})
    if act.preference is None:
        return act
    best = act.preference.order[0][0]
    aspect = _respect(act.preference.aspect or "", text, best)
    if aspect == "scaffold":
        keep = ConstraintAct(
            property="scaffold", operator="unchanged", value=None, strength="prefer", scope="task", when=None
        )
        return act.model_copy(update={"kind": "constraint", "targets": (best,), "preference": None, "constraint": keep})
    return act.model_copy(update={"preference": act.preference.model_copy(update={"aspect": aspect})})


def _respect(aspect: str, text: str, best: str) -> str | None:
    """The property in whose respect an output is the better one; None: altogether.

    It is named in `aspect`, or by the first word of the text for a property behind the output's number.
    """
    possible = [one for one in vocabulary().properties if one.name in PROPERTIES or one.name == "scaffold"]
    words = {word.casefold(): one.name for one in possible for word in (one.name, *one.synonyms)}
    known = re.compile(r"\b(" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + r")\b", re.IGNORECASE)
    place = re.search(rf"(?<!\d){best.strip('#')}(?!\d)", text)
    found = known.search(aspect) or known.search(text, place.end() if place else 0)
    return words[found[1].casefold()] if found else None


def normal(rule: ConstraintAct, text: str = "") -> ConstraintAct:
    """The constraint in the goal's terms.

    Args:
        text: what was said; where no value was understood, a group, catalogue or profile that it names is meant.

    Raises:
        UserError: it names no property, group, catalogue or profile; with the nearest ones.
    """
    special = {one.name: one.name for one in OTHERS}
    name = special.get(rule.property) or find(rule.property).name
    if name in KNOWN:
        return _named(rule if _values(rule.value) else rule.model_copy(update={"value": _found(text, name)}), name)
    if name in ("similarity", "scaffold"):
        return _about(rule, name)
    if rule.operator in DIRECTIONS or rule.operator == "unchanged":
        return rule.model_copy(update={"property": name, "value": None})
    neutral = NEUTRAL.get(str(rule.value).casefold()) if name == "charge" else None
    value = _number(rule.value) if neutral is None else neutral
    other = next((kind for kind in KNOWN if value is None and _is_known(str(rule.value or ""), kind)), None)
    if other:  # a group, a catalogue or a profile is never the value of something that is counted
        return _named(rule.model_copy(update={"property": other}), other)
    if value is None or rule.operator not in COMPARED:
        title = PROPERTIES[name].title
        raise UserError(
            f"I can't tell what the {title} should be", do="say a number, or that it is too high or too low"
        )
    return rule.model_copy(update={"property": name, "value": value})


def _named(rule: ConstraintAct, name: str) -> ConstraintAct:
    """A rule about groups, alerts or a profile, whichever its value is a name of."""
    values = [str(value) for value in _values(rule.value)]
    if not values:
        raise UserError(f"I can't tell which {name} is meant", do="name it, or mark atoms and say “this must stay”")
    operator = rule.operator
    if operator not in ("contains", "not_contains"):
        operator = "not_contains" if operator in ("ne", "decrease", "lt", "le", "ignore") else "contains"
    catalogues = [_catalogue(value) for value in values]
    if all(catalogues):
        wanted = operator if name == "substructure" else "not_contains"
        return rule.model_copy(update={"property": "alerts", "operator": wanted, "value": _one(catalogues)})
    if name == "alerts":
        raise UserError(f"There is no catalogue of alerts {values[0]!r}", f"there is: {', '.join(CATALOGUES)}")
    if name == "profile":
        return rule.model_copy(update={"property": name, "operator": "eq", "value": profile(values[0]).name})
    return rule.model_copy(
        update={"property": name, "operator": operator, "value": _one([resolve(value).name for value in values])}
    )


def _found(text: str, name: str) -> str | None:
    """The longest run of words that names one of the kind; None where there is none."""
    words = re.findall(r"[\w/-]+(?:'s)?", text)
    runs = (words[at : at + long] for long in range(LONGEST, 0, -1) for at in range(len(words) - long + 1))
    return next((" ".join(run) for run in runs if _is_known(" ".join(run), name)), None)


def _is_known(text: str, name: str) -> bool:
    try:
        return bool(KNOWN[name](text))
    except UserError:
        return False


def _about(rule: ConstraintAct, name: str) -> ConstraintAct:
    less = rule.operator in ("decrease", "ne", "not_contains", "lt", "le")
    if name == "scaffold" and less:  # away from a core is unlike it
        return rule.model_copy(update={"property": "similarity", "operator": "decrease", "strength": "prefer"})
    operator = "unchanged" if name == "scaffold" else "decrease" if less else "increase"
    return rule.model_copy(update={"property": name, "operator": operator})


def _catalogue(text: str) -> str | None:
    words = set(re.findall(r"[a-z]+", text.casefold()))
    return next((name for name in CATALOGUES if name.casefold() in words), None)


KNOWN: dict[str, Callable[[str], object]] = {
    "substructure": lambda text: resolve(text).has,
    "alerts": _catalogue,
    "profile": profile,
}
"""What can be named; each tells a name from other words."""


def _values(value: Any) -> list[Any]:
    return [one for one in (value if isinstance(value, list | tuple) else [value]) if one not in (None, "")]


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else tuple(values)


def _number(value: Any) -> float | int | None:
    """The number in a value such as 400, "400 Da" or "0,5"."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return value
    found = NUMBER.search(str(value))
    if not found:
        return None
    number = float(found[0].replace(",", "."))
    return int(number) if number.is_integer() else number
