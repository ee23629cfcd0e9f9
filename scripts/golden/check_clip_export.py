#!/usr/bin/env python3
"""Checks that transformers loads our export as CLIPModel and computes the same, and records its outputs as goldens.

Exports a small model (export_clip.ts), loads the folder with from_pretrained, tokenises, preprocesses and runs it, and compares
with our outputs. Writes test/fixtures/golden/clip-export.json, which a test holds later exports against.
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
from transformers import CLIPModel, CLIPProcessor

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-4


def export(folder):
    node = ROOT / "node_modules" / ".bin" / "node"
    subprocess.run([str(node), str(ROOT / "scripts" / "golden" / "export_clip.ts"), str(folder)], check=True)
    return json.loads((folder / "ours.json").read_text(encoding="utf-8"))


def loaded(folder):
    """Refuses a folder of which a tensor is missing, unexpected or of the wrong shape."""
    model, report = CLIPModel.from_pretrained(folder, output_loading_info=True)
    problems = {key: list(value) for key, value in report.items() if value}
    if problems:
        sys.exit(f"{folder.name}: {problems}")
    return model.eval()


def flat(tensor):
    return [float(value) for value in tensor.reshape(-1)]


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ours = export(folder)
        images = np.array(ours["images"], dtype=np.uint8).reshape(3, 32, 32, 3)
        processor = CLIPProcessor.from_pretrained(folder / "clip")
        inputs = processor(
            text=ours["texts"], images=[Image.fromarray(image) for image in images],
            padding="max_length", max_length=16, truncation=True, return_tensors="pt",
        )
        given = {name: inputs[name] for name in ("input_ids", "attention_mask", "pixel_values")}
        with torch.no_grad():
            result = loaded(folder / "clip")(**given)
        theirs = {
            "ids": inputs["input_ids"], "image": result.image_embeds, "text": result.text_embeds,
            "logits": result.logits_per_image,
        }
        theirs = {name: flat(value) for name, value in theirs.items()}
        failed = False
        for name, values in theirs.items():
            worst = max(abs(a - b) for a, b in zip(values, ours[name], strict=True))
            failed |= worst > TOLERANCE
            print(f"{name:8} largest difference {worst:.2e}", file=sys.stderr)
        if failed:
            sys.exit("transformers and we disagree")
        target = ROOT / "test" / "fixtures" / "golden" / "clip-export.json"
        record = {"outputs": theirs, "files": fingerprints(folder / "clip")}
        target.write_text(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def fingerprints(folder):
    """Hashes of the files that transformers was given, so that a test can tell when an export has changed since."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != "README.md")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


if __name__ == "__main__":
    main()
