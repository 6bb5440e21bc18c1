"""Items from ELAN files: what is said, how a person moves, and who it is, out of one file at
once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from mgllm.datasets.annotations._annotations import Recording, annotation_files
from mgllm.datasets.annotations._choosing import Chosen, choose
from mgllm.datasets.annotations._eaf_tracks import PATTERN, eaf_recording
from mgllm.datasets.annotations._labels import with_mapped_labels
from mgllm.datasets.annotations._transcribing import track_notes, transcribe_chosen
from mgllm.datasets.base import ImportChoices, ImportedItems
from mgllm.errors import InputError, guess, one_line, some
from mgllm.files import elan
from mgllm.files.eaf_files import EafDocument, read_eaf
from mgllm.files.json_files import to_model
from mgllm.files.tables import Row, read_rows
from mgllm.items.gesture_files import transcript_of
from mgllm.records import Frozen, GestureFile, Item
from mgllm.records.frozen import Name
from mgllm.speech.aliases import without_names
from mgllm.speech.base import Said
from mgllm.speech.eaf import speech_tiers, tier_list, tier_turns
from mgllm.speech.reading import note_lines, noted

GESTURES_FLAG, SPEECH_FLAG = "--gestures-tier", "--speech-tier"
RECORDING, SUBJECT, TARGET = "recording", "subject", "target"


class SubjectChoices(Frozen):
    """How the user says who the people are."""

    subject: Name | None = None
    """The person of all items."""
    subjects: Path | None = None
    """A csv file with the columns `recording` and `subject`; a column `target` is the item's, all
    others are covariates."""
    subject_from: Literal["participant", "file"] | None = None
    """Whether a participant's name in several files is one person, or another one in each."""


class ElanChoices(Frozen):
    """What of ELAN files becomes items."""

    gestures_tier: tuple[Name, ...] = ()
    """Tiers of gestures. Without any, those whose labels show it."""
    speech_tier: tuple[Name, ...] = ()
    """Tiers of speech."""
    no_speech: bool = False
    """Leave out what is said."""
    vocabulary: Name | None = None
    """The vocabulary that the labels are from, or are to be translated to."""
    map: Path | None = None
    """A csv file that says what labels are called in the vocabulary."""
    people: SubjectChoices = SubjectChoices()
    """Who the person of each item is."""


class _One(NamedTuple):
    """An item to be: a person in a file."""

    id: str
    person: str
    """As the tiers say; empty where they do not."""
    chosen: Chosen
    names: tuple[str, ...]
    """Tiers with this person's gestures."""


def read_elan_items(source: Path, choices: ElanChoices) -> ImportedItems:
    """An item for each file, or for each person whose gestures a file has.

    Raises:
        InputError: a file is not an ELAN file, or it is not clear which tiers to read, or who a
            person is; names what to say.
    """
    documents = {path: read_eaf(path) for path in annotation_files(source, (PATTERN,))}
    recordings = [eaf_recording(path, document) for path, document in documents.items()]
    _refuse_twins([one.item for one in recordings], source)
    mapped, map_notes = with_mapped_labels([_without_speech(one, choices) for one in recordings], choices.map)
    chosen = choose(mapped, choices.gestures_tier, GESTURES_FLAG)
    speech = {
        one.recording.item: _speech(document, one, choices)
        for one, document in zip(chosen, documents.values(), strict=True)
    }
    parts = [part for one in chosen for part in _parts(one)]
    subjects = _subjects_of({one.id: one.person for one in parts}, choices.people, source)
    words = ImportChoices(vocabulary=choices.vocabulary)
    split = [_for_item(one) for one in parts]
    imported = transcribe_chosen(split, [one.names for one in parts], words)
    items = [
        _item(one, transcript, speech[one.chosen.recording.item])
        for one, transcript in zip(parts, imported.transcripts, strict=True)
    ]
    items = [subjects.of(item) for item in items]
    warnings = [
        *track_notes(_without_speech_tiers(one, choices) for one in chosen),
        *_people_notes(parts),
        *map_notes,
        *imported.warnings,
        *_speech_notes(speech),
        *subjects.notes,
    ]
    return ImportedItems(items=tuple(items), warnings=tuple(map(one_line, warnings)))


