librectrace_a_SOURCES += src/store/forget.c src/store/internal.h src/store/labels.def src/store/lock.c src/store/read.c \
	src/store/schema.c src/store/seen.c src/store/seen.h src/store/shelf.c src/store/shelf.h src/store/store.c src/store/store.h src/store/write.c src/store/wal.c
