"""`kutse`: the group of commands, and how errors are told."""

from __future__ import annotations

import importlib
import sys

import rich_click as click

from service.errors import ServiceError, UnableToStart
from service.supervisor.part import CANNOT_START

COMMANDS = ("up", "doctor", "cluster", "coordinator", "dkim", "sample", "migrate", "web", "worker", "intake", "catcher", "prepare")
"""Each is a module of this room that holds a command of the same name, read when it is needed."""


class _Commands(click.RichGroup):
    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"service.cli.{cmd_name}"), cmd_name)
        return command


click.rich_click.TEXT_MARKUP = "markdown"
click.rich_click.STYLE_COMMANDS_TABLE_COLUMN_WIDTH_RATIO = (1, 4)
click.rich_click.COMMAND_GROUPS = {
    "*": [
        {"name": "Start here", "commands": ["up", "doctor"]},
        {"name": "The installation", "commands": ["cluster", "coordinator", "dkim", "sample"]},
        {"name": "On a server, one by one", "commands": ["migrate", "web", "worker", "intake"]},
    ]
}


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kutse", prog_name="kutse")
def kutse() -> None:
    """Newsletters and events for the office of a creative-industries cluster.

    `kutse up` starts everything on this machine. Settings are `KUTSE_*` variables or a TOML file that `KUTSE_CONFIG` names.
    """


def main() -> None:
    """The entry point: exit status 0 done, 1 refused, 2 bad input, 78 unable to start."""
    try:
        kutse(prog_name="kutse")
    except UnableToStart as error:
        print(f"kutse: {error}", file=sys.stderr)
        sys.exit(CANNOT_START)
    except ServiceError as error:
        for problem in error.problems:
            where = f"--{problem.field.replace('_', '-')}: " if problem.field else ""
            print(f"kutse: {where}{problem.text.format(**problem.values)}", file=sys.stderr)
        sys.exit(1)
