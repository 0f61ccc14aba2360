"""What REINVENT calls the components, in its versions 4 and 3, and what they are called here.

    V4["molecularweight"]   ->  "mw"          V3["num_hbd_lipinski"]   ->  "hbd"
    WRITTEN["mw"]           ->  "MolecularWeight"

Names are those of the scoring plugins of REINVENT 4 (Loeffler et al. 2024, J. Cheminform. 16:20) and of the component
types of reinvent-scoring, REINVENT 3's (Blaschke et al. 2020, J. Chem. Inf. Model. 60:5918).
"""

from __future__ import annotations

__all__ = ["DESCRIPTORS", "V3", "V4", "WRITTEN"]

WRITTEN = {
    "qed": "QED",
    "mw": "MolecularWeight",
    "tpsa": "TPSA",
    "graph_length": "GraphLength",
    "stereocentres": "NumAtomStereoCenters",
    "hba": "HBondAcceptors",
    "hbd": "HBondDonors",
    "rotatable_bonds": "NumRotBond",
    "fsp3": "Csp3",
    "sp_atoms": "numsp",
    "sp2_atoms": "numsp2",
    "sp3_atoms": "numsp3",
    "heavy_atoms": "NumHeavyAtoms",
    "heteroatoms": "NumHeteroAtoms",
    "rings": "NumRings",
    "aromatic_rings": "NumAromaticRings",
    "aliphatic_rings": "NumAliphaticRings",
    "largest_ring": "LargestRingSize",
    "logp": "SlogP",
    "sa": "SAScore",
}
"""Our properties -> REINVENT 4's components."""

V4 = {name.lower(): ours for ours, name in WRITTEN.items()}

DESCRIPTORS = {
    "exact_mass": "ExactMolWt",
    "molar_refractivity": "MolMR",
    "nhoh": "NHOHCount",
    "no": "NOCount",
    "saturated_rings": "NumSaturatedRings",
    "heterocycles": "NumHeterocycles",
    "spiro_atoms": "NumSpiroAtoms",
    "bridgehead_atoms": "NumBridgeheadAtoms",
    "unassigned_stereocentres": "NumUnspecifiedAtomStereoCenters",
    "amide_bonds": "NumAmideBonds",
    "surface_area": "LabuteASA",
    "complexity": "BertzCT",
}
"""Our properties -> the descriptors of REINVENT 4's component RDKitDescriptors."""

V3 = {
    "molecular_weight": "mw",
    "slogp": "logp",
    "tpsa": "tpsa",
    "num_hbd_lipinski": "hbd",
    "num_hba_lipinski": "hba",
    "num_rotatable_bonds": "rotatable_bonds",
    "num_rings": "rings",
    "num_aromatic_rings": "aromatic_rings",
    "num_aliphatic_rings": "aliphatic_rings",
    "number_of_stereo_centers": "stereocentres",
    "graph_length": "graph_length",
    "qed_score": "qed",
    "sa_score": "sa",
}
"""REINVENT 3's component types -> our properties."""
