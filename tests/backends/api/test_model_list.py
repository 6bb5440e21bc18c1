"""What lists of models say of one."""

from __future__ import annotations

from datetime import date

import pytest

from mgllm.backends.api.model_list import Listed, read_list

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"id": "m"}, Listed(known=True)),
        ({"id": "models/m", "context_window": 9}, Listed(known=True, context=9)),
        ({"id": "m", "max_model_len": 4096, "context_length": 9}, Listed(known=True, context=4096)),
        ({"id": "m", "max_model_len": None}, Listed(known=True)),
        ({"id": "m", "max_model_len": True}, Listed(known=True)),
        ({"id": "m", "shutdown_date": "2026-12-11"}, Listed(known=True, ends=date(2026, 12, 11))),
        ({"id": "m", "shutdown_date": None}, Listed(known=True)),
        ({"id": "m", "shutdown_date": "soon"}, Listed(known=True)),
        ({"id": "m", "shutdown_date": "2026-13-45"}, Listed(known=True)),
        ({"id": "m", "expiration_date": "2027-01-14T00:00:00Z"}, Listed(known=True, ends=date(2027, 1, 14))),
        ({"id": "m", "deprecation_date": 86_400 * 365}, Listed(known=True, ends=date(1971, 1, 1))),
        ({"id": "m", "deprecation_date": 10**30}, Listed(known=True)),
        ({"id": "another", "context_window": 9}, Listed()),
        ("m", Listed()),
    ],
)
def test_an_entry_is_read_as_far_as_it_can_be(entry: object, found: Listed) -> None:
    assert read_list({"data": [entry]}, "m") == found
    assert read_list({"models": [None, entry]}, "m") == found


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {"id": "m"}}, {"error": "no"}])
def test_what_is_no_list_names_nothing(body: dict[str, object]) -> None:
    assert read_list(body, "m") == Listed()


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (date(2026, 12, 11), "in 11 days"),
        (TODAY, "in 0 days"),
        (date(2026, 11, 1), "should have been shut down on 2026-11-01"),
        (date(2027, 1, 29), "in 60 days"),
        (date(2027, 1, 30), None),
        (None, None),
    ],
)
def test_a_near_end_is_a_warning(ends: date | None, said: str | None) -> None:
    line = Listed(known=True, ends=ends).ending("m", TODAY)
    assert (line is None) is (said is None)
    assert said is None or said in str(line)
