"""`python -m aldesim.plan RUN` prints the side-effect rates of a finished run, as shipped."""

import sys

from aldesim.errors import InputError
from aldesim.plan import rates_of_run

BAD_INPUT = 2


def main(arguments: list[str]) -> int:
    """Exit code; one line on stderr for bad input."""
    try:
        if len(arguments) != 1:
            raise InputError("aldesim.plan", "arguments", arguments, "must be one run folder")
        sys.stdout.write(rates_of_run(arguments[0]).to_yaml())
    except InputError as error:
        print(f"aldesim: {error}", file=sys.stderr)
        return BAD_INPUT
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
