"""Features of many texts as one matrix, whose products with as many columns as there are intents are quick."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse

# A gram that at least so many of the texts have is quicker as a dense column.
_COMMON = 0.02


@dataclass(frozen=True)
class Grams:
    """What texts have of each gram: a sparse matrix, of which the commonest columns are dense."""

    rare: scipy.sparse.csr_matrix  # (texts, grams that few texts have)
    common: np.ndarray  # (texts, common grams)
    is_common: np.ndarray  # a mask over the grams

    @classmethod
    def of(cls, grams: scipy.sparse.csr_matrix) -> Grams:
        common = np.bincount(grams.indices, minlength=grams.shape[1]) >= _COMMON * grams.shape[0]
        return cls(grams[:, ~common].tocsr(), grams[:, common].toarray().astype(np.float32), common)

    def __len__(self) -> int:
        return len(self.common)

    @property
    def width(self) -> int:
        return len(self.is_common)

    def rows(self, places: np.ndarray) -> Grams:
        return Grams(self.rare[places], self.common[places], self.is_common)

    @cached_property
    def turned(self) -> scipy.sparse.csr_matrix:
        """`rare` with a row for each gram."""
        return self.rare.T.tocsr()


@dataclass(frozen=True)
class Features:
    """Grams next to dense features. Weights are in the same order: a row for each gram, then for each dense feature."""

    grams: Grams
    dense: np.ndarray  # (texts, dense features)

    @classmethod
    def of(cls, grams: scipy.sparse.csr_matrix, dense: np.ndarray) -> Features:
        return cls(Grams.of(grams), dense.astype(np.float32))

    @property
    def width(self) -> int:
        return self.grams.width + self.dense.shape[1]

    def rows(self, places: np.ndarray) -> Features:
        return Features(self.grams.rows(places), self.dense[places])

    def times(self, weights: np.ndarray) -> np.ndarray:
        """(texts, columns), given weights (features, columns)."""
        of_grams, is_common = weights[: self.grams.width], self.grams.is_common
        scores = self.dense @ weights[self.grams.width :]
        scores += self.grams.common @ of_grams[is_common]
        scores += self.grams.rare @ of_grams[~is_common]
        return scores

    def transposed_times(self, values: np.ndarray) -> np.ndarray:
        """(features, columns), given values (texts, columns)."""
        found = np.empty((self.width, values.shape[1]), np.float32)
        of_grams, is_common = found[: self.grams.width], self.grams.is_common
        of_grams[is_common] = self.grams.common.T @ values
        of_grams[~is_common] = self.grams.turned @ values
        found[self.grams.width :] = self.dense.T @ values
        return found
