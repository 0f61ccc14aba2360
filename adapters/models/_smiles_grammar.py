"""Which chemical tokens may follow, so that a SMILES ends as a molecule: a grammar with valences, for many rows.

A branch that isn't open can't be closed, and a SMILES can't end within a branch or a ring; after a bond comes an atom
or a ring bond; and an atom makes no more bonds than it can: nothing follows "CCF" or "C=O" but an end. What it does
not know is whether an aromatic system can be written with alternating bonds, so some of what it allows is invalid
still.

    "C(=O"   may go on:  )        may not:  C  (  =  1  <end>
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from adapters.device import device

__all__ = ["Grammar", "Open"]

ORDERS = {"-": 1, "/": 1, "\\": 1, ":": 1, "=": 2, "#": 3, "$": 4}
VALENCES = {
    "B": 3, "C": 4, "N": 3, "O": 2, "F": 1, "Si": 4, "P": 5, "S": 6, "Cl": 1, "Br": 1, "I": 1, "H": 1, "Se": 6,
    "b": 3, "c": 3, "n": 3, "o": 2, "p": 3, "s": 2, "se": 2,
}  # fmt: skip
"""How many bonds an atom makes; of an aromatic one, with how many others, since each counts as one."""
ANYTHING = 99
DEEPEST = 24
"""Branches within branches; no drug-like molecule has as many."""


def valence(token: str) -> int:
    """How many bonds the atom makes beside those to its own hydrogens; 0: the token is no atom.

    valence("O") -> 2; valence("[C@@H]") -> 3; valence("[N+]") -> 4
    """
    if token.isalpha():
        return VALENCES.get(token, 0)
    parts = re.fullmatch(r"\[\d*([A-Za-z][a-z]?)@{0,2}(?:H(\d?))?([+-]?)(\d?)(?::\d+)?\]", token)
    if not parts or parts[1] not in VALENCES:
        return ANYTHING if token[0] == "[" else 0
    symbol, sign = parts[1], {"+": 1, "-": -1, "": 0}[parts[3]] * int(parts[4] or 1)
    hydrogens = 0 if parts[2] is None else int(parts[2] or 1)
    if symbol in ("N", "O", "P", "F", "Cl", "Br", "I", "o"):
        most = VALENCES[symbol] + sign
    elif symbol == "S":
        most = 1 if sign < 0 else 6
    else:
        most = VALENCES[symbol] - (sign if symbol == "B" else abs(sign) if symbol == "C" else max(0, -sign))
    return max(0, most - hydrogens)


@dataclass(frozen=True)
class Grammar:
    """Of V tokens: `atom`, `bond` (its order or 0), `branch` (+1, -1, 0), `ring` (V, R) whether it is that ring bond.

    `valence` and `aromatic` are those of atoms; `dot` is where another molecule begins.
    """

    atom: Tensor
    valence: Tensor
    aromatic: Tensor
    bond: Tensor
    branch: Tensor
    ring: Tensor
    dot: Tensor
    open: int
    close: int
    end: int

    @classmethod
    def of(cls, tokens: Sequence[str], end: int) -> Grammar | None:
        """None: the tokens are not chemical ones."""
        if not {"(", ")", "1", "2"} <= set(tokens) or any("(" in token and len(token) > 1 for token in tokens):
            return None
        rings = [token for token in tokens if token.isdigit() or (token[0] == "%" and token[1:].isdigit())]
        atom = [token.isalpha() or token[0] == "[" for token in tokens]
        aromatic = [
            is_atom and token.strip("[0123456789")[0].islower() for token, is_atom in zip(tokens, atom, strict=True)
        ]

        def made(values: Sequence[object]) -> Tensor:
            return torch.tensor(values, device=device())

        return cls(
            atom=made(atom),
            valence=made([valence(token) if is_atom else 0 for token, is_atom in zip(tokens, atom, strict=True)]),
            aromatic=made(aromatic),
            bond=made([ORDERS.get(token, 0) for token in tokens]),
            branch=made([(token == "(") - (token == ")") for token in tokens]),
            ring=made([[token == one for one in rings] for token in tokens]),
            dot=made([token == "." for token in tokens]),
            open=list(tokens).index("("), close=list(tokens).index(")"), end=end,
        )  # fmt: skip


class Open:
    """What is open in each of B rows: branches, rings, a bond that was begun, and bonds that atoms can still make."""

    def __init__(self, grammar: Grammar, rows: int) -> None:
        def numbers(*more: int) -> Tensor:
            return torch.zeros(rows, *more, dtype=torch.long, device=device())

        self.grammar = grammar
        self.depth, self.bond = numbers(), numbers()
        self.left = numbers() + ANYTHING
        """of the atom that is being bound to"""
        self.aromatic, self.opened, self.begun = numbers().bool(), numbers().bool(), numbers().bool()
        self.rings = numbers(grammar.ring.shape[1])
        """(B, R) 0 where it is closed, else the order of its bond"""
        self.parents = numbers(DEEPEST + 1, 2)
        """(B, D, 2) what `left` and `aromatic` were when each branch was opened"""

    def bar(self, logits: Tensor) -> None:
        """Set to -inf what may not follow; where nothing may, the end is let through, and is no molecule."""
        g, waiting = self.grammar, self.bond > 0
        order = self.bond.clamp(min=1)[:, None]
        here = torch.where(self.aromatic, 1, order[:, 0])
        there = torch.where(g.aromatic, 1, order)
        full = self.left < here
        stuck = (self.depth == 0) & (self.rings > 0).any(1)
        new = g.valence - there * self.begun[:, None]
        atoms = g.atom & (full[:, None] | (new < 0) | (stuck[:, None] & (new == 0)))
        cost = torch.where(self.aromatic[:, None], 1, g.bond)
        bonds = (g.bond > 0) & ((waiting | ~self.begun)[:, None] | (self.left[:, None] < cost))
        closed = ~((self.rings > 0)[:, None] & g.ring).any(2)
        last = closed & (self.depth == 0)[:, None] & (self.left <= here)[:, None]
        loose = waiting | self.opened | ~self.begun
        rings = g.ring.any(1) & ((self.opened | full | ~self.begun)[:, None] | last)
        inside = (self.depth > 0) | (self.rings > 0).any(1)
        barred = atoms | bonds | rings | (g.dot & (loose | inside)[:, None])
        barred[:, g.open] = loose | (self.left < 1) | (self.depth >= DEEPEST)
        barred[:, g.close] = (self.depth <= 0) | waiting | self.opened
        barred[:, g.end] = inside | waiting | ~self.begun
        logits.masked_fill_(barred, -torch.inf)
        logits[:, g.end].masked_fill_(logits.isinf().all(1), 0.0)

    def read(self, tokens: Tensor) -> None:
        """Go on behind these (B,) tokens."""
        g = self.grammar
        atom, step, bond, ring = g.atom[tokens], g.branch[tokens], g.bond[tokens], g.ring[tokens]
        order = self.bond.clamp(min=1)
        rows = torch.arange(len(tokens), device=device())
        here = torch.where(self.aromatic, 1, order)
        # a branch's first atom takes a bond of the atom that the branch is at
        self.parents[rows, (self.depth - 1).clamp(0, DEEPEST), 0] -= torch.where(atom & self.opened, here, 0)
        # a ring's bond is taken at both its ends; its order may be written at either
        was = (self.rings * ring).sum(1)
        bound = torch.where(self.aromatic, 1, torch.maximum(order, was))
        self.rings = torch.where(ring, torch.where(self.rings > 0, 0, order[:, None]), self.rings)
        there = torch.where(g.aromatic[tokens], 1, order) * self.begun
        left = torch.where(atom, g.valence[tokens] - there, self.left - torch.where(ring.any(1), bound, 0))
        # into a branch and out of it
        at = torch.where(step > 0, self.depth, self.depth - 1).clamp(0, DEEPEST)
        kept = self.parents[rows, at]
        now = torch.stack([self.left, self.aromatic.long()], 1)
        self.parents[rows, at] = torch.where((step > 0)[:, None], now, kept)
        self.left = torch.where(step < 0, kept[:, 0], left)
        self.aromatic = torch.where(step < 0, kept[:, 1] > 0, torch.where(atom, g.aromatic[tokens], self.aromatic))
        self.depth = self.depth + step
        self.opened = (step > 0) | (self.opened & (bond > 0))
        self.bond = torch.where(atom | ring.any(1), 0, torch.where(bond > 0, bond, self.bond))
        dot = g.dot[tokens]
        self.begun = (self.begun | atom) & ~dot

    def keep(self, rows: Tensor) -> None:
        """Go on with these rows alone."""
        for name in ("depth", "bond", "left", "aromatic", "opened", "begun", "rings", "parents"):
            setattr(self, name, getattr(self, name)[rows])
