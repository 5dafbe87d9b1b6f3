// SPDX-License-Identifier: GPL-2.0-only
/* The sources of the allow list, each read at its own interval; for watcher.c. */
#include "allow/sources.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allow/dns.h"
#include "allow/list_file.h"
#include "allow/local_hosts.h"
#include "common/array.h"
#include "common/log.h"
#include "exim/relays.h"

/* Added to those of local_hosts.h. If two have the same entry, the first one's reason is used. */
enum {
	SOURCES_FIXED = LOCAL_HOSTS_SOURCES,
	SOURCES_NAMED,
	SOURCES_ASKED,
	SOURCES_COUNT
};

struct sources_texts {
	char **texts;
	size_t count;
};

struct sources {
	struct prefix_set *sets[SOURCES_COUNT]; /* each sealed; NULL: not read yet */
	int errors[SOURCES_COUNT];		/* the last logged errors, -errno */
	bool whole[SOURCES_COUNT];		/* it was read without an error once */
	struct list_file *files;
	char **texts; /* path and reason of each file */
	size_t files_count;
	struct sources_texts hosts; /* names in the configuration */
	struct sources_texts asked; /* names in exim's list of relays */
	struct dns *names;
	struct proxies proxies;
	struct sources_missing missing;
};

static int sources_add_text(void *context, const char *text)
{
	struct sources_texts *texts = context;
	char **grown = array_grow(texts->texts, texts->count, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	texts->texts = grown;
	grown[texts->count] = strdup(text);
	return grown[texts->count] ? (texts->count++, 0) : -ENOMEM;
}

static void sources_free_texts(struct sources_texts *texts)
{
	while (texts->count)
		free(texts->texts[--texts->count]);
	free(texts->texts);
	*texts = (struct sources_texts){ 0 };
}

static int sources_fix(struct sources *sources, const struct sources_options *options)
{
	struct prefix_set *set;
	int err = prefix_set_new(&set);

	if (err)
		return err;
	for (size_t i = 0; i < options->addresses_count && !err; i++)
		err = prefix_set_add(set, &options->addresses[i], "the configuration's [allow]");
	prefix_set_seal(set);
	sources->sets[SOURCES_FIXED] = set;
	return err;
}

static int sources_add_file(struct sources *sources, const char *path, const char *why,
			    bool may_lack)
{
	struct list_file *file = &sources->files[sources->files_count];
	char **texts = &sources->texts[2 * sources->files_count];

	texts[0] = strdup(path);
	texts[1] = strdup(why);
	sources->files_count++;
	*file = (struct list_file){ .path = texts[0], .why = texts[1], .may_lack = may_lack };
	return texts[0] && texts[1] ? 0 : -ENOMEM;
}

static int sources_add_files(struct sources *sources, const struct sources_options *options)
{
	const size_t most = options->files_count + 2;
	int err = 0;

	sources->files = calloc(most, sizeof(*sources->files));
	sources->texts = calloc(2 * most, sizeof(*sources->texts));
	if (!sources->files || !sources->texts)
		return -ENOMEM;
	if (options->own)
		err = sources_add_file(sources, options->own, "sobig-xdp allow", true);
	for (size_t i = 0; i < options->files_count && !err; i++)
		err = sources_add_file(sources, options->files[i], options->files[i], false);
	if (options->providers && !err)
		err = sources_add_file(sources, options->providers, "a provider", false);
	return err;
}

static int sources_add_hosts(struct sources *sources, const struct sources_options *options)
{
	int err = 0;

	for (size_t i = 0; i < options->hosts_count && !err; i++)
		err = sources_add_text(&sources->hosts, options->hosts[i]);
	return err ? err : dns_open(&sources->names);
}

int sources_open(const struct sources_options *options, struct sources **out)
{
	struct sources *sources = calloc(1, sizeof(*sources));
	int err;

	if (!sources)
		return -ENOMEM;
	err = sources_fix(sources, options);
	if (!err)
		err = sources_add_files(sources, options);
	if (!err)
		err = sources_add_hosts(sources, options);
	if (err) {
		sources_close(sources);
		return err;
	}
	*out = sources;
	return 0;
}

static bool sources_are_same(const struct prefix_set *a, const struct prefix_set *b)
{
	size_t count = prefix_set_count(a);

	if (count != prefix_set_count(b))
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *why_a, *why_b;
		const struct addr_prefix *x = prefix_set_at(a, i, &why_a);
		const struct addr_prefix *y = prefix_set_at(b, i, &why_b);

		if (x->length != y->length || addr_compare(&x->addr, &y->addr) ||
		    strcmp(why_a, why_b))
			return false;
	}
	return true;
}

