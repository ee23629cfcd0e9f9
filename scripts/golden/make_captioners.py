#!/usr/bin/env python3
"""Makes the golden values that hold the CNN and RNN captioners against PyTorch's own parts: scores, losses, every gradient.

Runs in a virtual environment of its own, made on demand (see environment.py). Writes test/fixtures/golden/captioners.safetensors.
Parameters are named as ours are; what PyTorch calls otherwise is said in `tensors` of each captioner.
"""
import sys
from pathlib import Path

from environment import enter

enter(__file__)

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

PATH = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "golden" / "captioners.safetensors"
BATCH, LENGTH, VOCABULARY, WIDTH, CHANNELS, PLACES, HEADS, INNER, CONTEXT = 2, 5, 11, 8, 6, 4, 2, 12, 7
SMOOTHING, COVERAGE = 0.1, 0.7
IDS = torch.tensor([[5, 7, 8, 9, 3], [5, 10, 3, 0, 0]])  # [DEC] words [SEP] [PAD]

generator = torch.Generator().manual_seed(23)


def random(*shape):
    return torch.randn(*shape, generator=generator)


def spread(module):
    """Wide random weights, so that every part matters."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            noise = 0.5 * random(*parameter.shape)
            parameter.copy_(1 + 0.4 * noise if "norm" in name and name.endswith("weight") else noise)
    return module


class ShowTell(nn.Module):
    """arXiv 1411.4555, and the form with the picture beside each word."""

    def __init__(self, kind, fusion):
        super().__init__()
        self.fusion = fusion
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.picture = nn.Linear(CHANNELS, WIDTH)
        self.decoder = {"lstm": nn.LSTM, "gru": nn.GRU}[kind](
            2 * WIDTH if fusion == "concat" else WIDTH, WIDTH, batch_first=True
        )
        self.head = nn.Linear(WIDTH, VOCABULARY)

    def forward(self, places, ids):
        picture = self.picture(places.mean(1)).unsqueeze(1)
        words = self.words(ids)
        if self.fusion == "concat":
            beside = picture.expand(-1, words.shape[1], -1)
            return self.head(self.decoder(torch.cat([words, beside], -1))[0]), None
        return self.head(self.decoder(torch.cat([picture, words], 1))[0][:, 1:]), None

    def tensors(self):
        return dict(self.named_parameters())


class ShowAttendTell(nn.Module):
    """arXiv 1502.03044, soft attention."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.places = nn.Parameter(torch.zeros(1, PLACES, CHANNELS))
        self.start = nn.ModuleDict({"output": nn.Linear(CHANNELS, WIDTH)})
        if kind == "lstm":
            self.start["cell"] = nn.Linear(CHANNELS, WIDTH)
        self.attention = nn.ModuleDict(
            {
                "places": nn.Linear(CHANNELS, WIDTH),
                "state": nn.Linear(WIDTH, WIDTH),
                "score": nn.Linear(WIDTH, 1, bias=False),
                "gate": nn.Linear(WIDTH, 1),
            }
        )
        self.decoder = {"lstm": nn.LSTMCell, "gru": nn.GRUCell}[kind](WIDTH + CHANNELS, WIDTH)
        self.deep = nn.ModuleDict({"state": nn.Linear(WIDTH, WIDTH), "context": nn.Linear(CHANNELS, WIDTH)})
        self.head = nn.Linear(WIDTH, VOCABULARY)

    def forward(self, places, ids):
        places = places + self.places
        words = self.words(ids)
        output = torch.tanh(self.start["output"](places.mean(1)))
        cell = torch.tanh(self.start["cell"](places.mean(1))) if self.kind == "lstm" else None
        logits, shares = [], []
        for step in range(ids.shape[1]):
            asked = torch.tanh(self.attention["places"](places) + self.attention["state"](output).unsqueeze(1))
            share = torch.softmax(self.attention["score"](asked).squeeze(-1), -1)
            context = torch.sigmoid(self.attention["gate"](output)) * (share.unsqueeze(-1) * places).sum(1)
            entered = torch.cat([words[:, step], context], -1)
            if self.kind == "lstm":
                output, cell = self.decoder(entered, (output, cell))
            else:
                output = self.decoder(entered, output)
            deep = words[:, step] + self.deep["state"](output) + self.deep["context"](context)
            logits.append(self.head(deep))
            shares.append(share)
        return torch.stack(logits, 1), torch.stack(shares, 1)

    def tensors(self):
        named = dict(self.named_parameters())
        return {f"{key}_l0" if key.startswith("decoder.") else key: value for key, value in named.items()}


