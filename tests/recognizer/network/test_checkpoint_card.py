"""The model card says what it has seen and what it is not for, whatever names hold."""

from __future__ import annotations

import pytest

from mgllm.recognizer.network.checkpoint import CheckpointConfig, Seen, model_card
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.network.two_streams import StreamOptions


@pytest.fixture
def config(reader: ClipReader, small: StreamOptions) -> CheckpointConfig:
    seen = Seen(dataset="toy", sha256="ab" * 32, subjects=("p1", "p2"), clips=18, labelled=False)
    return CheckpointConfig(
        kind="finetuned",
        encoder=small,
        stream="temporal",
        layout=reader.layout,
        dims=2,
        classes=("left", "right"),
        preprocessing=reader.how,
        subjects_seen=(seen, seen.model_copy(update={"labelled": True, "subjects": ("p1",)})),
        training={},
        versions={"mgllm": "1.2.3", "torch": "9.9"},
    )


def test_it_says_what_it_is_and_whom_it_has_seen(config: CheckpointConfig) -> None:
    lines = model_card(config, ("2 of 30 epochs",)).splitlines()
    assert lines[0] == "# Skeleton recogniser, finetuned"
    assert "* network: `graph-conv` and `gru`, fusion `balanced`; the temporal vector is used" in lines
    assert "* input: 5 joints, 2 coordinates, resampled to 8 frames" in lines
    assert "* classes: 2" in lines
    assert "* made with mgllm 1.2.3, torch 9.9" in lines
    people = "`toy` (sha256 `abababababab`), {}: 18 clips of {} subjects: `{}`"
    assert f"* {people.format('without labels', 2, 'p1, p2')}" in lines
    assert f"* {people.format('with labels', 1, 'p1')}" in lines
    assert "* 2 of 30 epochs" in lines
    assert "## What it is not for" in lines


def test_it_says_that_there_is_a_contact_branch_and_a_head_for_the_trunk(config: CheckpointConfig) -> None:
    encoder = config.encoder.model_copy(update={"contact": "contacts"})
    card = model_card(config.model_copy(update={"encoder": encoder}))
    assert "* network: `graph-conv`, `gru` and `contacts`, fusion `balanced`; the temporal" in card
    assert "distances of fingertips and wrists" in card
    both = config.model_copy(update={"encoder": encoder, "trunk_classes": ("left",)})
    assert "`gru` and `contacts`, a head of its own for the trunk, fusion `balanced`" in model_card(both)
    assert "distances" not in model_card(config)


def test_a_network_that_has_seen_nothing_says_so(config: CheckpointConfig) -> None:
    empty = config.model_copy(update={"subjects_seen": (), "classes": (), "versions": {}})
    card = model_card(empty)
    assert "* nothing; its weights are random" in card
    assert "* classes: none" in card
    assert "mgllm ?, torch ?" in card


@pytest.mark.parametrize("kind", ["pretrained", "linear", "finetuned"])
def test_each_kind_is_described(config: CheckpointConfig, kind: str) -> None:
    line = model_card(config.model_copy(update={"kind": kind})).splitlines()[2]
    assert line[0].isupper()
    assert line.endswith(".")


def test_strangers_names_are_no_markdown(config: CheckpointConfig) -> None:
    name = "toy`\n## Safe for hiring\n<script>"
    seen = config.subjects_seen[0].model_copy(update={"dataset": name, "subjects": ("p`1", "*p*")})
    lines = model_card(config.model_copy(update={"subjects_seen": (seen,)})).splitlines()
    assert [line for line in lines if line.startswith("## ")] == [
        "## What it has learned from",
        "## What it is not for",
    ]
    (told,) = (line for line in lines if "sha256" in line)
    assert told.startswith("* `toy' ## Safe for hiring <script>` (sha256")
    assert told.endswith("`p'1, *p*`")
