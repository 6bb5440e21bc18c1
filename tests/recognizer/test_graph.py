"""Distances and adjacency against breadth-first search; what is refused."""

from __future__ import annotations

import pytest
import torch

from mgllm.errors import InputError
from mgllm.recognizer.graph import Graph


def walk(graph: Graph, start: int) -> dict[int, int]:
    """Bones from `start` to every joint that can be reached."""
    found, edge = {start: 0}, [start]
    while edge:
        here = edge.pop(0)
        for a, b in (*graph.edges, *((b, a) for a, b in graph.edges)):
            if a == here and b not in found:
                found[b] = found[here] + 1
                edge.append(b)
    return found


def test_hops_against_a_walk(graph: Graph) -> None:
    for joint in range(graph.joints):
        reached = walk(graph, joint)
        assert graph.hops()[joint].tolist() == [reached[other] for other in range(graph.joints)]


def test_hops_where_there_is_no_way() -> None:
    split = Graph(4, ((0, 1), (2, 3)))
    assert split.hops()[0].tolist() == [0, 1, 4, 4]


def test_adjacency_averages_the_joints_at_each_distance(graph: Graph) -> None:
    adjacency_KVV = graph.adjacency(farthest=2)
    assert torch.equal(adjacency_KVV[0], torch.eye(8))
    for k in (1, 2):
        for a in range(8):
            at = [b for b, hops in walk(graph, a).items() if hops == k]
            expected = [1 / len(at) if b in at else 0.0 for b in range(8)]
            assert adjacency_KVV[k, a].tolist() == pytest.approx(expected)


def test_mirrored_twice_is_the_identity(graph: Graph) -> None:
    places = graph.mirrored()
    assert places == (0, 1, 4, 5, 2, 3, 7, 6)
    assert [places[place] for place in places] == list(range(8))


@pytest.mark.parametrize(
    ("joints", "edges", "mirror", "message"),
    [
        (0, (), (), "at least one"),
        (3, ((0, 3),), (), r"edge \(0, 3\) names a joint outside 0\.\.2"),
        (3, ((1, 1),), (), "to itself"),
        (3, (), ((0, 1), (1, 2)), "joint 1 is in two mirror pairs"),
    ],
)
def test_a_wrong_graph_is_refused_in_one_line(
    joints: int, edges: tuple[tuple[int, int], ...], mirror: tuple[tuple[int, int], ...], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Graph(joints, edges, mirror)
    assert "\n" not in str(caught.value)


def test_each_joint_has_a_name_or_none_has() -> None:
    assert Graph(2, ((0, 1),), names=("neck", "nose")).names == ("neck", "nose")
    assert Graph(2, ((0, 1),)).names == ()
    with pytest.raises(InputError, match="1 names for 2 joints"):
        Graph(2, ((0, 1),), names=("neck",))
