"""Joins transcripts of speech in a folder to items: each file to the item that its name says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from pathlib import Path

from mgllm.errors import InputError, nearest, some
from mgllm.items.joining import JoinReport
from mgllm.items.loading import check_characters
from mgllm.records import Frozen, Item
from mgllm.speech.base import NO_CHOICES, Said, SpeechChoices
from mgllm.speech.reading import noted, read_speech, recording_id, speech_files, speech_kinds

_LANGUAGES = (
    "ar bg bn ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja ka kk kn ko lt "
    "lv mk ml mn mr ms mt nb nl nn no pa pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur uz vi zh yue zu iw"
)
"""Codes of languages that captions are made in (ISO 639)."""
_WORDS = (
    r"(?:auto|closed|live)?[ _-]?captions?|transcripts?(?:ion)?|cc|sdh|subs?|subtitles?|speech|words"
    r"|whisperx?|diari[sz]ed|aligned|edited|final|forced|asr|raw"
)
_SAYS_WHAT = re.compile(
    rf"(.+?)(?:\.(?:{'|'.join(_LANGUAGES.split())})(?:[-_][a-z0-9]{{2,8}})*|[ ._-]+(?:{_WORDS}))",
    re.IGNORECASE,
)
"""A name that ends with a language, as yt-dlp writes it (`talk.en`, `talk.en-orig`), or with what
the file is, as Zoom does (`talk.transcript`)."""


class _SpeechFile(Frozen):
    """A transcript file."""

    kind: str
    """Name of its format."""
    path: Path
    """Where it is."""


class _Found(Frozen):
    """The files of a folder and the items that they belong to."""

    files: Mapping[str, list[_SpeechFile]]
    """By item, each in the order of preference."""
    by_beginning: tuple[str, ...]
    """Names of files that say more than the item's id."""
    others: tuple[str, ...]
    """Names of files that belong to no item, with the nearest one."""


def join_speech(items: Iterable[Item], folder: Path, choices: SpeechChoices = NO_CHOICES) -> JoinReport:
    """Join the transcripts of `folder`, and of folders in it, to the items whose ids are their file
    names.

    Raises:
        InputError: no such folder, no transcripts, one that cannot be read, two of one format for
            an item, or none that is named after an item of the set.
    """
    by_id = {item.id: item for item in items}
    found = _matched(_find_speech(folder), by_id, folder)
    order = ", ".join(f"*{kind.suffix}" for kind in speech_kinds().values())
    read: list[tuple[str, Said]] = []
    wordless, kept, replaced = list[str](), list[str](), list[str]()
    for item, kinds in found.files.items():
        path = kinds[0].path
        said = read_speech(path, kinds[0].kind, choices)
        read.append((path.name, said))
        had = bool(by_id[item].speech)
        if not said.turns:
            (kept if had else wordless).append(path.name)
            continue
        replaced += [item] if had else []
        joined = by_id[item].model_copy(update={"speech": said.turns})
        by_id[item] = check_characters(joined, str(path))
    if not any(said.turns for _, said in read):
        raise InputError(f"{folder} has no words of speech in {some([name for name, _ in read])}")
    return JoinReport(
        items=tuple(by_id.values()),
        joined=len(found.files) - len(kept),
        odd={
            "items have no speech file": tuple(item for item in by_id if item not in found.files),
            "speech files are not named after an item of the set and are left out": found.others,
            "speech files are joined to the item that their name begins with": found.by_beginning,
            "items had speech, which is replaced": tuple(item for item in by_id if item in replaced),
            f"items have several speech files; the first of {order} is used": tuple(
                item for item, kinds in found.files.items() if len(kinds) > 1
            ),
            "speech files have no words": tuple(wordless),
            "speech files have no words; their items keep the speech that they had": tuple(kept),
            **noted(read),
        },
    )


def _matched(files: Mapping[str, list[_SpeechFile]], items: Collection[str], folder: Path) -> _Found:
    """Files by item: those named after it, else those whose name begins with its id and says more.

    Raises:
        InputError: no file belongs to an item, or two of them only say more in different ways.
    """
    exact = {named: kinds for named, kinds in files.items() if named in items}
    longer: dict[str, str] = {}
    for named in files:
        item = _item_of(named, items)
        if named in exact or item is None or item in exact:
            continue
        if item in longer:
            one, other = files[longer[item]][0].path.name, files[named][0].path.name
            raise InputError(
                f"{folder}: {one} and {other} are both speech of item '{item}'; keep one of them"
            )
        longer[item] = named
    if not exact and not longer:
        named, (first, *_) = next(iter(files.items()))
        what = f"none of its {len(files)} recordings with a transcript is named after an item of the set"
        said = f"{first.path.name} would belong to item '{named}'"
        near = _nearest(named, items)
        meant = f" Did you mean '{near}'?" if near else f" Items are {some(list(items))}"
        raise InputError(f"{folder}: {what}; {said}.{meant}")
    others = [named for named in files if named not in exact and named not in longer.values()]
    joined = exact | {item: files[named] for item, named in longer.items()}
    _one_of_each_kind(joined)
    left = [item for item in items if item not in joined]
    return _Found(
        files=joined,
        by_beginning=tuple(one.path.name for named in longer.values() for one in files[named]),
        others=tuple(_with_guess(one.path.name, named, left) for named in others for one in files[named]),
    )


def _item_of(named: str, items: Collection[str]) -> str | None:
    """The item whose id a longer name begins with, where the rest says what the file is."""
    while found := _SAYS_WHAT.fullmatch(named):
        named = found[1]
        if named in items:
            return named
    return None


def _with_guess(name: str, named: str, items: Collection[str]) -> str:
    near = _nearest(named, items)
    return f"{name} (did you mean item '{near}'?)" if near else name


def _nearest(named: str, items: Collection[str]) -> str | None:
    """The item that is probably meant: one that the name begins with, else one that is alike."""
    begun = [
        item
        for item in items
        if named.casefold().startswith(item.casefold()) and not named[len(item) : len(item) + 1].isalnum()
    ]
    return max(begun, key=len) if begun else nearest(named, items)


def _find_speech(folder: Path) -> dict[str, list[_SpeechFile]]:
    """Transcripts by recording, each in the order of preference; those in folders, too."""
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; --speech needs a folder of transcripts")
    files: dict[str, list[_SpeechFile]] = {}
    inside = [
        folder,
        *sorted(path for path in folder.rglob("*") if path.is_dir() and not _is_hidden(path, folder)),
    ]
    for kind in speech_kinds():
        for place in inside:
            for path in speech_files(place, kind):
                files.setdefault(recording_id(path), []).append(_SpeechFile(kind=kind, path=path))
    if not files:
        suffixes = ", ".join(f"*{kind.suffix}" for kind in speech_kinds().values())
        raise InputError(f"{folder} has no transcripts of speech; they end in {suffixes}")
    return dict(sorted(files.items()))


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _one_of_each_kind(files: Mapping[str, list[_SpeechFile]]) -> None:
    """Refuse two files of one format for an item: nobody can say which is meant.

    Raises:
        InputError: there are two; names both.
    """
    for one, other in (pair for kinds in files.values() for pair in pairwise(kinds)):
        if one.kind == other.kind:
            beside = one.path.name if one.path.parent == other.path.parent else one.path
            raise InputError(f"{other.path} belongs to the same item as {beside}; keep one of them")
