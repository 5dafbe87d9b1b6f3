/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a replay's page. */
#ifndef REPLAY_PAGE_H
#define REPLAY_PAGE_H

#include <stdio.h>

#include "replay/replay_report.h"

extern const char replay_style[];

/* The storm over time, and what would have been cut off. */
void replay_chart(FILE *page, const struct replay_report *report);

/* The sweep, as colours and figures, and the pairs of numbers that are worth a thought. */
void replay_heat(FILE *page, const struct replay_report *report);

/* Whom and what it was about: the price, hosts, networks, rules, classes. */
void replay_tables(FILE *page, const struct replay_report *report);

#endif
