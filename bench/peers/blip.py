"""BLIP as a PyTorch user would write it for speed: the same arithmetic as core/model, on PyTorch's fused kernels.

Queries, keys and values are one product, attention is F.scaled_dot_product_attention, the causal mask is a flag.
Weights go by the names of core/model/names.ts.
"""
import torch
import torch.nn.functional as F
from torch import nn

MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)


def heads_of(x, heads):
    return x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)


def attend(query, key, value, **mask):
    return F.scaled_dot_product_attention(query, key, value, **mask).transpose(1, 2).flatten(2)


class ImageBlock(nn.Module):
    def __init__(self, width, inner, heads, epsilon):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, epsilon), nn.LayerNorm(width, epsilon)
        self.qkv, self.projection = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc1, self.fc2 = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x):
        query, key, value = (heads_of(part, self.heads) for part in self.qkv(self.norm1(x)).chunk(3, -1))
        x = x + self.projection(attend(query, key, value))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class ImageEncoder(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width, epsilon = shape["width"], shape.get("epsilon", 1e-6)
        self.patch = shape["patch"]
        side = shape["size"] // self.patch
        self.first = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.position = nn.Parameter(torch.randn(1, side * side + 1, width) * 0.02)
        self.embed = nn.Linear(3 * self.patch**2, width)
        blocks = (ImageBlock(width, shape["inner"], shape["heads"], epsilon) for _ in range(shape["depth"]))
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.LayerNorm(width, epsilon)
        self.register_buffer("scale", torch.tensor([1 / (255 * value) for value in DEVIATION]))
        self.register_buffer("shift", torch.tensor([mean / value for mean, value in zip(MEAN, DEVIATION)]))

    def forward(self, images):
        batch, size = images.shape[:2]
        side = size // self.patch
        pixels = images.float() * self.scale - self.shift
        split = pixels.view(batch, side, self.patch, side, self.patch, 3).permute(0, 1, 3, 5, 2, 4)
        patches = self.embed(split.reshape(batch, side * side, -1))
        x = torch.cat([self.first.expand(batch, -1, -1), patches], 1) + self.position
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class SelfAttention(nn.Module):
    def __init__(self, width, heads, epsilon):
        super().__init__()
        self.heads = heads
        self.qkv, self.out, self.norm = nn.Linear(width, 3 * width), nn.Linear(width, width), nn.LayerNorm(width, epsilon)

    def forward(self, x, **mask):
        query, key, value = (heads_of(part, self.heads) for part in self.qkv(x).chunk(3, -1))
        return self.norm(self.out(attend(query, key, value, **mask)) + x)


class CrossAttention(nn.Module):
    def __init__(self, width, source, heads, epsilon):
        super().__init__()
        self.heads = heads
        self.query, self.kv = nn.Linear(width, width), nn.Linear(source, 2 * width)
        self.out, self.norm = nn.Linear(width, width), nn.LayerNorm(width, epsilon)

    def forward(self, x, memory):
        """@param memory keys and values side by side, self.kv of the image tokens"""
        key, value = (heads_of(part, self.heads) for part in memory.chunk(2, -1))
        return self.norm(self.out(attend(heads_of(self.query(x), self.heads), key, value)) + x)


class TextBlock(nn.Module):
    """One layer: self-attention for understanding and for writing, all else shared (BLIP)."""

    def __init__(self, text, source, epsilon):
        super().__init__()
        width, heads = text["width"], text["heads"]
        self.attention, self.writing = SelfAttention(width, heads, epsilon), SelfAttention(width, heads, epsilon)
        self.cross = CrossAttention(width, source, heads, epsilon)
        self.fc1, self.fc2 = nn.Linear(width, text["inner"]), nn.Linear(text["inner"], width)
        self.norm = nn.LayerNorm(width, epsilon)

    def forward(self, x, memory=None, mask=None):
        x = self.writing(x, is_causal=True) if mask is None else self.attention(x, attn_mask=mask)
        if memory is not None:
            x = self.cross(x, memory)
        return self.norm(self.fc2(F.gelu(self.fc1(x))) + x)


class Blip(nn.Module):
    """@param shape as resources/models/*.json, with vocabularySize and tokens in `text`"""

    def __init__(self, shape):
        super().__init__()
        text, image, embed = shape["text"], shape["image"], shape["embed"]
        self.tokens, width, epsilon = text["tokens"], text["width"], text.get("epsilon", 1e-12)
        self.image = ImageEncoder(image)
        self.words = nn.Parameter(torch.randn(text["vocabularySize"], width) * 0.02)
        self.positions = nn.Parameter(torch.randn(text["context"], width) * 0.02)
        self.norm = nn.LayerNorm(width, epsilon)
        self.layers = nn.ModuleList(TextBlock(text, image["width"], epsilon) for _ in range(text["depth"]))
        self.transform, self.transform_norm = nn.Linear(width, width), nn.LayerNorm(width, epsilon)
        self.bias = nn.Parameter(torch.zeros(text["vocabularySize"]))
        self.image_head, self.text_head = nn.Linear(image["width"], embed), nn.Linear(width, embed)
        self.match_head = nn.Linear(width, 2)
        self.temp = nn.Parameter(torch.tensor(0.07))

    def memories(self, image):
        """Each layer's keys and values of image tokens [B, N, W]."""
        return [layer.cross.kv(image) for layer in self.layers]

    def run_text(self, ids, memories=None, writing=False):
        """Subtle: padding is at the end, so a causal mask alone keeps it from every token that counts."""
        x = self.norm(F.embedding(ids, self.words) + self.positions[: ids.shape[1]])
        mask = None if writing else ((ids == self.tokens["pad"]).float() * -1e4)[:, None, None]
        for layer, memory in zip(self.layers, memories or [None] * len(self.layers)):
            x = layer(x, memory, mask)
        return x

    def image_feature(self, image):
        return F.normalize(self.image_head(image[:, 0]), dim=-1)

    def text_feature(self, ids):
        return F.normalize(self.text_head(self.run_text(ids)[:, 0]), dim=-1)

    def match(self, memories, ids):
        return self.match_head(self.run_text(ids, memories)[:, 0])

    def write(self, memories, ids):
        states = self.run_text(ids, memories, writing=True)
        return F.linear(self.transform_norm(F.gelu(self.transform(states))), self.words, self.bias)

    @torch.no_grad()
    def load(self, tensors):
        """Takes tensors by the names of core/model/names.ts; refuses if one is left over or not met."""
        left = dict(tensors)
        for own, names in published_names(len(self.image.blocks), len(self.layers)).items():
            parts = [left.pop(name) for name in names]
            value = torch.cat(parts) if len(parts) > 1 else parts[0]
            parameter = self.get_parameter(own)
            parameter.copy_(value.reshape(parameter.shape))
        if left:
            raise ValueError(f"no place for {sorted(left)[:3]}")
        return self


def published_names(image_depth, text_depth):
    """Our parameter → the published tensors it is made of."""
    names = {}

    def pair(own, *published):
        for part in ("weight", "bias"):
            names[f"{own}.{part}"] = [f"{name}.{part}" for name in published]

    names["image.first"] = ["vision_model.embeddings.class_embedding"]
    names["image.position"] = ["vision_model.embeddings.position_embedding"]
    pair("image.embed", "vision_model.embeddings.patch_embedding")
    pair("image.norm", "vision_model.post_layernorm")
    for i in range(image_depth):
        own, at = f"image.blocks.{i}", f"vision_model.encoder.layers.{i}"
        parts = {"norm1": "layer_norm1", "norm2": "layer_norm2", "qkv": "self_attn.qkv", "fc1": "mlp.fc1", "fc2": "mlp.fc2"}
        for part, published in (parts | {"projection": "self_attn.projection"}).items():
            pair(f"{own}.{part}", f"{at}.{published}")
    names["words"] = ["text_encoder.embeddings.word_embeddings.weight"]
    names["positions"] = ["text_encoder.embeddings.position_embeddings.weight"]
    pair("norm", "text_encoder.embeddings.LayerNorm")
    for i in range(text_depth):
        own, at = f"layers.{i}", f"text_encoder.encoder.layer.{i}"
        writing = f"text_decoder.bert.encoder.layer.{i}.attention"
        for part, attention in {"attention": f"{at}.attention", "writing": writing}.items():
            pair(f"{own}.{part}.qkv", *(f"{attention}.self.{each}" for each in ("query", "key", "value")))
        pair(f"{own}.cross.query", f"{at}.crossattention.self.query")
        pair(f"{own}.cross.kv", *(f"{at}.crossattention.self.{each}" for each in ("key", "value")))
        for part, attention in {"attention": f"{at}.attention", "writing": writing, "cross": f"{at}.crossattention"}.items():
            pair(f"{own}.{part}.out", f"{attention}.output.dense")
            pair(f"{own}.{part}.norm", f"{attention}.output.LayerNorm")
        for part, published in {"fc1": "intermediate.dense", "fc2": "output.dense", "norm": "output.LayerNorm"}.items():
            pair(f"{own}.{part}", f"{at}.{published}")
    pair("transform", "text_decoder.cls.predictions.transform.dense")
    pair("transform_norm", "text_decoder.cls.predictions.transform.LayerNorm")
    names["bias"] = ["text_decoder.cls.predictions.bias"]
    pair("image_head", "vision_proj")
    pair("text_head", "text_proj")
    pair("match_head", "itm_head")
    names["temp"] = ["temp"]
    return names
