"""First weights for any painting, from several: python together.py --student student.safetensors --photos DIR --held-out DIR A.jpg B.jpg ...

The paintings take turns, a step each. They share the kernels and have norms and the last bias each for itself (Dumoulin, Shlens, Kudlur
2016); what is written is the kernels with the mean of the norms, for `train.py --start`, and each painting's own network.
"""
import argparse
import os
import time

import jax
import jax.numpy as jnp
import numpy as np

import network
from lossnet import CONTENT_WEIGHT, VARIATION_WEIGHT, Losses
from photographs import Crops, fitted, folder, read

EDGE = 256
BETAS = (0.9, 0.99)
# What averaged weights keep at each step: of what is shared, and of what only every so many-th step changes.
AVERAGE_SHARED, AVERAGE_OWN = 0.99, 0.97


def is_own(name):
    """Scales, shifts and the last bias."""
    return "." in name


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paintings", nargs="+")
    parser.add_argument("--student", required=True)
    parser.add_argument("--photos", required=True)
    parser.add_argument("--held-out", required=True)
    parser.add_argument("--out", default="start.npz")
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--rate", type=float, default=2e-3, help="half of the steps long, then half a cosine to a tenth")
    parser.add_argument("--warm-up", type=int, default=50)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--scales", type=float, nargs=2, default=(256, 384))
    parser.add_argument("--every", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def make_step(losses):
    def loss(weights, x):
        style, content, variation = losses(network.apply(weights, x), losses.photo(x))
        return (style + CONTENT_WEIGHT * content + VARIATION_WEIGHT * variation).mean()

    def move(weight, gradient, moments, average, rate, keep):
        first, second, count = moments
        b1, b2 = BETAS
        count = count + 1
        first, second = b1 * first + (1 - b1) * gradient, b2 * second + (1 - b2) * gradient ** 2
        weight = weight - rate * (first / (1 - b1 ** count)) / (jnp.sqrt(second / (1 - b2 ** count)) + 1e-8)
        keep = jnp.minimum(keep, count / (count + 9))
        return weight, (first, second, count), keep * average + (1 - keep) * weight

    def step(weights, moments, average, rate, x):
        gradient = jax.grad(loss)(weights, x)
        length = jnp.sqrt(sum((g ** 2).sum() for g in gradient.values()))
        new = {name: move(weights[name], gradient[name] * jnp.minimum(1, 1 / length), moments[name], average[name], rate,
                          AVERAGE_OWN if is_own(name) else AVERAGE_SHARED) for name in weights}
        return [{name: new[name][part] for name in weights} for part in range(3)]
    return jax.jit(step)


class Networks:
    """One table of values that are shared, one for each painting of those that are not."""

    def __init__(self, weights, count):
        self.shared = {name: value for name, value in weights.items() if not is_own(name)}
        self.own = [{name: value for name, value in weights.items() if is_own(name)} for _ in range(count)]

    def of(self, index):
        return {**self.shared, **self.own[index]}

    def put(self, index, weights):
        self.shared = {name: weights[name] for name in self.shared}
        self.own[index] = {name: weights[name] for name in self.own[index]}

    def mean(self):
        return {**self.shared, **{name: sum(own[name] for own in self.own) / len(self.own) for name in self.own[0]}}


def main():
    options = arguments()
    count = len(options.paintings)
    losses = [Losses(options.student, jnp.asarray(fitted(read(path), EDGE))) for path in options.paintings]
    steps = [make_step(each) for each in losses]
    crops = Crops([photo for _, photo in folder(options.photos)], options.seed, options.scales)
    held_out = [jnp.asarray(fitted(photo, EDGE, 4))[None] for _, photo in folder(options.held_out)]
    measure = [jax.jit(lambda weights, x, each=each: each(network.apply(weights, x), each.photo(x))) for each in losses]
    first = network.begin(options.seed)
    weights, average = Networks(first, count), Networks(first, count)
    moments = Networks({name: (jnp.zeros_like(value), jnp.zeros_like(value), jnp.float32(0)) for name, value in first.items()}, count)
    began = time.time()
    for number in range(1, options.steps + 1):
        index = (number - 1) % count
        cosine = 0.5 * (1 + np.cos(np.pi * max(0, 2 * number / options.steps - 1)))
        rate = options.rate * (0.1 + 0.9 * cosine) * min(1, number / options.warm_up)
        x = jnp.asarray(crops.one(options.size))[None]
        new = steps[index](weights.of(index), moments.of(index), average.of(index), jnp.float32(rate), x)
        for networks, values in zip((weights, moments, average), new):
            networks.put(index, values)
        if number % options.every == 0 or number == options.steps:
            network.save(options.out, average.mean())
            for k, path in enumerate(options.paintings):
                name = os.path.splitext(os.path.basename(path))[0]
                network.save(options.out.removesuffix(".npz") + f"-{name}.npz", average.of(k))
                style, content, variation = np.mean([np.ravel(measure[k](average.of(k), photo)) for photo in held_out], 0)
                total = style + CONTENT_WEIGHT * content + VARIATION_WEIGHT * variation
                print(f"{number} {time.time() - began:.0f} s: {name} {total:.4f}", flush=True)


if __name__ == "__main__":
    main()
