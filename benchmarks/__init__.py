"""How fast the product is beside what the databases can do at all: `make bench`."""
