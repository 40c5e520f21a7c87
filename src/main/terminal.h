/*
 * terminal.h - what the terminal can show, and the progress line.
 */
#ifndef RECTRACE_MAIN_TERMINAL_H
#define RECTRACE_MAIN_TERMINAL_H

#include "ingest/inputs.h"
#include "main/options.h"
#include "pipeline/batch.h"
#include "report/writer.h"

/* Colour, columns and character set for a document written to `o->output`. */
struct writer_options terminal_writer_options(const struct options *o);

/* A line on stderr that shows how far reading is: from 300 ms on, on a terminal only (or always with
 * --progress always). It steps aside for messages and erases itself. */
struct progress;
struct progress *progress_start(const struct options *o, const struct input_list *inputs,
                                struct batch_progress *counts);
void progress_stop(struct progress **pp);

#endif
