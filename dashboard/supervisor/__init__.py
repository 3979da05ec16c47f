"""Everything on one machine under one foreground process; see `manage.py run`."""
