// SPDX-License-Identifier: GPL-2.0-only
/* The rows of standing: saved, restored, merged and searched. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge/standing_internal.h"

static void standing_row(const struct standing_entry *entry, struct standing_row *out)
{
	*out = (struct standing_row){
		.addr = standing_table_addr(entry),
		.kind = entry->kind,
		.day = entry->day,
		.days = entry->days,
		.accepted = entry->accepted,
		.bad = entry->bad,
		.accepted_today = entry->accepted_today,
		.bad_today = entry->bad_today,
		.proof = entry->proof,
		.bad_yesterday = entry->bad_yesterday,
	};
}

int standing_set(struct standing *standing, const struct standing_row *row)
{
	struct addr masked = row->kind == STANDING_NETWORK ? standing_table_network(&row->addr)
							   : addr_host(&row->addr);
	struct standing_entry *entry;

	if (row->kind > STANDING_NETWORK || memcmp(&masked, &row->addr, sizeof(masked)) ||
	    addr_is_special(&row->addr) || row->days >> STANDING_DAYS ||
	    row->proof > STANDING_PROOF)
		return -EINVAL;
	entry = standing_table_need(&standing->table, standing_table_key(&row->addr), row->kind,
				    row->day);
	if (!entry)
		return -ENOMEM;
	entry->day = row->day;
	entry->days = row->days;
	entry->accepted = row->accepted;
	entry->bad = row->bad;
	entry->accepted_today = row->accepted_today;
	entry->bad_today = row->bad_today;
	entry->proof = row->proof;
	entry->bad_yesterday = row->bad_yesterday;
	standing_table_renew(entry);
	return 0;
}

void standing_each(const struct standing *standing,
		   void (*each)(void *context, const struct standing_row *row), void *context)
{
	struct standing_row row;

	for (uint32_t index = 1; index <= standing->table.used; index++) {
		const struct standing_entry *entry = standing_table_at(&standing->table, index);

		if (!entry->used)
			continue;
		standing_row(entry, &row);
		each(context, &row);
	}
}

void standing_changed(struct standing *standing,
		      void (*each)(void *context, const struct standing_row *row), void *context)
{
	struct standing_table *table = &standing->table;
	const size_t count = table->changed_all ? table->used : table->changed_count;
	struct standing_row row;

	for (size_t i = 0; i < count; i++) {
		uint32_t index = table->changed_all ? i + 1 : table->changed[i];
		struct standing_entry *entry = standing_table_at(table, index);

		/* An entry that was forgotten since has no row. */
		if (!entry->used || !entry->changed)
			continue;
		entry->changed = 0;
		standing_row(entry, &row);
		each(context, &row);
	}
	table->changed_all = false;
	table->changed_count = 0;
	free(table->changed);
	table->changed = NULL;
}

static int standing_merge_entry(struct standing *standing, const struct standing_entry *from,
				uint16_t day)
{
	struct standing_entry other = *from, *entry;
	uint8_t proof;

	entry = standing_table_need(&standing->table, from->key, from->kind, day);
	if (!entry)
		return -ENOMEM;
	other.day = day;
	standing_roll(&other, entry->day);
	standing_roll(entry, other.day);
	standing_count(&entry->accepted, &entry->bad, other.accepted, other.bad);
	standing_count(&entry->accepted_today, &entry->bad_today, other.accepted_today,
		       other.bad_today);
	entry->days |= other.days;
	proof = entry->proof + other.proof;
	entry->proof = proof < STANDING_PROOF ? proof : STANDING_PROOF;
	entry->bad_yesterday |= other.bad_yesterday;
	standing_table_renew(entry);
	standing_table_note(&standing->table, entry);
	return 0;
}

/* A day of the table that is `shift` days after one of another table; not before its first. */
static uint16_t standing_shift(uint16_t day, int32_t shift)
{
	return day + shift < 1 ? 1 : day + shift;
}

int standing_merge(struct standing *standing, const struct standing *earlier)
{
	struct standing_clock *clock = &standing->clock, other = earlier->clock;
	uint16_t first;
	int32_t shift;
	int err = 0;

	if (!other.day)
		return 0;
	if (!clock->day)
		*clock = (struct standing_clock){ .day = other.day,
						  .inner = other.inner,
						  .first = other.first };
	if (clock->day < other.day) {
		standing_pass_days(clock, standing_days_between(clock->day, other.day));
		clock->day = other.day;
	}
	shift = clock->inner - other.inner;
	if (clock->day > other.day) {
		const uint32_t behind = standing_days_between(other.day, clock->day);

		standing_pass_days(&other, behind);
		shift -= behind;
	}
	for (uint32_t index = 1; index <= earlier->table.used && !err; index++) {
		const struct standing_entry *entry = standing_table_at(&earlier->table, index);

		if (entry->used)
			err = standing_merge_entry(standing, entry,
						   standing_shift(entry->day, shift));
	}
	first = standing_shift(other.first, shift);
	if (first < clock->first)
		clock->first = first;
	clock->accepted += other.accepted;
	clock->accepted_today += other.accepted_today;
	return err;
}

static void standing_tell_known(const struct standing_entry *entry, uint16_t day,
				void (*each)(void *context, const struct addr *host), void *context)
{
	const struct addr addr = standing_table_addr(entry);
	struct standing_view view;

	standing_view(entry, day, &view);
	if (view.known)
		each(context, &addr);
}

void standing_known_in(struct standing *standing, const struct addr_prefix *network, int64_t time,
		       void (*each)(void *context, const struct addr *host), void *context)
{
	const int width = (addr_is_ipv4(&network->addr) ? 32 : 64) - network->length;
	const uint64_t hosts = width < 0 ? 0 : width < 64 ? UINT64_C(1) << width : UINT64_MAX;
	const uint64_t first = standing_table_key(&network->addr);
	const uint16_t day = standing_day_of(standing, time);
	struct standing_table *table = &standing->table;

	/* Hosts of a network are consecutive keys. */
	for (uint64_t i = 0; hosts <= table->used && i < hosts; i++) {
		const struct standing_entry *entry =
			standing_table_find(table, first + i, STANDING_HOST);

		if (entry)
			standing_tell_known(entry, day, each, context);
	}
	for (uint32_t index = 1; hosts > table->used && index <= table->used; index++) {
		const struct standing_entry *entry = standing_table_at(table, index);

		if (entry->used && entry->kind == STANDING_HOST && entry->key - first < hosts)
			standing_tell_known(entry, day, each, context);
	}
}
