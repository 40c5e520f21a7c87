librectrace_a_SOURCES += src/event/event.c src/event/event.h src/event/fields.def \
	src/event/kinds.def src/event/leaf.h src/event/pack.c src/event/pack.h
