"""Runs a causal language model: reads prompts segment by segment, scores labels in one pass,
writes."""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from mgllm.backends.weights.encoding import LabelTree, grow_tree, tree_mask

if TYPE_CHECKING:
    from transformers import DynamicCache

CACHE_BYTES = 256 * 2**20
"""Memory for the beginnings of prompts."""
TokenScores = tuple[tuple[float, ...], ...]
"""Log-probability in nats of each token of each label."""
Segments = tuple[tuple[int, ...], ...]
"""Token ids of a prompt's beginning, cut as they were read."""


class Generated(NamedTuple):
    """What the model wrote."""

    ids: tuple[int, ...]
    """Token ids, without the end-of-text token."""
    finish_reason: str
    """stop: the model ended, or `stop` ended it; length: the limit of tokens was reached."""


class Engine:
    """The model, and the beginnings of prompts that it has read.

    Which tokens go through the model together changes the last bits of a float. Here that depends
    only on the question, not on what is in the cache, so replies are equal to the last bit.
    """

    def __init__(self, model: Any, cache_bytes: int = CACHE_BYTES) -> None:
        self.model = model
        self.device = model.device
        self.cache = PrefixCache(cache_bytes)
        self.branches = True
        """False after `probe` if this architecture cannot read a tree of labels."""
        text_config = model.config.get_text_config(decoder=True)
        self.window: int | None = getattr(text_config, "sliding_window", None)
        """Most tokens that a layer looks back; longer prompts are scored one label at a time."""
        self.rows = _rows(model)
        """Number of tokens that it knows: those with an embedding and a logit."""
        self._keeps = "logits_to_keep" in inspect.signature(model.forward).parameters

    @torch.inference_mode()
    def score(self, ids: Sequence[int], cuts: Sequence[int], labels: Sequence[Sequence[int]]) -> TokenScores:
        """Log-probabilities of the labels' tokens after the prompt `ids`, which is cut at
        `cuts`."""
        longest = len(ids) + max(map(len, labels))
        if not self.branches or (self.window is not None and longest > self.window):
            return self.score_plainly(ids, labels)
        state, rest = self._read_prefix(ids, cuts)
        tree = grow_tree(labels)
        logits_RV = self._read_tree(rest, tree, state)
        logp_RV = logits_RV.double().log_softmax(-1)
        return tuple(tuple(float(logp_RV[step.row, step.token]) for step in path) for path in tree.paths)

    @torch.inference_mode()
    def score_plainly(self, ids: Sequence[int], labels: Sequence[Sequence[int]]) -> TokenScores:
        """The same with one pass per label and without cache: slow, but right for every
        architecture."""
        scores = []
        for label in labels:
            logits_TV = self._logits([*ids, *label[:-1]], keep=len(label))
            logp_TV = logits_TV.double().log_softmax(-1)
            scores.append(tuple(float(logp_TV[i, token]) for i, token in enumerate(label)))
        return tuple(scores)

    @torch.inference_mode()
    def generate(
        self,
        ids: Sequence[int],
        cuts: Sequence[int],
        max_tokens: int,
        pick: Callable[[torch.Tensor], int],
        stop: Callable[[Sequence[int]], bool],
    ) -> Generated:
        """Write up to `max_tokens` tokens: `pick` chooses one from logits [V], `stop` may end the
        text."""
        written: list[int] = []
        ends = self._end_ids()
        cache: DynamicCache | None = None
        fresh: Sequence[int] = ids
        if self.branches:
            state, fresh = self._read_prefix(ids, cuts)
            cache = _as_cache(state)
        while len(written) < max_tokens:
            token = pick(self._logits(fresh, keep=1, cache=cache)[-1])
            if token in ends:
                return Generated(tuple(written), "stop")
            written.append(token)
            if stop(written):
                return Generated(tuple(written), "stop")
            fresh = [token] if cache is not None else [*ids, *written]
        return Generated(tuple(written), "length")

    def probe(self) -> None:
        """Test on a made-up prompt whether trees and cached beginnings give the same as plain
        passes."""
        vocabulary = self.model.get_input_embeddings().num_embeddings
        ids = [(7919 * i + 5) % vocabulary for i in range(20)]
        labels = [tuple(ids[:3]), (ids[0], ids[5]), (ids[7],)]
        tolerance = 1e-3 if self.model.dtype == torch.float32 else 0.5
        try:
            fast = self.score(ids[4:], (6,), labels)
        except (RuntimeError, ValueError, TypeError, AttributeError, IndexError, KeyError):
            self.branches = False  # the architecture has another kind of cache or mask
            return
        slow = self.score_plainly(ids[4:], labels)
        pairs = zip(sum(fast, ()), sum(slow, ()), strict=True)
        self.branches = all(abs(one - other) <= tolerance for one, other in pairs)

    def _read_prefix(self, ids: Sequence[int], cuts: Sequence[int]) -> tuple[PrefixState, Sequence[int]]:
        """State after the last cut (from the cache, if it is there), and the tokens after the
        cut."""
        inner = [cut for cut in cuts if cut < len(ids)]
        edges = [0, *inner]
        segments = tuple(tuple(ids[a:b]) for a, b in zip(edges, inner, strict=False))
        state: PrefixState = ()
        for count in range(1, len(segments) + 1):
            known = self.cache.get(segments[:count])
            if known is None:
                known = self._read_segment(segments[count - 1], state)
                self.cache.put(segments[:count], known)
            state = known
        return state, ids[edges[-1] :]

    def _read_segment(self, segment: Sequence[int], state: PrefixState) -> PrefixState:
        cache = _as_cache(state)
        body = self.model.base_model  # without the output layer: no logits are needed here
        body(input_ids=self._row(segment), past_key_values=cache, use_cache=True)
        layers: list[Any] = cache.layers
        return tuple(LayerState(layer.keys.contiguous(), layer.values.contiguous()) for layer in layers)

    def _read_tree(self, rest: Sequence[int], tree: LabelTree, state: PrefixState) -> torch.Tensor:
        """Logits [1 + nodes, V] at the prompt's last token and at each node of the tree."""
        keep = 1 + len(tree.tokens)
        if not tree.tokens:
            return self._logits(rest, keep, _as_cache(state))
        past = state[0].keys.shape[-2] if state else 0
        end = past + len(rest)
        places = [*range(past, end), *(end + depth for depth in tree.depths)]
        mask = tree_mask(tree, past, len(rest), self.model.dtype).to(self.device)
        shape = {"attention_mask": mask, "position_ids": self._row(places)}
        return self._logits([*rest, *tree.tokens], keep, _as_cache(state), **shape)

    def _logits(
        self, tokens: Sequence[int], keep: int, cache: DynamicCache | None = None, **shape: torch.Tensor
    ) -> torch.Tensor:
        """Logits [keep, V] at the last `keep` tokens."""
        kept = {"logits_to_keep": keep} if self._keeps else {}
        out = self.model(
            input_ids=self._row(tokens), past_key_values=cache, use_cache=cache is not None, **kept, **shape
        )
        logits: torch.Tensor = out.logits[0, -keep:]
        return logits

    def _row(self, numbers: Sequence[int]) -> torch.Tensor:
        return torch.tensor([list(numbers)], dtype=torch.long, device=self.device)

    def _end_ids(self) -> frozenset[int]:
        found = [getattr(self.model.generation_config, "eos_token_id", None), self.model.config.eos_token_id]
        flat = [i for ids in found for i in (ids if isinstance(ids, list | tuple) else [ids])]
        return frozenset(i for i in flat if i is not None)


