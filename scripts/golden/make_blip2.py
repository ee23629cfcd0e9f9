#!/usr/bin/env python3
"""Makes the golden files that hold our Q-Former against Hugging Face's: a tiny random model, inputs, outputs, gradients.

transformers has the contrastive and the matching half of BLIP-2's first stage. The captioning half is put together here
from its parts, in one pass over [queries; text] with the mask of the paper's figure 2 written out, while ours runs the
queries first and the text after them. Writes test/fixtures/golden/blip2/.
"""
import sys
from pathlib import Path

from environment import enter

enter(__file__)

import torch
from safetensors.torch import save_file
from torch.nn import functional
from transformers import BertConfig, Blip2Config, Blip2ForImageTextRetrieval
from transformers.models.bert.modeling_bert import BertLMPredictionHead

ROOT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "golden"
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])
DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711])
BATCH, SIZE, LENGTH, QUERIES, WIDTH = 4, 32, 9, 4, 16
TEMPERATURE, SMOOTHING = 0.3, 0.1
SAMPLES = [7, 8, 7, 9]  # pairs 0 and 2 show the same picture
PICTURES = [0, 1, 2, 3, 1, 2, 3, 0, 0, 1, 2, 3]  # own, drawn for each text, own
TEXTS = [0, 1, 2, 3, 0, 1, 2, 3, 3, 0, 1, 2]  # own, own, drawn for each picture
PROMPT = 2  # [DEC] and one word are given


def config(tokens):
    # Without use_qformer_text_input the library leaves the text's feed-forward blocks out.
    qformer = dict(
        vocab_size=len(tokens), hidden_size=WIDTH, num_hidden_layers=3, num_attention_heads=2, intermediate_size=24,
        hidden_act="gelu", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, max_position_embeddings=12,
        layer_norm_eps=1e-12, cross_attention_frequency=2, encoder_hidden_size=12, use_qformer_text_input=True,
    )
    vision = dict(
        hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3, image_size=SIZE, patch_size=16,
        hidden_act="gelu", layer_norm_eps=1e-6, initializer_range=0.02,
    )
    made = Blip2Config(qformer_config=qformer, vision_config=vision, text_config=dict(model_type="opt"))
    made.num_query_tokens, made.image_text_hidden_size = QUERIES, 8
    return made


def randomise(named, generator):
    """Wide random weights, so that every part of the model matters to the output."""
    with torch.no_grad():
        for name, parameter in sorted(named.items()):
            noise = torch.randn(parameter.shape, generator=generator)
            is_norm = name.endswith("weight") and "norm" in name.lower()
            scale = 1.5 if "crossattention.output.dense.weight" in name or name == "query_tokens" else 0.3
            parameter.copy_(1 + 0.2 * noise if is_norm else scale * noise)


def inputs(tokens, generator):
    images = torch.randint(0, 256, (BATCH, SIZE, SIZE, 3), generator=generator)
    pixels = ((images / 255.0 - MEAN) / DEVIATION).permute(0, 3, 1, 2).contiguous()
    ids = torch.randint(5, len(tokens) - 2, (BATCH, LENGTH), generator=generator)
    ids[:, 0] = tokens.index("[CLS]")
    for row, length in enumerate([9, 6, 4, 8]):
        ids[row, length - 1] = tokens.index("[SEP]")
        ids[row, length:] = 0
    return images, pixels, ids


def similarities(model, pixels, ids):
    """Best query of each picture for each text, as the library gives them."""
    mask = (ids != 0).long()
    return model(pixel_values=pixels, input_ids=ids, attention_mask=mask).logits_per_image


def smoothed(logits, targets):
    """0.9 x the targets + 0.1 / G, in both directions (LAVIS, blip2_qformer.py)."""
    def one_way(scores, wanted):
        wanted = wanted / wanted.sum(1, keepdim=True)
        wanted = (1 - SMOOTHING) * wanted + SMOOTHING / len(wanted)
        return -(wanted * scores.log_softmax(1)).sum(1).mean()
    return (one_way(logits, targets) + one_way(logits.T, targets.T)) / 2


def contrastive(logits):
    target = torch.arange(BATCH)
    both = [functional.cross_entropy(scores, target, label_smoothing=SMOOTHING) for scores in (logits, logits.T)]
    return sum(both) / 2


