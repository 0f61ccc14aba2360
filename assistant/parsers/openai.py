"""Any OpenAI-compatible server, such as Ollama, vLLM, llama.cpp, LM Studio or OpenAI: `--parser openai:llama3.2`.

    OPENAI_BASE_URL=http://localhost:11434/v1
    "nope, complaint: they want their money back"  ->  label {is, complaint} of #1, because of "I want my money back"
    the same words while the server is gone        ->  the embedded parser's reading, and the person is told so

The server gets the bounded contract as a strict JSON schema, and is asked not to think aloud; what it refuses to
hear of (a length, log-probabilities, a schema) is left out the next time. Its answer is checked here again; where
it is no reading, the server is told why and asked once more. The confidence is the probability that the server
gives the tokens that say what changes; where it tells none, it is high only if the embedded parser understands the
same. It is not calibrated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.errors import UserError, need
from assistant.parsers import Heard, Parser, Usage, hear, parser
from assistant.parsers._answer import NoReading, long_said, read_without_model, reading_of, same, sureness
from assistant.parsers._bounded import bounded, plain_schema
from assistant.parsers._decode import Answer
from assistant.parsers._prompt import messages
from assistant.settings import settings
from assistant.types import Critique, Reading

if TYPE_CHECKING:
    from openai import OpenAI

__all__ = ["openai"]

OPENAI = "https://api.openai.com/v1"
TOKENS, THOUGHTS = 1024, 4096
"""Tokens of an answer, and of one by a model that can't be kept from thinking first."""
AGREED, ALONE = 0.9, 0.6
"""How sure a reading without log-probabilities is that the embedded parser shares, or does not share."""


@dataclass
class _OpenAI:
    client: OpenAI
    model: str
    version: str
    name: str = "openai"
    shape: int = field(default=0, compare=False)
    """The first of the `_shapes` that this server did not refuse."""

    def __call__(self, critique: Critique) -> Reading:
        return self.heard(critique).reading

    def heard(self, critique: Critique) -> Heard:
        """The server's reading, or the embedded parser's with a note why."""
        from openai import OpenAIError

        counted: list[Any] = []
        try:
            reading = read_without_model(critique) or self._read(critique, counted)
        except (OpenAIError, NoReading) as wrong:
            instead = hear(self.embedded, critique)
            why = f"The parser {self.name!r} did not read this: {self._why(wrong)}"
            note = f"{why}. The parser {instead.parser!r} read it instead."
            return instead._replace(note=note, usage=_usage(counted))
        return Heard(reading, self.name, self.version, usage=_usage(counted))

    @cached_property
    def embedded(self) -> Parser:
        return parser.get("embedded")()

    def _read(self, critique: Critique, counted: list[Any]) -> Reading:
        talk = messages(critique)
        answer = self._ask(talk, critique, counted)
        try:
            return self._reading(answer, critique)
        except NoReading as wrong:
            # said in our words and cut, so that an answer can't grow the prompt without end
            again = [
                {"role": "assistant", "content": answer.text[:TOKENS] or "{}"},
                {"role": "user", "content": f"That is no valid answer: {wrong}. Answer again, with the JSON only."},
            ]
            return self._reading(self._ask([*talk, *again], critique, counted), critique)

    def _reading(self, answer: Answer, critique: Critique) -> Reading:
        reading = reading_of(answer.text, critique, sureness(answer) if answer.chances else ALONE)
        if not answer.chances and same(reading, self.embedded(critique)):
            reading = reading_of(answer.text, critique, AGREED)
        return long_said(reading, critique)

    def _ask(self, talk: list[dict[str, str]], critique: Critique, counted: list[Any]) -> Answer:
        """The server's answer, asked for in the richest way that it does not refuse; `counted` gets its counts."""
        from openai import BadRequestError, UnprocessableEntityError

        shapes = list(_shapes(bounded(critique)))
        create: Any = self.client.chat.completions.create
        for number, shape in enumerate(shapes[self.shape :], self.shape):
            try:
                completion = create(model=self.model, messages=talk, **shape)
                counted.append(getattr(completion, "usage", None))
                answer = _answer(completion)
            except (BadRequestError, UnprocessableEntityError):
                if number == len(shapes) - 1:
                    raise
            else:
                self.shape = number
                return answer
        raise AssertionError("there is a last shape")

    def _why(self, wrong: Exception) -> str:
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        server = f"the server {_host(str(self.client.base_url))}"
        if isinstance(wrong, APITimeoutError):
            return f"{server} did not answer within {self.client.timeout:g} s"
        if isinstance(wrong, APIConnectionError):
            return f"{server} can't be reached"
        if isinstance(wrong, APIStatusError):
            return f"{server} answered with the error {wrong.status_code}"
        return f"what the model {self.model!r} answered is no reading ({str(wrong)[:200].rstrip('.')})"


