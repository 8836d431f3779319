"""What the DangerDetector has learned, without Rasa: from a folded text, its parts and their vectors to chances of danger."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.components import calibration, linear
from bot.components.calibration import LEFT_OUT
from bot.components.danger_lines import Danger
from bot.components.danger_texts import ALARM, NONE, Label
from bot.components.features import Features
from bot.components.linear import softmax
from bot.components.model import OtherFormat, centred
from bot.components.sparse import TfIdf, gram_scores, in_bytes

FORMAT = 1


@dataclass(frozen=True)
class Settings:
    """How to learn; config.yml has the values and says why."""

    word_weight: float = 1.0
    letter_weight: float = 1.0
    dense_weight: float = 1.1
    penalty: float = 0.12
    most_grams: int = 30_000
    steps: int = 60


@dataclass(frozen=True)
class Parts:
    """A text and its parts: folded texts, the whole first, and their vectors (1 + parts, dimension)."""

    texts: Sequence[str]
    vectors: np.ndarray


@dataclass(frozen=True)
class Examples:
    """Folded texts, their vectors (texts, dimension) and labels; `parts` of those that are left out."""

    texts: Sequence[str]
    vectors: np.ndarray
    labels: Sequence[Label]
    parts: dict[int, Parts]


@dataclass(frozen=True)
class DangerModel:
    """Multinomial logistic regression over TF-IDF and a vector, of the text and of each of its parts, read together.

    A class is a kind of danger at a level ("alarm:suicide"), or none.
    """

    classes: list[str]
    tfidf: TfIdf
    gram_weights: np.ndarray  # (grams, classes) int8
    gram_scale: np.ndarray  # (grams,) float32
    dense_mean: np.ndarray  # (dimension,)
    dense_weights: np.ndarray  # (dimension, classes)
    bias: np.ndarray  # (classes,)
    reading: np.ndarray  # (2, features + 1): weights of _features for danger, and for an alarm where there is danger

    def danger(self, parts: Parts) -> Danger:
        chances = softmax(self._scores(parts))
        danger, alarm = calibration.sigmoid(
            self.reading[:, :-1] @ _features(self.classes, chances) + self.reading[:, -1]
        )
        kinds, of_kind = _kinds(self.classes, chances)
        return Danger(float(danger * alarm), float(danger * (1 - alarm)), kinds, of_kind)

    def _scores(self, parts: Parts) -> np.ndarray:
        scores = np.einsum("td,dc->tc", centred(parts.vectors, self.dense_mean), self.dense_weights) + self.bias
        return scores + gram_scores(self.tfidf, parts.texts, self.gram_weights, self.gram_scale)

    def save(self, folder: Path) -> None:
        """Write danger.npz and danger.json: numbers and text only, so that loading runs no code from the file."""
        np.savez(
            folder / "danger.npz",
            idf=self.tfidf.idf.astype(np.float16),
            gram_weights=self.gram_weights,
            gram_scale=self.gram_scale,
            dense_mean=self.dense_mean.astype(np.float32),
            dense_weights=self.dense_weights.astype(np.float16),
            bias=self.bias.astype(np.float32),
            reading=self.reading,
        )
        content = {
            "format": FORMAT,
            "classes": self.classes,
            **self.tfidf.content(),
        }
        (folder / "danger.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> DangerModel:
        content = json.loads((folder / "danger.json").read_text(encoding="utf-8"))
        if content.get("format") != FORMAT:
            raise OtherFormat(f"format {content.get('format')}, not {FORMAT}: train the model again")
        with np.load(folder / "danger.npz", allow_pickle=False) as arrays:
            return cls(
                classes=content["classes"],
                tfidf=TfIdf.of_content(content, arrays["idf"]),
                gram_weights=arrays["gram_weights"],
                gram_scale=arrays["gram_scale"],
                dense_mean=arrays["dense_mean"],
                dense_weights=arrays["dense_weights"].astype(np.float32),
                bias=arrays["bias"],
                reading=arrays["reading"],
            )


def learn(examples: Examples, settings: Settings) -> DangerModel:
    """Learn twice: without the left-out group, to learn how to read the probabilities, and from everything."""
    names = [f"{label.level}:{label.kind}" if label.level != NONE else NONE for label in examples.labels]
    classes, labels = np.unique(np.asarray(names), return_inverse=True)
    tfidf, rows = TfIdf.fit(examples.texts, settings.word_weight, settings.letter_weight, settings.most_grams)
    mean = examples.vectors.mean(axis=0)
    dense = centred(examples.vectors, mean) * settings.dense_weight
    features = Features.of(rows, dense)
    groups = np.array([label.group for label in examples.labels])
    rest = np.flatnonzero(groups != LEFT_OUT)
    weights = linear.learn(features.rows(rest), labels[rest], len(classes), settings.penalty, settings.steps)
    known = (classes.tolist(), tfidf, mean, settings)
    reading = _learn_reading(_model(weights, *known, np.zeros((2, 0))), examples)
    weights = linear.learn(features, labels, len(classes), settings.penalty, settings.steps * 2 // 3, start=weights)
    return _model(weights, *known, reading)


def _model(
    weights: np.ndarray, classes: list[str], tfidf: TfIdf, mean: np.ndarray, settings: Settings, reading: np.ndarray
) -> DangerModel:
    grams = len(tfidf.idf)
    gram_weights, gram_scale = in_bytes(weights[:grams])
    return DangerModel(
        classes=classes,
        tfidf=tfidf,
        gram_weights=gram_weights,
        gram_scale=gram_scale,
        dense_mean=mean,
        dense_weights=weights[grams:-1] * settings.dense_weight,
        bias=weights[-1],
        reading=reading,
    )


def _features(classes: Sequence[str], chances: np.ndarray) -> np.ndarray:
    """What the level is read from, given chances (1 + parts, classes): log-odds of danger, and of an alarm, in the whole and in
    the part that has most of it (without parts both are the same), and the logarithm of how many there are: among many
    parts one has much of it by chance."""
    levels = np.array([name.partition(":")[0] for name in classes])
    danger = chances[:, levels != NONE].sum(axis=1)
    alarm = chances[:, levels == ALARM].sum(axis=1)
    rest = slice(1, None) if len(chances) > 1 else slice(None)
    odds = _odds(np.array([danger[0], danger[rest].max(), alarm[0], alarm[rest].max()]))
    return np.append(odds, np.log(len(chances)))


def _odds(chances: np.ndarray) -> np.ndarray:
    chances = np.clip(chances, 1e-5, 1 - 1e-5)
    return np.log(chances / (1 - chances))


def _kinds(classes: Sequence[str], chances: np.ndarray) -> tuple[list[str], np.ndarray]:
    """The kinds of danger and how much of each there is, over the whole and all its parts."""
    kinds = sorted({name.partition(":")[2] for name in classes} - {""})
    together = chances.sum(axis=0)
    return kinds, np.array(
        [sum(together[i] for i, name in enumerate(classes) if name.endswith(":" + k)) for k in kinds]
    )


def _learn_reading(model: DangerModel, examples: Examples) -> np.ndarray:
    """Weights of _features, by what is left out."""
    features, levels, counts = [], [], []
    for place, label in enumerate(examples.labels):
        if label.group == LEFT_OUT and label.stands_for:
            own = Parts([examples.texts[place]], examples.vectors[place][None])
            features.append(_features(model.classes, softmax(model._scores(examples.parts.get(place, own)))))
            levels.append(label.level)
            counts.append(label.stands_for)
    read, level, count = np.array(features), np.array(levels), np.array(counts)
    serious = level != NONE
    return np.stack(
        [
            calibration.logistic(read, serious.astype(float), count),
            calibration.logistic(read[serious], (level[serious] == ALARM).astype(float), count[serious]),
        ]
    )
