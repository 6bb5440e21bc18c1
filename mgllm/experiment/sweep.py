"""The cells of a sweep: every wording, label order and cue style with every other, item by item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations, product

from mgllm.cues.base import styles
from mgllm.errors import InputError
from mgllm.experiment.manner import Manner
from mgllm.experiment.material import Material, sources_shown
from mgllm.experiment.options import AskOptions
from mgllm.experiment.plan import Planned, plan_questions
from mgllm.prompts.renderer import Renderer
from mgllm.prompts.scenarios import FoundScenario
from mgllm.records import FIRST_WORDING, PLAIN, Cell, cell_id
from mgllm.seeds import number

ALL_ORDERS = 3
"""Up to so many labels every order is asked: six of three labels; four would already have 24."""
Count = Callable[[str], int]


@dataclass(frozen=True)
class Swept:
    """The questions of a scenario in all cells."""

    planned: tuple[Planned, ...]
    """Item by item, the cells of each item in a seeded order."""
    cells: tuple[Cell, ...] = ()
    """The cells; none in a plain run."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Wordings and styles that cannot be asked, or say the same as another, with the reason."""


@dataclass(frozen=True)
class _Way:
    """A wording in a cue style, with what a plan needs for it."""

    wording: str | None
    style: str | None
    material: Material
    manner: Manner


def sweep_notes(ask: AskOptions) -> list[str]:
    """That `seeds` changes little at temperature 0."""
    if "seeds" not in ask.sweep or ask.heat > 0:
        return []
    return [
        "--sweep seeds at temperature 0: the same prompt gets nearly the same reply each time, so only the "
        "donors of shuffled gestures change; --temperature 1 also draws the replies"
    ]


def sweep_questions(material: Material, manner: Manner, renderer: Renderer, count: Count) -> Swept:
    """All questions of a scenario; in a plain run exactly those of `plan_questions`.

    Raises:
        InputError: a part of the sweep has nothing to change.
        IntegrityError: the arms of an item differ in more than speech and cue block.
    """
    swept = manner.ask.sweep
    orders = label_order_cells(material, swept)
    if orders == [PLAIN] and not {"paraphrases", "styles"} & set(swept):
        return Swept(plan_questions(material, manner, renderer, count))
    left_out: dict[str, str] = {}

    def plan(way: _Way, order: Cell) -> tuple[Planned, ...]:
        cell = _cell(way, order)
        return plan_questions(way.material, way.manner, renderer, count, cell)

    def different(ways: Iterable[_Way], what: str) -> list[_Way]:
        """The ways whose prompts differ from those of an earlier one."""
        kept: dict[tuple[str, ...], _Way] = {}
        for way in ways:
            prompts = tuple(one.question.prompt.sha256 for one in plan(way, orders[0]))
            twin = kept.setdefault(prompts, way)
            if twin is not way:
                left_out[f"{what} {getattr(way, what)}"] = f"its prompts are those of {getattr(twin, what)}"
        return _refuse_single(list(kept.values()), what, material, left_out)

    wordings = _wordings(material, manner, left_out)
    if "paraphrases" in swept:
        wordings = different(wordings, "wording")
    by_style = _styled(wordings[0], left_out)
    if "styles" in swept:
        by_style = different(by_style, "style")
    ways = [
        replace(way, wording=wording.wording, manner=wording.manner)
        for wording, way in product(wordings, by_style)
    ]
    _refuse_unlisted([plan(ways[0], order) for order in orders[:2]], material)
    cells = {_cell(way, order): plan(way, order) for way, order in product(ways, orders)}
    for way in ways:
        renderer.check(way.manner.template)
    return Swept(_item_by_item(cells, material, manner.ask.seed), tuple(cells), left_out)


def label_order_cells(material: Material, swept: Sequence[str]) -> list[Cell]:
    """The label orders of a sweep, each for all items; a single empty one without `orders`."""
    if "orders" not in swept:
        return [PLAIN]
    labels = [label.id for label in material.scenario.labels]
    return [Cell(order=order_name(order), labels=order) for order in crossed_orders(labels)]


