// SPDX-License-Identifier: GPL-2.0-only
/* What each host is known for: how much of its mail was accepted, and on how many days. */
#include "judge/standing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"

#define STANDING_CHUNK	     4096 /* entries allocated at a time */
#define STANDING_MOST_MIN    64
#define STANDING_BUCKETS_MIN 1024
#define STANDING_DAY_MS	     (24 * 3600 * INT64_C(1000))

/* The table's first day, so that there is room for earlier ones that are merged. */
#define STANDING_FIRST_DAY 1000

/* UTC days that may pass at once; more are a clock that was set. */
#define STANDING_GAP_MAX 7

/* A seventh of a sum is forgotten each day. */
#define STANDING_DECAY(sum) ((sum) - ((sum) + 6) / 7)

#define STANDING_GOOD_SHARE	  90 /* percent of offences on a good day, at most */
#define STANDING_PROOF		  3  /* accepted messages that a good day needs */
#define STANDING_TODAY		  10 /* accepted messages that make a sender known today */
#define STANDING_NETWORK_ACCEPTED 50
#define STANDING_NETWORK_SHARE	  30

/* How often the hand that frees entries passes one before it is freed. */
#define STANDING_CHANCES_FEW  1
#define STANDING_CHANCES_MANY 3

/* Index 0 is none. */
struct standing_entry {
	uint64_t key; /* see standing_key() */
	uint32_t next;
	uint32_t days;
	uint16_t day;
	uint16_t accepted, bad;
	uint16_t accepted_today, bad_today;
	uint8_t chances;
	uint8_t kind : 1, bad_yesterday : 1, changed : 1, used : 1, proof : 2;
};

_Static_assert(sizeof(struct standing_entry) + 2 * sizeof(uint32_t) <= STANDING_HOST_BYTES,
	       "an entry, its bucket while buckets are doubled");

struct standing {
	struct standing_options options;
	struct standing_clock clock;
	struct standing_entry **chunks;
	uint32_t *buckets;
	uint32_t mask;
	uint32_t used;	 /* highest index */
	uint32_t unused; /* chain of free entries */
	uint32_t hand;
	uint32_t *changed; /* indices */
	size_t changed_count;
	bool changed_all; /* there was no memory to note one */
	struct standing_state state;
};

static struct standing_entry *standing_at(const struct standing *standing, uint32_t index)
{
	return &standing->chunks[index / STANDING_CHUNK][index % STANDING_CHUNK];
}

/* An IPv4 address, or the first 64 bits of an IPv6 one, which no IPv4 address has in common. */
static uint64_t standing_key(const struct addr *addr)
{
	uint64_t key = 0;

	for (int i = 0; i < 8; i++)
		key = key << 8 | addr->bytes[addr_is_ipv4(addr) ? 8 + i : i];
	return key;
}

static struct addr standing_addr(const struct standing_entry *entry)
{
	const bool ipv4 = entry->key >> 32 == 0xffff;
	struct addr addr = { 0 };

	for (int i = 0; i < 8; i++)
		addr.bytes[ipv4 ? 8 + i : i] = entry->key >> (56 - 8 * i);
	return addr;
}

static struct addr standing_network(const struct addr *host)
{
	struct addr network = *host;

	addr_mask(&network, addr_is_ipv4(host) ? 24 : 48);
	return network;
}

static uint32_t *standing_bucket(const struct standing *standing, uint64_t key,
				 enum standing_kind kind)
{
	unsigned __int128 product =
		(unsigned __int128)(key ^ standing->options.seed) *
		(kind == STANDING_HOST ? 0xa0761d6478bd642fu : 0xe7037ed1a0b428dbu);

	return &standing->buckets[((uint64_t)product ^ (uint64_t)(product >> 64)) & standing->mask];
}

static struct standing_entry *standing_find(const struct standing *standing, uint64_t key,
					    enum standing_kind kind)
{
	for (uint32_t index = *standing_bucket(standing, key, kind); index;) {
		struct standing_entry *entry = standing_at(standing, index);

		if (entry->key == key && entry->kind == kind)
			return entry;
		index = entry->next;
	}
	return NULL;
}

