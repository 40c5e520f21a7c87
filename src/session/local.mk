librectrace_a_SOURCES += src/session/engine.h src/session/phases.def src/session/session.h 
