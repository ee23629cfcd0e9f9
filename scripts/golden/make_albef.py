#!/usr/bin/env python3
"""Makes the golden file of momentum contrast: five whole training steps of a tiny ALBEF in PyTorch.

Vision transformer, split BERT, EMA teacher, queue with ids, hard negatives, masked tokens, distillation, clamp of the
temperature, clipping and AdamW, in the order of ALBEF's model_pretrain.py (github.com/salesforce/ALBEF). Chance (which
tokens are masked, which negatives are drawn) is recorded, so that the test can feed the same draws.
Writes test/fixtures/golden/albef/.

Three things differ from the reference on purpose, as they do in ours: targets know ids (as in its retrieval model),
empty places of the queue count for nothing (there they start as random vectors), dropout is off.
"""
import math
import sys
from pathlib import Path

from environment import enter

enter(__file__)

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "golden" / "albef"
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])
DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711])

SIZE, PATCH, WIDTH, HEADS, INNER, EMBED = 16, 8, 8, 2, 16, 6
IMAGE_DEPTH, TEXT_DEPTH, FUSION = 2, 4, 2
VOCABULARY, CONTEXT = 24, 8
PAD, UNK, CLS, SEP, MASK = range(5)
STEPS, BATCH, QUEUE, LENGTH = 5, 4, 10, 7
MOMENTUM, ALPHA, RAMP = 0.9, 0.4, 3
RATE, BETAS, DECAY, CLIP = 0.01, (0.9, 0.98), 0.05, 1.0
LAYER, VIT = "text_encoder.bert.encoder.layer", "vision_model.encoder.layers"


