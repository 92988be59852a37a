// Signing: see docs/architecture.md