class TransformerLayer(nn.Module):
    def __init__(self, fusion):
        super().__init__()
        self.norm1, self.norm3 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.self_attn = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        if fusion == "attention":
            self.norm2 = nn.LayerNorm(WIDTH)
            self.cross_attn = nn.MultiheadAttention(WIDTH, HEADS, kdim=CHANNELS, vdim=CHANNELS, batch_first=True)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(WIDTH, INNER), "fc2": nn.Linear(INNER, WIDTH)})

    def forward(self, x, places):
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        own = self.norm1(x)
        x = x + self.self_attn(own, own, own, attn_mask=mask, need_weights=False)[0]
        if places is not None:
            x = x + self.cross_attn(self.norm2(x), places, places, need_weights=False)[0]
        return x + self.mlp["fc2"](F.gelu(self.mlp["fc1"](self.norm3(x))))


class Transformer(nn.Module):
    def __init__(self, fusion):
        super().__init__()
        self.fusion = fusion
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(CONTEXT, WIDTH)
        if fusion == "attention":
            self.places = nn.Parameter(torch.zeros(1, PLACES, CHANNELS))
        else:
            self.picture = nn.Linear(CHANNELS, WIDTH)
        if fusion == "concat":
            self.join = nn.Linear(2 * WIDTH, WIDTH)
        self.decoder = nn.ModuleDict(
            {"layers": nn.ModuleList([TransformerLayer(fusion) for _ in range(2)]), "norm": nn.LayerNorm(WIDTH)}
        )
        self.head = nn.Linear(WIDTH, VOCABULARY)

    def forward(self, places, ids):
        x = self.words(ids)
        if self.fusion == "concat":
            beside = self.picture(places.mean(1)).unsqueeze(1).expand(-1, x.shape[1], -1)
            x = self.join(torch.cat([x, beside], -1))
        x = x + self.positions.weight[: ids.shape[1]]
        if self.fusion == "initial":
            x = torch.cat([self.picture(places.mean(1)).unsqueeze(1), x], 1)
        seen = places + self.places if self.fusion == "attention" else None
        for layer in self.decoder["layers"]:
            x = layer(x, seen)
        x = self.decoder["norm"](x)
        return self.head(x[:, 1:] if self.fusion == "initial" else x), None

    def tensors(self):
        named = dict(self.named_parameters())
        kept = {}
        for key, value in named.items():
            key = key.replace("self_attn.in_proj_", "self_attn.qkv.").replace("attn.out_proj", "attn.projection")
            kept[key] = value
        for layer in (name[: -len("q_proj_weight")] for name in named if name.endswith("q_proj_weight")):
            bias = kept.pop(f"{layer}in_proj_bias")
            kept[f"{layer}query.weight"] = kept.pop(f"{layer}q_proj_weight")
            kept[f"{layer}query.bias"] = (bias, slice(0, WIDTH))
            kept[f"{layer}memory.weight"] = [kept.pop(f"{layer}k_proj_weight"), kept.pop(f"{layer}v_proj_weight")]
            kept[f"{layer}memory.bias"] = (bias, slice(WIDTH, 3 * WIDTH))
        return kept


