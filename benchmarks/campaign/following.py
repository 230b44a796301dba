"""Following a campaign from outside, over a WebSocket: when was told that how many are accounted for, and how late that was."""

import bisect
import threading
import time
from collections.abc import Sequence
from typing import Any

import orjson
from websockets.sync.client import connect
from websockets.typing import Subprotocol

FOLLOW = "subscription($id: ID) { campaignProgress(id: $id) { campaign { progress { targets open } } } }"


PROTOCOL = Subprotocol("graphql-transport-ws")


class Follower(threading.Thread):
    """Notes each message with its moment until it is stopped."""

    def __init__(self, port: int, token: str, campaign: str) -> None:
        super().__init__(daemon=True)
        self._port, self._token, self._campaign = port, token, campaign
        self.told: list[tuple[float, int]] = []
        """When, and how many were accounted for."""
        self.started = threading.Event()
        self._stopped = threading.Event()

    def run(self) -> None:
        with connect(f"ws://127.0.0.1:{self._port}/graphql", subprotocols=[PROTOCOL]) as socket:
            self._say(socket, {"type": "connection_init", "payload": {"authorization": f"Bearer {self._token}"}})
            while not self._stopped.is_set():
                try:
                    message = orjson.loads(socket.recv(timeout=0.5))
                except TimeoutError:
                    continue
                self._take(socket, message)

    def _take(self, socket: Any, message: dict[str, Any]) -> None:
        match message["type"]:
            case "connection_ack":
                payload = {"query": FOLLOW, "variables": {"id": self._campaign}}
                self._say(socket, {"type": "subscribe", "id": "1", "payload": payload})
            case "ping":
                self._say(socket, {"type": "pong"})
            case "next":
                campaign = message["payload"]["data"]["campaignProgress"]["campaign"]
                if campaign is not None:
                    progress = campaign["progress"]
                    self.told.append((time.monotonic(), progress["targets"] - progress["open"]))
                self.started.set()
            case other:
                raise AssertionError(f"the service said {other}: {message}")

    def stop(self) -> None:
        """Wait for what is still told, and end."""
        time.sleep(2)
        self._stopped.set()
        self.join()

    @staticmethod
    def _say(socket: Any, message: dict[str, Any]) -> None:
        socket.send(orjson.dumps(message).decode())


def lags(answered: Sequence[tuple[float, int]], told: Sequence[tuple[float, int]]) -> list[float]:
    """For each answered check-in, the seconds until a message told of at least as many as had been answered by then."""
    moments, accounted = [at for at, _ in told], [count for _, count in told]
    found, whole = list[float](), 0
    for at, count in sorted(answered):
        whole += count
        place = bisect.bisect_left(accounted, whole)
        late = moments[place] - at if place < len(moments) else float("inf")
        found += [max(0.0, late)] * count
    return found
