"""Teaches the student the teacher's features: python regress.py --start begin.pkl (see README.md)

The loss is the sum over all taps of the squared error of the linear maps, relative to the tap's variance.
"""
import json
import time

import jax
import jax.numpy as jnp
import numpy as np

from arguments import annealed, crops, load, load_teacher, parser, save
from networks import adam, embedding_errors, student, teacher

SIZE, BATCH = 96, 8
# Teacher's answers that are kept, to be looked at a few times each.
KEPT = 800
NEW_EVERY = 3
RATE, LAST_RATE = 1.5e-3, 5e-5


def thinned(features):
    """Of the two largest maps every second row and column: their neighbours tell the same."""
    return [f[:, ::2, ::2] if k < 2 else f for k, f in enumerate(features)]


def main():
    options = parser(__doc__, out="regressed.pkl")
    options.add_argument("--start", required=True)
    options.add_argument("--steps", type=int, default=1900)
    options = options.parse_args()
    pictures, measured = crops(options), crops(options, seed=1, kept_back=True)
    weights = load_teacher(options)
    taught = jax.jit(lambda x: thinned(teacher(weights, x)))
    errors = lambda p, x, truth: embedding_errors(p, thinned(student(p["weights"], x)), truth)

    @jax.jit
    def learn(params, state, step, rate, x, truth):
        def loss(p):
            each = errors(p, x, truth)
            return each.sum(), each
        (_, each), gradient = jax.value_and_grad(loss, has_aux=True)(params)
        params, state = adam(params, gradient, state, step, rate)
        return params, state, each

    measure = jax.jit(errors)
    params = load(options.start)
    state = (jax.tree.map(jnp.zeros_like, params),) * 2
    unseen = np.stack([measured.any(SIZE) for _ in range(32)])
    truth = taught(unseen)
    kept, curve = [], []
    began = time.time()
    for step in range(1, options.steps + 1):
        if step % NEW_EVERY == 1 or len(kept) < 4 * BATCH:
            x = np.stack([pictures.any(SIZE) for _ in range(BATCH)])
            answers = [np.asarray(f, np.float16) for f in taught(x)]
            for row in range(BATCH):
                entry = (x[row], [f[row] for f in answers])
                if len(kept) < KEPT:
                    kept.append(entry)
                else:
                    kept[pictures.random.randint(KEPT)] = entry
        rows = [kept[k] for k in pictures.random.randint(len(kept), size=BATCH)]
        x, answers = np.stack([row[0] for row in rows]), [np.stack(taps) for taps in zip(*(row[1] for row in rows))]
        rate = annealed(RATE, LAST_RATE, step, options.steps)
        params, state, _ = learn(params, state, float(step), rate, x, answers)
        if step % 100 == 0 or step == 1:
            each = np.asarray(measure(params, unseen, truth))
            curve.append([step, *np.round(each.astype(float), 4).tolist()])
            print(f"step {step}, {time.time() - began:.0f} s: misses of unseen crops", np.round(each, 3), flush=True)
            save(options.out, params)
    save(options.out, params)
    print("end:", np.round(np.asarray(measure(params, unseen, truth)), 4))
    with open(options.out + ".curve.json", "w") as file:
        json.dump(curve, file)


if __name__ == "__main__":
    main()
