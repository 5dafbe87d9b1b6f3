// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the front table (front.h), in which the filter looks up blocks first. One writer at a
 * time.
 */
#include "kernel/front_table.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kernel/pins.h"

#define FRONT_TABLE_SHRINK   8	/* too many lines if so many times fewer suffice */
#define FRONT_TABLE_OVERFULL 32 /* invalidated lines, one in so many, that cause a rebuild */

/* One family's lines. Hosts of both families are numbers in network byte order. */
struct front_table_table {
	char *lines;
	size_t size; /* capacity in lines */
	unsigned int hosts;
	unsigned int load;
	bool wide;
	/* During a rebuild: the future valid-until times of the lines. */
	uint32_t *valid_until;
	bool roomy; /* ... and it has as many lines as its hosts need */
};

_Static_assert(sizeof(struct front_line4) == FRONT_LINE_SIZE, "a line is a line");
_Static_assert(sizeof(struct front_line6) == FRONT_LINE_SIZE, "a line is a line");

struct front_table {
	struct front_state *state;
	struct front_table_table tables[2];
};

/* A host's line. */
struct front_table_position {
	struct front_table_table *table;
	char *line;
	uint32_t number;
	uint64_t host;
};

static uint32_t *front_table_valid_until(char *line)
{
	return (uint32_t *)line;
}

static uint32_t front_table_get_valid(const char *line)
{
	return __atomic_load_n((const uint32_t *)line, __ATOMIC_ACQUIRE);
}

/* Ordered with the writes of hosts before and after, as front.h requires. */
static void front_table_set_valid(char *line, uint32_t valid_until)
{
	__atomic_store_n(front_table_valid_until(line), valid_until, __ATOMIC_SEQ_CST);
}

static uint64_t front_table_get(const struct front_table_table *table, const char *line,
				unsigned int slot)
{
	return table->wide ? ((const struct front_line6 *)line)->hosts[slot]
			   : ((const struct front_line4 *)line)->hosts[slot];
}

static void front_table_set(const struct front_table_table *table, char *line, unsigned int slot,
			    uint64_t host)
{
	if (table->wide)
		__atomic_store_n(&((struct front_line6 *)line)->hosts[slot], host,
				 __ATOMIC_SEQ_CST);
	else
		__atomic_store_n(&((struct front_line4 *)line)->hosts[slot], (uint32_t)host,
				 __ATOMIC_SEQ_CST);
}

static struct front_record *front_table_record_at(const struct front_table_table *table, char *line,
						  unsigned int slot)
{
	return table->wide ? &((struct front_line6 *)line)->records[slot]
			   : &((struct front_line4 *)line)->records[slot];
}

static char *front_table_line_at(const struct front_table_table *table, uint32_t number)
{
	return table->lines + (size_t)number * FRONT_LINE_SIZE;
}

static struct front_table_position front_table_position(const struct front_table *front,
							const struct addr *host)
{
	struct front_table_position position = { 0 };

	if (addr_is_ipv4(host)) {
		uint32_t narrow;

		memcpy(&narrow, host->bytes + 12, sizeof(narrow));
		position.table = (struct front_table_table *)&front->tables[0];
		position.host = narrow;
		position.number = front_line_of4(front->state, narrow);
	} else {
		position.table = (struct front_table_table *)&front->tables[1];
		memcpy(&position.host, host->bytes, sizeof(position.host));
		position.number = front_line_of6(front->state, position.host);
	}
	position.line = front_table_line_at(position.table, position.number);
	return position;
}

/* The slot of `host`, or -1; host 0 finds a free slot. */
static int front_table_slot(const struct front_table_position *position, uint64_t host)
{
	for (unsigned int i = 0; i < position->table->hosts; i++)
		if (front_table_get(position->table, position->line, i) == host)
			return i;
	return -1;
}

