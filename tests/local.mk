# Unit programs are named by a .mk file for each folder of src.
if HAVE_CUNIT
include tests/unit/base.mk
include tests/unit/event.mk
include tests/unit/ingest.mk
include tests/unit/rules.mk
include tests/unit/extract.mk
include tests/unit/session.mk
include tests/unit/detect.mk
include tests/unit/report.mk
include tests/unit/pipeline.mk
include tests/unit/store.mk
include tests/unit/live.mk
include tests/unit/receive.mk
endif
include tests/cases/local.mk
include tests/fuzz/local.mk
include tests/faults/local.mk
include tests/serve/local.mk
include tests/page/local.mk
include tests/bundle/local.mk
include tests/exchange/local.mk
include tests/simulate/local.mk
TESTS += tests/rules.sh tests/man.sh tests/layers.sh tests/completion.sh tests/terminal.sh
EXTRA_DIST += tests/lib/check.h tests/lib/pack.h tests/rules.sh tests/man.sh tests/layers.sh tests/completion.sh tests/terminal.sh tests/terminal.py \
	tests/failed.sh

# The drawing of ARCHITECTURE.md, from the code.
.PHONY: layers
layers:
	@srcdir=$(srcdir) sh $(srcdir)/tests/layers.sh
