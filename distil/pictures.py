"""Crops of photographs and paintings, changed at random: the only thing that the student ever sees."""
import glob
import os

import numpy as np
from PIL import Image, ImageOps

# Larger pictures are reduced to this, longest edge: a crop then shows strokes and whole things alike.
LARGEST = 768
# Statistics of a crop that varies less say nothing, and losses relative to them are boundless.
FLAT = 0.03


def read(path, largest=None):
    """One picture, upright, red green blue."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    if largest:
        picture.thumbnail((largest, largest), Image.LANCZOS)
    return picture


def folder(path):
    """All pictures of a folder, by name."""
    files = sorted(file for kind in ("png", "jpg", "jpeg", "webp") for file in glob.glob(os.path.join(path, "*." + kind)))
    if not files:
        raise SystemExit(f"There is no picture in {path}: PNG, JPEG and WebP files are read.")
    return [read(file, LARGEST) for file in files]


class Crops:
    """Square crops of all scales, mirrored, turned, recoloured, mixed, with noise."""

    def __init__(self, photos, paintings, seed):
        self.random = np.random.RandomState(seed)
        self.kinds = {"photo": photos, "painting": paintings}

    def one(self, kind, size):
        """A crop of one picture that is not flat, (size, size, 3) in 0..1."""
        while True:
            crop = self._one(kind, size)
            if crop.std((0, 1)).max() > FLAT:
                return crop

    def _one(self, kind, size):
        random, pictures = self.random, self.kinds[kind]
        picture = pictures[random.randint(len(pictures))]
        width, height = picture.size
        smallest, largest = min(size, 0.8 * min(width, height)), min(width, height)
        edge = int(np.exp(random.uniform(np.log(smallest), np.log(largest))))
        x, y = random.randint(width - edge + 1), random.randint(height - edge + 1)
        box = (x, y, x + edge, y + edge)
        crop = np.asarray(picture.resize((size, size), Image.LANCZOS, box=box), np.float32) / 255
        if random.rand() < 0.5:
            crop = crop[:, ::-1]
        if random.rand() < 0.2:
            crop = crop[::-1]
        if random.rand() < 0.3:
            crop = crop.transpose(1, 0, 2)
        if random.rand() < 0.6:
            gains, offsets = np.exp(random.randn(3) * 0.12), random.randn(3) * 0.04
            crop = np.clip(crop, 0, 1) ** np.exp(random.randn() * 0.25) * gains + offsets
        if random.rand() < 0.15:
            crop = crop[..., random.permutation(3)]
        if random.rand() < 0.04:
            crop = 1 - crop
        if random.rand() < 0.06:
            crop = np.repeat(crop.mean(2, keepdims=True), 3, 2)
        return np.clip(crop, 0, 1).astype(np.float32)

    def any(self, size):
        """A crop of either kind, sometimes of two laid over each other, sometimes with noise."""
        random = self.random
        crop = self.one("painting" if random.rand() < 0.5 else "photo", size)
        if random.rand() < 0.2:
            crop = crop + random.uniform(0.2, 0.8) * (self.one("painting", size) - crop)
        if random.rand() < 0.3:
            crop = crop + random.randn(*crop.shape) * random.uniform(0, 0.1)
        return np.clip(crop, 0, 1).astype(np.float32)
