// SPDX-License-Identifier: GPL-2.0-only
/* The section [allow] of the configuration: the allow list. */
#include "config/config_allow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/hostname.h"
#include "common/suggest.h"

/* Cuts the next item of a comma-separated list out of *rest; NULL: no more items. */
static char *config_allow_item(char **rest)
{
	char *item = strsep(rest, ","), *end;

	if (!item)
		return NULL;
	item += strspn(item, " \t");
	for (end = item + strlen(item); end > item && strchr(" \t", end[-1]); end--)
		end[-1] = '\0';
	return item;
}

static int config_allow_address(struct config_allow *allow, const char *item, char *why,
				size_t size)
{
	struct addr_prefix prefix, *addresses;
	char meant[ADDR_TEXT_SIZE];
	int err = addr_parse_prefix(item, &prefix);

	if (err == -EDOM) {
		addr_parse(item, strchr(item, '/') - item, &prefix.addr);
		prefix.length = strtoul(strchr(item, '/') + 1, NULL, 10);
		addr_mask(&prefix.addr, prefix.length);
		snprintf(why, size,
			 "address = \"%s\": bits are set after the prefix; did you mean %s?", item,
			 addr_prefix_format(&prefix, meant));
		return -EINVAL;
	}
	if (err) {
		snprintf(
			why, size,
			"address = \"%s\": expected an address or network, such as 192.0.2.1, 198.51.100.0/24 or 2001:db8::/32; use \"host\" for names",
			item);
		return err;
	}
	if (!prefix.length) {
		snprintf(
			why, size,
			"address = \"%s\": this covers every address, so no host could be blocked; use \"attach --dry-run\" to block nothing",
			item);
		return -EINVAL;
	}
	addresses = array_grow(allow->addresses, allow->addresses_count, sizeof(prefix));
	if (!addresses)
		return -ENOMEM;
	addresses[allow->addresses_count++] = prefix;
	allow->addresses = addresses;
	return 0;
}

static int config_allow_append(char ***texts, size_t *count, const char *text)
{
	char **grown = array_grow(*texts, *count, sizeof(*grown)), *copy;

	if (!grown)
		return -ENOMEM;
	*texts = grown;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	grown[(*count)++] = copy;
	return 0;
}

static int config_allow_host(struct config_allow *allow, const char *item, char *why, size_t size)
{
	if (hostname_is_valid(item))
		return config_allow_append(&allow->hosts, &allow->hosts_count, item);
	snprintf(
		why, size,
		"host = \"%s\": expected a host name, such as mail.example.org; use \"address\" for addresses",
		item);
	return -EINVAL;
}

static int config_allow_file(struct config_allow *allow, const char *path, char *why, size_t size)
{
	if (*path == '/')
		return config_allow_append(&allow->files, &allow->files_count, path);
	snprintf(why, size,
		 "file = \"%s\": expected an absolute path, such as /etc/sobig-xdp.allow", path);
	return -EINVAL;
}

static int config_allow_providers(struct config_allow *allow, const char *value, char *why,
				  size_t size)
{
	char *path = NULL;

	if (strcmp(value, "no") && strcmp(value, "yes") && *value != '/') {
		snprintf(
			why, size,
			"providers = \"%s\": expected no, yes (%s) or the absolute path of another provider list",
			value, CONFIG_PROVIDERS_FILE);
		return -EINVAL;
	}
	if (strcmp(value, "no")) {
		path = strdup(*value == '/' ? value : CONFIG_PROVIDERS_FILE);
		if (!path)
			return -ENOMEM;
	}
	free(allow->providers);
	allow->providers = path;
	return 0;
}

static int config_allow_list(struct config_allow *allow, const char *value, char *why, size_t size,
			     int (*take)(struct config_allow *allow, const char *item, char *why,
					 size_t size))
{
	char *copy = strdup(value), *rest = copy, *item;
	int err = copy ? 0 : -ENOMEM;

	while (!err && (item = config_allow_item(&rest)))
		err = take(allow, item, why, size);
	free(copy);
	return err;
}

/* Removes the items of a list after the first `first`. */
static void config_allow_cut(char **texts, size_t *count, size_t first)
{
	while (*count > first)
		free(texts[--*count]);
}

int config_allow_take(struct config_allow *allow, const char *key, const char *value, char *why,
		      size_t size)
{
	static const char *const keys[] = { "address", "host", "file", "providers", NULL };
	size_t addresses = allow->addresses_count, hosts = allow->hosts_count;
	char near[SUGGEST_TEXT_SIZE];
	int err;

	if (!strcmp(key, "address")) {
		err = config_allow_list(allow, value, why, size, config_allow_address);
	} else if (!strcmp(key, "host")) {
		err = config_allow_list(allow, value, why, size, config_allow_host);
	} else if (!strcmp(key, "file")) {
		err = config_allow_file(allow, value, why, size);
	} else if (!strcmp(key, "providers")) {
		err = config_allow_providers(allow, value, why, size);
	} else {
		snprintf(why, size, "[allow] has no key \"%s\"%s", key,
			 suggest_words(key, keys, NULL, near));
		err = -EINVAL;
	}
	if (err) {
		allow->addresses_count = addresses;
		config_allow_cut(allow->hosts, &allow->hosts_count, hosts);
	}
	return err;
}

void config_allow_free(struct config_allow *allow)
{
	config_allow_cut(allow->hosts, &allow->hosts_count, 0);
	config_allow_cut(allow->files, &allow->files_count, 0);
	free(allow->addresses);
	free(allow->hosts);
	free(allow->files);
	free(allow->providers);
	*allow = (struct config_allow){ 0 };
}
