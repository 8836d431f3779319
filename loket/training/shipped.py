"""The trained model that comes with the repository: a fresh clone that has not been changed need not train.

What a model is made of has a hash, `inputs`. The shipped model is used only where that is still the same, and its file is whole;
in every other case the assistant is trained here.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from loket.paths import ROOT
from loket.yamlfile import ContentError, Problem

MODEL, FACTS = ROOT / "data" / "model.tar.gz", ROOT / "data" / "model.json"
MADE_OF = (
    *("config.yml", "domain.yml", "data/catalogue.yml", "data/rules.yml", "data/adapter.npz", "data/nlu/*.yml"),
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
    """Put the shipped model at `to`, if it is made of what is here now and undamaged; whether it was."""
    try:
        known = json.loads(facts.read_text(encoding="utf-8"))
        if known != {"inputs": inputs(root), "sha256": _hash_of(model)}:
            return False
    except (OSError, ValueError):
        return False
    to.parent.mkdir(parents=True, exist_ok=True)
    # Whoever looks meanwhile sees no half file.
    unfinished = to.with_name(to.name + ".unfinished")
    shutil.copyfile(model, unfinished)
    unfinished.replace(to)
    note(to, known["inputs"])
    return True


def note(model: Path, made_of: str) -> None:
    """Write next to a model what it was made of."""
    _note_of(model).write_text(made_of + "\n", encoding="utf-8")


def pack(model: Path, to: Path = MODEL, facts: Path = FACTS) -> None:
    """Ship this model. Raises ContentError when it is not known what it was made of."""
    try:
        made_of = _note_of(model).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ContentError([Problem(str(model), 1, "it is not known what this model was made of: train it")]) from error
    shutil.copyfile(model, to)
    facts.write_text(json.dumps({"inputs": made_of, "sha256": _hash_of(to)}, indent=2) + "\n", encoding="utf-8")


def _note_of(model: Path) -> Path:
    return model.with_name(model.name.removesuffix(".tar.gz") + ".inputs")


def _hash_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
