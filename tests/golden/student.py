#!/usr/bin/env python3
"""Independent goldens for the built-in model: float64 numpy over the very file that Scumble comes with -> student.json.

    pip install numpy && python3 tests/golden/student.py      # again whenever weights/student.safetensors changes

Definitions are in README.md beside this file.
"""
import hashlib, json, os
import numpy as np
from make import (CONTENT, START, STYLE, STYLE_TAPS, VggObjective, case, check_gradient, conv, conv_backward, picture, pool,
                  pool_backward, summary, synthetic, trajectory, write)

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../weights/student.safetensors")
BLOCKS = [2, 2, 3, 3, 1]                                 # convolutions
TAPS = STYLE_TAPS + ["relu4_2"]


def read():
    """({tensor: values in float64}, the file's SHA-256)."""
    with open(FILE, "rb") as f:
        raw = f.read()
    start = 8 + int.from_bytes(raw[:8], "little")
    stored = {}
    for name, t in json.loads(raw[8:start]).items():
        if name != "__metadata__":
            begin, end = t["data_offsets"]
            kind = {"I8": "i1", "F32": "<f4"}[t["dtype"]]
            stored[name] = np.frombuffer(raw[start + begin:start + end], kind).astype(np.float64).reshape(t["shape"])
    whole = {}
    for name, values in stored.items():
        if name + ".scale" in stored:                    # f32, as the product of two f32 is there
            values = (values.astype(np.float32) * stored[name + ".scale"].astype(np.float32)[:, None, None, None]).astype(np.float64)
        whole[name] = values
    return whole, hashlib.sha256(raw).hexdigest()


class Student:
    def __init__(self, tensors):
        self.w = {name[:-len(".weight")]: tensors[name] for name in tensors if name.endswith(".weight")}
        self.b = {name[:-len(".bias")]: tensors[name] for name in tensors if name.endswith(".bias")}
        self.rows = [f"conv{block}_{i}" for block, depth in enumerate(BLOCKS, 1) for i in range(1, depth + 1)]

    def border(self, row):
        return "edge" if row == "conv1_1" else "constant"

    def forward(self, x):
        """All convolutions after their ReLU, and the taps, which are linear maps of them."""
        h, found = 4 * x - 2, {}
        for row in self.rows:
            if row.endswith("_1") and row != "conv1_1":
                h = pool(h, "avg")
            h = np.maximum(conv(h, self.w[row], self.b[row], self.border(row)), 0)
            found[row] = h
            tap = row.replace("conv", "relu")
            if tap in TAPS:
                found[tap] = h @ self.w[tap][:, :, 0, 0].T + self.b[tap]
        return found

    def backward(self, found, d_taps):
        d = 0.0
        for row in reversed(self.rows):
            tap = row.replace("conv", "relu")
            if tap in d_taps:
                d = d + d_taps[tap] @ self.w[tap][:, :, 0, 0]
            d = conv_backward(d * (found[row] > 0), self.w[row], self.border(row))
            if row.endswith("_1") and row != "conv1_1":
                block = int(row[4]) - 1
                d = pool_backward(d, found[f"conv{block}_{BLOCKS[block - 1]}"], "avg")
        return 4 * d


if __name__ == "__main__":
    sizes = {"content": (26, 35, CONTENT), "style": (33, 37, STYLE), "start": (26, 35, START)}
    content, style, start = (synthetic(*sizes[k]) for k in ("content", "style", "start"))
    tensors, sha256 = read()
    network = Student(tensors)
    weights = {"content": 0.3, "style": 1.0, "tv": 0.05}
    objective, wasserstein, exact = (VggObjective(network, content, style, how, weights)
                                     for how in ("mean+cov", "wasserstein", "exact wasserstein"))
    check_gradient("student", objective, start)
    check_gradient("student, exact wasserstein", exact, start)
    found = network.forward(start)
    write("student.json", {"sha256": sha256, "pictures": {k: picture(*v) for k, v in sizes.items()},
                           "activations": {tap: summary(found[tap]) for tap in TAPS}, "case": case(objective, start, full=True),
                           "wasserstein": {"how": "wasserstein", **case(wasserstein, start, full=False)},
                           "adam": {"from_start": trajectory(objective, start), "from_content": trajectory(objective, content)}})
