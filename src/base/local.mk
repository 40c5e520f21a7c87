BASE_FILES = src/base/alloc.c src/base/alloc.h src/base/arena.c src/base/arena.h \
	src/base/dur.c src/base/err.c src/base/escape.c src/base/err.h src/base/library.c src/base/library.h src/base/limits.c \
	src/base/limits.def src/base/limits.h src/base/literals.c src/base/literals.h \
	src/base/log.c src/base/log.h src/base/map.c src/base/map.h src/base/monotonic.c \
	src/base/monotonic.h src/base/out.c src/base/out.h src/base/slices.c src/base/slices.h \
	src/base/str.c src/base/str.h src/base/time.c src/base/time.h src/base/time_text.c \
	src/base/varint.h src/base/vec.c src/base/vec.h
librectrace_a_SOURCES += $(BASE_FILES)
