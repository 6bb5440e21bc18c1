"""How much faster a local model scores labels here than one forward pass per (prompt, label).

60 prompts: 30 invented items × 2 arms that differ in the cue block alone, behind a template with
two fixed exemplars. Three ways, interleaved item by
item in changing order, so that a busy machine slows them alike; the median of three rounds counts:

    mgllm      `LocalBackend.ask`: shared beginnings cached, all labels in one tree-masked pass
    every      one pass per (prompt, label), log-softmax at every position: what lm-eval does
    labels     the same with logits at the label's positions alone

What all items share matters too: `--head short` is an instruction of 22 tokens, `long` adds two
fixed exemplars (109 tokens). In both, a pair of prompts shares about 284 tokens.

Run: python benchmarks/local_scoring.py [--head long] [--quick] [--items N] [--rounds N] [--clock
cpu]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mgllm.backends.base import BackendOptions
from mgllm.backends.local import LocalBackend
from mgllm.backends.weights.known_models import DEFAULT_MODEL
from mgllm.backends.weights.loading import find_model
from mgllm.records import Choice, Message, Prompt, Question, Span, prompt_sha256

TWO = (" relaxed.", " under stress.")
FOUR = (" relaxed.", " under stress.", " rather bored.", " happy about it.")
TARGETS = {("every", 2): 4.5, ("every", 4): 6.0, ("labels", 2): 2.5, ("labels", 4): 5.0}


class Head(NamedTuple):
    """How a prompt begins for all items, and how long the speech is, so that all prompts have ~380
    tokens.
    """

    text: str
    words: int


HEADS = {
    "short": Head(
        "A person speaks in an interview. Below stands what the person says, and then how the person "
        "moves.\n\n",
        247,
    ),
    "long": Head(
        "A person speaks in an interview. At the end it is said how the person feels.\n\n"
        "First interview: I had waited for that letter all week, and when it came I read it twice, since it "
        "said all that I had hoped for.\n\nAll in all, the person feels relaxed.\n\n"
        "Second interview: They kept calling me one after the other, and each of them wanted an answer at "
        "once that I did not have.\n\nAll in all, the person feels under stress.\n\nThird interview: ",
        158,
    ),
}
GESTURES = ("touching the neck", "folding the arms", "rubbing the hands", "looking down", "biting the lips")
WORDS = (
    "well we had been there before and I knew the road so nobody asked me whether it was late or early and "
    "others talked of their work while I counted the houses on the left side until the river came into sight"
)
TOLERANCE = 1e-3
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
Scores = list[dict[str, float]]


def make_questions(item: int, labels: Sequence[str], head: Head) -> list[Question]:
    """The two arms of an item, of about 380 tokens each, which share about 284."""
    draw = random.Random(item)
    speech = " ".join(draw.choice(WORDS.split()) for _ in range(head.words)) + "."
    arms = []
    for _ in range(2):
        lines = [f"0:{5 * i + draw.randint(0, 4):02d} {draw.choice(GESTURES)}" for i in range(12)]
        cues = "Micro-gestures seen:\n" + "\n".join(lines)
        start = len(head.text) + len(speech) + 2
        text = f"{head.text}{speech}\n\n{cues}\n\nAll in all, the person feels"
        spans = (
            Span(message=0, block="speech", start=len(head.text), end=len(head.text) + len(speech)),
            Span(message=0, block="cues", start=start, end=start + len(cues)),
        )
        messages = (Message(role="user", content=text),)
        sha256 = prompt_sha256("cloze", messages)
        prompt = Prompt(form="cloze", messages=messages, spans=spans, sha256=sha256)
        choices = tuple(Choice(label=label, text=label) for label in labels)
        arms.append(Question(prompt=prompt, choices=choices, score="logprob"))
    return arms


def score_one_by_one(model: Any, tokenizer: Any, questions: Sequence[Question], everywhere: bool) -> Scores:
    """One forward pass per prompt and label on the model as transformers loads it."""
    import torch

    found = []
    for question in questions:
        text = question.prompt.messages[0].content
        start = tokenizer(text).input_ids
        scores = {}
        for choice in question.choices:
            label = tokenizer(text + choice.text).input_ids[len(start) :]
            row = torch.tensor([start + label[:-1]])
            keep = 0 if everywhere else len(label)
            with torch.no_grad():
                logits_TV = model(input_ids=row, logits_to_keep=keep).logits[0]
            logp_TV = logits_TV.log_softmax(-1)[-len(label) :]
            scores[choice.label] = float(logp_TV[range(len(label)), label].sum())
        found.append(scores)
    return found


def measure(
    items: int,
    rounds: int,
    labels: Sequence[str],
    ways: dict[str, Callable[..., Scores]],
    clock: Callable[[], float],
    head: Head,
) -> dict[str, float]:
    """Prompts a second of each way: the median over rounds, after all ways were seen to agree."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        pairs = [make_questions(1000 * turn + item, labels, head) for item in range(items)]
        found: dict[str, list[Scores]] = {}
        for name in random.Random(turn).sample(sorted(ways), len(ways)):
            print(f"{len(labels)} labels, round {turn + 1}/{rounds}, {name}", end="\r", file=sys.stderr)
            start = clock()
            found[name] = [ways[name](questions) for questions in pairs]
            rates[name].append(2 * items / (clock() - start))
        for nth in range(items):
            _check_agreement({name: scores[nth] for name, scores in found.items()})
    print(file=sys.stderr)
    return {name: statistics.median(values) for name, values in rates.items()}


