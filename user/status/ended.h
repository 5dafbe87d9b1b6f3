/* SPDX-License-Identifier: GPL-2.0-only */
/* Describes how the last attach to an interface ended. */
#ifndef ENDED_H
#define ENDED_H

#include "state/db.h"

#define ENDED_TEXT_SIZE 256

/* "the last attach, to eth0, ended at TIME: another program detached the filter". Returns `text`.
 */
const char *ended_text(const struct db_run *run, char text[ENDED_TEXT_SIZE]);

/* The identifier in JSON. */
const char *ended_name(enum db_run_end end);

#endif
