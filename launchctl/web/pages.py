"""The pages: a shell rendered here, filled by small modules in the browser.

What a page is told at birth (words, who looks, what may be pressed) stands in a JSON
block, since no script stands inline. Hiding a button is a courtesy only: the conductor
checks every call again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from launchctl.errors import InputError
from launchctl.runbook.actions import AnyAction
from launchctl.runbook.model import AtCue, AtT, AtWall, Cue, Runbook
from launchctl.times import format_span, format_t
from launchctl.web.auth import COOKIE, Access
from launchctl.web.base import Person, View, problem
from launchctl.web.words import WORDS, choose_language

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

EVERYTHING = frozenset(
    {"go", "hold", "abort", "retime", "end", "approve", "post", "silence", "override"}
    | {"counter"}
)
LOGIN_BODY_S = 5.0
KEY_COOKIE_S = 7 * 86_400
"""A show may take a week; then the browser asks for the key again."""

_STATIC = Path(str(files("launchctl.web").joinpath("static")))
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_PUBLIC_FILES = frozenset(
    {"base.css", "public.css", "public.js", "clock.js", "dom.js", "icon.svg"}
)
_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("launchctl.web"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def may_of(runbook: Runbook, roles: frozenset[str]) -> set[str]:
    """What the roles may do together. Without a crew the caller may everything."""
    if not runbook.crew:
        return set(EVERYTHING)
    return {
        verb for role in roles & set(runbook.crew) for verb in runbook.crew[role].may
    }


def crew_page(viewer: View, access: Access) -> Handler:
    """``/crew``: the live rundown. Who is not known is sent to the login."""

    async def get(request: web.Request) -> web.StreamResponse:
        try:
            person = access.who(request)
        except InputError as error:
            return problem(503, str(error), error.hint)
        if person is None:
            raise web.HTTPSeeOther("/login")
        lang = _language(request)
        return _render(
            "crew.html",
            lang,
            title=viewer.runbook.title,
            person=person,
            rehearsal=viewer.status()["rehearsal"],
            band=viewer.band,
            data=_crew_data(viewer.runbook, person, lang),
        )

    return get


def stage_page(viewer: View, access: Access) -> Handler:
    """``/stage``: the presenter's clock, what comes, and the last word to them."""

    async def get(request: web.Request) -> web.StreamResponse:
        try:
            person = access.who(request)
        except InputError as error:
            return problem(503, str(error), error.hint)
        if person is None:
            raise web.HTTPSeeOther("/login")
        lang = _language(request)
        return _render(
            "stage.html",
            lang,
            title=viewer.runbook.title,
            rehearsal=viewer.status()["rehearsal"],
            band=viewer.band,
            data={"lang": lang, "words": WORDS[lang], "zone": viewer.runbook.timezone},
        )

    return get


def public_page(viewer: View, *, public_only: bool) -> Handler:
    """``/``: what everybody may see. The same bytes for all who read one language."""

    async def get(request: web.Request) -> web.StreamResponse:
        lang = _language(request)
        response = _render(
            "public.html",
            lang,
            title=viewer.runbook.title,
            crew_link=not public_only,
            rehearsal=viewer.status()["rehearsal"],
            band=viewer.band,
            data={"lang": lang, "words": _public_words(lang)},
        )
        response.headers["Cache-Control"] = "public, max-age=5, s-maxage=5"
        response.headers["Vary"] = "Accept-Language"
        return response

    return get


def login_page(access: Access) -> Handler:
    """``GET /login``: asks for the key; who is logged in already goes on."""

    async def get(request: web.Request) -> web.StreamResponse:
        with contextlib.suppress(InputError):
            person = access.who(request)
            if person is not None and person.by_key:
                raise web.HTTPSeeOther("/crew")
        lang = _language(request)
        return _render("login.html", lang, wrong=False, data={"lang": lang})

    return get


