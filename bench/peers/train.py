"""PyTorch's side of `bench train`: BLIP's step with all three losses, clipping and AdamW, as core/train/step.ts.

Served to the bench over stdin and stdout; by itself it prints milliseconds a step:
    python bench/peers/train.py --shape tiny --batch 64 --steps 10 [--mode eager|compile]
"""
import argparse
import json
import statistics
import sys
import time
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F

from blip import Blip
from serve import peak_memory, serve, threads

torch.set_num_threads(threads())
IGNORED = -100
BLOCKED = -1e4


def contrast(scores, positives):
    targets = positives / positives.sum(1, keepdim=True)
    return (F.cross_entropy(scores, targets) + F.cross_entropy(scores.t(), targets.t())) / 2


def draw(scores, positives):
    """A negative for each row, by softmax of its scores; and whether there is one at all."""
    chances = torch.softmax(scores.masked_fill(positives.bool(), BLOCKED), 1)
    return torch.multinomial(chances, 1)[:, 0], (1 - positives).amax(1)


def matching(model, image, memories, ids, scores, positives, anchors):
    """With `memories` of the batch given, keys and values are picked from them; else they are made for all 3 · anchors."""
    texts, text_legal = draw(scores[:anchors], positives[:anchors])
    pictures, picture_legal = draw(scores.t()[:anchors], positives.t()[:anchors])
    own = torch.arange(anchors)
    rows = torch.cat([own, pictures, own])
    picked = [memory[rows] for memory in memories] if memories else model.memories(image[rows])
    sequences = torch.cat([ids[:anchors], ids[:anchors], ids[texts]])
    labels = (torch.arange(3 * anchors) < anchors).long()
    losses = F.cross_entropy(model.match(picked, sequences), labels, reduction="none")
    weights = torch.cat([torch.ones(anchors), picture_legal, text_legal])
    return (losses * weights).sum() / weights.sum()


def captioning(model, memories, ids, smoothing):
    labels = ids[:, 1:].masked_fill(ids[:, 1:] == model.tokens["pad"], IGNORED)
    logits = model.write(memories, ids[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, label_smoothing=smoothing)


def losses_of(model, batch, knobs, share):
    """`share`: matcher and decoder, whose cross-attention is the same, use each picture's keys and values together."""
    image = model.image(batch["images"])
    features = model.image_feature(image), model.text_feature(batch["text"])
    scores = features[0] @ features[1].t() / model.temp
    same = lambda ids: ids[:, None] == ids[None]
    positives = (same(batch["sampleIds"]) | same(batch["captionIds"])).float()
    itc = contrast(scores, positives)
    matched = torch.cat([torch.full_like(batch["text"][:, :1], model.tokens["enc"]), batch["text"][:, 1:]], 1)
    anchors = min(knobs["itmAnchors"] or len(matched), len(matched))
    memories = model.memories(image)
    itm = matching(model, image, memories if share else None, matched, scores.detach(), positives, anchors)
    lm = captioning(model, memories, batch["caption"], knobs["labelSmoothing"])
    return itc * knobs["itcWeight"] + itm * knobs["itmWeight"] + lm * knobs["lmWeight"], itc, itm, lm


class Trainer:
    """A model with its optimiser. AdamW is fused; losses and their gradients run eagerly or compiled."""

    def __init__(self, shape, knobs, weights=None):
        self.model, self.knobs = Blip(shape), knobs
        if weights:
            from safetensors.torch import load_file

            self.model.load(load_file(weights))
        self.parameters = list(self.model.parameters())
        matrix = [parameter for parameter in self.parameters if parameter.dim() >= 2]
        other = [parameter for parameter in self.parameters if parameter.dim() < 2]
        groups = [{"params": matrix, "weight_decay": knobs["weightDecay"]}, {"params": other, "weight_decay": 0.0}]
        betas = (knobs["beta1"], knobs["beta2"])
        self.optimiser = torch.optim.AdamW(groups, lr=knobs["learningRate"], betas=betas, eps=1e-8, fused=True)
        plain, shared = partial(losses_of, share=False), partial(losses_of, share=True)
        self.losses = {"eager": plain, "shared": shared, "compile": torch.compile(shared, dynamic=False)}

    def step(self, batch, mode="eager"):
        self.optimiser.zero_grad(set_to_none=True)
        loss, itc, itm, lm = self.losses[mode](self.model, batch, self.knobs)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.knobs["clipNorm"] or float("inf"))
        self.optimiser.step()
        with torch.no_grad():
            self.model.temp.clamp_(0.001, 0.5)
        values = dict(loss=loss, itc=itc, itm=itm, lm=lm, gradientNorm=norm, temperature=self.model.temp)
        return {name: value.item() for name, value in values.items()}


