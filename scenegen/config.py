"""Types and bounds of conf/render.yaml: the whole command, checked before anything is rendered."""

from typing import Annotated, Literal

from msgspec import Meta

from assets.library import Split
from assets.params import Params
from randomizers.config import RandomizerConfig

Output = Literal["rgb", "instances", "semantic", "depth", "normals"]
Export = Literal["kitti", "yolo", "webdataset"]
Count = Annotated[int, Meta(ge=1)]
Index = Annotated[int, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]

LAST_FRAME = 999_999_999  # nine digits in a file's name


class RendererConfig(Params):
    """conf/renderer: which engine, at what size and quality."""

    name: Literal["cycles", "eevee", "draft"]
    width: Annotated[int, Meta(ge=32, le=8192)]
    height: Annotated[int, Meta(ge=32, le=8192)]
    samples: Annotated[int, Meta(ge=1, le=4096)]
    denoise: bool
    device: Literal["cpu", "gpu", "cuda", "optix", "hip", "oneapi", "metal"]
    bounces: Annotated[int, Meta(ge=0, le=32)]


class LabelConfig(Params):
    """conf/render.yaml `annotations`: which box is `bbox`, and when a car is not asked for."""

    bbox: Literal["amodal", "visible"]
    segmentation: Literal["rle", "polygon"]
    occlusion_visibility: tuple[
        Share, Share
    ]  # visibility below the first is level 1, below the second level 2
    min_height_px: Annotated[float, Meta(ge=0)]
    min_visibility: Share

    def __post_init__(self) -> None:
        visible, hidden = self.occlusion_visibility
        if not 1 >= visible >= hidden >= 0:
            raise ValueError("occlusion_visibility must be two numbers from 1 down to 0, e.g. [0.8,0.4]")


class AssetsConfig(Params):
    """conf/render.yaml `assets`: folders of the user's own material."""

    textures: str | None  # folder of photos; None: procedural textures
    panoramas: str | None  # folder of .hdr and .exr skies; None: generated skies
    cars: tuple[str, ...]  # files and folders of car models, mixed with the parametric ones
    split: Split
    held_out: Share  # of photos, panoramas and models whose manifest does not say, by the hash of the file


class LauncherConfig(Params):
    """conf/launcher: how frames reach workers."""

    name: Literal["local", "ray", "slurm"]
    stall_timeout_s: Annotated[float, Meta(gt=0)]
    recycle_after: Count  # frames a worker renders before it is replaced by a fresh one
    attempts: Count  # tries of one frame before it is recorded as failed


class RayConfig(Params):
    """conf/launcher/ray.yaml `ray`: the cluster, and a worker's share of it."""

    address: str
    frames_per_task: Count
    cpus: Count
    gpus: Index


class SlurmConfig(Params):
    """conf/launcher/slurm.yaml `slurm`: the jobs, in the terms of Hydra's submitit launcher."""

    hydra_launcher: Literal["submitit_slurm", "submitit_local"]
    frames_per_job: Count
    timeout_min: Count
    cpus_per_task: Count
    mem_gb: Count
    gpus_per_node: Index
    partition: str | None
    account: str | None
    array_parallelism: Count
    setup: tuple[str, ...]


class RenderConfig(Params):
    """Everything `scenegen/render.py` needs."""

    n: Count
    start: Index
    only: tuple[Index, ...] | None
    out: str
    seed: Index
    workers: Count | Literal["auto"]
    clip_length: Count
    outputs: tuple[Output, ...]
    export: tuple[Export, ...]
    save_blend: bool
    specs_only: bool
    gallery: bool
    randomizer: RandomizerConfig
    renderer: RendererConfig
    launcher: LauncherConfig
    annotations: LabelConfig
    assets: AssetsConfig
    ray: RayConfig | None = None  # with launcher=ray
    slurm: SlurmConfig | None = None  # with launcher=slurm

    def __post_init__(self) -> None:
        if not self.out:
            raise ValueError("out=: name a folder")
        if self.only == ():
            raise ValueError("only=[]: name at least one frame, or only=null for all")
        last = self.start + self.n - 1 if self.only is None else max(self.only)
        if last > LAST_FRAME:
            raise ValueError(f"the last frame would be {last}; indices go up to {LAST_FRAME}")
        if "://" in self.out:
            self._check_object_store()
        if "rgb" not in self.outputs:
            raise ValueError(f"outputs=[{','.join(self.outputs)}]: rgb must be among them")

    def _check_object_store(self) -> None:
        if self.save_blend:
            raise ValueError("save_blend=true: .blend files are kept in folders, not in object stores")
        if self.slurm is not None:
            raise ValueError(f"out={self.out}: launcher=slurm wants a folder that all machines see")
