"""Teach the encoder's last layers what tells parents' questions and dangers apart: `python -m bot.adapt`, from the root.

Writes data/adapter.npz, which config.yml names. Only the products of the last layers learn, each by two narrow matrices next to
its weights (LoRA: Hu et al. 2021), on the examples of config.yml's pipeline: from a text's vector its intent and its danger must
be read. Texts of the group that calibration.LEFT_OUT names are never seen, so that what is calibrated on them stays
honest. It takes about half an hour on two cores; afterwards: `loket train`, `python -m bot.pack_vectors`.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot import quiet  # noqa: F401

# Rasa's own environment has it; the service's processes never import it.
import tensorflow as tf  # isort: skip
from rasa.engine.graph import GraphComponent
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT

from bot.components import e5
from bot.components.answers import AnswersAsExamples
from bot.components.calibration import LEFT_OUT, group_of
from bot.components.danger_texts import LABEL, NONE, DangerTexts
from bot.components.encoders import OnnxEncoder
from bot.components.follow_ups import FollowUpsAsExamples
from bot.components.sentence_encoder import as_read

OUT = Path("data/adapter.npz")
LAYERS = 6
RANK = 16
EPOCHS = 3
BATCH = 32
RATE, HEAD_RATE = 1e-3, 5e-3
DROPOUT = 0.1
WARM_UP = 200
# Cosines lie between -1 and 1: so much makes scores of them.
SHARPNESS = 20.0
# A label is believed so much, as a text may have two meanings.
BELIEVED = 0.95
MOST_PIECES = 160
SEED = 5010


@dataclass(frozen=True)
class Examples:
    """Texts, and for each the number of its intent and of its danger (-1: it teaches nothing about that), and its group."""

    texts: list[str]
    intents: np.ndarray
    dangers: np.ndarray
    groups: np.ndarray


def examples(data: list[str]) -> Examples:
    """What the pipeline of config.yml learns from."""
    importer = TrainingDataImporter.load_from_config("config.yml", "domain.yml", data)
    given = {step["name"]: step for step in importer.get_config()["pipeline"]}
    found = importer.get_nlu_data("nl")

    def settings(part: type[GraphComponent]) -> dict[str, Any]:
        return part.get_default_config() | given[f"{part.__module__}.{part.__name__}"]

    for part in (AnswersAsExamples, DangerTexts, FollowUpsAsExamples):
        found = part(settings(part)).process_training_data(found)
    groups = settings(DangerTexts)["groups"]
    with_text = [example for example in found.training_examples if example.get(TEXT)]
    labels = [example.get(LABEL) for example in with_text]
    return Examples(
        texts=[as_read(example.get(TEXT)) for example in with_text],
        intents=_numbered([example.get(INTENT) for example in with_text]),
        dangers=_numbered([label and (label.level if label.level == NONE else label[:2]) for label in labels]),
        groups=np.array([group_of(example.get(TEXT), groups) for example in with_text]),
    )


def _numbered(names: list[object]) -> np.ndarray:
    known = sorted({str(name) for name in names if name})
    return np.array([known.index(str(name)) if name else -1 for name in names], np.int32)


class LowerLayers:
    """What the layers that do not learn make of each text: computed once, in half precision."""

    def __init__(self, weights: e5.Weights, texts: list[str]) -> None:
        network = e5.network(weights, layers=weights.layers - LAYERS).SerializeToString()
        encoder = OnnxEncoder(network, e5.tokenizer(weights), "query: ", threads=2, most_pieces=MOST_PIECES)
        self.lengths = np.zeros(len(texts), np.int32)
        self._hidden: list[np.ndarray] = [np.zeros(0)] * len(texts)
        order = np.argsort([len(text) for text in texts])
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            for place, hidden in zip(places, encoder.pieces([texts[place] for place in places]), strict=True):
                self._hidden[place] = hidden.astype(np.float16)
                self.lengths[place] = len(hidden)

    def batch(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shape (texts, pieces, width), and a mask (texts, pieces)."""
        longest = self.lengths[places].max()
        hidden = np.zeros((len(places), longest, self._hidden[places[0]].shape[1]), np.float32)
        mask = np.zeros((len(places), longest), np.float32)
        for row, place in enumerate(places):
            hidden[row, : self.lengths[place]] = self._hidden[place]
            mask[row, : self.lengths[place]] = 1
        return hidden, mask


