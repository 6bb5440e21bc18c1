"""The user's price list."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.commands._options import from_flat
from mgllm.errors import InputError
from mgllm.experiment.model_names import parse_model
from mgllm.experiment.prices import price_of, prices_path, with_prices


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "prices.yaml"
    path.write_text("prices:\n  openai/gpt-6: {in: 0.25, out: 2}\n")
    monkeypatch.setenv("MGLLM_PRICES", str(path))
    return path


def test_a_price_is_found_by_the_full_name(listed: Path) -> None:
    price = price_of("openai/gpt-6")
    assert price is not None
    assert (price.read, price.written) == (0.25, 2.0)
    assert price_of("openai/gpt-5") is None


def test_without_a_list_there_is_no_price(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert prices_path().name == "prices.yaml"
    assert price_of("openai/gpt-6") is None


def test_a_list_that_is_not_there_or_not_right(listed: Path) -> None:
    listed.write_text("prices:\n  openai/gpt-6: {in: -1, out: 2}\n")
    with pytest.raises(InputError, match=r"prices\.yaml:2 "):
        price_of("openai/gpt-6")
    listed.unlink()
    with pytest.raises(InputError, match="does not exist"):
        price_of("openai/gpt-6")


def test_flags_go_before_the_list(listed: Path) -> None:
    name = parse_model("openai/gpt-6")
    options = from_flat({"model": str(name), "budget_usd": 1.0, "price_in": 9.0})
    reach = with_prices(name, options).reach
    assert (reach.price_in, reach.price_out) == (9.0, 2.0)


def test_a_budget_without_prices_says_where_they_belong(listed: Path) -> None:
    options = from_flat({"model": "openai/gpt-5", "budget_usd": 1.0})
    with pytest.raises(InputError, match=r"--price-in .* prices of openai/gpt-5 into .*prices\.yaml"):
        with_prices(parse_model("openai/gpt-5"), options)
