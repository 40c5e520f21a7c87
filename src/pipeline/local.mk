librectrace_a_SOURCES += 
