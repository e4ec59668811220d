"""An SSD's network as ONNX, apart from decoding and suppression, checked in ONNX Runtime against PyTorch."""

from collections.abc import Iterator
from itertools import cycle, islice

import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from training.decode import METADATA, NEXT_STATE, STATE, Decoder
from training.models.onnx_export import INPUT, accepted, difference, exported, pictures
from training.models.ssd import CANDIDATES, CODER_WEIGHTS, SMALLEST_SIDE, SSD
from training.models.temporal_ssd import TemporalSSD

OUTPUTS = ("cls_logits", "bbox_regression")
FRAMES = 8  # in a row, that a network with a memory is checked over


class RawHeads(nn.Module):
    """The part of an SSD that is exported."""

    def __init__(self, detector: SSD) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """OUTPUTS for images (B, 3, H, W) in 0..1."""
        heads = self.detector.heads(images)
        return tuple(heads[name] for name in OUTPUTS)


class StatefulHeads(nn.Module):
    """That of a detector with a memory."""

    def __init__(self, detector: TemporalSSD) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, images: Tensor, state: Tensor) -> tuple[Tensor, ...]:
        """OUTPUTS for the next frame, images (1, 3, H, W), and the state to give with the one after."""
        maps, state = self.detector.stream(images, state, [False])
        heads = self.detector.head(maps)
        return (*(heads[name] for name in OUTPUTS), state)


def to_onnx(detector: SSD, *, dynamic_batch: bool) -> bytes:
    """The ONNX file of a detector on the CPU: network and, among its metadata, the decoder.

    Input and outputs: `images` (B, 3, H, W), float in 0..1; `cls_logits` (B, A, 1 + classes), background
    first; `bbox_regression` (B, A, 4), coded. B is 1, or with `dynamic_batch` any number.
    One with a memory takes `state` too, zeros at a cut, and gives `next_state`; its B is 1.
    Raises RunError where PyTorch cannot export it.
    """
    dynamic_batch = dynamic_batch and not isinstance(detector, TemporalSSD)
    # Traced with two where it may be any number: with one, the exporter takes it for a constant.
    images = torch.rand(2 if dynamic_batch else 1, 3, *detector.config.input)
    network: nn.Module = RawHeads(detector)
    inputs, outputs = {INPUT: images}, list(OUTPUTS)
    if isinstance(detector, TemporalSSD):
        network = StatefulHeads(detector)
        inputs, outputs = inputs | {STATE: detector.zero_state(images)}, [*outputs, NEXT_STATE]
    model = exported(network, inputs, outputs, dynamic_batch=dynamic_batch)
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

    With a memory, over these as frames in a row, each side with its own state.
    Raises RunError where that is above TOLERANCE, or not a number.
    """
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        if isinstance(detector, TemporalSSD):
            differences = list(_differences_in_a_row(session, detector))
        else:
            differences = list(_differences(session, detector, dynamic_batch))
    return accepted(differences)


def _differences(
    session: onnxruntime.InferenceSession, detector: SSD, dynamic_batch: bool
) -> Iterator[float]:
    network = RawHeads(detector).eval()
    for images in pictures(detector.config.input, dynamic_batch):
        got = session.run(list(OUTPUTS), {INPUT: images.numpy()})
        yield from map(difference, got, network(images))


def _differences_in_a_row(session: onnxruntime.InferenceSession, detector: TemporalSSD) -> Iterator[float]:
    network = StatefulHeads(detector).eval()
    frames = islice(cycle(pictures(detector.config.input, dynamic_batch=False)), FRAMES)
    theirs = detector.zero_state(torch.zeros(1, 3, *detector.config.input))
    ours = theirs.numpy()
    for images in frames:
        *wanted, theirs = network(images, theirs)
        *got, ours = session.run([*OUTPUTS, NEXT_STATE], {INPUT: images.numpy(), STATE: ours})
        yield from map(difference, [*got, ours], [*wanted, theirs])