def _rows(model: Any) -> int:
    output = model.get_output_embeddings()
    read = int(model.get_input_embeddings().num_embeddings)
    return min(read, int(output.weight.shape[0])) if output is not None else read


def _as_cache(state: PrefixState) -> DynamicCache:
    """The library's kind of cache, filled with a state. It grows by copying, so the state stays the
    same."""
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer

    make_layer: Any = DynamicLayer
    cache = DynamicCache()
    for keys, values in state:
        layer: Any = make_layer()
        layer.lazy_initialization(keys, values)
        layer.keys, layer.values = keys, values
        cache.layers.append(layer)
    return cache


class LayerState(NamedTuple):
    """Keys and values of one layer, each [1, heads, tokens, head size]."""

    keys: torch.Tensor
    values: torch.Tensor


PrefixState = tuple[LayerState, ...]
"""One LayerState per layer; never changed."""


class PrefixCache:
    """The most recently used beginnings of prompts, limited in bytes.

    The key of an entry is its segments, not only its tokens: the same tokens cut in other places
    give other last bits. So a reply's numbers never depend on what was asked before.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.hits = 0
        self._states: OrderedDict[Segments, PrefixState] = OrderedDict()

    def get(self, segments: Segments) -> PrefixState | None:
        """The state after these segments, if it is still in the cache."""
        state = self._states.get(segments)
        if state is not None:
            self.hits += 1
            self._states.move_to_end(segments)
        return state

    def put(self, segments: Segments, state: PrefixState) -> None:
        """Keep a state and drop those unused for longest; a state larger than the limit is not
        kept."""
        size = _bytes_of(state)
        if segments in self._states or size > self.max_bytes:
            return
        self._states[segments] = state
        self.bytes += size
        while self.bytes > self.max_bytes:
            _, oldest = self._states.popitem(last=False)
            self.bytes -= _bytes_of(oldest)

    def clear(self) -> None:
        self._states.clear()
        self.bytes = 0


def _bytes_of(state: PrefixState) -> int:
    return sum(tensor.nbytes for layer in state for tensor in layer)


def picker(temperature: float, seed: int) -> Callable[[torch.Tensor], int]:
    """Chooses a token from logits [V]: the likeliest at temperature 0, else a seeded draw."""
    if temperature <= 0:
        return lambda logits_V: int(logits_V.argmax())
    generator = torch.Generator().manual_seed(seed % 2**63)

    def draw(logits_V: torch.Tensor) -> int:
        p_V = (logits_V.double().cpu() / temperature).softmax(-1)
        return int(torch.multinomial(p_V, 1, generator=generator))

    return draw
