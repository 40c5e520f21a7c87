librectrace_a_SOURCES += src/live/bind.c src/live/engine.c src/live/engine.h src/live/internal.h \
	src/live/knot.c src/live/resume.c src/live/spring.c src/live/springs.c src/live/ties.c \
	src/live/trim.c src/live/upshot.c src/live/view.c
