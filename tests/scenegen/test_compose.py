"""Overrides to config: what is accepted, and what is refused with the key, the value and what is allowed."""

import pytest

from conf.errors import UserError
from scenegen.compose import compose


def test_defaults_compose():
    config = compose([])
    assert (config.n, config.start, config.only, config.seed, config.workers) == (48, 0, None, 0, "auto")
    assert config.out == "data/full"
    assert (config.renderer.width, config.renderer.height) == (1200, 400)


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ("n=100000", "n", 100000),
        ("start=5", "start", 5),
        ("only=[17,23]", "only", (17, 23)),
        ("only=null", "only", None),
        ("seed=7", "seed", 7),
        ("workers=2", "workers", 2),
        ("workers=auto", "workers", "auto"),
        ("renderer=draft", "renderer.name", "draft"),
        ("renderer=eevee", "renderer.name", "eevee"),
        ("renderer.width=640", "renderer.width", 640),
        ("renderer.height=214", "renderer.height", 214),
        ("renderer.samples=8", "renderer.samples", 8),
        ("renderer.denoise=false", "renderer.denoise", False),
        ("renderer.device=gpu", "renderer.device", "gpu"),
        ("outputs=[rgb,instances,depth]", "outputs", ("rgb", "instances", "depth")),
        ("export=[kitti,yolo]", "export", ("kitti", "yolo")),
        ("clip_length=4", "clip_length", 4),
        ("save_blend=true", "save_blend", True),
        ("specs_only=true", "specs_only", True),
        ("randomizer=paper", "randomizer.name", "paper"),
        ("randomizer=structured", "randomizer.name", "structured"),
        ("randomizer.texture.enabled=false", "randomizer.texture.enabled", False),
        ("randomizer.recipe.paper=0.25", "randomizer.recipe.paper", 0.25),
        ("randomizer.camera.paper.elevation_deg=[0,30]", "randomizer.camera.paper.elevation_deg.high", 30.0),
        ("annotations.bbox=visible", "annotations.bbox", "visible"),
        ("launcher.recycle_after=10", "launcher.recycle_after", 10),
        ("assets.textures=/photos/Flickr8k/Images", "assets.textures", "/photos/Flickr8k/Images"),
        ("assets.textures=null", "assets.textures", None),
        ("out=data/a b (1), c=d é", "out", "data/a b (1), c=d é"),
        ("out=${HOME}", "out", "${HOME}"),
        ("out=2024", "out", "2024"),
    ],
)
def test_override(override, path, value):
    found = compose([override])
    for name in path.split("."):
        found = getattr(found, name)
    assert found == value


def test_out_follows_the_randomizer():
    assert compose(["randomizer=no_texture"]).out == "data/no_texture"