bool front_table_is_free(const struct front_table *front, const struct addr *host)
{
	struct front_table_position position = front_table_position(front, host);

	return front_table_get_valid(position.line) &&
	       front_table_slot(&position, position.host) < 0;
}

/*
 * Puts `host` in a slot; false: none is free. The line's valid-until time must already be correct.
 */
static bool front_table_slot_of(const struct front_table_position *position,
				const struct front_record *record)
{
	int slot = front_table_slot(position, 0);

	if (slot < 0)
		return false;
	__atomic_store(front_table_record_at(position->table, position->line, slot),
		       &(struct front_record){ record->drops, record->open, record->last },
		       __ATOMIC_RELAXED);
	front_table_set(position->table, position->line, slot, position->host);
	return true;
}

static uint32_t *front_table_overfull(const struct front_table *front,
				      const struct front_table_position *position)
{
	return position->table->wide ? &front->state->overfull6 : &front->state->overfull4;
}

void front_table_put(struct front_table *front, const struct addr *host, uint32_t until,
		     const struct front_record *record)
{
	struct front_table_position position = front_table_position(front, host);
	uint32_t valid_until = front_table_get_valid(position.line);
	int slot = front_table_slot(&position, position.host);

	if (slot >= 0) {
		__atomic_store_n(&front_table_record_at(position.table, position.line, slot)->open,
				 record->open, __ATOMIC_SEQ_CST);
		return;
	}
	if (until < valid_until)
		front_table_set_valid(position.line, until);
	if (!front_table_slot_of(&position, record) && valid_until) {
		(*front_table_overfull(front, &position))++;
		front_table_set_valid(position.line, 0);
	}
}

void front_table_invalidate(struct front_table *front, const struct addr *host)
{
	struct front_table_position position = front_table_position(front, host);

	if (!front_table_get_valid(position.line))
		return;
	(*front_table_overfull(front, &position))++;
	front_table_set_valid(position.line, 0);
}

void front_table_remove(struct front_table *front, const struct addr *host)
{
	struct front_table_position position = front_table_position(front, host);
	int slot = front_table_slot(&position, position.host);

	if (slot >= 0)
		front_table_set(position.table, position.line, slot, 0);
}

int front_table_find(const struct front_table *front, const struct addr *host,
		     struct front_record *out)
{
	struct front_table_position position = front_table_position(front, host);
	int slot = front_table_slot(&position, position.host);

	if (slot < 0)
		return -ENOENT;
	__atomic_load(front_table_record_at(position.table, position.line, slot), out,
		      __ATOMIC_RELAXED);
	return 0;
}

size_t front_table_line(const struct front_table *front, const struct addr *host,
			struct addr out[FRONT_HOSTS4])
{
	struct front_table_position position = front_table_position(front, host);
	size_t count = 0;

	for (unsigned int i = 0; i < position.table->hosts; i++) {
		uint64_t number = front_table_get(position.table, position.line, i);
		uint32_t narrow = number;

		if (!number)
			continue;
		out[count] = *host;
		if (position.table->wide)
			memcpy(out[count].bytes, &number, sizeof(number));
		else
			memcpy(out[count].bytes + 12, &narrow, sizeof(narrow));
		count++;
	}
	return count;
}

void front_table_renew(struct front_table *front, const struct addr *host, uint32_t until)
{
	struct front_table_position position = front_table_position(front, host);

	if (front_table_get_valid(position.line))
		front_table_set_valid(position.line, until);
}

void front_table_set_networks(struct front_table *front, uint32_t ipv4, uint32_t ipv6)
{
	__atomic_store_n(&front->state->networks4, ipv4, __ATOMIC_SEQ_CST);
	__atomic_store_n(&front->state->networks6, ipv6, __ATOMIC_SEQ_CST);
}

void front_table_count(struct front_table *front, bool ipv4, int64_t more)
{
	uint32_t *hosts = ipv4 ? &front->state->hosts4 : &front->state->hosts6;

	*hosts = more < 0 && -more > *hosts ? 0 : *hosts + more;
}

