"""Pack the vectors of the last training for shipping: `python -m bot.pack_vectors`, from the root, after `loket train`."""

from __future__ import annotations

from pathlib import Path

from bot import quiet  # noqa: F401
from bot.components import kept_vectors, shipped_vectors

FROM, TO = Path("models/vectors.npz"), Path("data/vectors.npz")


def main() -> None:
    known = kept_vectors.read(FROM)
    if not known:
        raise SystemExit(f"{FROM} has no vectors: train first")
    shipped_vectors.write(TO, known)
    print(f"{len(known)} vectors, {TO.stat().st_size / 1e6:.1f} MB: {TO}")


if __name__ == "__main__":
    main()
