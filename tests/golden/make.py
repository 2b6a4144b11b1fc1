#!/usr/bin/env python3
"""Independent goldens for Scumble: float64 numpy, hand-written backward passes, no autograd and no look at the Rust.

    pip install numpy && python3 tests/golden/make.py        # writes vgg19.json beside itself

Every definition is in README.md beside this file.  Each gradient is held against a central difference of its own loss
before anything is written.  Maps are (H, W, C), kernels OIHW, a convolution is a cross-correlation, d_x is the gradient of x.
"""
import json, os
import numpy as np

SEED = 7
CONTENT, STYLE, START = 1, 2, 3                          # kinds of synthetic picture


# ---- seeded numbers and pictures -------------------------------------------------------------------------------------

def hash32(x):
    """lowbias32, mod 2^32."""
    x = np.asarray(x).astype(np.uint32)
    with np.errstate(over="ignore"):
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def hashes(seed, stream, i):
    return hash32(hash32(hash32(seed) ^ np.uint32(stream)) ^ np.asarray(i).astype(np.uint32)).astype(np.float64)


def uniform(seed, stream, i):
    return hashes(seed, stream, i) / 2.0**32


def synthetic(height, width, kind):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    block = hash32(hash32(hash32(kind) ^ c.astype(np.uint32)) ^ (y // 4 * 64 + x // 4).astype(np.uint32)) & 255
    grain = hash32(hash32(hash32(kind + 77) ^ c.astype(np.uint32)) ^ (y * 4096 + x).astype(np.uint32)) & 255
    return (block.astype(np.float64) * 3 + grain.astype(np.float64)) / 1020.0


# ---- layers, forward and backward ------------------------------------------------------------------------------------

def pad(x, n, border):
    """border: "constant" (zeros) or "edge" (replicate), as numpy calls them."""
    return np.pad(x, ((n, n), (n, n), (0, 0)), mode=border)


def pad_backward(d, n, border):
    if border != "constant":                             # each copied row, then column, gives back to what it copies
        for axis in (0, 1):
            count = d.shape[axis] - 2 * n
            back = np.zeros((count,) + d.shape[:axis] + d.shape[axis + 1:])
            np.add.at(back, np.pad(np.arange(count), n, mode=border), np.moveaxis(d, axis, 0))
            d = np.moveaxis(back, 0, axis)
        return d
    return d[n:-n, n:-n]


def conv(x, w, b=0.0, border="constant"):
    """Same-size convolution with an odd square kernel."""
    k = w.shape[-1]
    windows = np.lib.stride_tricks.sliding_window_view(pad(x, k // 2, border), (k, k), axis=(0, 1))   # H, W, C, k, k
    h, v = windows.shape[:2]
    return (windows.reshape(h * v, -1) @ w.reshape(len(w), -1).T).reshape(h, v, -1) + b


def conv_backward(d, w, border="constant"):
    h, v, _ = d.shape
    o, c, k, _ = w.shape
    d_windows = (d.reshape(h * v, o) @ w.reshape(o, -1)).reshape(h, v, c, k, k)
    d_padded = np.zeros((h + k - 1, v + k - 1, c))
    for y in range(k):
        for x in range(k):
            d_padded[y:y + h, x:x + v] += d_windows[..., y, x]
    return pad_backward(d_padded, k // 2, border)


def pool_windows(x):
    h, w, c = x.shape
    return x[:h // 2 * 2, :w // 2 * 2].reshape(h // 2, 2, w // 2, 2, c).transpose(0, 2, 1, 3, 4).reshape(h // 2, w // 2, 4, c)


def pool(x, kind):
    return pool_windows(x).max(2) if kind == "max" else pool_windows(x).mean(2)


def pool_backward(d, x, kind):
    windows = pool_windows(x)
    if kind == "max":                                    # the first maximum takes all
        share = np.zeros_like(windows)
        np.put_along_axis(share, windows.argmax(2)[:, :, None], 1.0, axis=2)
    else:
        share = np.full_like(windows, 0.25)
    d_windows = (share * d[:, :, None]).reshape(*d.shape[:2], 2, 2, -1).transpose(0, 2, 1, 3, 4)
    d_x = np.zeros_like(x)
    d_x[:d.shape[0] * 2, :d.shape[1] * 2] = d_windows.reshape(d.shape[0] * 2, d.shape[1] * 2, -1)
    return d_x


# ---- loss terms: each returns the loss and its gradient --------------------------------------------------------------

FLOOR = 1e-12                                            # keeps relative losses finite
RIDGE = 2e-3                                             # of both covariances, before a Wasserstein distance
ROOT_FLOORS = {"wasserstein": 500.0**-2, "exact wasserstein": 0.0}


def content_relative(f, p):
    scale = max((p**2).sum(), FLOOR)
    return ((f - p)**2).sum() / scale, 2 * (f - p) / scale


def statistics(f, how):
    f = f.reshape(-1, f.shape[-1])
    if how == "gram":
        return f.T @ f / len(f)
    mu = f.mean(0)
    return mu, (f - mu).T @ (f - mu) / len(f)


def power(m, exponent, floor=0.0):
    """Of a symmetric matrix; its eigenvalues are raised by `floor` times its norm."""
    values, vectors = np.linalg.eigh((m + m.T) / 2)
    return vectors * (values + floor * np.linalg.norm(m))**exponent @ vectors.T


def style_term(f, target, how):
    rows, c = f.reshape(-1, f.shape[-1]), f.shape[-1]
    n = len(rows)
    if how == "gram":
        scale = 1e3 / c**2 / c**2                        # Gatys' layer weight x mean over the entries
        delta = statistics(f, how) - target
        return scale * (delta**2).sum(), (4 * scale / n * rows @ delta).reshape(f.shape)
    (mu, sigma), (mu_s, sigma_s) = statistics(f, how), target
    if how in ROOT_FLOORS:
        floor, ridge = ROOT_FLOORS[how], RIDGE * np.linalg.norm(sigma_s) * np.eye(c)
        sigma, sigma_s = sigma + ridge, sigma_s + ridge
        b = power(sigma_s, 0.5, floor)
        m = b @ sigma @ b
        scale = 4 / max(np.trace(sigma_s) + (mu_s**2).sum(), FLOOR)
        loss = scale * (((mu - mu_s)**2).sum() + np.trace(sigma + sigma_s - 2 * power(m, 0.5, floor)))
        transport = b @ power(m, -0.5, floor) @ b        # carries features of covariance sigma to the painting's
        d_rows = 2 * scale / n * ((rows - mu) @ (np.eye(c) - transport) + mu - mu_s)
        return loss, d_rows.reshape(f.shape)
    scale_mu, scale_sigma = max((mu_s**2).sum(), FLOOR), max((sigma_s**2).sum(), FLOOR)
    d_mu, d_sigma = mu - mu_s, sigma - sigma_s
    loss = (d_sigma**2).sum() / scale_sigma + (d_mu**2).sum() / scale_mu
    d_rows = 4 / n / scale_sigma * (rows - mu) @ d_sigma + 2 / n / scale_mu * d_mu
    return loss, d_rows.reshape(f.shape)


def tv_term(x):
    loss, d = 0.0, np.zeros_like(x)
    for axis in (1, 0):
        delta = np.diff(x, axis=axis)
        if delta.size == 0:
            continue
        loss += (delta**2).mean()
        g, lead = 2 * delta / delta.size, [slice(None)] * axis
        d[tuple(lead + [slice(1, None)])] += g
        d[tuple(lead + [slice(None, -1)])] -= g
    return loss, d


# ---- VGG19 -----------------------------------------------------------------------------------------------------------

BLOCKS = [(64, 2), (128, 2), (256, 4), (512, 4), (512, 4)]
STYLE_TAPS = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
TORCH_MEAN, TORCH_STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
CAFFE_MEAN = np.array([103.939, 116.779, 123.68])        # B, G, R


def table():
    """The network as rows, top to bottom: ("relu1_1", torchvision index, cin, cout) or ("pool",)."""
    rows, index, cin = [], 0, 3
    for block, (cout, depth) in enumerate(BLOCKS, 1):
        for i in range(1, depth + 1):
            rows.append((f"relu{block}_{i}", index, cin, cout))
            index, cin = index + 2, cout
        rows.append(("pool",))
        index += 1
    return rows[:-1]                                     # the last pool feeds nothing here


def seeded_conv(index, cin, cout, seed=SEED):
    w = (uniform(seed, index, np.arange(cout * cin * 9)) * 2 - 1) * np.sqrt(6 / (9 * cin))
    b = (uniform(seed, index + 1000, np.arange(cout)) * 2 - 1) * 0.1
    return w.astype(np.float32).astype(np.float64).reshape(cout, cin, 3, 3), b.astype(np.float32).astype(np.float64)


def seeded_weights(seed=SEED):
    return {row[1]: seeded_conv(*row[1:], seed=seed) for row in table() if row[0] != "pool"}


class Vgg19:
    def __init__(self, weights, pool="avg", padding="zero", preprocess="torchvision", last="relu5_4"):
        self.weights, self.pool, self.padding, self.caffe = weights, pool, padding, preprocess == "caffe"
        rows = table()
        self.rows = rows[:[r[0] for r in rows].index(last) + 1]

    def border(self, index):
        return "edge" if self.padding == "replicate" and index == 0 else "constant"      # conv1_1 only; deeper: zeros

    def forward(self, x):
        h = x[..., ::-1] * 255 - CAFFE_MEAN if self.caffe else (x - TORCH_MEAN) / TORCH_STD
        features = {}
        for name, *row in self.rows:
            if name == "pool":
                h = pool(h, self.pool)
            else:
                h = np.maximum(conv(h, *self.weights[row[0]], self.border(row[0])), 0)
                features[name] = h
        return features

    def backward(self, features, d_features):
        """d_features: {tap: gradient}; returns the gradient of the pixels."""
        d, below = 0.0, None
        for name, *row in reversed(self.rows):
            if name == "pool":
                below = d
                continue
            if below is not None:                        # a pool sits between this layer and the one after it
                d, below = pool_backward(below, features[name], self.pool), None
            d = (d + d_features.get(name, 0.0)) * (features[name] > 0)
            d = conv_backward(d, self.weights[row[0]][0], self.border(row[0]))
        return d[..., ::-1] * 255 if self.caffe else d / TORCH_STD


class VggObjective:
    def __init__(self, network, content, style, how, weights, content_tap="relu4_2", style_taps=STYLE_TAPS, shares=None):
        self.network, self.how, self.weights = network, how, weights
        self.shares = shares or [1.0 if how == "gram" else 1 / len(style_taps)] * len(style_taps)
        self.content_tap, self.style_taps = content_tap, style_taps
        self.target = network.forward(content)[content_tap]
        painted = network.forward(style)
        self.painted = {tap: statistics(painted[tap], how) for tap in style_taps}

    def __call__(self, x):
        """Returns (terms, gradient of the pixels)."""
        wc, ws, wt = (self.weights[k] for k in ("content", "style", "tv"))
        features = self.network.forward(x)
        content, d = content_relative(features[self.content_tap], self.target)
        d_features = {self.content_tap: wc * d}
        layers = []
        for tap, share in zip(self.style_taps, self.shares):
            loss, d = style_term(features[tap], self.painted[tap], self.how)
            layers.append(loss)
            d_features[tap] = d_features.get(tap, 0.0) + ws * share * d
        tv, d_tv = tv_term(x)
        style = sum(share * loss for share, loss in zip(self.shares, layers))
        terms = {"content": content, "style": style, "style_layers": layers, "tv": tv,
                 "total": wc * content + ws * style + wt * tv}
        return terms, self.network.backward(features, d_features) + wt * d_tv


# ---- optimiser -------------------------------------------------------------------------------------------------------

def adam(objective, x, steps=10, lr=0.02, beta1=0.9, beta2=0.99, eps=1e-8, decay=0.97):
    """The loss before each step, the pixels after the last one, and the debiased average of the iterates."""
    m, v, ema, losses = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x), []
    for t in range(1, steps + 1):
        terms, g = objective(x)
        losses.append(terms["total"])
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        x = np.clip(x - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), 0, 1)
        ema = decay * ema + (1 - decay) * x
    return losses, x, ema / (1 - decay**steps)


# ---- self-check and writing ------------------------------------------------------------------------------------------

def check_gradient(name, objective, x, h=2e-7, bound=1e-6):
    """Central differences along three directions, each the gradient's own plus as much of a random one."""
    g = objective(x)[1]
    worst = 0.0
    for stream in range(3):
        r = uniform(99, stream, np.arange(x.size)).reshape(x.shape) - 0.5
        u = g / np.linalg.norm(g) + r / np.linalg.norm(r)
        numeric = (objective(x + h * u)[0]["total"] - objective(x - h * u)[0]["total"]) / (2 * h)
        worst = max(worst, abs(numeric - (g * u).sum()) / abs((g * u).sum()))
    print(f"{name:40} finite-difference error {worst:.1e}")
    assert worst < bound, name


def probes(a, count=8, corners=False):
    """`count` values at fixed places of the flattened array; of a ReLU map mostly positive ones."""
    flat = a.reshape(-1)
    index = []
    if corners:
        h, w, c = a.shape
        index = [0, c * (w - 1) + 1, c * w * (h - 1) + 2, c * h * w - 1]
    candidates = list(dict.fromkeys(int(i) for i in hash32(np.arange(1, 4 * count + 1)) % flat.size))
    candidates.sort(key=lambda i: flat[i] == 0)          # stable: positive ones first
    index = (index + [i for i in candidates if i not in index])[:count]
    return {"index": index, "value": [float(flat[i]) for i in index]}


def summary(a):
    return {"shape": list(a.shape), "mean": a.mean(), "mean_square": (a**2).mean(), **probes(a)}


def case(objective, x, full):
    terms, g = objective(x)
    out = {"weights": objective.weights, **terms, "gradient_norm": np.linalg.norm(g), "gradient_probes": probes(g, 16, corners=True)}
    if full:
        out["gradient"] = [float(f"{v:.7g}") for v in g.reshape(-1)]
    return out


def trajectory(objective, x, **setting):
    losses, last, ema = adam(objective, x, **setting)
    return {"losses": losses, "pixels": probes(last, 16, corners=True), "ema": probes(ema, 16, corners=True)}


def picture(height, width, kind):
    return {"kind": kind, "height": height, "width": width, **probes(synthetic(height, width, kind), 8, corners=True)}


def rounded(v):
    if isinstance(v, dict):
        return {k: rounded(x) for k, x in v.items()}
    if isinstance(v, (list, tuple, np.ndarray)):
        return [rounded(x) for x in v]
    return float(f"{v:.12g}") if isinstance(v, float) else v    # np.float64 is a float


def write(name, data):
    def text(v, depth):                                  # one line for lists and for dicts without dicts in them
        if isinstance(v, dict) and any(isinstance(x, dict) for x in v.values()):
            inner = ",\n".join(" " * (depth + 1) + json.dumps(k) + ": " + text(x, depth + 1) for k, x in v.items())
            return "{\n" + inner + "\n" + " " * depth + "}"
        return json.dumps(v)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with open(path, "w") as f:
        f.write(text(rounded(data), 0) + "\n")
    print(f"{name}: {os.path.getsize(path)} bytes")


def seeded_numbers():
    triples = [(SEED, 0, 0), (SEED, 0, 1), (SEED, 1000, 5), (SEED, 34, 2359295), (1, 2, 3)]
    return {"hash32": {str(n): int(hash32(n)) for n in (0, 1, 2, 7, 77, 0x9E3779B9, 0xFFFFFFFF)},
            "uniform": [[*t, float(uniform(*t))] for t in triples]}


def make_vgg19():
    sizes = {"content": (26, 35, CONTENT), "style": (33, 37, STYLE), "start": (26, 35, START)}
    content, style, start = (synthetic(*sizes[k]) for k in ("content", "style", "start"))
    weights = seeded_weights()
    out = {"seed": SEED, "seeded_numbers": seeded_numbers(), "pictures": {k: picture(*v) for k, v in sizes.items()},
           "convolutions": {str(i): {"weight": probes(w), "bias": probes(b)} for i, (w, b) in weights.items()},
           "activations": {}, "cases": {}, "adam": {}}
    variants = [(p, q, "torchvision", how) for p in ("avg", "max") for q in ("zero", "replicate") for how in ("mean+cov", "gram")]
    variants += [("avg", "zero", "caffe", "mean+cov"), ("avg", "zero", "torchvision", "wasserstein")]
    for pooling, padding, preprocess, how in variants:
        network = Vgg19(weights, pooling, padding, preprocess)
        name = f"{pooling}_{padding}_{preprocess}"
        out["activations"].setdefault(name, {tap: summary(f) for tap, f in network.forward(start).items()})
        loss_weights = {"content": 0.2, "style": 10.0 if how == "gram" else 1.0, "tv": 0.05}
        objective = VggObjective(network, content, style, how, loss_weights)
        # The floor of the roots counts as a constant in the gradient, so this is only without it that of the loss.
        checked = VggObjective(network, content, style, "exact wasserstein", loss_weights) if how in ROOT_FLOORS else objective
        check_gradient(f"{name}_{how}", checked, start)
        first = (pooling, padding, preprocess, how) == ("avg", "zero", "torchvision", "mean+cov")
        out["cases"][f"{name}_{how}"] = {"pool": pooling, "padding": padding, "preprocess": preprocess, "how": how,
                                         **case(objective, start, full=first)}
        if (pooling, padding, preprocess) == ("avg", "zero", "torchvision") and how not in ROOT_FLOORS:
            out["adam"][how] = {"from_start": trajectory(objective, start), "from_content": trajectory(objective, content)}
    write("vgg19.json", out)


if __name__ == "__main__":
    make_vgg19()
