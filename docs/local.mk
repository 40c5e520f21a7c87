EXTRA_DIST += docs/samples.md
