"""The model that comes with the repository: used where nothing changed, and nowhere else."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from loket.training import shipped
from loket.yamlfile import ContentError

MADE_OF = (
    *("config.yml", "domain.yml", "data/catalogue.yml", "data/rules.yml", "data/adapter.npz", "data/nlu/a.yml"),
    *("data/nlu/deeper/a.yaml", "data/entities/a.yml", "data/safety/x.yml", "data/safety/from_nlu/x.yml"),
    *("data/conversations/follow_ups/a.yml", "bot/train.py", "bot/components/a.py", "bot/uv.lock"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a model that was shipped from it."""
    for name in MADE_OF:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    trained = tmp_path / "models" / "loket.tar.gz"
    trained.parent.mkdir()
    trained.write_bytes(b"a model")
    shipped.note(trained, shipped.inputs(tmp_path))
    shipped.pack(trained, tmp_path / "data" / "model.tar.gz", tmp_path / "data" / "model.json")
    return tmp_path


def installed(root: Path) -> bytes | None:
    to = root / "state" / "loket.tar.gz"
    done = shipped.install(to, root / "data" / "model.tar.gz", root / "data" / "model.json", root)
    assert done == to.exists()
    return to.read_bytes() if done else None


def test_a_clone_that_was_not_changed_has_the_model(root: Path) -> None:
    assert installed(root) == b"a model"
    assert [path.name for path in sorted((root / "state").iterdir())] == ["loket.inputs", "loket.tar.gz"]


def test_a_model_that_was_installed_can_be_shipped_again(root: Path) -> None:
    installed(root)
    shipped.pack(root / "state" / "loket.tar.gz", root / "again.tar.gz", root / "again.json")
    assert (root / "again.json").read_text() == (root / "data" / "model.json").read_text()


@pytest.mark.parametrize("changed", [*MADE_OF, "data/nlu/new.yml"])
def test_after_a_change_of_what_it_is_made_of_it_is_not_used(root: Path, changed: str) -> None:
    (root / changed).parent.mkdir(exist_ok=True, parents=True)
    (root / changed).write_text("other")
    assert installed(root) is None


def test_a_file_that_moved_is_a_change(root: Path) -> None:
    (root / "data/nlu/a.yml").rename(root / "data/nlu/b.yml")
    assert installed(root) is None


def test_what_it_is_not_made_of_may_change(root: Path) -> None:
    (root / "data" / "evaluation").mkdir()
    (root / "data" / "evaluation" / "a.yml").write_text("gold")
    assert installed(root) == b"a model"


@pytest.mark.parametrize("damage", ["model.tar.gz", "model.json"])
def test_a_damaged_one_is_not_used(root: Path, damage: str) -> None:
    (root / "data" / damage).write_bytes(b"something else")
    assert installed(root) is None


@pytest.mark.parametrize("missing", ["model.tar.gz", "model.json"])
def test_without_one_nothing_is_installed(root: Path, missing: str) -> None:
    (root / "data" / missing).unlink()
    assert installed(root) is None


def test_a_model_of_which_nobody_knows_what_it_is_made_of_is_not_shipped(root: Path) -> None:
    (root / "models" / "loket.inputs").unlink()
    with pytest.raises(ContentError, match="train it"):
        shipped.pack(root / "models" / "loket.tar.gz", root / "data" / "model.tar.gz", root / "data" / "model.json")


def test_a_model_that_took_the_place_of_another_is_not_shipped_as_that(root: Path) -> None:
    (root / "models" / "loket.tar.gz").write_bytes(b"another model")
    with pytest.raises(ContentError, match="another model"):
        shipped.pack(root / "models" / "loket.tar.gz", root / "data" / "model.tar.gz", root / "data" / "model.json")


def test_many_starts_at_once_all_have_it(root: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda _: installed(root), range(40))) == [b"a model"] * 40
    assert [path.name for path in sorted((root / "state").iterdir())] == ["loket.inputs", "loket.tar.gz"]


def test_where_it_cannot_be_written_nothing_stops(root: Path) -> None:
    (root / "state").write_text("a file in the place of the folder")
    assert (
        shipped.install(
            root / "state" / "loket.tar.gz", root / "data" / "model.tar.gz", root / "data" / "model.json", root
        )
        is False
    )


def test_the_one_in_the_repository_is_whole() -> None:
    """It may be of other inputs, after a change of data: then a clone trains. Its file must be the one that was shipped."""
    facts = json.loads(shipped.FACTS.read_text())
    assert facts.keys() == {"inputs", "sha256"}
    assert facts["sha256"] == shipped._hash_of(shipped.MODEL)
