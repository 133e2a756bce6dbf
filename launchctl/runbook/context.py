"""What reading a runbook carries along: zone, shift, files, and what must be checked
once everything has been read (references, names in conditions and texts).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from launchctl.runbook.base import SecretRef
from launchctl.runbook.conditions import Condition
from launchctl.runbook.instants import UnknownZoneError, parse_wall, zone_names
from launchctl.runbook.model import InOption, Segment, WallInstant
from launchctl.runbook.nodes import Mapping as MappingNode
from launchctl.runbook.nodes import Node, Scalar
from launchctl.runbook.read.reader import Read, Reader
from launchctl.runbook.read.words import near
from launchctl.runbook.templates import Template
from launchctl.times import Micros

MAX_MEDIA_BYTES = 512 * 1024 * 1024
_SCHEMES = {
    "stage": ("ws", "wss"),
    "web": ("http", "https"),
    "osc": ("osc", "osc.udp"),
    "link": ("http", "https"),
}
"""By kind of address. A link is only told; every other is reached."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that must be declared somewhere: ``kind`` is cue, role, stage, ..."""

    kind: str
    name: str
    at: tuple[int, int]
    cue: str
    procedure: str


@dataclass(frozen=True, slots=True)
class TextSite:
    """A template, and what it may read. ``use``: post, text, message, counter."""

    template: Template
    use: str
    at: tuple[int, int]
    cue: str


@dataclass(frozen=True, slots=True)
class ConditionSite:
    """A condition and where it stands."""

    condition: Condition
    at: tuple[int, int]
    cue: str


