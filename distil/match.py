"""Teaches the student the teacher's gradient: python match.py --start regressed.pkl (see README.md)

What paints is the gradient of the loss at the pixels. So pictures are taken from runs of the painter, some driven by the
teacher and some by the student itself, early and late, and there the two gradients are compared: 1 - cosine of the two,
their lengths, the losses, and still a little of the features. Weights of the terms are drawn anew for every run.
"""
import json
import time

import jax
import jax.numpy as jnp
import numpy as np

from arguments import annealed, crops, load, load_teacher, parser, save
from networks import (CONTENT, STYLE, adam, embedding_errors, moments, student, student_losses, teacher,
                      teacher_losses)
from regress import thinned

# Edge of the pictures, pictures in a batch, how often such a batch comes. Small ones are cheap, large ones have whole things.
SIZES = [(64, 6, 0.25), (96, 4, 0.4), (128, 3, 0.25), (192, 1, 0.1)]
# Usual weights of the five style terms and of content: a painter's, times five.
USUAL = np.array([1, 1, 1, 1, 1, 2], np.float32)
PAINTER_RATE, LONGEST_RUN = 0.05, 60
# The student takes so many steps of its own between two questions to the teacher.
STEPS_ALONE = 3
KEPT, NEW_EVERY = 160, 3
RATE, LAST_RATE, FEATURES_COUNT, AVERAGE = 3e-4, 1e-5, 0.3, 0.995


def teacher_loss(weights, x, counts, targets, content):
    features = teacher(weights, x)
    losses = teacher_losses(features, targets, content)
    return (losses * counts).sum(), (losses, features)


def student_loss(params, x, counts, targets, content):
    features = student(params["weights"], x)
    losses = student_losses(params, features, targets, content)
    return (losses * counts).sum(), (losses, features)


def student_targets(params, painting, photo):
    painted = student(params["weights"], painting)
    return [moments(painted[k]) for k in STYLE], student(params["weights"], photo)[CONTENT]


def painter_step(x, gradient, state, step, rate):
    """The painter's own: Adam, within 0..1."""
    x, state = adam(x, gradient, state, step, rate)
    return jnp.clip(x, 0, 1), state


def difference(params, x, painting, photo, counts, gradient, losses, taught):
    """How far the student is from the teacher on a batch."""
    targets, content = student_targets(params, painting, photo)
    own = jax.value_and_grad(student_loss, argnums=1, has_aux=True)
    (_, (own_losses, features)), own_gradient = own(params, x, counts, targets, content)
    over = (1, 2, 3)
    length = lambda g: jnp.sqrt((g ** 2).sum(over) + 1e-16)
    a, b = length(own_gradient), length(gradient)
    cosine = ((own_gradient * gradient).sum(over) / (a * b)).mean()
    lengths = (jnp.log(a / b) ** 2).mean()
    values = jnp.abs(jnp.log((own_losses + 1e-2) / (losses + 1e-2))).mean(0)
    misses = embedding_errors(params, thinned(features), taught)
    total = 3 * (1 - cosine) + 0.1 * lengths + 0.1 * values.sum() + FEATURES_COUNT * misses.sum()
    return total, dict(cosine=cosine, lengths=lengths, values=values, misses=misses)


class Runs:
    """Pictures on the way from a photo to a painting, a batch at a time, with the teacher's gradient."""

    def __init__(self, weights, pictures, size, batch):
        self.pictures, self.size, self.batch = pictures, size, batch
        self.step, self.length = 0, 0
        self.prepare = jax.jit(lambda painting, photo: (
            [moments(teacher(weights, painting)[k]) for k in STYLE], teacher(weights, photo)[CONTENT]))
        ask = jax.value_and_grad(teacher_loss, argnums=1, has_aux=True)

        def asked(x, counts, targets, content):
            (_, (losses, features)), gradient = ask(weights, x, counts, targets, content)
            return gradient, losses, [f.astype(jnp.float16) for f in thinned(features)]

        def alone(params, x, state, step, rate, counts, painting, photo):
            targets, content = student_targets(params, painting, photo)
            slope = jax.grad(lambda y: student_loss(params, y, counts, targets, content)[0])

            def one(carry, _):
                x, state, step = carry
                x, state = painter_step(x, slope(x), state, step, rate)
                return (x, state, step + 1), None
            (x, state, _), _ = jax.lax.scan(one, (x, state, step), None, length=STEPS_ALONE, unroll=True)
            return x, state

        self.asked, self.alone, self.painter_step = jax.jit(asked), jax.jit(alone), jax.jit(painter_step)

    def begin(self, usual):
        random, size = self.pictures.random, self.size
        many = lambda kind, chance: np.stack([
            self.pictures.one(kind if random.rand() < chance else ("painting" if kind == "photo" else "photo"), size)
            for _ in range(self.batch)])
        self.photo, self.painting = many("photo", 0.85), many("painting", 0.85)
        x = self.photo + random.randn(*self.photo.shape) * random.uniform(0, 0.06, (self.batch, 1, 1, 1))
        counts = USUAL * np.exp(random.randn(self.batch, 6) * 0.7)
        for row in range(self.batch):
            if usual:
                counts[row] = USUAL
                continue
            if random.rand() < 0.15:
                # From noise in the painting's colours; half of these are textures, without content.
                mean, deviation = self.painting[row].mean((0, 1)), self.painting[row].std((0, 1))
                x[row] = mean + deviation * random.randn(size, size, 3)
                counts[row, 5] *= random.randint(2)
            if random.rand() < 0.15:
                counts[row] *= np.arange(6) == random.randint(6)
        self.counts = counts.astype(np.float32)
        self.x = jnp.asarray(np.clip(x, 0, 1).astype(np.float32))
        self.targets, self.content = self.prepare(self.painting, self.photo)
        self.state = (jnp.zeros_like(self.x),) * 2
        self.step, self.length = 1, 8 if usual else random.randint(6, LONGEST_RUN)
        self.by_student = random.rand() < 0.6 and not usual

    def next(self, params, usual=False):
        """One row for each picture of the batch; the run goes on."""
        if self.step >= self.length:
            self.begin(usual)
        gradient, losses, features = self.asked(self.x, self.counts, self.targets, self.content)
        rows = [(np.asarray(self.x[k]), self.painting[k], self.photo[k], self.counts[k], np.asarray(gradient[k]),
                 np.asarray(losses[k]), [np.asarray(f[k]) for f in features]) for k in range(self.batch)]
        rate = PAINTER_RATE * (1.0 if self.step < 0.6 * self.length else 0.3)
        if self.by_student:
            self.x, self.state = self.alone(params, self.x, self.state, float(self.step), rate, self.counts,
                                            self.painting, self.photo)
            self.step += STEPS_ALONE
        else:
            self.x, self.state = self.painter_step(self.x, gradient, self.state, float(self.step), rate)
            self.step += 1
        return rows


