"""From a prompt to token ids, cut so that an item's arms share their beginnings; labels as a tree of ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from mgllm.backends.weights.templating import has_template, templated
from mgllm.backends.weights.thoughts import is_mark
from mgllm.errors import BackendError, FatalBackendError
from mgllm.records import Choice, Message, Prompt, Question

if TYPE_CHECKING:
    import torch

SHORTEST_SEGMENT = 8
"""Tokens: a cut that would leave a shorter segment behind it is not made; a pass costs more than it saves."""


class Encoded(NamedTuple):
    """A prompt as the model reads it."""

    text: str
    """Everything, template included."""
    ids: tuple[int, ...]
    """Token ids of `text`."""
    cuts: tuple[int, ...]
    """Token positions, ascending, between which the prompt is read segment by segment."""
    beginning: tuple[int, ...]
    """Token ids that the tokenizer itself sets before a text; none where a chat template sets them."""


class Continuations(NamedTuple):
    """The labels behind a prompt."""

    prefix: int
    """How many tokens of the prompt all labels share; what follows is scored."""
    ids: tuple[tuple[int, ...], ...]
    """Token ids of each label from there on, in the order of the choices."""


def encode_prompt(tokenizer: Any, question: Question, effort: str | None = None) -> Encoded:
    """Template (chat) or plain text (cloze), token ids, and cuts where speech and cue block begin.

    Raises:
        FatalBackendError: the template refuses the messages, loses words of them or leaves a thought open.
        BackendError: nothing is left to read.
    """
    prompt = question.prompt
    templates = prompt.form == "chat" and has_template(tokenizer)
    text = templated(tokenizer, question, effort) if templates else _plain(prompt.messages)
    beginning = () if templates else set_before(tokenizer, text)
    ids, ends = tokenize(tokenizer, text, beginning)
    if not ids:
        raise BackendError("the prompt holds no token; write something into the template")
    starts = _block_starts(text, prompt)
    return Encoded(text, ids, _cuts(text, ends, starts, len(ids)), beginning)


def encode_labels(tokenizer: Any, encoded: Encoded, text: str, labels: Sequence[str]) -> Continuations:
    """Token ids of each label as they stand behind `text` (the prompt, or the prompt and what was generated).

    A label's first letters may melt with the prompt's last token. Then the labels are scored from the last
    token on that all of them leave as it is, so that each score is the probability of the same text.

    Raises:
        FatalBackendError: a label adds no token.
        BackendError: none of the prompt is left.
    """
    whole, _ = tokenize(tokenizer, text, encoded.beginning)
    full = [tokenize(tokenizer, text + label, encoded.beginning)[0] for label in labels]
    prefix = min(_shared(whole, ids) for ids in full)
    tails = tuple(ids[prefix:] for ids in full)
    for label, tail in zip(labels, tails, strict=True):
        if not tail:
            raise FatalBackendError(
                f"the label '{label}' adds no token to the prompt: the model's tokenizer knows none of it; "
                "give it other words, or take another model"
            )
    if prefix == 0:
        raise BackendError("the labels leave no token of the prompt as it is; lengthen the prompt")
    return Continuations(prefix, tails)


def label_texts(choices: Sequence[Choice], after_answer: bool) -> list[str]:
    """How the labels go on; behind "Answer:" each has one leading space."""
    if after_answer:
        return [" " + choice.text.strip() for choice in choices]
    return [choice.text for choice in choices]


def tokenize(
    tokenizer: Any, text: str, beginning: Sequence[int] = ()
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Token ids behind those of `beginning`, and the character behind each (empty where the tokenizer does
    not tell). What a tokenizer sets behind a text is never there: it would be scored as if it were said."""
    fast = bool(getattr(tokenizer, "is_fast", False))
    coded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=fast, verbose=False)
    ids = (*beginning, *coded["input_ids"])
    ends = (*(0 for _ in beginning), *(end for _, end in coded["offset_mapping"])) if fast else ()
    return ids, ends


def set_before(tokenizer: Any, text: str) -> tuple[int, ...]:
    """Token ids that the tokenizer sets before a text of its own accord: a beginning of text.

    Where it sets none and finds no token in the text, a beginning or end of text, so that a model has
    something to read.
    """
    plain = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    full = tokenizer(text, add_special_tokens=True, verbose=False)["input_ids"]
    if not plain:
        starts = (tokenizer.bos_token_id, tokenizer.eos_token_id)
        return tuple(full[:1]) or tuple(start for start in starts if start is not None)[:1]
    spare = len(full) - len(plain)
    found = (at for at in range(spare + 1) if full[at : at + len(plain)] == plain)
    return tuple(full[: next(found, 0)])