@dataclass
class Context:
    """One load.

    Attributes:
        reader: collects problems.
        base_dir: where relative files lie.
        environ: for addresses written ``{env: NAME}``.
        sets: addresses from outside, by dotted path; taken out as they are used.
        origins: where a whole origin (``https://shop.example``) is reached instead.
        origins_met: those of them that the runbook has an address at.
    """

    reader: Reader
    base_dir: Path
    environ: Mapping[str, str]
    sets: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    origins_met: set[str] = field(default_factory=set)
    timezone: str | None = None
    earliest_us: Micros | None = None
    shift_us: Micros = 0
    procedure: str = ""
    segment: str | None = None
    segments: list[Segment] = field(default_factory=list)
    option: InOption | None = None
    """Whose option's cues are being read."""
    instants: list[WallInstant] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    texts: list[TextSite] = field(default_factory=list)
    conditions: list[ConditionSite] = field(default_factory=list)
    media: dict[str, str] = field(default_factory=dict)
    includes: dict[str, bytes] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    """What has been read, by the first words of ``places``."""
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Positions by key: ``cue X``, ``cue X do 0``, ``cue X gate 0``, ``embargo X``."""

    def place(self, key: str, node: Node) -> None:
        """Remember where something stands, for the checks."""
        self.places[key] = (node.line, node.column)
        self.kinds.add(key.partition(" ")[0])

    def refer(self, kind: str, what: str) -> Read[str]:
        """A name that must be declared as ``kind``; checked when all is read."""
        read_name = self.reader.name(what)

        def read(node: Node) -> str | None:
            name = read_name(node)
            if name is not None:
                self.references.append(
                    Reference(
                        kind,
                        name,
                        (node.line, node.column),
                        self.reader.cue,
                        self.procedure,
                    )
                )
            return name

        return read

    def text(self, what: str, use: str, longest: int = 4_000) -> Read[str]:
        """A text template; gives its source."""
        read_template = self.reader.template(what, longest)

        def read(node: Node) -> str | None:
            found = read_template(node)
            if found is None:
                return None
            if found.paths:
                self.texts.append(
                    TextSite(found, use, (node.line, node.column), self.reader.cue)
                )
            return found.source

        return read

    def condition(self, what: str) -> Read[Condition]:
        """A condition whose names are checked when all is read."""
        read_condition = self.reader.condition(what)

        def read(node: Node) -> Condition | None:
            found = read_condition(node)
            if found is not None:
                self.conditions.append(
                    ConditionSite(found, (node.line, node.column), self.reader.cue)
                )
            return found

        return read

    def wall(self, what: str, where: str) -> Read[WallInstant]:
        """A wall instant, resolved and shifted."""

        def read(node: Node) -> WallInstant | None:
            if not isinstance(node, Scalar) or not isinstance(node.value, str):
                self.reader.expected(node, what, "an instant such as 2016-03-31 20:30")
                return None
            try:
                at_us = parse_wall(node.text, self.timezone, self.earliest_us)
            except ValueError as error:
                self.reader.problem(node, f"{what}: {error}", zone_hint(error))
                return None
            found = WallInstant(
                where=where, written=node.text, at_us=at_us + self.shift_us
            )
            self.instants.append(found)
            return found

        return read

    def secret(self, what: str) -> Read[SecretRef]:
        """``{env: NAME}`` or ``{file: path}``; a value written out is refused."""

        def read(node: Node) -> SecretRef | None:
            if not isinstance(node, MappingNode):
                self.reader.problem(
                    node,
                    f"{what}: expected {{env: NAME}} or {{file: path}}",
                    "a secret stands in a runbook by reference only",
                )
                return None
            fields = self.reader.fields(node, what)
            assert fields is not None
            env = fields.take("env", self.reader.name(f"{what}.env"))
            file = fields.take("file", self.reader.text(f"{what}.file", 400))
            fields.done()
            if fields.sound and (env is None) == (file is None):
                self.reader.problem(node, f"{what}: expected either `env` or `file`")
                return None
            return SecretRef(env=env, file=file) if fields.sound else None

        return read

    def address(self, what: str, path: str, kind: str) -> Read[str]:
        """A URL, written out or ``{env: NAME}``; ``--set PATH=URL`` goes before it, and
        ``--set ORIGIN=URL`` replaces its origin.
        """

        def read(node: Node) -> str | None:
            reader = self.reader
            given = self.sets.pop(path, None) if path else None
            if given is not None:
                url: str | None = given
            elif isinstance(node, MappingNode):
                url = self._from_environ(what, node)
            else:
                url = reader.text(what, 1_000)(node)
            if url is None:
                return None
            if problem := _address_problem(url, _SCHEMES[kind]):
                reader.problem(node, f"{what}: {problem}")
                return None
            return url if kind == "link" else self._moved(url)

        return read

    def _moved(self, url: str) -> str:
        """The address with its origin replaced from outside, if that was asked for."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.origins:
            return url
        self.origins_met.add(origin)
        return self.origins[origin].rstrip("/") + url.removeprefix(origin)

    def _from_environ(self, what: str, node: MappingNode) -> str | None:
        fields = self.reader.fields(node, what)
        assert fields is not None
        name = fields.need("env", self.reader.name(f"{what}.env"))
        fields.done()
        if name is None:
            return None
        if not self.environ.get(name):
            self.reader.problem(node, f"{what}: the environment has no {name}")
            return None
        return self.environ[name]

    def media_digest(self, node: Node, file: str) -> str | None:
        """The SHA-256 of a file below ``base_dir``; noted for the runbook's digest."""
        if file in self.media:
            return self.media[file]
        try:
            path = (self.base_dir / file).resolve()
        except (OSError, ValueError):
            self.reader.problem(node, f"media: {file!r} is no file name")
            return None
        if not path.is_relative_to(self.base_dir.resolve()):
            self.reader.problem(
                node,
                f"media: {file!r} is outside the runbook's folder",
                "copy the file beside the runbook",
            )
            return None
        try:
            if path.stat().st_size > MAX_MEDIA_BYTES:
                self.reader.problem(node, f"media: {file!r} is larger than 512 MB")
                return None
            with path.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            why = error.strerror or "it cannot be read"
            self.reader.problem(node, f"media: cannot read {file!r}: {why}")
            return None
        except ValueError:
            self.reader.problem(node, f"media: {file!r} is no file name")
            return None
        self.media[file] = digest
        return digest


def _address_problem(url: str, schemes: tuple[str, ...]) -> str | None:
    """Why a URL cannot be meant, or None. Never shows a password."""
    expected = (
        f"expected an address that begins with {schemes[0]}:// or {schemes[1]}://"
    )
    try:
        parts = urlsplit(url)
        bad_port = parts.port == 0
    except ValueError:
        return "this is no address"
    if parts.scheme not in schemes or not parts.hostname:
        return expected
    if parts.username or parts.password:
        return "an address carries no user name or password"
    if bad_port or any(character.isspace() for character in url):
        return "this is no address"
    return None


def zone_hint(error: ValueError) -> str:
    """The near miss of a zone that does not exist; else an empty string."""
    if isinstance(error, UnknownZoneError):
        return near(error.zone, zone_names())
    return ""
