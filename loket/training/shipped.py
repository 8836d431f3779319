"""The trained model that comes with the repository: a fresh clone that has not been changed need not train.

What a model is made of has a hash, `inputs`. The shipped model is used only where that is still the same, and its file is whole;
in every other case the assistant is trained here.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from pathlib import Path

from loket.paths import ROOT
from loket.yamlfile import ContentError, Problem

logger = logging.getLogger(__name__)

MODEL, FACTS = ROOT / "data" / "model.tar.gz", ROOT / "data" / "model.json"
MADE_OF = (
    *("config.yml", "domain.yml", "data/catalogue.yml", "data/rules.yml", "data/adapter.npz", "data/nlu/**/*.y*ml"),
    *("data/entities/*.yml", "data/safety/**/*.yml", "data/conversations/follow_ups/*.yml"),
    *("bot/train.py", "bot/components/*.py", "bot/uv.lock"),
)
"""Files that shape the model, by pattern, from the root of the repository. Not the answers: their wording is learned from as well, but
they are read where they are given, and a better sentence in one does not make the model another."""


def inputs(root: Path = ROOT) -> str:
    """The hash (SHA-256, hex) of everything that the model is made of."""
    digest = hashlib.sha256()
    for file in sorted({path for pattern in MADE_OF for path in root.glob(pattern)}):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def install(to: Path, model: Path = MODEL, facts: Path = FACTS, root: Path = ROOT) -> bool:
    """Put the shipped model at `to`, if it is made of what is here now and undamaged; whether that was done."""
    try:
        known = json.loads(facts.read_text(encoding="utf-8"))
        if not isinstance(known, dict) or known.get("inputs") != inputs(root) or known.get("sha256") != _hash_of(model):
            return False
        to.parent.mkdir(parents=True, exist_ok=True)
        _copy(model, to)
        note(to, known["inputs"])
    except (OSError, ValueError) as error:
        logger.warning("the shipped model is not used: %s", error)
        return False
    return True


def note(model: Path, made_of: str) -> None:
    """Write next to a model what it was made of, and which file that is true of."""
    _note_of(model).write_text(f"{made_of} {_hash_of(model)}\n", encoding="utf-8")


def pack(model: Path, to: Path = MODEL, facts: Path = FACTS) -> None:
    """Ship this model, readable for all. Raises ContentError when it is not known what it was made of."""
    try:
        made_of, of_file = _note_of(model).read_text(encoding="utf-8").split()
        if of_file != _hash_of(model):
            raise ValueError("another model has taken its place")
        _copy(model, to)
    except (OSError, ValueError) as error:
        problem = Problem(str(model), 1, f"it is not known what this model was made of: train it ({error})")
        raise ContentError([problem]) from error
    facts.write_text(json.dumps({"inputs": made_of, "sha256": of_file}, indent=2) + "\n", encoding="utf-8")
    for file in (to, facts):
        file.chmod(0o644)


def _copy(source: Path, to: Path) -> None:
    """Whole or not at all, whoever does it at the same moment."""
    with tempfile.NamedTemporaryFile(dir=to.parent, delete=False) as unfinished, source.open("rb") as opened:
        try:
            shutil.copyfileobj(opened, unfinished)
            unfinished.flush()
            Path(unfinished.name).replace(to)
        except BaseException:
            Path(unfinished.name).unlink(missing_ok=True)
            raise


def _note_of(model: Path) -> Path:
    return model.with_name(model.name.removesuffix(".tar.gz") + ".inputs")


def _hash_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
