"""What a cue can do: one frozen class per action kind.

Each class declares its *effect*, and everything else in launchctl follows from it
(docs/design.md): ``WANTED`` is sent at the instant and asserted again after the device
restarted; ``ONCE`` has a durable intent before its first byte leaves; ``AT_LEAST_ONCE``
may repeat; ``NONE`` happens in the engine alone.

The YAML key of an action is its ``kind``: ``{scene: Reveal, transition: cut}``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from launchctl.runbook.base import Frozen, Name, SecretRef, Span, Text
from launchctl.times import Micros


class Effect(StrEnum):
    """What may happen if an action is sent again."""

    WANTED = "wanted"
    ONCE = "once"
    AT_LEAST_ONCE = "at_least_once"
    NONE = "none"


class OnFailure(StrEnum):
    """What a certain failure of an action does, after its retries."""

    IGNORE = "ignore"
    CONTINUE = "continue"
    HOLD = "hold"
    ABORT = "abort"
    CALL = "call"


class Failure(Frozen):
    """``on_failure``: a policy, with the procedure's name where it is ``call``."""

    policy: OnFailure
    procedure: Name | None = None


class Action(Frozen):
    """What every action carries.

    Attributes:
        timeout_us: the deadline of one attempt; None takes the kind's own
            (``show/tables.py``).
        on_failure: None takes the effect's default.
    """

    kind: ClassVar[str]
    effect: ClassVar[Effect]
    guarded: ClassVar[bool] = False
    """Embargoes stand before it: posts of every kind, and http."""

    timeout_us: Span | None = Field(default=None, alias="timeout")
    on_failure: Failure | None = None


class StageAction(Action):
    """An action of a mixer. ``stage`` None is the first declared one."""

    stage: Name | None = None


class Transition(Frozen):
    """``transition: cut`` or ``transition: {fade: 500ms}``."""

    name: str = "Cut"
    duration_us: Span = 0


class Scene(StageAction):
    """Put a scene on program; ok once the transition is over."""

    kind = "scene"
    effect = Effect.WANTED
    scene: Text
    transition: Transition | None = None


class SetTransition(StageAction):
    """Choose the transition of the following cuts."""

    kind = "transition"
    effect = Effect.WANTED
    transition: Transition


class SourceText(Frozen):
    """A text source and the template it shall show."""

    source: Text
    text: str


class SetText(StageAction):
    """Set a text source."""

    kind = "text"
    effect = Effect.WANTED
    text: SourceText


class Visibility(Frozen):
    """Show or hide a source in a scene (None: the scene on program).

    ``for_us``: it is so for so long, and then the other way round again.
    """

    source: Text
    scene: Text | None = None
    show: bool = True
    for_us: Span | None = Field(default=None, alias="for")


class LowerThirdBody(Frozen):
    """A text source that is written, shown in a scene (None: the one on program), and
    hidden after ``for_us``.
    """

    source: Text
    text: str
    scene: Text | None = None
    for_us: Span | None = Field(default=None, alias="for")


class LowerThird(StageAction):
    """Show a name for a while."""

    kind = "lower_third"
    effect = Effect.WANTED
    lower_third: LowerThirdBody


class Visible(StageAction):
    """Show or hide a source."""

    kind = "visible"
    effect = Effect.WANTED
    visible: Visibility


class Fader(Frozen):
    """An audio input, open or muted."""

    input: Text
    open: bool


class Audio(StageAction):
    """Open or mute an audio input."""

    kind = "audio"
    effect = Effect.WANTED
    audio: Fader


class Stream(StageAction):
    """Start or stop the stream: sent once, and read before it is sent again."""

    kind = "stream"
    effect = Effect.ONCE
    stream: Literal["start", "stop"]


class Record(StageAction):
    """Start or stop the recording."""

    kind = "record"
    effect = Effect.WANTED
    record: Literal["start", "stop"]


