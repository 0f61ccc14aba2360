"""The properties that RDKit counts: name, title, unit, what a drug-like molecule has, and other words for it.

    PROPERTIES["tpsa"].of(molecules)   ->  (N,) in Å²
    find("clogp").name                 ->  "logp"
    find("solubillity")                ->  UserError: There is no property 'solubillity'; did you mean 'solubility' ...

`low` and `high` are the 1st and 99th percentile of 20,000 neutralised ZINC molecules (one apart where those are
equal): the span over which to draw a curve or to start a belief. `bounds` is what no molecule can leave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.errors import UserError
from assistant.molecules.chem import Mol, Molecules
from assistant.molecules.components import Array, Values
from assistant.molecules.components import _druglike as druglike

__all__ = ["PROPERTIES", "Property", "find"]

INF = float("inf")
COUNT = (0.0, INF)
SHARE = (0.0, 1.0)


@dataclass(frozen=True)
class Property:
    """`of`: (molecules) -> (N,) in `unit`; `low` to `high`: its usual span; `whole`: it counts something."""

    name: str
    title: str
    unit: str
    low: float
    high: float
    bounds: tuple[float, float]
    of: Values
    synonyms: tuple[str, ...] = ()
    whole: bool = False


def _rdkit(module: str, name: str) -> Values:
    """One value of RDKit's for each molecule, computed once for the molecules scored together."""

    def function() -> Callable[[Mol], float]:
        import importlib

        return getattr(importlib.import_module(f"rdkit.Chem.{module}"), name)  # type: ignore[no-any-return]

    return lambda molecules: molecules.shared((module, name), lambda found: found.each(function()))


def _counts(name: str) -> Values:
    return _rdkit("rdMolDescriptors", name)


def _atoms(*numbers: int) -> Values:
    def count(mol: Mol) -> int:
        return sum(atom.GetAtomicNum() in numbers for atom in mol.GetAtoms())

    return lambda molecules: molecules.shared(("atoms", numbers), lambda found: found.each(count))


def _heavy_atoms(molecules: Molecules) -> Array:
    return molecules.each(lambda mol: mol.GetNumHeavyAtoms())


def _all_atoms(molecules: Molecules) -> Array:
    return molecules.each(lambda mol: mol.GetNumAtoms(onlyExplicit=False))


def _charge(molecules: Molecules) -> Array:
    from rdkit.Chem import GetFormalCharge

    return molecules.each(GetFormalCharge)


def _largest_ring(molecules: Molecules) -> Array:
    return molecules.each(lambda mol: max(map(len, mol.GetRingInfo().AtomRings()), default=0))


def _hybrid(name: str) -> Values:
    def count(mol: Mol) -> int:
        return sum(atom.GetHybridization().name == name for atom in mol.GetAtoms())

    return lambda molecules: molecules.each(count)


def _length(molecules: Molecules) -> Array:
    from rdkit.Chem import GetDistanceMatrix

    return molecules.each(lambda mol: float(np.max(GetDistanceMatrix(mol))))


def _p(
    name: str, title: str, unit: str, span: tuple[float, float], of: Values, words: str = "", **more: Any
) -> Property:
    synonyms = tuple(word for word in words.split("|") if word)
    return Property(name, title, unit, *span, of=of, synonyms=synonyms, **({"bounds": COUNT} | more))


def _n(name: str, title: str, span: tuple[float, float], of: Values, words: str = "") -> Property:
    return _p(name, title, "", span, of, words, whole=True)


