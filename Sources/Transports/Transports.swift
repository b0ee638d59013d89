// Transports: in the making.