class Counter(Action):
    """Open, freeze or hide the pre-order counter."""

    kind = "counter"
    effect = Effect.WANTED
    counter: Literal["open", "freeze", "hide"]


class FilmBody(Frozen):
    """A film: its file at the mixer, the media source that plays it, the scene that
    shows it, and how long it is.
    """

    play: Text
    source: Text
    scene: Text
    length_us: Span = Field(alias="length")


class PlayMedia(StageAction):
    """Play a film; ok at its real end, and at nothing else."""

    kind = "media"
    effect = Effect.WANTED
    media: FilmBody


class Player(Action):
    """Choose the output that the public page shows."""

    kind = "player"
    effect = Effect.WANTED
    player: Name


class Media(Frozen):
    """A picture or film file of a post.

    ``sha256`` is of the file's bytes, taken by the loader: approvals are given to
    bytes, not to file names.
    """

    file: Text
    alt: str = ""
    sha256: str = ""


class Promise(Frozen):
    """What a post says will follow: by when, and the cue that keeps it."""

    what: Text
    by_us: Micros
    kept_by: Name


class PostBody(Frozen):
    """One message: ``as`` is an account (or a group: one message for each).

    ``public`` teaser lets this post leave under an embargo by default (``default:
    true``), never under one by topic. ``despite_silence`` is for procedures alone.
    ``reply_to`` is the cue whose post it answers (or repeats), ``answers`` the id at
    the network of somebody else's.
    """

    account: Name = Field(alias="as")
    text: Text
    media: tuple[Media, ...] = ()
    reply_to: Name | None = None
    answers: str | None = None
    despite_silence: bool = False
    teaser: bool = Field(default=False, alias="public")
    promises: Promise | None = None


class Post(Action):
    """Publish a message. Once: intent first, sent once."""

    kind = "post"
    effect = Effect.ONCE
    guarded = True
    post: PostBody


class Reply(Post):
    """Answer a post: of a cue, or anybody's by its address."""

    kind = "reply"

    @property
    def reply(self) -> PostBody:
        """What stands at its own key."""
        return self.post


class Repost(Post):
    """Show a post of a cue again, under another account. It has no text of its own."""

    kind = "repost"

    @property
    def repost(self) -> PostBody:
        """What stands at its own key."""
        return self.post


class ThreadPart(Post):
    """One part of a thread, as the engine sends it; counted from 1."""

    kind = "thread"
    part: int
    parts: int

    @property
    def thread(self) -> PostBody:
        """What stands at its own key."""
        return self.post


class ThreadBody(Frozen):
    """Several posts, each below the one before."""

    account: Name = Field(alias="as")
    parts: tuple[PostBody, ...]


class Thread(Action):
    """Publish a thread. Once: each part has its own intent, and follows the one before
    when that has its receipt.
    """

    kind = "thread"
    effect = Effect.ONCE
    guarded = True
    thread: ThreadBody

    @property
    def posts(self) -> tuple[ThreadPart, ...]:
        """Its parts, as posts."""
        total = len(self.thread.parts)
        return tuple(
            ThreadPart(
                post=body,
                part=number,
                parts=total,
                timeout_us=self.timeout_us,
                on_failure=self.on_failure,
            )
            for number, body in enumerate(self.thread.parts, 1)
        )


def posts_in(action: Action) -> tuple[Post, ...]:
    """The posts that an action sends: one, a thread's parts, or none."""
    if isinstance(action, Thread):
        return action.posts
    return (action,) if isinstance(action, Post) else ()


class Confirm(Frozen):
    """How an http call's effect is seen from outside."""

    get: str
    contains: str | None = None
    within_us: Span = Field(default=90_000_000, alias="within")


class HttpBody(Frozen):
    """One http call. ``again: safe`` says that a repeated call does no harm."""

    method: Literal["POST"] = "POST"
    url: str
    json_body: Any = Field(default=None, alias="json")
    headers: dict[str, str | SecretRef] = Field(default_factory=dict)
    again: Literal["safe"] | None = None
    confirm: Confirm | None = None
    teaser: bool = Field(default=False, alias="public")