def login(access: Access) -> Handler:
    """``POST /login``: takes the key and keeps it in a cookie no script can read."""

    async def post(request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/x-www-form-urlencoded":
            return problem(415, "the login takes a form")
        try:
            form = await asyncio.wait_for(request.post(), LOGIN_BODY_S)
            key = str(form.get("key", "")).strip()
            known = access.keys is not None and access.keys.authenticate(key)
        except TimeoutError:
            return problem(408, "the form took too long to arrive")
        except InputError as error:
            return problem(503, str(error), error.hint)
        if not known:
            lang = _language(request)
            page = _render("login.html", lang, wrong=True, data={"lang": lang})
            page.set_status(401)
            return page
        response = web.Response(status=303, headers={"Location": "/crew"})
        response.set_cookie(
            COOKIE,
            key,
            max_age=KEY_COOKIE_S,
            path="/",
            httponly=True,
            samesite="Strict",
            secure=_is_https(request),
        )
        return response

    return post


async def logout(request: web.Request) -> web.StreamResponse:  # noqa: ARG001  a handler
    """``POST /logout``: forgets the key."""
    response = web.Response(status=303, headers={"Location": "/login"})
    response.del_cookie(COOKIE, path="/")
    return response


def static_routes(*, public_only: bool) -> list[web.RouteDef]:
    """One route per file that ships, so that no path can lead elsewhere."""
    return [
        web.get(f"/static/{path.name}", _file(path))
        for path in sorted(_STATIC.iterdir())
        if path.suffix in _TYPES and (not public_only or path.name in _PUBLIC_FILES)
    ]


def _file(path: Path) -> Handler:
    async def get(request: web.Request) -> web.StreamResponse:  # noqa: ARG001  a handler
        return web.FileResponse(
            path,
            headers={
                "Content-Type": f"{_TYPES[path.suffix]}; charset=utf-8",
                "Cache-Control": "public, max-age=10",
            },
        )

    return get


def _render(template: str, lang: str, **values: Any) -> web.Response:
    text = _TEMPLATES.get_template(template).render(
        lang=lang,
        other_lang="de" if lang == "en" else "en",
        w=WORDS[lang],
        **values,
    )
    return web.Response(
        text=text, content_type="text/html", headers={"Cache-Control": "no-store"}
    )


def _language(request: web.Request) -> str:
    accept = request.headers.get("Accept-Language", "")
    return choose_language(request.query.get("lang"), accept)


def _public_words(lang: str) -> dict[str, str]:
    return {key: word for key, word in WORDS[lang].items() if key.startswith("public_")}


def _is_https(request: web.Request) -> bool:
    return request.secure or request.headers.get("X-Forwarded-Proto") == "https"


def _crew_data(runbook: Runbook, person: Person, lang: str) -> dict[str, Any]:
    cues = list(runbook.cues)
    for procedure in runbook.procedures.values():
        cues.extend(procedure.cues)
    return {
        "lang": lang,
        "words": WORDS[lang],
        "person": person.name,
        "roles": sorted(person.roles),
        "may": sorted(may_of(runbook, person.roles)),
        "zone": runbook.timezone,
        "handles": {name: a.handle for name, a in runbook.accounts.items()},
        "procedures": [
            name for name, item in runbook.procedures.items() if not item.answer
        ],
        "answers": {
            name: list(item.match)
            for name, item in runbook.procedures.items()
            if item.answer
        },
        "cues": {cue.id: describe_cue(cue) for cue in cues},
    }


def describe_cue(cue: Cue) -> dict[str, str]:
    """When and what, in a few words: ``{"when": "T-30m", "what": "scene Doors"}``."""
    when = []
    match cue.at:
        case AtT(offset_us=offset_us):
            when.append(format_t(offset_us))
        case AtWall(written=written):
            when.append(written)
        case AtCue(cue=other, offset_us=offset_us, film=film):
            end = f"{other}.end" if film else other
            sign = "-" if offset_us < 0 else "+"
            when.append(f"{end} {sign} {format_span(abs(offset_us))}")
        case None:
            pass
    if cue.after:
        when.append("after " + cue.after.words)
    if cue.go:
        when.append("GO " + ", ".join(cue.go))
    if cue.option:
        when.append(f"{cue.option.choice}: {cue.option.option}")
    what = ", ".join(describe_action(action) for action in cue.do)
    if cue.choice:
        what = " / ".join(option.name for option in cue.choice.options)
    if cue.poll:
        what = "poll " + ", ".join(cue.poll.ask)
    return {"when": " · ".join(when), "what": what}


def describe_action(action: AnyAction) -> str:
    """An action in a few words; never a text, an address or a secret."""
    body = getattr(action, action.kind)
    match body:
        case str():
            said = body
        case tuple():
            said = " ".join(str(part) for part in body)
        case _:
            named = ("account", "source", "input", "name", "to", "method")
            said = next((str(v) for n in named if (v := getattr(body, n, None))), "")
    return f"{action.kind} {said}".strip()