def _shapes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """How an answer is asked for: from all that a good local server takes, by what OpenAI takes, to next to nothing."""

    def held(to: dict[str, Any]) -> dict[str, Any]:
        return {"type": "json_schema", "json_schema": {"name": "reading", "strict": True, "schema": to}}

    # vLLM, llama.cpp and LM Studio switch thinking off by the template's word, Ollama and OpenAI by the effort
    greedy = {
        "temperature": 0,
        "max_tokens": TOKENS,
        "extra_body": {"chat_template_kwargs": {"enable_thinking": False}},
    }
    yield {**greedy, "response_format": held(schema), "logprobs": True, "reasoning_effort": "none"}
    yield {**greedy, "response_format": held(schema), "reasoning_effort": "none"}
    yield {**greedy, "response_format": held(schema)}
    plain = held(plain_schema(schema))
    yield {"response_format": plain, "logprobs": True, "temperature": 0, "max_tokens": TOKENS}
    yield {"response_format": plain, "max_completion_tokens": THOUGHTS}
    yield greedy
    yield {"max_tokens": TOKENS}


def _answer(completion: Any) -> Answer:
    """The text of a completion, with the probability of each token where the server tells it."""
    try:
        choice = completion.choices[0]
        text = choice.message.content or ""
        tokens = (choice.logprobs.content if choice.logprobs else None) or []
    except (AttributeError, IndexError, TypeError) as wrong:
        raise NoReading("the server's answer is not what the protocol has") from wrong
    if not isinstance(text, str) or not text.strip():
        raise NoReading("it is empty")
    at, chances = 0, []
    for token in tokens:
        chances.append((at, min(1.0, math.exp(token.logprob))))
        at += len(token.token)
    # tokens that do not spell the text, such as those of hidden thoughts, tell nothing about it
    spelt = "".join(token.token for token in tokens) == text
    return Answer(text, tuple(chances) if spelt else (), choice.finish_reason != "length")


def _usage(counted: list[Any]) -> Usage | None:
    """What a server counted over its calls; None: it was not asked. A call of which it tells nothing adds none."""
    if not counted:
        return None
    sums = []
    for name in ("prompt_tokens", "completion_tokens"):
        told = [getattr(one, name, None) for one in counted]
        known = [number for number in told if isinstance(number, int)]
        sums.append(sum(known) if known else None)
    return Usage(len(counted), *sums)


def _misses(model: str, refusal: str) -> bool:
    """Whether a bad request is about the model, and not about the tokens, which some models count otherwise."""
    return model in refusal and "max_tokens" not in refusal


def _host(url: str) -> str:
    """The part of an address that may be shown: no user, no password, no query."""
    parts = urlsplit(url)
    return f"{parts.hostname or url}{f':{parts.port}' if parts.port else ''}"


@parser
def openai(model: str = "") -> Parser:
    """A model behind an OpenAI-compatible server; `model`: its name there, else `openai_model`.

    Raises:
        UserError: no server or model is named, the server refuses the key or knows no such model, or the extra is
            not installed. A server that can't be reached is no error: the embedded parser reads until it is back.
    """
    chosen = settings()
    key = chosen.openai_api_key.get_secret_value()
    if not chosen.openai_base_url and not key:
        raise UserError(
            "The parser 'openai' needs the address of a server",
            do="set OPENAI_BASE_URL, as in OPENAI_BASE_URL=http://localhost:11434/v1, or OPENAI_API_KEY for OpenAI",
        )
    name = model or chosen.openai_model
    if not name:
        raise UserError(
            "The parser 'openai' needs a model", do="name it, as in --parser openai:llama3.2, or set openai_model"
        )
    url = chosen.openai_base_url or OPENAI
    client = _connected(url, key, name, chosen.parser_timeout, chosen.parser_retries)
    return _OpenAI(client, name, version=f"1-{name}")


@lru_cache(maxsize=8)
def _connected(url: str, key: str, model: str, timeout: float, retries: int) -> OpenAI:
    """A client for this server, which was asked for one token to see that it takes the key and has the model."""
    try:
        import openai
    except ModuleNotFoundError as missing:
        raise need("openai", "sayso[openai]", "the parser 'openai'") from missing
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UserError(f"The server {url!r} is no address", "it looks like http://localhost:11434/v1")
    client = openai.OpenAI(base_url=url, api_key=key or "none", timeout=timeout, max_retries=retries)
    try:
        probe = client.with_options(max_retries=0).chat.completions
        probe.create(model=model, messages=[{"role": "user", "content": "hi"}], max_tokens=1)
    except (openai.AuthenticationError, openai.PermissionDeniedError) as wrong:
        raise UserError(
            f"The server {_host(url)} refuses the key", do="set OPENAI_API_KEY to one that it takes"
        ) from wrong
    except (openai.NotFoundError, openai.BadRequestError) as wrong:
        if isinstance(wrong, openai.NotFoundError) or _misses(model, wrong.response.text):
            raise UserError(
                f"The server {_host(url)} has no model {model!r}, or no chat under this address",
                "most addresses end with /v1",
                "check the name of the model and OPENAI_BASE_URL",
            ) from wrong
    except openai.OpenAIError:
        pass  # gone, busy or loading: each reading tells the person what happened
    return client
