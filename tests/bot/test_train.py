import subprocess
import sys
import tarfile
from pathlib import Path

from conftest import ROOT, SMALL

from bot import light
from bot.train import components_of


def test_training_says_how_far_it_is(training: tuple[Path, str]) -> None:
    lines = training[1].splitlines()
    assert any("KeywordIntentClassifier leert" in line for line in lines)
    assert lines[-1] == str(training[0])


def test_model_is_complete_and_alone(training: tuple[Path, str]) -> None:
    assert [file.name for file in training[0].parent.iterdir()] == ["small.tar.gz"]
    with tarfile.open(training[0]) as archive:
        assert "metadata.json" in archive.getnames()


def test_failed_training_leaves_the_old_model(tmp_path: Path) -> None:
    old = tmp_path / "x.tar.gz"
    old.write_bytes(b"old")
    command = [sys.executable, "-m", "bot.train", "--name", "x", "--out", str(tmp_path)]
    command += ["--config", str(SMALL / "config.yml"), "--data", str(tmp_path / "nothing")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 1
    assert "Het trainen is niet gelukt" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["x.tar.gz"]
    assert old.read_bytes() == b"old"


def test_the_pipeline_needs_no_tensorflow() -> None:
    assert light.enough_for(components_of(ROOT / "config.yml"))
    assert not light.enough_for(components_of(ROOT / "bench/stock_rasa.yml"))
