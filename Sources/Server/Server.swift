// Server: in the making.
