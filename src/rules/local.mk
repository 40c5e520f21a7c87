librectrace_a_SOURCES += src/rules/load.h src/rules/pack.h src/rules/rule_set.h 
