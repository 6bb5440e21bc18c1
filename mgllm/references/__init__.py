"""What is possible without a language model: the target guessed from facts, words and gestures by
simple classifiers. Items in, a table out."""

from mgllm.references.making import (
    Guess as Guess,
    MadeReferences as MadeReferences,
    make_references as make_references,
)
from mgllm.references.seen import ReferenceChoices as ReferenceChoices
