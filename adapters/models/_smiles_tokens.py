"""SMILES as chemical tokens: an atom, a bond, a branch or a ring bond each.

    "C[C@@H](Br)c1ccccc1"  ->  C  [C@@H]  (  Br  )  c  1  c  c  c  c  c  1

(the regular expression of Schwaller et al. 2018, without reactions). A SMILES begins with one of two marks, and the
model is told by it what to write: the one canonical SMILES of a molecule, so that its log-probability is the
molecule's; or one of the many that begin at any atom (randomised SMILES, Arús-Pous et al. 2019), so that a molecule
can be begun with a given part. The tokenizer is one of transformers', saved beside the weights as any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from assistant.errors import UserError

__all__ = ["ANY", "CANONICAL", "END", "PAD", "encode", "split", "tokenizer"]

PATTERN = r"\[[^\[\]]+\]|Br|Cl|%\d\d|[^\s]"
PAD, UNKNOWN, CANONICAL, ANY, END = "<pad>", "<unknown>", "<canonical>", "<any>", "<end>"


def split(smiles: str) -> list[str]:
    """The chemical tokens of a SMILES."""
    return re.findall(PATTERN, smiles)


USUAL = tuple(
    split(
        "BrBCClFINOPSbcnops()-=#/\\.123456789%10%11%12[nH][N+][O-][n+][C@H][C@@H][C@][C@@][S@][S@@][P@][P@@][NH+][NH2+]"
        "[NH3+][nH+][N-][S-][s+][o+][Si][se][Se][2H][B-][PH][C-][CH][S][SH][N][C][CH2][O][nH-][n-][c-][C+][P+][S+][H]"
    )
)
"""Tokens that people's molecules have, whether or not the ones learned from do."""


def tokenizer(smiles: Iterable[str]) -> Any:
    """A tokenizer of transformers that knows the tokens of these SMILES and the usual ones."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    found = {*USUAL, *(token for one in smiles for token in split(one))}
    # begun at another atom, a molecule may be written with the other hand of a centre
    known = sorted({*found, *(_other_hand(token) for token in found)})
    vocabulary = {token: index for index, token in enumerate((PAD, UNKNOWN, CANONICAL, ANY, END, *known))}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
    made.pre_tokenizer = pre_tokenizers.Split(Regex(PATTERN), behavior="isolated")
    made.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token=PAD, unk_token=UNKNOWN, bos_token=CANONICAL, eos_token=END,
        additional_special_tokens=[ANY],
    )  # fmt: skip


def _other_hand(token: str) -> str:
    """
    >>> _other_hand("[C@H]"), _other_hand("[S@@+]"), _other_hand("Cl")
    ('[C@@H]', '[S@+]', 'Cl')
    """
    return token.replace("@@", "@") if "@@" in token else token.replace("@", "@@")


def encode(made: Any, smiles: list[str]) -> list[list[int]]:
    """Token ids, without marks.

    Raises:
        UserError: a SMILES has a token that the model does not know.
    """
    if not smiles:
        return []
    found: list[list[int]] = made(smiles, add_special_tokens=False)["input_ids"]
    unknown = made.unk_token_id
    for one, ids in zip(smiles, found, strict=True):
        if unknown is not None and unknown in ids and unknown not in (made.bos_token_id, made.eos_token_id):
            odd = next((token for token in split(one) if made.convert_tokens_to_ids(token) == unknown), one)
            raise UserError(f"The model knows no {odd!r}, which {one!r} has", "it knows drug-like molecules")
    return found
