"""What hands do: rows of the tables as the definitions say, and draws from them by side and pace."""

from __future__ import annotations

import numpy as np
import pytest

from mgllm.seeds import stream
from mgllm.synthetic.contacts import (
    BY,
    CHANNELS,
    LEFT,
    NONE,
    PARTS,
    RIGHT,
    VECTORS,
    Pace,
    contact_rows,
    draw_contacts,
    draw_pace,
    way_table,
)
from mgllm.synthetic.definitions import ILLUSTRATIVE, load_definitions

NUMBER = 300


def pace(seed: int, amplitude: float = 1.0, speed: float = 1.0) -> Pace:
    one = np.ones(NUMBER, np.float32)
    return Pace(one * np.float32(amplitude), one * np.float32(speed), stream(seed, "contacts"))


def test_every_way_of_every_class_has_a_row_and_the_last_row_is_nothing() -> None:
    table, definitions = way_table(), load_definitions()
    row = 0
    for label, spec in definitions.specs.items():
        assert (table.first[label], table.count[label]) == (row, len(spec.ways))
        for way in spec.ways:
            assert (table.own[row] == NONE) == (way.own is None)
            for channel, pair in way.moves.items():
                assert table.moves[row, CHANNELS.index(channel)].tolist() == list(pair)
            assert bool(table.stays[row]) == spec.stays
            assert bool(table.quiet[row]) == (label == ILLUSTRATIVE or label in definitions.others)
            row += 1
    assert len(table.own) == row + 1
    assert (table.own[-1], table.other[-1]) == (NONE, NONE)
    assert not table.moves[-1].any()


def test_rows_say_what_their_contacts_say() -> None:
    rows, table, definitions = contact_rows(), way_table(), load_definitions()
    ways = [(spec, way) for spec in definitions.specs.values() for way in spec.ways]
    for number, (_, way) in zip(table.own, ways, strict=False):
        if way.own is None:
            continue
        place = definitions.places[way.own.at]
        assert PARTS[int(rows["part"][number])] == place.part
        assert rows["at"][number].tolist() == pytest.approx(list(place.at))
        assert BY[int(rows["by"][number])] == way.own.by
        assert rows["curl"][number].tolist() == pytest.approx(list(way.own.curl))


def test_hands_that_do_nothing_are_not_used() -> None:
    wanted = np.where(np.arange(NUMBER) % 2 == 0, NONE, 0)
    assert draw_contacts(wanted, RIGHT, pace(0)).used.tolist() == (wanted >= 0).tolist()


def test_the_left_hand_does_the_same_in_a_mirror() -> None:
    wanted = np.arange(NUMBER) % len(contact_rows()["at"])
    right, left = (draw_contacts(wanted, side, pace(1)) for side in (RIGHT, LEFT))
    for name in VECTORS:
        if name != "beside":  # scatter has no side
            np.testing.assert_allclose(getattr(right.mirrored(), name), getattr(left, name), atol=1e-6)
    np.testing.assert_array_equal(right.hertz, left.hertz)
    twice = right.mirrored().mirrored()
    for name in VECTORS:
        np.testing.assert_array_equal(getattr(twice, name), getattr(right, name))


def test_strokes_grow_with_size_and_quicken_with_speed_and_nothing_else_does() -> None:
    wanted = np.arange(NUMBER) % len(contact_rows()["at"])
    plain, large = draw_contacts(wanted, RIGHT, pace(2)), draw_contacts(wanted, RIGHT, pace(2, amplitude=2))
    quick = draw_contacts(wanted, RIGHT, pace(2, speed=3))
    np.testing.assert_allclose(large.stroke, 2 * plain.stroke, rtol=1e-5)
    np.testing.assert_allclose(large.cross_stroke, 2 * plain.cross_stroke, rtol=1e-5)
    np.testing.assert_allclose(quick.hertz, 3 * plain.hertz, rtol=1e-5)
    np.testing.assert_array_equal(large.hertz, plain.hertz)
    np.testing.assert_array_equal(quick.stroke, plain.stroke)


def test_the_second_stroke_is_square_to_the_first_and_no_larger() -> None:
    wanted = np.arange(NUMBER) % len(contact_rows()["at"])
    drawn = draw_contacts(wanted, RIGHT, pace(3))
    first, second = (np.linalg.norm(part, axis=0) for part in (drawn.stroke, drawn.cross_stroke))
    assert (second <= first + 1e-6).all()
    across = (drawn.stroke * drawn.cross_stroke).sum(0)
    np.testing.assert_allclose(across, 0, atol=1e-6)


def test_size_and_pace_come_from_one_side_each() -> None:
    unseen = np.arange(NUMBER) % 2 == 1
    drawn = draw_pace(unseen, stream(4, "pace"))
    for values in (drawn.amplitude, drawn.speed):
        assert ((values[~unseen] >= 0.8) & (values[~unseen] <= 1.2)).all()
        assert ((values[unseen] < 0.8) | (values[unseen] > 1.2)).all()
