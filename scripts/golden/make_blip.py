#!/usr/bin/env python3
"""Makes the golden files that hold our BLIP against Hugging Face's: tiny random models, inputs, outputs, gradients.

Runs in a virtual environment of its own, made on demand (see environment.py). Writes test/fixtures/golden/.
"""
import json
import sys
from pathlib import Path

from environment import enter

enter(__file__)

import torch
from safetensors.torch import save_file
from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
)

GOLDEN = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "golden"
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])
DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711])

WORDS = """a an the picture of photo dog cat fox red blue green on in two big small left right and with
background s ' , . ! ? ( ) - : # $ & 1 2 3 0 9 cafe naive uber ##s ##ing ##ed ##er run walk x y z b c d e f g h
##a ##b ##c ##d ##e ##f ##g ##h ##i ##j ##k ##l ##m ##n ##o ##p ##q ##r ##t ##u ##v ##w ##x ##y ##z i j k l m n o p q r t u v w
中 国 人 日 本 ñ ##ñ ß ##ß я ##я 🦊 ##🦊 ー か ##か ! ¿ “ ” … —""".split()

TEXTS = [
    "a dog on the red background",
    "A Café, naïve über-DOG!",
    "  two   cats\tand\na fox  ",
    "中国人 in 日本 ー かか",
    "🦊 fox🦊🦊 and 👩‍👩‍👧 family",
    "control\u0000 char\u0007acters \ufffd here\u200b and\u00a0there\u3000wide",
    "running walked walkers unknownestword " + "x" * 120,
    "ñandú Straße ЯяЁё ﬁne Ⅻ ½ ① ǅ",
    "¿que? “quoted” … — don't #1 $9 & (b)",
    "",
    "   ",
    "e\u0301 vs \u00e9, a\u0308\u0301, İstanbul",
    "\U000e0001tagged \u202eright-to-left\u202c text \ud7a3한국어 \u0e44\u0e17\u0e22",
    "\u00ad soft\u00adhyphen zero\u200dwidth \ufeffbom",
]


def vocabulary():
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    for word in WORDS:
        if word not in tokens:
            tokens.append(word)
    return tokens + ["[DEC]", "[ENC]"]


def config(tokens):
    text = dict(
        vocab_size=len(tokens), hidden_size=32, encoder_hidden_size=24, intermediate_size=64, projection_dim=16,
        num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=20, hidden_act="gelu",
        layer_norm_eps=1e-12, label_smoothing=0.1, is_decoder=True,
        bos_token_id=tokens.index("[DEC]"), eos_token_id=tokens.index("[SEP]"),
        pad_token_id=0, sep_token_id=tokens.index("[SEP]"),
    )
    vision = dict(
        hidden_size=24, intermediate_size=48, projection_dim=16, num_hidden_layers=2, num_attention_heads=3,
        image_size=32, patch_size=8, hidden_act="gelu", layer_norm_eps=1e-6, initializer_range=0.02,
    )
    made = BlipConfig(text_config=text, vision_config=vision, projection_dim=16, image_text_hidden_size=12)
    made.label_smoothing = 0.1
    return made


def randomise(model, generator):
    """Wide random weights, so that every part of the model matters to the output."""
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            is_norm = name.endswith("norm1.weight") or name.endswith("norm2.weight") or "ayerNorm.weight" in name or "layernorm.weight" in name
            scale = 1.5 if "position_embeddings" in name or "crossattention.output.dense.weight" in name else 0.25
            parameter.copy_(1 + 0.2 * noise if is_norm else scale * noise)


def plain(tensor):
    return tensor.detach().to(torch.float32).contiguous().clone()


def inputs(tokens, generator):
    images = torch.randint(0, 256, (3, 32, 32, 3), generator=generator, dtype=torch.int32)
    pixels = ((images / 255.0 - MEAN) / DEVIATION).permute(0, 3, 1, 2).contiguous()
    ids = torch.randint(5, len(tokens) - 2, (3, 10), generator=generator)
    for row, length in enumerate([10, 7, 4]):
        ids[row, length - 1] = tokens.index("[SEP]")
        ids[row, length:] = 0
    return images, pixels, ids


def started(ids, token):
    copy = ids.clone()
    copy[:, 0] = token
    return copy


