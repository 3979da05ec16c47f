"""A believable team for `manage.py demo`: who they are, what is made up for them, and how it gets
into a database of its own through the product's own doors."""