static void standing_unlink(struct standing *standing, uint32_t index)
{
	struct standing_entry *entry = standing_at(standing, index);
	uint32_t *at = standing_bucket(standing, entry->key, entry->kind);

	while (*at != index)
		at = &standing_at(standing, *at)->next;
	*at = entry->next;
}

/* Frees the entry that was not seen for longest, about; an unknown sender before a known one. */
static void standing_forget(struct standing *standing)
{
	for (;;) {
		uint32_t index = standing->hand = standing->hand % standing->used + 1;
		struct standing_entry *entry = standing_at(standing, index);

		if (!entry->used)
			continue;
		if (entry->chances) {
			entry->chances--;
			continue;
		}
		standing_unlink(standing, index);
		standing->state.forgotten++;
		standing->state.hosts -= entry->kind == STANDING_HOST;
		standing->state.networks -= entry->kind == STANDING_NETWORK;
		entry->used = 0;
		entry->next = standing->unused;
		standing->unused = index;
		return;
	}
}

static void standing_grow_buckets(struct standing *standing)
{
	uint32_t mask = standing->mask * 2 + 1;
	uint32_t *buckets, *old = standing->buckets;

	if (standing->used <= standing->mask)
		return;
	buckets = calloc((size_t)mask + 1, sizeof(*buckets));
	if (!buckets)
		return; /* longer chains */
	standing->buckets = buckets;
	standing->mask = mask;
	for (uint32_t index = 1; index <= standing->used; index++) {
		struct standing_entry *entry = standing_at(standing, index);
		uint32_t *bucket;

		if (!entry->used)
			continue;
		bucket = standing_bucket(standing, entry->key, entry->kind);
		entry->next = *bucket;
		*bucket = index;
	}
	free(old);
}

static uint32_t standing_allocate(struct standing *standing)
{
	uint32_t index;

	if (!standing->unused && standing->used == standing->options.most)
		standing_forget(standing);
	index = standing->unused;
	if (index) {
		standing->unused = standing_at(standing, index)->next;
		return index;
	}
	index = standing->used + 1;
	if (!standing->chunks[index / STANDING_CHUNK])
		standing->chunks[index / STANDING_CHUNK] =
			calloc(STANDING_CHUNK, sizeof(struct standing_entry));
	if (!standing->chunks[index / STANDING_CHUNK])
		return 0;
	standing->used = index;
	standing_grow_buckets(standing);
	return index;
}

/* Finds the entry or adds it; NULL: no memory. */
static struct standing_entry *standing_need(struct standing *standing, uint64_t key,
					    enum standing_kind kind)
{
	struct standing_entry *entry = standing_find(standing, key, kind);
	uint32_t index, *bucket;

	if (entry)
		return entry;
	index = standing_allocate(standing);
	if (!index)
		return NULL;
	bucket = standing_bucket(standing, key, kind);
	entry = standing_at(standing, index);
	*entry = (struct standing_entry){
		.key = key, .next = *bucket, .day = standing->clock.inner, .kind = kind, .used = 1
	};
	*bucket = index;
	standing->state.hosts += kind == STANDING_HOST;
	standing->state.networks += kind == STANDING_NETWORK;
	return entry;
}

static void standing_note(struct standing *standing, struct standing_entry *entry)
{
	uint32_t *grown, index;

	if (entry->changed)
		return;
	entry->changed = 1;
	grown = array_grow(standing->changed, standing->changed_count, sizeof(*grown));
	if (!grown) {
		standing->changed_all = true;
		return;
	}
	standing->changed = grown;
	/* Its index is found from the bucket, since the entry does not hold it. */
	index = *standing_bucket(standing, entry->key, entry->kind);
	while (standing_at(standing, index) != entry)
		index = standing_at(standing, index)->next;
	standing->changed[standing->changed_count++] = index;
}

static bool standing_is_good_day(const struct standing_entry *entry)
{
	const uint32_t all = (uint32_t)entry->accepted_today + entry->bad_today;

	return entry->accepted_today &&
	       (uint32_t)entry->bad_today * 100 <= all * STANDING_GOOD_SHARE;
}

/* Adds to a count; when it is full, both counts are halved, which keeps their share. */
static void standing_count(uint16_t *count, uint16_t *other, uint32_t more)
{
	uint32_t sum = *count + more, rest = *other;

	while (sum > UINT16_MAX) {
		sum /= 2;
		rest /= 2;
	}
	*count = sum;
	*other = rest;
}

