"""`make demo`: the story of one sign-up, or with a terminal the town with the wallet open."""

from __future__ import annotations

import argparse
import signal
import sys

from examples.town import compromise, merger, municipality, permit
from examples.town.compromise import Compromise
from examples.town.later import LaterTown
from examples.town.merger import Merger
from examples.town.mergertown import MergerTown
from examples.town.municipality import FromHome
from examples.town.narrator import TITLE, Narrator
from examples.town.permit import Permit
from examples.town.permittown import PermitTown
from examples.town.processes import StepFailed
from examples.town.story import Story
from examples.town.town import Town

STORIES = ("sign-up", "municipality", "permit", "merger", "compromise")


def main() -> int:
    """Play; return 0 only when every step held."""
    parser = argparse.ArgumentParser(prog="make demo ARGS=...", description=__doc__)
    parser.add_argument("--script", action="store_true", help="play the story, also in a terminal")
    parser.add_argument("--json", action="store_true", help="end with the story as one JSON object")
    parser.add_argument("--keep", action="store_true", help="keep the folder afterwards")
    parser.add_argument("--story", choices=STORIES, default="sign-up")
    options = parser.parse_args()
    people = sys.stdin.isatty() and sys.stdout.isatty()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if people and not options.script and options.story == "sign-up":
        from examples.town.visit import visit  # noqa: PLC0415 - screens only with a terminal

        return visit(keep=options.keep)
    return play(options.story, as_json=options.json, keep=options.keep)


def told(name: str) -> tuple[str, Story | FromHome | Permit | Merger | Compromise]:
    """The story of this name, in a town of its own."""
    match name:
        case "municipality":
            return municipality.TITLE, FromHome(Town.found())
        case "permit":
            return permit.TITLE, Permit(PermitTown.found())
        case "merger":
            return merger.TITLE, Merger(MergerTown.found())
        case "compromise":
            return compromise.TITLE, Compromise(LaterTown.found())
        case _:
            return TITLE, Story(Town.found())


def play(name: str, *, as_json: bool, keep: bool) -> int:
    """Play a story step by step; Ctrl-C ends every process."""
    title, story = told(name)
    town = story.town
    narrator = Narrator()
    complete = False
    try:
        narrator.title(title)
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
