// Archiving: see docs/architecture.md