def tensors_of(batch):
    """A batch as core/train makes it, from JSON: images as file of bytes, the rest as numbers."""
    pairs, size = batch["pairs"], batch["size"]
    pixels = torch.frombuffer(bytearray(Path(batch["images"]).read_bytes()), dtype=torch.uint8)
    numbers = {name: torch.tensor(batch[name]) for name in ("text", "caption", "sampleIds", "captionIds")}
    return numbers | {"images": pixels[: pairs * size * size * 3].view(pairs, size, size, 3)}


class Server:
    """Holds trainers by name, each with the batch that all its steps take."""

    def __init__(self):
        self.held = {}

    def prepare(self, name, shape, knobs, batch, weights, **_):
        self.held[name] = Trainer(shape, knobs, weights), tensors_of(batch)

    def step(self, name, mode="eager"):
        trainer, batch = self.held[name]
        return trainer.step(batch, mode)

    def drop(self, name):
        del self.held[name]


# ---- by itself ----

FINETUNE = ("itmAnchors", "labelSmoothing", "itcWeight", "itmWeight", "lmWeight", "weightDecay", "beta1", "beta2", "learningRate", "clipNorm")


def resources(name):
    root = Path(__file__).resolve().parents[2] / "resources"
    shape = json.loads((root / "models" / f"{name}.json").read_text(encoding="utf-8"))
    words = (root / "models" / shape["text"]["vocabulary"]).read_text(encoding="utf-8").split("\n")
    words = [word for word in words if word]
    words += [word for word in ("[DEC]", "[ENC]") if word not in words]
    shape["text"]["vocabularySize"] = len(words)
    kinds = ("pad", "cls", "sep", "dec", "enc")
    shape["text"]["tokens"] = {kind: words.index(f"[{kind.upper()}]") for kind in kinds}
    recipe = json.loads((root / "recipes" / "finetune.json").read_text(encoding="utf-8"))["knobs"]
    return shape, {name: recipe[name]["value"] for name in FINETUNE}


def made_up(shape, pairs, length):
    size, tokens = shape["image"]["size"], shape["text"]["tokens"]
    text = torch.randint(5, shape["text"]["vocabularySize"] - 2, (pairs, length))
    for row in range(pairs):
        end = length - 1 - row % (length // 2)
        text[row, end] = tokens["sep"]
        text[row, end + 1 :] = tokens["pad"]
    caption = text.clone()
    text[:, 0], caption[:, 0] = tokens["cls"], tokens["dec"]
    images = torch.randint(0, 256, (pairs, size, size, 3), dtype=torch.uint8)
    return dict(images=images, text=text, caption=caption, sampleIds=torch.arange(pairs), captionIds=torch.arange(pairs))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", default="tiny")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--length", type=int, default=0, help="tokens; default 16 for tiny, else 24")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--mode", default="eager", choices=["eager", "shared", "compile"])
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    shape, knobs = resources(options.shape)
    batch = made_up(shape, options.batch, options.length or (16 if options.shape == "tiny" else 24))
    trainer = Trainer(shape, knobs)
    count = sum(parameter.numel() for parameter in trainer.parameters)
    began = time.perf_counter()
    first = trainer.step(batch, options.mode)
    print(f"{count / 1e6:.1f} M parameters, {torch.get_num_threads()} threads, first step {time.perf_counter() - began:.1f} s, {first}")
    trainer.step(batch, options.mode)
    wall, busy = [], []
    for _ in range(options.steps):
        began, before = time.perf_counter(), time.process_time()
        trainer.step(batch, options.mode)
        wall.append((time.perf_counter() - began) * 1e3)
        busy.append((time.process_time() - before) * 1e3)
    print(f"{options.mode}: median {statistics.median(wall):.1f} ms, least {min(wall):.1f} ms; processor time median {statistics.median(busy):.1f} ms, least {min(busy):.1f} ms")
    print(f"peak memory {peak_memory()['bytes'] / 2**20:.0f} MiB")
    if options.profile:
        with torch.profiler.profile() as profile:
            trainer.step(batch, options.mode)
        print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=20))


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        server = Server()
        serve({"prepare": server.prepare, "step": server.step, "drop": server.drop, "memory": peak_memory})
    else:
        main()
