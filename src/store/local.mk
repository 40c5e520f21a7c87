librectrace_a_SOURCES += src/store/alive.c src/store/chunk.c src/store/forget.c \
	src/store/internal.h src/store/keys.c src/store/labels.def src/store/lock.c \
	src/store/merge.c src/store/merge.h src/store/read.c src/store/run.c src/store/run.h \
	src/store/schema.c src/store/seen.c src/store/seen.h src/store/shelf.c \
	src/store/shelf.h src/store/sieve.c src/store/sieve.h src/store/sql.c src/store/store.c \
	src/store/store.h src/store/sum.c src/store/write.c src/store/wal.c