def retrieval(tokens, generator, images, pixels, ids):
    model = BlipForImageTextRetrieval(config(tokens)).eval()
    randomise(model, generator)
    mask = (ids != 0).long()
    matched = started(ids, tokens.index("[ENC]"))
    plainly = started(ids, tokens.index("[CLS]"))
    logits = model(input_ids=matched, pixel_values=pixels, attention_mask=mask).itm_score
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor([1, 0, 1]))
    loss.backward()
    gradients = dict(model.named_parameters())
    outputs = model(input_ids=plainly, pixel_values=pixels, attention_mask=mask, use_itm_head=False)
    tensors = {
        "images": images.to(torch.float32),
        "match_ids": matched.float(),
        "text_ids": plainly.float(),
        "image_tokens": plain(outputs.last_hidden_state),
        "match_logits": plain(logits),
        "cosine": plain(outputs.itm_score),
        "gradient.itm_head.weight": plain(gradients["itm_head.weight"].grad),
        "gradient.patch": plain(gradients["vision_model.embeddings.patch_embedding.weight"].grad),
        "gradient.words": plain(gradients["text_encoder.embeddings.word_embeddings.weight"].grad),
        "gradient.cross_key": plain(gradients["text_encoder.encoder.layer.1.crossattention.self.key.weight"].grad),
    }
    folder = GOLDEN / "retrieval"
    model.save_pretrained(folder)
    save_file(tensors, str(folder / "expected.safetensors"))


def captioning(tokens, generator, images, pixels, ids):
    model = BlipForConditionalGeneration(config(tokens)).eval()
    randomise(model, generator)
    begun = started(ids, tokens.index("[DEC]"))
    labels = begun.masked_fill(begun == 0, -100)
    labels[:, :3] = -100  # a prompt of two words after [DEC]
    result = model(pixel_values=pixels, input_ids=begun, attention_mask=(ids != 0).long(), labels=labels)
    result.loss.backward()
    gradients = dict(model.named_parameters())
    tensors = {
        "images": images.to(torch.float32),
        "ids": begun.float(),
        "logits": plain(result.logits),
        "loss": plain(result.loss),
        "gradient.words": plain(gradients["text_decoder.bert.embeddings.word_embeddings.weight"].grad),
        "gradient.query": plain(gradients["text_decoder.bert.encoder.layer.0.attention.self.query.weight"].grad),
    }
    folder = GOLDEN / "captioning"
    model.save_pretrained(folder)
    save_file(tensors, str(folder / "expected.safetensors"))
    write_json(folder / "generated.json", generated(model, tokens, pixels))


def generated(model, tokens, pixels):
    prompt = [tokens.index(word) for word in ["a", "picture", "of"]]
    given = torch.tensor([[tokens.index("[CLS]"), *prompt, tokens.index("[SEP]")]] * len(pixels))
    settings = {
        "greedy": dict(num_beams=1, do_sample=False, max_length=12),
        "greedy-penalty": dict(num_beams=1, do_sample=False, max_length=14, min_length=6, repetition_penalty=1.5),
        "beam": dict(num_beams=3, do_sample=False, max_length=12, min_length=5),
        "beam-penalty": dict(num_beams=4, do_sample=False, max_length=16, repetition_penalty=1.3),
    }
    rows = []
    for name, options in settings.items():
        for prompted in (False, True):
            text = dict(input_ids=given.clone(), attention_mask=torch.ones_like(given)) if prompted else {}
            ids = model.generate(pixel_values=pixels, **text, **options)
            rows.append({"name": name, "prompt": prompt if prompted else [], **options, "ids": ids.tolist()})
    return rows


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def tokenised(tokens):
    path = GOLDEN / "vocab.txt"
    path.write_text("\n".join(tokens) + "\n", encoding="utf-8")
    tokenizer = BertTokenizer.from_pretrained(str(GOLDEN), do_lower_case=True)
    rows = []
    for text in TEXTS:
        ids = tokenizer(text)["input_ids"]
        rows.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
    for layout in ("retrieval", "captioning"):
        tokenizer.save_pretrained(str(GOLDEN / layout))
    write_json(GOLDEN / "tokens.json", rows)


def main():
    GOLDEN.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(8)
    tokens = vocabulary()
    images, pixels, ids = inputs(tokens, generator)
    retrieval(tokens, generator, images, pixels, ids)
    captioning(tokens, generator, images, pixels, ids)
    tokenised(tokens)
    size = sum(file.stat().st_size for file in GOLDEN.rglob("*") if file.is_file())
    print(f"{GOLDEN}: {size / 1024:.0f} KiB", file=sys.stderr)


if __name__ == "__main__":
    main()
