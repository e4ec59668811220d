"""The page in a headless Chromium: what is drawn is what the records say, and nothing in them is executed."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from randomizers.spec import SceneSpec
from scenegen.dataset.records import FrameRecord
from scenegen.dataset.specs import read_specs
from scenegen.dataset.store import FrameStore
from scenegen.gallery.build import build_gallery
from scenegen.scene import NEAR_M

HOSTILE = "</script><script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>"
STYLES = ("sedan", "suv", HOSTILE, "bus")
FRAMES = [*range(45), 1234]
MASK = """
    const canvas = document.querySelector(`.card[href="#frame=${arguments[0]}"] canvas`);
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return Array.from(pixels.filter((_, i) => i % 4 === 3), (alpha) => (alpha ? 1 : 0)).join("");
"""


class Page:
    """The open page, in the words of its user."""

    def __init__(self, browser: Any, page: Path) -> None:
        self.browser = browser
        browser.get(page.as_uri())
        self.wait(
            "document.querySelector('#grid').dataset.ready && document.querySelectorAll('.card').length"
        )

    def do(self, script: str, *arguments: object) -> Any:
        return self.browser.execute_script(script, *arguments)

    def wait(self, condition: str) -> None:
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(self.browser, 20, 0.05).until(lambda _: self.do(f"return {condition}"))

    def count(self, selector: str) -> int:
        return int(self.do("return document.querySelectorAll(arguments[0]).length", selector))

    def text(self, selector: str) -> str:
        return str(self.do("return document.querySelector(arguments[0]).textContent", selector))

    def toggle(self, layer: str) -> None:
        self.do("document.querySelector(`.bar [data-layer='${arguments[0]}']`).click()", layer)

    def filter(self, **values: str) -> None:
        self.do(
            "const form = document.querySelector('#filters'); const shown = document.querySelector('.card');"
            "for (const [key, value] of Object.entries(arguments[0])) form.elements[key].value = value;"
            "form.dispatchEvent(new Event('input')); if (shown) shown.dataset.old = 1;",
            values,
        )
        self.wait("!document.querySelector('.card[data-old]')")


@pytest.mark.chromium
def test_the_page_in_chromium(make_dataset: Callable[..., Path], browser: Any) -> None:
    root = make_dataset(FRAMES, style=lambda i: STYLES[i % 4])
    records = {frame: FrameStore(root).read(frame) for frame in FRAMES}
    page = Page(browser, build_gallery(root))
    assert page.text("#count") == f"{len(FRAMES)} frames"
    assert page.count(".card") == 36
    overlays_follow_the_toggles(page, [records[frame] for frame in FRAMES[:36]])
    masks_are_the_records(page, records[5])
    cuboids_are_projected_and_cut_at_the_near_plane(page, records[5])
    filters_find_the_frames(page, records)
    a_frame_opens_with_its_table_and_spec(page, records[1234], list(read_specs(root))[-1])
    nothing_was_executed_and_nothing_failed(page)


def overlays_follow_the_toggles(page: Page, shown: list[FrameRecord]) -> None:
    cars = [car for record in shown for car in record.annotations]
    assert page.count("rect.line.bbox") == sum(car.bbox is not None for car in cars)
    for layer, selector, expected in (
        ("bbox_visible", "rect.line.bbox_visible", sum(car.bbox_visible is not None for car in cars)),
        ("bbox_full", "rect.line.bbox_full", len(cars)),
        ("cuboid", "path.line.cuboid", len(cars)),
        ("label", "span.label", sum(car.bbox is not None for car in cars)),
        ("mask", "canvas.overlay", len(shown)),
    ):
        assert page.count(selector) == 0
        page.toggle(layer)
        assert page.count(selector) == expected, layer
        if layer != "mask":
            page.toggle(layer)
            assert page.count(selector) == 0
    page.toggle("bbox")
    assert page.count("rect.line.bbox") == 0
    page.toggle("bbox")


def masks_are_the_records(page: Page, record: FrameRecord) -> None:
    size = (record.height, record.width)
    expected = np.zeros(size, np.uint8)
    for car in record.annotations:
        if car.segmentation:
            expected |= coco_mask.decode({"size": list(size), "counts": car.segmentation.counts})
    drawn = np.array([int(pixel) for pixel in page.do(MASK, record.frame)], np.uint8).reshape(size)
    assert expected.any()
    np.testing.assert_array_equal(drawn, expected)


def cuboids_are_projected_and_cut_at_the_near_plane(page: Page, record: FrameRecord) -> None:
    K = np.array(record.K)
    far = np.array(record.annotations[0].cuboid.corners)
    beside = far - [0.0, 0.0, far[:, 2].mean() - 0.4]  # half of it behind the camera
    assert beside[:, 2].min() < 0 < beside[:, 2].max()
    for corners in (far, beside):
        expected = []
        for i, j in itertools.combinations(range(8), 2):
            if (
                i // 4 == j // 4 and (i - j) % 2
            ) or i + 4 == j:  # neighbours on a face, or one above the other
                expected.append(project_segment(corners[i], corners[j], K))
        drawn = page.do("return cuboidLines(arguments[0], arguments[1]).edges", corners.tolist(), record.K)
        kept = [sorted(line) for line in expected if line]
        assert len(expected) == 12
        np.testing.assert_allclose(sorted(sorted(line) for line in drawn), sorted(kept), rtol=1e-6)
    assert len(kept) < 12


def project_segment(a: np.ndarray, b: np.ndarray, K: np.ndarray) -> list[list[float]]:
    """The pixels of a segment's ends once it is cut at the near plane; empty where all lies behind."""
    if a[2] > b[2]:
        a, b = b, a
    if b[2] < NEAR_M:
        return []
    if a[2] < NEAR_M:
        a = b + (a - b) * (b[2] - NEAR_M) / (b[2] - a[2])
    return [(K @ point / point[2])[:2].tolist() for point in (a, b)]


