/* SPDX-License-Identifier: GPL-2.0-only */
/* top's figures between plots and list: the log's, how full the tables are, rule by rule. */
#ifndef TOP_FACTS_H
#define TOP_FACTS_H

#include "top/top_types.h"

/* Draws the figures above the list, in so many lines from `y` on. */
void top_facts_draw(const struct top *top, int y, int lines, int width);
void top_facts_draw_rules(const struct top *top, int y, int lines, int width);

/* Chooses the rules to show on a screen of this size, the busiest first. Returns how many. */
int top_facts_rules(const struct top *top, const struct overview_rule *out[OVERVIEW_RULES_MAX]);

#endif