class UpperLayers:
    """The layers that learn, as TensorFlow; `adapter` has the two narrow matrices of each product."""

    def __init__(self, weights: e5.Weights, chance: np.random.Generator) -> None:
        self._weights = weights
        self._numbers = range(weights.layers - LAYERS, weights.layers)
        self._fixed: dict[str, tuple[tf.Tensor, tf.Tensor]] = {}
        self.adapter: dict[str, tuple[tf.Variable, tf.Variable]] = {}
        for number in self._numbers:
            for part in ("q", "k", "v", "ao", "fi", "fo"):
                name = f"l{number}.{part}"
                matrix = weights.dense(name + ".w", weights.inner if part == "fi" else weights.width).T
                self._fixed[name] = (tf.constant(matrix), tf.constant(weights.floats(name + ".b")))
                down = chance.normal(0, len(matrix) ** -0.5, (len(matrix), RANK)).astype(np.float32)
                self.adapter[name] = (tf.Variable(down), tf.Variable(np.zeros((RANK, matrix.shape[1]), np.float32)))
            for part in ("aln", "oln"):
                name = f"l{number}.{part}"
                self._fixed[name] = (tf.constant(weights.floats(name + ".w")), tf.constant(weights.floats(name + ".b")))

    def vectors(self, hidden: tf.Tensor, mask: tf.Tensor, dropout: float = 0.0) -> tf.Tensor:
        """Vectors of length 1, shape (texts, width), as OnnxEncoder makes them."""
        closed = (1 - mask)[:, None, None, :] * -1e9
        for number in self._numbers:
            at = f"l{number}."
            q, k, v = (self._heads(self._product(hidden, at + part, dropout)) for part in "qkv")
            scores = tf.matmul(q, k, transpose_b=True) / np.sqrt(self._weights.width // self._weights.heads)
            seen = tf.transpose(tf.matmul(tf.nn.softmax(scores + closed), v), (0, 2, 1, 3))
            seen = tf.reshape(seen, tf.shape(hidden))
            hidden = self._norm(hidden + self._product(seen, at + "ao", dropout), at + "aln")
            inner = tf.nn.gelu(self._product(hidden, at + "fi", dropout))
            hidden = self._norm(hidden + self._product(inner, at + "fo", dropout), at + "oln")
        mean = tf.reduce_sum(hidden * mask[:, :, None], 1) / tf.reduce_sum(mask, 1, keepdims=True)
        return tf.math.l2_normalize(mean, -1)

    def _product(self, left: tf.Tensor, name: str, dropout: float) -> tf.Tensor:
        (matrix, bias), (down, up) = self._fixed[name], self.adapter[name]
        narrow = tf.nn.dropout(left, dropout) if dropout else left
        return left @ matrix + bias + (narrow @ down) @ up

    def _norm(self, hidden: tf.Tensor, name: str) -> tf.Tensor:
        scale, shift = self._fixed[name]
        mean, variance = tf.nn.moments(hidden, [-1], keepdims=True)
        return (hidden - mean) * tf.math.rsqrt(variance + self._weights.epsilon) * scale + shift

    def _heads(self, hidden: tf.Tensor) -> tf.Tensor:
        texts, pieces = tf.shape(hidden)[0], tf.shape(hidden)[1]
        return tf.transpose(tf.reshape(hidden, (texts, pieces, self._weights.heads, -1)), (0, 2, 1, 3))


class Head:
    """A straight line for each class, over the vectors less their mean."""

    def __init__(self, labels: np.ndarray, width: int, chance: np.random.Generator) -> None:
        classes = int(labels.max()) + 1
        self._classes = classes
        self.weights = tf.Variable(chance.normal(0, 0.02, (width, classes)).astype(np.float32))
        self.bias = tf.Variable(np.zeros(classes, np.float32))

    def loss(self, vectors: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """The mean over the texts; one without a label counts for nothing."""
        wanted = tf.one_hot(tf.maximum(labels, 0), self._classes) * BELIEVED + (1 - BELIEVED) / self._classes
        scores = SHARPNESS * vectors @ self.weights + self.bias
        known = tf.cast(labels >= 0, tf.float32)
        return tf.reduce_mean(known * tf.nn.softmax_cross_entropy_with_logits(wanted, scores))


def adapt(given: Examples) -> dict[str, np.ndarray]:
    """Learn, and return the adapter: "l11.q.down" and "l11.q.up" for each product, float16."""
    chance = np.random.default_rng(SEED)
    weights = e5.read()
    print(f"{len(given.texts)} texts; the lower layers read them", flush=True)
    lower = LowerLayers(weights, given.texts)
    upper = UpperLayers(weights, chance)
    seen = np.flatnonzero(given.groups != LEFT_OUT)
    sample = np.sort(chance.choice(seen, min(len(seen), 640), replace=False))
    parts = [sample[start : start + BATCH] for start in range(0, len(sample), BATCH)]
    mean = np.concatenate([upper.vectors(*lower.batch(part)).numpy() for part in parts]).mean(axis=0)
    heads = [Head(labels, weights.width, chance) for labels in (given.intents, given.dangers)]
    narrow = [matrix for pair in upper.adapter.values() for matrix in pair]
    wide = [matrix for head in heads for matrix in (head.weights, head.bias)]
    optimizers = [tf.keras.optimizers.legacy.Adam(), tf.keras.optimizers.legacy.Adam()]

    @tf.function(reduce_retracing=True, autograph=False)
    def step(hidden: tf.Tensor, mask: tf.Tensor, intents: tf.Tensor, dangers: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            vectors = upper.vectors(hidden, mask, DROPOUT) - mean
            loss = heads[0].loss(vectors, intents) + heads[1].loss(vectors, dangers)
        gradients = tape.gradient(loss, narrow + wide)
        optimizers[0].apply_gradients(zip(gradients[: len(narrow)], narrow, strict=True))
        optimizers[1].apply_gradients(zip(gradients[len(narrow) :], wide, strict=True))
        return loss

    total = EPOCHS * -(-len(seen) // BATCH)
    start, done, losses = time.monotonic(), 0, []
    for _ in range(EPOCHS):
        # Texts of similar length together: a batch is as long as its longest.
        order = seen[np.argsort(lower.lengths[seen] + chance.uniform(0, 6, len(seen)))]
        batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
        for number in chance.permutation(len(batches)):
            places = batches[number]
            share = min(1, (done + 1) / WARM_UP) * max(0.02, 1 - done / total)
            for optimizer, rate in zip(optimizers, (RATE, HEAD_RATE), strict=True):
                optimizer.learning_rate = rate * share
            hidden, mask = lower.batch(places)
            arrays = (hidden, mask, given.intents[places], given.dangers[places])
            losses.append(float(step(*map(tf.constant, arrays))))
            done += 1
            if done % 100 == 0:
                print(
                    f"{time.monotonic() - start:6.0f} s  {done} of {total}, loss {np.mean(losses[-100:]):.3f}",
                    flush=True,
                )
    return {
        f"{name}.{half}": matrix.numpy().astype(np.float16)
        for name, pair in upper.adapter.items()
        for half, matrix in zip(("down", "up"), pair, strict=True)
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.adapt", description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=["data/nlu"])
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    np.savez(arguments.out, **adapt(examples(arguments.data)))
    print(arguments.out)


if __name__ == "__main__":
    main()
