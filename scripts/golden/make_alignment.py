#!/usr/bin/env python3
"""Makes the golden files that hold our VSE++ and SCAN against PyTorch's layers, following the authors' code: the similarities
of every pair, the hinge loss of the hardest negatives, and its gradients. Writes test/fixtures/golden/alignment/.
"""
from pathlib import Path

from environment import enter

enter(__file__)

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import cosine_similarity, leaky_relu, normalize
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

GOLDEN = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "golden" / "alignment"
VOCABULARY, WIDTH, EMBED, FEATURES = 11, 5, 6, 7
LENGTHS = [5, 2, 4]
MARGIN = 0.2


class Model(nn.Module):
    def __init__(self, both_directions):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, WIDTH)
        self.rnn = nn.GRU(WIDTH, EMBED, batch_first=True, bidirectional=both_directions)
        self.region_proj = nn.Linear(FEATURES, EMBED)

    def words(self, ids):
        packed = pack_padded_sequence(self.embed(ids), torch.tensor(LENGTHS), batch_first=True, enforce_sorted=False)
        states = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0]
        if self.rnn.bidirectional:
            states = (states[:, :, :EMBED] + states[:, :, EMBED:]) / 2
        return states


def attend(query, context, sharpness):
    """What each query [n, D] sees of the context [m, D]."""
    attention = leaky_relu(context @ query.T, 0.1)  # [m, n]
    attention = normalize(attention, dim=1)  # over the queries
    weights = torch.softmax(attention.T * sharpness, dim=1)  # [n, m]
    return weights @ context


def scan(model, features, ids, direction):
    sharpness, pool = (9, 6) if direction == "text-to-image" else (4, 5)
    regions = normalize(model.region_proj(features), dim=-1)
    words = normalize(model.words(ids), dim=-1)
    rows = []
    for picture in regions:
        row = []
        for text, length in zip(words, LENGTHS):
            query, context = (text[:length], picture) if direction == "text-to-image" else (picture, text[:length])
            relevance = cosine_similarity(query, attend(query, context, sharpness), dim=1)
            row.append(torch.logsumexp(pool * relevance, 0) / pool)
        rows.append(torch.stack(row))
    return torch.stack(rows)


def vse(model, features, ids):
    states = model.words(ids)
    last = torch.stack([row[length - 1] for row, length in zip(states, LENGTHS)])
    picture = model.region_proj(features.mean(1))
    return normalize(picture, dim=-1) @ normalize(last, dim=-1).T


def hinge(scores):
    """The hardest negative of each row and column, summed over the batch."""
    own = scores.diag().view(-1, 1)
    mine = torch.eye(len(scores), dtype=torch.bool)
    texts = (MARGIN + scores - own).clamp(min=0).masked_fill(mine, 0)
    pictures = (MARGIN + scores - own.T).clamp(min=0).masked_fill(mine, 0)
    return texts.max(1)[0].sum() + pictures.max(0)[0].sum()


def record(name, both_directions, score):
    torch.manual_seed(7)
    model = Model(both_directions).double()  # to be the better of the two
    features = torch.randn(len(LENGTHS), 4, FEATURES).double()
    ids = torch.randint(1, VOCABULARY, (len(LENGTHS), max(LENGTHS)))
    for row, length in zip(ids, LENGTHS):
        row[length:] = 0
    scores = score(model, features, ids)
    loss = hinge(scores)
    loss.backward()
    tensors = {"features": features, "ids": ids, "similarities": scores.detach(), "loss": loss.detach().view(1)}
    for key, parameter in model.named_parameters():
        tensors[f"parameter.{key}"] = parameter.detach()
        tensors[f"gradient.{key}"] = parameter.grad
    save_file({key: value.float().contiguous() for key, value in tensors.items()}, GOLDEN / f"{name}.safetensors")
    print(name, scores.detach().tolist(), loss.item())


GOLDEN.mkdir(parents=True, exist_ok=True)
record("global", False, vse)
for direction in ("text-to-image", "image-to-text"):
    record(direction, True, lambda model, features, ids: scan(model, features, ids, direction))
