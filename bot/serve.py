"""Rasa's server: `python -m bot.serve` takes the arguments of `rasa run`, starts quietly and without what is not used.

From the root of the repository:
    python -m bot.serve -i 127.0.0.1 -p 5005 --enable-api --auth-token … --endpoints endpoints.yml \
        --credentials credentials.yml --model models/….tar.gz
`rasa run` with the same arguments does the same.
"""

import sys

from bot import light, quiet  # noqa: F401


def main() -> None:
    light.spare()
    from rasa.__main__ import main as rasa

    sys.argv = ["rasa", "run", *sys.argv[1:]]
    rasa()


if __name__ == "__main__":
    main()
