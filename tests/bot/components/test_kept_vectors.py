"""Vectors that are kept between trainings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.components import kept_vectors, shipped_vectors
from bot.components.sentence_encoder import as_read
from tests.bot.conftest import ROOT


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


@pytest.fixture
def shipped(path: Path, tmp_path: Path) -> Path:
    """The vectors of "een" and "twee", packed."""
    kept_vectors.vectors(["een", "twee"], Counting(), "e5", path)
    shipped_vectors.write(tmp_path / "shipped.npz", kept_vectors.read(path))
    return tmp_path / "shipped.npz"


def test_a_fresh_clone_makes_only_what_is_not_shipped(shipped: Path, tmp_path: Path) -> None:
    encode = Counting()
    found = kept_vectors.vectors(["een", "drie!", "twee"], encode, "e5", tmp_path / "fresh.npz", shipped)
    assert encode.asked == ["drie!"]
    np.testing.assert_allclose(found, [[3, 1], [5, 1], [4, 1]], atol=0.05)


def test_shipped_vectors_of_another_encoder_are_not_used(shipped: Path, tmp_path: Path) -> None:
    encode = Counting()
    kept_vectors.vectors(["een"], encode, "usem3", tmp_path / "fresh.npz", shipped)
    assert encode.asked == ["een"]


def test_a_shipped_file_that_was_changed_is_not_used(shipped: Path, tmp_path: Path) -> None:
    with np.load(shipped) as file:
        arrays = dict(file)
    arrays["steps"] = arrays["steps"] + 1
    np.savez(shipped, **arrays)
    encode = Counting()
    kept_vectors.vectors(["een"], encode, "e5", tmp_path / "fresh.npz", shipped)
    assert encode.asked == ["een"]


def test_the_shipped_file_has_the_examples_of_this_repository() -> None:
    """Else a fresh clone takes minutes longer to start: `loket train`, then `python -m bot.pack_vectors`."""
    packed = shipped_vectors.read(ROOT / "data" / "vectors.npz")
    texts = [
        as_read(line.strip()[2:])
        for path in (ROOT / "data" / "nlu").glob("*.yml")
        for intent in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in intent["examples"].splitlines()
    ]
    adapter = hashlib.sha256((ROOT / "data" / "adapter.npz").read_bytes()).hexdigest()
    made_by = f"e5 None  {adapter}"
    keys = [hashlib.sha256(f"{made_by}\n{text}".encode()).hexdigest()[:32] for text in texts]
    known = sum(key in packed for key in keys)
    assert known >= 0.97 * len(keys), f"{known} of {len(keys)}"
