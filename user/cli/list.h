/* SPDX-License-Identifier: GPL-2.0-only */
/* A block in force, as list and explain show it. */
#ifndef LIST_H
#define LIST_H

#include "act/survey.h"
#include "cli/cli.h"

json_t *list_json(const struct survey_entry *entry);

#endif
