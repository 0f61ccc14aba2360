"""The learned part of the embedded parser: all-MiniLM-L6-v2 with LoRA (Hu et al. 2022) and small heads.

    net = Net.load()
    read = net(layouts)      ->  word vectors, the odds of every word's slot and of an act beginning there
    net.judge(...)           ->  for each part of a message, the odds of its kind, operator, label ...

Labels, properties and objects are pointed at, never classified: a part's words are compared with the name's
sentence vector and with where grammar found the name, so a vocabulary that no training saw works at once
(pointing: Vinyals et al. 2015). The weights that ship are the LoRA matrices and the heads only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from assistant.errors import UserError
from assistant.parsers._encoder import WIDTH, encode, model_folder
from assistant.parsers._layout import SIGNS, Layout
from assistant.parsers._link import Mention, aliases, readable
from assistant.parsers._questions import HEADS, SLOTS, Part

__all__ = ["WEIGHTS", "Judged", "Net", "Seen"]

WEIGHTS = Path(__file__).with_name("data") / "parser.safetensors"
TOKENS, HIDDEN, MARKS = 192, 256, 8

NAMES: dict[str, Callable[[Layout], tuple[Sequence[str], Sequence[Mention]]]] = {
    "label": lambda layout: (layout.labels, layout.mentions),
    "property": lambda layout: (layout.properties, layout.named_properties),
    "object": lambda layout: (layout.objects, layout.named_objects),
    "output": lambda layout: (layout.screen, layout.described),
}
POINTERS = ("label", "property", "object", "output")


class Seen(NamedTuple):
    """`words` (W, WIDTH + SIGNS), `whole` (WIDTH,), `slots` (W, len(SLOTS)) and `begins` (W,): logits."""

    words: Tensor
    whole: Tensor
    slots: Tensor
    begins: Tensor


class Judged(NamedTuple):
    """Logits: `heads` by name, `pointers` by name over the layout's labels, properties, objects and outputs."""

    heads: dict[str, Tensor]
    pointers: dict[str, Tensor]


