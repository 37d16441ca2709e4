"""Where accounts and access are read from: one module a provider."""