def crossed_orders(labels: Sequence[str]) -> list[tuple[str, ...]]:
    """Every order of up to three labels; of more, a Latin square: each label once in each place.

    With an even number of labels, each also follows each other equally often (Williams 1949).
    """
    if len(labels) <= ALL_ORDERS:
        return list(permutations(labels))
    n = len(labels)
    first = [(nth + 1) // 2 if nth % 2 else -(nth // 2) for nth in range(n)]  # 0, 1, −1, 2, −2 …
    return [tuple(labels[(place + row) % n] for place in first) for row in range(n)]


def order_name(order: Sequence[str]) -> str:
    """ "win/lose"; of many labels the first alone, which no other order of the square has."""
    return "/".join(order) if len(order) <= ALL_ORDERS else f"{order[0]} first"


def _cell(way: _Way, order: Cell) -> Cell:
    made = order.model_copy(update={"wording": way.wording, "style": way.style})
    facts = (made.wording, made.order, made.style)
    return (
        made.model_copy(update={"id": cell_id(*facts, shots=way.manner.ask.shots)}) if any(facts) else PLAIN
    )


def _wordings(material: Material, manner: Manner, left_out: dict[str, str]) -> list[_Way]:
    """The scenario's wordings in the form of the run."""
    if "paraphrases" not in manner.ask.sweep:
        return [_Way(manner.ask.paraphrase if _sweeps_prompts(manner.ask) else None, None, material, manner)]
    found: FoundScenario = material.found
    if FIRST_WORDING in found.scenario.paraphrases:
        raise InputError(
            f"{found.path} has a paraphrase called '{FIRST_WORDING}', which is how --sweep calls the wording "
            "that is not a paraphrase; give it another name"
        )
    ways = [_Way(FIRST_WORDING, None, material, manner)]
    for name in found.scenario.paraphrases:
        wording = found.wording(manner.form, name)
        if wording is None:
            left_out[f"wording {name}"] = f"it has no {manner.form} template"
            continue
        other = manner.model_copy(update={"template": wording.template, "text": wording.text})
        ways.append(_Way(name, None, material, other))
    return ways


def _sweeps_prompts(ask: AskOptions) -> bool:
    return bool({"orders", "styles"} & set(ask.sweep))


def _styled(way: _Way, left_out: dict[str, str]) -> list[_Way]:
    """A wording in every cue style that the items allow, the scenario's own style first."""
    if "styles" not in way.manner.ask.sweep:
        return [way]
    own = way.material.scenario.cue.style
    found = [replace(way, style=own)]
    for name in styles.names():
        if name == own:
            continue
        try:
            found.append(replace(way, style=name, material=_with_style(way.material, name)))
        except InputError as error:
            left_out[f"style {name}"] = str(error)
    return found


def _with_style(material: Material, name: str) -> Material:
    """The same items, arms and donors with cues in another style."""
    scenario, ground = material.scenario, material.ground
    settings = scenario.cue.model_copy(update={"style": name})
    style = styles.get(name)()
    usual = style.rates(material.items, sources_shown(material.arms, ground.source), settings)
    if ground.source is not None:
        style.check(material.items, ground.source, settings, usual)
    changed = replace(ground, settings=settings, usual=usual)
    drawn = {arm.stem: arm.draws(changed) for arm in material.arms if arm.draws is not None}
    found = material.found.model_copy(update={"scenario": scenario.model_copy(update={"cue": settings})})
    return replace(material, found=found, ground=replace(changed, drawn=drawn))


def _refuse_single(
    ways: list[_Way], what: str, material: Material, left_out: Mapping[str, str]
) -> list[_Way]:
    if len(ways) > 1:
        return ways
    flag = {"wording": "paraphrases", "style": "styles"}[what]
    whys = [f"{name}: {why}" for name, why in left_out.items() if name.startswith(f"{what} ")]
    reasons = f" ({'; '.join(whys)})" if whys else ""
    raise InputError(
        f"--sweep {flag}: scenario {material.scenario.name} has a single {what} to ask{reasons}; leave "
        f"{flag} out of --sweep"
    )


def _refuse_unlisted(in_orders: Sequence[Sequence[Planned]], material: Material) -> None:
    """Refuse orders of labels that no prompt lists."""
    prompts = [[one.question.prompt.sha256 for one in planned] for planned in in_orders]
    if len(prompts) > 1 and prompts[0] == prompts[1]:
        raise InputError(
            f"--sweep orders: the prompts of scenario {material.scenario.name} do not list the labels, so "
            "their order changes nothing; leave orders out of --sweep"
        )


def _item_by_item(
    cells: Mapping[Cell, Sequence[Planned]], material: Material, seed: int
) -> tuple[Planned, ...]:
    """Items outer, then cells in an order drawn for each item, then the arms in their own order: a
    run that stops early has items that are complete."""
    place = {item.id: nth for nth, item in enumerate(material.asked)}
    questions = [one for planned in cells.values() for one in planned]
    drawn = {
        (item, cell.id): (nth, number(seed, "cell order", item, cell.id))
        for item, nth in place.items()
        for cell in cells
    }
    return tuple(sorted(questions, key=lambda one: drawn[one.key.item, one.key.cell]))
