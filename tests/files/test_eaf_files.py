"""ELAN files that would fill the memory: depth, parts, entities, vocabularies that tiers share."""

from __future__ import annotations

import time

import pytest

from mgllm.errors import InputError
from mgllm.files.eaf_files import MOST_PARTS, parse_eaf, tidy
from mgllm.files.eaf_times import spans

HEAD, TAIL = "<ANNOTATION_DOCUMENT>", "</ANNOTATION_DOCUMENT>"


def refusal(text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        parse_eaf(text, "a.eaf")
    return str(caught.value)


def test_depth_and_parts_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "more than 50 elements inside each other" in refusal(HEAD + "<a>" * 60 + "</a>" * 60 + TAIL)
    assert "more than 50 elements inside each other" in refusal(HEAD.encode() + b"<a>" * 100_000)
    assert f"more than {MOST_PARTS:,} parts" in refusal(HEAD + "<a/>" * (MOST_PARTS + 1))
    monkeypatch.setattr("mgllm.files.eaf_files.MOST_PARTS", 100)
    attributes = " ".join(f'a{n}=""' for n in range(101))
    assert "more than 100 parts" in refusal(f"{HEAD}<a {attributes}/>{TAIL}")
    assert parse_eaf(f"{HEAD}{'<a></a>' * 40}{TAIL}", "a.eaf").tiers == ()


def test_entities_are_refused() -> None:
    laughs = "".join(f'<!ENTITY a{n + 1} "&a{n};&a{n};">' for n in range(40))
    assert "has a document type or entities" in refusal(
        f'<!DOCTYPE a [<!ENTITY a0 "ha">{laughs}]>{HEAD}&a40;{TAIL}'
    )


def test_a_vocabulary_that_many_tiers_offer_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = "".join(f'<CV_ENTRY DESCRIPTION="">{n}</CV_ENTRY>' for n in range(10))
    vocabulary = f'<CONTROLLED_VOCABULARY CV_ID="v">{entries}</CONTROLLED_VOCABULARY>'
    kind = '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="t" CONTROLLED_VOCABULARY_REF="v"/>'
    tiers = "".join(f'<TIER TIER_ID="{n}" LINGUISTIC_TYPE_REF="t"/>' for n in range(11))
    text = f"{HEAD}{tiers}{kind}{vocabulary}{TAIL}"
    assert len(parse_eaf(text, "a.eaf").tiers[10].offered) == 10
    monkeypatch.setattr("mgllm.files.eaf_files.MOST_OFFERED", 109)
    assert "tiers offer more than 109 entries" in refusal(text)


def test_blanks_become_one_only_where_a_line_breaks() -> None:
    assert tidy(" touching  \n\t ears  twice\t") == "touching ears  twice"
    assert tidy("a" + " " * 200_000 + "b") == "a" + " " * 200_000 + "b"


def chain(length: int) -> str:
    """Annotations that hang on each other, each on the one before."""
    value = "<ANNOTATION_VALUE/>"
    times = 'TIME_SLOT_REF1="t1" TIME_SLOT_REF2="t2"'
    one = f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a0" {times}>{value}'
    hanging = "".join(
        f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a{n}" ANNOTATION_REF="a{n - 1}">{value}'
        "</REF_ANNOTATION></ANNOTATION>"
        for n in range(1, length)
    )
    slots = '<TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="t2" TIME_VALUE="1000"/>'
    tiers = f'<TIER TIER_ID="a">{one}</ALIGNABLE_ANNOTATION></ANNOTATION>{hanging}</TIER>'
    return f"{HEAD}<TIME_ORDER>{slots}</TIME_ORDER>{tiers}{TAIL}"


def test_ten_times_the_chain_takes_ten_times_as_long() -> None:
    def seconds(length: int) -> float:
        document = parse_eaf(chain(length), "a.eaf")
        began = time.process_time()
        times = spans(document)
        assert (times[f"a{length - 1}"].start, times[f"a{length - 1}"].end) == (0, 1)
        return time.process_time() - began

    assert seconds(2_000) < 0.5 + 30 * seconds(200)


def test_numbers_of_hundreds_of_digits_are_no_times() -> None:
    long = "9" * 400
    slot = f'<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="{long}"/></TIME_ORDER>'
    assert "time slot t1 TIME_VALUE: must be a whole number (given '999" in refusal(f"{HEAD}{slot}{TAIL}")
    media = f'<HEADER><MEDIA_DESCRIPTOR TIME_ORIGIN="{long}"/></HEADER>'
    assert "TIME_ORIGIN: must be a whole number of milliseconds" in refusal(f"{HEAD}{media}{TAIL}")
