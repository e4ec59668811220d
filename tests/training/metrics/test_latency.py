"""Latency: what is passed through the model, and that nothing is left changed."""

import pytest

torch = pytest.importorskip("torch")

from training.metrics.latency import latency  # noqa: E402


class Noting(torch.nn.Module):  # type: ignore[name-defined, misc]
    def __init__(self) -> None:
        super().__init__()
        self.frozen = torch.nn.BatchNorm2d(3)
        self.seen: list[tuple[tuple[int, ...], int, bool]] = []

    def forward(self, images):  # type: ignore[no-untyped-def]
        self.seen.append((tuple(images.shape), torch.get_num_threads(), self.training))
        assert not torch.is_grad_enabled()
        return self.frozen(images)


def test_the_model_sees_one_image_with_one_thread_and_with_all() -> None:
    model = Noting()
    measured = latency(model, height=32, width=96, repeats=4, warm_up=2)
    threads = [1] * 6 + [measured.threads] * 6
    assert model.seen == [((1, 3, 32, 96), count, False) for count in threads]
    assert measured.one_thread_ms > 0
    assert measured.all_threads_ms > 0


def test_modes_and_threads_are_as_before() -> None:
    model = Noting()
    model.train()
    model.frozen.eval()
    before = torch.get_num_threads()
    latency(model, height=8, width=8, repeats=1, warm_up=0)
    assert model.training
    assert not model.frozen.training
    assert torch.get_num_threads() == before