class Net(nn.Module):
    """`encoder`: a BERT model whose hidden size is WIDTH."""

    def __init__(self, encoder: nn.Module, tokenizer: Any, version: str = "untrained") -> None:
        super().__init__()
        self.encoder, self.tokenizer, self.version = encoder, tokenizer, version
        wide = WIDTH + SIGNS
        self.look = nn.Sequential(nn.Dropout(0.1), nn.Linear(wide + WIDTH, HIDDEN), nn.GELU(), nn.Dropout(0.1))
        self.slot, self.begin = nn.Linear(HIDDEN, len(SLOTS)), nn.Linear(HIDDEN, 1)
        self.weigh = nn.Linear(wide, 2)
        self.part = nn.Sequential(nn.Linear(3 * wide + WIDTH + MARKS, HIDDEN), nn.GELU(), nn.Dropout(0.15))
        self.heads = nn.ModuleDict({name: nn.Linear(HIDDEN, len(answers)) for name, answers in HEADS.items()})
        self.lead = nn.ModuleDict({name: nn.Linear(wide + HIDDEN, 1) for name in POINTERS})
        self.match = nn.ModuleDict(
            {name: nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 1)) for name in POINTERS}
        )
        self.bend = nn.ModuleDict({name: nn.Linear(WIDTH, WIDTH, bias=False) for name in POINTERS})
        for bend in self.bend.values():
            nn.init.eye_(bend.get_parameter("weight"))

    def forward(self, layouts: Sequence[Layout], half: bool = False) -> list[Seen]:
        """What the network sees at every word of each message; `half`: the encoder computes in bfloat16."""
        batch = self.tokenizer(
            [layout.text for layout in layouts], [layout.about for layout in layouts],
            truncation="longest_first", max_length=TOKENS, padding=True, return_tensors="pt",
            return_offsets_mapping=True,
        )  # fmt: skip
        offsets, kinds = batch.pop("offset_mapping"), batch["token_type_ids"]
        batch = {name: tensor.to(self.device) for name, tensor in batch.items()}
        with torch.autocast(self.device.type, torch.bfloat16, enabled=half):
            hidden = self.encoder(**batch).last_hidden_state.float()
        seen = []
        for row, layout in enumerate(layouts):
            pool = _pool(layout, offsets[row].tolist(), kinds[row].tolist(), batch["attention_mask"][row].tolist())
            words = torch.cat([pool.to(self.device) @ hidden[row], self._signs(layout)], dim=1)
            whole = hidden[row, 0]
            looked = self.look(torch.cat([words, whole.expand(len(words), -1)], dim=1))
            seen.append(Seen(words, whole, self.slot(looked), self.begin(looked)[:, 0]))
        return seen

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    def _signs(self, layout: Layout) -> Tensor:
        return torch.from_numpy(layout.signs).to(self.device)

    def judge(self, layout: Layout, seen: Seen, parts: Sequence[Part]) -> list[Judged]:
        """The odds of every question about each part; parts are never empty."""
        vectors = torch.stack([self._part(layout, seen, part) for part in parts])
        hidden = self.part(vectors)
        answers = {name: head(hidden) for name, head in self.heads.items()}
        judged = []
        for row, part in enumerate(parts):
            pointers = {name: self._point(name, layout, seen, part, hidden[row]) for name in POINTERS}
            judged.append(Judged({name: logits[row] for name, logits in answers.items()}, pointers))
        return judged

    def _part(self, layout: Layout, seen: Seen, part: Part) -> Tensor:
        words = seen.words[part.start : part.end]
        weights = torch.softmax(self.weigh(words), dim=0)  # (w, 2)
        pooled = weights.T @ words  # (2, wide)
        marks = torch.tensor(
            [
                part.first, part.last, min(len(layout.screen), 8) / 8, len(layout.screen) == 1,
                min(part.end - part.start, 30) / 30, bool(layout.labels), len(layout.labels) == 2,
                any(not isinstance(output.value, str) for output in layout.context.outputs),
            ],
            dtype=torch.float32,
        )  # fmt: skip
        return torch.cat([pooled.flatten(), words.amax(0), seen.whole, marks.to(self.device)])

    def _point(self, name: str, layout: Layout, seen: Seen, part: Part, hidden: Tensor) -> Tensor:
        """(N,) logits over the names that a pointer may choose from."""
        names, found = NAMES[name](layout)
        if not names:
            return torch.zeros(0, device=self.device)
        words = seen.words[part.start : part.end]
        led = self.lead[name](torch.cat([words, hidden.expand(len(words), -1)], dim=1))[:, 0]  # (w,)
        said = torch.softmax(led, dim=0) @ words[:, :WIDTH]
        vectors = _vectors(layout, name).to(self.device)  # (N, WIDTH)
        near = torch.cosine_similarity(self.bend[name](said)[None], vectors)
        plain = torch.cosine_similarity(words[:, :WIDTH].mean(0)[None], vectors)
        fixed, places = _found(names, found, layout, part)
        places = places.to(self.device)
        slot = SLOTS.index("none" if name == "output" else name)
        odds = torch.softmax(seen.slots[part.start : part.end], -1)[:, slot]
        learned = torch.stack([torch.tanh(places @ led / 4), places @ odds, near * 4, plain * 4], dim=1)
        features = torch.cat([fixed.to(self.device), learned], dim=1)
        return self.match[name](features)[:, 0] + (0 if name == "output" else 8) * near  # type: ignore[no-any-return]

    @staticmethod
    @cache
    def load(path: Path = WEIGHTS) -> Net:
        """The network with trained weights, ready to read.

        Raises:
            UserError: there are no weights at `path`.
        """
        from safetensors import safe_open

        if not path.is_file():
            raise UserError(f"There are no parser weights at {str(path)!r}", do="run: sayso train-parser")
        raw = path.read_bytes()
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 (no dict)
            meta = file.metadata() or {}
        net = Net(*_base(), version=hashlib.sha256(raw).hexdigest()[:8])
        _merge(net.encoder, {n: t for n, t in tensors.items() if n.startswith("lora.")}, float(meta.get("scale", "1")))
        heads = {name: tensor for name, tensor in tensors.items() if not name.startswith("lora.")}
        wanted = {name for name, _ in net.named_parameters() if not name.startswith("encoder.")}
        try:
            net.load_state_dict(heads, strict=False)
        except RuntimeError:
            wanted = set()
        if wanted != set(heads):
            raise UserError(f"The parser weights at {str(path)!r} are of another version", do="run: sayso train-parser")
        net.calibration = json.loads(meta.get("calibration", "[1.0, 0.0]"))
        return net.eval()

    calibration: Sequence[float] = (1.0, 0.0)


