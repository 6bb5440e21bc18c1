"""Models on this machine, through transformers: `local`, `local/FOLDER`, `local/OWNER/NAME`."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import Event, RLock
from typing import TYPE_CHECKING, Any, NamedTuple

from mgllm.answers.thoughts import Mark
from mgllm.backends.base import BackendOptions, Settled, Traits, backend
from mgllm.backends.weights.encoding import (
    Continuations,
    Encoded,
    decoder,
    encode_labels,
    encode_prompt,
    label_texts,
    tokenize,
)
from mgllm.backends.weights.known_models import DEFAULT_MODEL
from mgllm.backends.weights.labels import refuse_labels, refuse_rows, unknown_ids
from mgllm.backends.weights.loading import Facts, load_model, read_settings
from mgllm.backends.weights.stopping import ANSWER, answer_end, never, opener_shown, stopper, thought_tokens
from mgllm.backends.weights.templating import (
    closing,
    generation_tail,
    has_template,
    opened_thought,
    writes_thoughts,
)
from mgllm.errors import BackendError, FatalBackendError, InputError
from mgllm.records import Choice, Form, LabelScores, Question, Reasoning, Reply, Score, Usage

if TYPE_CHECKING:
    from mgllm.backends.weights.engine import Engine, Generated


class _Prepared(NamedTuple):
    """A question in tokens."""

    encoded: Encoded
    behind: Continuations | None
    """The labels, if they are scored directly after the prompt."""
    tokens: int
    """Most tokens of prompt and answer."""


SMALL = 1_000_000_000
"""Parameters; models with fewer of them continue a sentence better than they answer a question."""


@backend("local")
class LocalBackend:
    """One model in one worker thread."""

    default_model = DEFAULT_MODEL
    traits = Traits(local=True, first_tokens_only=False)

    def __init__(self, options: BackendOptions) -> None:
        if options.base_url is not None:
            raise InputError(
                "--base-url has no effect on a local model; leave it out, or name another backend"
            )
        self.name = options.model or DEFAULT_MODEL
        self._folder = options.folder or DEFAULT_MODEL
        self.settings = read_settings(options.model_args)
        self.effort = options.reasoning_effort
        self.concurrency = 1
        self.facts: Facts = {}
        self.dropped_parameters: tuple[str, ...] = ()
        self.uploads = False
        self.base_url: str | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="mgllm-local")
        self._engine: Engine | None = None
        self._tokenizer: Any = None
        self._unknown: frozenset[int] = frozenset()
        self._tokenizing = RLock()  # a tokenizer serves one thread at a time
        self._closing = Event()
        self._prepare = lru_cache(maxsize=16)(self._prepare_question)  # fits() and ask() of one item's arms

    async def open(self) -> None:
        """Load the model (once).

        Raises:
            FatalBackendError: it is not here, or cannot be loaded.
        """
        if self._engine is None:
            await asyncio.get_running_loop().run_in_executor(self._worker, self._load)

    def default_form(self) -> Form:
        """cloze under a billion parameters, else chat."""
        parameters = self.facts["parameters"]
        return "cloze" if isinstance(parameters, int) and parameters < SMALL else "chat"

    async def default_score(self) -> Score:
        """Always logprob: all probabilities of the model can be read."""
        return "logprob"

    async def settle(self, reasoning: Reasoning, score: Score | None) -> Settled:
        """Give what is asked for. A thought that the chat template opens is closed with direct
        reasoning, and `facts` says so.

        Raises:
            FatalBackendError: it is not known how to close the thought.
        """
        settled = Settled(score=score or "logprob")
        if not has_template(self._tokenizer):
            return settled
        with self._tokenizing:
            try:
                tail = generation_tail(self._tokenizer, reasoning, self.effort)
            except FatalBackendError:
                return settled  # the template loses words of the prompt: `check` says which
            if reasoning == "chain_of_thought":
                return settled.model_copy(update={"thinks": writes_thoughts(self._tokenizer, tail)})
            if closing(self._tokenizer, tail):
                self.facts = {**self.facts, "thoughts_closed": True}
        return settled

    def check(self, questions: Iterable[Question]) -> None:
        """Check before the first question that the model gets all words of each prompt, and that no
        label's score is decided by its spelling.

        Raises:
            FatalBackendError: a check fails; one line says what to do.
        """
        for question in questions:
            try:
                encoded, behind, _ = self._prepare(question)
                if behind is None and question.score == "logprob":
                    behind = self._encode_after(question.choices, encoded, ANSWER)
            except FatalBackendError:
                raise
            except BackendError:
                continue  # only this question cannot be asked, and `ask` says why
            if behind is not None:
                texts = [choice.text for choice in question.choices]
                refuse_labels(texts, behind.ids, self._unknown, question.prompt.form)

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` by the model's tokenizer, without special tokens."""
        with self._tokenizing:
            return len(tokenize(self._tokenizer, text)[0])

    def fits(self, question: Question) -> str | None:
        """None if prompt and answer fit the model's context, else one line with both numbers."""
        room = getattr(self._ready.model.config.get_text_config(), "max_position_embeddings", None)
        try:
            need = self._prepare(question).tokens
        except FatalBackendError:
            raise
        except BackendError:
            return None  # `ask` says what is wrong
        if not isinstance(room, int) or need <= room:
            return None
        return (
            f"the prompt and its answer need {need:,} tokens, but the model's context has {room:,}; "
            "shorten the speech or use another model"
        )

    async def ask(self, question: Question) -> Reply:
        """Answer in the worker thread; a question that cannot be answered says so in `error`."""
        loop = asyncio.get_running_loop()
        start = time.perf_counter()
        try:
            reply = await loop.run_in_executor(self._worker, self._answer, question)
        except FatalBackendError:
            raise
        except (BackendError, RuntimeError, ValueError) as error:
            why = next(iter(str(error).splitlines()), "") or type(error).__name__
            reply = Reply(error=why)
        return reply.model_copy(update={"latency_s": time.perf_counter() - start})

    async def close(self) -> None:
        """Free the model; a text that is being written ends with its next token."""
        self._closing.set()
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._engine = None

    @property
    def _ready(self) -> Engine:
        if self._engine is None:
            raise BackendError("the local model is not loaded; call open() first")
        return self._engine

    def _load(self) -> None:
        loaded = load_model(self._folder, self.settings)
        from mgllm.backends.weights.engine import Engine

        engine = Engine(loaded.model)
        engine.probe()
        self._tokenizer = loaded.tokenizer
        self._unknown = unknown_ids(loaded.tokenizer)
        self._decode = decoder(loaded.tokenizer)
        self.facts = {**loaded.facts, "label_tree": engine.branches}
        self._engine = engine

    def _prepare_question(self, question: Question) -> _Prepared:
        with self._tokenizing:
            encoded = encode_prompt(self._tokenizer, question, self.effort)
            refuse_rows(self._tokenizer, encoded.ids, self._ready.rows)
            if question.score != "logprob" or question.reasoning == "chain_of_thought":
                return _Prepared(encoded, None, len(encoded.ids) + question.max_tokens)
            labels = label_texts(question.choices, after_answer=False)
            behind = encode_labels(self._tokenizer, encoded, encoded.text, labels)
        for ids in behind.ids:
            refuse_rows(self._tokenizer, ids, self._ready.rows)
        return _Prepared(encoded, behind, behind.prefix + max(map(len, behind.ids)))

    def _answer(self, question: Question) -> Reply:
        if (too_long := self.fits(question)) is not None:
            raise BackendError(too_long)
        encoded, behind, _ = self._prepare(question)
        if behind is None:
            return self._write(question, encoded)
        scores = self._score(question.choices, encoded, encoded.ids, behind)
        return Reply(scores=scores, usage=Usage(prompt_tokens=len(encoded.ids), completion_tokens=0))

    def _write(self, question: Question, encoded: Encoded) -> Reply:
        from mgllm.backends.weights.engine import picker

        opened = self._opened(question, encoded)
        scored = question.score == "logprob"
        reasons = question.reasoning == "chain_of_thought"
        stop = stopper(self._decode, opened, before_answer=scored) if reasons else never
        written: Generated = self._ready.generate(
            encoded.ids,
            encoded.cuts,
            question.max_tokens,
            picker(question.temperature, question.seed),
            lambda ids: self._closing.is_set() or stop(ids),
        )
        text = self._decode(written.ids)
        end = answer_end(text, opened) if scored else None
        return Reply(
            text=opener_shown(text, opened) + text[:end],
            scores=self._score_after(question.choices, encoded, text[:end]) if end is not None else None,
            usage=Usage(prompt_tokens=len(encoded.ids), completion_tokens=len(written.ids)),
            reasoning_tokens=thought_tokens(written.ids, self._decode, opened),
            finish_reason=written.finish_reason,
        )

    def _opened(self, question: Question, encoded: Encoded) -> Mark | None:
        if question.prompt.form == "cloze" or not has_template(self._tokenizer):
            return None
        return opened_thought(self._tokenizer, encoded.text, question.prompt.messages)

    def _encode_after(self, choices: Sequence[Choice], encoded: Encoded, said: str) -> Continuations:
        """The labels after `said`, the model's text, which ends with "Answer:"."""
        labels = label_texts(choices, after_answer=True)
        with self._tokenizing:
            behind = encode_labels(self._tokenizer, encoded, encoded.text + said, labels)
        for ids in behind.ids:
            refuse_rows(self._tokenizer, ids, self._ready.rows)
        return behind

    def _score_after(self, choices: Sequence[Choice], encoded: Encoded, said: str) -> LabelScores:
        behind = self._encode_after(choices, encoded, said)
        with self._tokenizing:
            ids = tokenize(self._tokenizer, encoded.text + said, encoded.beginning)[0]
        return self._score(choices, encoded, ids, behind)

    def _score(
        self, choices: Sequence[Choice], encoded: Encoded, ids: Sequence[int], behind: Continuations
    ) -> LabelScores:
        tokens = self._ready.score(ids[: behind.prefix], encoded.cuts, behind.ids)
        total = {c.label: math.fsum(t) for c, t in zip(choices, tokens, strict=True)}
        mean = {c.label: math.fsum(t) / len(t) for c, t in zip(choices, tokens, strict=True)}
        if not all(map(math.isfinite, total.values())):
            raise BackendError(
                "the model gives a log-probability that is not a number; try --model-arg dtype=float32"
            )
        return LabelScores(total=total, mean=mean)
