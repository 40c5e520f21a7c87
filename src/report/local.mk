librectrace_a_SOURCES += src/report/model.h src/report/writer.h 