def filters_find_the_frames(page: Page, records: dict[int, FrameRecord]) -> None:
    def found(test: Callable[[Any], bool], recipe: str | None = None) -> str:
        matching = [
            r for r in records.values() if recipe in (None, r.recipe) and any(map(test, r.annotations))
        ]
        assert 0 < len(matching) < len(records)
        return f"{len(matching)} of {len(records)} frames"

    page.filter(style="suv", occlusion="1", low="20", high="60")
    assert page.text("#count") == found(
        lambda car: (
            car.style == "suv" and car.occlusion_level == 1 and bool(car.bbox) and 20 <= car.bbox[3] < 60
        )
    )
    assert page.count("g.dim") > 0
    page.filter(style=HOSTILE, occlusion="", low="", high="", recipe="paper")
    assert page.text("#count") == found(lambda car: car.style == HOSTILE, "paper")
    page.filter(style="", recipe="", truncation="30", asked="1")
    assert page.text("#count") == found(lambda car: 0.15 <= car.truncation < 0.3 and not car.iscrowd)
    page.filter(truncation="", asked="", category="bus")
    assert page.text("#count") == found(lambda car: car.category_id == 3)
    page.filter(category="", low="5000")
    assert page.text("#count") == f"0 of {len(records)} frames"
    page.filter(low="")
    page.do("document.querySelector('#next').click()")
    page.wait("document.querySelectorAll('.card').length === 10")
    assert page.text("#position") == "Page 2 of 2"


def a_frame_opens_with_its_table_and_spec(page: Page, record: FrameRecord, spec: SceneSpec) -> None:
    page.do("document.querySelector('.card[href=\"#frame=1234\"]').click()")
    page.wait("document.querySelector('#viewer').open")
    assert page.text("#viewer h2") == "Frame 1234"
    assert page.count("#viewer tbody tr") == len(record.annotations)
    styles = page.do(
        "return [...document.querySelectorAll('#viewer tbody tr')].map((r) => r.cells[1].textContent)"
    )
    assert styles == [car.style for car in record.annotations]
    assert '"frame": 1234' in page.text("#viewer pre")
    sections = page.do("return [...document.querySelectorAll('#viewer summary')].map((s) => s.textContent)")
    assert sections[:2] == [f"cars ({len(spec.cars)})", "placement"]
    page.do("document.querySelector('#before').click()")
    page.wait("document.querySelector('#viewer h2').textContent === 'Frame 44'")
    page.do("document.querySelector('#viewer').close()")
    page.wait("!location.hash")


def nothing_was_executed_and_nothing_failed(page: Page) -> None:
    assert page.do("return window.pwned") is None
    assert page.do("return document.querySelector('#problem').hidden")
    assert page.browser.get_log("browser") == []
