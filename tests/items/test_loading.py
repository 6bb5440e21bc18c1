"""Item sets: what is read, what is refused and in which words, and that nothing is lost on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from mgllm.errors import InputError
from mgllm.items.loading import check_targets, item_line, items_sha256, load_items
from mgllm.records import Gesture, GestureTranscript, Item, Turn

WHOLE = {
    "id": "a",
    "subject": "s1",
    "target": "win",
    "speech": [{"speaker": "Host", "text": "Well?", "start": 0.5, "end": 1}, {"text": "Yes."}],
    "gestures": {"recognized": {"gestures": [{"label": "touching neck", "start": 1, "confidence": 0.5}]}},
    "covariates": {"sex": "F", "age": 31, "height": 1.5, "coach": True, "rank": None},
    "terms": "restricted",
    "notes": "x",
}


def write(folder: Path, text: str | bytes, name: str = "items.jsonl") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path | str) -> str:
    with pytest.raises(InputError) as caught:
        load_items(path)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_lines_become_items_in_their_order(tmp_path: Path) -> None:
    lines = [json.dumps(WHOLE), "", '{"id":"b","subject":"s2","speech":"No."}']
    first, second = load_items(write(tmp_path, "\r\n".join(lines)))
    assert first.speech == (Turn(speaker="Host", text="Well?", start=0.5, end=1.0), Turn(text="Yes."))
    assert first.gestures["recognized"].source == "recognized"
    assert first.covariates == WHOLE["covariates"]
    assert second == Item(id="b", subject="s2", speech=(Turn(text="No."),))


def test_a_folder_stands_for_its_items_file_or_all_its_lines(tmp_path: Path) -> None:
    write(tmp_path, '{"id":"b","subject":"s"}', "b.jsonl")
    write(tmp_path, '{"id":"a","subject":"s"}', "a.jsonl")
    assert [item.id for item in load_items(tmp_path)] == ["a", "b"]
    write(tmp_path, '{"id":"c","subject":"s"}')
    assert [item.id for item in load_items(str(tmp_path))] == ["c"]


def test_duplicate_ids_name_both_lines(tmp_path: Path) -> None:
    path = write(tmp_path, '{"id":"a","subject":"s"}\n\n{"id":" a ","subject":"t"}\n')
    assert refusal(path) == f"{path}:3 id: 'a' is already the id of items.jsonl:1; give each item its own id"


def test_a_torn_last_line_is_refused_with_its_number(tmp_path: Path) -> None:
    path = write(tmp_path, '{"id":"a","subject":"s"}\n{"id":"b","subj')
    assert refusal(path).startswith(f"{path}:2 ends inside a JSON value")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a header\n", "\ufeff"])
def test_files_without_items_are_refused(tmp_path: Path, text: str) -> None:
    assert "has no items" in refusal(write(tmp_path, text))


def test_missing_files_are_guessed_among_their_neighbours(tmp_path: Path) -> None:
    path = write(tmp_path, "", "emotion.jsonl")
    assert refusal(tmp_path / "emotoin.jsonl").endswith(
        f"emotoin.jsonl does not exist. Did you mean '{path}'?"
    )
    assert "does not exist" in refusal(tmp_path / "none" / "x.jsonl")
    assert "not a hub id 'org/name[:split]'" in refusal("emotoin")
    assert "cannot be read" in refusal("x" * 5_000 + ".jsonl")


def test_a_folder_called_like_a_line_file_is_no_line_file(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").mkdir()
    assert "folder without item files" in refusal(tmp_path / "x.jsonl")


@pytest.mark.parametrize("mark", ["\ue000", "\ue001", "\ue002", "\ue003"])
@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("speech.0.text", {"speech": "so %s it is"}),
        ("speech.1.speaker", {"speech": [{"text": "x"}, {"text": "y", "speaker": "%s"}]}),
        ("gestures.annotated.gestures.0.label", {"gestures": {"annotated": {"gestures": [{"label": "%s"}]}}}),
        ("subject", {"subject": "%s"}),
    ],
)
def test_characters_that_prompts_use_as_marks_are_refused(
    tmp_path: Path, mark: str, field: str, content: dict[str, object]
) -> None:
    line = json.dumps({"id": "a", "subject": "s", **content}).replace("%s", mark)
    message = refusal(write(tmp_path, line))
    assert f":1 {field}: has the character U+{ord(mark):04X}" in message


def test_line_breaks_are_allowed_in_speech_alone(tmp_path: Path) -> None:
    path = write(tmp_path, '{"id":"a","subject":"s","speech":"one\\ntwo"}')
    assert load_items(path)[0].speech[0].text == "one\ntwo"
    write(tmp_path, '{"id":"a\\nb","subject":"s"}')
    assert "id: has the character U+000A" in refusal(path)
    write(tmp_path, '{"id":"a","subject":"s","speech":"one\\u0000two"}')
    assert "speech.0.text: has the character U+0000" in refusal(path)


def test_reading_lines_imports_nothing_heavy(tmp_path: Path) -> None:
    path = write(tmp_path, json.dumps(WHOLE))
    code = (
        "import sys; from mgllm.items.loading import load_items; load_items(sys.argv[1]);"
        "print(*sorted({'datasets','pandas','numpy','torch','pyarrow','yaml'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == ""


def test_targets_are_labels() -> None:
    items = [Item(id=f"i{n}", subject="s", target=t) for n, t in enumerate(["win", None, "Loss", "draw"])]
    check_targets(items[:2], ["win", "loss"])
    with pytest.raises(InputError) as caught:
        check_targets(items, ["win", "loss"])
    assert str(caught.value) == (
        "item 'i2' target: 'Loss' is not one of the labels win, loss. Did you mean 'loss'? "
        "(1 more items have wrong targets)"
    )


def test_the_hash_is_of_content_and_order_not_of_the_writing(tmp_path: Path) -> None:
    items = load_items(write(tmp_path, json.dumps(WHOLE) + '\n{"id":"b","subject":"s"}'))
    turned = json.dumps(dict(reversed(WHOLE.items())), indent=None, separators=(" , ", " : "))
    again = load_items(write(tmp_path, turned + '\n\n{"subject":"s","id":"b","terms":"open","speech":""}\n'))
    assert items_sha256(items) == items_sha256(again)
    assert len(items_sha256(items)) == 64
    other = items[0].model_copy(update={"target": "lose"})
    assert len({items_sha256(s) for s in [items, items[::-1], items[:1], (other, items[1]), ()]}) == 5
    marked = items[0].model_copy(update={"canary": "canary 7c1e"})
    assert items_sha256([marked, *items[1:]]) == items_sha256(items)
    assert load_items(write(tmp_path, item_line(marked)))[0].canary == "canary 7c1e"


texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Zl", "Zp")), min_size=1, max_size=30)
names = texts.filter(lambda text: text.strip() != "")
times = st.none() | st.floats(0, 1e6)
gestures = st.builds(Gesture, label=names, start=times, end=st.none(), confidence=st.none() | st.floats(0, 1))
turns = st.builds(Turn, speaker=texts, text=names, start=times, end=times)
items_of_any_kind = st.builds(
    Item,
    id=names,
    subject=names,
    subject_known=st.booleans(),
    speech=st.lists(turns, max_size=3).map(tuple),
    gestures=st.dictionaries(
        st.sampled_from(["annotated", "recognized", "out_of_fold"]),
        st.lists(gestures, max_size=3),
        max_size=3,
    ).map(lambda given: {k: GestureTranscript(source=k, gestures=tuple(v)) for k, v in given.items()}),
    target=st.none() | names,
    covariates=st.dictionaries(
        texts,
        texts | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none(),
    ),
    terms=st.sampled_from(["open", "restricted"]),
    notes=st.none() | texts,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(item=items_of_any_kind)
def test_what_is_written_is_read_back(tmp_path: Path, item: Item) -> None:
    line = item_line(item)
    assert "\n" not in line
    (again,) = load_items(write(tmp_path, line))
    assert again == item
    assert items_sha256([again]) == items_sha256([item])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3),
    max_leaves=8,
)
mutated = st.dictionaries(st.sampled_from([*WHOLE, "speach", "a\nb"]), json_values, max_size=4).map(
    lambda changes: json.dumps({**WHOLE, **changes}).encode()
)
torn = st.integers(0, 400).map(lambda n: json.dumps(WHOLE).encode()[:n])
lines = st.lists(
    st.binary(max_size=60) | mutated | torn | json_values.map(lambda value: json.dumps(value).encode()),
    max_size=4,
)


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines=lines, end=st.sampled_from([b"", b"\n", b"\r\n"]))
def test_any_file_gives_items_or_one_line(tmp_path: Path, lines: list[bytes], end: bytes) -> None:
    path = write(tmp_path, b"\n".join(lines) + end)
    message, found = "", tuple[Item, ...]()
    try:
        found = load_items(path)
    except InputError as error:
        message = str(error)
    if message:
        assert len(message.splitlines()) == 1
        assert message.startswith(str(path))
    else:
        assert len(found) == len({item.id for item in found}) > 0
        assert len(items_sha256(found)) == 64
