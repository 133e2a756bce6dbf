"""Reading ``answers:``: posts prepared for rumours, each called by its name.

An answer is a procedure with one cue, both of the answer's name, so that approvals,
embargoes, silence and the journal know it as they know any post.
"""

from __future__ import annotations

from launchctl.runbook import model
from launchctl.runbook.actions import Post
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Node, Scalar
from launchctl.runbook.read.posts import read_body
from launchctl.runbook.read.reader import Fields, Read


def read_answers(context: Context) -> Read[dict[str, model.Procedure]]:
    """``answers:`` by name, as procedures."""
    reader = context.reader

    def read(node: Node) -> dict[str, model.Procedure] | None:
        fields = reader.fields(node, "answers")
        if fields is None:
            return None
        found = {}
        for name, item in fields.node.items.items():
            here = Scalar(*fields.at(name), name, name)
            if reader.name("answers")(here) is None or _is_taken(context, here):
                continue
            for key in ("procedure", "cue"):
                context.place(f"{key} {name}", here)
            context.place(f"cue {name} do 0", item)
            context.procedure = name
            with reader.within(name):
                inner = reader.fields(item, f"answer {name}")
                answer = None if inner is None else _read(context, name, inner)
            context.procedure = ""
            if answer is not None:
                found[name] = answer
        return found

    return read


def _is_taken(context: Context, here: Scalar) -> bool:
    for kind in ("cue", "procedure"):
        if f"{kind} {here.text}" in context.places:
            line = context.places[f"{kind} {here.text}"][0]
            context.reader.problem(
                here,
                f"answers: there is a {kind} {here.text!r} already (line {line})",
                "an answer is called, and approved, by its own name",
            )
            return True
    return False


def _read(context: Context, name: str, fields: Fields) -> model.Procedure | None:
    reader = context.reader
    match = fields.need("match", reader.listed("match", reader.text("match", 200)))
    about = fields.take("about", reader.listed("about", reader.name("about")))
    body = read_body(context, fields)
    fields.done()
    if body is None or match is None or not fields.sound:
        return None
    cue = model.Cue(
        id=name,
        about=about or (),
        teaser=body.teaser,
        do=(Post(post=body),),
        file=reader.file,
        line=fields.node.line,
    )
    return model.Procedure(name=name, cues=(cue,), answer=True, match=match)
