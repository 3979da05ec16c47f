"""Everything behind the socket: the site, and what spoils, counts and steers it."""

import inspect
import random
import string
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from types import ModuleType
from typing import Any

from . import routes
from .answers import Reply, too_many_requests
from .calls import Request
from .control import Control
from .delivery import compress
from .dialect import Gateway
from .faults import Faults, Kind
from .growth import Growth
from .ledger import Entry, Ledger
from .limiter import Limiter
from .openai_hk import routes as openai_hk_routes
from .openai_hk.profiles import OpenaiHk
from .profile import Profile
from .site import Site

PRODUCTS: Mapping[type[Profile], ModuleType] = {Gateway: routes, OpenaiHk: openai_hk_routes}
MOVED = 301
LETTERS = string.ascii_letters + string.digits
NO_FAULT = Kind()


@dataclass(frozen=True, kw_only=True)
class Answer:
    reply: Reply
    body: bytes
    way: str | None = None
    how: Mapping[str, Any] = field(default_factory=dict)


class Backend:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.faults, self.ledger, self.limiter = Faults(), Ledger(), Limiter()
        self.control = Control(
            site,
            faults=self.faults,
            ledger=self.ledger,
            limiter=self.limiter,
            growth=Growth(site),
        )
        self._random = random.Random(1)

    def answer(self, request: Request, entry: Entry) -> Answer:
        with self.site.lock:
            fault = self.faults.take(request)
            effect, how = (fault.effect, dict(fault.how)) if fault else (NO_FAULT, {})
            how["speaks"] = self.site.profile
            reply = self._reply(request, effect, how)
            reply.headers |= self._common_headers(reply)
        entry.status, entry.fault = reply.status, fault.kind if fault else None
        body = reply.encoded()
        if effect.recode:
            body = effect.recode(body, how)
        accepted = request.headers.get("accept-encoding", "")
        return Answer(
            reply=reply,
            body=compress(body, reply.headers, accepted),
            way=effect.deliver,
            how=how,
        )

    def _reply(self, request: Request, effect: Kind, how: Mapping[str, Any]) -> Reply:
        if effect.happen:
            effect.happen(self.site, how)
        reply = effect.replace(how) if effect.replace else self._ask(request, effect)
        if effect.forget:
            reply = effect.forget(how)
        if effect.change:
            effect.change(reply.body, how)
        return reply

    def _ask(self, request: Request, effect: Kind) -> Reply:
        limit = self.site.rate_limit
        if request.path.startswith(self.site.profile.api) and not self.limiter.accepts(limit):
            return too_many_requests(limit[1] if self.site.profile.has_retry_after else None)
        return self._product.answer(self.site, request, is_database_broken=effect.breaks_database)

    def _common_headers(self, reply: Reply) -> dict[str, str]:
        now = self.site.clock.now()
        headers = {"Date": formatdate(now, usegmt=True)}
        if reply.status == MOVED:
            return headers  # the router says that, before anything else of the site is reached
        stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(now))
        tail = "".join(self._random.choices(LETTERS, k=8))
        request_id = f"{stamp}{time.time_ns() % 10**9:09}{tail}"
        return headers | self._product.headers(self.site, request_id)

    @property
    def _product(self) -> ModuleType:
        return PRODUCTS[type(self.site.profile)]

    def do(self, verb: str, arguments: Mapping[str, Any]) -> tuple[int, object]:
        """One step of the control plane: 200 and its result, or 400 and what was wrong."""
        method = getattr(self.control, verb, None)
        if verb.startswith("_") or not callable(method):
            return 404, f"no such verb: {verb}"
        try:
            inspect.signature(method).bind(**arguments)
            with self.site.lock:
                return 200, method(**arguments)
        except (TypeError, ValueError, KeyError) as error:
            return 400, f"{type(error).__name__}: {error}"
