// PkgStore: see docs/architecture.md
