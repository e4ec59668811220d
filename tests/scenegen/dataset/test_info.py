"""config.yaml and dataset.json: the same frames may go on, others are refused by the keys that differ."""

import json

import pytest
import yaml

from conf.errors import UserError
from scenegen.compose import compose
from scenegen.dataset.coco import Counts
from scenegen.dataset.info import check_same, config_hash, write_config, write_info
from scenegen.dataset.records import CATEGORIES

DEFAULT = compose([])
COUNTS = Counts(images=3, annotations=9, ignored=2, hidden=1, categories={"car": 9})
SAME_FRAMES = [
    "n=100", "start=5", "only=[3]", "out=elsewhere", "workers=3", "launcher.stall_timeout_s=7",
    "export=[kitti]", "gallery=false", "save_blend=true",
]  # fmt: skip
OTHER_FRAMES = [
    ("seed=1", "seed"),
    ("renderer.width=320", "renderer.width"),
    ("renderer.samples=9", "renderer.samples"),
    ("clip_length=4", "clip_length"),
    ("annotations.bbox=visible", "annotations.bbox"),
    ("outputs=[rgb]", "outputs"),
    ("assets.textures=photos", "assets.textures"),
]


@pytest.mark.parametrize("override", SAME_FRAMES)
def test_what_does_not_shape_frames_may_change(tmp_path, override):
    write_config(tmp_path, DEFAULT)
    changed = compose([override])
    check_same(tmp_path, changed)
    assert config_hash(changed) == config_hash(DEFAULT)


@pytest.mark.parametrize(("override", "key"), OTHER_FRAMES)
def test_another_config_is_refused_by_the_key(tmp_path, override, key):
    write_config(tmp_path, DEFAULT)
    with pytest.raises(UserError, match=rf"out={tmp_path}.*{key} is .* there and .* here") as raised:
        check_same(tmp_path, compose([override]))
    assert str(raised.value).count(" there and ") == 1
    assert config_hash(compose([override])) != config_hash(DEFAULT)


def test_another_randomizer_is_refused(tmp_path):
    write_config(tmp_path, DEFAULT)
    with pytest.raises(UserError, match="randomizer"):
        check_same(tmp_path, compose(["randomizer=paper"]))


def test_a_fresh_folder_is_anyones(tmp_path):
    check_same(tmp_path, DEFAULT)
    check_same(tmp_path / "not made yet", DEFAULT)


@pytest.mark.parametrize("text", ["a: [", "just words", "\x00"])
def test_a_config_that_is_none_is_named(tmp_path, text):
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(UserError, match=r"config.yaml(, line 1)? is not (YAML|the config of a dataset)"):
        check_same(tmp_path, DEFAULT)


def test_config_yaml_is_the_resolved_config(tmp_path):
    write_config(tmp_path, compose(["seed=4"]))
    stored = yaml.safe_load((tmp_path / "config.yaml").read_text())
    assert stored["seed"] == 4
    assert stored["out"] == "data/full"


def test_dataset_json(tmp_path):
    config = DEFAULT
    licenses = [{"id": 1, "name": "ours", "url": ""}]
    models = [{"name": "van", "licence": "CC0", "cars": 7}]
    write_info(tmp_path, config, COUNTS, {17: "no memory", 4: "died"}, {"blender": "4.5.3"}, licenses, models)
    assert json.loads((tmp_path / "dataset.json").read_text()) == {
        "config_sha256": config_hash(config),
        "versions": {"blender": "4.5.3"},
        "counts": {
            "images": 3,
            "annotations": 9,
            "ignored": 2,
            "hidden": 1,
            "categories": {"car": 9},
        },
        "failures": {"4": "died", "17": "no memory"},
        "licenses": licenses,
        "categories": {str(id): name for id, name in CATEGORIES.items()},
        "models": models,
    }
