"""How the web server runs, on one machine and in a container."""

import os

bind = os.environ.get("TOLLBOOK_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("TOLLBOOK_WEB_PROCESSES", "1"))
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 5
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True  # it would be made in the home directory, which may be read-only
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
forwarded_allow_ips = ""  # Django alone decides what a proxy may say: TOLLBOOK_TRUSTED_PROXIES
