/* SPDX-License-Identifier: GPL-2.0-only */
/* The logs to replay: all opened before one is read, and put in the order of their times. */
#ifndef REPLAY_FILES_H
#define REPLAY_FILES_H

#include "replay/replay_report.h"

/*
 * Opens `count` names ("-" is standard input) into files[], which has room for them; one that is
 * named twice stands there once. 0 or -errno, and what is wrong was
 * logged. The caller calls replay_files_close() in any case.
 */
int replay_files_open(char **names, size_t count, struct replay_file *files, size_t *opened);

void replay_files_close(struct replay_file *files, size_t count);

#endif