void front_table_set_counts(struct front_table *front, const struct front_table_counts *counts)
{
	front->state->hosts4 = counts->ipv4;
	front->state->hosts6 = counts->ipv6;
}

struct front_table_counts front_table_counts(const struct front_table *front)
{
	return (struct front_table_counts){ front->state->hosts4, front->state->hosts6 };
}

static size_t front_table_lines_for(const struct front_table_table *table, uint64_t hosts)
{
	uint64_t lines = hosts / table->load + FRONT_TABLE_LINES_LEAST;

	return lines < table->size ? lines : table->size;
}

static bool front_table_table_needs_rebuild(const struct front_table_table *table, uint32_t lines,
					    uint64_t hosts, uint32_t overfull, bool urgent)
{
	size_t right = front_table_lines_for(table, hosts);

	if (urgent)
		return lines < right / 2;
	return lines < right / 4 * 3 || lines / FRONT_TABLE_SHRINK > right ||
	       overfull > lines / FRONT_TABLE_OVERFULL;
}

bool front_table_needs_rebuild(const struct front_table *front,
			       const struct front_table_counts *expected, bool urgent)
{
	const struct front_state *state = front->state;

	return !state->salts[0] || state->rebuilding ||
	       front_table_table_needs_rebuild(&front->tables[0], state->lines4, expected->ipv4,
					       state->overfull4, urgent) ||
	       front_table_table_needs_rebuild(&front->tables[1], state->lines6, expected->ipv6,
					       state->overfull6, urgent);
}

/* Waits until no packet is in progress that read the table before the call. */
static void front_table_wait(void)
{
	const struct timespec long_enough = { 0, 50000000 };

	/* The kernel calls synchronize_rcu() here, and XDP programs run under RCU. */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		nanosleep(&long_enough, NULL);
}

/* The lines are invalidated, so the order does not matter. */
static void front_table_clear(struct front_table_table *table)
{
	for (size_t i = 0; i < table->size; i++)
		memset(front_table_line_at(table, i) + sizeof(uint32_t), 0,
		       FRONT_LINE_SIZE - sizeof(uint32_t));
}

static void front_table_invalidate_all(struct front_table_table *table)
{
	for (size_t i = 0; i < table->size; i++)
		if (front_table_get_valid(front_table_line_at(table, i)))
			front_table_set_valid(front_table_line_at(table, i), 0);
}

int front_table_begin(struct front_table *front, const struct front_table_counts *expected)
{
	const uint64_t hosts[2] = { expected->ipv4, expected->ipv6 };
	struct front_state *state = front->state;
	size_t lines[2];
	uint64_t salts[2];

	if (getrandom(salts, sizeof(salts), 0) != sizeof(salts))
		return -ENOMEM;
	for (int i = 0; i < 2; i++) {
		lines[i] = front_table_lines_for(&front->tables[i], hosts[i]);
		front->tables[i].roomy = lines[i] < front->tables[i].size;
		front->tables[i].valid_until = malloc(lines[i] * sizeof(uint32_t));
		if (!front->tables[i].valid_until) {
			free(front->tables[0].valid_until);
			front->tables[0].valid_until = NULL;
			return -ENOMEM;
		}
		memset(front->tables[i].valid_until, 0xff, lines[i] * sizeof(uint32_t));
	}
	/*
	 * First invalidate all lines and wait until no packet reads the hosts; then change the hash
	 * and wait until no packet uses the old one.
	 */
	state->rebuilding = 1;
	for (int i = 0; i < 2; i++)
		front_table_invalidate_all(&front->tables[i]);
	front_table_wait();
	for (int i = 0; i < 2; i++)
		front_table_clear(&front->tables[i]);
	__atomic_store_n(&state->lines4, lines[0], __ATOMIC_SEQ_CST);
	__atomic_store_n(&state->lines6, lines[1], __ATOMIC_SEQ_CST);
	__atomic_store_n(&state->salts[0], salts[0] | 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&state->salts[1], salts[1] | 1, __ATOMIC_SEQ_CST);
	state->hosts4 = state->hosts6 = state->overfull4 = state->overfull6 = 0;
	front_table_wait();
	return 0;
}

