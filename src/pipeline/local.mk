librectrace_a_SOURCES += src/pipeline/accept.c src/pipeline/accept.h src/pipeline/batch.c \
	src/pipeline/conclude.c src/pipeline/group.c src/pipeline/internal.h \
	src/pipeline/peek.c src/pipeline/verdict.c src/pipeline/work.c src/pipeline/batch.h \
	src/pipeline/intake.c src/pipeline/intake.h src/pipeline/parcel.c src/pipeline/quote.c \
	src/pipeline/quote.h src/pipeline/parcel.h src/pipeline/recall.c src/pipeline/recall.h \
	src/pipeline/spans.c src/pipeline/spans.def src/pipeline/spans.h
librectrace_a_SOURCES += src/pipeline/skew.c src/pipeline/skew.h
librectrace_a_SOURCES += src/pipeline/choice.c src/pipeline/choice.h src/pipeline/likeness.c \
	src/pipeline/likeness.h src/pipeline/redaction.c src/pipeline/redaction.h
