"""The teacher, VGG19 down to conv5_1, and the student: the same shape with few channels.

Pictures are N, H, W, C in 0..1, red green blue. Both networks are tables of (name, channels) with "pool" between blocks.
"""
import json
import struct

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

TEACHER = [("conv1_1", 64), ("conv1_2", 64), "pool", ("conv2_1", 128), ("conv2_2", 128), "pool",
           ("conv3_1", 256), ("conv3_2", 256), ("conv3_3", 256), ("conv3_4", 256), "pool",
           ("conv4_1", 512), ("conv4_2", 512), ("conv4_3", 512), ("conv4_4", 512), "pool", ("conv5_1", 512)]
STUDENT = [("conv1_1", 24), ("conv1_2", 24), "pool", ("conv2_1", 48), ("conv2_2", 48), "pool",
           ("conv3_1", 64), ("conv3_2", 64), ("conv3_3", 64), "pool",
           ("conv4_1", 96), ("conv4_2", 96), ("conv4_3", 96), "pool", ("conv5_1", 96)]
# The teacher's layers that losses look at by default. The student gives each through a linear map of its own.
TAPS = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv4_2", "conv5_1"]
STYLE = [0, 1, 2, 3, 5]
CONTENT = 4
# Where the student's layers begin as least squares to layers of the teacher.
IMITATES = {"conv1_1": "conv1_1", "conv1_2": "conv1_2", "conv2_1": "conv2_1", "conv2_2": "conv2_2",
            "conv3_1": "conv3_1", "conv3_2": "conv3_2", "conv3_3": "conv3_4", "conv4_1": "conv4_1",
            "conv4_2": "conv4_2", "conv4_3": "conv4_4", "conv5_1": "conv5_1"}
# torchvision's numbers of VGG19's layers.
NUMBERS = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28]
CAFFE_MEAN = (103.939, 116.779, 123.68)


def convolutions(table):
    """The table without its pools."""
    return [layer for layer in table if layer != "pool"]


def pool(x):
    """Means of 2x2."""
    return lax.reduce_window(x, 0.0, lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") * 0.25


def convolution(x, weights, replicate):
    """3x3, before its ReLU; the first of a network repeats the picture's edge, as the painter does."""
    kernel, bias = weights
    if replicate:
        x = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    padding = "VALID" if replicate else "SAME"
    return lax.conv_general_dilated(x, kernel, (1, 1), padding, dimension_numbers=("NHWC", "HWIO", "NHWC")) + bias


def walk(table, weights, x, wanted, before=False):
    """The wanted layers' features, after their ReLU or before it."""
    found = {}
    for layer in table:
        if layer == "pool":
            x = pool(x)
            continue
        z = convolution(x, weights[layer[0]], layer[0] == "conv1_1")
        x = jax.nn.relu(z)
        if layer[0] in wanted:
            found[layer[0]] = z if before else x
        if len(found) == len(wanted):
            break
    return found


def teacher_input(rgb):
    """Blue green red in 0..255 without their mean: what Oxford's file wants."""
    return rgb[..., ::-1] * 255 - jnp.array(CAFFE_MEAN)


def student_input(rgb):
    """About -2 to 2."""
    return rgb * 4 - 2


def teacher(weights, rgb):
    """The taps, as a list."""
    found = walk(TEACHER, weights, teacher_input(rgb), TAPS)
    return [found[tap] for tap in TAPS]


def student(weights, rgb):
    """The taps before their linear maps, as a list."""
    found = walk(STUDENT, weights, student_input(rgb), TAPS)
    return [found[tap] for tap in TAPS]


def read_safetensors(path):
    """All 32-bit tensors of a file, by name."""
    with open(path, "rb") as file:
        raw = file.read()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + size])
    start = lambda entry: 8 + size + entry["data_offsets"][0]
    count = lambda entry: int(np.prod(entry["shape"]))
    return {name: np.frombuffer(raw, np.float32, count(entry), start(entry)).reshape(entry["shape"])
            for name, entry in header.items() if name != "__metadata__"}


