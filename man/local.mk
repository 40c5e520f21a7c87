dist_man_MANS += man/rectrace.1 man/rectrace-rules.5 man/rectrace-serve.8
# A page a command, made by the program from the rows of its --help (make golden; tests/man.sh holds them against it).
dist_man_MANS += man/rectrace-analyze.1 man/rectrace-bundle.1 man/rectrace-completion.1 man/rectrace-demo.1 man/rectrace-diff.1 \
	man/rectrace-explain.1 man/rectrace-formats.1 man/rectrace-help.1 man/rectrace-redact.1 man/rectrace-replay.1 \
	man/rectrace-report.1 man/rectrace-rules.1 man/rectrace-session.1 man/rectrace-sessions.1 man/rectrace-simulate.1 \
	man/rectrace-ticket.1 man/rectrace-verify.1 man/rectrace-why.1
