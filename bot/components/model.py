"""What the classifier has learned, without Rasa: from a folded text and its vector to a probability for every intent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bot.components import calibration, linear, neighbours
from bot.components.features import Features, Grams
from bot.components.linear import softmax
from bot.components.sparse import TfIdf, gram_scores, in_bytes

# Goes up when the meaning of a model's files changes.
FORMAT = 3


class OtherFormat(Exception):
    """The model was made by another version of this pipeline: train it again."""


@dataclass(frozen=True)
class Settings:
    """How to learn; config.yml has the values and says why."""

    word_weight: float = 1.0
    letter_weight: float = 1.0
    dense_weight: float = 1.1
    penalty: float = 0.12
    neighbours: float = 12.0
    nearness: float = 5.0
    landmarks: int = 4000
    ridge: float = 0.6
    most_grams: int = 50_000
    steps: int = 20
    sharpness: float = 1.5
    outside_intent: str | None = None


@dataclass(frozen=True)
class Examples:
    """Folded texts, their vectors (texts, dimension), their intents, what each counts, and which are `asked` (a mask).

    Those that are asked are left out once, to learn how sure the classifier may be: one in some of what parents type. All teach.
    """

    texts: Sequence[str]
    vectors: np.ndarray
    intents: Sequence[str]
    weights: np.ndarray
    asked: np.ndarray


@dataclass(frozen=True)
class Model:
    """A multinomial logistic regression over TF-IDF and a sentence vector, what near examples say, and how to read the scores."""

    intents: list[str]
    tfidf: TfIdf
    gram_weights: np.ndarray  # (grams, intents) int8
    gram_scale: np.ndarray  # (grams,) float32: what one step of gram_weights is worth
    dense_mean: np.ndarray  # (dimension,)
    dense_weights: np.ndarray  # (intents, dimension)
    bias: np.ndarray  # (intents,)
    near_vectors: np.ndarray  # (landmarks, dimension) int8 …
    near_scale: np.ndarray  # (landmarks,) float32: what a step of them is worth …
    near_weights: np.ndarray  # (landmarks, intents): … and what each says, the more the nearer it is
    temperature: float
    outside: np.ndarray  # weights of OUTSIDE_FEATURES and a constant; empty without an outside intent
    outside_intent: str | None

    @cached_property
    def _landmarks(self) -> np.ndarray:
        return self.near_vectors.astype(np.float32)

    def scores(self, texts: Sequence[str], vectors: np.ndarray, grams: bool = True) -> np.ndarray:
        """A score for each intent, shape (texts, intents); by the vectors alone without `grams`."""
        # einsum and not @: for so few numbers, waking the threads of BLAS costs more than they save, most on a busy machine.
        dense = centred(vectors, self.dense_mean)
        scores = np.einsum("td,id->ti", dense, self.dense_weights) + self.bias
        products = np.einsum("td,nd->tn", dense, self._landmarks) * self.near_scale
        scores += np.einsum("tn,ni->ti", neighbours.gaussian(products), self.near_weights)
        if not grams:
            return scores
        return scores + gram_scores(self.tfidf, texts, self.gram_weights, self.gram_scale)

    def probabilities(self, texts: Sequence[str], vectors: np.ndarray, grams: bool = True) -> np.ndarray:
        """Calibrated probabilities over the intents, shape (texts, intents).

        Without `grams` only the vectors are read: those of another language say little of what is meant.
        That of the outside intent is the chance that the message is none of the others' business at all.
        """
        scores = self.scores(texts, vectors, grams)
        chances = softmax(scores / self.temperature)
        if self.outside_intent is None:
            return chances
        column = self.intents.index(self.outside_intent)
        outside = calibration.sigmoid(outside_features(scores, column) @ self.outside[:-1] + self.outside[-1])
        chances[:, column] = 0
        chances *= ((1 - outside) / np.maximum(chances.sum(axis=1), 1e-12))[:, None]
        chances[:, column] = outside
        return chances

    def save(self, folder: Path) -> None:
        """Write model.npz and model.json: numbers and text only, so that loading runs no code from the file."""
        np.savez(
            folder / "model.npz",
            idf=self.tfidf.idf.astype(np.float16),
            gram_weights=self.gram_weights,
            gram_scale=self.gram_scale.astype(np.float32),
            dense_mean=self.dense_mean.astype(np.float32),
            dense_weights=self.dense_weights.astype(np.float16),
            bias=self.bias.astype(np.float32),
            near_vectors=self.near_vectors,
            near_scale=self.near_scale,
            near_weights=self.near_weights,
            outside=self.outside,
        )
        content = {
            "format": FORMAT,
            "intents": self.intents,
            **self.tfidf.content(),
            "temperature": self.temperature,
            "outside_intent": self.outside_intent,
        }
        (folder / "model.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Model:
        content = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if content.get("format") != FORMAT:
            raise OtherFormat(f"format {content.get('format')}, not {FORMAT}: train the model again")
        with np.load(folder / "model.npz", allow_pickle=False) as arrays:
            return cls(
                intents=content["intents"],
                tfidf=TfIdf.of_content(content, arrays["idf"]),
                gram_weights=arrays["gram_weights"],
                gram_scale=arrays["gram_scale"],
                dense_mean=arrays["dense_mean"],
                dense_weights=arrays["dense_weights"].astype(np.float32),
                bias=arrays["bias"],
                near_vectors=arrays["near_vectors"],
                near_scale=arrays["near_scale"],
                near_weights=arrays["near_weights"],
                temperature=content["temperature"],
                outside=arrays["outside"],
                outside_intent=content["outside_intent"],
            )


def learn(examples: Examples, settings: Settings) -> Model:
    """Learn a model; the same examples in the same order give the same model."""
    intents, labels = np.unique(np.asarray(examples.intents), return_inverse=True)
    tfidf, rows = TfIdf.fit(examples.texts, settings.word_weight, settings.letter_weight, settings.most_grams)
    mean = examples.vectors.mean(axis=0)
    unit = centred(examples.vectors, mean).astype(np.float32)
    marks, scale = in_bytes(unit[neighbours.landmarks(len(unit), settings.landmarks)])
    # What is learned from is what is read: landmarks in steps of int8.
    read = marks * scale[:, None]
    basis = neighbours.basis(read) * np.sqrt(np.float32(settings.nearness))
    grams = Grams.of(rows)
    given = _Given(
        straight=Features(grams, unit * np.float32(settings.dense_weight)),
        near=Features(grams, neighbours.gaussian(unit @ read.T) @ basis),
        labels=labels,
        weights=examples.weights,
        intents=len(intents),
    )
    learned, temperature, outside = _calibrate(given, list(intents), examples.asked, settings)
    learned = given.learn(settings, learned)
    count = grams.width
    gram_weights, gram_scale = in_bytes(learned.straight[:count] + learned.near[:count])
    return Model(
        intents=[str(intent) for intent in intents],
        tfidf=tfidf,
        gram_weights=gram_weights,
        gram_scale=gram_scale,
        dense_mean=mean,
        dense_weights=learned.straight[count:-1].T * settings.dense_weight,
        bias=learned.straight[-1],
        near_vectors=marks,
        near_scale=scale,
        near_weights=basis @ learned.near[count:],
        temperature=temperature,
        outside=outside,
        outside_intent=settings.outside_intent if settings.outside_intent in intents else None,
    )


class _Learned(NamedTuple):
    straight: np.ndarray  # (features + 1, intents), the constant last
    near: np.ndarray  # (features, intents) …
    said: np.ndarray  # … and what each example says, (examples, intents)


@dataclass(frozen=True)
class _Given:
    """The examples' features, for the straight lines and for the neighbours, their intents' numbers and what they count."""

    straight: Features
    near: Features
    labels: np.ndarray
    weights: np.ndarray
    intents: int

    def rows(self, places: np.ndarray) -> _Given:
        grams = self.straight.grams.rows(places)
        return _Given(
            Features(grams, self.straight.dense[places]),
            Features(grams, self.near.dense[places]),
            self.labels[places],
            self.weights[places],
            self.intents,
        )

    def learn(self, settings: Settings, start: _Learned | None = None) -> _Learned:
        """From these examples. What was learned from most of them is a `start` that needs fewer steps."""
        said = neighbours.learn(
            self.near, self.labels, self.intents, settings.ridge, self.weights, None if start is None else start.said
        )
        straight = linear.learn(
            self.straight,
            self.labels,
            self.intents,
            settings.penalty,
            settings.steps if start is None else settings.steps * 2 // 3,
            self.weights,
            None if start is None else start.straight,
        )
        return _Learned(straight, self.near.transposed_times(said) * settings.neighbours, said)

    def scores(self, learned: _Learned) -> np.ndarray:
        return self.straight.times(learned.straight[:-1]) + learned.straight[-1] + self.near.times(learned.near)


def centred(vectors: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Vectors minus what all texts share, of length 1."""
    moved = vectors - mean
    return moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)


