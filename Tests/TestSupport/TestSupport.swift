// Shared fakes.
