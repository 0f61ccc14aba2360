"""Greedy decoding that can only write what a JSON schema allows, with the beginning of the prompt computed once.

    decoder = Decoder.load("some/instruct-model")
    decoder.answer(messages, schema)  ->  Answer('{"acts":[...],"clarify":null}', ((0, 1.0), (9, 0.98), ...))

At each step llguidance says which tokens may come next (its Earley parser and lexer run over the tokenizer's trie);
the likeliest of them is taken, and what is forced anyway is fed without asking the model. The keys and values of
all but the last message are kept for the latest prompts, so a turn costs its own words only.
https://github.com/guidance-ai/llguidance
"""

from __future__ import annotations

import copy
import hashlib
import inspect
import math
import threading
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import UserError, need

__all__ = ["Answer", "Decoder"]

KEPT = 4
"""Beginnings of prompts whose keys and values are kept: one per task in use."""
MARK = "\u2063here\u2063"
"""Stands for the last message while the beginning of the prompt is made; nobody writes invisible separators."""


class Answer(NamedTuple):
    """`chances`: (character at which a token starts, its probability in (0, 1] among the allowed ones) of each token
    that was chosen. `whole`: whether it ended by itself; if not, `text` is no JSON."""

    text: str
    chances: tuple[tuple[int, float], ...]
    whole: bool