def outside_features(scores: np.ndarray, column: int) -> np.ndarray:
    """What marks a message that the counter does not cover: shape (texts, 2).

    The outside intent's score against all others together, and how far the best of the others stands out among them.
    """
    others = np.delete(scores, column, axis=1)
    top = others.max(axis=1)
    together = top + np.log(np.exp(others - top[:, None]).sum(axis=1))
    return np.stack([scores[:, column] - together, top - together], axis=1)


def _calibrate(
    given: _Given, intents: list[str], asked: np.ndarray, settings: Settings
) -> tuple[_Learned, float, np.ndarray]:
    """What is learned without the examples that are asked; and the temperature and weights of outside_features, by those."""
    rest, left_out = np.flatnonzero(~asked), np.flatnonzero(asked)
    learned = given.rows(rest).learn(settings)
    scores, labels = given.rows(left_out).scores(learned), given.labels[left_out]
    said = np.zeros((len(asked), given.intents), np.float32)
    said[rest] = learned.said
    learned = learned._replace(said=said)
    temperature = calibration.temperature(scores, labels) / settings.sharpness
    if settings.outside_intent not in intents:
        return learned, temperature, np.zeros(0)
    column = intents.index(settings.outside_intent)
    features = outside_features(scores, column)
    return learned, temperature, calibration.logistic(features, (labels == column).astype(float))
