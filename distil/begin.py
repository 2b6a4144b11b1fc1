"""The student's first weights, in closed form: python begin.py (see README.md)

Layer by layer, those of the teacher's channels that explain the others best are chosen, and found from the student's own
layer below by least squares. What the ReLU cuts off need not be met.
"""
import jax
import jax.numpy as jnp
import numpy as np

from arguments import crops, load_teacher, parser, save
from networks import IMITATES, STUDENT, TAPS, TEACHER, convolution, pool, student_input, teacher_input, walk

SIZE, BATCHES, BATCH = 96, 16, 8
# Of large maps every so many-th position is enough.
STRIDES = {"conv1_1": 4, "conv1_2": 4, "conv2_1": 2, "conv2_2": 2}
RIDGE = 1e-3


def chosen(features, count):
    """The channels that explain most of all others' variance, one after the other."""
    flat = features.reshape(-1, features.shape[-1])
    flat = flat[np.random.RandomState(0).permutation(len(flat))[:30000]]
    flat = flat - flat.mean(0)
    covariance = flat.T @ flat / len(flat)
    found = []
    for _ in range(count):
        variance = np.diag(covariance).copy()
        score = (covariance ** 2).sum(0) / np.maximum(variance, 1e-9)
        score[found] = -1
        score[variance < 1e-6] = -1
        best = int(score.argmax())
        found.append(best)
        covariance = covariance - np.outer(covariance[:, best], covariance[:, best]) / covariance[best, best]
    return found


def patches(features, stride, mode):
    """Windows of 3x3 as rows."""
    padded = np.pad(features, ((0, 0), (1, 1), (1, 1), (0, 0)), mode=mode)
    height, width = features.shape[1:3]
    parts = [padded[:, y:y + height, x:x + width][:, ::stride, ::stride] for y in range(3) for x in range(3)]
    rows = np.concatenate(parts, -1)
    return rows.reshape(-1, rows.shape[-1])


def solve(rows, wanted):
    """Least squares with a small ridge; the last row of the solution is the offset."""
    rows = np.concatenate([rows, np.ones((len(rows), 1), np.float32)], 1)
    gram = (rows.T @ rows).astype(np.float64)
    gram[np.diag_indices(len(gram))] += RIDGE * np.trace(gram) / len(gram)
    return np.linalg.solve(gram, (rows.T @ wanted).astype(np.float64)).astype(np.float32)


def solve_before_relu(rows, wanted):
    """Where both lie below zero, the difference does not matter."""
    floor = -0.5 * wanted.std(0)
    clipped = np.maximum(wanted, floor)
    solution = solve(rows, clipped)
    for _ in range(2):
        got = rows @ solution[:-1] + solution[-1]
        below = np.where(got <= 0, got, clipped)
        solution = solve(rows, np.where(wanted <= 0, below, wanted))
    return solution


def main():
    options = parser(__doc__, out="begin.pkl").parse_args()
    pictures = crops(options)
    teacher = load_teacher(options)
    wanted = sorted(set(IMITATES.values()) | set(TAPS))
    look = jax.jit(lambda w, x: walk(TEACHER, w, teacher_input(x), wanted, before=True))
    seen, shown = {name: [] for name in wanted}, []
    for _ in range(BATCHES):
        batch = np.stack([pictures.any(SIZE) for _ in range(BATCH)])
        shown.append(batch)
        for name, z in look(teacher, batch).items():
            stride = STRIDES.get(name, 1)
            seen[name].append(np.asarray(z[:, ::stride, ::stride], np.float32))
    seen = {name: np.concatenate(parts) for name, parts in seen.items()}
    features = np.asarray(student_input(jnp.asarray(np.concatenate(shown))))
    weights, taps = {}, []
    for layer in STUDENT:
        if layer == "pool":
            features = np.asarray(pool(jnp.asarray(features)))
            continue
        name, channels = layer
        truth = seen[IMITATES[name]]
        truth = truth[..., chosen(np.maximum(truth, 0), channels)].reshape(-1, channels)
        stride = STRIDES.get(name, 1)
        rows = patches(features, stride, "edge" if name == "conv1_1" else "constant")
        some = np.random.RandomState(1).permutation(len(rows))[:60000]
        solution = solve_before_relu(rows[some], truth[some])
        kernel = solution[:-1].reshape(3, 3, features.shape[-1], channels)
        out = jax.nn.relu(convolution(jnp.asarray(features), (jnp.asarray(kernel), jnp.asarray(solution[-1])), name == "conv1_1"))
        scale = 1 / float(out.mean())
        features = np.asarray(out) * scale
        weights[name] = (kernel * scale, solution[-1] * scale)
        note = ""
        if name in TAPS:
            stride = STRIDES.get(name, 1)
            own = features[:, ::stride, ::stride].reshape(-1, channels)
            truth = np.maximum(seen[name], 0).reshape(len(own), -1)
            solution = solve(own, truth)
            taps.append((solution[:-1], solution[-1]))
            error = ((own @ solution[:-1] + solution[-1] - truth) ** 2).mean() / truth.var(0).mean()
            note = f"; misses {error:.3f} of the teacher's {name}"
        print(f"{name}: {channels} channels{note}", flush=True)
    save(options.out, dict(weights=weights, taps=taps))


if __name__ == "__main__":
    main()
