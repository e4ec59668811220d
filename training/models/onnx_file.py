"""An SSD's network as ONNX, apart from decoding and suppression, checked in ONNX Runtime against PyTorch."""

import warnings
from collections.abc import Iterator

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from conf.errors import RunError
from training.decode import METADATA, Decoder
from training.models.ssd import CANDIDATES, CODER_WEIGHTS, SMALLEST_SIDE, SSD

OPSET = 18
TOLERANCE = 1e-4  # of an output; relative where it is beyond ±1
INPUT = "images"
OUTPUTS = ("cls_logits", "bbox_regression")


class RawHeads(nn.Module):
    """The part of an SSD that is exported."""

    def __init__(self, detector: SSD) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """OUTPUTS for images (B, 3, H, W) in 0..1."""
        heads = self.detector.heads(images)
        return tuple(heads[name] for name in OUTPUTS)


def to_onnx(detector: SSD, *, dynamic_batch: bool) -> bytes:
    """The ONNX file of a detector on the CPU: network and, among its metadata, the decoder.

    Input and outputs: `images` (B, 3, H, W), float in 0..1; `cls_logits` (B, A, 1 + classes), background
    first; `bbox_regression` (B, A, 4), coded. B is 1, or with `dynamic_batch` any number.
    Raises RunError where PyTorch cannot export it.
    """
    network = RawHeads(detector).eval()
    # Traced with two where it may be any number: with one, the exporter takes it for a constant.
    images = torch.rand(2 if dynamic_batch else 1, 3, *detector.config.input)
    # The exporter on torch.export, which needs onnxscript: the one on TorchScript is deprecated since PyTorch
    # 2.9, and writes the sums of TensorFlow's padding as hundreds of nodes. Seen with 2.11 and 2.15.
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # about PyTorch's own insides
            program = torch.onnx.export(
                network,
                (images,),
                dynamo=True,
                verbose=False,
                opset_version=OPSET,
                input_names=[INPUT],
                output_names=list(OUTPUTS),
                dynamic_shapes={INPUT: {0: torch.export.Dim("batch")}} if dynamic_batch else None,
            )
    except torch.onnx.OnnxExporterError as error:
        raise RunError(f"PyTorch {torch.__version__} cannot export this network: {error}") from error
    assert program is not None
    model = program.model_proto
    _strip(model)
    onnx.helper.set_model_props(model, {METADATA: decoder_of(detector).to_json()})
    return model.SerializeToString()


def decoder_of(detector: SSD) -> Decoder:
    """The detector's own decoding, for outputs at its configured input size."""
    config = detector.config
    with torch.no_grad():
        images = torch.zeros(1, 3, *config.input)
        anchors = detector.anchor_boxes(images, detector.features(images))
    return Decoder(
        input=config.input,
        anchors=anchors.numpy(),
        coder_weights=CODER_WEIGHTS,
        max_log_scale=detector.coder.bbox_xform_clip,
        score_threshold=config.score_threshold,
        candidates=CANDIDATES,
        smallest_side=SMALLEST_SIDE,
        nms_threshold=config.nms_threshold,
        detections_per_image=config.detections_per_image,
        class_names=("car",) if config.classes == 1 else tuple(map(str, range(1, config.classes + 1))),
    )


def check(content: bytes, detector: SSD, *, dynamic_batch: bool) -> float:
    """The largest difference of an output from PyTorch's, over noise and other pictures.

    Raises RunError where that is above TOLERANCE, or not a number.
    """
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    network = RawHeads(detector).eval()
    differences: list[float] = []
    for images in _pictures(detector.config.input, dynamic_batch):
        with torch.inference_mode():
            wanted = network(images)
        got = session.run(list(OUTPUTS), {INPUT: images.numpy()})
        differences += map(_difference, got, wanted)
    worst = float(np.max(differences))  # NaN if one is
    if not worst <= TOLERANCE:
        raise RunError(
            f"outputs of ONNX Runtime {onnxruntime.__version__} and PyTorch {torch.__version__} differ by "
            f"{worst:.2g}, more than {TOLERANCE:g}: nothing was written"
        )
    return worst


def _difference(got: NDArray[np.float32], wanted: Tensor) -> float:
    reference = wanted.numpy()
    return float((np.abs(got - reference) / np.maximum(1, np.abs(reference))).max())


def _pictures(size: tuple[int, int], dynamic_batch: bool) -> Iterator[Tensor]:
    """Noise, black, white, and bright boxes on a slope: one by one and, where that can be, together."""
    generator = torch.Generator().manual_seed(0)
    height, width = size
    slope = torch.linspace(0, 0.6, height)[:, None] * torch.linspace(1, 0.2, width)
    boxes = slope.expand(3, height, width).clone()
    boxes[:, height // 3 : height // 2, width // 5 : width // 3] = torch.tensor([0.9, 0.1, 0.2])[
        :, None, None
    ]
    boxes[:, height // 2 :, width // 2 : -width // 8] += 0.3
    pictures = torch.stack(
        (torch.rand(3, *size, generator=generator), torch.zeros(3, *size), torch.ones(3, *size), boxes)
    )
    yield from torch.split(pictures, 1)
    if dynamic_batch:
        yield pictures


def _strip(model: onnx.ModelProto) -> None:
    """Remove the exporter's notes: as long as a small network, and full of the paths of this machine."""
    graph = model.graph
    for part in (
        model,
        graph,
        *graph.node,
        *graph.input,
        *graph.output,
        *graph.value_info,
        *graph.initializer,
    ):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
