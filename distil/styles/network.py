"""The fast network: one forward pass turns a photograph into a painting. One such network for each painting.

After Johnson, Alahi, Fei-Fei 2016 with the instance normalisation of Ulyanov, Vedaldi, Lempitsky 2017. Pictures are N, H, W, C in
0..1; height and width are multiples of 4.
"""
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

BLOCKS = 5
EPSILON = 1e-5
# name, kernel, channels in, channels out
LAYERS = [("down1", 9, 3, 16), ("down2", 3, 16, 32), ("down3", 3, 32, 64),
          *[(f"block{k}{half}", 3, 64, 64) for k in range(BLOCKS) for half in "ab"],
          ("up1", 3, 64, 32), ("up2", 3, 32, 16), ("out", 9, 16, 3)]


def begin(seed, second_scale=1.0):
    """He's first weights; the second norm of a residual block begins with `second_scale`."""
    random, weights = np.random.RandomState(seed), {}
    for name, kernel, inner, outer in LAYERS:
        deviation = np.sqrt((1 if name == "out" else 2) / (kernel * kernel * inner))
        weights[name] = jnp.asarray(random.randn(kernel, kernel, inner, outer) * deviation, jnp.float32)
        if name == "out":
            weights["out.bias"] = jnp.zeros(outer)
        else:
            second = name.startswith("block") and name.endswith("b")
            weights[name + ".scale"] = jnp.full(outer, second_scale if second else 1.0, jnp.float32)
            weights[name + ".shift"] = jnp.zeros(outer)
    return weights


def convolution(x, kernel, stride=1):
    """With the edge repeated."""
    border = kernel.shape[0] // 2
    x = jnp.pad(x, ((0, 0), (border, border), (border, border), (0, 0)), mode="edge")
    return lax.conv_general_dilated(x, kernel, (stride, stride), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def norm(x, scale, shift):
    """Each channel of each picture to mean `shift` and deviation `scale`."""
    mean = x.mean((1, 2), keepdims=True)
    variance = ((x - mean) ** 2).mean((1, 2), keepdims=True)
    return (x - mean) * lax.rsqrt(variance + EPSILON) * scale + shift


def grow(x):
    """Every pixel twice in both directions."""
    n, h, w, c = x.shape
    return jnp.broadcast_to(x[:, :, None, :, None], (n, h, 2, w, 2, c)).reshape(n, 2 * h, 2 * w, c)


def apply(weights, x):
    """The painting."""
    def layer(x, name, stride=1):
        return norm(convolution(x, weights[name], stride), weights[name + ".scale"], weights[name + ".shift"])
    x = jax.nn.relu(layer(x, "down1"))
    x = jax.nn.relu(layer(x, "down2", 2))
    x = jax.nn.relu(layer(x, "down3", 2))
    for k in range(BLOCKS):
        x = x + layer(jax.nn.relu(layer(x, f"block{k}a")), f"block{k}b")
    x = jax.nn.relu(layer(grow(x), "up1"))
    x = jax.nn.relu(layer(grow(x), "up2"))
    x = convolution(x, weights["out"]) + weights["out.bias"]
    return jax.nn.sigmoid(x)


def save(path, weights):
    """Kernels as (height, width, in, out)."""
    np.savez(path, **{name: np.asarray(values) for name, values in weights.items()})


def load(path):
    return {name: jnp.asarray(values) for name, values in np.load(path).items()}