/* Brings an entry to a day: what was today is over. */
static void standing_roll(struct standing_entry *entry, uint16_t day)
{
	const bool good = standing_is_good_day(entry);
	uint32_t passed;

	if (day <= entry->day)
		return;
	passed = day - entry->day;
	standing_count(&entry->accepted, &entry->bad, entry->accepted_today);
	standing_count(&entry->bad, &entry->accepted, entry->bad_today);
	for (uint32_t i = 0; i < passed && (entry->accepted || entry->bad); i++) {
		entry->accepted = STANDING_DECAY(entry->accepted);
		entry->bad = STANDING_DECAY(entry->bad);
	}
	entry->days = passed > 31 ? 0 : (entry->days << 1 | good) << (passed - 1);
	entry->days &= (1u << STANDING_DAYS) - 1;
	entry->bad_yesterday = passed == 1 && entry->bad_today;
	entry->accepted_today = entry->bad_today = 0;
	if (!entry->days)
		entry->proof = 0;
	entry->day = day;
}

/* The table's day of a time. It does not go back, and no more than a day forward at a leap. */
static uint16_t standing_day(struct standing *standing, int64_t time)
{
	struct standing_clock *clock = &standing->clock;
	const int64_t day = time / STANDING_DAY_MS, passed = day - clock->day;

	if (!clock->day) {
		clock->day = day;
		return clock->inner;
	}
	/* A line of yesterday that comes late. */
	if (!passed || passed == -1)
		return clock->inner;
	clock->day = day;
	if (passed < 0)
		return clock->inner;
	clock->inner += passed > STANDING_GAP_MAX ? 1 : passed;
	for (int64_t i = 0; i < passed && i <= STANDING_GAP_MAX; i++) {
		clock->accepted += clock->accepted_today;
		clock->accepted = STANDING_DECAY(clock->accepted);
		clock->accepted_today = 0;
	}
	return clock->inner;
}

static void standing_accept_one(struct standing *standing, const struct addr *addr,
				enum standing_kind kind, uint16_t day)
{
	struct standing_entry *entry = standing_need(standing, standing_key(addr), kind);

	if (!entry)
		return;
	standing_roll(entry, day);
	standing_count(&entry->accepted_today, &entry->bad_today, 1);
	entry->proof += entry->proof < STANDING_PROOF;
	entry->chances = entry->days ? STANDING_CHANCES_MANY : STANDING_CHANCES_FEW;
	standing_note(standing, entry);
}

void standing_accept(struct standing *standing, const struct addr *host, int64_t time)
{
	const uint16_t day = standing_day(standing, time);
	const struct addr network = standing_network(host);

	standing->clock.accepted_today++;
	standing_accept_one(standing, host, STANDING_HOST, day);
	standing_accept_one(standing, &network, STANDING_NETWORK, day);
}

static void standing_offend_one(struct standing *standing, const struct addr *addr,
				enum standing_kind kind, uint16_t day)
{
	struct standing_entry *entry = standing_find(standing, standing_key(addr), kind);

	if (!entry)
		return;
	standing_roll(entry, day);
	standing_count(&entry->bad_today, &entry->accepted_today, 1);
	standing_note(standing, entry);
}

void standing_offend(struct standing *standing, const struct addr *host, int64_t time)
{
	const uint16_t day = standing_day(standing, time);
	const struct addr network = standing_network(host);

	standing_offend_one(standing, host, STANDING_HOST, day);
	standing_offend_one(standing, &network, STANDING_NETWORK, day);
}

/* The day of a time, without counting it. */
static uint16_t standing_day_of(const struct standing *standing, int64_t time)
{
	struct standing copy = { .clock = standing->clock };

	return standing_day(&copy, time);
}

static void standing_view(const struct standing_entry *found, uint16_t day,
			  struct standing_view *out)
{
	struct standing_entry entry = *found;

	standing_roll(&entry, day);
	out->accepted = (uint32_t)entry.accepted + entry.accepted_today;
	out->bad = (uint32_t)entry.bad + entry.bad_today;
	out->days = __builtin_popcount(entry.days);
	out->accepted_today = entry.accepted_today;
	out->clean = !entry.bad_today && !entry.bad_yesterday;
	out->known = (entry.days && entry.proof == STANDING_PROOF) ||
		     (entry.accepted_today >= STANDING_TODAY && standing_is_good_day(&entry));
}

