"""What a caller of Python is answered: keywords, never flags; and nothing is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.records import Reply
from tests.conftest import Shelve

FLAG = re.compile(r"(?<![\w-])--?[a-z]")


def refused(function: Callable[..., object], *given: object, **keywords: object) -> str:
    with pytest.raises(mgllm.MgllmError) as caught:
        function(*given, **keywords)
    text = str(caught.value)
    assert "\n" not in text
    assert not FLAG.search(text), text
    return text


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"limit": "many"}, "limit must be a whole number above 0, not 'many'"),
        ({"limit": 0}, "limit must be 1 or more, not 0"),
        ({"temperature": "hot"}, "temperature must be a number from 0 to 2, not 'hot'"),
        ({"timeout_s": -1}, "timeout_s must be above 0, not -1"),
        ({"scenarios": 5}, "scenarios must be a list, not 5"),
        ({"scenarios": ["meetnig"]}, "unknown scenario 'meetnig'. Did you mean 'meeting'?"),
        ({"scenarios": "meeting", "arms": "text,mg"}, "unknown arm 'text,mg'. Did you mean 'text+mg'?"),
        ({"arms": [5]}, "arms must be a string, not 5"),
        ({"model": None}, "no model is named; use model=M, such as model='local'"),
        ({"model": 5}, "model must be a string, not 5"),
        ({"display": "loud"}, "display must be 'auto', 'rich', 'plain' or 'none', not 'loud'"),
        ({"store_text": "perhaps"}, "store_text must be True or False, not 'perhaps'"),
        ({"items": 5}, "items must be a string, not 5"),
        ({"results": 5}, "results must be a path, not 5"),
        ({"form": "clooze"}, "form must be 'chat'"),
        ({"cue_source": "seen"}, "cue_source must be 'annotated', 'recognized' or 'out_of_fold', not 'seen'"),
        ({"model_args": [5]}, "model_args must be a dict, not [5]"),
        ({"model_args": {"api_key": "x"}}, "model_args['api_key'] looks like a key"),
        ({"score": "sample", "epochs": 2}, "score='sample' needs epochs=5 or more, not 2"),
        ({"score": "sample", "temperature": 0}, "score='sample' needs different answers, but temperature=0"),
        ({"form": "cloze", "reasoning": "chain_of_thought"}, "reasoning='chain_of_thought' needs form="),
        ({"attribute": True, "arms": ["text"]}, "attribute=True needs the arms text and text+mg; "),
        ({"budget_usd": 3}, "budget_usd needs prices; give `price_in` and `price_out`"),
        ({"gestures": "nowhere"}, "`gestures`"),
        ({"scenarios_dir": "nowhere"}, "scenarios_dir"),
        ({"resume": "nothing"}, "unknown run 'nothing'"),
        ({"resume": 5}, "resume must be a run, not 5"),
        ({"paraphrase": "loud"}, "loud"),
        ({"items": "nowhere.jsonl"}, "nowhere.jsonl does not exist"),
    ],
)  # fmt: skip
def test_a_run_is_refused_by_the_keyword(
    keywords: dict[str, object], words: str, meeting: dict[str, Any], shelve: Shelve
) -> None:
    backend = shelve()
    assert words in refused(mgllm.run, **(meeting | keywords))
    assert backend.asked == []


def test_an_api_is_refused_by_the_keyword(monkeypatch: pytest.MonkeyPatch, meeting: dict[str, Any]) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    openai = meeting | {"model": "openai-compatible/x"}
    assert "needs `base_url`, such as" in refused(mgllm.run, **openai)
    assert refused(mgllm.run, **openai, base_url="no url").startswith("base_url='no url' is not http://")
    said = refused(mgllm.run, **openai, base_url="http://h/v1", api_key_env="not a name")
    assert said.startswith("api_key_env is ")
    assert "give api_key_env='MY_KEY'" in said


@pytest.mark.parametrize(
    ("function", "keyword", "near"),
    [
        (mgllm.run, "limti", "limit"),
        (mgllm.run, "timeout", "timeout_s"),
        (mgllm.run, "no_store_text", "store_text"),
        (mgllm.compare, "againts", "against"),
        (mgllm.render, "itme", "item"),
        (mgllm.transcribe, "checkpiont", "checkpoint"),
    ],
)
def test_an_unknown_keyword_is_pythons_own_error_with_a_guess(
    function: Callable[..., object], keyword: str, near: str
) -> None:
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{keyword}'") as caught:
        function(**{keyword: 1})
    assert str(caught.value).endswith(f"Did you mean '{near}'?")


def test_a_missing_argument_is_pythons_own_error() -> None:
    with pytest.raises(TypeError, match=r"render\(\) missing 1 required positional argument: 'scenario'"):
        mgllm.render()  # type: ignore[call-arg]


def test_what_is_not_a_run_is_said(tmp_path: Path) -> None:
    for nothing in (5, None, "", [5]):
        assert "runs must be a run, not" in refused(mgllm.compare, nothing)
    assert "runs is empty" in refused(mgllm.compare, [])
    assert "unknown run 'latest'" in refused(mgllm.compare, "latest", results=tmp_path)
    assert "unknown run 'latest'" in refused(mgllm.report, "latest", results=tmp_path)
    assert "unknown run 'latest'" in refused(mgllm.load_run, "latest", results=tmp_path)


def test_comparing_is_refused_by_the_keyword(meeting: dict[str, Any], shelve: Shelve, tmp_path: Path) -> None:
    shelve()
    run = mgllm.run(**meeting)
    assert refused(mgllm.compare, run, against=run).startswith("against='")
    assert refused(mgllm.compare, run, by="hieght").startswith("by: unknown covariate 'hieght'")
    assert refused(mgllm.compare, run, by="exposure").startswith("by='exposure': ")
    assert refused(mgllm.compare, run, pairs=[("text", "gm")]).startswith("pairs")
    (tmp_path / "other.jsonl").write_text(json.dumps({"id": "a", "subject": "s", "speech": "x"}))
    other = tmp_path / "other.jsonl"
    assert "set that was asked with `items`" in refused(mgllm.compare, run, by="sex", items=other)
    assert refused(mgllm.report, run, items=other, out=tmp_path / "page.html").startswith("items='")
    assert "give a file: out='report.html'" in refused(mgllm.report, run, tmp_path)


def test_transcribing_is_refused_by_the_keyword(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    assert refused(mgllm.transcribe, folder, tmp_path / "out", crop="0,0,5,5").startswith(
        "crop is for videos"
    )
    assert "cross_fit" in refused(mgllm.transcribe, [tmp_path / "a.mp4", "b.mp4"], "out", cross_fit=2)
    assert "settings['timeline.x']" in refused(
        mgllm.transcribe, ["a.skeleton.npz"], "out", settings={"timeline.x": 1}
    )
    assert refused(mgllm.transcribe, [], tmp_path / "out") == "paths is empty: name at least one recording"


def test_a_budget_that_stops_a_run_is_a_keyword_too(meeting: dict[str, Any], shelve: Shelve) -> None:
    shelve()
    run = mgllm.run(**meeting, max_requests=3)
    assert run.exit_code == 3
    assert str(run.stopped).startswith("max_requests=3 is reached")
    assert "stopped: max_requests=3" in repr(run)
    assert "<strong>stopped: max_requests=3" in run._repr_html_()
    whole = mgllm.run(resume=run.folder, results=meeting["results"], max_requests=1000)
    assert (whole.folder, whole.exit_code, whole.records) == (run.folder, 0, whole.planned)


def test_advice_is_in_the_words_of_python(meeting: dict[str, Any], shelve: Shelve) -> None:
    shelve(lambda question: Reply(text="", finish_reason="length"))
    run = mgllm.run(**meeting, score="generate")
    assert run.advice is not None
    assert not FLAG.search(run.advice)
