#!/usr/bin/env python3
"""Independent goldens for the training of a style: float64 numpy, two whole steps of two lessons each -> stylizer.json.

    pip install numpy && python3 tests/golden/stylizer.py     # again whenever weights/student.safetensors changes

Definitions are in README.md beside this file.
"""
import numpy as np
from make import (STYLE, VggObjective, check_gradient, conv, conv_backward, hash32, pad, picture, probes, synthetic,
                  uniform, write)
from student import Student, read

WIDTH, BLOCKS, SEED = 8, 2, 11
PAINTING = (56, 64, STYLE)                               # height, width, kind
EDGE = 32                                                # of the photos
PLAN = {"size": 64, "crop": EDGE, "steps": 100, "batch": 2, "rate": 2e-3, "decay": 0.98, "longest": 10.0, "content": 0.5,
        "stability": 4.0}
RISE, LAST = 50, 0.05                                    # steps in which the rate rises; the share of it that is left at the end
STEPS = [[{"photo": 1, "moved": 4, "shift": [2, -3]}, {"photo": 3, "moved": 5, "shift": [-4, 1]}],
         [{"photo": 1, "moved": 4, "shift": [0, 4]}, {"photo": 3, "moved": 5, "shift": [-1, -2]}]]
WEIGHTS = {"content": 0.33 * PLAN["content"], "style": 1.0, "tv": 0.1}
SHARES = [0.5, 1.0, 1.5, 1.5, 0.2]                       # of the style layers, before they are divided by their sum
EPSILON = 1e-5                                           # of a normalisation


# ---- the network -----------------------------------------------------------------------------------------------------

def units():
    """Every convolution with a normalisation: (name, inputs, outputs, kernel, stride)."""
    w = WIDTH
    yield from [("down1", 3, w, 9, 1), ("down2", w, 2 * w, 3, 2), ("down3", 2 * w, 4 * w, 3, 2)]
    for block in range(1, BLOCKS + 1):
        yield from [(f"block{block}.{which}", 4 * w, 4 * w, 3, 1) for which in ("first", "second")]
    yield from [("up1", 4 * w, 2 * w, 3, 1), ("up2", 2 * w, w, 3, 1)]


def shapes():
    """All parameters in their order: weights OIHW, (shifts, scales), and one bias."""
    found = {}
    for name, inputs, outputs, kernel, _ in units():
        found[f"{name}.weight"] = (outputs, inputs, kernel, kernel)
        found[f"{name}.norm"] = (2, outputs)
    return {**found, "colours.weight": (3, WIDTH, 9, 9), "colours.bias": (3,)}


def seeded(number, name, shape):
    values = uniform(SEED, number, np.arange(np.prod(shape))).reshape(shape) * 2 - 1
    if name.endswith(".weight"):
        values *= np.sqrt(6 / np.prod(shape[1:]))
    elif name.endswith(".norm"):
        values = 0.3 * values + np.array([[0.0], [1.0]])
    else:
        values *= 0.3
    return values.astype(np.float32).astype(np.float64)


