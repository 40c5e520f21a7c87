/*
 * help.h - --help and --version, made from the tables.
 */
#ifndef RECTRACE_MAIN_HELP_H
#define RECTRACE_MAIN_HELP_H

#include "base/out.h"
#include "main/command.h"

void help_program(struct out *out);
void help_command(struct out *out, const struct command *c);
/* The manual page of a command, in mdoc(7). */
void manual_command(struct out *out, const struct command *c);
/* Loads the pack to tell its identity. */
void help_version(struct out *out);

#endif