void standing_get_network(const struct standing *standing, const struct addr *host, int64_t time,
			  struct standing_view *out)
{
	const struct addr network = standing_network(host);
	const struct standing_entry *entry =
		standing_find(standing, standing_key(&network), STANDING_NETWORK);

	memset(out, 0, sizeof(*out));
	if (entry)
		standing_view(entry, standing_day_of(standing, time), out);
	out->known = false;
}

void standing_get(const struct standing *standing, const struct addr *host, int64_t time,
		  struct standing_view *out)
{
	const struct standing_entry *entry =
		standing_find(standing, standing_key(host), STANDING_HOST);
	struct standing_view network;

	memset(out, 0, sizeof(*out));
	if (entry)
		standing_view(entry, standing_day_of(standing, time), out);
	if (out->known)
		return;
	standing_get_network(standing, host, time, &network);
	out->by_network = out->known = network.accepted >= STANDING_NETWORK_ACCEPTED &&
				       standing_share(&network) <= STANDING_NETWORK_SHARE;
}

unsigned int standing_share(const struct standing_view *view)
{
	return view->accepted ? (uint64_t)view->bad * 100 / (view->bad + view->accepted) : 100;
}

uint64_t standing_accepted(const struct standing *standing)
{
	return standing->clock.accepted + standing->clock.accepted_today;
}

unsigned int standing_span(const struct standing *standing)
{
	return standing->clock.day ? standing->clock.inner - standing->clock.first + 1 : 0;
}

void standing_clock(const struct standing *standing, struct standing_clock *out)
{
	*out = standing->clock;
}

void standing_set_clock(struct standing *standing, const struct standing_clock *clock)
{
	standing->clock = *clock;
}

