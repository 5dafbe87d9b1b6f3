/* SPDX-License-Identifier: GPL-2.0-only */
/* What standing.c and standing_rows.c share. */
#ifndef STANDING_INTERNAL_H
#define STANDING_INTERNAL_H

#include "judge/standing.h"
#include "judge/standing_table.h"

struct standing {
	struct standing_table table;
	struct standing_clock clock;
};

/* Brings an entry to a day: what was today is over. */
void standing_roll(struct standing_entry *entry, uint16_t day);

/* Adds to two counts; when one is full, both are halved, which keeps their share. */
void standing_count(uint16_t *accepted, uint16_t *bad, uint32_t more_accepted, uint32_t more_bad);

/* `days` pass at once. */
void standing_pass_days(struct standing_clock *clock, uint32_t days);

/* How many days of the table pass from one UTC day to a later one. */
uint32_t standing_days_between(int64_t from, int64_t to);

/* The day of the table at a time, without counting it. */
uint16_t standing_day_of(const struct standing *standing, int64_t time);

/* What is known from the entry alone, on a day of the table. */
void standing_view(const struct standing_entry *entry, uint16_t day, struct standing_view *out);

#endif
