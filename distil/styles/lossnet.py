"""The loss network: the student of weights/student.safetensors, and the painter's default losses with its preset's weights."""
import json
import struct

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

BLOCKS = [["conv1_1", "conv1_2"], ["conv2_1", "conv2_2"], ["conv3_1", "conv3_2", "conv3_3"],
          ["conv4_1", "conv4_2", "conv4_3"], ["conv5_1"]]
STYLE = {"conv1_1": 0.5, "conv2_1": 1, "conv3_1": 1.5, "conv4_1": 1.5, "conv5_1": 0.2}
CONTENT = "conv4_2"
CONTENT_WEIGHT, VARIATION_WEIGHT = 0.33, 0.1
KINDS = {"F32": np.float32, "I8": np.int8}


def read(path):
    """Kernels (height, width, in, out) with biases, and the taps' matrices with offsets."""
    with open(path, "rb") as file:
        raw = file.read()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + size])

    def tensor(name):
        entry = header[name]
        first, end = (8 + size + at for at in entry["data_offsets"])
        return np.frombuffer(raw[first:end], KINDS[entry["dtype"]]).reshape(entry["shape"]).astype(np.float32)

    def kernel(name):
        whole = tensor(f"{name}.weight") * tensor(f"{name}.weight.scale").reshape(-1, 1, 1, 1)
        return jnp.asarray(whole.transpose(2, 3, 1, 0))
    convolutions = {name: (kernel(name), jnp.asarray(tensor(f"{name}.bias"))) for block in BLOCKS for name in block}
    tap = lambda name: (kernel(name)[0, 0], jnp.asarray(tensor(f"{name}.bias")))
    return convolutions, {name: tap(name.replace("conv", "relu")) for name in [*STYLE, CONTENT]}


def taps(convolutions, x, last="conv5_1"):
    """The layers that losses look at, after their ReLU and before their maps."""
    x, found = x * 4 - 2, {}
    for number, block in enumerate(BLOCKS):
        if number:
            x = lax.reduce_window(x, 0.0, lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") * 0.25
        for name in block:
            kernel, bias = convolutions[name]
            if name == "conv1_1":
                x = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
            padding = "VALID" if name == "conv1_1" else "SAME"
            x = lax.conv_general_dilated(x, kernel, (1, 1), padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))
            x = jax.nn.relu(x + bias)
            if name in STYLE or name == CONTENT:
                found[name] = x
            if name == last:
                return found


def moments(features):
    """Mean and centred covariance."""
    flat = features.reshape(features.shape[0], -1, features.shape[-1])
    mean = flat.mean(1)
    centred = flat - mean[:, None]
    return mean, jnp.einsum("npi,npj->nij", centred, centred) / flat.shape[1]


class Losses:
    """What a painting and its photo are measured by."""

    def __init__(self, path, painting):
        self.convolutions, self.maps = read(path)
        found = taps(self.convolutions, painting[None])
        self.goal = {name: moments(found[name]) for name in STYLE}

    def photo(self, photo):
        """What the content loss keeps of the photo."""
        return taps(self.convolutions, photo, CONTENT)[CONTENT]

    def style(self, features, name):
        """Relative squared differences of covariance and mean, seen through the tap's map without making it."""
        (mean, covariance), (mean_p, covariance_p) = moments(features), self.goal[name]
        matrix, offset = self.maps[name]
        metric = matrix @ matrix.T
        square = lambda d: jnp.einsum("nij,nji->n", d @ metric, d @ metric)
        apart = mean - mean_p
        return (square(covariance - covariance_p) / square(covariance_p)
                + ((apart @ metric) * apart).sum(-1) / ((mean_p @ matrix + offset) ** 2).sum(-1))

    def __call__(self, x, kept):
        """Style, content and variation, one number each for each picture."""
        found = taps(self.convolutions, x)
        style = sum(share * self.style(found[name], name) for name, share in STYLE.items()) / sum(STYLE.values())
        matrix, offset = self.maps[CONTENT]
        square = lambda y: (y ** 2).sum(-1).mean((1, 2))
        content = square((found[CONTENT] - kept) @ matrix) / square(kept @ matrix + offset)
        variation = ((x[:, 1:] - x[:, :-1]) ** 2).mean((1, 2, 3)) + ((x[:, :, 1:] - x[:, :, :-1]) ** 2).mean((1, 2, 3))
        return style, content, variation