static void standing_row(const struct standing_entry *entry, struct standing_row *out)
{
	*out = (struct standing_row){
		.addr = standing_addr(entry),
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
	struct addr masked = row->kind == STANDING_NETWORK ? standing_network(&row->addr)
							   : addr_host(&row->addr);
	struct standing_entry *entry;

	if (row->kind > STANDING_NETWORK || memcmp(&masked, &row->addr, sizeof(masked)) ||
	    addr_is_special(&row->addr) || row->days >> STANDING_DAYS ||
	    row->proof > STANDING_PROOF)
		return -EINVAL;
	entry = standing_need(standing, standing_key(&row->addr), row->kind);
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
	entry->chances = entry->days ? STANDING_CHANCES_MANY : STANDING_CHANCES_FEW;
	return 0;
}

void standing_each(const struct standing *standing,
		   void (*each)(void *context, const struct standing_row *row), void *context)
{
	struct standing_row row;

	for (uint32_t index = 1; index <= standing->used; index++) {
		if (!standing_at(standing, index)->used)
			continue;
		standing_row(standing_at(standing, index), &row);
		each(context, &row);
	}
}

void standing_changed(struct standing *standing,
		      void (*each)(void *context, const struct standing_row *row), void *context)
{
	const size_t count = standing->changed_all ? standing->used : standing->changed_count;
	struct standing_row row;

	for (size_t i = 0; i < count; i++) {
		uint32_t index = standing->changed_all ? i + 1 : standing->changed[i];
		struct standing_entry *entry = standing_at(standing, index);

		/* An entry that was forgotten since has no row. */
		if (!entry->used || !entry->changed)
			continue;
		entry->changed = 0;
		standing_row(entry, &row);
		each(context, &row);
	}
	standing->changed_all = false;
	standing->changed_count = 0;
	free(standing->changed);
	standing->changed = NULL;
}

static int standing_merge_entry(struct standing *standing, const struct standing_entry *from,
				uint16_t day)
{
	struct standing_entry other = *from, *entry;

	entry = standing_need(standing, from->key, from->kind);
	if (!entry)
		return -ENOMEM;
	other.day = day;
	standing_roll(&other, entry->day);
	standing_roll(entry, other.day);
	standing_count(&entry->accepted, &entry->bad, other.accepted);
	standing_count(&entry->bad, &entry->accepted, other.bad);
	standing_count(&entry->accepted_today, &entry->bad_today, other.accepted_today);
	standing_count(&entry->bad_today, &entry->accepted_today, other.bad_today);
	entry->days |= other.days;
	entry->proof = entry->proof + other.proof < STANDING_PROOF ? entry->proof + other.proof
								   : STANDING_PROOF;
	entry->bad_yesterday |= other.bad_yesterday;
	entry->chances = entry->days ? STANDING_CHANCES_MANY : STANDING_CHANCES_FEW;
	standing_note(standing, entry);
	return 0;
}

int standing_merge(struct standing *standing, const struct standing *earlier)
{
	const struct standing_clock *other = &earlier->clock;
	struct standing_clock *clock = &standing->clock;
	uint32_t behind = 0;
	int err = 0;

	if (!other->day)
		return 0;
	if (!clock->day) {
		clock->day = other->day;
		clock->inner = other->inner;
		clock->first = other->first;
	} else if (clock->day > other->day) {
		behind = clock->day - other->day > STANDING_GAP_MAX ? 1 : clock->day - other->day;
	}
	for (uint32_t index = 1; index <= earlier->used && !err; index++) {
		const struct standing_entry *entry = standing_at(earlier, index);
		int32_t day = clock->inner - (int32_t)behind - (other->inner - entry->day);

		if (entry->used)
			err = standing_merge_entry(standing, entry, day < 1 ? 1 : day);
	}
	if ((int32_t)clock->inner - (int32_t)behind - (other->inner - other->first) < clock->first)
		clock->first = clock->inner - behind - (other->inner - other->first);
	clock->accepted += other->accepted + (behind ? other->accepted_today : 0);
	clock->accepted_today += behind ? 0 : other->accepted_today;
	return err;
}

void standing_known_in(const struct standing *standing, const struct addr_prefix *network,
		       int64_t time, void (*each)(void *context, const struct addr *host),
		       void *context)
{
	const uint16_t day = standing_day_of(standing, time);
	struct standing_view view;

	for (uint32_t index = 1; index <= standing->used; index++) {
		const struct standing_entry *entry = standing_at(standing, index);
		struct addr addr;

		if (!entry->used || entry->kind != STANDING_HOST)
			continue;
		addr = standing_addr(entry);
		if (!addr_prefix_covers(network, &addr))
			continue;
		standing_view(entry, day, &view);
		if (view.known)
			each(context, &addr);
	}
}

void standing_forget_all(struct standing *standing)
{
	memset(standing->buckets, 0, ((size_t)standing->mask + 1) * sizeof(*standing->buckets));
	standing->used = standing->unused = standing->hand = 0;
	standing->changed_count = 0;
	standing->changed_all = false;
	standing->state.hosts = standing->state.networks = 0;
	memset(&standing->clock, 0, sizeof(standing->clock));
	standing->clock.inner = standing->clock.first = STANDING_FIRST_DAY;
}

struct standing_state standing_state(const struct standing *standing)
{
	return standing->state;
}

int standing_open(const struct standing_options *options, struct standing **out)
{
	struct standing *standing = calloc(1, sizeof(*standing));

	if (!standing)
		return -ENOMEM;
	standing->options = *options;
	if (standing->options.most < STANDING_MOST_MIN)
		standing->options.most = STANDING_MOST_MIN;
	standing->clock.inner = standing->clock.first = STANDING_FIRST_DAY;
	standing->mask = STANDING_BUCKETS_MIN - 1;
	standing->buckets = calloc(STANDING_BUCKETS_MIN, sizeof(*standing->buckets));
	standing->chunks = calloc(standing->options.most / STANDING_CHUNK + 1,
				  sizeof(struct standing_entry *));
	if (!standing->buckets || !standing->chunks) {
		standing_close(standing);
		return -ENOMEM;
	}
	*out = standing;
	return 0;
}

void standing_close(struct standing *standing)
{
	if (!standing)
		return;
	for (uint32_t i = 0; standing->chunks && i <= standing->options.most / STANDING_CHUNK; i++)
		free(standing->chunks[i]);
	free(standing->chunks);
	free(standing->buckets);
	free(standing->changed);
	free(standing);
}
