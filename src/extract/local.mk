librectrace_a_SOURCES += src/extract/extract.h 