def _check_agreement(found: dict[str, Scores]) -> None:
    for name, scores in found.items():
        for one, other in zip(found["mgllm"], scores, strict=True):
            worst = max(abs(one[label] - other[label]) for label in one)
            assert worst <= TOLERANCE, f"mgllm and '{name}' differ by {worst:.2g} nats"


def _table(rates: dict[int, dict[str, float]]) -> str:
    lines = [
        "| labels | mgllm, prompts/s | every position | ratio | label positions | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for count, rate in rates.items():
        cells = [f"{count}", f"{rate['mgllm']:.2f}"]
        for name in ("every", "labels"):
            ratio, target = rate["mgllm"] / rate[name], TARGETS[name, count]
            cells += [
                f"{rate[name]:.2f}",
                f"**{ratio:.1f}×** ({'≥' if ratio >= target else 'below'} {target}×)",
            ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--items", type=int, default=30, help="items of two prompts each")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="4 items, 1 round: see that it works")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall", help="cpu: on a busy machine")
    parser.add_argument("--head", choices=sorted(HEADS), default="short", help="what all items share")
    given = parser.parse_args()
    head = HEADS[given.head]
    items, rounds = (4, 1) if given.quick else (given.items, given.rounds)

    with asyncio.Runner() as runner:
        local = LocalBackend(BackendOptions(model=DEFAULT_MODEL))
        runner.run(local.open())
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        folder = find_model(DEFAULT_MODEL).source
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        plain: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
        plain.eval()

        def ask(questions: Sequence[Question]) -> Scores:
            replies = [runner.run(local.ask(question)) for question in questions]
            assert all(reply.scores for reply in replies), replies[0].error
            return [dict(reply.scores.total) for reply in replies if reply.scores]

        ways: dict[str, Callable[..., Scores]] = {
            "mgllm": ask,
            "every": lambda questions: score_one_by_one(plain, tokenizer, questions, everywhere=True),
            "labels": lambda questions: score_one_by_one(plain, tokenizer, questions, everywhere=False),
        }
        one, other = (tokenizer(q.prompt.messages[0].content).input_ids for q in make_questions(0, TWO, head))
        shared = next(i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
        for way in ways.values():  # warm up
            way(make_questions(-1, TWO, head))
        rates = {
            len(labels): measure(items, rounds, labels, ways, CLOCKS[given.clock], head)
            for labels in (TWO, FOUR)
        }
        print(
            f"{2 * items} prompts, {rounds} rounds, {torch.get_num_threads()} threads, {given.clock} clock."
        )
        common = len(tokenizer(head.text).input_ids)
        print(f"A prompt has {len(one)} tokens; a pair shares {shared}, all prompts the first {common}.\n")
        print(_table(rates))
        runner.run(local.close())


if __name__ == "__main__":
    main()
