"""Paints pairs with the student (or VGG19) and judges them: python paint.py matched.pkl ... (see README.md)

A quick twin of the painter, to choose settings by. What counts is measured by `cargo xtask quality`.
"""
import json
import os
import time

import jax
import jax.numpy as jnp
import numpy as np
from PIL import Image

from arguments import load, load_teacher, parser
from judge import Judge
from networks import STYLE, moments, student, teacher
from pack import linear_map
from pictures import read

EMA = 0.97


def fitted(picture, edge):
    """So that its longest edge is `edge`."""
    scale = edge / max(picture.size)
    size = [max(16, round(side * scale)) for side in picture.size]
    return jnp.asarray(np.asarray(picture.resize(size, Image.LANCZOS), np.float32) / 255)


class Twin:
    """Paints with given features."""

    def __init__(self, features, settings):
        self.settings = settings
        content = settings["content_taps"]

        def look(x):
            return [f for f in features(x[None])]

        def style_loss(own, target):
            (mean, covariance), (mean_p, covariance_p) = own, target
            square = lambda x: (x ** 2).sum()
            return square(covariance - covariance_p) / square(covariance_p) + square(mean - mean_p) / square(mean_p)

        def loss(x, targets, kept):
            maps = look(x)
            style = [style_loss(moments(maps[k]), t) for k, t in zip(STYLE, targets)]
            photo = sum(share * ((maps[k] - own) ** 2).mean() / (own ** 2).mean()
                        for (k, share), own in zip(content, kept))
            smooth = ((x[1:] - x[:-1]) ** 2).mean() + ((x[:, 1:] - x[:, :-1]) ** 2).mean()
            shares = settings["style_shares"]
            return (sum(s * l for s, l in zip(shares, style)) / sum(shares)
                    + settings["content"] * photo + settings["variation"] * smooth)

        def step(x, state, average, number, rate, targets, kept):
            gradient = jax.grad(loss)(x, targets, kept)
            first, second = state
            first, second = 0.9 * first + 0.1 * gradient, 0.99 * second + 0.01 * gradient ** 2
            x = x - rate * (first / (1 - 0.9 ** number)) / (jnp.sqrt(second / (1 - 0.99 ** number)) + 1e-8)
            x = jnp.clip(x, 0, 1)
            return x, (first, second), EMA * average + (1 - EMA) * x, number + 1

        def goals(photo, painting):
            return [moments(look(painting)[k]) for k in STYLE], [look(photo)[k] for k, _ in content]
        self.step, self.goals = jax.jit(step), jax.jit(goals)

    def scale(self, x, state, photo, painting, number, rates):
        """One scale. A loop of Python's: inside `lax.scan` convolutions on the CPU are several times slower."""
        targets, kept = self.goals(photo, painting)
        average = jnp.zeros_like(x)
        for rate in rates:
            x, state, average, number = self.step(x, state, average, number, rate, targets, kept)
        return x, state, average / (1 - EMA ** len(rates)), number

    def paint(self, photo, painting):
        s, x = self.settings, None
        edges = [round(s["size"] / 2 ** (k / 2)) for k in reversed(range(s["scales"]))]
        for index, edge in enumerate(edges):
            p = fitted(photo, edge)
            if x is None:
                x, number = p, jnp.float32(1)
                state = (jnp.zeros_like(x),) * 2
            else:
                grow = lambda y, how: jax.image.resize(y, p.shape, how)
                x = jnp.clip(grow(average, "cubic"), 0, 1)
                state = (grow(state[0], "cubic"), jax.nn.relu(grow(state[1], "linear")))
            last = index + 1 == len(edges)
            rates = np.float32(s["rate"] * (np.linspace(1, 0.1, s["passes"]) if last else np.ones(s["passes"])))
            x, state, average, number = self.scale(x, state, p, fitted(painting, edge), number, rates)
        return np.asarray(average)


DEFAULTS = dict(size=256, scales=3, passes=75, rate=0.05, content=0.33, content_taps=[[4, 1.0]], variation=0.1,
                style_shares=[0.5, 1, 1.5, 1.5, 0.2])


def main():
    options = parser(__doc__, out="painted")
    options.add_argument("net", help="a file of the training, or vgg19")
    options.add_argument("pairs", nargs="+", help="PHOTO:PAINTING")
    options.add_argument("--settings", action="append", default=[], help="JSON; several are compared")
    options = options.parse_args()
    weights = load_teacher(options)
    judge = Judge(weights)
    if options.net == "vgg19":
        features = lambda x: teacher(weights, x)
    else:
        params = load(options.net)
        maps = [[jnp.asarray(part, jnp.float32) for part in linear_map(*tap)[:2]] for tap in params["taps"]]
        features = lambda x: [f @ m + c for f, (m, c) in zip(student(params["weights"], x), maps)]
    os.makedirs(options.out, exist_ok=True)
    for number, text in enumerate(options.settings or ["{}"]):
        settings = {**DEFAULTS, **json.loads(text)}
        twin, rows = Twin(features, settings), []
        for pair in options.pairs:
            photo, painting = (read(path) for path in pair.split(":"))
            began = time.time()
            result = twin.paint(photo, painting)
            longest = max(result.shape)
            r, kept = judge.scores(np.round(result * 255) / 255, fitted(photo, longest), fitted(painting, longest))
            name = "-x-".join(os.path.splitext(os.path.basename(p))[0] for p in pair.split(":"))
            Image.fromarray(np.uint8(np.round(result * 255))).save(f"{options.out}/{name}-{number}.png")
            rows.append((r, kept))
            print(f"  {name:<50} R {r:.3f} layout {kept:.3f}  {time.time() - began:.0f} s", flush=True)
        r, kept = np.median(rows, 0)
        print(f"{text}: median R {r:.3f} layout {kept:.4f}, largest {max(a for a, _ in rows):.3f} "
              f"{max(b for _, b in rows):.3f}", flush=True)


if __name__ == "__main__":
    main()
