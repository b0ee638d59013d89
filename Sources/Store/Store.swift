// Store: in the making.
