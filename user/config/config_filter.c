// SPDX-License-Identifier: GPL-2.0-only
/* The section [filter] of the configuration: options of the XDP filter. */
#include "config/config_filter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/number.h"
#include "common/suggest.h"

const struct config_filter config_filter_default = { .ports = { 0 } };

/* Reads a decimal number from `min` to `max` at *at and advances *at past it. */
static int config_filter_number(const char **at, uint64_t min, uint64_t max, uint32_t *out)
{
	uint64_t number;

	if (number_parse(*at, min, max, at, &number))
		return -EINVAL;
	*out = number;
	return 0;
}

int config_filter_ports(const char *text, uint16_t out[SOBIG_PORTS_MAX])
{
	uint16_t ports[SOBIG_PORTS_MAX] = { 0 };
	uint32_t port;
	int count = 0;

	for (;;) {
		if (count == SOBIG_PORTS_MAX || config_filter_number(&text, 1, UINT16_MAX, &port))
			return -EINVAL;
		ports[count++] = port;
		text += strspn(text, " \t");
		if (!*text)
			break;
		if (*text++ != ',')
			return -EINVAL;
		text += strspn(text, " \t");
	}
	memcpy(out, ports, sizeof(ports));
	return 0;
}

static int config_filter_blocks(const char *text, uint32_t *out)
{
	uint32_t blocks;

	if (config_filter_number(&text, CONFIG_FILTER_BLOCKS_MIN, SOBIG_BLOCKS_MAX, &blocks) ||
	    *text)
		return -EINVAL;
	*out = blocks;
	return 0;
}

static int config_filter_flag(const char *text, const char *no, const char *yes, bool *out)
{
	if (strcmp(text, no) && strcmp(text, yes))
		return -EINVAL;
	*out = !strcmp(text, yes);
	return 0;
}

/* "20/s burst 40", "100/m burst 20", "off" */
static int config_filter_rate(struct config_filter *filter, const char *text)
{
	static const char burst[] = "burst ";
	uint32_t rate, seconds, most;

	if (!strcmp(text, "off")) {
		filter->rate = filter->rate_seconds = filter->rate_burst = 0;
		return 0;
	}
	if (config_filter_number(&text, 1, CONFIG_FILTER_RATE_MAX, &rate) || *text++ != '/' ||
	    (*text != 's' && *text != 'm'))
		return -EINVAL;
	seconds = *text++ == 'm' ? 60 : 1;
	text += strspn(text, " \t");
	if (strncmp(text, burst, sizeof(burst) - 1))
		return -EINVAL;
	text += sizeof(burst) - 1;
	text += strspn(text, " \t");
	/* The kernel's clock ticks 100 times a second; the SYNs of one tick are a burst. */
	if (config_filter_number(&text, 1 + rate / seconds / 100, CONFIG_FILTER_BURST_MAX, &most) ||
	    *text)
		return -EINVAL;
	filter->rate = rate;
	filter->rate_seconds = seconds;
	filter->rate_burst = most;
	return 0;
}

int config_filter_take(struct config_filter *filter, const char *key, const char *value, char *why,
		       size_t size)
{
	static const char *const keys[] = { "ports",  "scope",	"connections", "syn-rate",
					    "extend", "blocks", NULL };
	const char *form;
	char near[SUGGEST_TEXT_SIZE];
	int err;

	if (!strcmp(key, "ports")) {
		err = config_filter_ports(value, filter->ports);
		form = "up to 8 ports, such as 25, 465, 587";
	} else if (!strcmp(key, "scope")) {
		err = config_filter_flag(value, "syn", "port", &filter->scope_port);
		form = "syn (existing connections continue) or port (existing connections stop)";
	} else if (!strcmp(key, "connections")) {
		err = config_filter_flag(value, "end", "finish", &filter->finish);
		form = "end (open connections of a blocked host are ended) or finish (they continue)";
	} else if (!strcmp(key, "syn-rate")) {
		err = config_filter_rate(filter, value);
		form = "off, or a rate such as 20/s burst 40 or 100/m burst 20; the rate is at most 1000, the burst at most 10000, and more SYNs than the rate allows in 10 ms";
	} else if (!strcmp(key, "extend")) {
		err = config_filter_flag(value, "no", "yes", &filter->extend);
		form = "yes (a block expires only after its host sent no SYN for the duration of the block) or no";
	} else if (!strcmp(key, "blocks")) {
		err = config_filter_blocks(value, &filter->blocks);
		form = "a number of IPv4 addresses that can be blocked at a time, from 1024 to 16777216";
	} else {
		snprintf(why, size, "[filter] has no key \"%s\"%s", key,
			 suggest_words(key, keys, NULL, near));
		return -EINVAL;
	}
	if (err)
		snprintf(why, size, "%s = \"%s\": expected %s", key, value, form);
	return err;
}
