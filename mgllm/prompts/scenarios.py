"""Finds and reads scenarios: the bundled ones, and those of a folder that the user names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from mgllm.cues.base import styles
from mgllm.errors import InputError, unknown
from mgllm.files.yaml_files import read_yaml
from mgllm.records import Form, Frozen, Paraphrase, PromptFiles, Scenario

_PACKAGE = Path(__file__).parent.parent
_OLD_NAME = re.compile(r"(deception|emotion|interview)(?:_(b|c))?(_cloze)?\.j2")
"""Old names of bundled templates, when each scenario had its own; their words are now in its
`text:`."""


class Folders(Frozen):
    """Where scenarios and templates are looked for: the user's folder first, then the bundled one.

    A folder in the working directory is not read unless the user names it.
    """

    scenarios: Path | None = None
    """`--scenarios DIR`."""
    prompts: Path | None = None
    """`--prompts DIR`."""

    def scenario_folders(self) -> tuple[Path, ...]:
        """In order of look-up."""
        return (*_existing(self.scenarios, "--scenarios"), bundled_folder("scenarios"))

    def prompt_folders(self) -> tuple[Path, ...]:
        """In order of look-up; a folder without `_speech.j2` and `_cues.j2` uses the bundled
        ones."""
        return (*_existing(self.prompts, "--prompts"), bundled_folder("prompts"))


class Wording(Frozen):
    """How a question is asked in one form."""

    template: str
    """Template file."""
    text: Mapping[str, str]
    """The scenario's own words, as its template sees them."""
    note: str | None = None
    """What to write instead, if a template has an old name."""


class FoundScenario(Frozen):
    """A scenario and the file it came from."""

    scenario: Scenario
    """What the file says."""
    path: Path
    """The file."""
    folders: Folders = Folders()
    """Where its templates are looked for."""

    @property
    def sha256(self) -> str:
        """Hash of the scenario with all defaults filled in: comments and layout do not change
        it."""
        return hashlib.sha256(self.scenario.model_dump_json().encode()).hexdigest()

    def items_path(self) -> Path:
        """The item file that the scenario names.

        Raises:
            InputError: it names none, or one outside its own folder.
        """
        if self.scenario.items is None:
            raise InputError(f"{self.path} names no items; add 'items: FILE.jsonl' or give --items FILE")
        folder = self.path.parent.resolve()
        path = (folder / self.scenario.items).resolve()
        if not path.is_relative_to(folder):
            raise InputError(
                f"{self.path} items '{self.scenario.items}' is outside the scenario's folder; "
                "move it there or give --items FILE"
            )
        return path

    def prompt_files(self, paraphrase: str | None) -> PromptFiles:
        """Template names of a wording; None is the scenario's first.

        Raises:
            InputError: the scenario has no such paraphrase.
        """
        if paraphrase is None:
            return self.scenario.prompts
        if paraphrase not in self.scenario.paraphrases:
            kind = f"paraphrase of scenario {self.scenario.name}"
            raise InputError(unknown(kind, paraphrase, self.scenario.paraphrases))
        return self.scenario.paraphrases[paraphrase]

    def wording(self, form: Form, paraphrase: str | None) -> Wording | None:
        """Template and own words of a form in a wording; None if the scenario has no such template.

        The old names of bundled templates are still understood.
        """
        files = self.prompt_files(paraphrase)
        file = files.chat if form == "chat" else files.cloze
        if file is None:
            return None
        replaced = files.text if isinstance(files, Paraphrase) else {}
        asked = Wording(template=file, text={**self.scenario.text, **replaced})
        return self._replaced_by_old_name(asked, form, paraphrase) or self._with_old_name(asked) or asked

    def _with_old_name(self, asked: Wording) -> Wording | None:
        """What a bundled template's old name means now, if no folder has a template of that
        name."""
        known = _OLD_NAME.fullmatch(asked.template)
        if known is None or any((folder / known[0]).is_file() for folder in self.folders.prompt_folders()):
            return None
        bundled = _read(bundled_folder("scenarios") / f"{known[1]}.yaml", Folders())
        now = bundled.wording("cloze" if known[3] else "chat", known[2])
        assert now is not None
        note = f"{self.path} names a template by its old name {known[0]}, which the next release will refuse"
        advice = f"write {now.template}, and copy the 'text:' of `mgllm scenario show {known[1]}`"
        return Wording(template=now.template, text={**asked.text, **now.text}, note=f"{note}; {advice}")

    def _replaced_by_old_name(self, asked: Wording, form: Form, paraphrase: str | None) -> Wording | None:
        """The user's template that replaces a bundled scenario's by the old name of this one."""
        mine, bundled = self.folders.prompts, self.path.parent == bundled_folder("scenarios")
        if mine is None or not bundled or (mine / asked.template).is_file():
            return None
        middle, ending = f"_{paraphrase}" if paraphrase else "", "_cloze" if form == "cloze" else ""
        old = f"{self.scenario.name}{middle}{ending}.j2"
        if not (mine / old).is_file():
            return None
        note = f"{mine / old} replaces {asked.template} by an old name, which the next release will ignore"
        advice = f"copy {self.path.name} into a --scenarios folder of yours, and name your template there"
        return Wording(template=old, text=asked.text, note=f"{note}; {advice}")


def bundled_folder(kind: str) -> Path:
    """The folder `scenarios` or `prompts` that comes with mgllm: inside the wheel, or in the
    clone."""
    in_wheel = _PACKAGE / "_bundled" / kind
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent / kind


def scenario_names(folders: Folders) -> list[str]:
    """Names of the scenarios in the user's folder, if there is one, else of the bundled ones."""
    return sorted(path.stem for path in folders.scenario_folders()[0].glob("*.yaml"))


def find_scenario(name: str, folders: Folders) -> FoundScenario:
    """Read the scenario called `name`, or the YAML file of that path.

    Raises:
        InputError: there is none, or its file is wrong; one line with file, line and key.
    """
    name = name.strip()
    if name.endswith((".yaml", ".yml")):
        return _read(Path(name), folders)
    for folder in folders.scenario_folders():
        if (path := folder / f"{name}.yaml").is_file():
            return _read(path, folders)
    known = {path.stem for folder in folders.scenario_folders() for path in folder.glob("*.yaml")}
    raise InputError(unknown("scenario", name, known))


def find_scenarios(names: Sequence[str], folders: Folders) -> tuple[FoundScenario, ...]:
    """Read several scenarios, each once; all of them if none is named."""
    wanted = list(dict.fromkeys(names)) or scenario_names(folders)
    if not wanted:
        raise InputError(
            f"{folders.scenario_folders()[0]} has no scenario (*.yaml); `mgllm scenario new` writes one"
        )
    return tuple(find_scenario(name, folders) for name in wanted)


def _read(path: Path, folders: Folders) -> FoundScenario:
    scenario = read_yaml(path, Scenario, {("cue", "style"): styles.get})
    if scenario.name != path.stem:
        raise InputError(
            f"{path} name: '{scenario.name}' is not the file's name '{path.stem}'; change one of them"
        )
    return FoundScenario(scenario=scenario, path=path, folders=folders)


def _existing(folder: Path | None, flag: str) -> tuple[Path, ...]:
    if folder is None:
        return ()
    if not folder.is_dir():
        raise InputError(f"{flag} {folder} is not a folder; name an existing folder")
    return (folder,)