BAD = [
    (["n=0"], "n=0: n must be an integer, 1 or more"),
    (["n=-5"], "n=-5: n must be an integer, 1 or more"),
    (["n=ten"], "n=ten: n must be an integer, 1 or more"),
    (["n=1.5"], "n=1.5: n must be an integer, 1 or more"),
    (["n=true"], "n=true: n must be an integer, 1 or more"),
    (["n="], "n=: n must be an integer, 1 or more"),
    (["n=null"], "n=null: n must be an integer, 1 or more"),
    (["n=[3]"], "n=[3]: n must be an integer, 1 or more"),
    (["n=1,2"], "n=1,2: one value is wanted, and a list stands in brackets: n=[1,2]"),
    (["n"], "'n': write key=value, e.g. n=100; --help lists the keys"),
    (["--n=5"], "'--n=5': write key=value, e.g. n=100; --help lists the keys"),
    (["+n=5"], "'+n=5': write key=value, e.g. n=100; --help lists the keys"),
    (["~export"], "'~export': write key=value, e.g. n=100; --help lists the keys"),
    (["n=3", "n=4"], "n is given twice: n=3 and n=4"),
    (["start=-1"], "start=-1: start must be an integer, 0 or more"),
    (["start=999999990"], "the last frame would be 1000000037; indices go up to 999999999"),
    (["only=[]"], "only=[]: name at least one frame, or only=null for all"),
    (["only=17"], "only=17: only must be a list [...] of integers, 0 or more, or null"),
    (["only=[3,-1]"], "only=[3,-1]: only must be a list [...] of integers, 0 or more, or null"),
    (["only=17,23"], "only=17,23: one value is wanted, and a list stands in brackets: only=[17,23]"),
    (["only=[17"], "only=[17: not a value; only must be a list [...] of integers, 0 or more, or null"),
    (["workers=0"], "workers=0: workers must be an integer, 1 or more, or auto"),
    (["workers=many"], "workers=many: workers must be an integer, 1 or more, or auto"),
    (["wrokers=2"], "wrokers: no such key (did you mean workers?); --help lists the keys"),
    (["width=640"], "width: no such key (did you mean renderer.width?); --help lists the keys"),
    (["renderer.widht=640"], "renderer.widht: no such key (did you mean renderer.width?)"),
    (["qwerty=1"], "qwerty: no such key; --help lists the keys"),
    (["hydra.run.dir=x"], "hydra.run.dir: no such key"),
    (["renderer.width=31"], "renderer.width=31: renderer.width must be an integer from 32 to 8192"),
    (["renderer.samples=0"], "renderer.samples=0: renderer.samples must be an integer from 1 to 4096"),
    (["renderer.denoise=maybe"], "renderer.denoise=maybe: renderer.denoise must be true or false"),
    (["renderer.device=tpu"], "must be cpu, cuda, gpu, hip, metal, oneapi or optix"),
    (
        ["renderer.name=blender"],
        "renderer.name is not set by itself: renderer=NAME, with cycles, draft, eevee",
    ),
    (["renderer=cycle"], "no such renderer (did you mean cycles?); there are cycles, draft, eevee"),
    (["renderer=[draft]"], "no such renderer"),
    (["randomizer=papper"], "randomizer=papper: no such randomizer (did you mean paper?); there are "),
    (["randomizer="], "randomizer=: no such randomizer; there are "),
    (["annotations=visible"], "annotations: set one of its keys, e.g. annotations.bbox=…"),
    (["outputs=[rgb,instances,flow]"], "must be a list [...] of depth, instances, normals, rgb or semantic"),
    (["outputs=rgb"], "outputs=rgb: outputs must be a list"),
    (["outputs=[depth]"], "outputs=[depth]: rgb must be among them"),
    (["export=[coco]"], "export=[coco]: export must be a list [...] of kitti, webdataset or yolo"),
    (["clip_length=0"], "clip_length=0: clip_length must be an integer, 1 or more"),
    (["specs_only=2"], "specs_only=2: specs_only must be true or false"),
    (["out="], "out=: name a folder"),
    (["annotations.occlusion_visibility=[0.4,0.8]"], "from 1 down to 0"),
    (["annotations.min_visibility=1.5"], "must be a number from 0 to 1"),
    (["randomizer.texture.enabled=perhaps"], "randomizer.texture.enabled must be true or false"),
    (["randomizer.texture.paper.cars=1.5"], "randomizer.texture.paper.cars must be a number from 0 to 1"),
    (["randomizer.texture.of=false"], "randomizer.texture.of: no such key"),
    (["randomizer.camera.paper.elevation_deg=[30,0]"], "low 30.0 is above high 0.0"),
    (["randomizer.camera.paper.elevation_deg=[0,95]"], "must be [low, high]"),
    (["randomizer.recipe.paper=0", "randomizer.recipe.structured=0"], "at least one weight must be above 0"),
    (
        ["randomizer.cars.paper.styles.suv=-1"],
        "styles.suv=-1: randomizer.cars.paper.styles.suv must be a number, 0 or",
    ),
    (["randomizer.cars.paper.styles.tank=1"], "randomizer.cars.paper.styles.tank: no such key"),
    (["launcher.attempts=0"], "launcher.attempts=0: launcher.attempts must be an integer, 1 or more"),
    (["launcher.stall_timeout_s=0"], "launcher.stall_timeout_s must be a number above 0"),
    (["launcher=dask"], "launcher=dask: no such launcher; there are local, ray, slurm"),
    (["ray.cpus=1"], "ray.cpus: no such key"),
]


@pytest.mark.parametrize(("overrides", "message"), BAD, ids=[" ".join(bad) for bad, _ in BAD])
def test_bad_override(overrides, message):
    with pytest.raises(UserError) as refusal:
        compose(overrides)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)