class Block(nn.Module):
    def __init__(self, into, width, groups, halves):
        super().__init__()
        stride = 2 if halves else 1
        self.conv1 = nn.Conv2d(into, width, 3, stride, 1, bias=False)
        self.norm1 = nn.GroupNorm(groups, width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm2 = nn.GroupNorm(groups, width)
        if halves:
            self.downsample = nn.Sequential()
            self.downsample.add_module("0", nn.Conv2d(into, width, 1, stride, bias=False))
            self.downsample.add_module("norm", nn.GroupNorm(groups, width))

    def forward(self, x):
        inner = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(inner + (self.downsample(x) if hasattr(self, "downsample") else x))


class Cnn(nn.Module):
    def __init__(self, widths=(4, 6), groups=2):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3, 2, 1, bias=False)
        self.norm1 = nn.GroupNorm(groups, widths[0])
        self.layer1 = nn.Sequential(Block(widths[0], widths[0], groups, False))
        self.layer2 = nn.Sequential(Block(widths[0], widths[1], groups, True))

    def forward(self, images):
        mean = torch.tensor([0.48145466, 0.4578275, 0.40821073])
        deviation = torch.tensor([0.26862954, 0.26130258, 0.27577711])
        pixels = ((images / 255.0 - mean) / deviation).permute(0, 3, 1, 2)
        return self.layer2(self.layer1(F.relu(self.norm1(self.conv1(pixels))))).permute(0, 2, 3, 1)


def value(entry, of):
    """A parameter or its gradient, where ours is a part of PyTorch's or several of them."""
    if isinstance(entry, tuple):
        return of(entry[0])[entry[1]]
    return torch.cat([of(part) for part in entry]) if isinstance(entry, list) else of(entry)


def caption(tensors, name, module):
    module = spread(module)
    places = random(BATCH, PLACES, CHANNELS).requires_grad_()
    logits, shares = module(places, IDS[:, :-1])
    labels = IDS[:, 1:].masked_fill(IDS[:, 1:] == 0, -100)
    loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), label_smoothing=SMOOTHING)
    if shares is not None:
        counted = (labels != -100).float().unsqueeze(-1)
        loss = loss + COVERAGE * ((1 - (shares * counted).sum(1)) ** 2).mean()
    loss.backward()
    kept = {"seen": places, "logits": logits, "loss": loss, "gradient.seen": places.grad}
    for key, entry in module.tensors().items():
        kept[f"parameter.{key}"] = value(entry, lambda parameter: parameter)
        kept[f"gradient.{key}"] = value(entry, lambda parameter: parameter.grad)
    save(tensors, name, kept)


def see(tensors):
    module = spread(Cnn())
    images = torch.randint(0, 256, (2, 10, 10, 3), generator=generator).float()
    grid = module(images)
    weights = random(*grid.shape)
    (grid * weights).sum().backward()
    kept = {"images": images, "grid": grid, "weights": weights}
    for key, parameter in module.named_parameters():
        kept[f"parameter.cnn.{key}"] = parameter
        kept[f"gradient.cnn.{key}"] = parameter.grad
    save(tensors, "cnn", kept)


def save(tensors, name, kept):
    for key, tensor in kept.items():
        tensors[f"{name}/{key}"] = tensor.detach().to(torch.float32).contiguous().clone()


def main():
    tensors = {"ids": IDS.float()}
    for kind in ("lstm", "gru"):
        for fusion in ("initial", "concat"):
            caption(tensors, f"{kind}-{fusion}", ShowTell(kind, fusion))
        caption(tensors, f"{kind}-attention", ShowAttendTell(kind))
    for fusion in ("initial", "concat", "attention"):
        caption(tensors, f"transformer-{fusion}", Transformer(fusion))
    see(tensors)
    save_file(tensors, str(PATH))
    print(f"{PATH}: {PATH.stat().st_size / 1024:.0f} KiB", file=sys.stderr)


if __name__ == "__main__":
    main()
