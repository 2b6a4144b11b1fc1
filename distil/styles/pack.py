"""Turns trained weights into a file that Scumble reads: python pack.py swirl.npz swirl.style --painting swirl.jpg

Kernels as whole numbers of 8 bits with a scale for each output channel, the rest in 16 bits (`src/style/file.rs`).
"""
import argparse
import io
import json
import os

import numpy as np
from PIL import Image

BLOCKS, WIDTH = 5, 16
# The painting's small picture.
THUMBNAIL = 72
LICENCE = "The style follows the rights of its painting."


def names():
    """The network's table: (name in the file, name of the weights), convolutions with norms."""
    yield from [("down1", "down1"), ("down2", "down2"), ("down3", "down3")]
    for block in range(BLOCKS):
        yield from [(f"block{block + 1}.first", f"block{block}a"), (f"block{block + 1}.second", f"block{block}b")]
    yield from [("up1", "up1"), ("up2", "up2")]


def kernel(values):
    """(whole numbers, scales) of a kernel that is (height, width, in, out)."""
    values = np.transpose(values, (3, 2, 0, 1)).astype(np.float32)
    most = np.abs(values).reshape(len(values), -1).max(1)
    scales = np.where(most > 0, most / np.float32(127), np.float32(1)).astype(np.float32)
    whole = np.clip(np.round(values / scales[:, None, None, None]), -127, 127)
    return whole.astype(np.int8), scales


def tensors(weights, painting):
    found = {}
    def convolution(name, own):
        found[name + ".weight"], found[name + ".weight.scale"] = kernel(weights[own])
    for name, own in names():
        convolution(name, own)
        found[name + ".norm"] = np.stack([weights[own + ".shift"], weights[own + ".scale"]]).astype(np.float16)
    convolution("colours", "out")
    found["colours.bias"] = weights["out.bias"].astype(np.float16)
    if not painting:
        return found
    picture = Image.open(painting).convert("RGB")
    picture.thumbnail((THUMBNAIL, THUMBNAIL), Image.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "PNG")
    found["thumbnail"] = np.frombuffer(file.getvalue(), np.uint8)
    return found


def write(path, found, about):
    """A safetensors file."""
    kinds = {"int8": "I8", "float32": "F32", "float16": "F16", "uint8": "U8"}
    header, body = {"__metadata__": {"scumble.style": json.dumps(about)}}, b""
    for name, values in sorted(found.items(), key=lambda item: -item[1].itemsize):
        data = values.tobytes()
        header[name] = {"dtype": kinds[str(values.dtype)], "shape": list(values.shape),
                        "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + body)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights")
    parser.add_argument("out")
    parser.add_argument("--painting", help="whose small picture goes into the file")
    parser.add_argument("--name", help="instead of the file's")
    parser.add_argument("--steps", type=int, default=0, help="how long it was trained")
    parser.add_argument("--size", type=int, default=256, help="longest edge of its photos")
    options = parser.parse_args()
    name = options.name or os.path.splitext(os.path.basename(options.out))[0]
    about = {"format": 1, "made": "Scumble, distil/styles", "name": name, "network": {"width": WIDTH, "blocks": BLOCKS},
             "size": options.size, "steps": options.steps, "settings": {}, "licence": LICENCE}
    write(options.out, tensors(np.load(options.weights), options.painting), about)


if __name__ == "__main__":
    main()
