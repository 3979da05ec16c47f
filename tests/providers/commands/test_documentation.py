"""docs/commands.md and the commands' own --help say the same."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import find_commands, load_command_class
from django.core.management.base import BaseCommand

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/commands.md").read_text()
OURS = ("accounts", "dashboard", "providers")
SECTIONS = dict(re.findall(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S))
OPTION = re.compile(r"--[a-z][a-z-]+")


def commands():
    for label in OURS:
        folder = Path(apps.get_app_config(label).path, "management")
        for name in find_commands(str(folder)):
            yield label, name


def options_of(command):
    parser = command.create_parser("manage.py", "any")
    return {
        option
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--")
    }


def test_every_command_has_its_section():
    assert {name for _, name in commands()} == set(SECTIONS)


@pytest.mark.parametrize(("label", "name"), list(commands()))
def test_its_options_are_those_of_the_command(label, name):
    documented = set(OPTION.findall(SECTIONS.get(name, "")))
    inherited = options_of(BaseCommand())
    assert documented == options_of(load_command_class(label, name)) - inherited


@pytest.mark.parametrize(("label", "name"), list(commands()))
def test_its_section_begins_with_what_help_says(label, name):
    help_text = " ".join(load_command_class(label, name).help.split())
    assert help_text in " ".join(SECTIONS.get(name, "").split())


@pytest.mark.parametrize(("label", "name"), list(commands()))
def test_every_option_explains_itself(label, name):
    parser = load_command_class(label, name).create_parser("manage.py", name)
    assert [action.dest for action in parser._actions if not action.help] == []
