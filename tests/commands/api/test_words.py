"""Messages that name flags, in the words of Python."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mgllm
from mgllm.commands.api._words import in_python

PARAMETERS = {
    **inspect.signature(mgllm.transcribe).parameters,
    **inspect.signature(mgllm.compare).parameters,
    **inspect.signature(mgllm.run).parameters,
}
PACKAGE = Path(mgllm.__file__).parent
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
BELOW = ("experiment", "arms", "answers", "backends", "items", "prompts", "cues", "store.py")
"""Where the errors of a run come from."""


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("--limit must be 1 or more, not 0", "limit must be 1 or more, not 0"),
        ("--limit must be text, not 0", "limit must be a string, not 0"),
        ("--model-arg must be an object {…}, not [5]", "model_args must be a dict, not [5]"),
        ("items.jsonl:3 speech: must be text", "items.jsonl:3 speech: must be text"),
        ("--no-store-text must be true or false, not 5", "store_text must be True or False, not 5"),
        ("use --model M, such as --model local", "use model=M, such as model='local'"),
        ("lower --max-tokens", "lower `max_tokens`"),
        ("`--resume` asks again", "`resume` asks again"),
        ("raise it and go on with --resume", "raise it and go on with `resume`"),
        ("--max-requests 5 is reached; raise it", "max_requests=5 is reached; raise it"),
        ("need --yes (fewer: --limit N)", "need yes=True (fewer: limit=N)"),
        ("--attribute: none of the items", "attribute: none of the items"),
        ("--attribute needs the arms; --arms lacks mg", "attribute=True needs the arms; `arms` lacks mg"),
        ("run --arms mg,mg+filler", "run arms=['mg', 'mg+filler']"),
        ("--reasoning direct needs --form chat:", "reasoning='direct' needs form='chat':"),
        ("give --price-in and --price-out (USD)", "give `price_in` and `price_out` (USD)"),
        ("a --scenarios folder of yours", "a `scenarios_dir` folder of yours"),
        ("--timeout must be above 0, not -1", "timeout_s must be above 0, not -1"),
        ("refuses --model-arg top_p (no); leave", "refuses model_args['top_p'] (no); leave"),
        ("--model-arg device=cuda: torch", "model_args={'device': 'cuda'}: torch"),
        ('--model-arg thinking={"a":1}', "model_args={'thinking': {\"a\":1}}"),
        ("give --api-key-env MY_KEY", "give api_key_env='MY_KEY'"),
        ("such as --base-url http://127.0.0.1/v1, or", "such as base_url='http://127.0.0.1/v1', or"),
        ("--against 'latest' is the run itself", "against='latest' is the run itself"),
        ("--by sex: no item of scenario", "by='sex': no item of scenario"),
        ("--by: unknown covariate 'x'", "by: unknown covariate 'x'"),
        ("--pair text+mg,mg: no scenario", "pairs=[('text+mg', 'mg')]: no scenario"),
        ("name another -o", "name another `out`"),
        ("--set timeline.x must be 1 or more", "settings['timeline.x'] must be 1 or more"),
        ("`mgllm run --resume` asks again", "`mgllm run --resume` asks again"),
        ("with: mgllm run x --limit 5, or --limit 4", "with: mgllm run x --limit 5, or limit=4"),
        ("cost: --dry-run", "cost: --dry-run (of the command line)"),
        ("a -- dash, a-o, x--y, 3 - o", "a -- dash, a-o, x--y, 3 - o"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_message_names_keywords(message: str, said: str) -> None:
    assert in_python(message, PARAMETERS) == said


def test_a_flag_of_another_function_is_said_to_be_the_command_lines() -> None:
    only = inspect.signature(mgllm.load_items).parameters
    assert in_python("give --limit 5", only) == "give --limit (of the command line) 5"


def raised() -> Iterator[str]:
    """All texts in the code behind `run` that name a flag; docstrings and comments left out."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if not path.relative_to(PACKAGE).as_posix().startswith(BELOW):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        inside = {
            id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(p.value) if isinstance(p, ast.Constant) else "'x'" for p in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            else:
                continue
            if id(node) not in docs | inside and FLAG.search(text) and " " in text:
                yield text


def test_every_text_behind_a_run_can_be_said_without_flags() -> None:
    texts = list(raised())
    assert len(texts) > 40
    said = [in_python(text, PARAMETERS) for text in texts]
    left = {
        found[0]
        for text in said
        for found in FLAG.finditer(re.sub(r"`?mgllm [a-z][^`;]*|--\S+ \(of the command line\)", "", text))
    }
    assert left == set()
    elsewhere = {found for text in said for found in re.findall(r"(\S+) \(of the command line\)", text)}
    assert elsewhere <= {"--dry-run", "--speech", "--from", "--from-hub", "--debug", "--hash"}
