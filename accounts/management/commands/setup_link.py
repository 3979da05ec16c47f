from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.setup import pending_setup_path


class Command(BaseCommand):
    help = "Print a one-time link for the first admin. Earlier links stop working."

    def handle(self, *args: Any, **options: Any) -> None:
        path = pending_setup_path()
        if path is None:
            self.stdout.write("Somebody has an account already. Ask an admin for an invitation.")
            return
        home = settings.PUBLIC_URL or f"http://{settings.BIND.host}:{settings.BIND.port}"
        self.stdout.write(f"{home}{path}")
