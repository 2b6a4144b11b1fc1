"""Packs the trained student into the file that Scumble comes with: python pack.py matched.pkl ../weights/student.safetensors

Kernels become whole numbers of 8 bits with a scale for each output channel; biases stay in 32 bits.
"""
import gzip
import json
import struct
import sys

import numpy as np

from arguments import load
from networks import STUDENT, TAPS, convolutions

# The largest whole number. With fewer of them the file compresses better.
LARGEST = 127


def linear_map(embedding, offset):
    """A tap's map to as few channels as the student has, as (matrix, offset): the same lengths, so the same losses.

    Of features f the teacher is thought to have f @ E + b, of which covariances, and differences of means, lie as far apart as
    those of f @ Q if E @ E.T = Q @ Q.T: its principal axes. A mean's own length counts too. What of b lies within E's rows
    can be said in Q's axes; the length of the rest takes the place of the weakest axis, as a channel that is constant.
    """
    embedding, offset = np.asarray(embedding, np.float64), np.asarray(offset, np.float64)
    values, vectors = np.linalg.eigh(embedding @ embedding.T)
    values, vectors = values[::-1], vectors[:, ::-1]
    matrix = vectors * np.sqrt(np.maximum(values, 0))
    inner = (vectors.T @ (embedding @ offset)) / np.sqrt(np.maximum(values, values[0] * 1e-12))
    matrix[:, -1], inner[-1] = 0, 0
    inner[-1] = np.sqrt(max(0.0, offset @ offset - inner @ inner))
    return matrix, inner, values


def quantised(kernel):
    """Whole numbers and scales of a kernel (O, I, k, k)."""
    scale = np.abs(kernel).max((1, 2, 3)) / LARGEST
    scale[scale == 0] = 1
    return np.round(kernel / scale[:, None, None, None]).astype(np.int8), scale.astype(np.float32)


def tensors(params):
    """All tensors of the file by name, kernels as (O, I, k, k)."""
    found = {}

    def add(name, kernel, bias):
        whole, scale = quantised(np.asarray(kernel, np.float64))
        found[f"{name}.weight"], found[f"{name}.weight.scale"] = whole, scale
        found[f"{name}.bias"] = np.asarray(bias, np.float32)

    for name, _ in convolutions(STUDENT):
        kernel, bias = params["weights"][name]
        add(name, np.asarray(kernel).transpose(3, 2, 0, 1), bias)
    for name, (embedding, offset) in zip(TAPS, params["taps"]):
        matrix, inner, values = linear_map(embedding, offset)
        print(f"{name}: the weakest axis has {values[-1] / values.sum():.1e} of all")
        add(name.replace("conv", "relu"), matrix.T[:, :, None, None], inner)
    return found


def write(path, found):
    kinds = {"int8": "I8", "float32": "F32"}
    credit = "A student of VGG19 (Karen Simonyan and Andrew Zisserman, Visual Geometry Group, University of Oxford, CC BY 4.0)"
    header, at = {"__metadata__": {"about": credit, "licence": "MIT OR Apache-2.0"}}, 0
    # Tensors of 32 bits first, so that they begin where such numbers may.
    order = sorted(found, key=lambda name: (found[name].dtype != np.float32, name))
    for name in order:
        values = found[name]
        header[name] = dict(dtype=kinds[str(values.dtype)], shape=list(values.shape),
                            data_offsets=[at, at + values.nbytes])
        at += values.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    body = struct.pack("<Q", len(text)) + text + b"".join(found[name].tobytes() for name in order)
    with open(path, "wb") as file:
        file.write(body)
    print(f"{path}: {len(body)} bytes, {len(gzip.compress(body, 9))} with gzip")


if __name__ == "__main__":
    write(sys.argv[2], tensors(load(sys.argv[1])))