class Http(Action):
    """Call a web service, once."""

    kind = "http"
    effect = Effect.ONCE
    guarded = True
    http: HttpBody


class OscBody(Frozen):
    """One message of Open Sound Control to a device of the runbook's ``osc:``."""

    to: Name
    address: str
    args: tuple[Any, ...] = ()


class Osc(Action):
    """Tell a desk (light, sound, effects) something. Once, and nobody answers."""

    kind = "osc"
    effect = Effect.ONCE
    osc: OscBody


class NotifyBody(Frozen):
    """A message to the crew's own channels."""

    to: Name
    text: Text


class Notify(Action):
    """Tell the crew. At least once."""

    kind = "notify"
    effect = Effect.AT_LEAST_ONCE
    notify: NotifyBody


class SayBody(Frozen):
    """A word to people on a page; an empty text takes the last one away."""

    to: Literal["stage", "crew"]
    text: str


class Say(Action):
    """Say something to the presenter (``/stage``) or the crew: a page shows it."""

    kind = "say"
    effect = Effect.WANTED
    say: SayBody


class TaskBody(Frozen):
    """What a person does: a role, what it is, and how long it may take."""

    who: Name
    what: Text
    within_us: Span = Field(alias="within")


class Task(Action):
    """A person does something, and says so with evidence: ``confirm`` of the cue."""

    kind = "task"
    effect = Effect.NONE
    task: TaskBody


class HoldBody(Frozen):
    """``hold: NAME``, or ``{name, for, release}``; ``for`` makes it a planned hold."""

    name: Name
    for_us: Span | None = Field(default=None, alias="for")
    release: tuple[Name, ...] = ()


class Hold(Action):
    """Stop T until somebody resumes."""

    kind = "hold"
    effect = Effect.NONE
    hold: HoldBody


class Silence(Action):
    """Silence ``all`` accounts, or those named: what comes due is parked."""

    kind = "silence"
    effect = Effect.NONE
    silence: tuple[Name, ...]
    """Account names; ``("all",)`` for all of them."""


class RetireBody(Frozen):
    """Which unsent posts: of these ``cues``, about a ``topic``, or ``containing`` some
    words. One of the three.
    """

    cues: tuple[Name, ...] = ()
    topic: Name | None = None
    containing: Text | None = None


class Retire(Action):
    """Void posts that have not been sent."""

    kind = "retire"
    effect = Effect.NONE
    retire: RetireBody


class CallProcedure(Action):
    """Start a procedure."""

    kind = "call"
    effect = Effect.NONE
    call: Name


class End(Action):
    """End the show once the cue's other actions have ended."""

    kind = "end"
    effect = Effect.NONE
    end: Literal["show"]


AnyAction = (
    Scene
    | SetTransition
    | SetText
    | Visible
    | Audio
    | Stream
    | Record
    | LowerThird
    | PlayMedia
    | Player
    | Counter
    | Post
    | Reply
    | Repost
    | Thread
    | Http
    | Osc
    | Notify
    | Say
    | Task
    | Hold
    | Silence
    | Retire
    | CallProcedure
    | End
)

KINDS: dict[str, type[Action]] = {
    cls.kind: cls
    for cls in (
        # transition comes after scene: beside a scene it belongs to the scene
        Scene,
        SetTransition,
        SetText,
        Visible,
        Audio,
        Stream,
        Record,
        LowerThird,
        PlayMedia,
        Player,
        Counter,
        Post,
        Reply,
        Repost,
        Thread,
        Http,
        Osc,
        Notify,
        Say,
        Task,
        Hold,
        Silence,
        Retire,
        CallProcedure,
        End,
    )
}
"""Every action kind by its YAML key: the one table that a new action joins."""

ActionList = Annotated[tuple[AnyAction, ...], Field(default=())]
