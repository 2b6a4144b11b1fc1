"""Writes the tiny .pth fixtures beside this script with PyTorch itself (made with torch 2.15.0).

    python make_fixtures.py

All numbers are invented here; none comes from a trained network. The expected values are small multiples of 1/8, so
that every storage type holds them exactly, and tests/weights.rs can write them out by formula.
"""
import collections
import pathlib
import pickle
import struct

import torch

HERE = pathlib.Path(__file__).parent


def ramp(*shape, start=0.0):
    """start, start + 1/8, start + 2/8, ... in row-major order."""
    count = 1
    for n in shape:
        count *= n
    return (torch.arange(count, dtype=torch.float64) / 8 + start).reshape(shape)


def tiny():
    base = ramp(4, 6).float()
    state = collections.OrderedDict()
    state["f32"] = ramp(2, 3).float()
    state["f16"] = ramp(3, start=-1.0).half()
    state["bf16"] = ramp(3, start=-1.0).bfloat16()
    state["f64"] = ramp(2, 2, start=5.0)
    state["rows_2_and_3"] = base[2:4]  # contiguous, with a storage offset of 12
    state["transposed"] = base.t()  # strides (1, 6), one storage with the tensor above
    state["parameter"] = torch.nn.Parameter(ramp(5).float())
    state["scalar"] = torch.tensor(0.5)
    state["empty"] = torch.empty(0, 3)
    state["counter"] = torch.tensor(7)  # int64, as batch normalisation keeps one
    state._metadata = collections.OrderedDict(version=1)  # every state_dict carries it
    return state


def conv1_1():
    weight = ((torch.arange(64 * 3 * 3 * 3, dtype=torch.float32) % 257 - 128) / 256).reshape(64, 3, 3, 3)
    bias = (torch.arange(64, dtype=torch.float32) - 32) / 64
    classifier = torch.zeros(2, 2)
    return collections.OrderedDict(
        [("features.0.weight", weight), ("features.0.bias", bias), ("classifier.0.weight", classifier)]
    )


def save(name, state, **how):
    torch.save(state, HERE / name, **how)


def early_2017(name, python):
    """The dialect of PyTorch 0.1.10: `_rebuild_tensor` with four arguments, Parameters with a state, and, under Python 2,
    byte strings and an OrderedDict with a list of pairs. torchvision's vgg19-dcbb9e9d.pth is of that time and of Python 3
    (https://github.com/pytorch/vision/issues/125). Written by hand: no torch of today writes it."""

    def text(s):
        return b"U" + bytes([len(s)]) + s if python == 2 else b"X" + struct.pack("<I", len(s)) + s

    def integer(n):
        return b"K" + bytes([n]) if python == 3 else b"\x8a\x01" + bytes([n])

    def storage(key, count):
        return b"(" + text(b"storage") + b"ctorch\nFloatStorage\n" + text(key) + text(b"cpu") + integer(count) + b"NtQ"

    def tensor(key, count, shape, strides):
        size = b"(" + b"".join(map(integer, shape)) + b"t"
        stride = b"(" + b"".join(map(integer, strides)) + b"t"
        return b"ctorch._utils\n_rebuild_tensor\n(" + storage(key, count) + integer(0) + size + stride + b"tR"

    def parameter(inner):
        return b"ctorch.nn.parameter\nParameter\n" + inner + b"\x85R" + b"(\x88\x89ccollections\nOrderedDict\n]\x85Rtb"

    def prelude(x):
        return pickle.dumps(x, protocol=2)

    first = parameter(tensor(b"1001", 6, (2, 3), (3, 1)))
    second = tensor(b"1002", 2, (2,), (1,))
    out = prelude(0x1950A86A20F9469CFC6C) + prelude(1001)
    out += prelude(dict(protocol_version=1001, little_endian=True, type_sizes=dict(short=2, int=4, long=4)))
    out += b"\x80\x02ccollections\nOrderedDict\n"
    if python == 2:
        out += b"](](" + text(b"first") + first + b"e](" + text(b"second") + second + b"ee\x85Rq\x00."
    else:
        out += b")Rq\x00(" + text(b"first") + first + text(b"second") + second + b"u."
    out += prelude(["1002", "1001"])
    out += struct.pack("<q2f", 2, 0.25, -0.5)
    out += struct.pack("<q6f", 6, *(i / 8 for i in range(6)))
    (HERE / name).write_bytes(out)


if __name__ == "__main__":
    save("tiny_zip.pth", tiny())
    save("tiny_legacy.pth", tiny(), _use_new_zipfile_serialization=False)
    save("tiny_protocol4.pth", tiny(), pickle_protocol=4)
    save("checkpoint.pth", {"epoch": 3, "loss": 0.5, "state_dict": tiny()})
    save("conv1_1_zip.pth", conv1_1())
    save("conv1_1_legacy.pth", conv1_1(), _use_new_zipfile_serialization=False)
    early_2017("early_python2.pth", 2)
    early_2017("early_python3.pth", 3)
