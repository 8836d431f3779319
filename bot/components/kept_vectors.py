"""Vectors of training examples, kept in a file between trainings: most examples are those of last time."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

Encode = Callable[[Sequence[str]], np.ndarray]


def vectors(texts: Sequence[str], encode: Encode, encoder: str, path: Path) -> np.ndarray:
    """The texts' vectors, shape (texts, dimension): from the file at `path` where it has them, from `encode` otherwise.

    `encoder` names what made a vector; one of another encoder is never used. After this the file holds these texts and no others,
    under a hash: never the texts themselves. A file that cannot be read is made anew.
    """
    keys = [hashlib.sha256(f"{encoder}\n{text}".encode()).hexdigest() for text in texts]
    known = _read(path)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        known.update(zip(missing, encode(list(missing.values())), strict=True))
        _write(path, {key: known[key] for key in dict.fromkeys(keys)})
    return np.stack([known[key] for key in keys]) if keys else encode([])


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(zip(file["keys"].tolist(), file["vectors"], strict=True))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}


def _write(path: Path, known: dict[str, np.ndarray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
        np.savez(file, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    os.replace(file.name, path)
