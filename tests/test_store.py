"""The results folder: whole lines, torn lines, damaged lines, one writer."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from mgllm.errors import InputError, WriteFailed
from mgllm.records import Message, Prompt, Record, RunManifest, prompt_sha256
from mgllm.store import RunWriter, begin_run, find_run, read_run, run_id, run_names, slug

MANIFEST = RunManifest(
    id="r",
    created="2026-11-22T07:12:00+00:00",
    model="local/x",
    backend="local",
    max_tokens=1,
    scenarios=(),
    refusal_phrases="1",
)


def new_run(results: Path, name: str) -> Path:
    return begin_run(results, MANIFEST.model_copy(update={"id": name}))


def record(item: str, **changes: object) -> Record:
    base = {
        "scenario": "s", "item": item, "subject": "p", "arm": "text", "model": "local/x", "form": "chat",
        "reasoning": "direct", "score": "generate", "label_order": ("a", "b"), "outcome": "answered",
        "answer": "a", "prompt_sha256": "0" * 64,
    }  # fmt: skip
    return Record.model_validate(base | changes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = new_run(tmp_path, "20261122T071200Z_s_x_abc")
    with RunWriter(path) as writer:
        writer.write_manifest(MANIFEST)
        writer.append(record("i1"))
        writer.append(record("i2"))
    return path


def test_what_is_written_is_read(folder: Path) -> None:
    stored = read_run(folder)
    assert stored.manifest == MANIFEST
    assert [one.item for one in stored.records] == ["i1", "i2"]


def test_the_last_line_of_a_key_counts(folder: Path) -> None:
    with RunWriter(folder) as writer:
        writer.append(record("i1", answer="b"))
    assert {one.item: one.answer for one in read_run(folder).records} == {"i1": "b", "i2": "a"}


def test_a_prompt_is_kept_once_whatever_characters_it_holds(folder: Path) -> None:
    messages = (Message(role="user", content="Yes.\u2028No.\u2029Well,\x85so\x0b\x0c\x1c\x1d\x1e"),)
    prompt = Prompt(form="chat", messages=messages, sha256=prompt_sha256("chat", messages))
    for _ in range(3):
        with RunWriter(folder) as writer:
            writer.keep_prompt(prompt)
    assert (folder / "prompts.jsonl").read_bytes().count(b"\n") == 1
    assert read_run(folder).prompts() == {prompt.sha256: prompt}


def test_a_torn_last_line_is_forgiven_and_cut_before_the_next(folder: Path) -> None:
    file = folder / "records.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])
    assert len(read_run(folder).records) == 2
    with RunWriter(folder) as writer:
        writer.append(record("i3"))
    assert [one.item for one in read_run(folder).records] == ["i1", "i2", "i3"]


@pytest.mark.parametrize("line", [b'{"scenario": "s"}\n', b"\x00\xff\n", b'{"torn": \n', b"[]\n"])
def test_any_other_bad_line_is_an_error_with_its_number(folder: Path, line: bytes) -> None:
    file = folder / "records.jsonl"
    file.write_bytes(line + file.read_bytes())
    with pytest.raises(InputError, match=r"records\.jsonl:1 is damaged"):
        read_run(folder)


def test_prompts_are_kept_once_and_without_text_if_so_wished(tmp_path: Path) -> None:
    messages = (Message(role="user", content="secret words"),)
    prompt = Prompt(form="chat", messages=messages, sha256=prompt_sha256("chat", messages))
    for stores_text in (True, False):
        path = new_run(tmp_path, f"run-{stores_text}")
        for _ in range(2):
            with RunWriter(path, stores_text=stores_text) as writer:
                writer.write_manifest(MANIFEST)
                writer.keep_prompt(prompt)
                writer.append(record("i1", text="secret reply"))
        lines = (path / "prompts.jsonl").read_text().splitlines()
        assert len(lines) == 1
        whole = "".join(file.read_text() for file in path.iterdir())
        assert ("secret" in whole) is stores_text
        assert prompt.sha256 in whole
        assert bool(read_run(path).prompts()) is stores_text


def test_two_writers_are_one_too_many(folder: Path) -> None:
    with RunWriter(folder), pytest.raises(InputError, match="another process"), RunWriter(folder):
        pass
    assert not (folder / ".lock").exists()


def test_a_run_is_never_written_over(folder: Path) -> None:
    with pytest.raises(InputError, match="cannot be made"):
        new_run(folder.parent, folder.name)


def test_runs_are_found_by_path_name_part_and_latest(folder: Path) -> None:
    results = folder.parent
    second = new_run(results, "20261123T071200Z_s_x_abd")
    with RunWriter(second) as writer:
        writer.write_manifest(MANIFEST)
    assert run_names(results) == [folder.name, second.name]
    for name in (str(folder), folder.name, "20261122", "abc"):
        assert find_run(name, results) == folder
    assert find_run("latest", results) == second
    with pytest.raises(InputError, match="could be 2 runs"):
        find_run("2026", results)
    with pytest.raises(InputError, match="unknown run"):
        find_run("nothing", results)


def test_names_of_folders_are_slugs() -> None:
    assert (
        run_id("20261122T071200Z", "emotion", "openai/GPT-6", "ab12")
        == "20261122T071200Z_emotion_openai-gpt-6_ab12"
    )
    assert run_id("t", "suite", "local/../../etc/passwd", "x") == "t_suite_etc-passwd_x"
    assert slug("///") == "x"


@pytest.mark.parametrize("place", ["text", "error", "served_model", "finish_reason"])
def test_half_a_surrogate_pair_ends_no_run(folder: Path, place: str) -> None:
    said = "calm \ud83d, \U0001f622 and \udc00"
    with RunWriter(folder) as writer:
        writer.append(record("y").model_copy(update={place: said}))
        writer.append(record("z"))
    *_, first, second = read_run(folder).records
    assert getattr(first, place) == "calm \ufffd, \U0001f622 and \ufffd"
    assert second == record("z")


def test_a_run_that_cannot_be_opened_on_a_full_disk_says_how_to_go_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("mgllm.disk.locking._this_process", full)
    with (
        pytest.raises(WriteFailed, match="make room on the disk, then give the command again"),
        RunWriter(folder),
    ):
        pass
    assert not (folder / ".lock").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("records.jsonl", "is a folder, but must be a file; move it away"),
        ("prompts.jsonl", "cannot be read: it is not a file"),
    ],
)
def test_a_folder_in_the_place_of_a_file_is_one_line(folder: Path, name: str, words: str) -> None:
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(InputError, match=f"{name} {words}"):
        RunWriter(folder).__enter__()
    with pytest.raises(InputError, match=f"{name} cannot be read: it is not a file"):
        read_run(folder).prompts()
    assert not (folder / ".lock").exists()
