"""A real Chromium on the map of a town that is served: what it asks for, what it says, and what stands on the page."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from towns import Town
from wangge_server.demo.markers import Marker, write_marker
from wangge_server.explorer import HERE
from wangge_server.maps.page import BUNDLED
from wangge_server.settings import SHIPPED_PLUGINS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WANGGE = Path(sys.executable).with_name("wangge")
FAULTS = ("error", "warning", "assert")
SPOT = """at => { const {x, y} = wanggeMap.project(at), box = wanggeMap.getCanvas().getBoundingClientRect();
  return [box.x + x, box.y + y]; }"""
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
"""Root may not open a sandbox, and a machine without a display draws WebGL in software."""


def needs_browser() -> None:
    """Skip where there is no Chromium or no bundle."""
    if CHROMIUM is None:
        pytest.skip("NO CHROMIUM: apt-get install chromium")
    if not all((HERE / "web" / name).is_file() for name in BUNDLED):
        pytest.skip("NO BUNDLE: run make web")


@dataclass
class Browsed:
    """A page, and what was noted of it."""

    page: Any
    origin: str
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def elsewhere(self) -> list[str]:
        """What was asked of another host than the town's."""
        own = urlsplit(self.origin).netloc
        return [
            one for one in self.requests if urlsplit(one).scheme in ("http", "https", "ws", "wss") and urlsplit(one).netloc != own
        ]

    async def idle(self) -> None:
        """Until the map has drawn all that it asked for."""
        await self.page.wait_for_function(
            "() => window.wanggeMap && window.wanggeMap.loaded() && window.wanggeMap.areTilesLoaded()"
        )

    async def figures(self) -> dict[str, str]:
        """What the panel says, by the name of the figure."""
        script = "all => Object.fromEntries(all.map(one => [one.dataset.figure, one.textContent]))"
        return await self.page.eval_on_selector_all("#panel [data-figure]", script)

    async def chosen(self, id: str) -> None:
        """Until a grid stands in the panel."""
        await self.page.wait_for_selector(f'#page[data-chosen="{id}"]')

    async def click_at(self, longitude: float, latitude: float) -> None:
        """A click on the map at a position."""
        await self.idle()
        spot = await self.page.evaluate(SPOT, [longitude, latitude])
        await self.page.mouse.click(*spot)


@asynccontextmanager
async def served(town: Town, folder: Path) -> AsyncIterator[str]:
    """The town's service in a process of its own, by the command that an operator runs; where it is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    service = start(town.deployment.url.render_as_string(hide_password=False), folder, port)
    try:
        origin = f"http://127.0.0.1:{port}"
        await _up(origin, service)
        yield origin
    finally:
        service.terminate()
        service.wait(20)


def start(database: str, folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the service as one of a demo, whose tokens it takes; what it says goes to `served.log`."""
    given = {"DATABASE": database, "DATA_FOLDER": str(folder), "DEVELOPMENT_SIGN_IN": "true", "PORT": str(port)}
    write_marker(folder, Marker(database=database, plugins=SHIPPED_PLUGINS, seed=1, filled=True))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    environment |= {f"WANGGE_{name}": value for name, value in given.items()}
    with (folder / "served.log").open("w") as log:
        return subprocess.Popen([WANGGE, "serve"], env=environment, cwd=folder, stdout=log, stderr=log)


async def _up(origin: str, service: subprocess.Popen[bytes]) -> None:
    """Until it is ready; a service that ends instead, or says nothing for a minute, fails the test."""
    async with httpx.AsyncClient() as client, asyncio.timeout(60):
        while service.poll() is None:
            try:
                if (await client.get(f"{origin}/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    raise AssertionError("the service did not come up; served.log says why")


@asynccontextmanager
async def browsing(origin: str, *, language: str = "en", token: str = "") -> AsyncIterator[Browsed]:
    """The map in a browser of its own."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - only where there is a browser

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await browser.new_context(locale=language, viewport={"width": 1200, "height": 800}, reduced_motion="reduce")
        if token:
            await context.add_init_script(f"sessionStorage.setItem('wangge:token', {token!r})")
        page = await context.new_page()
        browsed = Browsed(page, origin)
        page.on("request", lambda request: browsed.requests.append(request.url))
        page.on("console", lambda message: message.type in FAULTS and browsed.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: browsed.said.append(f"pageerror: {error}"))
        await page.goto(f"{origin}/map")
        yield browsed
        await browser.close()
