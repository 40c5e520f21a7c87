dist_man_MANS += man/rectrace.1 man/rectrace-rules.5 man/rectrace-serve.8
