"""All labels of a prompt in one forward pass: a tree of tokens, each seeing only its own branch.

Labels that begin alike share nodes. The last token of a label is never read by the model: only its
probability is wanted, so it stands in the tree as a leaf and takes no place in the pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch


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
