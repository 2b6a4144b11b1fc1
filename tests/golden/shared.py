#!/usr/bin/env python3
"""Independent scalars for two real networks -> shared.json (derived scalars only; no weight leaves the shared folder).

    pip install numpy && python3 tests/golden/shared.py ../shared/weights

Parity note: the Caffe file's conv4 and conv5 kernels are partly recovered from an 8-bit copy, so these numbers hold between
implementations that read that very file, not against another copy of VGG19.  Kernels are used as they are in the file: a
reader that rescales each layer must get the same numbers, because every loss here is free of the features' scale.
"""
import json, os, sys
import numpy as np
from make import CONTENT, START, STYLE, STYLE_TAPS, Vgg19, VggObjective, case, check_gradient, picture, synthetic, write


def load_safetensors(path):
    """{torchvision index: (weight, bias)} in float64."""
    with open(path, "rb") as f:
        raw = f.read()
    start = 8 + int.from_bytes(raw[:8], "little")
    tensors = {}
    for name, t in json.loads(raw[8:start]).items():
        if name != "__metadata__":
            assert t["dtype"] == "F32", name
            begin, end = t["data_offsets"]
            tensors[name] = np.frombuffer(raw[start + begin:start + end], "<f4").astype(np.float64).reshape(t["shape"])
    indices = sorted(int(name.split(".")[1]) for name in tensors if name.endswith("weight"))
    return {i: (tensors[f"features.{i}.weight"], tensors[f"features.{i}.bias"]) for i in indices}


def scalars(name, file, preprocess, last, content_tap, style_taps):
    network = Vgg19(load_safetensors(os.path.join(sys.argv[1], file)), "avg", "zero", preprocess, last)
    content, style, start = (synthetic(*SIZES[k]) for k in ("content", "style", "start"))
    objective = VggObjective(network, content, style, "mean+cov", {"content": 0.2, "style": 1.0, "tv": 0.05}, content_tap, style_taps)
    check_gradient(name, objective, start)
    return {"file": file, "preprocess": preprocess, "pool": "avg", "padding": "zero", "how": "mean+cov",
            "content_tap": content_tap, "style_taps": style_taps, **case(objective, start, full=False)}


SIZES = {"content": (67, 54, CONTENT), "style": (61, 70, STYLE), "start": (67, 54, START)}

if __name__ == "__main__":
    write("shared.json", {
        "pictures": {k: picture(*v) for k, v in SIZES.items()},
        "caffe": scalars("caffe", "vgg19_caffe_bgr.fp32.safetensors", "caffe", "relu5_1", "relu4_2", STYLE_TAPS),
        "torchvision": scalars("torchvision", "torchvision_vgg19_first3convs.fp32.safetensors", "torchvision", "relu2_1",
                               "relu1_2", STYLE_TAPS[:2])})
