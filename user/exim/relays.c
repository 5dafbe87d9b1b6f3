// SPDX-License-Identifier: GPL-2.0-only
/* Reads the hosts that exim relays for: the list relay_from_hosts of its configuration. */
#include "exim/relays.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hostname.h"
#include "exim/ask.h"

#define RELAYS_SIZE  65536 /* bytes of a list */
#define RELAYS_ITEM  1024
#define RELAYS_DEPTH 4 /* nesting of lists */

/* The position in a list. */
struct relays_walk {
	const char *at;
	char separator;
	int braces; /* open braces: only exim can evaluate an expansion */
	int depth;
	int (*list)(const char *name, char *value, size_t size);
};

/* "<; a ; b" uses another separator than ":". */
static void relays_begin(struct relays_walk *walk)
{
	walk->separator = ':';
	walk->at += strspn(walk->at, " \t");
	if (*walk->at == '<' && ispunct((unsigned char)walk->at[1])) {
		walk->separator = walk->at[1];
		walk->at += 2;
	}
}

/* Reads the next item, trimmed; a doubled separator is one character of it. False: the end. */
static bool relays_next(struct relays_walk *walk, char item[RELAYS_ITEM])
{
	size_t used = 0;
	char *end;

	walk->at += strspn(walk->at, " \t\n");
	if (!*walk->at)
		return false;
	for (; *walk->at; walk->at++) {
		if (*walk->at == walk->separator) {
			if (walk->at[1] != walk->separator)
				break;
			walk->at++;
		}
		if (used < RELAYS_ITEM - 1)
			item[used++] = *walk->at;
	}
	if (*walk->at)
		walk->at++;
	item[used] = '\0';
	for (end = item + used; end > item && strchr(" \t\n", end[-1]); end--)
		end[-1] = '\0';
	return true;
}

/* True if the item is part of an expansion. */
static bool relays_is_expanded(struct relays_walk *walk, const char *item)
{
	bool expanded = walk->braces || strchr(item, '$');

	for (; *item; item++)
		walk->braces += *item == '{' ? 1 : *item == '}' ? -1 : 0;
	if (walk->braces < 0)
		walk->braces = 0;
	return expanded;
}

/* Parses ADDR or ADDR/LEN; as in exim, bits after the prefix are ignored. 0 or -EINVAL. */
static int relays_address(const char *item, struct addr_prefix *out)
{
	const char *slash = strchrnul(item, '/');
	char zeros[64], text[ADDR_TEXT_SIZE];
	struct addr addr;
	int err = addr_parse(item, slash - item, &addr);

	if (err || !*slash)
		return err ? err : addr_parse_prefix(item, out);
	snprintf(zeros, sizeof(zeros), "%s%s", addr_is_ipv4(&addr) ? "0.0.0.0" : "::", slash);
	/* The length is valid if it is valid for the network of all zeros. */
	if (addr_parse_prefix(zeros, out))
		return -EINVAL;
	addr_mask(&addr, out->length);
	snprintf(zeros, sizeof(zeros), "%s%s", addr_format(&addr, text), slash);
	return addr_parse_prefix(zeros, out) ? -EINVAL : 0;
}

static void relays_refuse(struct relays *relays, const char *item)
{
	if (!*relays->wide)
		snprintf(relays->wide, sizeof(relays->wide), "%.63s", item);
}

static int relays_walk(struct relays *relays, struct relays_walk *walk);

static int relays_named(struct relays *relays, const struct relays_walk *from, const char *name)
{
	struct relays_walk walk = { .depth = from->depth + 1, .list = from->list };
	char *text;
	int err;

	if (walk.depth > RELAYS_DEPTH) {
		relays->skipped++;
		return 0;
	}
	text = malloc(RELAYS_SIZE);
	if (!text)
		return -ENOMEM;
	err = from->list(name, text, RELAYS_SIZE);
	if (err) {
		relays->skipped++;
		err = err == -ENOMEM ? err : 0;
	} else {
		walk.at = text;
		err = relays_walk(relays, &walk);
	}
	free(text);
	return err;
}

static int relays_item(struct relays *relays, struct relays_walk *walk, const char *item)
{
	struct addr_prefix target;

	if (relays_is_expanded(walk, item)) {
		relays->skipped++;
		return 0;
	}
	/* Empty, negated, or this machine. */
	if (!*item || *item == '!' || !strcmp(item, "@") || !strcmp(item, "@[]"))
		return 0;
	if (*item == '+')
		return relays_named(relays, walk, item + 1);
	if (!strcmp(item, "*")) {
		relays_refuse(relays, item);
		return 0;
	}
	if (!relays_address(item, &target)) {
		if (target.length <
		    (addr_is_ipv4(&target.addr) ? RELAYS_WIDEST4 : RELAYS_WIDEST6)) {
			relays_refuse(relays, item);
			return 0;
		}
		relays->taken++;
		return prefix_set_add(relays->addresses, &target,
				      relays->why ? relays->why : "exim's " RELAYS_LIST);
	}
	if (relays->name && hostname_is_valid(item)) {
		relays->taken++;
		return relays->name(relays->context, item);
	}
	relays->skipped++;
	return 0;
}

static int relays_walk(struct relays *relays, struct relays_walk *walk)
{
	char item[RELAYS_ITEM];
	int err = 0;

	relays_begin(walk);
	while (!err && relays_next(walk, item))
		err = relays_item(relays, walk, item);
	return err;
}

int relays_parse(struct relays *relays, const char *text,
		 int (*list)(const char *name, char *value, size_t size))
{
	struct relays_walk walk = { .at = text, .list = list };

	return relays_walk(relays, &walk);
}

int relays_ask(struct relays *relays)
{
	char *text = malloc(RELAYS_SIZE);
	int err;

	if (!text)
		return -ENOMEM;
	err = ask_hostlist(RELAYS_LIST, text, RELAYS_SIZE);
	if (!err)
		err = relays_parse(relays, text, ask_hostlist);
	free(text);
	return err;
}
