/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds configuration mistakes: rules that can never fire, allow-list entries that are too wide. */
#ifndef LINT_H
#define LINT_H

#include "config/config.h"

/* `rule`: the affected rule, NULL: none. `text` is valid only during the call. */
typedef void lint_finding(void *context, const struct config_rule *rule, const char *text);

/* Calls `finding` for each mistake found. */
void lint_config(const struct config *config, lint_finding *finding, void *context);

#endif
