librectrace_a_SOURCES += src/session/beside.c src/session/box.c src/session/box.h \
	src/session/cells.c src/session/cells.h src/session/cluster.c src/session/cluster.h \
	src/session/codes.c src/session/course.c src/session/draft.c src/session/draft.h \
	src/session/engine.c src/session/engine.h src/session/finish.c src/session/finish.h \
	src/session/fold.c src/session/fold.h src/session/groups.c src/session/groups.h \
	src/session/identity.c src/session/identity.h src/session/join.c src/session/join.h \
	src/session/meter.c src/session/meter.h src/session/pace.c src/session/pace.h \
	src/session/phase.c src/session/phase.h src/session/phases.def src/session/poll.c \
	src/session/poll.h src/session/registry.c src/session/registry.h src/session/relate.c \
	src/session/session.h src/session/terms.c src/session/terms.h src/session/timeline.c \
	src/session/triple.c src/session/views.c
librectrace_a_SOURCES += src/session/aside.c src/session/aside.h src/session/hooks.c
librectrace_a_SOURCES += src/session/bodies.c src/session/lifespan.c
