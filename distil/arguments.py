"""What all scripts of the training share on the command line, and how they keep their results."""
import argparse
import pickle

import jax
import numpy as np

from networks import read_teacher
from pictures import Crops, folder


def parser(about, out):
    """Options that every script has."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--vgg19", required=True, help="Oxford's VGG19 as .safetensors, with torchvision's names")
    parser.add_argument("--photos", required=True, help="folder of photographs to train on")
    parser.add_argument("--paintings", required=True, help="folder of paintings to train on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", default=out)
    return parser


# Every so many-th picture is left out of the training, to measure it by.
KEPT_BACK = 12


def split(pictures, kept_back):
    """The pictures to train on, or those to measure by."""
    return [picture for index, picture in enumerate(pictures) if (index % KEPT_BACK == KEPT_BACK - 1) == kept_back]


def crops(options, seed=None, kept_back=False):
    """Crops of the folders."""
    photos, paintings = (split(folder(path), kept_back) for path in (options.photos, options.paintings))
    return Crops(photos, paintings, options.seed if seed is None else seed)


def load_teacher(options):
    """VGG19, normalised over crops that do not depend on the seed."""
    pictures = crops(options, seed=1000)
    return read_teacher(options.vgg19, np.stack([pictures.any(96) for _ in range(16)]))


# Steps at the beginning, while Adam's moments are not yet those of anything.
WARM_UP = 50


def annealed(first, last, step, steps):
    """The learning rate of a step, from 1: half a cosine from `first` to `last`."""
    return (last + (first - last) * 0.5 * (1 + np.cos(np.pi * step / steps))) * min(1, step / WARM_UP)


def save(path, params):
    """Keeps weights and taps, and whatever goes with them."""
    with open(path, "wb") as file:
        pickle.dump(jax.tree.map(np.asarray, params), file)


def load(path):
    with open(path, "rb") as file:
        return jax.tree.map(jax.numpy.asarray, pickle.load(file))
