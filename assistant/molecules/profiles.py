"""Named profiles: sets of limits that chemists know by one name, each with its source.

    profile("lead-like").limits()   ->  molecular weight 250 to 350, logP at most 3.5, rotatable bonds at most 7
    profile("needs to be brain penetrant")  ->  UserError: There is no profile ...; profile("brain penetrant") is CNS

The sources counted with their own programs (ClogP, ALogP, XlogP); here it is RDKit's, Crippen's logP among them. "Less
than 3" of a count is written as "at most 2". Lipinski allows one violation; as hard limits all hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.errors import UserError
from assistant.molecules.components._table import PROPERTIES
from assistant.molecules.desirability import window
from assistant.molecules.objective import Limit, Part

__all__ = ["PROFILES", "Profile", "profile"]


@dataclass(frozen=True)
class Profile:
    """`ranges`: (property, least, greatest); None leaves a side open."""

    name: str
    synonyms: tuple[str, ...]
    ranges: tuple[tuple[str, float | None, float | None], ...]
    source: str

    def limits(self) -> tuple[Limit, ...]:
        """As hard limits."""
        return tuple(
            Limit("properties", {"name": name}, low, high, source=self.source) for name, low, high in self.ranges
        )

    def parts(self, weight: float = 1.0) -> tuple[Part, ...]:
        """As soft windows, which fall to a tenth a tenth of the usual span beyond their ends."""
        return tuple(self._part(name, low, high, weight) for name, low, high in self.ranges)

    def _part(self, name: str, low: float | None, high: float | None, weight: float) -> Part:
        found = PROPERTIES[name]
        margin = 0.5 if found.whole else 0.0  # the last allowed count is still good, not half good
        soft = max((found.high - found.low) / 10, margin)
        ends = None if low is None else low - margin, None if high is None else high + margin
        return Part("properties", {"name": name}, window(*ends, soft=soft), weight)


_ALL = (
    Profile(
        "Ro5",
        ("rule of five", "rule of 5", "lipinski", "lipinski's rule of five", "ro 5", "oral"),
        (("mw", None, 500), ("logp", None, 5), ("nhoh", None, 5), ("no", None, 10)),
        "Lipinski et al. 1997, Adv. Drug Deliv. Rev. 23:3",
    ),
    Profile(
        "Ro3",
        ("rule of three", "rule of 3", "fragment", "fragment-like", "fragments", "ro 3"),
        (("mw", None, 300), ("logp", None, 3), ("hbd", None, 3), ("hba", None, 3), ("rotatable_bonds", None, 3),
         ("tpsa", None, 60)),
        "Congreve et al. 2003, Drug Discov. Today 8:876",
    ),
    Profile(
        "lead-like",
        ("lead", "leads", "lead likeness", "leadlike"),
        (("mw", 250, 350), ("logp", None, 3.5), ("rotatable_bonds", None, 7)),
        "Teague et al. 1999, Angew. Chem. Int. Ed. 38:3743; limits of ZINC, Irwin et al. 2012, J. Chem. Inf. Model. "
        "52:1757",
    ),
    Profile(
        "drug-like",
        ("druglike", "drug likeness limits", "zinc drug-like"),
        (("mw", 150, 500), ("logp", None, 5), ("rotatable_bonds", None, 7), ("tpsa", None, 150), ("hbd", None, 5),
         ("hba", None, 10)),
        "limits of ZINC, Irwin & Shoichet 2005, J. Chem. Inf. Model. 45:177",
    ),
    Profile(
        "CNS",
        ("brain", "brain penetrant", "brain-penetrant", "brain penetration", "bbb", "blood-brain barrier",
         "central nervous system", "cns penetrant"),
        (("mw", None, 450), ("logp", None, 5), ("hbd", None, 2), ("hba", None, 6), ("rotatable_bonds", None, 7),
         ("tpsa", None, 90)),
        "Pajouhesh & Lenz 2005, NeuroRx 2:541; polar surface: van de Waterbeemd et al. 1998, J. Drug Target. 6:151",
    ),
    Profile(
        "Veber",
        ("oral bioavailability", "orally bioavailable", "veber's rules"),
        (("rotatable_bonds", None, 10), ("tpsa", None, 140)),
        "Veber et al. 2002, J. Med. Chem. 45:2615",
    ),
    Profile(
        "Egan",
        ("absorption", "egan egg", "well absorbed"),
        (("logp", None, 5.88), ("tpsa", None, 131.6)),
        "Egan et al. 2000, J. Med. Chem. 43:3867",
    ),
    Profile(
        "Ghose",
        ("ghose filter",),
        (("mw", 160, 480), ("logp", -0.4, 5.6), ("molar_refractivity", 40, 130), ("atoms", 20, 70)),
        "Ghose et al. 1999, J. Comb. Chem. 1:55",
    ),
    Profile(
        "Muegge",
        ("bayer filter", "muegge filter"),
        (("mw", 200, 600), ("logp", -2, 5), ("tpsa", None, 150), ("rings", None, 7), ("carbons", 5, None),
         ("heteroatoms", 2, None), ("rotatable_bonds", None, 15), ("hbd", None, 5), ("hba", None, 10)),
        "Muegge et al. 2001, J. Med. Chem. 44:1841",
    ),
    Profile(
        "4/400",
        ("gsk 4/400", "4 400 rule", "gleeson"),
        (("mw", None, 400), ("logp", None, 4)),
        "Gleeson 2008, J. Med. Chem. 51:817",
    ),
    Profile(
        "3/75",
        ("pfizer 3/75", "3 75 rule", "low toxicity"),
        (("logp", None, 3), ("tpsa", 75, None)),
        "Hughes et al. 2008, Bioorg. Med. Chem. Lett. 18:4872",
    ),
    Profile(
        "beyond Ro5",
        ("bro5", "beyond rule of five", "beyond rule of 5"),
        (("mw", 500, 1000), ("logp", -2, 10), ("hbd", None, 6), ("hba", None, 15), ("tpsa", None, 250),
         ("rotatable_bonds", None, 20)),
        "Doak et al. 2014, Chem. Biol. 21:1115",
    ),
)  # fmt: skip

PROFILES: dict[str, Profile] = {each.name: each for each in _ALL}


def profile(text: str) -> Profile:
    """The profile of this name or synonym, whatever its case and punctuation.

    Raises:
        UserError: there is none; with the nearest names.
    """
    words = {_plain(word): each for each in _ALL for word in (each.name, *each.synonyms)}
    if found := words.get(_plain(text)):
        return found
    from rapidfuzz import process

    near = dict.fromkeys(words[word].name for word, _, _ in process.extract(_plain(text), list(words), limit=3))
    meant = f"did you mean {', '.join(map(repr, near))}"
    raise UserError(f"There is no profile {text!r}", meant, f"there is: {', '.join(PROFILES)}")


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text.casefold())
