"""The peer of bench/caption.ts: transformers' BlipForConditionalGeneration.generate on the folder that we export."""
import argparse

import numpy as np
import torch
from transformers import BlipForConditionalGeneration
from transformers.utils import logging

from blip import DEVIATION, MEAN
from serve import serve, threads

logging.set_verbosity_error()
logging.disable_progress_bar()


class Captioner:
    def __init__(self):
        torch.set_num_threads(threads())
        self.model = None

    def prepare(self, written, pictures):
        self.model = BlipForConditionalGeneration.from_pretrained(written["captioning"]).eval()
        size = written["shape"]["image"]["size"]
        self.images = torch.from_numpy(np.fromfile(pictures, dtype=np.uint8)).view(-1, size, size, 3)
        self.end = written["shape"]["text"]["tokens"]["sep"]

    def step(self, method, batch, length, least, **_):
        """Captions of the first pictures, from their bytes; ids as ours: without the start and the end."""
        kinds = {
            "greedy": {"do_sample": False},
            "beam": {"do_sample": False, "num_beams": 3},
            "nucleus": {"do_sample": True, "top_p": 0.9, "top_k": 0},
        }
        torch.manual_seed(1)
        with torch.inference_mode():
            ids = self.model.generate(
                pixel_values=self.pixels(batch), max_length=length, min_length=least, **kinds[method]
            )
        return {"ids": [self.written(row) for row in ids.tolist()]}

    def look(self, batch):
        with torch.inference_mode():
            self.model.vision_model(self.pixels(batch))

    def pixels(self, batch):
        scaled = (self.images[:batch].float() / 255 - torch.tensor(MEAN)) / torch.tensor(DEVIATION)
        return scaled.permute(0, 3, 1, 2).contiguous()

    def written(self, row):
        own = row[1:]
        return own[: own.index(self.end)] if self.end in own else own


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--serve", action="store_true", required=True)
    options.parse_args()
    captioner = Captioner()
    serve({"prepare": captioner.prepare, "step": captioner.step, "look": captioner.look})
