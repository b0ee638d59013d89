"""The driver of `make bench`: runs Carillon and its peers side by side and says how they compare."""
