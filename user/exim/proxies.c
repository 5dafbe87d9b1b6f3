// SPDX-License-Identifier: GPL-2.0-only
/* Asks exim for the proxies from which it takes the addresses of its clients. */
#include "exim/proxies.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exim/ask.h"

#define PROXIES_VALUE_SIZE 65536

static const char *const proxies_options[] = { "hosts_proxy", "hosts_xclient" };
static const char *const proxies_why[] = { "exim's hosts_proxy", "exim's hosts_xclient" };

#define PROXIES_OPTIONS 2

static int proxies_add(struct relays *relays, int option, const char *value, struct proxies *out)
{
	struct relays own = *relays;
	size_t used = strlen(out->text);
	int err;

	if (!*value)
		return 0;
	snprintf(out->text + used, sizeof(out->text) - used, "%s%s = %s", used ? ", " : "",
		 proxies_options[option], value);
	own.why = proxies_why[option];
	*own.wide = '\0';
	err = relays_parse(&own, value, ask_hostlist);
	out->all |= *own.wide != '\0';
	return err;
}

int proxies_parse(struct relays *relays, const char *hosts_proxy, const char *hosts_xclient,
		  struct proxies *out)
{
	const char *const values[PROXIES_OPTIONS] = { hosts_proxy, hosts_xclient };
	struct proxies proxies = { 0 };
	int err = 0;

	for (int i = 0; i < PROXIES_OPTIONS && !err; i++)
		if (values[i])
			err = proxies_add(relays, i, values[i], &proxies);
	if (!err)
		*out = proxies;
	return err;
}

int proxies_ask(struct relays *relays, struct proxies *out)
{
	char *values = malloc(PROXIES_OPTIONS * PROXIES_VALUE_SIZE), *value[PROXIES_OPTIONS];
	int err = values ? 0 : -ENOMEM;

	for (int i = 0; i < PROXIES_OPTIONS && !err; i++) {
		value[i] = values + i * PROXIES_VALUE_SIZE;
		err = ask_option(proxies_options[i], value[i], PROXIES_VALUE_SIZE);
		/* Built without it, or no exim. */
		if (err == -ENOENT) {
			value[i] = NULL;
			err = 0;
		}
	}
	if (!err)
		err = proxies_parse(relays, value[0], value[1], out);
	free(values);
	return err;
}
