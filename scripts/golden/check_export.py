#!/usr/bin/env python3
"""Checks that transformers loads what we export and computes the same, and records its outputs as goldens.

Exports small models (export_blip.ts), loads their folders with from_pretrained, tokenises, preprocesses and runs them,
and compares with our outputs. Writes test/fixtures/golden/export.json, which a test holds later exports against.
"""
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from environment import enter

enter(__file__)

import numpy as np
import torch
from PIL import Image
from transformers import (
    Blip2ForImageTextRetrieval,
    Blip2Processor,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    BlipProcessor,
)

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-4
PLACES = 4  # captionLogits are compared at the first places only: those before any padding


def export(folder):
    node = ROOT / "node_modules" / ".bin" / "node"
    subprocess.run([str(node), str(ROOT / "scripts" / "golden" / "export_blip.ts"), str(folder)], check=True)
    return json.loads((folder / "ours.json").read_text(encoding="utf-8"))


def loaded(kind, folder):
    """Refuses a folder of which a tensor is missing, unexpected or of the wrong shape."""
    model, report = kind.from_pretrained(folder, output_loading_info=True)
    problems = {key: list(value) for key, value in report.items() if value}
    if problems:
        sys.exit(f"{folder.name}: {problems}")
    return model.eval()


def retrieval(folder, pixels, text):
    model = loaded(BlipForImageTextRetrieval, folder)
    matched = text["input_ids"].clone()
    matched[:, 0] = processor_of(folder).tokenizer.convert_tokens_to_ids("[ENC]")
    mask = text["attention_mask"]
    with torch.no_grad():
        logits = model(input_ids=matched, pixel_values=pixels, attention_mask=mask).itm_score
        cosine = model(input_ids=text["input_ids"], pixel_values=pixels, attention_mask=mask, use_itm_head=False).itm_score
    return {"matchLogits": logits, "cosine": cosine}


def captioning(folder, pixels, text):
    model = loaded(BlipForConditionalGeneration, folder)
    processor = processor_of(folder)
    begun = text["input_ids"].clone()
    begun[:, 0] = model.config.text_config.bos_token_id
    labels = begun.masked_fill(begun == processor.tokenizer.pad_token_id, -100)
    with torch.no_grad():
        result = model(pixel_values=pixels, input_ids=begun, attention_mask=text["attention_mask"], labels=labels)
        ids = model.generate(pixel_values=pixels, num_beams=3, max_length=12, min_length=5)
    captions = processor.batch_decode(ids, skip_special_tokens=True)
    return {"captionLogits": result.logits[:, :PLACES], "captioningLoss": result.loss}, captions


def qformer(folder, images, texts):
    """With the folder's own processor: it must give both sides what ours gives them."""
    model = loaded(Blip2ForImageTextRetrieval, folder)
    processor = Blip2Processor.from_pretrained(folder)
    inputs = processor(images=images, text=texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        return {
            "queryMatchLogits": model(**inputs, use_image_text_matching_head=True).logits_per_image,
            "queryCosine": model(**inputs).logits_per_image,
        }


def processor_of(folder):
    return BlipProcessor.from_pretrained(folder)


def flat(tensor):
    return [float(value) for value in tensor.reshape(-1)]


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ours = export(folder)
        images = np.array(ours["images"], dtype=np.uint8).reshape(3, 32, 32, 3)
        processor = processor_of(folder / "retrieval")
        text = processor.tokenizer(ours["texts"], padding="max_length", max_length=16, truncation=True, return_tensors="pt")
        pixels = processor.image_processor([Image.fromarray(image) for image in images], return_tensors="pt")["pixel_values"]
        theirs = {"ids": text["input_ids"], **retrieval(folder / "retrieval", pixels, text)}
        more, captions = captioning(folder / "captioning", pixels, text)
        more |= qformer(folder / "blip2", [Image.fromarray(image) for image in images], ours["texts"])
        theirs = {name: flat(value) for name, value in {**theirs, **more}.items()}

        failed = False
        for name, values in theirs.items():
            worst = max(abs(a - b) for a, b in zip(values, ours[name], strict=True))
            failed |= worst > TOLERANCE
            print(f"{name:16} largest difference {worst:.2e}", file=sys.stderr)
        if captions != ours["captions"]:
            sys.exit(f"captions differ: {captions} {ours['captions']}")
        if failed:
            sys.exit("transformers and we disagree")
        record = {"outputs": theirs, "captions": captions, "files": fingerprints(folder)}
        target = ROOT / "test" / "fixtures" / "golden" / "export.json"
        target.write_text(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def fingerprints(folder):
    """Hashes of the files that transformers was given, so that a test can tell when an export has changed since."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.parent != folder and path.name != "README.md")
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


if __name__ == "__main__":
    main()
