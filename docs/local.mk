EXTRA_DIST += docs/pictures.py docs/page.png docs/session.png docs/terminal.png docs/report.schema.json docs/samples.md docs/faults.md README.md ARCHITECTURE.md CONTRIBUTING.md CHANGES.md quickstart

# One scenario a file; docs/samples.md tells what happens in each.
EXTRA_DIST += $(srcdir)/samples/*
