/* SPDX-License-Identifier: GPL-2.0-only */
/* What an attach that has not started to judge waits for, pinned for other commands to read. */
#ifndef START_NOTE_H
#define START_NOTE_H

#include "sobig.h"

/*
 * Pins the note of an interface that this process has claimed, or changes it. The caller holds the
 * lock of the pins. 0 or -errno. Logs nothing.
 */
int start_note_write(const char *pins, unsigned int ifindex, const struct sobig_start *note);

/* Unpins it. Does nothing if there is none. */
void start_note_remove(const char *pins, unsigned int ifindex);

/* 0; -ENOENT: there is none, or the process that wrote it has ended; or -errno. */
int start_note_read(const char *pins, unsigned int ifindex, struct sobig_start *out);

/* "exim to name its log (exim -bP log_file_path)"; follows "waiting for". */
const char *start_note_text(const struct sobig_start *note);

#endif
