"""Photographs: random crops to train on, whole pictures to measure by."""
import glob
import os

import numpy as np
from PIL import Image, ImageOps

# Larger ones are reduced to this when they are read.
LARGEST = 768
# A crop that varies less says nothing.
FLAT = 0.03


def read(path):
    return ImageOps.exif_transpose(Image.open(path)).convert("RGB")


def folder(path):
    """Pictures of a folder as (name, picture), by name."""
    files = sorted(file for kind in ("png", "jpg", "jpeg", "webp") for file in glob.glob(os.path.join(path, "*." + kind)))
    if not files:
        raise SystemExit(f"There is no picture in {path}: PNG, JPEG and WebP files are read.")
    return [(os.path.splitext(os.path.basename(file))[0], read(file)) for file in files]


def fitted(picture, edge, multiple=1):
    """Scaled so that its longest edge is `edge`, both edges multiples of `multiple`, as an array in 0..1."""
    scale = edge / max(picture.size)
    size = [max(16, round(side * scale / multiple) * multiple) for side in picture.size]
    return np.asarray(picture.resize(size, Image.LANCZOS), np.float32) / 255


class Crops:
    """Squares of photos whose longest edge is scaled to somewhere in `scales`, mirrored, with other gamma, gains and offsets."""

    def __init__(self, photos, seed, scales):
        self.random, self.scales = np.random.RandomState(seed), scales
        self.photos = [photo.copy() for photo in photos]
        for photo in self.photos:
            photo.thumbnail((LARGEST, LARGEST), Image.LANCZOS)

    def one(self, size):
        """A crop that is not flat, (size, size, 3) in 0..1."""
        while True:
            crop = self._one(size)
            if crop.std((0, 1)).max() > FLAT:
                return crop

    def _one(self, size):
        random = self.random
        photo = self.photos[random.randint(len(self.photos))]
        width, height = photo.size
        longest = np.exp(random.uniform(*np.log(self.scales)))
        edge = min(size * max(width, height) / longest, min(width, height))
        x, y = random.uniform(0, width - edge), random.uniform(0, height - edge)
        crop = photo.resize((size, size), Image.BILINEAR, box=(x, y, x + edge, y + edge), reducing_gap=2)
        crop = np.asarray(crop, np.float32) / 255
        if random.rand() < 0.5:
            crop = crop[:, ::-1]
        if random.rand() < 0.6:
            gains, offsets = np.exp(random.randn(3) * 0.08), random.randn(3) * 0.03
            crop = crop ** np.exp(random.randn() * 0.2) * gains + offsets
        return np.clip(crop, 0, 1).astype(np.float32)
