"""R and layout of a painted picture, as `cargo xtask quality` has them, from layers of VGG19 that no loss looks at."""
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from networks import TEACHER, convolution, teacher_input

LAYERS = ["conv2_2", "conv3_3", "conv4_3"]
DIRECTIONS = 128


def views(weights, rgb):
    """Features of one picture (H, W, 3) with largest values instead of means in pools, and zeros beyond the edge."""
    x, found = teacher_input(rgb[None]), []
    for layer in TEACHER:
        if layer == "pool":
            x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
            continue
        x = jax.nn.relu(convolution(x, weights[layer[0]], False))
        if layer[0] in LAYERS:
            found.append(x[0].reshape(-1, x.shape[-1]))
        if len(found) == len(LAYERS):
            return found


class Judge:
    """Keeps the compiled network."""

    def __init__(self, weights):
        self.look = jax.jit(lambda x: views(weights, x))

    def scores(self, result, photo, painting):
        """R (1 for the untouched photo) and layout; photo at the result's size."""
        own, kept, style = ([np.asarray(f, np.float64) for f in self.look(x)] for x in (result, photo, painting))
        distance = lambda maps: np.mean([apart(a, b) for a, b in zip(maps, style)])
        return distance(own) / distance(kept), layout(own[-1], kept[-1])


def apart(own, style):
    """Sliced Wasserstein distance of channels standardised by the style's."""
    mean, deviation = style.mean(0), style.std(0)
    floor = 0.01 * np.sqrt((deviation ** 2).mean())
    own, style = ((x - mean) / np.maximum(deviation, floor) for x in (own, style))
    axes = np.random.RandomState(1).randn(own.shape[1], DIRECTIONS)
    axes /= np.sqrt((axes ** 2).sum(0))
    a, b = np.sort(own @ axes, 0), np.sort(style @ axes, 0)
    count = max(len(a), len(b))
    at = lambda x: (np.arange(count) + 0.5) / count * len(x) - 0.5
    quantiles = lambda x: np.stack([np.interp(at(x), np.arange(len(x)), column) for column in x.T], 1)
    return np.sqrt(((quantiles(a) - quantiles(b)) ** 2).mean())


def layout(own, photo):
    """Mean difference of the two pictures' cosine self-similarities."""
    unit = lambda x: x / np.maximum(np.sqrt((x ** 2).sum(1, keepdims=True)), 1e-8)
    own, photo = unit(own), unit(photo)
    return np.abs(own @ own.T - photo @ photo.T).mean()
