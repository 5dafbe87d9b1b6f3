/* SPDX-License-Identifier: GPL-2.0-only */
/* What a configuration says against itself: rules that can never fire, entries that swallow them.
 */
#ifndef LINT_H
#define LINT_H

#include "config/config.h"

/* `rule`: the one that it is about, NULL: none in particular. The text is gone after the call. */
typedef void lint_finding(void *context, const struct config_rule *rule, const char *text);

void lint_config(const struct config *config, lint_finding *finding, void *context);

#endif