_ALL = (
    _p("mw", "molecular weight", "g/mol", (187, 483), _rdkit("Descriptors", "MolWt"),
       "molecular weight|molecular mass|molweight|mol weight|mass|weight|size|molwt"),
    _p("exact_mass", "monoisotopic mass", "g/mol", (186, 482), _counts("CalcExactMolWt"),
       "monoisotopic mass|exact mass|exact molecular weight|monoisotopic weight"),
    _p("logp", "logP", "", (-0.15, 5.2), _rdkit("Crippen", "MolLogP"),
       "clogp|slogp|alogp|crippen logp|lipophilicity|greasiness|hydrophobicity|log p", bounds=(-INF, INF)),
    _p("molar_refractivity", "molar refractivity", "cm³/mol", (50, 130), _rdkit("Crippen", "MolMR"),
       "molar refractivity|refractivity|crippen mr"),
    _p("tpsa", "polar surface area", "Å²", (15, 122), _counts("CalcTPSA"),
       "psa|polar surface|polar surface area|topological polar surface area|polarity"),
    _n("hbd", "hydrogen-bond donors", (0, 3), _counts("CalcNumHBD"),
       "donors|h-bond donors|hydrogen bond donors|hydrogen-bond donors|hb donors|number of donors"),
    _n("hba", "hydrogen-bond acceptors", (1, 8), _counts("CalcNumHBA"),
       "acceptors|h-bond acceptors|hydrogen bond acceptors|hydrogen-bond acceptors|hb acceptors|number of acceptors"),
    _n("nhoh", "NH and OH groups (Lipinski's donors)", (0, 4), _counts("CalcNumLipinskiHBD"),
       "lipinski donors|nh and oh|number of nh and oh"),
    _n("no", "nitrogens and oxygens (Lipinski's acceptors)", (1, 9), _counts("CalcNumLipinskiHBA"),
       "lipinski acceptors|nitrogens and oxygens|number of n and o"),
    _n("rotatable_bonds", "rotatable bonds", (1, 7), _counts("CalcNumRotatableBonds"),
       "rotatable bonds|rotb|rotors|flexibility|floppiness|number of rotatable bonds|rbc"),
    _n("rings", "rings", (1, 5), _counts("CalcNumRings"), "ring count|number of rings|cycles"),
    _n("aromatic_rings", "aromatic rings", (0, 4), _counts("CalcNumAromaticRings"),
       "aromatic rings|aromatic ring count|number of aromatic rings|flatness"),
    _n("aliphatic_rings", "aliphatic rings", (0, 3), _counts("CalcNumAliphaticRings"),
       "aliphatic rings|number of aliphatic rings|non-aromatic rings"),
    _n("saturated_rings", "saturated rings", (0, 3), _counts("CalcNumSaturatedRings"),
       "saturated rings|number of saturated rings"),
    _n("heterocycles", "heterocycles", (0, 4), _counts("CalcNumHeterocycles"), "heterocyclic rings|hetero rings"),
    _n("carbocycles", "carbocycles", (0, 3), druglike.carbocycles, "carbocyclic rings|all-carbon rings"),
    _n("largest_ring", "size of the largest ring", (5, 7), _largest_ring,
       "largest ring|ring size|largest ring size|macrocycle size"),
    _n("spiro_atoms", "spiro atoms", (0, 1), _counts("CalcNumSpiroAtoms"), "spiro centres|spiro centers|spiro"),
    _n("bridgehead_atoms", "bridgehead atoms", (0, 2), _counts("CalcNumBridgeheadAtoms"), "bridgeheads|bridged atoms"),
    _p("fsp3", "share of sp3 carbons (Fsp3)", "", (0.0, 1.0), _counts("CalcFractionCSP3"),
       "fraction sp3|sp3 fraction|csp3|fraction of sp3 carbons|saturation|three-dimensionality", bounds=SHARE),
    _p("aromatic_share", "share of aromatic heavy atoms", "", (0.0, 0.81), druglike.aromatic_share,
       "aromatic proportion|aromatic fraction|aromaticity", bounds=SHARE),
    _n("stereocentres", "stereocentres", (0, 4), _counts("CalcNumAtomStereoCenters"),
       "stereocenters|stereo centres|stereo centers|chiral centres|chiral centers|chirality"),
    _n("unassigned_stereocentres", "stereocentres without a stated configuration", (0, 1),
       _counts("CalcNumUnspecifiedAtomStereoCenters"), "undefined stereocentres|unspecified stereocenters"),
    _p("qed", "drug-likeness (QED)", "", (0.34, 0.93), druglike.qed,
       "drug-likeness|druglikeness|drug likeness|quantitative estimate of drug-likeness", bounds=SHARE),
    _p("sa", "synthetic accessibility (1 easy, 10 hard)", "", (1.75, 4.4), druglike.sa,
       "sa score|sascore|synthetic accessibility|synthesisability|synthesizability|ease of synthesis", bounds=(1, 10)),
    _p("solubility", "solubility in water (ESOL)", "log10 mol/l", (-5.9, -1.15), druglike.solubility,
       "esol|logs|log s|aqueous solubility|water solubility", bounds=(-INF, INF)),
    _n("charge", "formal charge of the neutralised molecule", (0, 1), _charge, "formal charge|net charge"),
    _n("heavy_atoms", "heavy atoms", (13, 34), _heavy_atoms,
       "heavy atom count|number of heavy atoms|hac|non-hydrogen atoms"),
    _n("atoms", "atoms, hydrogens among them", (21, 65), _all_atoms, "atom count|number of atoms|total atoms"),
    _n("heteroatoms", "heteroatoms", (2, 11), _counts("CalcNumHeteroatoms"), "hetero atoms|number of heteroatoms"),
    _n("carbons", "carbon atoms", (8, 26), _atoms(6), "carbon count|number of carbons"),
    _n("nitrogens", "nitrogen atoms", (0, 6), _atoms(7), "nitrogen count|number of nitrogens"),
    _n("oxygens", "oxygen atoms", (0, 6), _atoms(8), "oxygen count|number of oxygens"),
    _n("sulfurs", "sulfur atoms", (0, 2), _atoms(16), "sulfur count|sulphurs|number of sulfurs|number of sulphurs"),
    _n("fluorines", "fluorine atoms", (0, 3), _atoms(9), "fluorine count|number of fluorines"),
    _n("halogens", "halogen atoms", (0, 4), _atoms(9, 17, 35, 53), "halogen count|number of halogens"),
    _n("amide_bonds", "amide bonds", (0, 3), _counts("CalcNumAmideBonds"), "amides count|number of amide bonds"),
    _n("graph_length", "bonds along the longest path", (7, 19), _length, "length|molecule length|longest path"),
    _n("sp_atoms", "sp atoms", (0, 2), _hybrid("SP"), "number of sp atoms"),
    _n("sp2_atoms", "sp2 atoms", (0, 28), _hybrid("SP2"), "number of sp2 atoms"),
    _n("sp3_atoms", "sp3 atoms", (1, 18), _hybrid("SP3"), "number of sp3 atoms"),
    _p("surface_area", "approximate surface area (Labute)", "Å²", (79, 199), _counts("CalcLabuteASA"),
       "surface area|labute asa|asa"),
    _p("complexity", "complexity (Bertz)", "", (206, 1377), _rdkit("GraphDescriptors", "BertzCT"),
       "bertz complexity|bertzct|molecular complexity"),
)  # fmt: skip

PROPERTIES: dict[str, Property] = {each.name: each for each in _ALL}


def find(text: str) -> Property:
    """The property of this name or synonym, whatever its case and punctuation.

    Raises:
        UserError: there is none; with the nearest names.
    """
    words = {_plain(word): each for each in _ALL for word in (each.name, each.title, *each.synonyms)}
    if found := words.get(_plain(text)):
        return found
    from rapidfuzz import process

    near = dict.fromkeys(words[word].name for word, _, _ in process.extract(_plain(text), list(words), limit=5))
    suggestions = ", ".join(map(repr, list(near)[:3]))
    raise UserError(f"There is no property {text!r}", f"did you mean {suggestions}")


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