def shapes():
    names = {
        "vision_model.embeddings.class_embedding": [1, 1, WIDTH],
        "vision_model.embeddings.position_embedding": [1, (SIZE // PATCH) ** 2 + 1, WIDTH],
        "vision_model.embeddings.patch_embedding.weight": [WIDTH, 3, PATCH, PATCH],
        "vision_model.embeddings.patch_embedding.bias": [WIDTH],
        "text_encoder.bert.embeddings.word_embeddings.weight": [VOCABULARY, WIDTH],
        "text_encoder.bert.embeddings.position_embeddings.weight": [CONTEXT, WIDTH],
        "text_encoder.bert.embeddings.token_type_embeddings.weight": [2, WIDTH],
        "text_encoder.cls.predictions.bias": [VOCABULARY],
        "temp": [],
    }

    def dense(name, out, into):
        names[f"{name}.weight"], names[f"{name}.bias"] = [out, into], [out]

    def norm(name):
        names[f"{name}.weight"], names[f"{name}.bias"] = [WIDTH], [WIDTH]

    for i in range(IMAGE_DEPTH):
        dense(f"{VIT}.{i}.self_attn.qkv", 3 * WIDTH, WIDTH)
        dense(f"{VIT}.{i}.self_attn.projection", WIDTH, WIDTH)
        norm(f"{VIT}.{i}.layer_norm1")
        norm(f"{VIT}.{i}.layer_norm2")
        dense(f"{VIT}.{i}.mlp.fc1", INNER, WIDTH)
        dense(f"{VIT}.{i}.mlp.fc2", WIDTH, INNER)
    norm("vision_model.post_layernorm")
    norm("text_encoder.bert.embeddings.LayerNorm")
    for i in range(TEXT_DEPTH):
        for kind in ["attention", "crossattention"] if i >= FUSION else ["attention"]:
            for part in ("query", "key", "value"):
                dense(f"{LAYER}.{i}.{kind}.self.{part}", WIDTH, WIDTH)
            dense(f"{LAYER}.{i}.{kind}.output.dense", WIDTH, WIDTH)
            norm(f"{LAYER}.{i}.{kind}.output.LayerNorm")
        dense(f"{LAYER}.{i}.intermediate.dense", INNER, WIDTH)
        dense(f"{LAYER}.{i}.output.dense", WIDTH, INNER)
        norm(f"{LAYER}.{i}.output.LayerNorm")
    dense("text_encoder.cls.predictions.transform.dense", WIDTH, WIDTH)
    norm("text_encoder.cls.predictions.transform.LayerNorm")
    dense("vision_proj", EMBED, WIDTH)
    dense("text_proj", EMBED, WIDTH)
    dense("itm_head", 2, WIDTH)
    return names


def initial(generator):
    """Wide random weights, so that every part of the model matters to the losses."""
    start = {}
    for name, dims in shapes().items():
        noise = torch.randn(dims, generator=generator)
        is_norm = name.endswith(".weight") and ("norm" in name.lower())
        start[name] = 1 + 0.2 * noise if is_norm else 0.4 * noise
    start["temp"] = torch.tensor(0.499)  # rises over the upper bound within the five steps
    return start


class Net:
    """The forward functions over a dictionary of parameters."""

    def __init__(self, parameters):
        self.p = parameters

    def dense(self, name, x):
        return F.linear(x, self.p[f"{name}.weight"], self.p[f"{name}.bias"])

    def norm(self, name, x, epsilon):
        return F.layer_norm(x, [WIDTH], self.p[f"{name}.weight"], self.p[f"{name}.bias"], epsilon)

    def attend(self, q, k, v, mask=None):
        def heads(x):
            return x.reshape(x.shape[0], x.shape[1], HEADS, -1).transpose(1, 2)

        scores = heads(q) @ heads(k).transpose(-1, -2) / math.sqrt(WIDTH / HEADS)
        if mask is not None:
            scores = scores + mask
        out = scores.softmax(-1) @ heads(v)
        return out.transpose(1, 2).reshape(q.shape)

    def image(self, images):
        x = ((images / 255.0 - MEAN) / DEVIATION).permute(0, 3, 1, 2)
        at = "vision_model.embeddings"
        x = F.conv2d(x, self.p[f"{at}.patch_embedding.weight"], self.p[f"{at}.patch_embedding.bias"], stride=PATCH)
        x = x.flatten(2).transpose(1, 2)
        x = torch.cat([self.p[f"{at}.class_embedding"].expand(x.shape[0], -1, -1), x], 1)
        x = x + self.p[f"{at}.position_embedding"]
        for i in range(IMAGE_DEPTH):
            q, k, v = self.dense(f"{VIT}.{i}.self_attn.qkv", self.norm(f"{VIT}.{i}.layer_norm1", x, 1e-6)).chunk(3, -1)
            x = x + self.dense(f"{VIT}.{i}.self_attn.projection", self.attend(q, k, v))
            inner = F.gelu(self.dense(f"{VIT}.{i}.mlp.fc1", self.norm(f"{VIT}.{i}.layer_norm2", x, 1e-6)))
            x = x + self.dense(f"{VIT}.{i}.mlp.fc2", inner)
        return self.norm("vision_model.post_layernorm", x, 1e-6)

    def embed(self, ids):
        at = "text_encoder.bert.embeddings"
        x = self.p[f"{at}.word_embeddings.weight"][ids] + self.p[f"{at}.position_embeddings.weight"][: ids.shape[1]]
        return self.norm(f"{at}.LayerNorm", x + self.p[f"{at}.token_type_embeddings.weight"][0], 1e-12)

    def block(self, name, x, source, mask):
        q, k, v = (
            self.dense(f"{name}.self.{part}", x if part == "query" else source) for part in ("query", "key", "value")
        )
        out = self.dense(f"{name}.output.dense", self.attend(q, k, v, mask))
        return self.norm(f"{name}.output.LayerNorm", out + x, 1e-12)

    def layers(self, x, mask, numbers, image=None):
        for i in numbers:
            x = self.block(f"{LAYER}.{i}.attention", x, x, mask)
            if i >= FUSION:
                x = self.block(f"{LAYER}.{i}.crossattention", x, image, None)
            inner = F.gelu(self.dense(f"{LAYER}.{i}.intermediate.dense", x))
            x = self.norm(f"{LAYER}.{i}.output.LayerNorm", self.dense(f"{LAYER}.{i}.output.dense", inner) + x, 1e-12)
        return x

    def text(self, ids, mask):
        return self.layers(self.embed(ids), mask, range(FUSION))

    def fuse(self, states, mask, image):
        return self.layers(states, mask, range(FUSION, TEXT_DEPTH), image)

    def words(self, states):
        at = "text_encoder.cls.predictions"
        x = self.norm(f"{at}.transform.LayerNorm", F.gelu(self.dense(f"{at}.transform.dense", states)), 1e-12)
        return F.linear(x, self.p["text_encoder.bert.embeddings.word_embeddings.weight"], self.p[f"{at}.bias"])

    def features(self, image, text):
        return (
            F.normalize(self.dense("vision_proj", image[:, 0]), dim=-1),
            F.normalize(self.dense("text_proj", text[:, 0]), dim=-1),
        )


class Queue:
    """A ring of features with their ids; a place with id -1 is empty."""

    def __init__(self):
        self.image, self.text = torch.zeros(QUEUE, EMBED), torch.zeros(QUEUE, EMBED)
        self.sample, self.caption = torch.full((QUEUE,), -1), torch.full((QUEUE,), -1)
        self.at = 0

    def put(self, image, text, sample, caption):
        # Rows of one batch are of one age; the last goes in first, so that the first ones are the last to leave.
        for row in reversed(range(BATCH)):
            self.image[self.at], self.text[self.at] = image[row], text[row]
            self.sample[self.at], self.caption[self.at] = sample[row], caption[row]
            self.at = (self.at + 1) % QUEUE

    def newest_first(self):
        order = [(self.at - 1 - age) % QUEUE for age in range(QUEUE)]
        return {
            "queue.image": self.image[order],
            "queue.text": self.text[order],
            "queue.sample": self.sample[order].float(),
            "queue.caption": self.caption[order].float(),
        }


def batch(step, generator):
    images = torch.randint(0, 256, (BATCH, SIZE, SIZE, 3), generator=generator).float()
    ids = torch.randint(5, VOCABULARY, (BATCH, LENGTH), generator=generator)
    for row, length in enumerate([7, 5, 6, 4]):
        ids[row, 0], ids[row, length - 1] = CLS, SEP
        ids[row, length:] = PAD
    # pictures come back after three steps, rows 2 and 3 of step 3 share a picture, and some captions are equal
    sample = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 11], [1, 12, 6, 13], [14, 4, 2, 15]][step])
    caption = torch.tensor([[1, 2, 3, 4], [5, 6, 2, 8], [9, 10, 11, 12], [1, 13, 14, 9], [15, 16, 17, 18]][step])
    return images, ids, sample, caption


