librectrace_a_SOURCES += src/ingest/inflate.h src/ingest/inputs.h src/ingest/reader.h 
