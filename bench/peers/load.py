"""PyTorch's side of `bench load`: JPEG files to augmented batches by DataLoader and PIL.

The transforms are those of torchvision (RandomResizedCrop, RandomHorizontalFlip, ToTensor), written on PIL directly: its
resize takes the crop along, which is quicker than torchvision's two calls, and no torchvision has to fit the torch.

Served to the bench over stdin and stdout (--serve); by itself it prints images a second:
    python bench/peers/load.py --folder pictures [--size 224] [--batch 64] [--workers 2] [--draft]
"""
import argparse
import math
import os
import random
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, Sampler

from serve import serve

AREA, ASPECT = (0.5, 1.0), (3 / 4, 4 / 3)
loaders = {}


def random_crop(width, height):
    """The box that torchvision's RandomResizedCrop draws."""
    for _ in range(10):
        area = width * height * random.uniform(*AREA)
        aspect = math.exp(random.uniform(*(math.log(ratio) for ratio in ASPECT)))
        w, h = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < w <= width and 0 < h <= height:
            left, top = random.randint(0, width - w), random.randint(0, height - h)
            return left, top, left + w, top + h
    return 0, 0, width, height


class Pictures(Dataset):
    """Pictures as float [3, size, size], 0 … 1. `draft` lets libjpeg decode at a fraction, which torchvision does not."""

    def __init__(self, paths, size, draft):
        self.paths, self.size, self.draft = paths, size, draft

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as image:
            if self.draft:
                image.draft("RGB", (round(self.size * 1.4),) * 2)
            image = image.convert("RGB")
        image = image.resize((self.size, self.size), Image.Resampling.BILINEAR, box=random_crop(*image.size))
        if random.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous().float().div(255)


class Order(Sampler):
    """A new order of the first `count` pictures in each epoch."""

    def __init__(self, count):
        self.count = count

    def __len__(self):
        return self.count

    def __iter__(self):
        return iter(torch.randperm(self.count).tolist())


def open_loader(folder, first, count, size, batch, workers, draft):
    """A loader whose workers have started and loaded a batch each."""
    paths = sorted(str(path) for path in Path(folder).glob("*.jpg"))[first : first + count]
    loader = DataLoader(
        Pictures(paths, size, draft),
        batch_size=batch,
        sampler=Order(min(len(paths), batch * workers)),
        drop_last=True,
        num_workers=workers,
        prefetch_factor=4,
        persistent_workers=True,
    )
    for _ in loader:
        pass
    loader.sampler.count = len(paths)
    return loader


def load(folder, first, count, size=224, batch=64, workers=2, draft=False):
    """One epoch over some of the files in a folder, in order of their names; the start of the workers isn't counted."""
    key = (folder, first, count, size, batch, workers, draft)
    if key not in loaders:
        loaders[key] = open_loader(*key)
    began, busy = time.perf_counter(), cpu_seconds(loaders[key])
    images = sum(len(pictures) for pictures in loaders[key])
    seconds = time.perf_counter() - began
    return {"images": images, "seconds": seconds, "cpuSeconds": cpu_seconds(loaders[key]) - busy}


def cpu_seconds(loader):
    """Processor time of this process and of the loader's workers."""
    ticks = 0
    for pid in [os.getpid(), *(worker.pid for worker in loader._iterator._workers)]:
        with open(f"/proc/{pid}/stat", encoding="ascii") as status:
            fields = status.read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--draft", action="store_true")
    parser.add_argument("--serve", action="store_true")
    options = vars(parser.parse_args())
    if options.pop("serve"):
        serve({"load": load})
    else:
        result = load(first=0, count=10**9, **options)
        print(f"{result['images'] / result['seconds']:.1f} images/s")