def _base(dropout: float = 0.1) -> tuple[nn.Module, Any]:
    from transformers import AutoModel, AutoTokenizer

    from adapters.loading import loading

    folder = model_folder()
    odds = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
    with loading():
        return AutoModel.from_pretrained(folder, add_pooling_layer=False, **odds), AutoTokenizer.from_pretrained(folder)


def _merge(encoder: nn.Module, lora: dict[str, Tensor], scale: float) -> None:
    """Adds the LoRA products to the weights that they adapt, so that reading costs nothing more."""
    for name, down in lora.items():
        if name.endswith(".A"):
            weight = encoder.get_parameter(name.removeprefix("lora.").removesuffix(".A") + ".weight")
            weight.data += scale * lora[name.removesuffix(".A") + ".B"] @ down


def _pool(layout: Layout, offsets: list[list[int]], kinds: list[int], mask: list[int]) -> Tensor:
    """(words, tokens): averages the tokens of each word; words beyond the network's reach take the first token."""
    pool = torch.zeros(len(layout.words), len(offsets))
    token = 1
    ends = [i for i, (kind, seen) in enumerate(zip(kinds, mask, strict=True)) if seen and not kind]
    for row, word in enumerate(layout.words):
        while token < ends[-1] and offsets[token][1] <= word.start:
            token += 1
        at = token
        while at < ends[-1] and offsets[at][0] < word.end:
            pool[row, at] = 1.0
            at += 1
        if not pool[row].any():
            pool[row, 0] = 1.0
    return pool / pool.sum(1, keepdim=True)


def _vectors(layout: Layout, name: str) -> Tensor:
    """Sentence vectors of the names that a pointer chooses from; outputs have none, they are found by their words."""
    if name == "output":
        return torch.zeros(len(layout.screen), WIDTH)
    if name == "property":
        known = {prop.name: aliases(prop) for prop in layout.context.vocabulary.properties}
        texts = tuple(", ".join(dict.fromkeys((readable(n), *known.get(n, ())[:6]))) for n in layout.properties)
    else:
        texts = tuple(map(readable, layout.labels if name == "label" else layout.objects))
    return _vectors_of(texts)


def _found(names: Sequence[str], found: Sequence[Mention], layout: Layout, part: Part) -> tuple[Tensor, Tensor]:
    """Where and how well grammar found each name in a part: (N, 4) marks, and (N, w) the words of its best mention."""
    start, end = layout.words[part.start].start, layout.words[part.end - 1].end
    here = [m for m in found if m.start < end and start < m.end]
    last = max((m.start for m in here), default=-1)
    shown = {output.value for output in layout.context.outputs if isinstance(output.value, str)}
    marks, places = torch.zeros(len(names), 4), torch.zeros(len(names), part.end - part.start)
    for row, name in enumerate(names):
        marks[row, 3] = float(name in shown)
        best = max((m for m in here if name in m.values), key=lambda m: m.score, default=None)
        if best is not None:
            inside = [i for i in range(part.start, part.end) if layout.words[i].overlaps(best)]
            places[row, [i - part.start for i in inside]] = 1.0 / max(1, len(inside))
            marks[row, :3] = torch.tensor([1.0, best.score, float(best.start == last)])
    return marks, places


@lru_cache(maxsize=512)
def _vectors_of(texts: tuple[str, ...]) -> Tensor:
    return torch.from_numpy(encode(texts))