def match_logits(model, pixels, ids):
    mask = (ids != 0).long()
    return model(
        pixel_values=pixels, input_ids=ids, attention_mask=mask, use_image_text_matching_head=True
    ).logits_per_image


def caption_mask(ids):
    """[B, 1, Q + L, Q + L]: queries see queries, text sees queries and its own past, nothing sees padding."""
    places = QUERIES + LENGTH
    open_ = torch.zeros(BATCH, places, places, dtype=torch.bool)
    open_[:, :QUERIES, :QUERIES] = True
    open_[:, QUERIES:, :QUERIES] = True
    open_[:, QUERIES:, QUERIES:] = torch.tril(torch.ones(LENGTH, LENGTH, dtype=torch.bool))
    open_[:, :, QUERIES:] &= (ids != 0)[:, None, :]
    return torch.where(open_, 0.0, -1e4)[:, None]


def caption_logits(model, head, pixels, ids):
    image = model.vision_model(pixel_values=pixels)[0]
    embedded = model.embeddings(input_ids=ids, query_embeds=model.query_tokens.expand(BATCH, -1, -1))
    states = model.qformer(
        query_embeds=embedded, query_length=QUERIES, attention_mask=caption_mask(ids), encoder_hidden_states=image,
        encoder_attention_mask=torch.ones(image.shape[:2], dtype=torch.long),
    ).last_hidden_state
    return head(states[:, QUERIES:])


def captioning(logits, ids):
    labels = ids.masked_fill(ids == 0, -100)
    labels[:, :PROMPT] = -100
    flat = logits[:, :-1].reshape(-1, logits.shape[-1])
    return functional.cross_entropy(flat, labels[:, 1:].reshape(-1), label_smoothing=SMOOTHING)


def language_head(model, tokens):
    head = BertLMPredictionHead(
        BertConfig(vocab_size=len(tokens), hidden_size=WIDTH, hidden_act="gelu", layer_norm_eps=1e-12)
    )
    head.decoder.weight = model.embeddings.word_embeddings.weight
    head.decoder.bias = head.bias
    return head


def plain(tensor):
    return tensor.detach().to(torch.float32).contiguous().clone()


def main():
    generator = torch.Generator().manual_seed(21)
    tokens = (ROOT / "vocab.txt").read_text(encoding="utf-8").splitlines()
    model = Blip2ForImageTextRetrieval._from_config(config(tokens), attn_implementation="eager").eval()
    head = language_head(model, tokens)
    own = {f"cls.predictions.{name}": value for name, value in head.named_parameters() if not name.startswith("decoder")}
    temp = torch.nn.Parameter(torch.tensor(TEMPERATURE))
    named = {**dict(model.named_parameters()), **own}
    randomise(named, generator)
    named["temp"] = temp
    images, pixels, ids = inputs(tokens, generator)
    begun = ids.clone()
    begun[:, 0] = tokens.index("[DEC]")

    cosine = similarities(model, pixels, ids)
    same = torch.tensor(SAMPLES)[:, None] == torch.tensor(SAMPLES)[None]
    itc = contrastive(cosine / temp)
    itc_by_id = smoothed(cosine / temp, same.float())
    matched = match_logits(model, pixels[PICTURES], ids[TEXTS])
    itm = functional.cross_entropy(matched, torch.tensor([1] * BATCH + [0] * 2 * BATCH))
    written = caption_logits(model, head, pixels, begun)
    lm = captioning(written, begun)
    (itc + itm + lm).backward()

    tensors = {
        "images": images.float(), "ids": ids.float(), "samples": torch.tensor(SAMPLES).float(),
        "pictures": torch.tensor(PICTURES).float(), "texts": torch.tensor(TEXTS).float(),
        "cosine": plain(cosine), "match_logits": plain(matched), "caption_logits": plain(written),
        "itc": plain(itc), "itc_by_id": plain(itc_by_id), "itm": plain(itm), "lm": plain(lm), "temp": plain(temp),
    }
    tensors |= {f"head.{name}": plain(value) for name, value in own.items()}
    tensors |= {f"gradient.{name}": plain(value.grad) for name, value in named.items()}
    folder = ROOT / "blip2"
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(tokens) + "\n", encoding="utf-8")
    save_file(tensors, str(folder / "expected.safetensors"))
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{folder}: {size / 1024:.0f} KiB, itc {itc:.4f} itm {itm:.4f} lm {lm:.4f}", file=sys.stderr)


if __name__ == "__main__":
    main()