class Decoder:
    """A causal language model with its tokenizer; safe to share between threads, which take turns."""

    def __init__(self, model: Any, tokenizer: Any, name: str, version: str) -> None:
        from llguidance.hf import from_tokenizer

        self.model, self.tokenizer, self.name, self.version = model, tokenizer, name, version
        self.grammar_tokenizer = from_tokenizer(tokenizer)
        # all logits of a long prompt would be large; a few models can't leave them out
        takes = inspect.signature(model.forward).parameters
        self.options = {"use_cache": True, **({"logits_to_keep": 1} if "logits_to_keep" in takes else {})}
        self.window: int = getattr(model.config.get_text_config(), "max_position_embeddings", None) or 1 << 30
        self._begun: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()

    @staticmethod
    def load(name: str) -> Decoder:
        """The model of this name, loaded once per process.

        Raises:
            UserError: there is no such folder or hub model, it can't be loaded, or llguidance is not installed.
        """
        folder = Path(name).expanduser()
        return _load(str(folder.absolute()) if folder.is_dir() else name)

    def answer(self, messages: list[dict[str, str]], schema: dict[str, Any], budget: int) -> Answer:
        """The likeliest answer, token by token, of at most `budget` tokens.

        Raises:
            UserError: the model's window is too small for the prompt.
        """
        import torch

        head, tail = self._prompt(messages)
        with self._lock, torch.inference_mode():
            cache, begun = self._begin(head)
            feed = self._encode(tail)
            room = self.window - begun - len(feed)
            if room < 1:
                raise UserError(
                    f"The model {self.name!r} reads {self.window} tokens at once",
                    f"these words need {begun + len(feed)}",
                    "choose a model with a larger window",
                )
            return self._greedy(cache, feed, schema, min(budget, room))

    def _greedy(self, cache: Any, feed: list[int], schema: dict[str, Any], budget: int) -> Answer:
        matcher = self._matcher(schema)
        written: list[int] = []
        chances: list[tuple[int, float]] = []
        while True:
            forced = [] if matcher.is_accepting() else matcher.compute_ff_tokens()
            if forced:
                matcher.consume_tokens(forced)
                written += forced
                feed += forced
            if matcher.is_accepting() or len(written) >= budget:
                text = self.grammar_tokenizer.decode_str(written)
                return Answer(text, tuple(chances), matcher.is_accepting())
            out = self.model(input_ids=self._tensor(feed), cache=cache, **self.options)
            cache = out.cache
            token, chance = self._choose(out.logits[0, -1], matcher)
            chances.append((len(self.grammar_tokenizer.decode_str(written)), chance))
            if not matcher.consume_token(token):
                raise RuntimeError(f"The grammar refused its own token: {matcher.get_error()}")
            written.append(token)
            feed = [token]

    def _choose(self, logits: Any, matcher: Any) -> tuple[int, float]:
        """The likeliest allowed token, and its probability among the allowed ones. `logits`: (V,)."""
        import numpy as np
        import torch

        bits = np.unpackbits(np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8), bitorder="little")
        allowed = torch.from_numpy(np.flatnonzero(bits[: len(logits)])).to(logits.device)
        chances = torch.log_softmax(logits.float()[allowed], dim=-1)
        best = int(chances.argmax())
        return int(allowed[best]), math.exp(float(chances[best]))

    def _matcher(self, schema: dict[str, Any]) -> Any:
        from llguidance import LLMatcher

        # white space between the tokens of JSON could go on for ever
        grammar = LLMatcher.grammar_from_json_schema(schema, overrides={"whitespace_flexible": False})
        matcher = LLMatcher(self.grammar_tokenizer, grammar)
        if matcher.is_error():
            raise RuntimeError(f"The schema of a reading is no grammar: {matcher.get_error()}")
        return matcher

    def _begin(self, head: str) -> tuple[Any, int]:
        """A copy of the keys and values after `head`, to be written on, and how many tokens they are."""
        if head not in self._begun:
            ids = self._encode(head)
            if len(ids) >= self.window:
                raise UserError(
                    f"The model {self.name!r} reads {self.window} tokens at once",
                    f"the examples of this task need {len(ids)}",
                    "choose a model with a larger window",
                )
            out = self.model(input_ids=self._tensor(ids), **self.options)
            self._begun[head] = out.cache, len(ids)
            while len(self._begun) > KEPT:
                self._begun.popitem(last=False)
        self._begun.move_to_end(head)
        cache, length = self._begun[head]
        return copy.deepcopy(cache), length

    def _prompt(self, messages: list[dict[str, str]]) -> tuple[str, str]:
        """The prompt as text, cut before the last message's content."""
        last = messages[-1]["content"].strip()
        marked = [*messages[:-1], {**messages[-1], "content": MARK}]
        if not self.tokenizer.chat_template:
            talk = "\n\n".join(f"{each['role'].capitalize()}: {each['content']}" for each in marked)
            head, _, tail = f"{self.tokenizer.bos_token or ''}{talk}\n\nAssistant: ".partition(MARK)
        else:
            head, _, tail = self._rendered(marked).partition(MARK)
        return head, last + tail

    def _rendered(self, messages: list[dict[str, str]]) -> str:
        from jinja2 import TemplateError

        def render(talk: list[dict[str, str]]) -> str:
            # models that think first would do so outside of the grammar; other templates ignore the word
            options = {"tokenize": False, "add_generation_prompt": True, "enable_thinking": False}
            return str(self.tokenizer.apply_chat_template(talk, **options))

        try:
            return render(messages)
        except TemplateError:  # some templates know no system message
            system, first = messages[0], messages[1]
            return render([{**first, "content": f"{system['content']}\n\n{first['content']}"}, *messages[2:]])

    def _encode(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _tensor(self, ids: list[int]) -> Any:
        import torch

        return torch.tensor([ids], device=self.model.device)


@lru_cache(maxsize=2)
def _load(name: str) -> Decoder:
    try:
        import llguidance.hf  # noqa: F401
    except ModuleNotFoundError as missing:
        raise need("llguidance", "sayso[transformers]", "the parser 'transformers'") from missing
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from adapters.device import device, on_gpu
    from adapters.loading import loading

    if not Path(name).is_dir() and (name.startswith((".", "/", "~")) or name.count("/") > 1):
        raise UserError(f"There is no folder {name!r}", do="name a folder with a model, or a model of the hub")
    try:
        # never pickles, which could run code; half precision only where the hardware has it
        options = {"dtype": "auto" if on_gpu() else torch.float32, "use_safetensors": True}
        with loading():
            tokenizer = AutoTokenizer.from_pretrained(name)
            model, info = AutoModelForCausalLM.from_pretrained(name, output_loading_info=True, **options)
    except (OSError, ValueError, KeyError, ImportError, SafetensorError) as wrong:
        first = next(iter(str(wrong).strip().splitlines()), type(wrong).__name__)
        raise UserError(
            f"The model {name!r} can't be loaded: {first[:200]}",
            "it is a folder, or a name on the hub, of a language model in safetensors",
            "check the name, and the network where it is not downloaded yet",
        ) from wrong
    if not getattr(tokenizer, "is_fast", False):
        raise UserError(f"The model {name!r} has no fast tokenizer", "the parser 'transformers' needs one")
    if info["missing_keys"]:  # an encoder, say: the head that speaks would be random
        raise UserError(f"The model {name!r} is no language model: it lacks the weights {min(info['missing_keys'])}")
    return Decoder(model.to(device()).eval(), tokenizer, name, _version(name, model))


def _version(name: str, model: Any) -> str:
    """Which weights these are: the hub's commit, or what the folder's files begin with and how long they are."""
    commit = getattr(model.config, "_commit_hash", None)
    if commit:
        return str(commit)[:12]
    digest = hashlib.sha256()
    for file in sorted(Path(name).glob("*.safetensors")):
        with file.open("rb") as opened:
            digest.update(f"{file.name} {file.stat().st_size} ".encode() + opened.read(1 << 20))
    return digest.hexdigest()[:12]
