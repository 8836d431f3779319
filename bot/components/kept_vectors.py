"""Vectors of training examples, kept in a file between trainings: most examples are the same as last time."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bot.components import shipped_vectors

Encode = Callable[[Sequence[str]], np.ndarray]


def vectors(texts: Sequence[str], encode: Encode, encoder: str, path: Path, shipped: Path | None = None) -> np.ndarray:
    """The texts' vectors, shape (texts, dimension): from the file at `path` where it has them, from the
    `shipped` ones where those do, from `encode` otherwise.

    `encoder` names what made a vector; one from another encoder is never used. After this the file has these texts and no others,
    under a hash: never the texts themselves. A file that cannot be read is made again.
    """
    keys = [hashlib.sha256(f"{encoder}\n{text}".encode()).hexdigest() for text in texts]
    known = read(path)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        packed = shipped_vectors.read(shipped) if shipped else {}
        known.update({key: packed[half] for key in missing if (half := key[: 2 * shipped_vectors.KEY_BYTES]) in packed})
        new = {key: text for key, text in missing.items() if key not in known}
        if new:
            known.update(zip(new, encode(list(new.values())), strict=True))
        _write(path, {key: known[key] for key in dict.fromkeys(keys)})
    return np.stack([known[key] for key in keys]) if keys else encode([])


def read(path: Path) -> dict[str, np.ndarray]:
    """The vectors by the hash of what made them and their text; none when the file cannot be read."""
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
