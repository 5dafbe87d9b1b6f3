/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a replay's HTML page. */
#ifndef REPLAY_PAGE_H
#define REPLAY_PAGE_H

#include <stdio.h>

#include "replay/replay_report.h"

extern const char replay_style[];

/* Writes `length` bytes of untrusted text, escaped. */
void replay_page_text(FILE *page, const char *text, size_t length);

/* The advice; nothing if it is NULL. */
void replay_page_advice(FILE *page, const struct replay_advice *advice);

/* Charts: offences over time, and those that a block would have avoided. */
void replay_chart(FILE *page, const struct replay_report *report);

/* The sweep as a heat map, and its best pairs of limit and window. */
void replay_heat(FILE *page, const struct replay_report *report);

/* Tables: the price, hosts, networks, rules, classes. */
void replay_tables(FILE *page, const struct replay_report *report);

#endif