def conv_weights_backward(d, x, k, border):
    windows = np.lib.stride_tricks.sliding_window_view(pad(x, k // 2, border), (k, k), axis=(0, 1))
    return np.einsum("yxo,yxcvu->ocvu", d, windows, optimize=True)


class Stylizer:
    """Each method returns a map and the way back: a function from its gradient to that of its input, which on the way adds
    those of the parameters to self.d."""

    def __init__(self, parameters):
        self.p, self.d = parameters, {name: np.zeros_like(values) for name, values in parameters.items()}

    def conv(self, name, x, stride=1):
        w = self.p[f"{name}.weight"]
        y = conv(x, w, border="edge")

        def back(d):
            d_y = np.zeros_like(y)
            d_y[::stride, ::stride] = d
            self.d[f"{name}.weight"] += conv_weights_backward(d_y, x, w.shape[-1], "edge")
            return conv_backward(d_y, w, "edge")
        return y[::stride, ::stride], back

    def norm(self, name, x, relu):
        shift, scale = self.p[f"{name}.norm"]
        inverse = 1 / np.sqrt(x.var((0, 1)) + EPSILON)
        normal = (x - x.mean((0, 1))) * inverse
        y = scale * normal + shift

        def back(d):
            d = d * (y > 0) if relu else d
            self.d[f"{name}.norm"] += np.stack([d.sum((0, 1)), (d * normal).sum((0, 1))])
            d = d * scale
            return inverse * (d - d.mean((0, 1)) - normal * (d * normal).mean((0, 1)))
        return np.maximum(y, 0) if relu else y, back

    def unit(self, name, x, stride=1, relu=True):
        y, conv_back = self.conv(name, x, stride)
        y, norm_back = self.norm(name, y, relu)
        return y, lambda d: conv_back(norm_back(d))

    def block(self, name, x):
        y, first_back = self.unit(f"{name}.first", x)
        y, second_back = self.unit(f"{name}.second", y, relu=False)
        return x + y, lambda d: d + first_back(second_back(d))

    def enlarged(self, name, x):
        h, w, c = x.shape
        y, back = self.unit(name, x.repeat(2, 0).repeat(2, 1))
        return y, lambda d: back(d).reshape(h, 2, w, 2, c).sum((1, 3))

    def colours(self, x):
        y, conv_back = self.conv("colours", x)
        y = 1 / (1 + np.exp(-y - self.p["colours.bias"]))

        def back(d):
            d = d * y * (1 - y)
            self.d["colours.bias"] += d.sum((0, 1))
            return conv_back(d)
        return y, back

    def paint(self, photo):
        y, backs = photo, []
        layers = [lambda x: self.unit("down1", x), lambda x: self.unit("down2", x, 2), lambda x: self.unit("down3", x, 2)]
        layers += [lambda x, n=n: self.block(f"block{n}", x) for n in range(1, BLOCKS + 1)]
        layers += [lambda x: self.enlarged("up1", x), lambda x: self.enlarged("up2", x), self.colours]
        for layer in layers:
            y, back = layer(y)
            backs.append(back)

        def all_back(d):
            for back in reversed(backs):
                d = back(d)
        return y, all_back


# ---- lessons and steps -----------------------------------------------------------------------------------------------

def common(length, by):
    """Where a line and the same line, begun `by` later, both are: a slice of each."""
    return slice(max(by, 0), length + min(by, 0)), slice(max(-by, 0), length - max(by, 0))


def instability(a, b, shift, weight):
    """The loss and its gradients to both."""
    (rows_a, rows_b), (columns_a, columns_b) = (common(length, by) for length, by in zip(a.shape, shift))
    delta = a[rows_a, columns_a] - b[rows_b, columns_b]
    d_a, d_b = np.zeros_like(a), np.zeros_like(b)
    d_a[rows_a, columns_a] = 2 * weight / a.size * delta
    d_b[rows_b, columns_b] = -2 * weight / a.size * delta
    return weight / a.size * (delta**2).sum(), d_a, d_b


class Batch:
    """The loss of a batch as a function of all parameters, one behind the other."""

    def __init__(self, student, painting, lessons):
        shares = [share / sum(SHARES) for share in SHARES]
        self.lessons = [(VggObjective(student, photo(own["photo"]), painting, "mean+cov", WEIGHTS, shares=shares), own)
                        for own in lessons]

    def lesson(self, parameters, objective, own):
        stylizer = Stylizer(parameters)
        picture, back = stylizer.paint(photo(own["photo"]))
        other, other_back = stylizer.paint(photo(own["moved"]))
        terms, d = objective(picture)
        unstable, d_picture, d_other = instability(picture, other, own["shift"], PLAN["stability"])
        back(d + d_picture)
        other_back(d_other)
        return {**terms, "instability": unstable, "total": terms["total"] + unstable}, stylizer.d

    def all(self, parameters):
        """The terms of each lesson, and the sum of their gradients."""
        terms, gradients = zip(*(self.lesson(parameters, *lesson) for lesson in self.lessons))
        return terms, {name: sum(own[name] for own in gradients) for name in parameters}

    def __call__(self, flat):
        terms, gradient = self.all(named(flat))
        return {"total": sum(own["total"] for own in terms)}, flattened(gradient)


def photo(kind):
    return synthetic(EDGE, EDGE, kind)


def flattened(parameters):
    return np.concatenate([parameters[name].reshape(-1) for name in shapes()])


def named(flat):
    ends = np.cumsum([np.prod(shape) for shape in shapes().values()])
    return {name: part.reshape(shape) for (name, shape), part in zip(shapes().items(), np.split(flat, ends[:-1]))}


def rate(step):
    fall = 0.5 + 0.5 * np.cos(np.pi * step / PLAN["steps"])
    return PLAN["rate"] * min((step + 1) / RISE, 1.0) * (LAST + (1 - LAST) * fall)


def strong_probes(values, gradients, count=8):
    """`count` values at fixed places, of those where all gradients are at least a tenth of their largest entry."""
    strength = np.min([abs(g) / abs(g).max() for g in gradients], axis=0).reshape(-1)
    candidates = dict.fromkeys(int(i) for i in hash32(np.arange(1, 100 * count)) % strength.size)
    index = [i for i in candidates if strength[i] >= 0.1][:count]
    assert index, "no gradient is strong in all steps"
    return {"index": index, "value": [float(values.reshape(-1)[i]) for i in index]}


def train(student, painting, x, beta1=0.9, beta2=0.99, eps=1e-8):
    m, v, ema, told, gradients = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x), [], []
    for t, lessons in enumerate(STEPS, 1):
        batch = Batch(student, painting, lessons)
        check_gradient(f"step {t} of a training", batch, x)
        terms, gradient = batch.all(named(x))
        gradients.append(gradient)
        g = flattened(gradient)
        length = np.linalg.norm(g)
        told.append({"rate": rate(t - 1), "length": length, "lessons": [{**own, **term} for own, term in zip(lessons, terms)],
                     "gradient": {name: {"largest": abs(d).max(), **probes(d)} for name, d in gradient.items()}})
        g = g * min(1.0, PLAN["longest"] * PLAN["batch"] / length)
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        x = x - rate(t - 1) * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
        ema = PLAN["decay"] * ema + (1 - PLAN["decay"]) * x
    average = ema / (1 - PLAN["decay"]**len(STEPS))
    after = {kind: {name: strong_probes(values, [gradient[name] for gradient in gradients])
                    for name, values in named(flat).items()} for kind, flat in [("parameters", x), ("average", average)]}
    return told, after


if __name__ == "__main__":
    tensors, sha256 = read()
    start = {name: seeded(number, name, shape) for number, (name, shape) in enumerate(shapes().items())}
    told, after = train(Student(tensors), synthetic(*PAINTING), flattened(start))
    write("stylizer.json", {"sha256": sha256, "network": {"width": WIDTH, "blocks": BLOCKS}, "seed": SEED, "plan": PLAN,
                            "weights": WEIGHTS, "shares": SHARES, "painting": picture(*PAINTING),
                            "start": {name: probes(values) for name, values in start.items()},
                            "steps": {f"step{t}": own for t, own in enumerate(told, 1)}, "after": after})