def masking(ids, generator):
    """The reference's 80/10/10, at a rate that suits so few tokens. One step masks nothing at all in some rows."""
    open_places = (ids != PAD) & (ids != CLS)
    asked = open_places & (torch.rand(ids.shape, generator=generator) < 0.4)
    fate = torch.rand(ids.shape, generator=generator)
    drawn = torch.randint(0, VOCABULARY, ids.shape, generator=generator)
    changed = torch.where(asked & (fate < 0.8), MASK, torch.where(asked & (fate < 0.9), drawn, ids))
    return changed, torch.where(asked, ids, -100)


def soft_cross_entropy(logits, targets):
    return -(F.log_softmax(logits, 1) * targets).sum(1).mean()


def main():
    generator = torch.Generator().manual_seed(6)
    start = initial(generator)
    online = {name: value.clone().requires_grad_() for name, value in start.items()}
    followed = [name for name in online if not name.startswith("itm_head") and name != "temp"]
    copies = {name: start[name].clone() for name in followed}
    net, teacher, queue = Net(online), Net(copies), Queue()
    groups = [
        {"params": [p for p in online.values() if p.ndim >= 2], "weight_decay": DECAY},
        {"params": [p for p in online.values() if p.ndim < 2], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=RATE, betas=BETAS, eps=1e-8)
    recorded = {name: [] for name in (
        "images", "ids", "sample", "caption", "masked", "labels", "negative_texts", "negative_pictures", "losses"
    )}

    for step in range(STEPS):
        images, ids, sample, caption = batch(step, generator)
        mask = (ids == PAD).float()[:, None, None, :] * -1e4
        with torch.no_grad():
            online["temp"].clamp_(0.001, 0.5)
        temperature = online["temp"].item()
        image = net.image(images)
        text = net.text(ids, mask)
        image_feature, text_feature = net.features(image, text)

        with torch.no_grad():
            for name in followed:
                copies[name].mul_(MOMENTUM).add_(online[name], alpha=1 - MOMENTUM)
            image_m = teacher.image(images)
            image_feature_m, text_feature_m = teacher.features(image_m, teacher.text(ids, mask))
            image_keys = torch.cat([image_feature_m, queue.image])
            text_keys = torch.cat([text_feature_m, queue.text])
            all_samples, all_captions = torch.cat([sample, queue.sample]), torch.cat([caption, queue.caption])
            positive = (sample[:, None] == all_samples) | (caption[:, None] == all_captions)
            hard = positive.float() / positive.sum(1, keepdim=True)
            absent = torch.where(all_samples < 0, -math.inf, 0.0)
            alpha = ALPHA * min(1, step / RAMP)
            soft = [
                F.softmax(image_feature_m @ text_keys.T / online["temp"] + absent, 1),
                F.softmax(text_feature_m @ image_keys.T / online["temp"] + absent, 1),
            ]
            targets = [alpha * each + (1 - alpha) * hard for each in soft]
        here = absent == 0
        to_text = (image_feature @ text_keys.T / online["temp"])
        to_image = (text_feature @ image_keys.T / online["temp"])
        itc = (
            soft_cross_entropy(to_text[:, here], targets[0][:, here])
            + soft_cross_entropy(to_image[:, here], targets[1][:, here])
        ) / 2
        queue.put(image_feature_m, text_feature_m, sample, caption)

        with torch.no_grad():
            blocked = positive[:, :BATCH]
            chances = [F.softmax(s[:, :BATCH].masked_fill(blocked, -math.inf), 1) for s in (to_text, to_image)]
        texts, pictures = (torch.multinomial(chance, 1, generator=generator)[:, 0] for chance in chances)
        rows = torch.arange(BATCH)
        seen = torch.cat([rows, pictures, rows])
        read = torch.cat([rows, rows, texts])
        fused = net.fuse(text[read], mask[read], image[seen])[:, 0]
        answers = torch.tensor([1] * BATCH + [0] * 2 * BATCH)
        itm = F.cross_entropy(net.dense("itm_head", fused), answers)

        masked, labels = masking(ids, generator)
        logits = net.words(net.fuse(net.text(masked, mask), mask, image))
        with torch.no_grad():
            taught = F.softmax(teacher.words(teacher.fuse(teacher.text(masked, mask), mask, image_m)), -1)
        asked = labels != -100
        plain = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
        distilled = -(F.log_softmax(logits, -1) * taught).sum(-1)[asked].mean()
        mlm = (1 - alpha) * plain + alpha * distilled

        loss = itc + itm + mlm
        optimiser.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(list(online.values()), CLIP)
        optimiser.step()
        values = [loss.item(), itc.item(), itm.item(), mlm.item(), norm.item(), temperature]
        print(step + 1, values, file=sys.stderr)
        for name, value in dict(
            images=images, ids=ids, sample=sample, caption=caption, masked=masked, labels=labels,
            negative_texts=texts, negative_pictures=pictures, losses=torch.tensor(values),
        ).items():
            recorded[name].append(value.float())

    with torch.no_grad():
        online["temp"].clamp_(0.001, 0.5)
    tensors = {f"step.{name}": torch.stack(values) for name, values in recorded.items()}
    tensors |= {f"start.{name}": value for name, value in start.items()}
    tensors |= {f"end.{name}": value.detach() for name, value in online.items()}
    tensors |= {f"teacher.{name}": value for name, value in copies.items()}
    tensors |= queue.newest_first()
    FOLDER.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in tensors.items()}, str(FOLDER / "steps.safetensors"))
    print(f"{(FOLDER / 'steps.safetensors').stat().st_size / 1024:.0f} KiB", file=sys.stderr)


if __name__ == "__main__":
    main()
