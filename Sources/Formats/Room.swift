// Formats: see docs/architecture.md
