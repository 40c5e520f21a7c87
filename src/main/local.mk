rectrace_SOURCES += src/main/cmd_analyze.c src/main/cmd_diff.c src/main/cmd_explain.c \
	src/main/cmd_formats.c src/main/cmd_replay.c src/main/cmd_rules.c src/main/cmd_serve.c \
	src/main/cmd_ticket.c src/main/cmd_bundle.c src/main/cmd_simulate.c src/main/clean.c \
	src/main/clean.h src/main/cmd_verify.c src/main/cmd_completion.c src/main/cmd_sessions.c \
	src/main/cmd_why.c src/main/command.h src/main/cmd_help.c src/main/manual.c src/main/find.c \
	src/main/help.c src/main/help.h src/main/main.c src/main/options.c src/main/options.def \
	src/main/options.h src/main/run.c src/main/run.h src/main/table.c src/main/terminal.c \
	src/main/terminal.h
