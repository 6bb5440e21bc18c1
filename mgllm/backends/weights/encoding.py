"""Makes token ids of a prompt, cut so that an item's arms share beginnings; puts labels into a
tree."""

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
"""Shortest segment in tokens between two cuts: for a shorter one a pass costs more than it
saves."""


class Encoded(NamedTuple):
    """A prompt as the model reads it."""

    text: str
    """All of it, with the template."""
    ids: tuple[int, ...]
    """Token ids of `text`."""
    cuts: tuple[int, ...]
    """Token positions, ascending, at which the prompt is cut into segments; each is read in one
    pass."""
    beginning: tuple[int, ...]
    """Token ids that the tokenizer itself puts before a text; none if a chat template writes
    them."""


class Continuations(NamedTuple):
    """The labels after a prompt."""

    prefix: int
    """Number of the prompt's tokens that all labels leave unchanged; what follows is scored."""
    ids: tuple[tuple[int, ...], ...]
    """Token ids of each label from there on, in the order of the choices."""


def encode_prompt(tokenizer: Any, question: Question, effort: str | None = None) -> Encoded:
    """Template (chat) or plain text (cloze), token ids, and cuts where speech and cue block begin.

    Raises:
        FatalBackendError: the template refuses the messages, loses words or leaves a thought open.
        BackendError: the prompt is empty.
    """
    prompt = question.prompt
    templates = prompt.form == "chat" and has_template(tokenizer)
    text = templated(tokenizer, question, effort) if templates else _plain(prompt.messages)
    beginning = () if templates else set_before(tokenizer, text)
    ids, ends = tokenize(tokenizer, text, beginning)
    if not ids:
        raise BackendError("the prompt has no tokens; write something into the template")
    starts = _block_starts(text, prompt)
    return Encoded(text, ids, _cuts(text, ends, starts, len(ids)), beginning)


def encode_labels(tokenizer: Any, encoded: Encoded, text: str, labels: Sequence[str]) -> Continuations:
    """Token ids of each label after `text` (the prompt, or the prompt and what was generated).

    A label's first letters may form one token with the prompt's last letters. Then scoring begins
    earlier, after the last token that all labels leave unchanged, so that all scores are
    probabilities of the same text.

    Raises:
        FatalBackendError: a label adds no token.
        BackendError: no token of the prompt stays unchanged.
    """
    alone, _ = tokenize(tokenizer, text, encoded.beginning)
    full = [tokenize(tokenizer, text + label, encoded.beginning)[0] for label in labels]
    prefix = min(_shared(alone, ids) for ids in full)
    tails = tuple(ids[prefix:] for ids in full)
    for label, tail in zip(labels, tails, strict=True):
        if not tail:
            raise FatalBackendError(
                f"the label '{label}' adds no token to the prompt: the model's tokenizer does not know it; "
                "give it other words, or use another model"
            )
    if prefix == 0:
        raise BackendError("no token of the prompt stays unchanged before the labels; make the prompt longer")
    return Continuations(prefix, tails)


def label_texts(choices: Sequence[Choice], after_answer: bool) -> list[str]:
    """The texts of the labels; after "Answer:" each begins with one space."""
    if after_answer:
        return [" " + choice.text.strip() for choice in choices]
    return [choice.text for choice in choices]


def tokenize(
    tokenizer: Any, text: str, beginning: Sequence[int] = ()
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """`beginning` and the token ids of `text`, and the end of each token as a character index.

    The ends are empty if the tokenizer does not give them. Special tokens that a tokenizer adds
    after a text are left out: they would be scored as if they were words.
    """
    fast = bool(getattr(tokenizer, "is_fast", False))
    coded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=fast, verbose=False)
    ids = (*beginning, *coded["input_ids"])
    ends = (*(0 for _ in beginning), *(end for _, end in coded["offset_mapping"])) if fast else ()
    return ids, ends


def set_before(tokenizer: Any, text: str) -> tuple[int, ...]:
    """Token ids that the tokenizer itself puts before a text, such as a beginning-of-text token.

    If there are none and the text has no tokens, one beginning- or end-of-text token, so that the
    model has something to read.
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
    """Decodes generated tokens without special ones, except those that mark thoughts: without these
    a thought would look like the answer."""
    added = getattr(tokenizer, "added_tokens_decoder", {})
    hidden = {i for i, token in added.items() if token.special and not is_mark(str(token))}
    hidden |= {i for i in tokenizer.all_special_ids if i not in added}

    def decode(ids: Sequence[int]) -> str:
        text = tokenizer.decode([i for i in ids if i not in hidden], skip_special_tokens=False)
        assert isinstance(text, str)
        return text

    return decode


def _plain(messages: Sequence[Message]) -> str:
    """The messages without a chat template: one as it is; several with blank lines between them,
    and a line end after the last."""
    if len(messages) == 1:
        return messages[0].content
    return "\n\n".join(message.content for message in messages) + "\n"


def _block_starts(text: str, prompt: Prompt) -> list[int]:
    """Character indices in `text` at which speech and cue block begin."""
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
    """For each block, the number of tokens that end before it and before the white space in front
    of it.

    These tokens do not depend on the block's words, nor on anything after it, so an item's arms
    share their cuts.
    """
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
    """Length of the common beginning."""
    length = min(len(one), len(other))
    return next((i for i in range(length) if one[i] != other[i]), length)


class Step(NamedTuple):
    """One token of one label."""

    row: int
    """Row of the logits with its probability: 0 is the prompt's last token, i + 1 the tree's node
    i."""
    token: int
    """Its id."""


class LabelTree(NamedTuple):
    """What the model reads after the prompt, and where each label's probability is found."""

    tokens: tuple[int, ...]
    """Token ids of the inner nodes, parents before children."""
    parents: tuple[int, ...]
    """Index of each node's parent; −1 for the prompt."""
    depths: tuple[int, ...]
    """Tokens between the prompt and the node; 0 directly after the prompt."""
    paths: tuple[tuple[Step, ...], ...]
    """For each label, its tokens in order."""


def grow_tree(labels: Sequence[Sequence[int]]) -> LabelTree:
    """The smallest tree with all labels.

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
    """Additive attention mask [1, 1, segment + nodes, past + segment + nodes]: 0 where a token may
    look.

    `past` tokens are cached; `segment` tokens of the prompt and then the nodes are read in this
    pass.
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
