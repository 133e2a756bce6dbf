"""Actions out of a source of chance, of every kind the language has."""

from __future__ import annotations

from random import Random

from launchctl.runbook import actions as act
from launchctl.times import HOUR, SECOND
from tests.simulation.draft import ACCOUNTS, SCENES, T0, Draft


def some_action(draft: Draft, procedure: str | None, *, once: bool) -> act.AnyAction:
    """One action; ``once`` False keeps to what may be repeated."""
    rng = draft.rng
    failure = some_failure(draft, procedure)
    if rng.random() < 0.15:
        return _rare(draft, procedure)
    if not once or rng.random() < 0.4:
        return _wanted(rng, failure)
    return _once(draft, failure, procedure)


def film(rng: Random) -> act.PlayMedia:
    """A film; it is ok at its real end alone."""
    body = act.FilmBody(
        play="film.mp4",
        source="Film",
        scene="Film",
        length_us=rng.choice((3, 20, 45, 90)) * SECOND,
    )
    return act.PlayMedia(media=body, stage=rng.choice((None, None, None, "side")))


def some_failure(draft: Draft, procedure: str | None) -> act.Failure | None:
    """What a certain failure does; mostly what the table says."""
    rng = draft.rng
    if rng.random() < 0.6:
        return None
    policy = rng.choice(tuple(act.OnFailure))
    if policy is act.OnFailure.CALL:
        if not draft.procedures or procedure is not None:
            return None
        return act.Failure(policy=policy, procedure=rng.choice(draft.procedures))
    if policy is act.OnFailure.ABORT and rng.random() < 0.7:
        return None
    return act.Failure(policy=policy)


def _wanted(  # noqa: C901  an arm a kind
    rng: Random, failure: act.Failure | None
) -> act.AnyAction:
    stage = rng.choice((None, None, "side"))
    for_us = rng.choice((None, None, 5 * SECOND))
    match rng.randrange(14):
        case 0 | 1 | 2:
            fade = act.Transition(name="Fade", duration_us=SECOND // 2)
            fade = rng.choice((None, None, fade))
            scene = rng.choice(SCENES)
            return act.Scene(
                scene=scene, stage=stage, transition=fade, on_failure=failure
            )
        case 3:
            text = act.SourceText(source="Count", text=rng.choice(("a", "b")))
            return act.SetText(text=text, on_failure=failure)
        case 4:
            body = act.Visibility(
                source="Logo", scene="Wait", show=rng.random() < 0.6, for_us=for_us
            )
            return act.Visible(visible=body, on_failure=failure)
        case 5:
            fader = act.Fader(input="Mic", open=rng.random() < 0.5)
            return act.Audio(audio=fader, on_failure=failure)
        case 6:
            return act.Record(record=rng.choice(("start", "stop")), on_failure=failure)
        case 7 | 8:
            return act.Counter(counter=rng.choice(("open", "freeze", "hide")))
        case 9:
            return act.Notify(notify=act.NotifyBody(to="crew", text="now"))
        case 10:
            return act.Player(player=rng.choice(("live", "spare")))
        case 11:
            say = act.SayBody(to=rng.choice(("stage", "crew")), text="now")
            return act.Say(say=say)
        case 12:
            third = act.LowerThirdBody(
                source="Name", text="Ann", scene="Reveal", for_us=for_us
            )
            return act.LowerThird(lower_third=third, on_failure=failure)
        case _:
            cut = act.SetTransition(transition=act.Transition(name="Cut"))
            return cut.model_copy(update={"on_failure": failure})


def _rare(draft: Draft, procedure: str | None) -> act.AnyAction:
    rng = draft.rng
    who = rng.choice(("caller", "comms"))
    found: list[act.AnyAction] = [
        act.Hold(hold=act.HoldBody(name=rng.choice(("stop", "look")))),
        act.Silence(silence=(rng.choice(("all", "ceo", "company")),)),
        act.Retire(retire=_retired(draft)),
        act.Task(
            task=act.TaskBody(
                who=who, what="open the door", within_us=rng.choice((5, 60)) * SECOND
            )
        ),
    ]
    if draft.procedures and procedure is None:
        found.append(act.CallProcedure(call=rng.choice(draft.procedures)))
    if rng.random() < 0.1:
        found.append(act.End(end="show"))
    return rng.choice(found)


def _retired(draft: Draft) -> act.RetireBody:
    rng = draft.rng
    if draft.posts and rng.random() < 0.5:
        return act.RetireBody(cues=(rng.choice(draft.posts),))
    if rng.random() < 0.5:
        return act.RetireBody(topic=rng.choice(("figures", "product")))
    return act.RetireBody(containing="hello 3")


# --- what is sent once ------------------------------------------------------------


def _once(
    draft: Draft, failure: act.Failure | None, procedure: str | None
) -> act.AnyAction:
    rng = draft.rng
    draw = rng.random()
    if draw < 0.2:
        body = act.HttpBody(
            url="http://127.0.0.1:1/flip",
            again=rng.choice((None, "safe")),
            teaser=rng.random() < 0.2,
        )
        return act.Http(http=body, on_failure=failure)
    if draw < 0.3:
        return act.Stream(stream=rng.choice(("start", "stop")), on_failure=failure)
    if draw < 0.35:
        return act.Osc(osc=act.OscBody(to="desk", address="/go"), on_failure=failure)
    if draw < 0.5 and procedure is None:
        return _thread(draft, failure)
    if draw < 0.6 and draft.posts and procedure is None:
        return _about_another(draft, failure)
    return act.Post(post=_post(draft, procedure), on_failure=failure)


def _account(rng: Random) -> str:
    return rng.choice((*ACCOUNTS, "ceo", "company"))


def _post(draft: Draft, procedure: str | None) -> act.PostBody:
    rng = draft.rng
    answered = draft.posts and procedure is None and rng.random() < 0.1
    return act.PostBody(
        account=_account(rng),
        text=draft.text(),
        reply_to=rng.choice(draft.posts) if answered else None,
        despite_silence=procedure is not None and rng.random() < 0.5,
        teaser=rng.random() < 0.1,
        promises=_promise(draft) if rng.random() < 0.1 else None,
    )


def _promise(draft: Draft) -> act.Promise | None:
    if not draft.posts:
        return None
    by_us = T0 + draft.rng.choice((1, 4, 25)) * HOUR
    return act.Promise(what="more", by_us=by_us, kept_by=draft.rng.choice(draft.posts))


def _thread(draft: Draft, failure: act.Failure | None) -> act.Thread:
    rng = draft.rng
    account, teaser = _account(rng), rng.random() < 0.1
    parts = tuple(
        act.PostBody(account=account, text=f"{draft.text()} {n}", teaser=teaser)
        for n in range(rng.choice((2, 3)))
    )
    body = act.ThreadBody(account=account, parts=parts)
    return act.Thread(thread=body, on_failure=failure)


def _about_another(draft: Draft, failure: act.Failure | None) -> act.AnyAction:
    rng = draft.rng
    other = rng.choice(draft.posts)
    if rng.random() < 0.5:
        body = act.PostBody(account="brand", text="repost", reply_to=other)
        return act.Repost(post=body, on_failure=failure)
    body = act.PostBody(account=_account(rng), text=draft.text(), reply_to=other)
    return act.Reply(post=body, on_failure=failure)
