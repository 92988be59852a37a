// Loader: see docs/architecture.md