def _without_speech(recording: Recording, choices: ElanChoices) -> Recording:
    """The recording without the tiers that the user names as speech: they are no gestures."""
    if choices.gestures_tier:
        return recording
    said = {name for wanted in choices.speech_tier for name in elan.called(recording.tracks, wanted)}
    tracks = {name: track for name, track in recording.tracks.items() if name not in said}
    return recording.model_copy(update={"tracks": tracks})


def _without_speech_tiers(chosen: Chosen, choices: ElanChoices) -> Chosen:
    """For notes: the tiers of speech were read, too, and are not among those left out."""
    tracks = chosen.recording.tracks
    said = {name for wanted in choices.speech_tier for name in elan.called(tracks, wanted)}
    kept = {name: track for name, track in tracks.items() if name in chosen.names or name not in said}
    return chosen.model_copy(update={"recording": chosen.recording.model_copy(update={"tracks": kept})})


def _speech(document: EafDocument, chosen: Chosen, choices: ElanChoices) -> Said:
    """What is said in a file.

    Raises:
        InputError: it is not clear which tiers have it, or what they say cannot be read.
    """
    if choices.no_speech and choices.speech_tier:
        raise InputError(f"--no-speech and {SPEECH_FLAG} contradict each other; leave one out")
    where = chosen.recording.where
    if choices.speech_tier:
        tiers = speech_tiers(document, choices.speech_tier, where, SPEECH_FLAG)
        if both := [tier.name for tier in tiers if tier.name in chosen.names]:
            what = f"the tier '{both[0]}' cannot be speech and gestures at once"
            raise InputError(f"{where}: {what}; name others with {GESTURES_FLAG} and {SPEECH_FLAG}")
        return without_names(tier_turns(document, tiers, where))
    others = [
        tier
        for tier in document.tiers
        if tier.annotations
        and tier.type not in (elan.CONFIDENCES, elan.GESTURES)
        and tier.name not in chosen.names
    ]
    if others and not choices.no_speech:
        asked = f"name the tiers with what was said: {SPEECH_FLAG} NAME (repeatable), or --no-speech"
        raise InputError(f"{where} has other tiers: {tier_list(others)}; {asked}")
    return Said(turns=())


def _parts(chosen: Chosen) -> list[_One]:
    item, people = chosen.recording.item, chosen.people
    if len(people) == 1:
        person, names = next(iter(people.items()))
        return [_One(item, person, chosen, names)]
    return [_One(f"{item}@{person}", person, chosen, names) for person, names in people.items()]


def _for_item(one: _One) -> Chosen:
    recording = one.chosen.recording.model_copy(update={"item": one.id})
    return one.chosen.model_copy(update={"recording": recording, "names": one.names})


def _item(one: _One, transcript: GestureFile, speech: Said) -> Item:
    return Item(
        id=one.id,
        subject=one.id,
        subject_known=False,
        speech=speech.turns,
        gestures={transcript.source: transcript_of(transcript)},
    )


def _people_notes(parts: Iterable[_One]) -> list[str]:
    several: dict[str, list[str]] = {}
    for one in parts:
        if one.id != one.chosen.recording.item:
            several.setdefault(one.chosen.recording.item, []).append(one.id)
    said = some([f"{item} ({', '.join(ids)})" for item, ids in several.items()])
    return [f"{len(several)} files have gestures of several people, an item each: {said}"] if several else []


def _speech_notes(speech: Mapping[str, Said]) -> list[str]:
    notes = list(note_lines(noted(speech.items())))
    silent = [item for item, said in speech.items() if not said.turns]
    if silent:
        notes.append(f"{len(silent)} of {len(speech)} recordings have no words: {some(silent)}")
    return notes


def _refuse_twins(items: Sequence[str], source: Path) -> None:
    if twice := [item for item, count in Counter(items).items() if count > 1]:
        raise InputError(f"{source} has two files for the item '{twice[0]}'; rename one")