void front_table_fill(struct front_table *front, const struct addr *host, uint32_t until,
		      bool invalid, const struct front_record *record)
{
	struct front_table_position position = front_table_position(front, host);
	uint32_t *valid_until = &position.table->valid_until[position.number];

	front_table_count(front, !position.table->wide, 1);
	if (invalid) {
		*valid_until = 0;
	} else if (!front_table_slot_of(&position, record)) {
		/*
		 * With enough lines, hosts without a slot are rare, unless the salt is unlucky:
		 * addresses that follow each other then share a few lines. If there are many, they
		 * cause the next rebuild, with another salt.
		 */
		if (position.table->roomy)
			(*front_table_overfull(front, &position))++;
		*valid_until = 0;
	} else if (until < *valid_until) {
		*valid_until = until;
	}
}

void front_table_end(struct front_table *front)
{
	const uint32_t lines[2] = { front->state->lines4, front->state->lines6 };

	for (int i = 0; i < 2; i++) {
		struct front_table_table *table = &front->tables[i];

		for (size_t line = 0; line < lines[i]; line++)
			front_table_set_valid(front_table_line_at(table, line),
					      table->valid_until[line]);
		free(table->valid_until);
		table->valid_until = NULL;
	}
	front->state->rebuilding = 0;
}

void front_table_upgrade(struct front_table *front)
{
	struct front_state *state = front->state;

	if (state->layout != FRONT_LAYOUT && state->salts[0]) {
		state->rebuilding = 1;
		for (int i = 0; i < 2; i++)
			front_table_invalidate_all(&front->tables[i]);
		front_table_wait();
		for (int i = 0; i < 2; i++)
			front_table_clear(&front->tables[i]);
	}
	state->layout = FRONT_LAYOUT;
}

static int front_table_map(const char *dir, const char *name, size_t value_size, void **out,
			   size_t *count)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	char path[PATH_MAX];
	int fd, err = pins_path(dir, name, path);

	if (err)
		return err;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) || info.value_size != value_size)
		err = -EINVAL;
	*count = info.max_entries;
	*out = err ? MAP_FAILED
		   : mmap(NULL, *count * value_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!err && *out == MAP_FAILED)
		err = -errno;
	if (err)
		*out = NULL;
	close(fd);
	return err;
}

int front_table_open(const char *dir, struct front_table **out)
{
	static const char *const names[2] = { "front4", "front6" };
	struct front_table *front = calloc(1, sizeof(*front));
	size_t one;
	int err;

	if (!front)
		return -ENOMEM;
	front->tables[0].hosts = FRONT_HOSTS4;
	front->tables[0].load = FRONT_TABLE_LOAD4;
	front->tables[1].hosts = FRONT_HOSTS6;
	front->tables[1].load = FRONT_TABLE_LOAD6;
	front->tables[1].wide = true;
	err = front_table_map(dir, "front", sizeof(*front->state), (void **)&front->state, &one);
	for (int i = 0; i < 2 && !err; i++) {
		struct front_table_table *table = &front->tables[i];

		err = front_table_map(dir, names[i], FRONT_LINE_SIZE, (void **)&table->lines,
				      &table->size);
	}
	if (err) {
		front_table_close(front);
		return err;
	}
	*out = front;
	return 0;
}

void front_table_close(struct front_table *front)
{
	if (!front)
		return;
	if (front->state)
		munmap(front->state, sizeof(*front->state));
	for (int i = 0; i < 2; i++) {
		struct front_table_table *table = &front->tables[i];

		if (table->lines)
			munmap(table->lines, table->size * FRONT_LINE_SIZE);
		free(table->valid_until);
	}
	free(front);
}
