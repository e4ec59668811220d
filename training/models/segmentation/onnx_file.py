"""A segmenter as ONNX, checked in ONNX Runtime against PyTorch."""

import msgspec
import onnx
import onnxruntime
import torch

from training.models.onnx_export import INPUT, accepted, difference, exported, pictures
from training.models.segmentation.segmenter import Segmenter

OUTPUT = "logits"
METADATA = "carousel_segmenter"  # of the file: input size and names of the classes, as JSON


def to_onnx(segmenter: Segmenter, class_names: tuple[str, ...], *, dynamic_batch: bool) -> bytes:
    """The ONNX file of a segmenter on the CPU.

    Input and output: `images` (B, 3, H, W), float in 0..1, and `logits` (B, classes, H, W), at the configured
    input size. B is 1, or with `dynamic_batch` any number. Raises RunError where PyTorch cannot export it.
    """
    size = segmenter.config.input
    # Traced with two where it may be any number: with one, the exporter takes it for a constant.
    images = torch.rand(2 if dynamic_batch else 1, 3, *size)
    model = exported(segmenter, {INPUT: images}, [OUTPUT], dynamic_batch=dynamic_batch)
    told = msgspec.json.encode({"input": size, "classes": class_names}).decode()
    onnx.helper.set_model_props(model, {METADATA: told})
    return model.SerializeToString()


def check(content: bytes, segmenter: Segmenter, *, dynamic_batch: bool) -> float:
    """The largest difference of a logit from PyTorch's, over noise and other pictures.

    Raises RunError where that is too large, or not a number.
    """
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        return accepted(
            [
                difference(session.run([OUTPUT], {INPUT: images.numpy()})[0], segmenter(images))
                for images in pictures(segmenter.config.input, dynamic_batch)
            ]
        )
