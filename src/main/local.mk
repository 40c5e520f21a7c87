rectrace_SOURCES += src/main/main.c
