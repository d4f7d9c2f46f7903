"""docs/ci.md and the hooks: YAML that parses, commands and options that exist, hooks that are ours."""

import re
import shlex
from typing import Any

import click
import pytest
import yaml

from helpers import ROOT
from overlaykit.cli import main

TEXT = (ROOT / "docs/ci.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
FILLED = {r"\$\{\{ matrix\.part \}\}": "1", r"\$\{\{[^}]*\}\}": "main", r"\$CI_NODE_\w+": "1"}


def commands() -> list[str]:
    """Every `overlay …` of the page and of the hooks, with what a machine fills in."""
    inline = list(re.findall(r"`(overlay [^`]+)`", TEXT))
    steps = re.findall(r"^\s*(?:- )?(?:run: |- )?(overlay .+)$", "".join(BLOCKS), re.MULTILINE)
    found = [*inline, *steps, *(hook["entry"] for hook in HOOKS)]
    for pattern, value in FILLED.items():
        found = [re.sub(pattern, value, text) for text in found]
    return found


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0])
def test_every_example_is_yaml(block: str) -> None:
    assert isinstance(yaml.safe_load(block), dict)


def test_the_page_has_commands() -> None:
    assert len(commands()) >= 7


@pytest.mark.parametrize("text", commands())
def test_every_command_has_the_options_it_is_given(text: str) -> None:
    _, verb, *argv = shlex.split(text)
    command = main.get_command(click.Context(main), verb)
    assert command is not None
    with command.make_context(verb, argv):
        pass


def test_the_hooks_of_the_page_exist() -> None:
    [config] = [yaml.safe_load(block) for block in BLOCKS if "hooks:" in block]
    used = [hook["id"] for repo in config["repos"] for hook in repo["hooks"]]
    assert sorted(used) == sorted(hook["id"] for hook in HOOKS)
