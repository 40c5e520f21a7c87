librectrace_a_SOURCES += src/event/event.h src/event/fields.def src/event/kinds.def 
