"""Renders templates with the real Jinja2, set up as Hugging Face transformers sets it up.

usage: render_with_jinja2.py IN.json OUT.json
IN: {"generationTag": bool, "cases": [{"source": ..., "variables": {...}}, ...]}
OUT: [{"ok": text} or {"error": "Type: text"}, ...]
"""

import datetime
import functools
import json
import sys

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


class GenerationTag(Extension):
    """transformers marks the model's own words with this tag; in the text it leaves no trace."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_print"), [], [], body).set_lineno(line)

    def _print(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


with open(sys.argv[1], encoding="utf-8") as file:
    work = json.load(file)

environment = ImmutableSandboxedEnvironment(
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=[loopcontrols] + ([GenerationTag] if work["generationTag"] else []),
)
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception
environment.globals["strftime_now"] = datetime.datetime(2026, 11, 22, 10, 0).strftime



@functools.cache
def compiled(source):
    return environment.from_string(source)


outcomes = []
for case in work["cases"]:
    try:
        outcomes.append({"ok": compiled(case["source"]).render(**case["variables"])})
    except Exception as error:
        outcomes.append({"error": f"{type(error).__name__}: {error}"})

with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(outcomes, file)
