"""Vectors of the examples in this repository, shipped with it, so that a fresh clone need not make twenty thousand of them.

They only save time: what the file does not have, or has for another encoder, is made. A vector is found by a hash of what made it
and its text, in steps of int8; the texts themselves are not in the file. `python -m bot.pack_vectors` writes it.
"""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

logger = logging.getLogger(__name__)

KEY_BYTES = 16


def read(path: Path) -> dict[str, np.ndarray]:
    """The vectors by the first half of their hash (hex). Empty when there is no file, or when it is damaged, which is logged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            keys, steps, scale = file["keys"], file["steps"], file["scale"]
            if file["check"].tobytes() != _check(keys, steps, scale):
                raise ValueError("the file was changed")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        logger.warning("%s cannot be used (%s): every vector is made", path, error)
        return {}
    vectors = steps.astype(np.float32) * scale[:, None].astype(np.float32)
    return dict(zip((key.tobytes().hex() for key in keys), vectors, strict=True))


def write(path: Path, known: Mapping[str, np.ndarray]) -> None:
    """Pack vectors (by their whole hash, hex) in the order of their hashes: the same vectors give the same file."""
    ordered = sorted(known)
    keys = np.array([list(bytes.fromhex(key)[:KEY_BYTES]) for key in ordered], np.uint8).reshape(-1, KEY_BYTES)
    vectors = np.stack([known[key] for key in ordered])
    scale = (np.maximum(np.abs(vectors).max(axis=1), 1e-9) / 127).astype(np.float16)
    steps = np.round(vectors / scale[:, None].astype(np.float32)).clip(-127, 127).astype(np.int8)
    path.parent.mkdir(parents=True, exist_ok=True)
    check = np.frombuffer(_check(keys, steps, scale), np.uint8)
    np.savez(path, keys=keys, steps=steps, scale=scale, check=check)


def _check(*arrays: np.ndarray) -> bytes:
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).digest()
