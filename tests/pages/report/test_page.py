"""The page as bytes: one file, no network, each text once, nothing of a stranger's as markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from mgllm.commands._page_content import PageOptions
from mgllm.commands.compare import compare
from mgllm.commands.report import report
from mgllm.pages.report.section import sections
from mgllm.store import read_run
from mgllm.testing.made_run import MadeRun, write_made_run

FEW = ("text", "text+mg")
PIECES = re.compile(r"<script>(.*?)</script>", re.S)


class Walker(HTMLParser):
    """All tags with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def payload_of(page: str) -> dict[str, Any]:
    found = re.search(r'id="payload">([^<]*)<', page)
    assert found is not None
    read: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(found[1])))
    return read


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_policy_allows_this_script_and_style_and_no_network(plain: Any) -> None:
    tags = Walker(plain.text).tags
    policy = next(
        attributes["content"] or ""
        for tag, attributes in tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    (script,) = PIECES.findall(plain.text)
    style = re.findall(r"<style>(.*?)</style>", plain.text, re.S)
    assert len(style) == 1
    assert f"script-src 'sha256-{digest(script)}';" in policy
    assert f"style-src 'sha256-{digest(style[0])}';" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "connect-src 'none'" in policy
    assert "img-src blob:;" in policy  # what its own script has made, to be saved as PNG
    assert "unsafe" not in policy
    assert "data:" not in policy


def test_nothing_is_fetched_from_anywhere(plain: Any) -> None:
    tags = Walker(plain.text).tags
    assert {tag for tag, _ in tags} & {
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "image",
    } == set()
    assert [
        a for _, a in tags if "src" in a or "style" in a or any(name.startswith("on") for name in a)
    ] == []
    links = [value for _, a in tags for name, value in a.items() if name in ("href", "xlink:href")]
    assert [link for link in links if not (link or "").startswith("#")] == []
    assert "url(http" not in plain.text
    assert "@import" not in plain.text


def test_ids_are_unique_and_pictures_say_what_they_show(plain: Any) -> None:
    tags = Walker(plain.text).tags
    ids = [a["id"] for _, a in tags if "id" in a]
    assert len(ids) == len(set(ids))
    pictures = [a for tag, a in tags if tag == "svg"]
    assert len(pictures) == 2 * 7  # each for a window and for a phone
    for picture in pictures:
        assert picture["role"] == "img"
        assert set((picture["aria-labelledby"] or "").split()) <= set(ids)


def test_hostile_words_are_no_markup(hostile: Any) -> None:
    assert len(PIECES.findall(hostile.text)) == 1
    tags = [tag for tag, _ in Walker(hostile.text).tags]
    assert tags.count("script") == 2  # the payload, which runs nothing, and ours
    assert "img" not in tags
    assert not re.search("[\x00\u202e]", hostile.text)
    assert "⟨202E⟩kcah⟨0000⟩" in hostile.text


def test_the_payload_can_end_no_script(hostile: Any) -> None:
    found = re.search(r'<script type="text/plain" id="payload">(.*?)</script>', hostile.text, re.S)
    assert found is not None
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", found[1])
    assert "</script><script>window.hacked=1</script>" in "".join(payload_of(hostile.text)["texts"])


def test_the_same_records_give_the_same_bytes(plain: Any, tmp_path: Path) -> None:
    again = report([plain.run], tmp_path / "again.html").path
    assert again.read_bytes() == plain.page.read_bytes()


def test_ten_thousand_records_are_small(make_page: Callable[..., Any]) -> None:
    """Two arms: the fewer arms share a text, the larger is the page."""
    made = make_page(items=5000, arms=FEW)
    assert len(read_run(made.run).records) == 10_000
    assert made.page.stat().st_size < 5e6


def test_the_words_are_those_of_the_comparison(plain: Any) -> None:
    claims = compare([plain.run]).claims
    assert len(claims) == 2
    words = plain.text.replace("\u00a0", " ").replace("&#39;", "'").replace("&lt;", "<")
    for claim in claims:
        assert claim.words in words
    assert "no effect" not in words.lower()


def test_every_table_of_the_comparison_is_there(plain: Any) -> None:
    from mgllm.analysis import lay_out

    laid = lay_out(compare([plain.run]))
    tables = [*laid.claims, *(table for section in laid.sections for table in section.tables)]
    assert len(tables) > 6
    for table in tables:
        assert table.title in plain.text.replace("&#39;", "'")


def test_redacted(tmp_path: Path) -> None:
    made = MadeRun(items=24, arms=FEW, model="local/home/ann/secret/llama")
    run = write_made_run(tmp_path / "20260101_ann_run", made)
    manifest = json.loads((run / "manifest.json").read_text())
    manifest |= {
        "model_facts": {"weights_source": "/home/ann/secret", "weights_sha256": "ab12", "parameters": 7}
    }
    manifest |= {"rescored_from": "20251231_ann_run", "base_url": "http://ann.example/v1"}
    (run / "manifest.json").write_text(json.dumps(manifest))
    record = json.loads((run / "records.jsonl").read_text().splitlines()[0])
    lost = {"outcome": "failed", "answer": None, "correct": None, "probabilities": None, "scores": None}
    with (run / "records.jsonl").open("a") as lines:
        lines.write(json.dumps(record | lost | {"error": "http://ann.example did not answer"}) + "\n")
    page = report([run], tmp_path / "r.html", PageOptions(redact=True)).path.read_text()
    everything = page + json.dumps(payload_of(page))
    for secret in ("ann", "secret", "items.jsonl"):
        assert secret not in everything.replace("hann", "").replace("annot", "")
    assert "run-1" in everything
    assert "weights_sha256 ab12, parameters 7" in everything
    assert "local/llama" in everything


def test_without_texts_no_prompt_and_no_reply_is_in_the_file(make_page: Callable[..., Any]) -> None:
    cases = (
        ({"texts": False}, "left out of this page (--no-text)"),
        ({"stores_text": False}, "not stored in: run"),
    )
    for how, words in cases:
        page = make_page(items=24, arms=FEW, **how).text
        payload = payload_of(page)
        assert all(messages is None for _, messages in payload["prompts"])
        assert set(payload["records"]["text"]) == {-1}
        assert not [text for text in payload["texts"] if "Speaker:" in text]
        assert words in page


def test_parts_without_material_are_left_out(make_page: Callable[..., Any]) -> None:
    page = make_page(items=12, arms=FEW).text
    ids = {a.get("id") for tag, a in Walker(page).tags if tag == "section"}
    always = {"verdict", "summary", "notes", "run", "items"}
    assert always | {"differences", "arms", "calibration", "confusion", "places"} == ids
    assert len(sections.names()) == 8
