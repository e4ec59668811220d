"""One frame from its index to its commit: sample, assemble, render, label, write."""

from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assets.library import NOTHING, Library
from assets.models.params import ModelParams
from assets.traffic.params import TrafficShape, kind_of
from conf.cache_folder import cache_folder
from randomizers.spec import SceneSpec
from scenegen.assemble import assemble
from scenegen.blender import engine, passes
from scenegen.blender.passes import Passes
from scenegen.blender.stage import Stage, mesh_of
from scenegen.config import RenderConfig
from scenegen.dataset.objects import frame_store
from scenegen.dataset.records import CATEGORIES, Annotation, FrameRecord
from scenegen.dataset.specs import spec_sha256
from scenegen.dataset.store import frame_name, image_file
from scenegen.haze import veil
from scenegen.labels.annotate import RoadUser, annotate
from scenegen.sampling import sample_frame
from scenegen.scene import SEMANTICS, Instance, Scene, View
from scenegen.sensor import develop, jpeg

_CATEGORY_IDS = {name: id for id, name in CATEGORIES.items()}
# Blender without a window never empties its queue of notifications, and looks through it for whatever is
# deleted: a frame took 15 % longer after 250 others. A new file, which takes 0.08 s, has an empty one.
_FRAMES_TO_A_FILE = 25
_DEPTH_STEPS_PER_M = 256  # KITTI's depth maps: uint16, metres × 256, 0 for none


class FrameMaker:
    """Renders frames of one job in this process's Blender, one at a time.

    slot: the worker's number, which chooses among several GPUs. gpus: how many of them there are.
    """

    def __init__(
        self, config: RenderConfig, library: Library = NOTHING, threads: int = 1, slot: int = 0
    ) -> None:
        self._config, self._library = config, library
        self._blender = engine.version()
        self._store = frame_store(config.out)
        self._threads, self._slot = threads, slot
        self._made = 0
        self.gpus = self._new_file()

    def make(self, frame: int) -> None:
        """Render one frame and commit it. Raises RunError or ValueError saying what could not be done."""
        self._made += 1
        if self._made % _FRAMES_TO_A_FILE == 0:
            self._new_file()
        spec = sample_frame(self._config, self._library, frame)
        scene = assemble(spec)
        try:
            self._stage.build(scene)
            if self._config.save_blend:
                self._save_blend(frame)
            rendered = passes.render(eevee=self._config.renderer.name == "eevee")
        finally:
            self._stage.clear()
        annotations = annotate(road_users(scene), rendered.ids, scene.view, self._config.annotations)
        pictures = self._pictures(scene, rendered)
        files = {image_file(folder, frame): content for folder, content in pictures.items()}
        self._store.commit(self._record(spec, scene, annotations, pictures), files)

    def _new_file(self) -> int:
        """Begin a file in Blender, and an empty stage in it. Returns how many GPUs there are."""
        config, assets = self._config, self._config.assets
        gpus = engine.set_up(config.renderer, "normals" in config.outputs, self._threads, self._slot)
        photos, panoramas = (
            Path(folder) if folder else None for folder in (assets.textures, assets.panoramas)
        )
        self._stage = Stage(photos, panoramas, cache_folder() / "textures")
        return gpus

    def _save_blend(self, frame: int) -> None:
        path = Path(self._config.out) / "blend" / f"{frame_name(frame)}.blend"
        path.parent.mkdir(parents=True, exist_ok=True)
        engine.save_blend(path)

    def _pictures(self, scene: Scene, rendered: Passes) -> dict[str, bytes]:
        """The frame's encoded pictures by their folders."""
        light = veil(rendered.rgb, rendered.depth, scene.view, scene.lighting)
        picture = develop(light, scene.lighting.exposure_ev, scene.sensor)
        pictures = {"images": jpeg(picture, scene.sensor.jpeg_quality)}
        outputs = self._config.outputs
        if "semantic" in outputs:
            pictures["semantic"] = _png(semantic_image(scene, rendered.ids))
        if "instances" in outputs:
            pictures["instances"] = _png(rendered.ids.astype(np.uint16))
        if "depth" in outputs:
            pictures["depth"] = _png(depth_image(rendered.depth))
        if rendered.normals is not None:
            pictures["normals"] = _png(normal_image(rendered.normals, scene.view))
        return pictures

    def _record(
        self,
        spec: SceneSpec,
        scene: Scene,
        annotations: tuple[Annotation, ...],
        pictures: Mapping[str, bytes],
    ) -> FrameRecord:
        view = scene.view
        return FrameRecord(
            frame=spec.frame,
            file_name=f"{frame_name(spec.frame)}.jpg",
            width=view.width,
            height=view.height,
            K=_rows(view.K),
            camera_pose=_rows(view.pose),
            seed=spec.seed,
            video_id=spec.clip,
            frame_in_video=spec.frame % self._config.clip_length,
            recipe=spec.recipe,
            blender=self._blender,
            spec_sha256=spec_sha256(spec),
            sha256={folder: sha256(content).hexdigest() for folder, content in pictures.items()},
            annotations=annotations,
        )


def semantic_image(scene: Scene, ids: NDArray[np.int32]) -> NDArray[np.uint8]:
    """The index into `scenegen.scene.SEMANTICS` at each pixel; what no instance covers is sky."""
    classes = np.zeros(1 + max((instance.id for instance in scene.instances), default=0), np.uint8)
    for instance in scene.instances:
        classes[instance.id] = SEMANTICS.index(instance.semantic)
    return classes[ids]


def depth_image(depth: NDArray[np.float32]) -> NDArray[np.uint16]:
    """KITTI's depth map: metres along the camera's z times 256, 0 where there is none or it is too far."""
    steps = np.rint(depth * _DEPTH_STEPS_PER_M)
    return np.where(steps <= np.iinfo(np.uint16).max, steps, 0).astype(np.uint16)


def normal_image(normals: NDArray[np.float32], view: View) -> NDArray[np.uint8]:
    """Normals in the camera frame (x right, y down, z forward), −1..1 as 1..255; 0 where there is none."""
    seen = np.linalg.norm(normals, axis=-1, keepdims=True) > 0.5
    camera = normals @ view.pose[:3, :3].astype(np.float32)
    return np.where(seen, np.rint(camera * 127 + 128), 0).astype(np.uint8)


def road_users(scene: Scene) -> list[RoadUser]:
    """What the labels are about: the scene's cars, then its other road users."""
    return [
        _road_user(instance)
        for instance in scene.instances
        if instance.car_slot is not None or instance.traffic_slot is not None
    ]


def _road_user(instance: Instance) -> RoadUser:
    shape = instance.shape
    mesh = mesh_of(shape)
    kind = kind_of(shape) if isinstance(shape, TrafficShape) else "car"
    style = shape.style if kind == "car" else kind
    return RoadUser(
        id=instance.id,
        track_id=instance.id - 1,
        category_id=_CATEGORY_IDS[kind],
        vertices_world=mesh.vertices @ instance.matrix[:3, :3].T + instance.matrix[:3, 3],
        faces=mesh.faces,
        matrix=instance.matrix,
        length=shape.length_m,
        width=shape.width_m,
        height=shape.height_m,
        model_id=shape.name if isinstance(shape, ModelParams) else f"{style}-{shape.seed}",
        style=style,
    )


def _png(image: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def _rows(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(value), 9) for value in row) for row in matrix)
