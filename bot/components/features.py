"""Features of many texts as one matrix, whose products with as many columns as there are intents are quick."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse

# A gram that at least so many of the texts have is quicker as a dense column.
_COMMON = 0.02


@dataclass(frozen=True)
class Features:
    """Grams (sparse) next to dense features. Weights are in the same order: a row for each gram, then for each dense feature."""

    rare: scipy.sparse.csr_matrix  # (texts, grams that few texts have)
    dense: np.ndarray  # (texts, common grams + dense features)
    common: np.ndarray  # a mask over the grams

    @classmethod
    def of(cls, grams: scipy.sparse.csr_matrix, dense: np.ndarray) -> Features:
        common = np.bincount(grams.indices, minlength=grams.shape[1]) >= _COMMON * grams.shape[0]
        together = np.hstack([grams[:, common].toarray(), dense]).astype(np.float32)
        return cls(grams[:, ~common].tocsr(), together, common)

    @property
    def width(self) -> int:
        return self.rare.shape[1] + self.dense.shape[1]

    def rows(self, places: np.ndarray) -> Features:
        return Features(self.rare[places], self.dense[places], self.common)

    def times(self, weights: np.ndarray) -> np.ndarray:
        """(texts, columns), given weights (features, columns)."""
        grams, dense = weights[: len(self.common)], weights[len(self.common) :]
        return self.rare @ grams[~self.common] + self.dense @ np.concatenate([grams[self.common], dense])

    def transposed_times(self, values: np.ndarray) -> np.ndarray:
        """(features, columns), given values (texts, columns)."""
        of_dense, common = self.dense.T @ values, int(self.common.sum())
        found = np.empty((self.width, values.shape[1]), np.float32)
        grams = found[: len(self.common)]
        grams[~self.common] = self._turned @ values
        grams[self.common] = of_dense[:common]
        found[len(self.common) :] = of_dense[common:]
        return found

    @cached_property
    def _turned(self) -> scipy.sparse.csr_matrix:
        return self.rare.T.tocsr()
