"""All commands, and how they end: 0 done, 1 failed, 2 wrong usage or wrong settings (contract, section 2)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Final

import click
import orjson

from fedisw import __version__
from fedisw.cli.accounts import accounts
from fedisw.cli.call import Call
from fedisw.cli.db import db
from fedisw.cli.doctor import doctor
from fedisw.cli.keys import keys
from fedisw.cli.media import media
from fedisw.cli.quickstart import quickstart
from fedisw.cli.relays import relays
from fedisw.cli.run import serve
from fedisw.cli.tokens import tokens
from fedisw.config import WrongSettings
from fedisw.model.errors import FediswError

DONE: Final = 0
FAILED: Final = 1
WRONG_USE: Final = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="fedisw")
def fedisw() -> None:
    """A server of the open social web for social workers."""


for command in (quickstart, serve, db, accounts, tokens, keys, media, relays, doctor):
    fedisw.add_command(command)


def entry(arguments: Sequence[str]) -> int:
    """Run the command of this process, in its environment."""
    return run(arguments, os.environ)


def run(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Run one command; gives the exit code."""
    call = Call(env=env)
    try:
        code = fedisw.main(list(arguments), prog_name="fedisw", standalone_mode=False, obj=call)
    except WrongSettings as error:
        return _failed(call, WRONG_USE, *error.problems)
    except click.ClickException as error:
        error.show()
        return WRONG_USE if isinstance(error, click.UsageError) else FAILED
    except click.Abort:
        call.say("Stopped.")
        return FAILED
    except FediswError as error:
        return _failed(call, FAILED, str(error))
    except OSError as error:
        return _failed(call, FAILED, f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
    return code if isinstance(code, int) else DONE


def _failed(call: Call, code: int, *problems: str) -> int:
    if call.as_json:
        click.echo(orjson.dumps({"error": problems[0], "problems": list(problems)}).decode())
    for problem in problems:
        call.say(f"fedisw: {problem}")
    return code
