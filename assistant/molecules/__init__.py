"""Molecules: what a chemist may say about them, counted, scored and proposed.

from assistant.molecules.chem import clean
from assistant.molecules.components import make
make("properties", name="logp")([clean("CC(=O)Oc1ccccc1C(=O)O")])   ->  array([1.3101])
"""
