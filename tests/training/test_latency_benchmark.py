"""The benchmark of V3's parts: what it takes out is out, and its tables say what was measured."""

import numpy as np
import pytest
from torch import nn
from torchvision.ops import SqueezeExcitation

from benchmarks import latency
from benchmarks.latency import CHANGED, PARTS, PLAIN, REST, V2, Measured, Network, build, madds_by_part
from training.models.costs import multiply_adds, parameters

SIZE = 64
BY_NAME = {network.name: network for network in (*PLAIN, *CHANGED)}


def test_each_change_takes_out_its_layers_and_nothing_else():
    whole, relu, without_se, neither = (
        build(BY_NAME[name], SIZE)
        for name in ("V3-Small", *(f"V3-Small, {change}" for change in latency.CHANGES))
    )

    def count(detector: nn.Module, kind: type[nn.Module]) -> int:
        return sum(isinstance(module, kind) for module in detector.modules())

    assert (count(whole, nn.Hardswish), count(whole, SqueezeExcitation)) == (18, 9)
    assert (count(relu, nn.Hardswish), count(relu, SqueezeExcitation)) == (0, 9)
    assert (count(without_se, nn.Hardswish), count(without_se, SqueezeExcitation)) == (18, 0)
    assert (count(neither, nn.Hardswish), count(neither, SqueezeExcitation)) == (0, 0)
    counted = madds_by_part(whole, SIZE)
    assert counted["SE"] > 0 and counted == madds_by_part(relu, SIZE)
    assert madds_by_part(without_se, SIZE) == madds_by_part(neither, SIZE) == counted | {"SE": 0}
    assert parameters(whole) == parameters(relu) > parameters(without_se)


def test_the_parts_are_the_whole():
    detector = build(BY_NAME["V3-Small"], SIZE)
    parts = madds_by_part(detector, SIZE)
    assert tuple(parts) == PARTS and all(parts.values())
    assert sum(parts.values()) == multiply_adds(detector.to("meta").heads, (SIZE, SIZE))


def test_v2_has_its_last_layer_or_not():
    kept, left = (build(BY_NAME[name], SIZE) for name in (V2, "V2 without it"))
    assert parameters(kept) - parameters(left) > 320 * 1280  # and what the head does on more channels


@pytest.mark.slow
def test_a_round_runs_a_network_in_both_runtimes():
    measured = latency.measure((BY_NAME[V2],), SIZE, rounds=1)
    assert measured[V2].ms.shape == (1, 2) and (measured[V2].ms > 0).all()
    assert latency.network_table(measured).splitlines()[2].startswith(f"| {V2} | 4.45 M |")


def test_tables_hold_medians_of_the_rounds_own_ratios():
    """The machine is ten times as slow in the second round, so that medians of times would mislead."""
    slow = np.array([[1.0], [10.0], [1.0]])
    measured = {
        V2: Measured(4_450_000, {"1/2": 600_000_000, REST: 200_000_000}, slow * [40.0, 20.0]),
        "V3-Small": Measured(2_490_000, {REST: 200_000_000}, slow * [20.0, 5.0]),
        "V3-Small, SE off": Measured(2_000_000, {REST: 150_000_000}, slow * [18.0, 4.0]),
    }
    assert latency.network_table(measured).splitlines()[2:] == [
        f"| {V2} | 4.45 M | 0.800 B | 40.0 (1.00) | 20.0 (1.00) | 162 (1.00) |",
        "| V3-Small | 2.49 M | 0.200 B | 20.0 (0.50) | 5.0 (0.25) | 52 (0.32) |",
    ]
    assert latency.change_table(measured).splitlines()[2:] == ["| V3-Small, SE off | 75.0% | 90.0% | 80.0% |"]


def test_names_are_told_apart():
    assert len(BY_NAME) == len(PLAIN) + len(CHANGED) == 7 + 4 * 3
    assert all(isinstance(network, Network) for network in BY_NAME.values())
