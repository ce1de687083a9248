"""`make demo`: the story of one sign-up, or with a terminal the town with the wallet open."""

from __future__ import annotations

import argparse
import signal
import sys

from examples.town import municipality
from examples.town.municipality import FromHome
from examples.town.narrator import TITLE, Narrator
from examples.town.processes import StepFailed
from examples.town.story import Story
from examples.town.town import Town


def main() -> int:
    """Play; return 0 only when every step held."""
    parser = argparse.ArgumentParser(prog="make demo ARGS=...", description=__doc__)
    parser.add_argument("--script", action="store_true", help="play the story, also in a terminal")
    parser.add_argument("--json", action="store_true", help="end with the story as one JSON object")
    parser.add_argument("--keep", action="store_true", help="keep the folder afterwards")
    parser.add_argument("--story", choices=["sign-up", "municipality"], default="sign-up")
    options = parser.parse_args()
    people = sys.stdin.isatty() and sys.stdout.isatty()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if people and not options.script and options.story == "sign-up":
        from examples.town.visit import visit  # noqa: PLC0415 - screens only with a terminal

        return visit(keep=options.keep)
    return play(options.story, as_json=options.json, keep=options.keep)


def play(name: str, *, as_json: bool, keep: bool) -> int:
    """Play a story step by step; Ctrl-C ends every process."""
    town = Town.found()
    narrator = Narrator()
    story: Story | FromHome = FromHome(town) if name == "municipality" else Story(town)
    complete = False
    try:
        narrator.title(municipality.TITLE if name == "municipality" else TITLE)
        story.play(narrator)
        complete = True
    except StepFailed:
        print(f"Wat er gebeurde staat in {town.folder}/logs", file=sys.stderr)
        keep = True
    except KeyboardInterrupt:
        print("\nGestopt; alles is afgesloten.", file=sys.stderr)
        return 130
    finally:
        town.close(keep=keep)
        if as_json:
            narrator.print_json(complete)
    return 0 if complete and narrator.ok else 1


if __name__ == "__main__":
    sys.exit(main())
