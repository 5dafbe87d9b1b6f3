/* SPDX-License-Identifier: GPL-2.0-only */
/* Opens all logs to replay before the first is read, and sorts them by time. */
#ifndef REPLAY_FILES_H
#define REPLAY_FILES_H

#include "replay/replay_report.h"

/*
 * Opens `count` names ("-" is standard input) into files[], which must have room for them. A file
 * that is given twice is opened once. 0 or -errno (logged). The caller calls
 * replay_files_close() in both cases.
 */
int replay_files_open(char **names, size_t count, struct replay_file *files, size_t *opened);

void replay_files_close(struct replay_file *files, size_t count);

#endif
