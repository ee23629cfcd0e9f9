#!/usr/bin/env python3
"""Makes the golden values that hold the recurrent and convolutional layers against PyTorch's: outputs and every gradient.

Runs in a virtual environment of its own, made on demand (see environment.py). Writes test/fixtures/golden/layers.safetensors.
"""
import sys
from pathlib import Path

from environment import enter

enter(__file__)

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

PATH = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "golden" / "layers.safetensors"
BATCH, STEPS, INPUTS, WIDTH = 3, 5, 4, 6
LENGTHS = [5, 2, 4]

generator = torch.Generator().manual_seed(11)


def random(*shape):
    return torch.randn(*shape, generator=generator)


def record(tensors, name, module, x, outputs, **more):
    """Keeps input, output, its weights in the loss, and the gradients of input and parameters."""
    weights = random(*outputs.shape)
    parameters = dict(module.named_parameters())
    gradients = torch.autograd.grad((outputs * weights).sum(), [x, *parameters.values()])
    kept = {"x": x, "y": outputs, "dy": weights, "gradient.x": gradients[0], **more}
    for (key, parameter), gradient in zip(parameters.items(), gradients[1:]):
        kept[f"parameter.{key}"] = parameter
        kept[f"gradient.{key}"] = gradient
    for key, tensor in kept.items():
        tensors[f"{name}/{key}"] = tensor.detach().to(torch.float32).contiguous().clone()


def recurrent(tensors, kind, bidirectional, padded):
    module = {"lstm": nn.LSTM, "gru": nn.GRU}[kind](INPUTS, WIDTH, batch_first=True, bidirectional=bidirectional)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.6 * random(*parameter.shape))
    x = random(BATCH, STEPS, INPUTS).requires_grad_()
    if padded:
        packed = pack_padded_sequence(x, torch.tensor(LENGTHS), batch_first=True, enforce_sorted=False)
        outputs, _ = pad_packed_sequence(module(packed)[0], batch_first=True, total_length=STEPS)
    else:
        outputs, _ = module(x)
    mask = torch.tensor([[float(step < length) for step in range(STEPS)] for length in LENGTHS])
    name = "-".join([kind, *(["both"] if bidirectional else []), *(["padded"] if padded else [])])
    record(tensors, name, module, x, outputs, mask=mask)


def channels_last(x):
    return x.permute(0, 2, 3, 1)


def convolutional(tensors, name, module, channels, side):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.6 * random(*parameter.shape))
    x = random(2, side, side, channels).requires_grad_()
    record(tensors, name, module, x, channels_last(module(x.permute(0, 3, 1, 2))))


def main():
    tensors = {}
    for kind in ("lstm", "gru"):
        for bidirectional in (False, True):
            for padded in (False, True):
                recurrent(tensors, kind, bidirectional, padded)
    convolutional(tensors, "conv", nn.Conv2d(3, 5, 3, stride=2, padding=1), 3, 6)
    convolutional(tensors, "conv-plain", nn.Conv2d(3, 4, 1, bias=False), 3, 4)
    convolutional(tensors, "conv-wide", nn.Conv2d(2, 3, 4, stride=2, padding=1), 2, 7)
    convolutional(tensors, "transposed", nn.ConvTranspose2d(4, 3, 4, stride=2, padding=1), 4, 3)
    convolutional(tensors, "transposed-first", nn.ConvTranspose2d(4, 3, 4), 4, 1)
    convolutional(tensors, "group-norm", nn.GroupNorm(2, 6), 6, 3)
    convolutional(tensors, "instance-norm", nn.GroupNorm(4, 4), 4, 3)
    convolutional(tensors, "leaky", nn.LeakyReLU(0.2), 3, 3)
    convolutional(tensors, "max-pool", nn.MaxPool2d(3, stride=2, padding=1), 3, 6)
    convolutional(tensors, "average-pool", nn.AvgPool2d(2), 3, 6)
    convolutional(tensors, "upsample", nn.Upsample(scale_factor=2), 3, 3)
    PATH.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, str(PATH))
    print(f"{PATH}: {PATH.stat().st_size / 1024:.0f} KiB", file=sys.stderr)


if __name__ == "__main__":
    main()
