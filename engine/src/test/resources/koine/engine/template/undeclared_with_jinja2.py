"""Names that templates leave to their caller, as Jinja2 finds them.

usage: undeclared_with_jinja2.py IN.json OUT.json
IN: [source, ...]    OUT: [[name, ...], ...]
"""

import json
import sys

import jinja2
from jinja2 import meta
from jinja2.ext import Extension, loopcontrols


class GenerationTag(Extension):
    """transformers marks the model's own words with this tag; it is a scope of its own."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_print"), [], [], body).set_lineno(line)


with open(sys.argv[1], encoding="utf-8") as file:
    sources = json.load(file)

environment = jinja2.Environment(extensions=[loopcontrols, GenerationTag])
ours = {"raise_exception", "strftime_now"}
found = []
for source in sources:
    names = meta.find_undeclared_variables(environment.parse(source))
    found.append(sorted(names - ours - set(environment.globals)))

with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(found, file)
