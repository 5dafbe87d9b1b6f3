/* SPDX-License-Identifier: GPL-2.0-only */
/* Follows the journal of a systemd unit: what its exim logs to syslog. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "read/syslog/syslog.h"

struct journal;

/* The record and its text are valid during the call only. */
typedef void journal_record(void *context, const struct syslog_record *record);

/*
 * Follows `unit` ("exim4" means exim4.service) from the current end of this machine's journal, or
 * from after `cursor` (from journal_cursor()): 0, or -errno from sd_journal_open(3); -ENOENT: there
 * is no journal that may be read. The caller closes *out.
 */
int journal_open(const char *unit, const char *cursor, struct journal **out);

/* The current position; "": none yet, or it does not fit. */
void journal_cursor(const struct journal *journal, char *out, size_t size);

/* Readable when journal_read() has something to do; for poll(2) only. */
int journal_fd(const struct journal *journal);

/*
 * Delivers the records since the last call, up to a limit. 0; 1: there is more; -errno: the journal
 * can no longer be read.
 */
int journal_read(struct journal *journal, journal_record *record, void *context);

/* Accepts NULL. */
void journal_close(struct journal *journal);

#endif
