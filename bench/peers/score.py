"""The peer of bench/score.ts: transformers' BlipForImageTextRetrieval on the folder that we export, in batches of pairs."""
import argparse

import numpy as np
import torch
import torch.nn.functional as F
from transformers import BlipForImageTextRetrieval, BlipProcessor
from transformers.utils import logging

from blip import DEVIATION, MEAN
from serve import serve, threads

logging.set_verbosity_error()
logging.disable_progress_bar()


class Scorer:
    def __init__(self):
        torch.set_num_threads(threads())

    def prepare(self, written, pictures):
        folder = written["retrieval"]
        self.model = BlipForImageTextRetrieval.from_pretrained(folder).eval()
        self.tokenizer = BlipProcessor.from_pretrained(folder).tokenizer
        self.match = written["shape"]["text"]["tokens"]["enc"]
        size = written["shape"]["image"]["size"]
        self.images = torch.from_numpy(np.fromfile(pictures, dtype=np.uint8)).view(-1, size, size, 3)

    def step(self, pictures, texts, batch, mode):
        """[matching probability, cosine] of every caption. `once`: pictures are encoded once each, else for each pair."""
        pairs = [(picture, text) for picture, own in enumerate(texts[:pictures]) for text in own]
        once = mode == "once"
        with torch.inference_mode():
            seen = self.look(pictures, batch) if once else None
            scores = []
            for at in range(0, len(pairs), batch):
                rows = torch.tensor([picture for picture, _ in pairs[at : at + batch]])
                text = self.tokenizer([text for _, text in pairs[at : at + batch]], padding=True, return_tensors="pt")
                scores += self.from_seen(seen[rows], text) if once else self.from_pixels(rows, text)
        return {"scores": scores}

    def from_pixels(self, rows, text):
        """As the model's page has it: one call for each head."""
        pixels, ids, mask = self.pixels(rows), text["input_ids"], text["attention_mask"]
        logits = self.model(input_ids=self.begun(ids), pixel_values=pixels, attention_mask=mask).itm_score
        cosine = self.model(input_ids=ids, pixel_values=pixels, attention_mask=mask, use_itm_head=False).itm_score
        return torch.stack([logits.softmax(-1)[:, 1], cosine.diagonal()], 1).tolist()

    def from_seen(self, seen, text):
        """Both heads from the picture's states, as one would write it by hand."""
        model, ids, mask = self.model, text["input_ids"], text["attention_mask"]
        matched = model.text_encoder(
            input_ids=self.begun(ids), attention_mask=mask, encoder_hidden_states=seen
        ).last_hidden_state
        plain = model.text_encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        features = [model.vision_proj(seen[:, 0]), model.text_proj(plain[:, 0])]
        cosine = F.cosine_similarity(*features)
        return torch.stack([model.itm_head(matched[:, 0]).softmax(-1)[:, 1], cosine], 1).tolist()

    def look(self, pictures, batch):
        rows = torch.arange(pictures).split(batch)
        return torch.cat([self.model.vision_model(self.pixels(some)).last_hidden_state for some in rows])

    def begun(self, ids):
        ids = ids.clone()
        ids[:, 0] = self.match
        return ids

    def pixels(self, rows):
        scaled = (self.images[rows].float() / 255 - torch.tensor(MEAN)) / torch.tensor(DEVIATION)
        return scaled.permute(0, 3, 1, 2).contiguous()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--serve", action="store_true", required=True)
    options.parse_args()
    scorer = Scorer()
    serve({"prepare": scorer.prepare, "step": scorer.step})