static const char *sources_name(int part)
{
	return part == SOURCES_ASKED ? "exim's relays and proxies" : local_hosts_name(part);
}

/* If a source fails, its previous entries stay, too. A new error is logged once. */
static int sources_check(struct sources *sources, int part, int err, struct prefix_set *set)
{
	const struct prefix_set *old = sources->sets[part];
	const char *why;

	if (err != sources->errors[part] && err && err != -ECANCELED)
		log_warning(
			"cannot read all of %s for the allow list: %s%s; trying again; until then, add the missing hosts to [allow]",
			sources_name(part), strerror(-err),
			part == SOURCES_ASKED && err == -ETIMEDOUT
				? " (exim -bP does not answer; check the DNS)"
				: "");
	sources->errors[part] = err;
	sources->whole[part] |= !err;
	for (size_t i = 0; err && old && i < prefix_set_count(old); i++) {
		const struct addr_prefix *target = prefix_set_at(old, i, &why);

		if (prefix_set_add(set, target, why))
			return -ENOMEM;
	}
	return 0;
}

/* Adds exim's relays and proxies to `out`, and the names among them to the names to be looked up.
 */
static int sources_ask(struct sources *sources, struct prefix_set *out)
{
	static atomic_bool reported;
	struct sources_texts names = { 0 };
	struct relays relays = { .addresses = out, .name = sources_add_text, .context = &names };
	int err = relays_ask(&relays);

	if (*relays.wide && !atomic_exchange(&reported, true))
		log_warning(
			"exim's " RELAYS_LIST
			" contains \"%s\", which is too wide and is ignored, because no host could be blocked; add the networks that are relays: sobig-xdp allow add ADDR/LEN",
			relays.wide);
	if (!err || err == -ENOENT)
		err = proxies_ask(&relays, &sources->proxies);
	if (err && err != -ENOENT) {
		sources_free_texts(&names);
		return err;
	}
	sources_free_texts(&sources->asked);
	sources->asked = names;
	return 0;
}

/* Reads one source again. Returns true if it has changed. */
static bool sources_renew_set(struct sources *sources, int part)
{
	struct prefix_set *set, *old = sources->sets[part];
	int err = prefix_set_new(&set);

	if (err)
		return false;
	if (part == SOURCES_NAMED)
		err = dns_read(sources->names, set);
	else if (part == SOURCES_ASKED)
		err = sources_check(sources, part, sources_ask(sources, set), set);
	else
		err = sources_check(sources, part, local_hosts_read(part, set), set);
	prefix_set_seal(set);
	if (err || (old && sources_are_same(old, set))) {
		prefix_set_free(set);
		return false;
	}
	prefix_set_free(old);
	sources->sets[part] = set;
	return true;
}

/* Collects the names of the configuration, of exim and of all files. */
static void sources_list_names(struct sources *sources)
{
	int err = 0;

	dns_begin(sources->names);
	for (size_t i = 0; i < sources->hosts.count && !err; i++)
		err = dns_add(sources->names, sources->hosts.texts[i]);
	for (size_t i = 0; i < sources->asked.count && !err; i++)
		err = dns_add(sources->names, sources->asked.texts[i]);
	for (size_t i = 0; i < sources->files_count; i++)
		for (size_t j = 0; j < sources->files[i].names_count && !err; j++)
			err = dns_add(sources->names, sources->files[i].names[j]);
	if (!err)
		dns_end(sources->names);
}

static bool sources_renew_files(struct sources *sources)
{
	bool changed = false;

	for (size_t i = 0; i < sources->files_count; i++)
		changed |= list_file_refresh(&sources->files[i]);
	return changed;
}

