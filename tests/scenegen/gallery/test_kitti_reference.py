"""The reference figures: read from label files as the devkit defines them, shipped in the current bins."""

from pathlib import Path

import pytest

from conf.errors import UserError
from scenegen.gallery import kitti_reference
from scenegen.gallery.kitti_reference import load_reference, measure_kitti
from scenegen.gallery.statistics import EDGES, median, shares

LABELS = """\
Car 0.00 0 -1.57 100.00 150.00 160.00 200.00 1.50 1.60 3.90 0.10 1.70 20.30 -1.55
Car 0.62 2 1.60 0.00 180.50 300.00 374.00 1.50 1.60 3.90 -4.00 1.70 4.00 1.20
Van 0.00 0 0.10 10.00 10.00 20.00 20.00 2.00 1.80 4.90 9.00 1.70 60.00 0.20
DontCare -1 -1 -10 500.00 160.00 520.00 170.00 -1 -1 -1 -1000 -1000 -1000 -10
"""


def bin_of(key: str, value: float) -> int:
    return max(i for i, edge in enumerate(EDGES[key]) if edge <= value)


def test_only_cars_are_counted_with_the_labels_own_values(tmp_path: Path) -> None:
    (tmp_path / "000000.txt").write_text(LABELS)
    (tmp_path / "000001.txt").write_text("")
    summary = measure_kitti(tmp_path).summary
    assert (summary.images, summary.images_with_car, summary.cars) == (2, 1, 2)
    for key, values in {
        "height_px": (50.0, 193.5),
        "width_px": (60.0, 300.0),
        "depth_m": (20.3, 4.0),
        "occlusion": (0, 2),
        "view": (0, 1),
        "cars_per_image": (2, 0),
    }.items():
        filled = [i for i, count in enumerate(summary.histograms[key]) if count]
        assert filled == sorted(bin_of(key, value) for value in values), key


@pytest.mark.parametrize("line", ["Car 0.0 0 -1.57 100", LABELS.splitlines()[0].replace("160.00", "x")])
def test_a_line_that_is_no_label_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "000007.txt").write_text(LABELS.splitlines()[0] + "\n" + line + "\n")
    with pytest.raises(UserError, match=r"000007\.txt:2: not a KITTI label"):
        measure_kitti(tmp_path)


def test_a_folder_without_labels_ends_with_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kitti_reference.main([str(tmp_path), str(tmp_path / "out.json")]) == 2
    assert "no label files here" in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


def test_the_command_writes_what_load_reference_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "000000.txt").write_text(LABELS)
    out = tmp_path / "out.json"
    assert kitti_reference.main([str(tmp_path), str(out)]) == 0
    monkeypatch.setattr(kitti_reference, "REFERENCE", out)
    assert load_reference() == measure_kitti(tmp_path)


def test_the_shipped_figures_are_in_the_current_bins_and_are_kittis() -> None:
    reference = load_reference()
    assert reference.edges == dict(EDGES), (
        "EDGES changed: run python -m scenegen.gallery.kitti_reference again"
    )
    histograms = reference.summary.histograms
    assert all(
        sum(counts) == reference.summary.cars for key, counts in histograms.items() if key != "cars_per_image"
    )
    # Known of KITTI's whole training set: median car 47.0 × 79.7 px, 86 % untruncated, 47 % fully visible.
    assert median("height_px", histograms["height_px"]) == pytest.approx(47.0, abs=1.5)
    assert median("width_px", histograms["width_px"]) == pytest.approx(79.7, abs=2.5)
    assert shares(histograms["truncation"])[0] == pytest.approx(0.859, abs=0.005)
    assert shares(histograms["occlusion"])[0] == pytest.approx(13457 / 28742, abs=0.005)


def test_real_labels_are_read_whole(kitti: Path) -> None:
    labels = kitti / "training" / "label_2"
    lines = [line for file in labels.glob("*.txt") for line in file.read_text().splitlines()]
    summary = measure_kitti(labels).summary
    assert summary.cars == sum(line.startswith("Car ") for line in lines)
