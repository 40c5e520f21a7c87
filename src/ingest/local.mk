librectrace_a_SOURCES += src/ingest/feed.c src/ingest/feed.h src/ingest/inflate.h \
	src/ingest/inflate_isal.c src/ingest/inflate_table.c src/ingest/inflate_zlib.c \
	src/ingest/inputs.c src/ingest/inputs.h src/ingest/archive.c src/ingest/archive.h \
	src/ingest/libarchive.c src/ingest/libarchive.def src/ingest/libarchive.h \
	src/ingest/manifest.c src/ingest/manifest.h src/ingest/marks.c src/ingest/marks.h \
	src/ingest/spool.c src/ingest/spool.h src/ingest/reader.c src/ingest/reader.h \
	src/ingest/ring.c src/ingest/ring.h
