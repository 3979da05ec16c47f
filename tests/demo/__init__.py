"""The made-up sites of the demonstration: `python -m tests.demo PLAN`, which `manage.py demo` runs.

Every row follows from the day it belongs to, so that the sites hold the same past after each start,
and go on while they run.
"""