def decoder(tokenizer: Any) -> Callable[[Sequence[int]], str]:
    """The text of generated tokens. Special tokens are left out, but for those that mark thoughts: without
    them a thought would look like the answer."""
    added = getattr(tokenizer, "added_tokens_decoder", {})
    hidden = {i for i, token in added.items() if token.special and not is_mark(str(token))}
    hidden |= {i for i in tokenizer.all_special_ids if i not in added}

    def decode(ids: Sequence[int]) -> str:
        text = tokenizer.decode([i for i in ids if i not in hidden], skip_special_tokens=False)
        assert isinstance(text, str)
        return text

    return decode


def _plain(messages: Sequence[Message]) -> str:
    """Cloze: the text as it is. Several messages: one below the other, the answer on a line of its own."""
    if len(messages) == 1:
        return messages[0].content
    return "\n\n".join(message.content for message in messages) + "\n"


def _block_starts(text: str, prompt: Prompt) -> list[int]:
    """Characters of `text` at which speech and cue block begin."""
    starts, at = [], 0
    for index, message in enumerate(prompt.messages):
        content = message.content
        trimmed = content.strip()
        found = text.find(trimmed, at)
        if found < 0 or not trimmed:
            continue
        lead = len(content) - len(content.lstrip())
        starts += [found + span.start - lead for span in prompt.spans if span.message == index]
        at = found + len(trimmed)
    return sorted(starts)


def _cuts(text: str, ends: Sequence[int], starts: Sequence[int], n_tokens: int) -> tuple[int, ...]:
    """The last token that ends before a block and before the white space ahead of it: what stands there
    does not depend on what the block says. A cut depends on nothing behind it, so arms make the same ones."""
    cuts: list[int] = []
    for start in starts:
        limit = len(text[: max(start, 0)].rstrip())
        cut = _count_until(ends, limit)
        last = cuts[-1] if cuts else 0
        if cut - last >= SHORTEST_SEGMENT and cut < n_tokens:
            cuts.append(cut)
    return tuple(cuts)


def _count_until(ends: Sequence[int], limit: int) -> int:
    count = 0
    for end in ends:
        if end > limit:
            break
        count += 1
    return count


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the longest common beginning."""
    length = min(len(one), len(other))
    return next((i for i in range(length) if one[i] != other[i]), length)


class Step(NamedTuple):
    """One token of one label."""

    row: int
    """Which logits tell its probability: 0 is the prompt's last token, i + 1 the tree's node i."""
    token: int
    """Its id."""


class LabelTree(NamedTuple):
    """What the model reads behind the prompt, and where each label's probability is found."""

    tokens: tuple[int, ...]
    """Token ids of the inner nodes, parents before children."""
    parents: tuple[int, ...]
    """Index of each node's parent; −1 for the prompt."""
    depths: tuple[int, ...]
    """Tokens between the prompt and the node; 0 right behind it."""
    paths: tuple[tuple[Step, ...], ...]
    """Per label, its tokens in order."""


def grow_tree(labels: Sequence[Sequence[int]]) -> LabelTree:
    """The smallest tree that holds all labels.

    >>> tree = grow_tree([(5, 6), (5, 7, 8), (9,)])
    >>> tree.tokens, tree.parents
    ((5, 7), (-1, 0))
    """
    nodes: dict[tuple[int, ...], int] = {}
    paths = []
    for label in labels:
        for length in range(1, len(label)):
            nodes.setdefault(tuple(label[:length]), len(nodes))
        rows = [nodes[tuple(label[:length])] + 1 if length else 0 for length in range(len(label))]
        paths.append(tuple(Step(row, token) for row, token in zip(rows, label, strict=True)))
    return LabelTree(
        tokens=tuple(branch[-1] for branch in nodes),
        parents=tuple(nodes.get(branch[:-1], -1) for branch in nodes),
        depths=tuple(len(branch) - 1 for branch in nodes),
        paths=tuple(paths),
    )


def tree_mask(tree: LabelTree, past: int, segment: int, dtype: torch.dtype) -> torch.Tensor:
    """Additive attention mask [1, 1, segment + nodes, past + segment + nodes]: 0 where a token may look.

    `past` tokens are cached, `segment` tokens of the prompt are read in this pass, the nodes behind them.
    """
    import torch

    rows = segment + len(tree.tokens)
    sees_QK = torch.zeros(rows, past + rows, dtype=torch.bool)
    sees_QK[:, :past] = True
    sees_QK[:segment, past : past + segment] = torch.ones(segment, segment, dtype=torch.bool).tril()
    for node, parent in enumerate(tree.parents):
        row = segment + node
        sees_QK[row] = sees_QK[segment + parent if parent >= 0 else segment - 1]
        sees_QK[row, past + row] = True
    mask_QK = torch.zeros(rows, past + rows, dtype=dtype)
    return mask_QK.masked_fill(~sees_QK, torch.finfo(dtype).min)[None, None]
