"""Shards of a dataset folder, for the tests of what reads them: good ones, and what no export writes."""

import io
import json
import tarfile
from hashlib import sha256
from pathlib import Path


def samples_of(dataset: Path) -> dict[str, dict[str, bytes]]:
    """Of each frame of a COCO folder its files' contents by kind."""
    coco = json.loads((dataset / "annotations" / "instances.json").read_text())
    found = {}
    for image in coco["images"]:
        own = [each for each in coco.get("annotations", []) if each["image_id"] == image["id"]]
        files = {"jpg": (dataset / "images" / image["file_name"]).read_bytes()}
        files["json"] = json.dumps({"image": image, "annotations": own}).encode()
        semantic = (dataset / "semantic" / image["file_name"]).with_suffix(".png")
        if semantic.exists():
            files["semantic.png"] = semantic.read_bytes()
        found[f"{image['id']:09d}"] = files
    return found


def tar_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def write_index(folder: Path, samples: dict[str, int], categories: list[object]) -> None:
    """samples: how many each tar file of the folder holds."""
    contents = {name: (folder / name).read_bytes() for name in samples}
    shards = [
        {
            "name": name,
            "samples": count,
            "bytes": len(contents[name]),
            "sha256": sha256(contents[name]).hexdigest(),
        }
        for name, count in samples.items()
    ]
    (folder / "dataset.json").write_text(json.dumps({"categories": categories, "shards": shards}))


def write_shards(folder: Path, dataset: Path, each: int = 3) -> Path:
    """All frames of a COCO folder, so many to a tar file."""
    folder.mkdir(parents=True)
    samples, counts = list(samples_of(dataset).items()), {}
    for number, start in enumerate(range(0, len(samples), each)):
        own = samples[start : start + each]
        files = {f"{key}.{kind}": content for key, kinds in own for kind, content in kinds.items()}
        (folder / f"{number:03d}.tar").write_bytes(tar_of(files))
        counts[f"{number:03d}.tar"] = len(own)
    coco = json.loads((dataset / "annotations" / "instances.json").read_text())
    write_index(folder, counts, coco.get("categories", []))
    return folder
