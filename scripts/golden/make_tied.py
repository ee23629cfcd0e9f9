#!/usr/bin/env python3
"""Makes the golden that holds our weight tying: BLIP's encoder and decoder share all but self-attention, by reference.

Takes the two models that make_blip.py saved, puts the retrieval model's own modules into the captioner as BLIP's training
code does, and records gradients of the three losses together. Writes test/fixtures/golden/tied.safetensors.
"""
import sys
from pathlib import Path

from environment import enter

enter(__file__)

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import BlipForConditionalGeneration, BlipForImageTextRetrieval

GOLDEN = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "golden"
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])
DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711])
TEMPERATURE, SMOOTHING = 0.07, 0.1
# The last two belong to one half each; the others are shared.
RECORDED = [
    "text_encoder.embeddings.word_embeddings.weight",
    "text_encoder.embeddings.position_embeddings.weight",
    "text_encoder.embeddings.LayerNorm.weight",
    "text_encoder.encoder.layer.0.crossattention.self.key.weight",
    "text_encoder.encoder.layer.1.crossattention.output.dense.weight",
    "text_encoder.encoder.layer.1.intermediate.dense.bias",
    "text_encoder.encoder.layer.0.output.LayerNorm.weight",
    "vision_model.post_layernorm.weight",
    "text_encoder.encoder.layer.0.attention.self.query.weight",
    "text_decoder.bert.encoder.layer.0.attention.self.query.weight",
]


def tied():
    encoder = BlipForImageTextRetrieval.from_pretrained(GOLDEN / "retrieval").eval()
    decoder = BlipForConditionalGeneration.from_pretrained(GOLDEN / "captioning").eval()
    decoder.vision_model = encoder.vision_model
    bert = decoder.text_decoder.bert
    bert.embeddings = encoder.text_encoder.embeddings
    decoder.text_decoder.cls.predictions.decoder.weight = bert.embeddings.word_embeddings.weight
    for own, shared in zip(bert.encoder.layer, encoder.text_encoder.encoder.layer, strict=True):
        own.crossattention, own.intermediate, own.output = shared.crossattention, shared.intermediate, shared.output
    return encoder, decoder


def contrastive(cosine):
    target = torch.arange(len(cosine))
    return (functional.cross_entropy(cosine / TEMPERATURE, target) + functional.cross_entropy(cosine.T / TEMPERATURE, target)) / 2


def captioning(logits, ids):
    labels = ids.masked_fill(ids == 0, -100)[:, 1:].reshape(-1)
    return functional.cross_entropy(logits[:, :-1].reshape(len(labels), -1), labels, label_smoothing=SMOOTHING)


def main():
    encoder, decoder = tied()
    inputs = load_file(str(GOLDEN / "retrieval" / "expected.safetensors"))
    pixels = ((inputs["images"] / 255.0 - MEAN) / DEVIATION).permute(0, 3, 1, 2).contiguous()
    text, matched = inputs["text_ids"].long(), inputs["match_ids"].long()
    begun = text.clone()
    begun[:, 0] = decoder.config.text_config.bos_token_id
    mask = (text != 0).long()

    itc = contrastive(encoder(input_ids=text, pixel_values=pixels, attention_mask=mask, use_itm_head=False).itm_score)
    scores = encoder(input_ids=matched, pixel_values=pixels, attention_mask=mask).itm_score
    itm = functional.cross_entropy(scores, torch.tensor([1, 0, 1]))
    lm = captioning(decoder(pixel_values=pixels, input_ids=begun, attention_mask=mask).logits, begun)

    parameters = {**dict(decoder.named_parameters()), **dict(encoder.named_parameters())}
    wanted = [parameters[name] for name in RECORDED]
    gradients = torch.autograd.grad(itc + itm + lm, wanted)
    tensors = {"itc": itc, "itm": itm, "lm": lm} | dict(zip(RECORDED, gradients, strict=True))
    save_file({name: value.detach().contiguous().clone() for name, value in tensors.items()}, str(GOLDEN / "tied.safetensors"))
    print(f"itc {itc:.4f} itm {itm:.4f} lm {lm:.4f}", file=sys.stderr)


if __name__ == "__main__":
    main()