class _Subjects(Frozen):
    """Facts of items by id, and notes on them."""

    facts: Mapping[str, Mapping[str, object]]
    notes: tuple[str, ...] = ()

    def of(self, item: Item) -> Item:
        """The item with its person, target and covariates."""
        content = item.model_dump(exclude_unset=True) | dict(self.facts.get(item.id, {}))
        return to_model(Item, content, f"item '{item.id}'")


def _subjects_of(people: Mapping[str, str], choices: SubjectChoices, source: Path) -> _Subjects:
    """The subject of each item.

    Args:
        people: who is annotated, by item, as files say; empty where they do not.
        choices: what the user says; it goes first.
        source: named in errors.

    Raises:
        InputError: choices contradict each other, an item has no row in the csv file, or the files
            can be read in two ways.
    """
    if sum(value is not None for value in choices.model_dump().values()) > 1:
        raise InputError("give one of --subject, --subjects and --subject-from")
    if choices.subject is not None:
        return _Subjects(facts={item: _fact(choices.subject) for item in people})
    if choices.subjects is not None:
        return _from_table(choices.subjects, people)
    facts = {}
    if choices.subject_from != "file":
        facts = {item: _fact(person) for item, person in people.items() if person}
        if choices.subject_from is None:
            _ask_who(people, source)
    else:
        facts = {item: _fact(item) for item in people}
    unnamed = [item for item in people if item not in facts]
    what = (
        "items do not say who the person is, and are counted by recording; name people with --subjects FILE"
    )
    return _Subjects(facts=facts, notes=(f"{len(unnamed)} {what}: {some(unnamed)}",) if unnamed else ())


def _fact(subject: str) -> dict[str, object]:
    return {"subject": subject, "subject_known": True}


def _ask_who(people: Mapping[str, str], source: Path) -> None:
    """Ask whether a name in several files is one person: it may be a role, such as Interviewee.

    Raises:
        InputError: there is such a name.
    """
    items: dict[str, list[str]] = {}
    for item, person in people.items():
        if person:
            items.setdefault(person, []).append(item)
    again = {person: own for person, own in items.items() if len(own) > 1}
    if again:
        person, own = next(iter(again.items()))
        raise InputError(
            f"{source}: the participant '{person}' is in {len(own)} files ({some(own)}). If that is one "
            "person, give --subject-from participant; if it is another one in each, --subject-from file; or "
            "name people with --subjects FILE"
        )


def _from_table(path: Path, people: Mapping[str, str]) -> _Subjects:
    hint = f"columns are {RECORDING},{SUBJECT}, and {TARGET} if you have it; others are covariates"
    header, rows = read_rows(path, (RECORDING, SUBJECT), hint, optional=(TARGET,))
    found: dict[str, Row] = {}
    for row in rows:
        item = row.cells[RECORDING]
        if not item or not row.cells[SUBJECT]:
            raise InputError(f"{row.where} must have a {RECORDING} and a {SUBJECT}")
        if item in found:
            raise InputError(f"{row.where} '{item}' is named a second time")
        found[item] = row
    if missing := [item for item in people if item not in found]:
        what = f"has no row for {len(missing)} of {len(people)} items: {some(missing)}"
        raise InputError(f"{path} {what}.{guess(missing[0], found)}")
    useless = [item for item in found if item not in people]
    others = [name for name in header if name not in (RECORDING, SUBJECT, TARGET)]
    notes = (f"{len(useless)} rows of {path.name} name no item: {some(useless)}",) if useless else ()
    return _Subjects(facts={item: _row_facts(found[item], others) for item in people}, notes=notes)


def _row_facts(row: Row, others: list[str]) -> dict[str, object]:
    facts = _fact(row.cells[SUBJECT])
    if row.cells.get(TARGET):
        facts["target"] = row.cells[TARGET]
    covariates = {name: row.cells[name] for name in others if row.cells[name]}
    return facts | ({"covariates": covariates} if covariates else {})
