// SPDX-License-Identifier: GPL-2.0-only
/* Targets of block commands: parses them, and refuses those that are allowed or too wide. */
#include "cli/targets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allow/load.h"
#include "common/log.h"
#include "kernel/blocks.h"
#include "sobig.h"

struct targets {
	struct prefix_set *allowed; /* NULL: --force */
};

int targets_parse(const char *text, struct addr_prefix *out)
{
	struct addr_prefix prefix;
	int err = addr_parse_prefix(text, &prefix);

	if (err == -EDOM) {
		log_error(
			"\"%s\" has bits set after its prefix: expected the first address of a network, such as 198.51.100.0/24",
			text);
		return -EINVAL;
	}
	if (err) {
		log_error("\"%s\": expected an IPv4 or IPv6 address or a network", text);
		return -EINVAL;
	}
	if (!addr_is_ipv4(&prefix.addr) && !strchr(text, '/'))
		prefix = addr_target(&prefix.addr);
	*out = prefix;
	return 0;
}

static bool targets_is_wide(const struct addr_prefix *target)
{
	return target->length < (addr_is_ipv4(&target->addr) ? SOBIG_WIDEST4 : SOBIG_WIDEST6);
}

bool targets_refuse(const struct targets *targets, const struct addr_prefix *target, char *why,
		    size_t size)
{
	bool ipv4 = addr_is_ipv4(&target->addr);
	char address[ADDR_TEXT_SIZE];
	struct addr_prefix entry;
	const char *words;

	if (addr_prefix_is_host(target) && addr_is_special(&target->addr)) {
		snprintf(why, size, "it is loopback, link-local, multicast or unspecified");
		return true;
	}
	if (!targets->allowed)
		return false;
	if (targets_is_wide(target)) {
		snprintf(why, size, "it is wider than a /%d; use --force to block it",
			 ipv4 ? SOBIG_WIDEST4 : SOBIG_WIDEST6);
		return true;
	}
	words = prefix_set_find(targets->allowed, target, &entry);
	if (!words)
		return false;
	addr_prefix_format(&entry, address);
	if (entry.length < target->length)
		snprintf(why, size, "it is in the allowed network %s (%s); use --force to block it",
			 address, words);
	else
		snprintf(why, size, "%s is allowed (%s); use --force to block it", address, words);
	return true;
}

int targets_split(const struct targets *targets, const struct addr_prefix *target,
		  struct blocks_exempt_pieces *rest, char *why, size_t size)
{
	char address[ADDR_TEXT_SIZE];
	struct addr_prefix entry;
	const char *words;

	if (!targets->allowed || addr_prefix_is_host(target) || targets_is_wide(target))
		return -ENOENT;
	words = prefix_set_find(targets->allowed, target, &entry);
	if (!words || entry.length <= target->length)
		return -ENOENT;
	snprintf(why, size, "%s (%s)", addr_prefix_format(&entry, address), words);
	return blocks_exempt_rest(targets->allowed, target, rest);
}

int targets_open(const struct cli_common *common, bool force, struct targets **out)
{
	struct targets *targets = calloc(1, sizeof(*targets));
	int err;

	if (!targets)
		return -ENOMEM;
	err = force ? 0 : load_once(common->state, common->config, &targets->allowed);
	if (err) {
		free(targets);
		return err;
	}
	*out = targets;
	return 0;
}

void targets_close(struct targets *targets)
{
	if (!targets)
		return;
	prefix_set_free(targets->allowed);
	free(targets);
}
