"""Rasa's server: `python -m bot.serve` takes the arguments of `rasa run`, starts quietly and leaves out what is not used.

From the root of the repository:
    LOKET_RASA_TOKEN=… python -m bot.serve -i 127.0.0.1 -p 5005 --enable-api --endpoints endpoints.yml \
        --credentials credentials.yml --model models/….tar.gz
The token for Rasa's API comes from the environment: a process's arguments are visible to every user of the machine.
`rasa run` with the same arguments and --auth-token does the same.
"""

import os
import sys

from bot import light, quiet  # noqa: F401


def main() -> None:
    light.spare()
    from rasa.__main__ import main as rasa

    sys.argv = with_token(sys.argv[1:], os.environ.get("LOKET_RASA_TOKEN", ""))
    rasa()


def with_token(arguments: list[str], token: str) -> list[str]:
    """Rasa's own arguments. Raises SystemExit when the API would be open to everybody."""
    if "--auth-token" in arguments:
        return ["rasa", "run", *arguments]
    if not token and "--enable-api" in arguments:
        sys.exit("LOKET_RASA_TOKEN is not set: Rasa's API would be open to everybody on this machine")
    return ["rasa", "run", *arguments, *(["--auth-token", token] if token else [])]


if __name__ == "__main__":
    main()
