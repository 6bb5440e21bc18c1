"""`compare --pair`: any two arms, beside those that a table has by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mgllm.analysis import RunRecords, summarise
from mgllm.errors import InputError

MakeRun = Callable[..., RunRecords]


def test_any_two_arms_on_request(made_run: MakeRun) -> None:
    """`--pair`: the same numbers as had the second arm been the baseline, and nothing else moves but q."""
    run = made_run(3, sizes=(2,) * 20)
    plain, more = summarise([run]), summarise([run], pairs=[("mg", "text+filler")])
    added = [e for e in more.effects if (e.arm, e.baseline) == ("mg", "text+filler")]
    bare = [e.model_copy(update={"q": None}) for e in more.effects if e not in added]
    assert bare == [e.model_copy(update={"q": None}) for e in plain.effects]
    scenario = run.manifest.scenarios[0].model_copy(update={"baseline": "text+filler"})
    other = summarise([RunRecords(run.manifest.model_copy(update={"scenarios": (scenario,)}), run.records)])
    wanted = [e for e in other.effects if (e.arm, e.baseline) == ("mg", "text+filler")]
    strip = {"q": None}
    assert [e.model_copy(update=strip) for e in added] == [e.model_copy(update=strip) for e in wanted]
    assert not any(effect.primary for effect in added)
    assert ("mg", "text+filler") in {(f.arm, f.baseline) for f in more.flips}


@pytest.mark.parametrize("pair", [("mg", "txt"), ("mg", "mg"), ("none", "text")])
def test_a_pair_that_is_none(made_run: MakeRun, pair: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="--pair"):
        summarise([made_run(3, sizes=(2,) * 6)], pairs=[pair])
