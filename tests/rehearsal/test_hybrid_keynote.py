"""The keynote on four networks, rehearsed: real conductor, real drivers, emulators."""

from __future__ import annotations

from pathlib import Path

from launchctl.rehearsal.hands import people
from launchctl.rehearsal.rehearse import Rehearsal, rehearse
from launchctl.rehearsal.script import load_script

SHOW = Path(__file__).parents[2] / "runbooks" / "hybrid-keynote.yaml"


def test_everything_stands_on_every_network_once():
    """The evening as planned; the picture and its words are there too, and a
    thread and a repost hang where they shall.
    """
    deeds: list = []
    script = load_script(SHOW.with_suffix(".people.yaml"))
    done = rehearse(Rehearsal(runbook=SHOW, beside=[people(script, deeds)]))

    refused = [(deed.step.do, deed.step.target) for deed in deeds if not deed.accepted]
    assert ("green", [], []) == (done.verdict, done.nobody_answered, refused)
    networks = done.backstage.world.networks
    counts = {name: len(far_end.posts) for name, far_end in networks.items()}
    assert {"x": 6, "bluesky": 5, "mastodon": 2, "linkedin": 1} == counts

    [linkedin] = networks["linkedin"].posts
    assert linkedin.text.endswith("https://nordwerk.example/lumo")
    sky = networks["bluesky"].posts
    assert [None, None, None, sky[2].id, sky[3].id] == [post.reply_to for post in sky]
    shown = [post for name in networks for post in networks[name].posts if post.media]
    picture = (SHOW.parent / "assets" / "lumo.png").read_bytes()
    assert 6 == len(shown)
    assert {picture} == {medium.content() for post in shown for medium in post.media}
    assert all(medium.alt for post in shown for medium in post.media)
    [again] = [post for post in networks["x"].posts if post.repost_of]
    [hers] = [post for post in networks["x"].posts if post.handle == "annabrandt"]
    assert ("nordwerk", hers.id) == (again.handle, again.repost_of)
