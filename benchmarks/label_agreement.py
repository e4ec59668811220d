"""How many visible pixels of cars lie outside their silhouettes, which count the same pixel centres.

    python benchmarks/label_agreement.py [frames=60]

Over the first frames of the default config. The renderer's rounding differs from ours on outlines alone.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from assets.library import NOTHING
from scenegen.assemble import assemble
from scenegen.blender import engine, passes
from scenegen.blender.stage import Stage
from scenegen.compose import compose
from scenegen.dataset.records import CAR_CATEGORY
from scenegen.frame import road_users
from scenegen.labels.silhouette import silhouette
from scenegen.sampling import sample_frame


def main(frames: int) -> None:
    config = compose(["renderer.samples=1", "renderer.denoise=false"])  # ids come from the first sample
    engine.set_up(config.renderer, normals=False, threads=2)
    visible: list[int] = []
    outside: list[int] = []
    with tempfile.TemporaryDirectory(prefix="carousel-bench-") as cache:
        stage = Stage(None, None, Path(cache))
        for frame in range(frames):
            scene = assemble(sample_frame(config, NOTHING, frame))
            stage.build(scene)
            ids = passes.render(eevee=False).ids
            stage.clear()
            for user in road_users(scene):
                seen = ids == user.id
                if user.category_id != CAR_CATEGORY or not seen.any():
                    continue
                shape = silhouette(user.vertices_world, user.faces, scene.view)
                visible.append(int(seen.sum()))
                if shape.inside_box is not None:
                    x, y, w, h = (int(value) for value in shape.inside_box)
                    seen[y : y + h, x : x + w] &= ~shape.mask
                outside.append(int(seen.sum()))
    print(
        f"{sum(visible):,} visible pixels of {len(visible)} cars: {sum(outside)} outside their silhouettes, "
        f"at most {int(np.max(outside))} of one car"
    )


if __name__ == "__main__":
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    main(int(given.get("frames", 60)))
