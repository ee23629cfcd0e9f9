#!/usr/bin/env python3
"""Makes the golden files that hold our CLIP against Hugging Face's: a tiny random model, its outputs and every gradient.

Runs in a virtual environment of its own, made on demand (see environment.py). Needs the vocabulary that make_blip.py wrote.
"""
import sys
from pathlib import Path

from environment import enter

enter(__file__)

import torch
from safetensors.torch import save_file
from transformers import BertTokenizer, CLIPConfig, CLIPModel

GOLDEN = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "golden"
FOLDER = GOLDEN / "clip"
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])
DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711])


def config(tokens, sep):
    """Quick GELU on one side and the exact one on the other, so that neither goes unseen."""
    text = dict(
        vocab_size=len(tokens), hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=12, hidden_act="quick_gelu", layer_norm_eps=1e-5, projection_dim=12,
        pad_token_id=0, bos_token_id=tokens.index("[CLS]"), eos_token_id=sep,
    )
    vision = dict(
        hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3, image_size=32, patch_size=8,
        hidden_act="gelu", layer_norm_eps=1e-5, projection_dim=12,
    )
    return CLIPConfig(text_config=text, vision_config=vision, projection_dim=12)


def randomise(model, generator):
    """Wide random weights, so that every part of the model matters to the output."""
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            if name == "logit_scale":
                parameter.fill_(1.7)
                continue
            noise = torch.randn(parameter.shape, generator=generator)
            is_norm = "norm" in name and name.endswith("weight") or "layrnorm.weight" in name
            parameter.copy_(1 + 0.2 * noise if is_norm else 0.3 * noise)


def inputs(tokens, sep, generator):
    images = torch.randint(0, 256, (4, 32, 32, 3), generator=generator, dtype=torch.int32)
    pixels = ((images / 255.0 - MEAN) / DEVIATION).permute(0, 3, 1, 2).contiguous()
    ids = torch.randint(5, len(tokens) - 2, (4, 10), generator=generator)
    ids[:, 0] = tokens.index("[CLS]")
    for row, length in enumerate([10, 7, 4, 2]):
        ids[row, length - 1] = sep
        ids[row, length:] = 0
    return images, pixels, ids


def plain(tensor):
    return tensor.detach().to(torch.float32).contiguous().clone()


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    tokens = (GOLDEN / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
    sep = tokens.index("[SEP]")
    generator = torch.Generator().manual_seed(21)
    model = CLIPModel(config(tokens, sep)).eval()
    randomise(model, generator)
    images, pixels, ids = inputs(tokens, sep, generator)
    given = dict(input_ids=ids, pixel_values=pixels, attention_mask=(ids != 0).long())
    result = model(**given, return_loss=True)
    result.loss.backward()
    tensors = {
        "images": images.float(), "ids": ids.float(), "loss": plain(result.loss),
        "image_embeds": plain(result.image_embeds), "text_embeds": plain(result.text_embeds),
        "logits_per_image": plain(result.logits_per_image), "logits_per_text": plain(result.logits_per_text),
    }
    tensors |= {f"gradient.{name}": plain(parameter.grad) for name, parameter in model.named_parameters()}
    model.text_model.eos_token_id = 2  # the rule of the published weights: the highest id
    with torch.no_grad():
        tensors["text_embeds_highest"] = plain(model(**given).text_embeds)
    model.save_pretrained(FOLDER)
    BertTokenizer.from_pretrained(str(GOLDEN), do_lower_case=True).save_pretrained(str(FOLDER))
    save_file(tensors, str(FOLDER / "expected.safetensors"))
    size = sum(file.stat().st_size for file in FOLDER.iterdir())
    print(f"{FOLDER}: {size / 1024:.0f} KiB", file=sys.stderr)


if __name__ == "__main__":
    main()