def read_teacher(path, pictures):
    """VGG19 from Oxford's weights, every layer rescaled so that its mean activation over `pictures` is 1."""
    tensors = read_safetensors(path)
    weights = {}
    for (name, _), number in zip(convolutions(TEACHER), NUMBERS):
        kernel, bias = tensors[f"features.{number}.weight"], tensors[f"features.{number}.bias"]
        weights[name] = (jnp.asarray(kernel.transpose(2, 3, 1, 0)), jnp.asarray(bias))
    means = jax.jit(lambda w, x: {n: f.mean() for n, f in walk(TEACHER, w, teacher_input(x), list(w)).items()})
    before = 1.0
    found = means(weights, pictures)
    for name, _ in convolutions(TEACHER):
        scale = 1.0 / float(found[name])
        kernel, bias = weights[name]
        weights[name] = (kernel * (scale / before), bias * scale)
        before = scale
    return weights


def moments(features):
    """Mean (N, C) and centred covariance (N, C, C)."""
    flat = features.reshape(features.shape[0], -1, features.shape[-1])
    mean = flat.mean(1)
    centred = flat - mean[:, None]
    return mean, jnp.einsum("npi,npj->nij", centred, centred) / flat.shape[1]


def teacher_style(own, painting):
    """Relative squared differences of covariance and mean, one number for each picture."""
    (mean, covariance), (mean_p, covariance_p) = own, painting
    square = lambda x: (x ** 2).sum(tuple(range(1, x.ndim)))
    return square(covariance - covariance_p) / square(covariance_p) + square(mean - mean_p) / square(mean_p)


def student_style(own, painting, tap):
    """The same of `features @ embedding + offset`, without ever making these many channels."""
    (mean, covariance), (mean_p, covariance_p) = own, painting
    embedding, offset = tap
    metric = embedding @ embedding.T
    square = lambda d: jnp.einsum("nij,nji->n", d @ metric, d @ metric)
    d_mean = mean - mean_p
    mean_square = ((mean_p @ embedding + offset) ** 2).sum(-1)
    return square(covariance - covariance_p) / square(covariance_p) + ((d_mean @ metric) * d_mean).sum(-1) / mean_square


def teacher_losses(features, targets, content):
    """Five style losses and one of content, (N, 6)."""
    losses = [teacher_style(moments(features[k]), target) for k, target in zip(STYLE, targets)]
    square = lambda x: (x ** 2).mean((1, 2, 3))
    losses.append(square(features[CONTENT] - content) / square(content))
    return jnp.stack(losses, -1)


def student_losses(params, features, targets, content):
    """The student's idea of the same."""
    losses = [student_style(moments(features[k]), target, params["taps"][k]) for k, target in zip(STYLE, targets)]
    embedding, offset = params["taps"][CONTENT]
    square = lambda x: (x ** 2).mean((1, 2, 3))
    losses.append(square((features[CONTENT] - content) @ embedding) / square(content @ embedding + offset))
    return jnp.stack(losses, -1)


def embedding_errors(params, features, taught):
    """How much of each of the teacher's taps the linear maps miss, relative to its variance."""
    errors = []
    for own, (embedding, offset), truth in zip(features, params["taps"], taught):
        truth = truth.astype(jnp.float32)
        variance = ((truth - truth.mean((0, 1, 2))) ** 2).mean()
        errors.append(((own @ embedding + offset - truth) ** 2).mean() / variance)
    return jnp.stack(errors)


def adam(params, gradient, state, step, rate, betas=(0.9, 0.99)):
    """One step of Adam; state is (first, second moment)."""
    first, second = state
    b1, b2 = betas
    first = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, first, gradient)
    second = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, second, gradient)
    move = lambda p, m, v: p - rate * (m / (1 - b1 ** step)) / (jnp.sqrt(v / (1 - b2 ** step)) + 1e-8)
    return jax.tree.map(move, params, first, second), (first, second)
