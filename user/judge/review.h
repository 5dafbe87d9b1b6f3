/* SPDX-License-Identifier: GPL-2.0-only */
/* What a configuration says against itself: rules that can never fire, entries that swallow them.
 */
#ifndef REVIEW_H
#define REVIEW_H

#include "judge/config.h"

/* `rule`: the one that it is about, NULL: none in particular. The text is gone after the call. */
typedef void review_finding(void *context, const struct config_rule *rule, const char *text);

void review_config(const struct config *config, review_finding *finding, void *context);

#endif
