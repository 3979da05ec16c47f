"""The environment of the tests, set before Django reads its settings (a plugin of pytest).

DATABASE_URL and REDIS_URL are left as they are, so that the same tests pass on other services.
"""

import atexit
import os
import shutil
import tempfile

DATA_DIR = tempfile.mkdtemp(prefix="tollbook-tests-")
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)

for name in [name for name in os.environ if name.startswith("TOLLBOOK_")]:
    del os.environ[name]
os.environ |= {
    "SECRET_KEY": "a-key-for-tests-only-0123456789-abcdefghijklmnopqrst",
    "TOLLBOOK_CREDENTIAL_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "TOLLBOOK_DATA_DIR": DATA_DIR,
    "EMAIL_URL": "memorymail://",
    # Playwright keeps an event loop in the thread of the tests, and Django would refuse to work.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}
for name in ("SECRET_KEY_FILE", "DEBUG", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)
