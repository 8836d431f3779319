"""TF-IDF of words, word pairs and letter groups, small enough to be stored as a list of strings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse

_WORD = re.compile(r"\w+")
LETTER_GROUPS = (2, 3, 4, 5)


def word_grams(words: Sequence[str]) -> list[str]:
    """Words, and pairs of neighbours."""
    return [*words, *map(" ".join, pairwise(words))]


def letter_grams(words: Iterable[str]) -> list[str]:
    """Groups of letters within a word and its borders: "ja" gives _j, ja, a_, _ja, ja_ and _ja_."""
    grams = []
    for word in words:
        bordered = f"_{word}_"
        for size in LETTER_GROUPS:
            if len(bordered) <= size:
                grams.append(bordered)
                break
            grams += [bordered[start : start + size] for start in range(len(bordered) - size + 1)]
    return grams


def words_of(text: str) -> list[str]:
    """The words of a folded text."""
    return _WORD.findall(text)


class TfIdf:
    """TF-IDF over two blocks of features, words and letter groups, each of length 1 times its weight.

    `vocabulary` maps a gram to its column; a gram of letters has a border mark or a "~" before it, so that it is never
    taken for the word of the same letters.
    """

    def __init__(self, vocabulary: dict[str, int], idf: np.ndarray, word_weight: float, letter_weight: float) -> None:
        self.vocabulary = vocabulary
        self.idf = idf
        self.word_weight = word_weight
        self.letter_weight = letter_weight

    @classmethod
    def fit(
        cls, texts: Sequence[str], word_weight: float, letter_weight: float, most_grams: int
    ) -> tuple[TfIdf, scipy.sparse.csr_matrix]:
        """Learn the `most_grams` commonest grams from folded texts; and a row for each of these, shape (texts, columns)."""
        numbers: dict[str, int] = {}
        blocks = [_counted(grams, numbers) for text in texts for grams in _blocks(text)]
        found, counts = (np.concatenate([block[part] for block in blocks]) for part in (0, 1))
        block = np.repeat(np.arange(len(blocks)), [len(grams) for grams, _ in blocks])
        names, frequency = list(numbers), np.bincount(found, minlength=len(numbers))
        common = sorted(range(len(names)), key=lambda number: (-frequency[number], names[number]))
        kept = sorted(common[:most_grams], key=names.__getitem__)
        idf = (np.log((1 + len(texts)) / (1 + frequency[kept])) + 1).astype(np.float32)
        columns = np.full(len(names), -1)
        columns[kept] = np.arange(len(kept))
        known = columns[found] >= 0
        column, block = columns[found[known]], block[known]
        values = (1 + np.log(counts[known])) * idf[column]
        lengths = np.sqrt(np.bincount(block, values**2, minlength=len(blocks)))
        weights = np.tile([word_weight, letter_weight], len(texts))
        values *= (weights / np.maximum(lengths, 1e-12))[block]
        ends = np.append(0, np.cumsum(np.bincount(block // 2, minlength=len(texts))))
        rows = scipy.sparse.csr_matrix((values, column, ends), shape=(len(texts), len(kept)), dtype=np.float32)
        vocabulary = {names[number]: column for column, number in enumerate(kept)}
        return cls(vocabulary, idf, word_weight, letter_weight), rows

    def content(self) -> dict[str, Any]:
        """What a model's JSON keeps of it; the idf goes with the model's arrays."""
        return {
            "grams": sorted(self.vocabulary, key=self.vocabulary.__getitem__),
            "word_weight": self.word_weight,
            "letter_weight": self.letter_weight,
        }

    @classmethod
    def of_content(cls, content: dict[str, Any], idf: np.ndarray) -> TfIdf:
        """What `content` kept, with an idf of any float type."""
        vocabulary = {gram: column for column, gram in enumerate(content["grams"])}
        return cls(vocabulary, idf.astype(np.float32), content["word_weight"], content["letter_weight"])

    def row(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Columns and values of a folded text."""
        parts = [self._block(grams, weight) for grams, weight in self._weighted(text)]
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

    def _weighted(self, text: str) -> Iterator[tuple[list[str], float]]:
        return zip(_blocks(text), (self.word_weight, self.letter_weight), strict=True)

    def _block(self, grams: list[str], weight: float) -> tuple[np.ndarray, np.ndarray]:
        counts = Counter(column for column in map(self.vocabulary.get, grams) if column is not None)
        columns = np.fromiter(counts.keys(), np.int64, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self.idf[columns]
        length = float(np.sqrt(values @ values))
        return columns, (values * (weight / length) if length else values).astype(np.float32)


def in_bytes(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights in steps of int8, and what a step is worth in each row."""
    scale = np.maximum(np.abs(weights).max(axis=1), 1e-9) / 127
    return np.round(weights / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def gram_scores(tfidf: TfIdf, texts: Sequence[str], weights: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """What the grams of folded texts say for each class, shape (texts, classes), of weights (grams, classes) as `in_bytes` made.

    einsum and not @: for so few numbers, waking the threads of BLAS costs more than they save, most on a busy machine.
    """
    scores = np.zeros((len(texts), weights.shape[1]), np.float32)
    for row, text in zip(scores, texts, strict=True):
        columns, values = tfidf.row(text)
        row += np.einsum("g,gc->c", values * scale[columns], weights[columns].astype(np.float32))
    return scores


def _counted(grams: list[str], numbers: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """The number of each gram, which a new one gets here, and how often it is there."""
    counts = Counter(numbers.setdefault(gram, len(numbers)) for gram in grams)
    return np.fromiter(counts.keys(), np.int32, len(counts)), np.fromiter(counts.values(), np.float32, len(counts))


def _blocks(text: str) -> tuple[list[str], list[str]]:
    words = words_of(text)
    return word_grams(words), [
        gram if gram[0] == "_" or gram[-1] == "_" else "~" + gram for gram in letter_grams(words)
    ]