def stack(rows):
    """Rows as a batch."""
    flat = [np.stack([row[k] for row in rows]) for k in range(6)]
    return (*flat, [np.stack(maps) for maps in zip(*(row[6] for row in rows))])


def main():
    options = parser(__doc__, out="matched.pkl")
    options.add_argument("--start", required=True)
    options.add_argument("--steps", type=int, default=2000)
    options = options.parse_args()
    weights = load_teacher(options)
    pictures = crops(options, seed=options.seed + 5)
    params = load(options.start)
    average = params
    state = (jax.tree.map(jnp.zeros_like, params),) * 2

    @jax.jit
    def learn(params, average, state, step, rate, *batch):
        (_, told), gradient = jax.value_and_grad(difference, has_aux=True)(params, *batch)
        length = jnp.sqrt(sum((g ** 2).sum() for g in jax.tree.leaves(gradient)))
        # A batch that says nothing finite is passed over.
        share = jnp.where(jnp.isfinite(length), jnp.minimum(1, 5 / length), 0)
        gradient = jax.tree.map(lambda g: jnp.where(jnp.isfinite(g), g, 0) * share, gradient)
        params, state = adam(params, gradient, state, step, rate)
        average = jax.tree.map(lambda a, p: AVERAGE * a + (1 - AVERAGE) * p, average, params)
        return params, average, state, told

    measure = jax.jit(lambda p, *batch: difference(p, *batch)[1])
    unseen = Runs(weights, crops(options, seed=6, kept_back=True), 96, 4)
    rows = [row for _ in range(16) for row in unseen.next(params, usual=True)]
    measured = [stack(rows[k::8]) for k in range(8)]

    def told(p):
        each = [measure(p, *batch) for batch in measured]
        return {key: np.mean([np.asarray(one[key]) for one in each], 0) for key in each[0]}

    say = lambda found: " ".join(f"{key} {np.round(value, 3)}" for key, value in found.items())
    print("start:", say(told(params)), flush=True)
    runs = [Runs(weights, pictures, size, batch) for size, batch, _ in SIZES]
    kept = [[] for _ in SIZES]
    curve, began = [], time.time()
    for step in range(1, options.steps + 1):
        which = pictures.random.choice(len(SIZES), p=[chance for _, _, chance in SIZES])
        _, batch, _ = SIZES[which]
        while step % NEW_EVERY == 1 or len(kept[which]) < 6 * batch:
            for row in runs[which].next(average):
                if len(kept[which]) < KEPT:
                    kept[which].append(row)
                else:
                    kept[which][pictures.random.randint(KEPT)] = row
            if len(kept[which]) >= 6 * batch:
                break
        rate = annealed(RATE, LAST_RATE, step, options.steps)
        rows = [kept[which][k] for k in pictures.random.randint(len(kept[which]), size=batch)]
        params, average, state, _ = learn(params, average, state, float(step), rate, *stack(rows))
        if step % 100 == 0:
            found = told(average)
            curve.append([step, round(float(found["cosine"]), 4)])
            print(f"step {step}, {time.time() - began:.0f} s:", say(found), flush=True)
            save(options.out, average)
    save(options.out, average)
    print("end:", say(told(average)))
    with open(options.out + ".curve.json", "w") as file:
        json.dump(curve, file)


if __name__ == "__main__":
    main()
