"""What a headless OBS is started with: every file it needs to start without a question,
and the show that its tests play on.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

WIDTH, HEIGHT, FPS = 640, 360, 30
PASSWORD = "stage-left"
COUNTER = "PreorderCounter"
MICROPHONE = "Lectern"
COLOURS = {
    "Countdown": (200, 30, 30),
    "Keynote": (30, 160, 30),
    "Reveal": (30, 30, 200),
    "HoldingSlide": (90, 90, 90),
}
"""Scenes and the colour (red, green, blue) that fills each. Starts on HoldingSlide."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where OBS streams to, and what is on its stage beside ``COLOURS``.

    Attributes:
        rtmp: the server, as in OBS's settings; the key is ``launch``.
        scenes: more scenes, each with the colour that fills it.
        texts: more text sources, each with the scene it stands in.
    """

    rtmp: str
    scenes: Mapping[str, tuple[int, int, int]]
    texts: Mapping[str, str]


_SHIM = r"""
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int bind(int fd, const struct sockaddr *asked, socklen_t size) {
  int (*next)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
  struct sockaddr_storage own;
  if (size > sizeof own) return next(fd, asked, size);
  memcpy(&own, asked, size);
  struct sockaddr_in *v4 = (struct sockaddr_in *)&own;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&own;
  if (own.ss_family == AF_INET && v4->sin_addr.s_addr == htonl(INADDR_ANY))
    v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (own.ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr))
    v6->sin6_addr = in6addr_loopback;
  return next(fd, (struct sockaddr *)&own, size);
}
"""


def write_configuration(folder: Path, port: int, setting: Setting) -> None:
    """Every file that OBS needs to start without a question."""
    base = folder / "config/obs-studio"
    profile, scenes = base / "basic/profiles/Show", base / "basic/scenes"
    recordings = folder / "recordings"
    for each in (profile, scenes, recordings):
        each.mkdir(parents=True, exist_ok=True)
    (base / "global.ini").write_text(
        _ini(
            {
                "General": {
                    "FirstRun": "true",
                    "LastVersion": 486539266,
                    "InfoIncrement": 99,
                    "EnableAutoUpdates": "false",
                    "ConfirmOnExit": "false",
                },
                "Basic": {
                    "Profile": "Show",
                    "ProfileDir": "Show",
                    "SceneCollection": "Show",
                    "SceneCollectionFile": "Show",
                },
                "BasicWindow": {
                    "PreviewEnabled": "false",
                    "WarnBeforeStartingStream": "false",
                    "WarnBeforeStoppingStream": "false",
                    "WarnBeforeStoppingRecord": "false",
                },
                "OBSWebSocket": {
                    "FirstLoad": "false",
                    "ServerEnabled": "true",
                    "ServerPort": port,
                    "AlertsEnabled": "false",
                    "AuthRequired": "true",
                    "ServerPassword": PASSWORD,
                },
            }
        )
    )
    (profile / "basic.ini").write_text(
        _ini(
            {
                "General": {"Name": "Show"},
                "Video": {
                    "BaseCX": WIDTH,
                    "BaseCY": HEIGHT,
                    "OutputCX": WIDTH,
                    "OutputCY": HEIGHT,
                    "FPSType": 0,
                    "FPSCommon": FPS,
                },
                "Output": {
                    "Mode": "Simple",
                    "Reconnect": "true",
                    "RetryDelay": 2,
                    "MaxRetries": 25,
                },
                "SimpleOutput": {
                    "FilePath": recordings,
                    "RecFormat": "mkv",
                    "VBitrate": 600,
                    "Preset": "ultrafast",
                    "RecQuality": "Stream",
                    "StreamEncoder": "x264",
                    "RecEncoder": "x264",
                    "UseAdvanced": "true",
                    # a segment can only end at a keyframe, every 250 frames if unsaid
                    "x264Settings": f"keyint={FPS * 2} scenecut=0",
                },
            }
        )
    )
    (profile / "service.json").write_text(
        json.dumps(
            {
                "type": "rtmp_custom",
                "settings": {"server": setting.rtmp, "key": "launch"},
            }
        )
    )
    (scenes / "Show.json").write_text(json.dumps(_collection(setting)))


def _ini(sections: dict[str, dict[str, object]]) -> str:
    return "\n".join(
        "\n".join(
            [f"[{name}]", *(f"{key}={value}" for key, value in values.items()), ""]
        )
        for name, values in sections.items()
    )


def _collection(setting: Setting) -> dict[str, object]:
    colours = {**COLOURS, **setting.scenes}
    texts = {COUNTER: "Reveal", **setting.texts}
    sources = [_colour(scene, colour) for scene, colour in colours.items()]
    sources += [_text(name) for name in texts]
    sources.append(
        {
            "id": "ffmpeg_source",
            "versioned_id": "ffmpeg_source",
            "name": MICROPHONE,
            "settings": {},
        }
    )
    for scene in colours:
        items = [(f"{scene} colour", 0, 0)]
        items += [(text, 40, HEIGHT // 2) for text, at in texts.items() if at == scene]
        if scene == "Keynote":
            items.append((MICROPHONE, 0, 0))
        sources.append(_scene(scene, items))
    return {
        "name": "Show",
        "current_scene": "HoldingSlide",
        "current_program_scene": "HoldingSlide",
        "scene_order": [{"name": name} for name in colours],
        "sources": sources,
        "current_transition": "Cut",
        "transition_duration": 300,
        "transitions": [],
        "modules": {},
    }


def _colour(scene: str, colour: tuple[int, int, int]) -> dict[str, object]:
    red, green, blue = colour
    return {
        "id": "color_source_v3",
        "versioned_id": "color_source_v3",
        "name": f"{scene} colour",
        "settings": {
            "color": 0xFF000000 | blue << 16 | green << 8 | red,
            "width": WIDTH,
            "height": HEIGHT,
        },
    }


def _text(name: str) -> dict[str, object]:
    font = {"face": "DejaVu Sans", "style": "Bold", "size": 48, "flags": 1}
    return {
        "id": "text_ft2_source",
        "versioned_id": "text_ft2_source_v2",
        "name": name,
        "settings": {"text": "", "font": font},
    }


def _scene(name: str, items: list[tuple[str, int, int]]) -> dict[str, object]:
    return {
        "id": "scene",
        "versioned_id": "scene",
        "name": name,
        "settings": {
            "id_counter": len(items),
            "items": [
                {
                    "name": source,
                    "id": number,
                    "visible": True,
                    "pos": {"x": float(x), "y": float(y)},
                    "scale": {"x": 1.0, "y": 1.0},
                    "align": 5,
                }
                for number, (source, x, y) in enumerate(items, 1)
            ],
        },
    }


def compile_shim(folder: Path) -> None:
    """Compile ``loopback.so``, to be loaded before everything else."""
    source = folder / "loopback.c"
    source.write_text(_SHIM)
    library = folder / "loopback.so"
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True
    )
