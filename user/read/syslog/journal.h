/* SPDX-License-Identifier: GPL-2.0-only */
/* Follows what a systemd unit's exim says to syslog, in the journal. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "read/syslog/syslog.h"

struct journal;

/* The record and its text are gone after the call. */
typedef void journal_record(void *context, const struct syslog_record *record);

/*
 * Follows `unit` ("exim4" means exim4.service) from the present end of the journal of this
 * machine, or from behind `cursor` (of journal_cursor()): 0, or -errno of sd_journal_open(3);
 * -ENOENT: there is no journal that we may read. The caller closes *out.
 */
int journal_open(const char *unit, const char *cursor, struct journal **out);

/* Where the reading has come; "": nowhere yet, or it does not fit. */
void journal_cursor(const struct journal *journal, char *out, size_t size);

/* Readable when journal_read() has something to do; for poll(2) only. */
int journal_fd(const struct journal *journal);

/*
 * Hands over what was said since the last call, or, of very much, some of it. 0; 1: there is more;
 * -errno: nothing more can be read.
 */
int journal_read(struct journal *journal, journal_record *record, void *context);

/* Accepts NULL. */
void journal_close(struct journal *journal);

#endif
