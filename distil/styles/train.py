"""Trains the fast network of one painting: python train.py --student student.safetensors --photos DIR --held-out DIR painting.jpg

A step is one crop. Writes the averaged weights and, as CSV, the losses of the held-out photos at 256 pixels, where the painting has
256 pixels too: that is what the network paints at.
"""
import argparse
import csv
import time

import jax
import jax.numpy as jnp
import numpy as np

import network
from lossnet import CONTENT_WEIGHT, VARIATION_WEIGHT, Losses
from photographs import Crops, fitted, folder, read

# Longest edge of the painting, and of a photo to paint.
EDGE = 256
BETAS = (0.9, 0.99)
# Pixels by which a crop is shifted at most for the stability term, and the edge that the term does not look at.
SHIFT, IGNORED = 3, 4


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("painting")
    parser.add_argument("--student", required=True, help="the loss network, weights/student.safetensors")
    parser.add_argument("--photos", required=True, help="folder of photographs to train on")
    parser.add_argument("--held-out", required=True, help="folder of photographs to measure by")
    parser.add_argument("--out", default="fast.npz")
    parser.add_argument("--start", help="weights to begin with, instead of random ones")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--last", type=float, default=0.05, help="share of the rate at the end of half a cosine")
    parser.add_argument("--warm-up", type=int, default=50)
    parser.add_argument("--size", type=int, default=128, help="edge of a crop")
    parser.add_argument("--scales", type=float, nargs=2, default=(256, 384), help="longest edge of the photo it is of")
    parser.add_argument("--average", type=float, default=0.99, help="what the averaged weights keep at each step")
    parser.add_argument("--clip", type=float, default=1.0, help="the longest gradient")
    parser.add_argument("--content", type=float, default=CONTENT_WEIGHT)
    parser.add_argument("--variation", type=float, default=VARIATION_WEIGHT)
    parser.add_argument("--stability", type=float, default=0.0)
    parser.add_argument("--noise", type=float, default=0.02, help="deviation of the stability term's noise")
    parser.add_argument("--every", type=int, default=500, help="steps between two measurements")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def rate_at(options, step):
    """Half a cosine, after a linear start."""
    cosine = 0.5 * (1 + np.cos(np.pi * step / options.steps))
    return options.rate * (options.last + (1 - options.last) * cosine) * min(1, step / options.warm_up)


def instability(weights, x, y, move, noise):
    """How far the painting of the moved, noisy photo is from the moved painting."""
    other = network.apply(weights, jnp.clip(jnp.roll(x, move, (1, 2)) + noise, 0, 1))
    apart = (other - jnp.roll(y, move, (1, 2)))[:, IGNORED:-IGNORED, IGNORED:-IGNORED]
    return (apart ** 2).mean()


def make_step(options, losses):
    def loss(weights, x, move, noise):
        y = network.apply(weights, x)
        style, content, variation = losses(y, losses.photo(x))
        total = (style + options.content * content + options.variation * variation).mean()
        return total + options.stability * instability(weights, x, y, move, noise) if options.stability else total

    def step(weights, state, average, number, rate, x, move, noise):
        value, gradient = jax.value_and_grad(loss)(weights, x, move, noise)
        length = jnp.sqrt(sum((g ** 2).sum() for g in gradient.values()))
        gradient = jax.tree.map(lambda g: g * jnp.minimum(1, options.clip / length), gradient)
        b1, b2 = BETAS
        first = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, state[0], gradient)
        second = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, state[1], gradient)
        move = lambda w, m, v: w - rate * (m / (1 - b1 ** number)) / (jnp.sqrt(v / (1 - b2 ** number)) + 1e-8)
        weights = jax.tree.map(move, weights, first, second)
        keep = jnp.minimum(options.average, number / (number + 9))
        return weights, (first, second), jax.tree.map(lambda a, w: keep * a + (1 - keep) * w, average, weights), value
    return jax.jit(step)


def main():
    options = arguments()
    losses = Losses(options.student, jnp.asarray(fitted(read(options.painting), EDGE)))
    crops = Crops([photo for _, photo in folder(options.photos)], options.seed, options.scales)
    held_out = [jnp.asarray(fitted(photo, EDGE, 4))[None] for _, photo in folder(options.held_out)]
    measure = jax.jit(lambda weights, x: losses(network.apply(weights, x), losses.photo(x)))
    weights = network.load(options.start) if options.start else network.begin(options.seed)
    state, average, step = (jax.tree.map(jnp.zeros_like, weights),) * 2, weights, make_step(options, losses)
    seconds, recent = 0.0, []
    with open(options.out.removesuffix(".npz") + ".csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["step", "seconds", "style", "content", "variation", "total", "train"])
        for number in range(1, options.steps + 1):
            began = time.time()
            x = jnp.asarray(crops.one(options.size))[None]
            move = crops.random.randint(-SHIFT, SHIFT + 1, 2)
            noise = options.noise * crops.random.randn(*x.shape).astype(np.float32)
            weights, state, average, value = step(weights, state, average, jnp.float32(number),
                                                  jnp.float32(rate_at(options, number)), x, move, noise)
            recent.append(float(value))
            seconds += time.time() - began
            if number % options.every == 0 or number == options.steps:
                style, content, variation = np.mean([np.ravel(measure(average, photo)) for photo in held_out], 0)
                total = style + CONTENT_WEIGHT * content + VARIATION_WEIGHT * variation
                row = [style, content, variation, total, np.mean(recent)]
                table.writerow([number, round(seconds, 1), *(f"{figure:.5f}" for figure in row)])
                file.flush()
                print(f"{number} {seconds:.0f} s: style {style:.4f} content {content:.4f} variation {variation:.4f} "
                      f"total {total:.4f}", flush=True)
                recent = []
                network.save(options.out, average)


if __name__ == "__main__":
    main()