/* Finds out what is missing. Returns true if that has changed. */
static bool sources_find_missing(struct sources *sources)
{
	const struct sources_missing before = sources->missing;
	struct sources_missing *missing = &sources->missing;

	memset(missing, 0, sizeof(*missing));
	for (int part = 0; part < SOURCES_COUNT; part++) {
		if (!sources->errors[part] || sources->errors[part] == -ECANCELED ||
		    sources->whole[part])
			continue;
		if (!missing->count++)
			snprintf(missing->text, sizeof(missing->text), "cannot read all of %s: %s",
				 sources_name(part), strerror(-sources->errors[part]));
	}
	for (size_t i = 0; i < sources->files_count; i++) {
		if (!sources->files[i].error || sources->files[i].set)
			continue;
		if (!missing->count++)
			snprintf(missing->text, sizeof(missing->text), "cannot read \"%.120s\": %s",
				 sources->files[i].path, strerror(-sources->files[i].error));
	}
	missing->count += dns_missing(sources->names, missing->text, sizeof(missing->text));
	return missing->count != before.count || strcmp(missing->text, before.text);
}

bool sources_renew(struct sources *sources, unsigned int due, unsigned int milliseconds)
{
	const struct proxies before = sources->proxies;
	bool changed = false;

	if (due & SOURCES_FILES && sources_renew_files(sources)) {
		changed = true;
		due |= SOURCES_LOOK_UP;
	}
	if (due & SOURCES_ASK) {
		changed |= sources_renew_set(sources, SOURCES_ASKED);
		changed |= memcmp(&before, &sources->proxies, sizeof(before)) != 0;
		due |= SOURCES_LOOK_UP;
	}
	if (due & SOURCES_LOOK_UP) {
		sources_list_names(sources);
		dns_ask(sources->names);
	}
	if (due & SOURCES_NETWORK)
		for (int part = LOCAL_HOSTS_OWN; part < LOCAL_HOSTS_LOGINS; part++)
			changed |= sources_renew_set(sources, part);
	if (due & SOURCES_LOGINS)
		changed |= sources_renew_set(sources, LOCAL_HOSTS_LOGINS);
	if (due & (SOURCES_NAMES | SOURCES_LOOK_UP)) {
		dns_settle(sources->names, milliseconds);
		changed |= sources_renew_set(sources, SOURCES_NAMED);
	}
	changed |= sources_find_missing(sources);
	return changed;
}

static int sources_add_all(struct prefix_set *out, const struct prefix_set *set)
{
	const char *why;
	int err = 0;

	for (size_t i = 0; set && i < prefix_set_count(set) && !err; i++) {
		const struct addr_prefix *target = prefix_set_at(set, i, &why);

		err = prefix_set_add(out, target, why);
	}
	return err;
}

const struct proxies *sources_proxies(const struct sources *sources)
{
	return &sources->proxies;
}

const struct sources_missing *sources_missing(const struct sources *sources)
{
	return &sources->missing;
}

int sources_join(const struct sources *sources, struct prefix_set **out)
{
	struct prefix_set *all;
	int err = prefix_set_new(&all);

	if (err)
		return err;
	for (int part = 0; part < SOURCES_COUNT && !err; part++)
		err = sources_add_all(all, sources->sets[part]);
	for (size_t i = 0; i < sources->files_count && !err; i++)
		err = sources_add_all(all, sources->files[i].set);
	if (err) {
		prefix_set_free(all);
		return err;
	}
	prefix_set_seal(all);
	*out = all;
	return 0;
}

void sources_close(struct sources *sources)
{
	if (!sources)
		return;
	for (int part = 0; part < SOURCES_COUNT; part++)
		prefix_set_free(sources->sets[part]);
	for (size_t i = 0; sources->files && sources->texts && i < sources->files_count; i++) {
		list_file_clear(&sources->files[i]);
		free(sources->texts[2 * i]);
		free(sources->texts[2 * i + 1]);
	}
	sources_free_texts(&sources->hosts);
	sources_free_texts(&sources->asked);
	dns_close(sources->names);
	free(sources->files);
	free(sources->texts);
	free(sources);
}
